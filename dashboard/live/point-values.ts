// The newest reading of each subscribed point. Listeners are kept by point, so that one changed value repaints one cell.
import { isBad, type QualityCode } from '../../domain/readings/quality.ts';

export interface LiveValue {
  /** null where there is none. */
  readonly value: number | string | null;
  readonly timeMs: number;
  readonly quality: QualityCode;
}

export interface ReadingColumns {
  readonly p: readonly string[];
  readonly t: readonly number[];
  readonly v: readonly (number | string | null)[];
  readonly q: readonly number[];
}

export type ReadingListener = (pointId: string, value: LiveValue) => void;

export class PointValues {
  readonly #values = new Map<string, LiveValue>();
  /** Since when a point has had no believable value: the time of the first bad reading after a good one. */
  readonly #badSinceMs = new Map<string, number>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #everyReading = new Set<ReadingListener>();

  get(pointId: string): LiveValue | undefined {
    return this.#values.get(pointId);
  }

  /** Of all points whose id begins so. */
  of(prefix: string): LiveValue[] {
    return [...this.#values].flatMap(([pointId, value]) => (pointId.startsWith(prefix) ? [value] : []));
  }

  badSinceMs(pointId: string): number | null {
    return this.#badSinceMs.get(pointId) ?? null;
  }

  subscribe(pointId: string, listener: () => void): () => void {
    let listeners = this.#listeners.get(pointId);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(pointId, listeners);
    }
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(pointId);
    };
  }

  onReading(listener: ReadingListener): () => void {
    this.#everyReading.add(listener);
    return () => void this.#everyReading.delete(listener);
  }

  /** A patch: these points changed. */
  apply(columns: ReadingColumns): void {
    const changed = this.#store(columns);
    for (const pointId of changed) this.#tell(pointId);
  }

  /** A snapshot: these are all the points there are; any other is not known any more. */
  replace(columns: ReadingColumns): void {
    const kept = new Set(columns.p);
    const changed: string[] = [];
    for (const pointId of [...this.#values.keys()]) {
      if (kept.has(pointId)) continue;
      this.#values.delete(pointId);
      this.#badSinceMs.delete(pointId);
      changed.push(pointId);
    }
    changed.push(...this.#store(columns));
    for (const pointId of changed) this.#tell(pointId);
  }

  #store(columns: ReadingColumns): string[] {
    const changed: string[] = [];
    for (let row = 0; row < columns.p.length; row++) {
      const pointId = columns.p[row];
      const timeMs = columns.t[row];
      const quality = columns.q[row];
      if (pointId === undefined || timeMs === undefined || quality === undefined) continue;
      const value = columns.v[row] ?? null;
      const before = this.#values.get(pointId);
      if (before !== undefined && before.value === value && before.timeMs === timeMs && before.quality === quality) continue;
      const after: LiveValue = { value, timeMs, quality };
      this.#values.set(pointId, after);
      if (!isBad(quality)) this.#badSinceMs.delete(pointId);
      else if (!this.#badSinceMs.has(pointId)) this.#badSinceMs.set(pointId, timeMs);
      changed.push(pointId);
      for (const listener of this.#everyReading) listener(pointId, after);
    }
    return changed;
  }

  #tell(pointId: string): void {
    const listeners = this.#listeners.get(pointId);
    if (listeners === undefined) return;
    for (const listener of [...listeners]) listener();
  }
}
