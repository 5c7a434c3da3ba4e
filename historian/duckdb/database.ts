// Opens the embedded database, makes its tables, and decides what an open that failed means: damage is moved aside, anything else is told.
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { HistorianLog } from '../historian.ts';

/**
 * `hot`: readings of days not yet sealed. `part`: which Parquet files count; a file not listed here does not exist for a reader.
 * `last_file` is empty until the files on disk have been adopted.
 * `point`: slot numbers, never reused. `last_commit`: number of the last committed batch, to settle a commit whose answer was lost. It is a table
 * apart from `last_file` because sealing changes that one in a long transaction, and writing must never wait for it or collide with it.
 */
const schema = `
  CREATE TABLE IF NOT EXISTS hot (point INTEGER NOT NULL, time_ms BIGINT NOT NULL, value DOUBLE, quality UTINYINT NOT NULL);
  CREATE TABLE IF NOT EXISTS text_reading (point INTEGER NOT NULL, time_ms BIGINT NOT NULL, text VARCHAR NOT NULL);
  CREATE TABLE IF NOT EXISTS point (slot INTEGER NOT NULL, id VARCHAR NOT NULL);
  CREATE TABLE IF NOT EXISTS part (file VARCHAR NOT NULL, kind VARCHAR NOT NULL, first_ms BIGINT NOT NULL, end_ms BIGINT NOT NULL, row_count BIGINT NOT NULL);
  CREATE TABLE IF NOT EXISTS last_commit (number BIGINT NOT NULL);
  CREATE TABLE IF NOT EXISTS last_file (number BIGINT NOT NULL);
  INSERT INTO last_commit SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM last_commit);
`;

export interface Database {
  readonly instance: DuckDBInstance;
  /** Only the commit loop uses it. */
  readonly writing: DuckDBConnection;
  /** Only sealing and retention use it. */
  readonly maintenance: DuckDBConnection;
}

export type OpenedDatabase =
  | {
      readonly kind: 'open';
      readonly database: Database /** Nothing was there before, or it was damaged: files on disk must be adopted. */;
      readonly isNew: boolean;
    }
  | { readonly kind: 'failed'; readonly reason: 'locked' | 'newerVersion' | 'unavailable'; readonly message: string };

export interface DatabaseOptions {
  readonly folder: string;
  readonly threads: number;
  readonly memoryLimitMB: number;
  readonly log: HistorianLog;
  /** Names what is moved aside. */
  readonly nowMs: () => number;
}

export async function openDatabase(options: DatabaseOptions): Promise<OpenedDatabase> {
  const { folder, log } = options;
  const file = path.join(folder, 'readings.duckdb');
  try {
    for (const name of ['', 'days', 'minutes', 'temporary']) mkdirSync(path.join(folder, name), { recursive: true });
  } catch (error) {
    return { kind: 'failed', reason: 'unavailable', message: messageOf(error) };
  }
  const first = await tryOpen(file, options);
  if (first.kind === 'open') return first;
  if (first.reason !== 'damaged') return { kind: 'failed', reason: first.reason, message: first.message };
  try {
    const movedTo = moveAside(folder, options.nowMs());
    log.error(
      { file, movedTo, error: first.message },
      'the readings database could not be opened and was moved aside; history of sealed days is kept, readings since the last sealed day are in the file moved aside; recording goes on in a new one',
    );
  } catch (error) {
    return { kind: 'failed', reason: 'unavailable', message: messageOf(error) };
  }
  const second = await tryOpen(file, options);
  if (second.kind === 'open') return second;
  return { kind: 'failed', reason: 'unavailable', message: second.message };
}

export function closeDatabase(database: Database): void {
  for (const connection of [database.writing, database.maintenance]) {
    try {
      connection.disconnectSync();
    } catch {
      // A connection of a database that failed may refuse; the instance is closed next all the same.
    }
  }
  database.instance.closeSync();
}

type Tried =
  | { readonly kind: 'open'; readonly database: Database; readonly isNew: boolean }
  | { readonly kind: 'failed'; readonly reason: 'damaged' | 'locked' | 'newerVersion' | 'unavailable'; readonly message: string };

async function tryOpen(file: string, options: DatabaseOptions): Promise<Tried> {
  let instance: DuckDBInstance | null = null;
  try {
    instance = await DuckDBInstance.create(file, {
      threads: String(options.threads),
      memory_limit: `${options.memoryLimitMB}MB`,
      temp_directory: path.join(options.folder, 'temporary'),
      preserve_insertion_order: 'false',
      // Nothing here needs an extension; a control room's network must not be asked for one.
      autoinstall_known_extensions: 'false',
    });
    const writing = await instance.connect();
    const maintenance = await instance.connect();
    await writing.run(schema);
    await writing.run('SELECT count(*), min(point), max(time_ms) FROM hot');
    const adopted = await writing.runAndReadAll('SELECT count(*)::INTEGER FROM last_file');
    return { kind: 'open', database: { instance, writing, maintenance }, isNew: adopted.getRows()[0]?.[0] === 0 };
  } catch (error) {
    try {
      instance?.closeSync();
    } catch {
      // Already told by the first error.
    }
    const message = messageOf(error);
    return { kind: 'failed', reason: reasonOf(message), message };
  }
}

function reasonOf(message: string): 'damaged' | 'locked' | 'newerVersion' | 'unavailable' {
  if (/could not set lock|conflicting lock/i.test(message)) return 'locked';
  if (/newer version of DuckDB/i.test(message)) return 'newerVersion';
  if (/permission denied|no space left|read-only file system|input\/output error|too many open files|out of memory/i.test(message))
    return 'unavailable';
  return 'damaged';
}

function moveAside(folder: string, nowMs: number): string {
  const target = path.join(folder, 'damaged', new Date(nowMs).toISOString().replaceAll(':', '-'));
  mkdirSync(target, { recursive: true });
  for (const name of ['readings.duckdb', 'readings.duckdb.wal']) {
    const from = path.join(folder, name);
    if (existsSync(from)) renameSync(from, path.join(target, name));
  }
  return target;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Quotes a text for SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
