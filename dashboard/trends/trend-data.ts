// Rows of history as the chart wants them: columns, gaps as nulls, and for a live trend the newest readings added at the end.
import type { BucketReadings } from '../../domain/api/readings-api.ts';
import { isBad, isGood } from '../../domain/readings/quality.ts';
import { silenceMsOf } from '../../domain/trends/quality-spans.ts';
import type { TrendRows } from '../../domain/trends/trend-statistics.ts';

export type BucketRow = BucketReadings['rows'][number];

/** Times in epoch seconds. */
export interface TrendColumns extends TrendRows {
  readonly times: number[];
  readonly minima: (number | null)[];
  readonly maxima: (number | null)[];
  readonly means: (number | null)[];
  readonly lasts: (number | null)[];
  readonly goodShares: number[];
  /** Rows that stand for the beginning of a gap, not for readings. */
  readonly gapRows: Set<number>;
}

interface Row {
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly mean: number | null;
  readonly last: number | null;
  readonly goodShare: number;
}

const noReading: Row = { minimum: null, maximum: null, mean: null, last: null, goodShare: 0 };

export function emptyColumns(): TrendColumns {
  return { times: [], minima: [], maxima: [], means: [], lasts: [], goodShares: [], gapRows: new Set() };
}

/** History leaves out readings that hardly moved, but keeps one a minute: a hole wider than this, and than the buckets and the scan, is a gap. */
export function gapMsOf(bucketMs: number, scanMs: number): number {
  return Math.max(silenceMsOf(scanMs), bucketMs * 1.5);
}

/** `holdMs`: how long after a row the readings in it may have gone on. */
export function columnsOf(rows: readonly BucketRow[], gapMs: number, holdMs = 1): TrendColumns {
  const columns = emptyColumns();
  let before: number | null = null;
  for (const [timeMs, minimum, maximum, mean, last, goodShare] of rows) {
    if (before !== null && timeMs <= before) continue;
    if (before !== null && timeMs - before > gapMs) pushGap(columns, before + holdMs);
    push(columns, timeMs, { minimum, maximum, mean, last, goodShare });
    before = timeMs;
  }
  return columns;
}

function push(columns: TrendColumns, timeMs: number, row: Row): void {
  columns.times.push(timeMs / 1_000);
  columns.minima.push(row.minimum);
  columns.maxima.push(row.maximum);
  columns.means.push(row.mean);
  columns.lasts.push(row.last);
  columns.goodShares.push(row.goodShare);
}

function pushGap(columns: TrendColumns, timeMs: number): void {
  columns.gapRows.add(columns.times.length);
  push(columns, timeMs, noReading);
}

export interface LiveSample {
  readonly timeMs: number;
  /** null where the reading is not to be believed. */
  readonly value: number | null;
  readonly quality: number;
}

export function sampleOf(reading: {
  readonly timeMs: number;
  readonly value: number | string | null;
  readonly quality: number;
}): LiveSample {
  const { timeMs, value, quality } = reading;
  return { timeMs, value: typeof value === 'number' && !isBad(quality) ? value : null, quality };
}

/** Live samples newer than the history follow it; the last believed one is held until now, because a value that stands still sends nothing. */
export function withLiveSamples(
  columns: TrendColumns,
  samples: readonly LiveSample[],
  heldUntilMs: number | null,
  gapMs = Number.POSITIVE_INFINITY,
): TrendColumns {
  const joined: TrendColumns = {
    times: [...columns.times],
    minima: [...columns.minima],
    maxima: [...columns.maxima],
    means: [...columns.means],
    lasts: [...columns.lasts],
    goodShares: [...columns.goodShares],
    gapRows: new Set(columns.gapRows),
  };
  for (const { timeMs, value, quality } of samples) {
    const last = joined.times.at(-1);
    if (last !== undefined && timeMs / 1_000 <= last) continue;
    if (last !== undefined && timeMs - last * 1_000 > gapMs) pushGap(joined, last * 1_000 + 1);
    push(joined, timeMs, { minimum: value, maximum: value, mean: value, last: value, goodShare: isGood(quality) ? 1 : 0 });
  }
  const lastValue = joined.means.at(-1);
  const lastTime = joined.times.at(-1);
  if (heldUntilMs !== null && lastValue !== undefined && lastValue !== null && lastTime !== undefined && heldUntilMs / 1_000 > lastTime) {
    const goodShare = joined.goodShares.at(-1) ?? 0;
    push(joined, heldUntilMs, { minimum: lastValue, maximum: lastValue, mean: lastValue, last: lastValue, goodShare });
  }
  return joined;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Where nothing was read: between rows, before the first and after the last. `untilMs`: the window's end, or now where that is earlier. */
export function gapsOf(columns: TrendColumns, fromMs: number, untilMs: number, gapMs: number): Span[] {
  const { times } = columns;
  const gaps: Span[] = [];
  const add = (from: number, to: number): void => {
    const span = { fromMs: Math.max(from, fromMs), toMs: Math.min(to, untilMs) };
    if (span.toMs > span.fromMs) gaps.push(span);
  };
  const [first] = times;
  const last = times.at(-1);
  if (first === undefined || last === undefined) {
    add(fromMs, untilMs);
    return gaps;
  }
  if (first * 1_000 - fromMs > gapMs) add(fromMs, first * 1_000);
  for (const row of columns.gapRows) add((times[row] ?? 0) * 1_000, (times[row + 1] ?? untilMs / 1_000) * 1_000);
  if (untilMs - last * 1_000 > gapMs) add(last * 1_000, untilMs);
  return gaps;
}

/** The row that holds at a moment: the last that is not later, unless that is longer ago than readings are held. -1 where there is none. */
export function rowAt(columns: TrendColumns, timeMs: number, holdMs: number): number {
  const wanted = timeMs / 1_000;
  let low = 0;
  let high = columns.times.length - 1;
  let found = -1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((columns.times[middle] ?? 0) <= wanted) {
      found = middle;
      low = middle + 1;
    } else high = middle - 1;
  }
  if (found === -1) return -1;
  return timeMs - (columns.times[found] ?? 0) * 1_000 > holdMs ? -1 : found;
}

/** Range of the value axis: the data with some air, at least the instrument's noise, and limits that are not far away. */
export function valueRange(
  all: readonly Pick<TrendColumns, 'minima' | 'maxima'>[],
  options: { readonly limits: readonly number[]; readonly always: readonly number[]; readonly minimumSpan: number },
): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const columns of all) {
    for (const value of columns.minima) if (value !== null && value < low) low = value;
    for (const value of columns.maxima) if (value !== null && value > high) high = value;
  }
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

/** Columns of several pens over one time axis: null breaks a line, undefined is a moment at which this pen has no row. */
export type JoinedColumns = [times: number[], ...values: (number | null | undefined)[][]];

export function joinColumns(
  pens: readonly { readonly times: readonly number[]; readonly values: readonly (readonly (number | null)[])[] }[],
): JoinedColumns {
  const times = [...new Set(pens.flatMap((pen) => pen.times))].sort((one, other) => one - other);
  const rowOf = new Map(times.map((time, row) => [time, row]));
  const columns = pens.flatMap((pen) => {
    const rows = pen.times.map((time) => rowOf.get(time) ?? 0);
    return pen.values.map((values) => {
      const column = new Array<number | null | undefined>(times.length).fill(undefined);
      for (let index = 0; index < rows.length; index++) column[rows[index] ?? 0] = values[index] ?? null;
      // The chart ends a gap at the next moment of any pen: so it is told at each of them that this one still has nothing.
      for (let row = 1; row < column.length; row++) if (column[row] === undefined && column[row - 1] === null) column[row] = null;
      return column;
    });
  });
  return [times, ...columns];
}

/** As many digits as the marks need to be what they say (2.5 is no 3), but not more than two beyond the instrument's. */
export function digitsOf(splits: readonly number[], digits: number): number {
  const most = digits + 2;
  for (let needed = 0; needed < most; needed++) {
    const scale = 10 ** needed;
    if (splits.every((split) => Math.abs(split * scale - Math.round(split * scale)) < 1e-6 * Math.max(1, Math.abs(split * scale))))
      return needed;
  }
  return most;
}
