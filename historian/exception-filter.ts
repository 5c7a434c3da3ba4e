// Leaves out readings that say nothing new: the exception reporting of process historians. Constant time and no allocation per reading.
// Kept are: the first reading, every change of quality, every change of at least the point's exception deviation, and one reading a minute.
// Where a change is kept after readings were left out, the last of those is kept too: a line drawn between the kept readings then stays
// flat until the change, instead of slanting towards it over the whole quiet time.

/** What to do with the reading offered. `keepWithPrevious`: store the remembered one first, then this one. */
export const Exception = { skip: 0, keep: 1, keepWithPrevious: 2 } as const;

const keepAliveMs = 60_000;

export class ExceptionFilter {
  #deviation = new Float64Array(0);
  #hasKept = new Uint8Array(0);
  #keptTimeMs = new Float64Array(0);
  #keptValue = new Float64Array(0);
  #keptQuality = new Uint8Array(0);
  #hasSkipped = new Uint8Array(0);
  #skippedTimeMs = new Float64Array(0);
  #skippedValue = new Float64Array(0);

  /** Changes smaller than `deviation` (≥ 0) are left out; 0 leaves out only what is equal. */
  setDeviation(slot: number, deviation: number): void {
    this.#reserve(slot);
    this.#deviation[slot] = deviation;
  }

  /** `hasNewText`: a text point changed its text, which no number shows. */
  offer(slot: number, timeMs: number, value: number, quality: number, hasNewText = false): number {
    if (slot >= this.#hasKept.length) this.#reserve(slot);
    const keptTimeMs = this.#keptTimeMs[slot] as number;
    const keptValue = this.#keptValue[slot] as number;
    // Time that goes back is a clock that was set or a late reading: never judged against what came before, so never lost.
    if (this.#hasKept[slot] === 0 || timeMs < keptTimeMs) return this.#keep(slot, timeMs, value, quality, Exception.keep);
    const hasSkipped = this.#hasSkipped[slot] === 1;
    const change = Math.abs(value - keptValue);
    const isSameValue = Number.isNaN(change)
      ? Number.isNaN(value) === Number.isNaN(keptValue) // both without a value (or the same infinity)
      : change === 0 || change < (this.#deviation[slot] as number);
    if (!isSameValue || quality !== this.#keptQuality[slot] || hasNewText) {
      const isPreviousEarlier = hasSkipped && (this.#skippedTimeMs[slot] as number) < timeMs;
      return this.#keep(slot, timeMs, value, quality, isPreviousEarlier ? Exception.keepWithPrevious : Exception.keep);
    }
    const previousTimeMs = hasSkipped ? (this.#skippedTimeMs[slot] as number) : keptTimeMs;
    // Keep this one where waiting for the next, one interval later, would leave more than a minute between.
    if (timeMs + (timeMs - previousTimeMs) - keptTimeMs > keepAliveMs) return this.#keep(slot, timeMs, value, quality, Exception.keep);
    this.#hasSkipped[slot] = 1;
    this.#skippedTimeMs[slot] = timeMs;
    this.#skippedValue[slot] = value;
    return Exception.skip;
  }

  /** The remembered reading after `keepWithPrevious`; its quality is that of the reading kept before it. */
  previousTimeMs(slot: number): number {
    return this.#skippedTimeMs[slot] as number;
  }

  previousValue(slot: number): number {
    return this.#skippedValue[slot] as number;
  }

  /** Quality of the last kept reading: ask before `offer`. */
  keptQuality(slot: number): number {
    return this.#keptQuality[slot] ?? 0;
  }

  #keep(slot: number, timeMs: number, value: number, quality: number, outcome: number): number {
    this.#hasKept[slot] = 1;
    this.#keptTimeMs[slot] = timeMs;
    this.#keptValue[slot] = value;
    this.#keptQuality[slot] = quality;
    this.#hasSkipped[slot] = 0;
    return outcome;
  }

  #reserve(slot: number): void {
    if (slot < this.#hasKept.length) return;
    const capacity = Math.max(slot + 1, this.#hasKept.length * 2, 64);
    const grownFloat = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(capacity);
      grown.set(old);
      return grown;
    };
    const grownByte = (old: Uint8Array): Uint8Array<ArrayBuffer> => {
      const grown = new Uint8Array(capacity);
      grown.set(old);
      return grown;
    };
    this.#deviation = grownFloat(this.#deviation);
    this.#keptTimeMs = grownFloat(this.#keptTimeMs);
    this.#keptValue = grownFloat(this.#keptValue);
    this.#skippedTimeMs = grownFloat(this.#skippedTimeMs);
    this.#skippedValue = grownFloat(this.#skippedValue);
    this.#hasKept = grownByte(this.#hasKept);
    this.#keptQuality = grownByte(this.#keptQuality);
    this.#hasSkipped = grownByte(this.#hasSkipped);
  }
}
