// Readings for clients, encoded once for all who subscribed to the same points and have seen the same: in a control room many pages show one station.
import type { Plant } from '../../domain/plant/plant.ts';
import type { LastValues } from './last-values.ts';

/** The same object for everybody who subscribed to the same points. */
export interface Subscription {
  readonly key: string;
  readonly points: Uint32Array;
}

export const nothingSubscribed: Subscription = { key: '', points: new Uint32Array(0) };

interface Shared {
  readonly subscription: Subscription;
  clients: number;
  /** Of the last encoding: what had been seen before it, and how far the values were. */
  seen: number;
  changes: number;
  json: string | null;
}

export class ReadingTexts {
  readonly #plant: Plant;
  readonly #values: LastValues;
  readonly #shared = new Map<string, Shared>();

  constructor(plant: Plant, values: LastValues) {
    this.#plant = plant;
    this.#values = values;
  }

  /** Give it back with `leave`. */
  join(points: ReadonlySet<number>): Subscription {
    if (points.size === 0) return nothingSubscribed;
    const sorted = Uint32Array.from(points).sort();
    const key = sorted.join(',');
    const known = this.#shared.get(key);
    if (known !== undefined) {
      known.clients += 1;
      return known.subscription;
    }
    const subscription = { key, points: sorted };
    this.#shared.set(key, { subscription, clients: 1, seen: -1, changes: -1, json: null });
    return subscription;
  }

  leave({ key }: Subscription): void {
    const shared = this.#shared.get(key);
    if (shared === undefined) return;
    shared.clients -= 1;
    if (shared.clients === 0) this.#shared.delete(key);
  }

  /** `p`, `t`, `v` and `q` of what changed after `seenChanges`, without braces; null where nothing did. */
  changedSince(subscription: Subscription, seenChanges: number): string | null {
    const shared = this.#shared.get(subscription.key);
    const { changes, changedAt } = this.#values;
    if (shared === undefined) return null;
    if (shared.seen !== seenChanges || shared.changes !== changes) {
      const changed = subscription.points.filter((point) => (changedAt[point] ?? 0) > seenChanges);
      shared.seen = seenChanges;
      shared.changes = changes;
      shared.json = changed.length === 0 ? null : JSON.stringify(this.columns(changed)).slice(1, -1);
    }
    return shared.json;
  }

  columns(points: Iterable<number>) {
    const message = { p: [] as string[], t: [] as number[], v: [] as (number | string | null)[], q: [] as number[] };
    for (const point of points) {
      message.p.push(this.#plant.pointTable.ids[point] ?? '');
      message.t.push(this.#values.timeMs[point] ?? 0);
      message.v.push(this.#values.valueOf(point));
      message.q.push(this.#values.qualityOf(point));
    }
    return message;
  }
}
