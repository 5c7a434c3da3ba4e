// Readings of several points as one Parquet file for people outside, written by the embedded store itself: a month of a station is too much to carry through
// JavaScript. A sealed day is sorted already: it is copied as it lies, by an engine of its own with little memory. Anything else is sorted first.
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { quoted } from './database.ts';
import { partsRelation } from './parts.ts';
import { inSnapshot, overlapping, rawColumns } from './read-readings.ts';

const rowGroupRows = 122_880;

interface ExportRange {
  readonly points: readonly { readonly slot: number; readonly id: string }[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly file: string;
  readonly signal?: AbortSignal;
}

/** Each point's rows together and in the order of time. Returns the number of rows. */
export async function exportReadings(connection: DuckDBConnection, folder: string, range: ExportRange): Promise<number> {
  const slots = range.points.map(({ slot }) => slot);
  const fromMs = Math.ceil(range.fromMs);
  const toMs = Math.ceil(range.toMs);
  const where = `point IN (${slots.length === 0 ? -1 : slots.join(',')}) AND time_ms >= ${fromMs} AND time_ms < ${toMs}`;
  return inSnapshot(connection, async () => {
    const parts = await overlapping(connection, 'readings', fromMs, toMs);
    const hot = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM hot WHERE ${where}`);
    const sealed = `SELECT point, time_ms, value, quality FROM ${partsRelation(folder, parts, rawColumns)} WHERE ${where}`;
    if (parts.length === 1 && Number(hot.getRows()[0]?.[0] ?? 0) === 0) return copyApart(sealed, range);
    const all = `SELECT point, time_ms, value, quality FROM hot WHERE ${where} UNION ALL ${sealed} ORDER BY point, time_ms`;
    return copy(connection, all, range);
  });
}

async function copyApart(select: string, range: ExportRange): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '200MB', autoinstall_known_extensions: 'false' });
  try {
    const connection = await instance.connect();
    const interrupt = () => connection.interrupt();
    range.signal?.addEventListener('abort', interrupt, { once: true });
    try {
      return await copy(connection, select, range);
    } finally {
      range.signal?.removeEventListener('abort', interrupt);
      connection.disconnectSync();
    }
  } finally {
    instance.closeSync();
  }
}

async function copy(connection: DuckDBConnection, select: string, { points, file }: ExportRange): Promise<number> {
  const firstSlot = points.reduce((least, { slot }) => Math.min(least, slot), Number.POSITIVE_INFINITY);
  const names: string[] = [];
  for (const { slot, id } of points) names[slot - firstSlot] = id;
  const list = `[${points.length === 0 ? `''` : Array.from(names, (name) => quoted(name ?? '')).join(', ')}]`;
  await connection.run(`SET TimeZone = 'UTC'`);
  const result = await connection.runAndReadAll(
    `COPY (SELECT ${list}[point - ${points.length === 0 ? 0 : firstSlot} + 1] AS point, make_timestamptz((time_ms * 1000)::BIGINT) AS time, value, quality FROM (${select}))
     TO ${quoted(file)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE ${rowGroupRows})`,
  );
  return Number(result.getRows()[0]?.[0] ?? 0);
}
