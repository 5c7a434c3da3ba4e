// Runs of readings of equal quality, reckoned inside the embedded store: what is asked of every reading of the plant must not pass through this process row by row.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { QualityRuns } from '../historian.ts';
import { rowsOfMany } from './read-many.ts';
import { inSnapshot } from './read-readings.ts';

export async function readQualityRuns(
  connection: DuckDBConnection,
  folder: string,
  range: { readonly indexBySlot: ReadonlyMap<number, number>; readonly fromMs: number; readonly toMs: number; readonly silenceMs: number },
): Promise<QualityRuns> {
  const point: number[] = [];
  const firstMs: number[] = [];
  const lastMs: number[] = [];
  const quality: number[] = [];
  if (range.indexBySlot.size > 0) {
    await inSnapshot(connection, async () => {
      const source = await rowsOfMany(connection, folder, range);
      const result = await connection.stream(`
        WITH source AS (${source}), marked AS (
          SELECT point, time_ms, quality,
            (lag(quality) OVER own IS DISTINCT FROM quality OR time_ms - lag(time_ms) OVER own > ${Math.floor(range.silenceMs)})::UTINYINT AS begins
          FROM source WINDOW own AS (PARTITION BY point ORDER BY time_ms)
        ), numbered AS (
          SELECT point, time_ms, quality, sum(begins) OVER (PARTITION BY point ORDER BY time_ms ROWS UNBOUNDED PRECEDING) AS run FROM marked
        )
        SELECT point, min(time_ms)::DOUBLE AS first, max(time_ms)::DOUBLE, any_value(quality) FROM numbered GROUP BY point, run ORDER BY point, first`);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        const [points, firsts, lasts, qualities] = [0, 1, 2, 3].map((column) => chunk.getColumnVector(column));
        for (let row = 0; row < chunk.rowCount; row++) {
          point.push(range.indexBySlot.get(points?.getItem(row) as number) ?? 0);
          firstMs.push(firsts?.getItem(row) as number);
          lastMs.push(lasts?.getItem(row) as number);
          quality.push(qualities?.getItem(row) as number);
        }
      }
    });
  }
  return {
    point: Uint32Array.from(point),
    fromMs: Float64Array.from(firstMs),
    toMs: Float64Array.from(lastMs),
    quality: Uint8Array.from(quality),
  };
}
