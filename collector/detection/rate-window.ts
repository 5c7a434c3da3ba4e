// Least-squares slope of one point over a moving time window, in units per minute. A ring of samples with running sums: O(1) a sample.

/** Sums are made anew after this many samples, so that rounding cannot pile up. */
const samplesPerRenewal = 256;

export class RateWindow {
  readonly #windowMs: number;
  readonly #capacity: number;
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  #first = 0;
  #count = 0;
  #sinceRenewal = 0;
  // Relative to an origin near the samples, or x² would swallow the digits of the slope.
  #originX = 0;
  #originY = 0;
  #sumX = 0;
  #sumY = 0;
  #sumXX = 0;
  #sumXY = 0;

  constructor(windowMs: number, expectedPeriodMs: number) {
    this.#windowMs = windowMs;
    this.#capacity = Math.min(8_192, Math.max(16, Math.ceil(windowMs / Math.max(1, expectedPeriodMs)) * 2 + 4));
    this.#x = new Float64Array(this.#capacity);
    this.#y = new Float64Array(this.#capacity);
  }

  clear(): void {
    this.#count = 0;
    this.#first = 0;
    this.#sinceRenewal = samplesPerRenewal;
  }

  /** `steadyMs` grows monotonically. */
  push(steadyMs: number, value: number): void {
    while (this.#count > 0 && (this.#count === this.#capacity || steadyMs - (this.#x[this.#first] ?? 0) > this.#windowMs))
      this.#dropFirst();
    const slot = (this.#first + this.#count) % this.#capacity;
    this.#x[slot] = steadyMs;
    this.#y[slot] = value;
    this.#count += 1;
    this.#sinceRenewal += 1;
    if (this.#count === 1 || this.#sinceRenewal >= samplesPerRenewal) this.#renew();
    else this.#add(slot, 1);
  }

  /** Three samples that span half the window. */
  get isReady(): boolean {
    if (this.#count < 3) return false;
    const last = (this.#first + this.#count - 1) % this.#capacity;
    return (this.#x[last] ?? 0) - (this.#x[this.#first] ?? 0) >= this.#windowMs / 2;
  }

  get slopePerMinute(): number {
    return slope(this.#count, this.#sumX, this.#sumY, this.#sumXX, this.#sumXY);
  }

  /**
   * The slope nearest to zero among those with any one sample left out. A single spike vanishes when it is the one left out,
   * a ramp or a step that stays does not: so an alarm is raised only if even this slope is beyond the limit.
   */
  get leastSlopeLeavingOneOut(): number {
    let least = Number.POSITIVE_INFINITY;
    for (let offset = 0; offset < this.#count; offset += 1) {
      const slot = (this.#first + offset) % this.#capacity;
      const x = (this.#x[slot] ?? 0) - this.#originX;
      const y = (this.#y[slot] ?? 0) - this.#originY;
      const without = slope(this.#count - 1, this.#sumX - x, this.#sumY - y, this.#sumXX - x * x, this.#sumXY - x * y);
      if (Math.abs(without) < Math.abs(least)) least = without;
    }
    return least;
  }

  #dropFirst(): void {
    this.#add(this.#first, -1);
    this.#first = (this.#first + 1) % this.#capacity;
    this.#count -= 1;
  }

  #add(slot: number, sign: 1 | -1): void {
    const x = (this.#x[slot] ?? 0) - this.#originX;
    const y = (this.#y[slot] ?? 0) - this.#originY;
    this.#sumX += sign * x;
    this.#sumY += sign * y;
    this.#sumXX += sign * x * x;
    this.#sumXY += sign * x * y;
  }

  #renew(): void {
    this.#originX = this.#x[this.#first] ?? 0;
    this.#originY = this.#y[this.#first] ?? 0;
    this.#sumX = 0;
    this.#sumY = 0;
    this.#sumXX = 0;
    this.#sumXY = 0;
    this.#sinceRenewal = 0;
    for (let offset = 0; offset < this.#count; offset += 1) this.#add((this.#first + offset) % this.#capacity, 1);
  }
}

const millisecondsPerMinute = 60_000;

function slope(n: number, sumX: number, sumY: number, sumXX: number, sumXY: number): number {
  const spread = n * sumXX - sumX * sumX;
  return spread <= 0 ? 0 : ((n * sumXY - sumX * sumY) / spread) * millisecondsPerMinute;
}
