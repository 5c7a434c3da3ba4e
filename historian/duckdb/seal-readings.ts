// Moves readings from the hot table into sorted Parquet files, merges files, deletes old ones. Safe to be killed at any step:
// a file is written under a temporary name, fsynced and renamed; then one transaction takes the rows out of the hot table and lists the file.
// A file that is not listed does not count and is put aside at the next start, so nothing is lost and nothing is there twice.
import { open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ReadingRemoval } from '../historian.ts';
import { quoted } from './database.ts';
import {
  dayMs,
  dayName,
  deleteParts,
  insertPart,
  monthOf,
  type Part,
  type PartKind,
  partFolder,
  partsRelation,
  readParts,
} from './parts.ts';
import { minuteRollUp } from './read-readings.ts';

export const sealSteps = ['begun', 'written', 'synced', 'renamed', 'listed', 'committed', 'cleaned'] as const;
export type SealStep = (typeof sealSteps)[number];

export interface SealOptions {
  readonly connection: DuckDBConnection;
  readonly folder: string;
  /** Ids by slot, written into every file so that the files can be read when the database is lost. */
  readonly pointIds: () => readonly string[];
  /** Takes files that no longer count; they are deleted once no reader can still be using them. */
  readonly discardFiles: (files: readonly string[]) => void;
  /** Called after each step; a test kills the process there. */
  readonly onStep?: (step: SealStep) => void;
}

const rowGroupRows = { readings: 122_880, minutes: 20_480 } as const;
/** More than this is left in several files: sorting it again would hold up everything else for minutes. */
const mergeRowsMax = 150_000_000;

/** Rows of one UTC day leave the hot table for a new file of readings and one of roll-ups. Returns the number of rows moved. */
export async function sealDay(options: SealOptions, day: number): Promise<number> {
  const { connection, folder } = options;
  const firstMs = day * dayMs;
  const endMs = firstMs + dayMs;
  const where = `time_ms >= ${firstMs} AND time_ms < ${endMs}`;
  return inTransaction(options, async () => {
    const number = await nextFileNumber(connection);
    const readings = `days/${dayName(day)}.${number}.parquet`;
    const minutes = `minutes/${dayName(day)}.${number}.parquet`;
    options.onStep?.('begun');
    const rowCount = await copyTo(options, {
      kind: 'readings',
      file: readings,
      select: `SELECT point, time_ms, value, quality FROM hot WHERE ${where} ORDER BY point, time_ms`,
      replaces: [],
    });
    if (rowCount === 0) {
      await rm(temporaryPath(folder, readings), { force: true });
      return { moved: 0, listed: [], replaced: [] };
    }
    const minuteCount = await copyTo(options, {
      kind: 'minutes',
      file: minutes,
      select: `SELECT ${minuteRollUp} FROM read_parquet(${quoted(temporaryPath(folder, readings))}) GROUP BY ALL ORDER BY point, minute_ms`,
      replaces: [],
    });
    await connection.run(`DELETE FROM hot WHERE ${where}`);
    const listed: Part[] = [
      { file: readings, kind: 'readings', firstMs, endMs, rowCount },
      { file: minutes, kind: 'minutes', firstMs, endMs, rowCount: minuteCount },
    ];
    return { moved: rowCount, listed, replaced: [] };
  });
}

/** Files of the same span that were written one after another (late readings, a very full day) become one. */
export async function mergeParts(options: SealOptions, parts: readonly Part[]): Promise<void> {
  const first = parts[0];
  if (first === undefined || parts.length < 2) return;
  const { connection, folder } = options;
  await inTransaction(options, async () => {
    const number = await nextFileNumber(connection);
    const firstMs = Math.min(...parts.map((part) => part.firstMs));
    const endMs = Math.max(...parts.map((part) => part.endMs));
    const name = first.kind === 'readings' ? dayName(firstMs / dayMs) : monthOf(firstMs).name;
    const file = `${partFolder(first.kind)}/${name}.${number}.parquet`;
    const time = first.kind === 'readings' ? 'time_ms' : 'minute_ms';
    options.onStep?.('begun');
    const rowCount = await copyTo(options, {
      kind: first.kind,
      file,
      select: `SELECT * FROM ${partsRelation(folder, parts, '')} ORDER BY point, ${time}`,
      replaces: parts.map((part) => part.file),
    });
    const expected = parts.reduce((sum, part) => sum + part.rowCount, 0);
    if (rowCount !== expected) throw new Error(`merging ${parts.length} files gave ${rowCount} rows instead of ${expected}`);
    return { moved: rowCount, listed: [{ file, kind: first.kind, firstMs, endMs, rowCount }], replaced: parts };
  });
}

/** Groups of files that should be one: a closed day's readings, a closed month's roll-ups. */
export async function mergeable(connection: DuckDBConnection, closedBeforeMs: number): Promise<Part[][]> {
  const groups = new Map<string, Part[]>();
  for (const part of await readParts(connection)) {
    const span = part.kind === 'readings' ? { name: dayName(part.firstMs / dayMs), endMs: part.endMs } : monthOf(part.firstMs);
    if (span.endMs > closedBeforeMs) continue;
    const key = `${part.kind} ${span.name}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [part]);
    else group.push(part);
  }
  return [...groups.values()].filter((group) => group.length > 1 && group.reduce((sum, part) => sum + part.rowCount, 0) <= mergeRowsMax);
}

/**
 * Raw readings past their retention; null where there are none. `days`: so many days with readings stay, and none of the last so many days of the clock goes.
 * Roll-ups of a minute stay.
 */
export async function findOld(
  options: SealOptions,
  retention: { readonly days: number; readonly nowMs: number; readonly hotDays: readonly number[] },
): Promise<ReadingRemoval | null> {
  const parts = await readParts(options.connection, `kind = 'readings'`);
  const days = [...new Set([...parts.map((part) => Math.floor(part.firstMs / dayMs)), ...retention.hotDays])].sort((a, b) => b - a);
  const leastKept = days[retention.days - 1];
  if (leastKept === undefined) return null;
  const beforeMs = Math.min(Math.floor(retention.nowMs / dayMs) - retention.days, leastKept) * dayMs;
  const old = parts.filter((part) => part.endMs <= beforeMs);
  if (old.length === 0) return null;
  return {
    fromMs: Math.min(...old.map((part) => part.firstMs)),
    beforeMs,
    readings: old.reduce((sum, part) => sum + part.rowCount, 0),
  };
}

/** Sealed raw readings that end before then go, text readings with them. */
export async function removeOld(options: SealOptions, beforeMs: number): Promise<void> {
  const { connection } = options;
  const old = await readParts(connection, `kind = 'readings' AND end_ms <= ${beforeMs}`);
  await connection.run('BEGIN TRANSACTION');
  try {
    await deleteParts(connection, old);
    await connection.run(`DELETE FROM text_reading WHERE time_ms < ${beforeMs}`);
    await connection.run('COMMIT');
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
  options.discardFiles(old.map((part) => part.file));
}

interface Moved {
  readonly moved: number;
  readonly listed: readonly Part[];
  readonly replaced: readonly Part[];
}

async function inTransaction(options: SealOptions, work: () => Promise<Moved>): Promise<number> {
  const { connection, folder } = options;
  await connection.run('BEGIN TRANSACTION');
  let moved: Moved;
  try {
    moved = await work();
    options.onStep?.('written');
    for (const part of moved.listed) await syncFile(temporaryPath(folder, part.file));
    options.onStep?.('synced');
    for (const part of moved.listed) await rename(temporaryPath(folder, part.file), path.join(folder, part.file));
    for (const kind of ['readings', 'minutes'] as const) await syncFile(path.join(folder, partFolder(kind)));
    options.onStep?.('renamed');
    for (const part of moved.listed) await insertPart(connection, part);
    await deleteParts(connection, moved.replaced);
    options.onStep?.('listed');
    await connection.run('COMMIT');
  } catch (error) {
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
  options.onStep?.('committed');
  options.discardFiles(moved.replaced.map((part) => part.file));
  options.onStep?.('cleaned');
  return moved.moved;
}

async function copyTo(
  options: SealOptions,
  part: { kind: PartKind; file: string; select: string; replaces: readonly string[] },
): Promise<number> {
  const temporary = temporaryPath(options.folder, part.file);
  // The dictionary travels in the file; what the file replaces does too, for a start without a database that finds both.
  const metadata = `{points: ${quoted(JSON.stringify(options.pointIds()))}, replaces: ${quoted(JSON.stringify(part.replaces))}}`;
  const result = await options.connection.runAndReadAll(
    `COPY (${part.select}) TO ${quoted(temporary)}
     (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE ${rowGroupRows[part.kind]}, KV_METADATA ${metadata})`,
  );
  return Number(result.getRows()[0]?.[0] ?? 0);
}

async function nextFileNumber(connection: DuckDBConnection): Promise<string> {
  const result = await connection.runAndReadAll('UPDATE last_file SET number = number + 1 RETURNING number');
  return String(Number(result.getRows()[0]?.[0] ?? 0)).padStart(6, '0');
}

function temporaryPath(folder: string, file: string): string {
  return path.join(folder, 'temporary', path.basename(path.dirname(file)) + path.basename(file));
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, (await stat(file)).isDirectory() ? 'r' : 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
