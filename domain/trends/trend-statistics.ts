// Figures of the visible part of a trend. Every row counts for the time until the next one, and no longer than readings are held, so that a value that
// stood still for an hour weighs an hour although hardly anything was stored of it. Gaps weigh nothing.

/** Rows in order of time (epoch seconds); null where there is no value: a gap, or readings that are not to be believed. */
export interface TrendRows {
  readonly times: readonly number[];
  readonly minima: readonly (number | null)[];
  readonly maxima: readonly (number | null)[];
  readonly means: readonly (number | null)[];
  readonly lasts: readonly (number | null)[];
  /** Share of good readings; 0 in a gap. */
  readonly goodShares: readonly number[];
}

export interface TrendStatistics {
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** Weighted by time. */
  readonly mean: number | null;
  readonly first: number | null;
  readonly last: number | null;
  /** Share of the whole span (0..1) in which good readings are known. */
  readonly goodShare: number;
  /** Value × milliseconds, over the time that is known. */
  readonly area: number;
  readonly knownMs: number;
}

export function statisticsOf(
  rows: TrendRows,
  span: { readonly fromMs: number; readonly toMs: number; readonly holdMs: number },
): TrendStatistics {
  let minimum: number | null = null;
  let maximum: number | null = null;
  let first: number | null = null;
  let last: number | null = null;
  let area = 0;
  let knownMs = 0;
  let goodMs = 0;
  for (let index = 0; index < rows.times.length; index++) {
    const startMs = (rows.times[index] ?? 0) * 1_000;
    const nextMs = (rows.times[index + 1] ?? Number.POSITIVE_INFINITY) * 1_000;
    const endMs = Math.min(nextMs, startMs + span.holdMs, span.toMs);
    const heldMs = Math.max(0, endMs - Math.max(startMs, span.fromMs));
    goodMs += heldMs * (rows.goodShares[index] ?? 0);
    const mean = rows.means[index] ?? null;
    if (mean === null || startMs >= span.toMs || endMs <= span.fromMs) continue;
    const low = rows.minima[index] ?? mean;
    const high = rows.maxima[index] ?? mean;
    minimum = minimum === null ? low : Math.min(minimum, low);
    maximum = maximum === null ? high : Math.max(maximum, high);
    first ??= mean;
    last = rows.lasts[index] ?? mean;
    area += mean * heldMs;
    knownMs += heldMs;
  }
  return {
    minimum,
    maximum,
    mean: knownMs > 0 ? area / knownMs : last,
    first,
    last,
    goodShare: span.toMs > span.fromMs ? Math.min(1, goodMs / (span.toMs - span.fromMs)) : 0,
    area,
    knownMs,
  };
}

/** Of a flow: what it adds up to, and in how many milliseconds one unit of it passes. `m³/h` → m³ an hour. Null for what is no flow. */
export function quantityOf(unit: string): { readonly unit: string; readonly perMs: number } | null {
  const match = /^(.+)\/(s|min|h|d)$/.exec(unit);
  const perMs = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 }[match?.[2] ?? ''];
  return match?.[1] === undefined || perMs === undefined ? null : { unit: match[1], perMs };
}
