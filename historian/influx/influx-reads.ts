// History out of InfluxDB in InfluxQL, the one query language that 1.x, 2.x and 3.x share.
import { z } from 'zod';
import { bucketGrid } from '../bucket-grid.ts';
import type { BucketColumns, RawColumns, RawColumnsOfMany } from '../historian.ts';
import { type InfluxConnection, InfluxRefusal } from './influx-connection.ts';
import { measurement } from './line-protocol.ts';

const cellSchema = z.union([z.number(), z.string(), z.null()]);
const answerSchema = z.object({
  results: z.array(
    z.object({
      error: z.string().optional(),
      series: z.array(z.object({ tags: z.record(z.string(), z.string()).optional(), values: z.array(z.array(cellSchema)) })).optional(),
    }),
  ),
  error: z.string().optional(),
});
export type Cell = z.output<typeof cellSchema>;

/** A string literal of InfluxQL. */
export function quotedText(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;
}

export interface Series {
  readonly tags: Readonly<Record<string, string>>;
  readonly values: Cell[][];
}

/** Series of each statement. Throws with the database's own words. */
export async function seriesOf(connection: InfluxConnection, text: string, signal: AbortSignal): Promise<Series[][]> {
  const chunks: Uint8Array[] = [];
  await connection.query(text, 'application/json', signal, (data) => void chunks.push(data));
  const answer = answerSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  const error = answer.error ?? answer.results.find((result) => result.error !== undefined)?.error;
  if (error !== undefined) throw new InfluxRefusal(`history cannot be read: ${error}`);
  return answer.results.map((result) => (result.series ?? []).map(({ tags, values }) => ({ tags: tags ?? {}, values })));
}

/** Rows of each statement, where it gives one series. */
async function rowsOf(connection: InfluxConnection, text: string, signal: AbortSignal): Promise<Cell[][][]> {
  const answers = await seriesOf(connection, text, signal);
  return answers.map((series) => series[0]?.values ?? []);
}

export function numberAt(row: readonly Cell[], column: number): number {
  const cell = row[column];
  return typeof cell === 'number' ? cell : Number.NaN;
}

/** The first `limit` readings of the range. */
export async function readRaw(
  connection: InfluxConnection,
  range: { pointId: string; fromMs: number; toMs: number; limit: number },
  signal: AbortSignal,
): Promise<RawColumns> {
  const [rows = []] = await rowsOf(
    connection,
    `SELECT v, q FROM ${measurement} WHERE point = ${quotedText(range.pointId)} AND time >= ${Math.ceil(range.fromMs)}ms AND time < ${Math.ceil(range.toMs)}ms ORDER BY time ASC LIMIT ${Math.floor(range.limit) + 1}`,
    signal,
  );
  const isTruncated = rows.length > range.limit;
  const kept = isTruncated ? rows.slice(0, Math.floor(range.limit)) : rows;
  return {
    timeMs: Float64Array.from(kept, (row) => numberAt(row, 0)),
    value: Float64Array.from(kept, (row) => numberAt(row, 1)),
    quality: Uint8Array.from(kept, (row) => numberAt(row, 2)),
    isTruncated,
  };
}

/** Ids in one question: its text goes into the address, and addresses have a limit. */
export const pointsOfQuestion = 150;

/** Moments that the limit cuts through are left out. */
export async function readRawOfMany(
  connection: InfluxConnection,
  range: { pointIds: readonly string[]; fromMs: number; toMs: number; limit: number },
  signal: AbortSignal,
): Promise<RawColumnsOfMany> {
  const { pointIds, fromMs, toMs } = range;
  const limit = Math.floor(range.limit);
  const indexById = new Map(pointIds.map((id, index) => [id, index]));
  const found: Cell[][] = [];
  let knownBeforeMs = Number.POSITIVE_INFINITY;
  for (let start = 0; start < pointIds.length; start += pointsOfQuestion) {
    const which = pointIds
      .slice(start, start + pointsOfQuestion)
      .map((id) => `point = ${quotedText(id)}`)
      .join(' OR ');
    const [rows = []] = await rowsOf(
      connection,
      `SELECT v, q, point FROM ${measurement} WHERE (${which}) AND time >= ${Math.ceil(fromMs)}ms AND time < ${Math.ceil(toMs)}ms ORDER BY time ASC LIMIT ${limit + 1}`,
      signal,
    );
    if (rows.length > limit) knownBeforeMs = Math.min(knownBeforeMs, numberAt(rows.at(-1) ?? [], 0));
    for (const row of rows) found.push(row);
  }
  found.sort((one, other) => numberAt(one, 0) - numberAt(other, 0));
  if (found.length > limit) knownBeforeMs = Math.min(knownBeforeMs, numberAt(found[limit] ?? [], 0));
  const kept = found.filter((row) => numberAt(row, 0) < knownBeforeMs);
  return {
    point: Uint16Array.from(kept, (row) => indexById.get(String(row[3])) ?? 0),
    timeMs: Float64Array.from(kept, (row) => numberAt(row, 0)),
    value: Float64Array.from(kept, (row) => numberAt(row, 1)),
    quality: Uint8Array.from(kept, (row) => numberAt(row, 2)),
    isTruncated: knownBeforeMs < Number.POSITIVE_INFINITY,
  };
}

export async function readBuckets(
  connection: InfluxConnection,
  range: { pointId: string; fromMs: number; toMs: number; buckets: number },
  signal: AbortSignal,
): Promise<BucketColumns> {
  const { bucketMs, startMs, endMs } = bucketGrid(range.fromMs, range.toMs, range.buckets);
  const offsetMs = ((startMs % bucketMs) + bucketMs) % bucketMs;
  const from = `FROM ${measurement} WHERE point = ${quotedText(range.pointId)} AND time >= ${startMs}ms AND time < ${endMs}ms`;
  const group = `GROUP BY time(${bucketMs}ms, ${offsetMs}ms) fill(none)`;
  // Quality below 32 is good or uncertain, below 16 good (domain/readings/quality.ts).
  const [all = [], usable = [], good = []] = await rowsOf(
    connection,
    `SELECT count(q) ${from} ${group}; SELECT min(v), max(v), mean(v), last(v) ${from} AND q < 32 ${group}; SELECT count(q) ${from} AND q < 16 ${group}`,
    signal,
  );
  const counted = all.filter((row) => numberAt(row, 1) > 0);
  const usableAt = new Map(usable.map((row) => [numberAt(row, 0), row]));
  const goodAt = new Map(good.map((row) => [numberAt(row, 0), numberAt(row, 1)]));
  const column = (index: number) => Float64Array.from(counted, (row) => numberAt(usableAt.get(numberAt(row, 0)) ?? [], index));
  return {
    bucketMs,
    timeMs: Float64Array.from(counted, (row) => numberAt(row, 0)),
    min: column(1),
    max: column(2),
    mean: column(3),
    last: column(4),
    goodShare: Float64Array.from(counted, (row) => (goodAt.get(numberAt(row, 0)) ?? 0) / numberAt(row, 1)),
  };
}
