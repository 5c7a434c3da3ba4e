// The buckets that a trend is drawn in: one grid for both engines, so that the same question has the same answer from either.

export const minuteMs = 60_000;

export interface BucketGrid {
  readonly bucketMs: number;
  /** Inclusive start of the first bucket. */
  readonly startMs: number;
  /** Exclusive end of what is read. */
  readonly endMs: number;
}

/**
 * At most about `buckets` equal buckets over [fromMs, toMs). A bucket of a minute or longer is a whole number of minutes, and the range is widened to
 * whole minutes, because it is answered from 1-minute roll-ups.
 */
export function bucketGrid(fromMs: number, toMs: number, buckets: number): BucketGrid {
  if (!(buckets >= 1)) throw new RangeError(`buckets must be at least 1, got ${buckets}`);
  const spanMs = Math.max(0, toMs - fromMs);
  const exactMs = Math.max(1, Math.ceil(spanMs / Math.floor(buckets)));
  if (exactMs < minuteMs) return { bucketMs: exactMs, startMs: Math.floor(fromMs), endMs: Math.ceil(toMs) };
  return {
    bucketMs: Math.ceil(exactMs / minuteMs) * minuteMs,
    startMs: Math.floor(fromMs / minuteMs) * minuteMs,
    endMs: Math.ceil(toMs / minuteMs) * minuteMs,
  };
}
