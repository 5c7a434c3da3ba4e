// Packs gathered files into the one form of a bundle (`domain/evidence/strict-zip.ts`): hashes and deflates each while it is written, then manifest and
// signature, then the directory. The file has its name only when all of it is on the disk.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';
import { type BundleFile, type Manifest, manifestName, signatureName } from '../../domain/evidence/bundle.ts';
import type { Signature } from '../../domain/evidence/signed-head.ts';
import { crc32Of, layOutZip, type ZipEntry } from '../../domain/evidence/strict-zip.ts';
import { zipEntryOf } from '../../domain/evidence/verify-bundle.ts';
import { canonicalJson } from '../../domain/journal/canonical-json.ts';

export interface PackAsk {
  readonly folder: string;
  readonly outFile: string;
  readonly manifest: Omit<Manifest, 'files'>;
  readonly names: readonly string[];
  /** Small files that are made here; they come first. */
  readonly texts: ReadonlyMap<string, string | Uint8Array>;
  readonly sign: (manifestText: string) => Promise<Signature>;
  readonly onProgress: (share: number) => void;
}

const fast = 1;

export async function packBundle(ask: PackAsk): Promise<{ readonly manifestHash: string; readonly bytes: number }> {
  for (const [name, text] of ask.texts) await writeFile(path.join(ask.folder, name), text);
  const names = [...ask.texts.keys(), ...ask.names];
  const aside = `${ask.outFile}.part`;
  const out = await open(aside, 'w', 0o640);
  try {
    const files: BundleFile[] = [];
    let at = 0;
    for (const [index, name] of names.entries()) {
      const file = path.join(ask.folder, name);
      const packed = await packFile(out, at, file, name);
      files.push(packed.file);
      at = packed.end;
      // The readings of a month are there once, not twice.
      await rm(file);
      ask.onProgress((index + 1) / names.length);
    }
    const manifest: Manifest = { ...ask.manifest, files };
    const manifestText = canonicalJson(manifest);
    const signatureText = canonicalJson(await ask.sign(manifestText));
    const own = [
      { name: manifestName, bytes: Buffer.from(manifestText) },
      { name: signatureName, bytes: Buffer.from(signatureText) },
    ];
    const layout = layOutZip([
      ...files.map(zipEntryOf),
      ...own.map(
        ({ name, bytes }): ZipEntry => ({ name, method: 'stored', crc32: crc32Of(bytes), packedBytes: bytes.length, bytes: bytes.length }),
      ),
    ]);
    for (const [index, { bytes }] of own.entries()) {
      const placed = layout.entries[files.length + index];
      if (placed === undefined) throw new Error('the manifest has no place');
      await write(out, placed.header, placed.headerAt);
      await write(out, bytes, placed.dataAt);
    }
    await write(out, layout.tail, layout.tailAt);
    await out.sync();
    await out.close();
    await rename(aside, ask.outFile);
    return { manifestHash: createHash('sha256').update(manifestText).digest('hex'), bytes: layout.totalBytes };
  } catch (error) {
    await out.close().catch(() => undefined);
    await rm(aside, { force: true });
    throw error;
  }
}

/** Text packs well; Parquet is packed already, and is read in pieces where it lies. */
function methodOf(name: string): 'stored' | 'deflated' {
  return /\.(csv|json|jsonl|txt|yaml)$/.test(name) ? 'deflated' : 'stored';
}

async function packFile(
  out: FileHandle,
  at: number,
  file: string,
  name: string,
): Promise<{ readonly file: BundleFile; readonly end: number }> {
  const { size } = await stat(file);
  const method = methodOf(name);
  const unknown: ZipEntry = { name, method, crc32: 0, packedBytes: method === 'stored' ? size : 0, bytes: size };
  const dataAt = at + (layOutZip([unknown]).entries[0]?.dataAt ?? 0);
  const content = createHash('sha256');
  const packed = createHash('sha256');
  let crc = 0;
  let bytes = 0;
  let end = dataAt;
  const read = createReadStream(file, { highWaterMark: 1 << 20 }).on('data', (chunk) => {
    content.update(chunk);
    crc = crc32(chunk, crc);
    bytes += chunk.length;
  });
  const stream: Readable = method === 'stored' ? read : read.pipe(createDeflateRaw({ level: fast }));
  if (method === 'deflated') read.once('error', (error) => stream.destroy(error));
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    packed.update(chunk);
    await write(out, chunk, end);
    end += chunk.length;
  }
  const entry: BundleFile = {
    name,
    bytes,
    sha256: content.digest('hex'),
    packed: { method, bytes: end - dataAt, sha256: packed.digest('hex'), crc32: crc },
  };
  const placed = layOutZip([zipEntryOf(entry)]).entries[0];
  if (placed === undefined || at + placed.dataAt !== dataAt) throw new Error(`${name} grew while it was packed`);
  await write(out, placed.header, at);
  return { file: entry, end };
}

async function write(out: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await out.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}
