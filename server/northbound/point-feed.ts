// What changed among the last values since the last look: for interfaces that pass values on. A point whose collector is no longer heard changes too (to stale),
// although nothing arrived; so does one whose collector is heard again.
import type { Plant } from '../../domain/plant/plant.ts';
import { isBad } from '../../domain/readings/quality.ts';
import type { LastValues } from '../live/last-values.ts';

export interface PointChanges {
  readonly point: Uint32Array<ArrayBuffer>;
  readonly timeMs: Float64Array<ArrayBuffer>;
  readonly value: Float64Array<ArrayBuffer>;
  readonly quality: Uint8Array<ArrayBuffer>;
  /** By row. */
  readonly text: Map<number, string>;
}

export class PointFeed {
  readonly #values: LastValues;
  readonly #points: readonly { readonly index: number; readonly collectorId: string }[];
  readonly #wasLive = new Map<string, boolean>();
  #seen = 0;

  constructor(plant: Plant, values: LastValues, stationIndexes: readonly number[]) {
    this.#values = values;
    this.#points = stationIndexes.flatMap((stationIndex) => {
      const station = plant.stations[stationIndex];
      return station === undefined ? [] : station.pointIndexes.map((index) => ({ index, collectorId: station.collectorId }));
    });
  }

  /** Null where nothing changed. */
  take(): PointChanges | null {
    const values = this.#values;
    const moved = this.#movedCollectors();
    if (values.changes === this.#seen && moved.size === 0) return null;
    const changed: number[] = [];
    // A value that was bad already is no worse for a collector that is lost, and no better for one that is back.
    for (const { index, collectorId } of this.#points)
      if ((values.changedAt[index] ?? 0) > this.#seen || (moved.has(collectorId) && !isBad(values.quality[index] ?? 0)))
        changed.push(index);
    this.#seen = values.changes;
    return changed.length === 0 ? null : this.#columnsOf(changed);
  }

  /** Everything, changed or not: for a receiver that begins. */
  all(): PointChanges {
    this.#movedCollectors();
    this.#seen = this.#values.changes;
    return this.#columnsOf(this.#points.map(({ index }) => index));
  }

  #movedCollectors(): ReadonlySet<string> {
    const moved = new Set<string>();
    for (const { collectorId, isLive } of this.#values.collectors()) {
      if (this.#wasLive.get(collectorId) !== isLive) moved.add(collectorId);
      this.#wasLive.set(collectorId, isLive);
    }
    return moved;
  }

  #columnsOf(points: readonly number[]): PointChanges {
    const values = this.#values;
    const changes: PointChanges = {
      point: Uint32Array.from(points),
      timeMs: new Float64Array(points.length),
      value: new Float64Array(points.length),
      quality: new Uint8Array(points.length),
      text: new Map(),
    };
    points.forEach((point, row) => {
      changes.timeMs[row] = values.timeMs[point] ?? 0;
      changes.value[row] = values.value[point] ?? Number.NaN;
      changes.quality[row] = values.qualityOf(point);
      const words = values.text.get(point);
      if (words !== undefined) changes.text.set(row, words);
    });
    return changes;
  }
}
