// The last value of every point, as columns. Points of a collector that is not heard are served as unknown: an old number is never shown as now.
import type { ReadingView } from '../../domain/api/plant-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { isBad, Quality, qualityReason, qualitySeverity } from '../../domain/readings/quality.ts';
import type { ReadingBatch } from '../../domain/readings/reading-batch.ts';
import type { Clock } from '../../domain/time/clock.ts';

/** A collector publishes its status every second; three missed ones mean that it is not heard. */
export const collectorLostMs = 3_000;

export interface CollectorLiveness {
  readonly collectorId: string;
  readonly lastHeardAtMs: number;
  readonly isLive: boolean;
}

export class LastValues {
  readonly #plant: Plant;
  readonly #clock: Clock;
  readonly timeMs: Float64Array;
  readonly value: Float64Array;
  readonly quality: Uint8Array;
  readonly text = new Map<number, string>();
  /** Counts up with every change of a point: what a client has not seen is newer than its mark. */
  readonly changedAt: Float64Array;
  #changes = 0;
  readonly #heard = new Map<string, { atMs: number; monotonicMs: number }>();

  constructor(plant: Plant, clock: Clock) {
    this.#plant = plant;
    this.#clock = clock;
    const count = plant.points.length;
    this.timeMs = new Float64Array(count);
    this.value = new Float64Array(count).fill(Number.NaN);
    this.quality = new Uint8Array(count).fill(Quality.badNotYetRead);
    this.changedAt = new Float64Array(count);
    for (const station of plant.stations) this.#heard.set(station.collectorId, { atMs: 0, monotonicMs: Number.NEGATIVE_INFINITY });
  }

  get changes(): number {
    return this.#changes;
  }

  put(collectorId: string, batch: ReadingBatch): void {
    this.heard(collectorId);
    this.#changes += 1;
    for (let row = 0; row < batch.length; row += 1) {
      const point = batch.point[row] ?? 0;
      this.timeMs[point] = batch.timeMs[row] ?? 0;
      this.value[point] = batch.value[row] ?? Number.NaN;
      this.quality[point] = batch.quality[row] ?? Quality.bad;
      this.changedAt[point] = this.#changes;
    }
    if (batch.text !== null) for (const [row, words] of batch.text) this.text.set(batch.point[row] ?? 0, words);
  }

  heard(collectorId: string): void {
    this.#heard.set(collectorId, { atMs: this.#clock.nowMs(), monotonicMs: this.#clock.monotonicMs() });
  }

  collectors(): readonly CollectorLiveness[] {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#heard].map(([collectorId, { atMs, monotonicMs }]) => ({
      collectorId,
      lastHeardAtMs: atMs,
      isLive: nowMs - monotonicMs <= collectorLostMs,
    }));
  }

  isLive(collectorId: string): boolean {
    return this.#clock.monotonicMs() - (this.#heard.get(collectorId)?.monotonicMs ?? Number.NEGATIVE_INFINITY) <= collectorLostMs;
  }

  qualityOf(point: number): number {
    const station = this.#plant.stations[this.#plant.points[point]?.stationIndex ?? -1];
    const quality = this.quality[point] ?? Quality.bad;
    return station !== undefined && !isBad(quality) && !this.isLive(station.collectorId) ? Quality.badStale : quality;
  }

  valueOf(point: number): number | string | null {
    const words = this.text.get(point);
    if (words !== undefined) return words;
    const value = this.value[point] ?? Number.NaN;
    return Number.isFinite(value) ? value : null;
  }

  view(point: number): ReadingView {
    const quality = this.qualityOf(point);
    const timeMs = this.timeMs[point] ?? 0;
    return {
      pointId: this.#plant.pointTable.ids[point] ?? '',
      value: this.valueOf(point),
      timeMs: timeMs === 0 ? null : timeMs,
      quality: { severity: qualitySeverity(quality), reason: qualityReason(quality) },
    };
  }
}
