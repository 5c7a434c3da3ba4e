// A copy of the readings database while another process writes it. Between two checkpoints the main file only gets blocks that its headers do not speak of, and
// the log only grows; so main file, then log, under headers that did not change meanwhile are one moment. The copy is opened and read before it counts.
import { copyFile, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { closeDatabase, messageOf, openDatabase } from './database.ts';
import { readParts } from './parts.ts';

/** A main header and two that take turns. */
const headerBytes = 3 * 4_096;
const tries = 20;
const pauseMs = 250;
const name = 'readings.duckdb';

export interface ReadingsCopy {
  /** In the folder that was copied from, with slashes. */
  readonly sealedFiles: readonly string[];
  /** Rows not yet in a sealed file. */
  readonly openRows: number;
}

/** Writes `readings.duckdb` into the folder `into`, complete in one file. Throws where no try gave a copy that holds. */
export async function copyReadings(folder: string, into: string): Promise<ReadingsCopy> {
  let reason = '';
  for (let attempt = 0; attempt < tries; attempt += 1) {
    if (attempt > 0) await pause(pauseMs);
    await removeCopy(into);
    const fault = await copyOnce(folder, into);
    if (fault === null) {
      const opened = await describe(into).catch((error: unknown) => ({ kind: 'failed' as const, reason: messageOf(error) }));
      if (opened.kind === 'open') return opened.copy;
      reason = opened.reason;
    } else reason = fault;
  }
  await removeCopy(into);
  throw new Error(`no copy of ${path.join(folder, name)} held together in ${tries} tries: ${reason}`);
}

/** Null where it is of one moment. */
async function copyOnce(folder: string, into: string): Promise<string | null> {
  const main = path.join(folder, name);
  const before = await headerOf(main);
  if (await isCheckpointing(folder)) return 'a checkpoint was under way';
  await copyFile(main, path.join(into, name));
  await copyFile(`${main}.wal`, path.join(into, `${name}.wal`)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (await isCheckpointing(folder)) return 'a checkpoint was under way';
  return before.equals(await headerOf(main)) ? null : 'a checkpoint came in between';
}

/** Files beside the log are there while one is. */
async function isCheckpointing(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((entry) => entry.startsWith(`${name}.`) && entry !== `${name}.wal`);
}

async function headerOf(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    return buffer;
  } finally {
    await handle.close();
  }
}

async function describe(into: string): Promise<{ kind: 'open'; copy: ReadingsCopy } | { kind: 'failed'; reason: string }> {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const opened = await openDatabase({ folder: into, threads: 1, memoryLimitMB: 256, log: silent, nowMs: () => 0 });
  if (opened.kind === 'failed') return { kind: 'failed', reason: opened.message };
  const { database } = opened;
  try {
    // One that could not be opened was moved aside for an empty one: that is no copy.
    if ((await readdir(into)).includes('damaged')) return { kind: 'failed', reason: 'the copy could not be read' };
    const parts = await readParts(database.writing);
    const hot = await database.writing.runAndReadAll('SELECT count(*)::DOUBLE, sum(value), sum(quality) FROM hot');
    await database.writing.run('CHECKPOINT');
    return { kind: 'open', copy: { sealedFiles: parts.map(({ file }) => file), openRows: Number(hot.getRows()[0]?.[0] ?? 0) } };
  } finally {
    closeDatabase(database);
    for (const made of ['days', 'minutes', 'temporary']) await rm(path.join(into, made), { recursive: true, force: true });
  }
}

async function removeCopy(into: string): Promise<void> {
  for (const entry of await readdir(into))
    if (entry.startsWith(name) || entry === 'damaged') await rm(path.join(into, entry), { recursive: true, force: true });
}
