// What a device's points have said last, and what goes out of it: readings in order, those of one turn in one batch, and again every few seconds while a
// value holds.
import type { Plant } from '../../../domain/plant/plant.ts';
import { Quality, type QualityCode } from '../../../domain/readings/quality.ts';
import { createReadingBatch, pushReading, type ReadingBatch } from '../../../domain/readings/reading-batch.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { DriverSink } from '../driver.ts';
import type { OpcuaReading } from './data-value.ts';

/** A value that did not change is stated again this often. */
const restateMs = 5_000;

interface LastSaid {
  value: number;
  quality: QualityCode;
  text: string | null;
  /** On the monotonic clock. */
  statedAtMs: number;
  isKnown: boolean;
}

export class PointStatements {
  readonly #points: readonly number[];
  readonly #sink: Pick<DriverSink, 'readings'>;
  readonly #clock: Clock;
  readonly #batch: ReadingBatch;
  readonly #last: LastSaid[];
  #isFlushing = false;
  #isStopped = false;

  /** `points`: indexes in the plant; a slot is a place among them. */
  constructor(plant: Plant, points: readonly number[], sink: Pick<DriverSink, 'readings'>, clock: Clock) {
    this.#points = points;
    this.#sink = sink;
    this.#clock = clock;
    this.#batch = createReadingBatch(plant.pointTable, Math.max(64, points.length * 4));
    this.#last = points.map(() => ({ value: Number.NaN, quality: Quality.badNotYetRead, text: null, statedAtMs: 0, isKnown: false }));
  }

  /** Nothing is handed on from now. */
  stop(): void {
    this.#isStopped = true;
  }

  put(slot: number, reading: OpcuaReading): void {
    const last = this.#last[slot];
    const point = this.#points[slot];
    if (last === undefined || point === undefined) return;
    last.value = reading.value;
    last.quality = reading.quality;
    last.text = reading.text;
    last.statedAtMs = this.#clock.monotonicMs();
    last.isKnown = true;
    if (this.#batch.length >= this.#batch.point.length) this.#flush();
    if (reading.text !== null) {
      this.#batch.text ??= new Map();
      this.#batch.text.set(this.#batch.length, reading.text);
    }
    pushReading(this.#batch, point, reading.timeMs, reading.value, reading.quality);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  /** No value, for this reason, now. */
  putBad(slot: number, quality: QualityCode): void {
    this.put(slot, { value: Number.NaN, quality, text: null, timeMs: this.#clock.nowMs() });
  }

  /** What was said long ago and still holds. */
  restate(): void {
    const nowMs = this.#clock.monotonicMs();
    for (let slot = 0; slot < this.#last.length; slot += 1) {
      const last = this.#last[slot];
      if (last === undefined || !last.isKnown || nowMs - last.statedAtMs < restateMs) continue;
      this.put(slot, { value: last.value, quality: last.quality, text: last.text, timeMs: this.#clock.nowMs() });
    }
  }

  /** Every point at once; what they said before is known no longer. */
  stateAll(quality: QualityCode): void {
    for (const [slot, last] of this.#last.entries()) {
      this.putBad(slot, quality);
      last.isKnown = false;
    }
    this.#flush();
  }

  #flush(): void {
    if (this.#batch.length === 0 || this.#isStopped) return;
    this.#sink.readings(this.#batch);
    this.#batch.length = 0;
    this.#batch.text = null;
  }
}
