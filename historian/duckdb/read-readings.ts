// Questions to the embedded store: raw readings of a point, and buckets for a trend, over the hot table and the sealed files together.
import type { DuckDBConnection } from '@duckdb/node-api';
import { bucketGrid, minuteMs } from '../bucket-grid.ts';
import type { BucketColumns, RawColumns } from '../historian.ts';
import { type Part, partsRelation, readParts } from './parts.ts';

export const rawColumns = 'NULL::INTEGER AS point, NULL::BIGINT AS time_ms, NULL::DOUBLE AS value, NULL::UTINYINT AS quality';
const minuteColumns =
  'NULL::INTEGER AS point, NULL::BIGINT AS minute_ms, NULL::DOUBLE AS min, NULL::DOUBLE AS max, NULL::DOUBLE AS sum, NULL::UINTEGER AS valued, ' +
  'NULL::DOUBLE AS last, NULL::BIGINT AS last_ms, NULL::UINTEGER AS good, NULL::UINTEGER AS total';

/** Roll-ups as SQL over rows (point, time_ms, value, quality): over good and uncertain readings that have a value. */
export const minuteRollUp = `
  point, (floor(time_ms / ${minuteMs}) * ${minuteMs})::BIGINT AS minute_ms,
  min(value) FILTER (quality < 32) AS min, max(value) FILTER (quality < 32) AS max, sum(value) FILTER (quality < 32) AS sum,
  (count(value) FILTER (quality < 32))::UINTEGER AS valued,
  arg_max(value, time_ms) FILTER (quality < 32) AS last, max(time_ms) FILTER (quality < 32 AND value IS NOT NULL) AS last_ms,
  (count(*) FILTER (quality < 16))::UINTEGER AS good, count(*)::UINTEGER AS total`;

/** Readings of one point and moment that came twice are given once. */
export async function readRaw(
  connection: DuckDBConnection,
  folder: string,
  range: { slot: number; fromMs: number; toMs: number; limit: number },
): Promise<RawColumns> {
  const fromMs = Math.ceil(range.fromMs);
  const toMs = Math.ceil(range.toMs);
  const where = `point = ${range.slot} AND time_ms >= ${fromMs} AND time_ms < ${toMs}`;
  return inSnapshot(connection, async () => {
    const parts = await overlapping(connection, 'readings', fromMs, toMs);
    const source = `
      SELECT time_ms, value, quality FROM hot WHERE ${where}
      UNION ALL SELECT time_ms, value, quality FROM ${partsRelation(folder, parts, rawColumns)} WHERE ${where}`;
    const result = await connection.stream(
      `SELECT time_ms::DOUBLE, value, quality FROM (${source}) ORDER BY time_ms LIMIT ${Math.floor(range.limit) + 1}`,
    );
    let timeMs = new Float64Array(4_096);
    let value = new Float64Array(4_096);
    let quality = new Uint8Array(4_096);
    let length = 0;
    let count = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      if (length + chunk.rowCount > timeMs.length) {
        timeMs = grown(timeMs, new Float64Array(timeMs.length * 2));
        value = grown(value, new Float64Array(timeMs.length));
        quality = grown(quality, new Uint8Array(timeMs.length));
      }
      const times = chunk.getColumnVector(0);
      const values = chunk.getColumnVector(1);
      const qualities = chunk.getColumnVector(2);
      for (let row = 0; row < chunk.rowCount && count < range.limit + 1; row++) {
        const rowMs = times.getItem(row) as number;
        count++;
        if (length > 0 && timeMs[length - 1] === rowMs) length--; // came twice
        timeMs[length] = rowMs;
        value[length] = (values.getItem(row) as number | null) ?? Number.NaN;
        quality[length] = qualities.getItem(row) as number;
        length++;
      }
    }
    const isTruncated = count > range.limit;
    if (isTruncated && length > 1) length--;
    return { timeMs: timeMs.slice(0, length), value: value.slice(0, length), quality: quality.slice(0, length), isTruncated };
  });
}

function grown<T extends Float64Array | Uint8Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

export async function readBuckets(
  connection: DuckDBConnection,
  folder: string,
  range: { slot: number; fromMs: number; toMs: number; buckets: number },
): Promise<BucketColumns> {
  const { bucketMs, startMs, endMs } = bucketGrid(range.fromMs, range.toMs, range.buckets);
  const where = `WHERE point = ${range.slot} AND time_ms >= ${startMs} AND time_ms < ${endMs}`;
  // DISTINCT: a reading that came twice counts once. (Roll-ups of a sealed minute count it twice: finding that among a day's readings costs more than the
  // slight weight in one minute's mean is worth.)
  const hot = `SELECT DISTINCT time_ms, value, quality FROM hot ${where}`;
  return inSnapshot(connection, async () => {
    let rollUps: string;
    if (bucketMs >= minuteMs) {
      const parts = await overlapping(connection, 'minutes', startMs, endMs);
      rollUps = `SELECT time_ms AS at_ms, ${asRollUp} FROM (${hot})
        UNION ALL SELECT minute_ms AS at_ms, min, max, sum, valued, last, last_ms, good, total FROM ${partsRelation(folder, parts, minuteColumns)}
        WHERE point = ${range.slot} AND minute_ms >= ${startMs} AND minute_ms < ${endMs}`;
    } else {
      const parts = await overlapping(connection, 'readings', startMs, endMs);
      rollUps = `SELECT time_ms AS at_ms, ${asRollUp}
        FROM (${hot} UNION SELECT time_ms, value, quality FROM ${partsRelation(folder, parts, rawColumns)} ${where})`;
    }
    const result = await connection.runAndReadAll(`
      SELECT ((at_ms - ${startMs}) // ${bucketMs})::DOUBLE AS bucket, min(min), max(max), sum(sum) / sum(valued), arg_max(last, last_ms),
        (sum(good) / sum(total))::DOUBLE
      FROM (${rollUps}) GROUP BY bucket ORDER BY bucket`);
    const rows = result.getRows();
    const column = (index: number) => Float64Array.from(rows, (row) => (row[index] === null ? Number.NaN : Number(row[index])));
    return {
      bucketMs,
      timeMs: column(0).map((bucket) => startMs + bucket * bucketMs),
      min: column(1),
      max: column(2),
      mean: column(3),
      last: column(4),
      goodShare: column(5),
    };
  });
}

/** A raw row in the shape of a roll-up of one reading. */
const valueIfUsable = 'CASE WHEN quality < 32 THEN value END';
const asRollUp = `${valueIfUsable} AS min, ${valueIfUsable} AS max, ${valueIfUsable} AS sum, (quality < 32 AND value IS NOT NULL)::UINTEGER AS valued,
  ${valueIfUsable} AS last, time_ms AS last_ms, (quality < 16)::UINTEGER AS good, 1::UINTEGER AS total`;

export function overlapping(connection: DuckDBConnection, kind: Part['kind'], fromMs: number, toMs: number): Promise<Part[]> {
  return readParts(connection, `kind = '${kind}' AND first_ms < ${toMs} AND end_ms > ${fromMs}`);
}

/** The list of files and the hot table must be of one moment: a day being sealed would else be seen twice or not at all. */
export async function inSnapshot<T>(connection: DuckDBConnection, read: () => Promise<T>): Promise<T> {
  await connection.run('BEGIN TRANSACTION');
  try {
    return await read();
  } finally {
    await connection.run('ROLLBACK');
  }
}
