// Readings of several points as one Parquet file for people outside, written by the embedded store itself: a month of a station is too much to carry through JavaScript.
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from './database.ts';
import { partsRelation } from './parts.ts';
import { inSnapshot, overlapping, rawColumns } from './read-readings.ts';

const rowGroupRows = 122_880;

/** Points in the order given, each in the order of time. Returns the number of rows. */
export async function exportReadings(
  connection: DuckDBConnection,
  folder: string,
  range: {
    readonly points: readonly { readonly slot: number; readonly id: string }[];
    readonly fromMs: number;
    readonly toMs: number;
    readonly file: string;
  },
): Promise<number> {
  const points = range.points.length === 0 ? [{ slot: -1, id: '' }] : range.points;
  const fromMs = Math.ceil(range.fromMs);
  const toMs = Math.ceil(range.toMs);
  const where = `point IN (${points.map(({ slot }) => slot).join(',')}) AND time_ms >= ${fromMs} AND time_ms < ${toMs}`;
  const names = `(VALUES ${points.map(({ slot, id }, position) => `(${slot}, ${position}, ${quoted(id)})`).join(', ')}) named(slot, position, id)`;
  return inSnapshot(connection, async () => {
    await connection.run(`SET TimeZone = 'UTC'`);
    const parts = await overlapping(connection, 'readings', fromMs, toMs);
    const source = `
      SELECT point, time_ms, value, quality FROM hot WHERE ${where}
      UNION ALL SELECT point, time_ms, value, quality FROM ${partsRelation(folder, parts, rawColumns)} WHERE ${where}`;
    const result = await connection.runAndReadAll(
      `COPY (SELECT named.id AS point, make_timestamptz((time_ms * 1000)::BIGINT) AS time, value, quality
         FROM (${source}) reading JOIN ${names} ON named.slot = reading.point ORDER BY named.position, time_ms)
       TO ${quoted(range.file)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE ${rowGroupRows})`,
    );
    return Number(result.getRows()[0]?.[0] ?? 0);
  });
}
