// Percentiles over about the last minute at a fixed cost: logarithmic buckets, two half-minute windows, no allocation per sample.

const bucketCount = 64;
/** Bucket n ends at 0.05 ms × 1.25^n: 0.05 ms to about 63 s within 25 %. */
const smallestMs = 0.05;
const logGrowth = Math.log(1.25);
const windowMs = 30_000;

export class DurationHistogram {
  #current = new Uint32Array(bucketCount);
  #previous = new Uint32Array(bucketCount);
  #windowStartMs = 0;

  add(durationMs: number, monotonicMs: number): void {
    if (monotonicMs - this.#windowStartMs > windowMs) {
      const oldest = this.#previous;
      this.#previous = this.#current;
      this.#current = oldest.fill(0);
      this.#windowStartMs = monotonicMs;
    }
    const bucket = durationMs <= smallestMs ? 0 : Math.min(bucketCount - 1, Math.ceil(Math.log(durationMs / smallestMs) / logGrowth));
    this.#current[bucket] = (this.#current[bucket] ?? 0) + 1;
  }

  /** Upper end of the bucket that holds the share `p` (0..1) of the samples; 0 without samples. */
  percentile(p: number): number {
    let total = 0;
    for (let bucket = 0; bucket < bucketCount; bucket += 1) total += (this.#current[bucket] ?? 0) + (this.#previous[bucket] ?? 0);
    if (total === 0) return 0;
    let seen = 0;
    for (let bucket = 0; bucket < bucketCount; bucket += 1) {
      seen += (this.#current[bucket] ?? 0) + (this.#previous[bucket] ?? 0);
      if (seen >= p * total) return Math.round(smallestMs * Math.exp(bucket * logGrowth) * 100) / 100;
    }
    return 0;
  }
}
