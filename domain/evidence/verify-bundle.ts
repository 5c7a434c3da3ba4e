// Checks an evidence bundle from its bytes alone and names the first thing that does not hold. Needs nothing of the server that made it, and trusts none of
// its figures: every hash, the signature, the chain and the Merkle root of the journal, and every figure of the summary are computed again.
// The same code runs behind `gatewatch verify` and in the page that works offline.
import { canonicalJson } from '../journal/canonical-json.ts';
import {
  type BundleFile,
  type Manifest,
  manifestName,
  manifestSchema,
  manifestSignatureSchema,
  type Summary,
  signatureName,
  summaryName,
  summarySchema,
} from './bundle.ts';
import { type ByteSource, chunksOf, contentOf, hashOfChunks, wholeOf } from './bundle-source.ts';
import { checkCoverage } from './check-coverage.ts';
import { checkJournal } from './check-journal.ts';
import { checkKeys } from './check-keys.ts';
import { checkSections } from './check-sections.ts';
import { DoesNotHold } from './does-not-hold.ts';
import type { OpenBundle } from './open-bundle.ts';
import { isSignedBy, type SignedHead, signedBytes } from './signed-head.ts';
import { crc32Of, endRecordBytes, layOutZip, readDirectory, readEnd, type ZipEntry } from './strict-zip.ts';

export const verifySteps = ['container', 'manifest', 'signature', 'files', 'journal', 'coverage', 'summary', 'sections'] as const;
export type VerifyStep = (typeof verifySteps)[number];

export interface Broken {
  readonly kind: 'broken';
  readonly step: VerifyStep;
  /** The file of the bundle, or null where the bundle as a whole is not one. */
  readonly file: string | null;
  readonly reason: string;
}

export interface Holds {
  readonly kind: 'holds';
  readonly manifest: Manifest;
  readonly summary: Summary;
  /** SHA-256 of the manifest: names this bundle, with everything in it. */
  readonly manifestHash: string;
  readonly summaryHash: string;
  /** True where the key, or one that leads to it, is the one that the verifier was told to trust; null where he named none. */
  readonly isKeyTrusted: boolean | null;
  readonly headsInside: number;
  /** Heads that the verifier brought himself: those that lie in the bundle's part of the journal, and agree. */
  readonly outsideHeadsChecked: number;
  readonly outsideHeadsElsewhere: number;
}

export interface VerifyOptions {
  /** Key id that the verifier has from elsewhere than the bundle. */
  readonly trustedKeyId?: string;
  /** Heads that somebody kept outside. */
  readonly outsideHeads?: readonly SignedHead[];
  readonly onProgress?: (step: VerifyStep, share: number) => void;
}

export async function verifyBundle(source: ByteSource, options: VerifyOptions = {}): Promise<Holds | Broken> {
  let step: VerifyStep = 'container';
  const enter = (next: VerifyStep) => {
    step = next;
    options.onProgress?.(next, 0);
  };
  try {
    enter('container');
    const directory = await readContainer(source);
    enter('manifest');
    const { manifest, manifestText, signatureText } = await readManifest(source, directory);
    await checkContainer(source, manifest, manifestText, signatureText);
    enter('signature');
    const isKeyTrusted = await checkSignature(manifest, manifestText, signatureText, options.trustedKeyId);
    const bundle = openBundle(source, manifest, manifestText, signatureText);
    enter('files');
    await checkFiles(bundle, (share) => options.onProgress?.('files', share));
    enter('journal');
    const journal = await checkJournal(bundle, options.outsideHeads ?? [], (share) => options.onProgress?.('journal', share));
    enter('coverage');
    const coverage = await checkCoverage(bundle, (share) => options.onProgress?.('coverage', share));
    enter('summary');
    const { summary, summaryHash } = await readSummary(bundle);
    compareSummary(summary, { ...journal.figures, ...coverage });
    enter('sections');
    await checkSections(bundle, summary);
    return {
      kind: 'holds',
      manifest,
      summary,
      manifestHash: (await hashOfChunks(once(manifestText))).sha256,
      summaryHash,
      isKeyTrusted,
      headsInside: journal.headsInside,
      outsideHeadsChecked: journal.outsideHeadsChecked,
      outsideHeadsElsewhere: (options.outsideHeads?.length ?? 0) - journal.outsideHeadsChecked,
    };
  } catch (error) {
    if (error instanceof DoesNotHold) return { kind: 'broken', step, file: error.file, reason: error.message };
    throw error;
  }
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

const notABundle = 'the file is damaged, cut or no evidence bundle';
/** Enough for the manifest of a year of a large company; a file that claims more is not read. */
const mostManifestBytes = 256 * 1024 * 1024;

async function readContainer(source: ByteSource): Promise<readonly (ZipEntry & { readonly headerAt: number })[]> {
  if (source.size < endRecordBytes) throw new DoesNotHold(null, notABundle);
  const endBytes = Math.min(source.size, endRecordBytes + 76);
  const end = readEnd(await source.read(source.size - endBytes, endBytes));
  if (end === null || end.directoryAt >= source.size || source.size - end.directoryAt > mostManifestBytes)
    throw new DoesNotHold(null, `${notABundle}: its end is not the end of a bundle`);
  const directory = readDirectory(await source.read(end.directoryAt, source.size - end.directoryAt), end.count);
  if (directory === null) throw new DoesNotHold(null, `${notABundle}: its list of files cannot be read`);
  return directory;
}

async function readManifest(
  source: ByteSource,
  directory: readonly (ZipEntry & { readonly headerAt: number })[],
): Promise<{ manifest: Manifest; manifestText: string; signatureText: string }> {
  const textOf = async (name: string, index: number): Promise<string> => {
    const entry = directory.at(index);
    const headerBytes = 30 + name.length;
    if (entry?.name !== name || entry.method !== 'stored' || entry.bytes !== entry.packedBytes || entry.bytes > mostManifestBytes)
      throw new DoesNotHold(name, `it is not where it belongs in the bundle`);
    if (entry.headerAt + headerBytes + entry.bytes > source.size) throw new DoesNotHold(name, 'it lies outside the file');
    const bytes = await source.read(entry.headerAt + headerBytes, entry.bytes);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new DoesNotHold(name, 'it is no text');
    }
  };
  const manifestText = await textOf(manifestName, -2);
  const signatureText = await textOf(signatureName, -1);
  const parsed = manifestSchema.safeParse(jsonOf(manifestText));
  if (!parsed.success)
    throw new DoesNotHold(
      manifestName,
      `it is no manifest: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`,
    );
  if (canonicalJson(parsed.data) !== manifestText) throw new DoesNotHold(manifestName, 'it is not written as manifests are written');
  return { manifest: parsed.data, manifestText, signatureText };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function layoutOf(manifest: Manifest, manifestText: string, signatureText: string) {
  const ownEntry = (name: string, text: string): ZipEntry => {
    const bytes = new TextEncoder().encode(text);
    return { name, method: 'stored', crc32: crc32Of(bytes), packedBytes: bytes.length, bytes: bytes.length };
  };
  return layOutZip([...manifest.files.map(zipEntryOf), ownEntry(manifestName, manifestText), ownEntry(signatureName, signatureText)]);
}

export function zipEntryOf({ name, bytes, packed }: BundleFile): ZipEntry {
  return { name, method: packed.method, crc32: packed.crc32, packedBytes: packed.bytes, bytes };
}

/** Every byte of the container that is not content must be what the manifest makes it. */
async function checkContainer(source: ByteSource, manifest: Manifest, manifestText: string, signatureText: string): Promise<void> {
  const names = new Set(manifest.files.map(({ name }) => name));
  if (names.size !== manifest.files.length) throw new DoesNotHold(manifestName, 'it lists a file twice');
  const layout = layoutOf(manifest, manifestText, signatureText);
  if (layout.totalBytes !== source.size)
    throw new DoesNotHold(
      null,
      `the bundle has ${source.size} bytes where its manifest makes ${layout.totalBytes}: a file was changed, added, swapped or left out`,
    );
  for (const { entry, header, headerAt } of layout.entries)
    if (!isSame(await source.read(headerAt, header.length), header))
      throw new DoesNotHold(entry.name, 'its place in the bundle was changed');
  if (!isSame(await source.read(layout.tailAt, layout.tail.length), layout.tail))
    throw new DoesNotHold(null, 'the list of files at the end of the bundle was changed');
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

async function checkSignature(
  manifest: Manifest,
  manifestText: string,
  signatureText: string,
  trustedKeyId: string | undefined,
): Promise<boolean | null> {
  const signature = manifestSignatureSchema.safeParse(jsonOf(signatureText));
  if (!signature.success || canonicalJson(signature.data) !== signatureText) throw new DoesNotHold(signatureName, 'it is no signature');
  const keys = await checkKeys(manifest.keys, manifestName);
  const key = keys.at(-1);
  if (key === undefined || key.keyId !== signature.data.keyId)
    throw new DoesNotHold(signatureName, 'it is by another key than the last of the manifest');
  if (!(await isSignedBy(key.publicKey, signature.data.signature, signedBytes('manifest', manifestText))))
    throw new DoesNotHold(
      manifestName,
      'its signature does not hold: the manifest was changed after it was signed, or signed by somebody else',
    );
  if (trustedKeyId === undefined) return null;
  if (keys.some(({ keyId }) => keyId === trustedKeyId)) return true;
  throw new DoesNotHold(
    signatureName,
    `it is by key ${key.keyId}, which is not the key ${trustedKeyId} that you trust and does not follow from it`,
  );
}

function openBundle(source: ByteSource, manifest: Manifest, manifestText: string, signatureText: string): OpenBundle {
  const files = new Map(manifest.files.map((file) => [file.name, file]));
  const places = new Map(layoutOf(manifest, manifestText, signatureText).entries.map(({ entry, dataAt }) => [entry.name, dataAt]));
  return {
    source,
    manifest,
    has: (name) => files.has(name),
    place: (name) => {
      const file = files.get(name);
      if (file === undefined) throw new DoesNotHold(name, 'the bundle does not have this file');
      return { file, at: places.get(name) ?? 0 };
    },
  };
}

async function checkFiles({ source, manifest, place }: OpenBundle, onProgress: (share: number) => void): Promise<void> {
  const total = manifest.files.reduce((sum, { packed }) => sum + packed.bytes, 1);
  let done = 0;
  for (const file of manifest.files) {
    const placed = place(file.name);
    const packed = await hashOfChunks(chunksOf(source, placed.at, file.packed.bytes));
    if (packed.sha256 !== file.packed.sha256)
      throw new DoesNotHold(file.name, 'its content was changed: it does not have the hash that the manifest gives');
    if (file.packed.method === 'deflated') {
      const content = await hashOfChunks(contentOf(source, placed)).catch(() => null);
      if (content === null || content.sha256 !== file.sha256 || content.bytes !== file.bytes)
        throw new DoesNotHold(file.name, 'unpacked it does not have the hash that the manifest gives');
    } else if (packed.sha256 !== file.sha256 || file.bytes !== file.packed.bytes)
      throw new DoesNotHold(file.name, 'the manifest contradicts itself about it');
    done += file.packed.bytes;
    onProgress(done / total);
  }
}

async function readSummary({ source, place }: OpenBundle): Promise<{ summary: Summary; summaryHash: string }> {
  const placed = place(summaryName);
  const text = await wholeOf(source, placed);
  const parsed = summarySchema.safeParse(jsonOf(text));
  if (!parsed.success) throw new DoesNotHold(summaryName, `it is no summary: ${parsed.error.issues[0]?.path.join('.') ?? ''}`);
  return { summary: parsed.data, summaryHash: placed.file.sha256 };
}

export type ComputedFigures = Pick<Summary, 'stations' | 'points' | 'alarms' | 'alarmsUnderTest' | 'incidents' | 'drills' | 'journal'>;

function compareSummary(summary: Summary, computed: ComputedFigures): void {
  for (const name of Object.keys(computed) as (keyof ComputedFigures)[]) {
    const difference = firstDifference(summary[name], computed[name], name);
    if (difference !== null) throw new DoesNotHold(summaryName, difference);
  }
}

/** `alarms.raised says 12 where the data make 13` */
function firstDifference(said: unknown, computed: unknown, where: string): string | null {
  if (said !== null && computed !== null && typeof said === 'object' && typeof computed === 'object') {
    const keys = new Set([...Object.keys(said), ...Object.keys(computed)]);
    for (const key of keys) {
      const [one, other] = [(said as Record<string, unknown>)[key], (computed as Record<string, unknown>)[key]];
      const id = (other as { id?: unknown } | undefined)?.id;
      const difference = firstDifference(one, other, `${where}.${typeof id === 'string' ? id : key}`);
      if (difference !== null) return difference;
    }
    return null;
  }
  return Object.is(said, computed) ? null : `${where} says ${JSON.stringify(said)} where the data make ${JSON.stringify(computed)}`;
}
