// What a backup says of itself: every file with its SHA-256, how far the journal reached, and which program wrote it. A backup without a manifest that holds is
// none. Reads and checks; copies nothing.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { hashSchema } from '../../domain/evidence/signed-head.ts';
import { canonicalJson } from '../../domain/journal/canonical-json.ts';

export const manifestName = 'manifest.json';

/** Inside the backup's folder, with slashes, and never out of it. */
const placeSchema = z
  .string()
  .refine((place) => !path.isAbsolute(place) && !place.split(/[\\/]/).includes('..'), 'leads out of the backup');

const fileSchema = z.strictObject({
  path: placeSchema,
  bytes: z.int().nonnegative(),
  sha256: hashSchema,
  /** Of the file that was copied: what is the same in the next backup is not copied again. */
  changedAtMs: z.number(),
});
export type BackupFile = z.output<typeof fileSchema>;

const contentSchema = z.strictObject({
  schema: z.literal(1),
  kind: z.literal('gatewatch.backup'),
  /** Version of the program that wrote it. */
  version: z.string(),
  madeAtMs: z.number(),
  hasKeys: z.boolean(),
  journal: z.strictObject({
    engine: z.enum(['sqlite', 'postgres']),
    file: placeSchema,
    /** Schema of PostgreSQL; empty for SQLite. */
    schema: z.string(),
    lines: z.int().nonnegative(),
    headHash: hashSchema,
    migrations: z.array(z.string()),
  }),
  /** Readings that are not yet in a sealed file; null where the data folder has no embedded historian. */
  openReadings: z.int().nonnegative().nullable(),
  files: z.array(fileSchema),
});
export type BackupContent = z.output<typeof contentSchema>;

const manifestSchema = contentSchema.extend({
  /** Over all of the above. */
  sha256: hashSchema,
});

/** What stops a backup or a restore, in a sentence for the person at the command line. */
export class BackupError extends Error {}

export function manifestText(content: BackupContent): string {
  return `${JSON.stringify({ ...content, sha256: sealOf(content) }, null, 1)}\n`;
}

function sealOf(content: BackupContent): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

export async function readManifest(folder: string): Promise<BackupContent> {
  const file = path.join(folder, manifestName);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new BackupError(
      `${folder} is no finished backup: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
    );
  }
  const parsed = manifestSchema.safeParse(jsonOf(text));
  if (!parsed.success) {
    const newer = z.object({ kind: z.literal('gatewatch.backup'), schema: z.int().min(2), version: z.string() }).safeParse(jsonOf(text));
    if (newer.success)
      throw new BackupError(`${folder} was written by Gatewatch ${newer.data.version}, which is newer: restore it with that version`);
    throw new BackupError(`${file} is damaged: ${parsed.error.issues[0]?.path.join('.') || 'it'} is not as it was written`);
  }
  const { sha256, ...content } = parsed.data;
  if (sealOf(content) !== sha256) throw new BackupError(`${file} is damaged: it does not match its own SHA-256`);
  return content;
}

/** Reads every file. Throws with the name of the first one that is not as it was written. */
export async function checkFiles(
  folder: string,
  content: BackupContent,
  onProgress: (share: number) => void = () => undefined,
): Promise<void> {
  const all = content.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const file of content.files) {
    const wrong = await faultOf(folder, file);
    if (wrong !== null) throw new BackupError(`${path.join(folder, file.path)} is damaged: ${wrong}`);
    done += file.bytes;
    onProgress(all === 0 ? 1 : done / all);
  }
}

export async function faultOf(folder: string, { path: place, bytes, sha256 }: BackupFile): Promise<string | null> {
  const file = path.join(folder, place);
  const found = await stat(file).catch(() => null);
  if (found === null) return 'it is missing';
  if (found.size !== bytes) return `it has ${found.size} bytes instead of ${bytes}`;
  return (await hashOfFile(file)) === sha256 ? null : 'its SHA-256 is another';
}

export async function hashOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
