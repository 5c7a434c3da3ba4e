// Leaves out changes smaller than a point's exception deviation. Always kept: the first reading, every quality change, one reading a minute,
// and the last reading left out before a kept one, so that a flat stretch followed by a step does not become a slope.
import type { Plant } from '../domain/plant/plant.ts';
import type { ReadingBatch } from '../domain/readings/reading-batch.ts';

const longestSilenceMs = 60_000;

export type KeepReading = (point: number, timeMs: number, value: number, quality: number, text: string | null) => void;

export class ExceptionFilter {
  readonly #deviation: Float64Array;
  readonly #keptValue: Float64Array;
  readonly #keptTimeMs: Float64Array;
  readonly #keptQuality: Uint8Array;
  readonly #skippedValue: Float64Array;
  /** NaN where nothing was left out since the last kept reading. */
  readonly #skippedTimeMs: Float64Array;
  filtered = 0;

  constructor(plant: Plant) {
    const count = plant.points.length;
    this.#deviation = Float64Array.from(plant.points, (point) => point.exceptionDeviation);
    this.#keptValue = new Float64Array(count).fill(Number.NaN);
    this.#keptTimeMs = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    this.#keptQuality = new Uint8Array(count).fill(255);
    this.#skippedValue = new Float64Array(count);
    this.#skippedTimeMs = new Float64Array(count).fill(Number.NaN);
  }

  apply(batch: ReadingBatch, keep: KeepReading): void {
    for (let row = 0; row < batch.length; row += 1) {
      const point = batch.point[row] ?? 0;
      const timeMs = batch.timeMs[row] ?? 0;
      const value = batch.value[row] ?? Number.NaN;
      const quality = batch.quality[row] ?? 0;
      const silentMs = timeMs - (this.#keptTimeMs[point] ?? 0);
      const isUnchanged =
        quality === this.#keptQuality[point] &&
        silentMs >= 0 &&
        silentMs < longestSilenceMs &&
        (Math.abs(value - (this.#keptValue[point] ?? 0)) < (this.#deviation[point] ?? 0) ||
          (Number.isNaN(value) && Number.isNaN(this.#keptValue[point] ?? 0)));
      if (isUnchanged) {
        if (!Number.isNaN(this.#skippedTimeMs[point] ?? 0)) this.filtered += 1;
        this.#skippedValue[point] = value;
        this.#skippedTimeMs[point] = timeMs;
        continue;
      }
      const skippedTimeMs = this.#skippedTimeMs[point] ?? Number.NaN;
      if (!Number.isNaN(skippedTimeMs)) {
        keep(point, skippedTimeMs, this.#skippedValue[point] ?? Number.NaN, this.#keptQuality[point] ?? 0, null);
        this.#skippedTimeMs[point] = Number.NaN;
      }
      keep(point, timeMs, value, quality, batch.text?.get(row) ?? null);
      this.#keptValue[point] = value;
      this.#keptTimeMs[point] = timeMs;
      this.#keptQuality[point] = quality;
    }
  }
}
