// Readings as one Parquet file: gathered into a table on disk page by page, written out, sent, and taken away. Needs the memory of one page and the disk
// of the readings; a file of readings can only be begun when all of it is known.
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { DOUBLE, type DuckDBConnection, DuckDBDataChunk, DuckDBInstance, INTEGER, UTINYINT } from '@duckdb/node-api';
import { qualityCodes, qualityReason, qualitySeverity } from '../../../domain/readings/quality.ts';
import type { HistorianReader } from '../../../historian/historian.ts';
import type { TrendExport } from './csv-export.ts';
import { breathe, readingPages } from './reading-pages.ts';

const rowsAtOnce = 2_048;

export class TooManyRows extends Error {}

/** The file as a stream that deletes it when it ends or is broken off. */
export async function parquetExport(
  historian: HistorianReader,
  ask: TrendExport & { readonly temporaryDir: string; readonly rowsMaximum: number },
): Promise<Readable> {
  const folder = await mkdtemp(path.join(ask.temporaryDir, 'gatewatch-trend-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const file = path.join(folder, 'trend.parquet');
    await writeFile(historian, ask, folder, file);
    const stream = createReadStream(file);
    stream.once('close', () => void remove());
    return stream;
  } catch (error) {
    await remove();
    throw error;
  }
}

async function writeFile(
  historian: HistorianReader,
  ask: TrendExport & { readonly rowsMaximum: number },
  folder: string,
  file: string,
): Promise<void> {
  const instance = await DuckDBInstance.create(path.join(folder, 'table.duckdb'), {
    threads: '1',
    memory_limit: '256MB',
    temp_directory: folder,
    autoinstall_known_extensions: 'false',
  });
  try {
    const connection = await instance.connect();
    await connection.run(`SET TimeZone = 'UTC'`);
    await describe(connection, ask);
    if (ask.buckets === undefined) await gatherReadings(connection, historian, ask);
    else await gatherBuckets(connection, historian, ask, ask.buckets);
    const figures =
      ask.buckets === undefined
        ? 'value, unit, quality.severity AS quality, quality.reason AS reason'
        : 'min, mean, max, last, unit, good_share AS "goodShare"';
    const joined = ask.buckets === undefined ? 'JOIN quality ON quality.code = row.code' : '';
    await connection.run(
      `COPY (SELECT make_timestamptz((time_ms * 1000)::BIGINT) AS time, point.id AS point, point.name AS name, ${figures}
         FROM gathered row JOIN point ON point.number = row.point ${joined} ORDER BY row.point, time_ms)
       TO ${quoted(file)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {time_zone: ${quoted(ask.zone)}, from_utc: ${quoted(iso(ask.fromMs))}, to_utc: ${quoted(iso(ask.toMs))}})`,
    );
    connection.disconnectSync();
  } finally {
    instance.closeSync();
  }
}

const iso = (timeMs: number) => new Date(timeMs).toISOString();
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

async function describe(connection: DuckDBConnection, ask: TrendExport): Promise<void> {
  const points = ask.points.map(({ id, name, unit }, number) => `(${number}, ${[id, name[ask.language], unit].map(quoted).join(', ')})`);
  await connection.run(`CREATE TABLE point AS FROM (VALUES ${points.join(', ')}) points(number, id, name, unit)`);
  const codes = qualityCodes.map((code) => `(${code}, ${quoted(qualitySeverity(code))}, ${quoted(qualityReason(code))})`);
  await connection.run(`CREATE TABLE quality AS FROM (VALUES ${codes.join(', ')}) codes(code, severity, reason)`);
  const figures =
    ask.buckets === undefined ? 'value DOUBLE, code UTINYINT' : 'min DOUBLE, mean DOUBLE, max DOUBLE, last DOUBLE, good_share DOUBLE';
  await connection.run(`CREATE TABLE gathered (point INTEGER, time_ms DOUBLE, ${figures})`);
}

async function gatherReadings(
  connection: DuckDBConnection,
  historian: HistorianReader,
  ask: TrendExport & { readonly rowsMaximum: number },
): Promise<void> {
  const known = new Set(qualityCodes);
  let rows = 0;
  for (const [number, point] of ask.points.entries()) {
    for await (const page of readingPages(historian, { ...ask, pointId: point.id })) {
      rows += page.timeMs.length;
      if (rows > ask.rowsMaximum) throw new TooManyRows();
      const qualities = Float64Array.from(page.quality, (code) => (known.has(code) ? code : 32));
      await append(connection, [INTEGER, DOUBLE, DOUBLE, UTINYINT], page.timeMs.length, (row) => [
        number,
        page.timeMs[row] ?? 0,
        orNull(page.value[row]),
        qualities[row] ?? 32,
      ]);
    }
  }
}

async function gatherBuckets(connection: DuckDBConnection, historian: HistorianReader, ask: TrendExport, buckets: number): Promise<void> {
  for (const [number, point] of ask.points.entries()) {
    const { fromMs, toMs, signal } = ask;
    const found = await historian.readBuckets({ pointId: point.id, fromMs, toMs, buckets, signal });
    await append(connection, [INTEGER, DOUBLE, DOUBLE, DOUBLE, DOUBLE, DOUBLE, DOUBLE], found.timeMs.length, (row) => [
      number,
      found.timeMs[row] ?? 0,
      orNull(found.min[row]),
      orNull(found.mean[row]),
      orNull(found.max[row]),
      orNull(found.last[row]),
      found.goodShare[row] ?? 0,
    ]);
  }
}

function orNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

async function append(
  connection: DuckDBConnection,
  types: Parameters<typeof DuckDBDataChunk.create>[0],
  rowCount: number,
  rowAt: (row: number) => readonly (number | null)[],
): Promise<void> {
  const appender = await connection.createAppender('gathered');
  try {
    for (let from = 0; from < rowCount; from += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rowCount - from);
      const chunk = DuckDBDataChunk.create(types, count);
      chunk.setRows(Array.from({ length: count }, (_, row) => [...rowAt(from + row)]));
      appender.appendDataChunk(chunk);
      appender.flushSync();
      await breathe();
    }
  } finally {
    appender.closeSync();
  }
}
