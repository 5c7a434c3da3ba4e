// What the folder holds against what the database lists: files that do not count are put aside; where the database is new (the old one was
// damaged), the files that are there are listed again and bring the point dictionary back with them.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { HistorianLog } from '../historian.ts';
import { messageOf, quoted } from './database.ts';
import { dayMs, insertPart, type Part, type PartKind, partFolder, readParts } from './parts.ts';

/** Puts aside leftovers of a seal that did not finish, and reports listed files that are gone. Returns the files that are missing. */
export async function tidyFolder(connection: DuckDBConnection, folder: string, log: HistorianLog): Promise<readonly Part[]> {
  for (const name of readdirSync(path.join(folder, 'temporary')))
    rmSync(path.join(folder, 'temporary', name), { recursive: true, force: true });
  const listed = await readParts(connection);
  const known = new Set(listed.map((part) => part.file));
  // Put aside, not deleted: after an old copy of the database was put back by hand, these are the newer days.
  for (const file of parquetFiles(folder)) {
    if (known.has(file)) continue;
    mkdirSync(path.join(folder, 'unlisted'), { recursive: true });
    renameSync(path.join(folder, file), path.join(folder, 'unlisted', file.replace('/', '-')));
  }
  const missing = listed.filter((part) => !existsSync(path.join(folder, part.file)));
  if (missing.length > 0) {
    log.error(
      { folder, missing: missing.map((part) => part.file) },
      'files of sealed readings are missing; their days show as gaps; everything else works; put the files back and start again',
    );
  }
  return missing;
}

/** Lists every readable file of the folder in a new database. Returns the ids by slot that the files speak of. */
export async function adoptFiles(connection: DuckDBConnection, folder: string, log: HistorianLog): Promise<readonly string[]> {
  const found: { part: Part; pointIds: readonly string[]; replaces: readonly string[] }[] = [];
  let fileNumber = 0;
  for (const file of parquetFiles(folder)) {
    fileNumber = Math.max(fileNumber, Number(/\.(\d+)\.parquet$/.exec(file)?.[1] ?? 0));
    try {
      found.push(await describe(connection, folder, file));
    } catch (error) {
      log.error({ file, error: messageOf(error) }, 'a file of sealed readings cannot be read and is left out; its time shows as a gap');
    }
  }
  const replaced = new Set(found.flatMap((entry) => entry.replaces));
  const counted = found.filter((entry) => !replaced.has(entry.part.file));
  let pointIds: readonly string[] = [];
  for (const entry of counted) if (entry.pointIds.length > pointIds.length) pointIds = entry.pointIds;
  await connection.run('BEGIN TRANSACTION');
  for (const entry of counted) await insertPart(connection, entry.part);
  for (const [slot, id] of pointIds.entries()) await connection.run(`INSERT INTO point VALUES (${slot}, ${quoted(id)})`);
  await connection.run(`INSERT INTO last_file VALUES (${fileNumber})`);
  await connection.run('COMMIT');
  if (counted.length > 0) log.info({ files: counted.length, points: pointIds.length }, 'sealed readings found on disk were taken over');
  return pointIds;
}

async function describe(connection: DuckDBConnection, folder: string, file: string) {
  const kind: PartKind = file.startsWith(`${partFolder('readings')}/`) ? 'readings' : 'minutes';
  const time = kind === 'readings' ? 'time_ms' : 'minute_ms';
  const source = quoted(path.join(folder, file));
  const spans = await connection.runAndReadAll(
    `SELECT count(*)::DOUBLE, floor(min(${time}) / ${dayMs}) * ${dayMs}, (floor(max(${time}) / ${dayMs}) + 1) * ${dayMs} FROM read_parquet(${source})`,
  );
  const span = spans.getRows()[0] ?? [];
  const metadata = await connection.runAndReadAll(`SELECT decode(key), decode(value) FROM parquet_kv_metadata(${source})`);
  const texts = new Map(metadata.getRows().map((row) => [String(row[0]), String(row[1])]));
  return {
    part: { file, kind, firstMs: Number(span[1]), endMs: Number(span[2]), rowCount: Number(span[0]) },
    pointIds: JSON.parse(texts.get('points') ?? '[]') as string[],
    replaces: JSON.parse(texts.get('replaces') ?? '[]') as string[],
  };
}

function parquetFiles(folder: string): string[] {
  return (['readings', 'minutes'] as const).flatMap((kind) =>
    readdirSync(path.join(folder, partFolder(kind)))
      .filter((name) => name.endsWith('.parquet'))
      .sort()
      .map((name) => `${partFolder(kind)}/${name}`),
  );
}
