// Readings on the hot path: one batch a scan, columns as typed arrays. A reading is never an object before the browser's edge.

/**
 * The points that a batch's `point` column indexes. One table a plant version; holders may cache per table by identity.
 * `ids[i]` is the point id (`GS-01.PT-101`) of index `i`.
 */
export interface PointTable {
  /** Plant version that the indexes belong to. */
  readonly version: string;
  readonly ids: readonly string[];
}

/** `length` rows; the arrays may be longer than `length`. Receivers must not keep or change the arrays after they return. */
export interface ReadingBatch {
  readonly table: PointTable;
  length: number;
  /** Index into `table.ids`. */
  readonly point: Uint32Array;
  /** Source time, UTC epoch milliseconds. */
  readonly timeMs: Float64Array;
  /** Engineering value in the point's unit; NaN where there is none. Discrete points: the state number. */
  readonly value: Float64Array;
  /** See `Quality`. */
  readonly quality: Uint8Array;
  /** Values of text points by row, or null where the batch has none. */
  text: Map<number, string> | null;
}

export function createReadingBatch(table: PointTable, capacity: number): ReadingBatch {
  return {
    table,
    length: 0,
    point: new Uint32Array(capacity),
    timeMs: new Float64Array(capacity),
    value: new Float64Array(capacity),
    quality: new Uint8Array(capacity),
    text: null,
  };
}

/** Appends one reading. Throws RangeError where the batch is full (misuse: size it for the scan). */
export function pushReading(batch: ReadingBatch, point: number, timeMs: number, value: number, quality: number): void {
  const row = batch.length;
  if (row >= batch.point.length) throw new RangeError(`reading batch is full at ${row} rows`);
  batch.point[row] = point;
  batch.timeMs[row] = timeMs;
  batch.value[row] = value;
  batch.quality[row] = quality;
  batch.length = row + 1;
}
