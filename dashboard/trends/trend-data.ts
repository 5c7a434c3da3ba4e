// Rows of history as the chart wants them: columns, gaps as nulls, and for a live trend the newest readings added at the end.
import type { BucketReadings } from '../../domain/api/readings-api.ts';

export type BucketRow = BucketReadings['rows'][number];

/** Time in epoch seconds, then minimum, maximum, mean. */
export interface TrendColumns {
  readonly times: number[];
  readonly minima: (number | null)[];
  readonly maxima: (number | null)[];
  readonly means: (number | null)[];
}

/** History leaves out readings that hardly moved, but keeps one a minute: a hole wider than this, and than the buckets and the scan, is a gap. */
const heldMs = 75_000;

export function gapMsOf(bucketMs: number, scanMs: number): number {
  return Math.max(heldMs, bucketMs * 1.5, scanMs * 2.5);
}

export function columnsOf(rows: readonly BucketRow[], gapMs: number): TrendColumns {
  const columns: TrendColumns = { times: [], minima: [], maxima: [], means: [] };
  let before: number | null = null;
  for (const [timeMs, minimum, maximum, mean] of rows) {
    if (before !== null && timeMs <= before) continue;
    if (before !== null && timeMs - before > gapMs) pushRow(columns, before + 1, null, null, null);
    pushRow(columns, timeMs, minimum, maximum, mean);
    before = timeMs;
  }
  return columns;
}

function pushRow(columns: TrendColumns, timeMs: number, minimum: number | null, maximum: number | null, mean: number | null): void {
  columns.times.push(timeMs / 1_000);
  columns.minima.push(minimum);
  columns.maxima.push(maximum);
  columns.means.push(mean);
}

export interface LiveSample {
  readonly timeMs: number;
  /** null where the reading is not to be believed. */
  readonly value: number | null;
}

/** Live samples newer than the history follow it; the last believed one is held until now, because a value that stands still sends nothing. */
export function withLiveSamples(columns: TrendColumns, samples: readonly LiveSample[], heldUntilMs: number | null): TrendColumns {
  const joined: TrendColumns = {
    times: [...columns.times],
    minima: [...columns.minima],
    maxima: [...columns.maxima],
    means: [...columns.means],
  };
  for (const sample of samples) {
    const last = joined.times.at(-1);
    if (last !== undefined && sample.timeMs / 1_000 <= last) continue;
    pushRow(joined, sample.timeMs, sample.value, sample.value, sample.value);
  }
  const lastValue = joined.means.at(-1);
  const lastTime = joined.times.at(-1);
  if (heldUntilMs !== null && lastValue !== undefined && lastValue !== null && lastTime !== undefined && heldUntilMs / 1_000 > lastTime) {
    pushRow(joined, heldUntilMs, lastValue, lastValue, lastValue);
  }
  return joined;
}

/** Range of the value axis: the data with some air, at least the instrument's noise, and limits that are not far away. */
export function valueRange(
  columns: Pick<TrendColumns, 'minima' | 'maxima'>,
  options: { readonly limits: readonly number[]; readonly always: readonly number[]; readonly minimumSpan: number },
): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of columns.minima) if (value !== null && value < low) low = value;
  for (const value of columns.maxima) if (value !== null && value > high) high = value;
  for (const value of options.always) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    low = Math.min(...options.limits, 0);
    high = Math.max(...options.limits, 1);
  }
  const reach = Math.max(high - low, options.minimumSpan) * 0.6;
  const [dataLow, dataHigh] = [low, high];
  for (const limit of options.limits) {
    if (limit >= dataLow - reach && limit <= dataHigh + reach) {
      low = Math.min(low, limit);
      high = Math.max(high, limit);
    }
  }
  const missing = Math.max(0, options.minimumSpan - (high - low));
  const air = (high - low + missing) * 0.08 || 0.5;
  return [low - missing / 2 - air, high + missing / 2 + air];
}
