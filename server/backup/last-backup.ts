// The note of the last backup in the data folder: the command that makes one runs in a process of its own, and the running monitor reads here when that was.
import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const lastBackupSchema = z.strictObject({
  folder: z.string(),
  madeAtMs: z.number(),
  bytes: z.number(),
  /** Of the journal. */
  lines: z.int(),
  hasKeys: z.boolean(),
});
export type LastBackup = z.output<typeof lastBackupSchema>;

const fileOf = (dataDir: string) => path.join(dataDir, 'last-backup.json');

export async function writeLastBackup(dataDir: string, last: LastBackup): Promise<void> {
  const aside = `${fileOf(dataDir)}.${randomUUID()}`;
  await writeFile(aside, JSON.stringify(last), { flush: true });
  await rename(aside, fileOf(dataDir));
}

/** Null where there was none, or where the note cannot be read. */
export async function readLastBackup(dataDir: string): Promise<LastBackup | null> {
  const text = await readFile(fileOf(dataDir), 'utf8').catch(() => '');
  try {
    return lastBackupSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
