// What could not be sent while the broker was away, in order, with a bound. When it is full the oldest values go first, and are counted; what happened to alarms
// goes only when nothing but alarms is left.
import type { KnownAlarm } from '../../alarms/alarm-change.ts';
import type { PointChanges } from '../point-feed.ts';

export type StoredMessage =
  | { readonly kind: 'values'; readonly stationIndex: number; readonly rows: readonly number[]; readonly changes: PointChanges }
  | { readonly kind: 'alarms'; readonly stationIndex: number; readonly alarms: readonly KnownAlarm[] };

export class StoredMessages {
  readonly #max: number;
  readonly #messages: StoredMessage[] = [];
  #dropped = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#messages.length;
  }

  get dropped(): number {
    return this.#dropped;
  }

  put(message: StoredMessage): void {
    this.#messages.push(message);
    if (this.#messages.length <= this.#max) return;
    const oldestValues = this.#messages.findIndex(({ kind }) => kind === 'values');
    this.#messages.splice(Math.max(0, oldestValues), 1);
    this.#dropped += 1;
  }

  /** Before everything that is kept already: it happened earlier. */
  putFirst(messages: readonly StoredMessage[]): void {
    this.#messages.unshift(...messages);
    while (this.#messages.length > this.#max) {
      const oldestValues = this.#messages.findIndex(({ kind }) => kind === 'values');
      this.#messages.splice(Math.max(0, oldestValues), 1);
      this.#dropped += 1;
    }
  }

  /** The oldest, without taking it out. */
  first(): StoredMessage | undefined {
    return this.#messages[0];
  }

  removeFirst(): void {
    this.#messages.shift();
  }
}
