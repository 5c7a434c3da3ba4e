// Raw readings of several points in one question to the embedded store: what a replay shows of a stretch of time.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { RawColumnsOfMany } from '../historian.ts';
import { partsRelation } from './parts.ts';
import { inSnapshot, overlapping, rawColumns } from './read-readings.ts';

/** As SQL: the readings of these points in the hot table and in the sealed files. Ask for it within the snapshot in which it is read. */
export async function rowsOfMany(
  connection: DuckDBConnection,
  folder: string,
  range: { readonly indexBySlot: ReadonlyMap<number, number>; readonly fromMs: number; readonly toMs: number },
): Promise<string> {
  const fromMs = Math.ceil(range.fromMs);
  const toMs = Math.ceil(range.toMs);
  const where = `point IN (${[...range.indexBySlot.keys()].join(',')}) AND time_ms >= ${fromMs} AND time_ms < ${toMs}`;
  const parts = await overlapping(connection, 'readings', fromMs, toMs);
  return `
        SELECT point, time_ms, value, quality FROM hot WHERE ${where}
        UNION ALL SELECT point, time_ms, value, quality FROM ${partsRelation(folder, parts, rawColumns)} WHERE ${where}`;
}

export async function readRawOfMany(
  connection: DuckDBConnection,
  folder: string,
  range: { readonly indexBySlot: ReadonlyMap<number, number>; readonly fromMs: number; readonly toMs: number; readonly limit: number },
): Promise<RawColumnsOfMany> {
  const { indexBySlot } = range;
  const limit = Math.floor(range.limit);
  const rows: { readonly point: number; readonly timeMs: number; readonly value: number; readonly quality: number }[] = [];
  let isTruncated = false;
  if (indexBySlot.size > 0) {
    await inSnapshot(connection, async () => {
      const source = await rowsOfMany(connection, folder, range);
      const result = await connection.stream(
        `SELECT point, time_ms::DOUBLE, value, quality FROM (${source}) ORDER BY time_ms, point LIMIT ${limit + 1}`,
      );
      let count = 0;
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        const [points, times, values, qualities] = [0, 1, 2, 3].map((column) => chunk.getColumnVector(column));
        for (let row = 0; row < chunk.rowCount; row++) {
          count++;
          const point = indexBySlot.get(points?.getItem(row) as number) ?? 0;
          const timeMs = times?.getItem(row) as number;
          const before = rows.at(-1);
          if (before?.point === point && before.timeMs === timeMs) rows.pop(); // came twice
          rows.push({
            point,
            timeMs,
            value: (values?.getItem(row) as number | null) ?? Number.NaN,
            quality: qualities?.getItem(row) as number,
          });
        }
      }
      isTruncated = count > limit;
    });
  }
  if (isTruncated) {
    const cutMs = rows.at(-1)?.timeMs ?? range.fromMs;
    while ((rows.at(-1)?.timeMs ?? Number.NEGATIVE_INFINITY) >= cutMs) rows.pop();
  }
  return {
    point: Uint16Array.from(rows, (row) => row.point),
    timeMs: Float64Array.from(rows, (row) => row.timeMs),
    value: Float64Array.from(rows, (row) => row.value),
    quality: Uint8Array.from(rows, (row) => row.quality),
    isTruncated,
  };
}
