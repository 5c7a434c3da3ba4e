// Counts orders and messages for each recipient, and keeps who is held until his digest is due (NO11 to NO13). Keeps nothing on disk: it is rebuilt at a start.
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import { RateWindow } from './delivery-rules.ts';

interface Held {
  readonly deliveryIds: Set<string>;
  readonly timer: TimerHandle;
}

export interface MessageRate {
  readonly messages: number;
  readonly perMs: number;
}

export class FloodGuard {
  readonly #clock: Clock;
  readonly #flood: { readonly orders: number; readonly per: number; readonly digestEvery: number };
  readonly #onDigestDue: (recipient: string, deliveryIds: readonly string[]) => void;
  readonly #orders = new Map<string, RateWindow>();
  readonly #messages = new Map<string, RateWindow>();
  readonly #underWay = new Map<string, number>();
  readonly #held = new Map<string, Held>();

  constructor(
    clock: Clock,
    flood: { readonly orders: number; readonly per: number; readonly digestEvery: number },
    onDigestDue: (recipient: string, deliveryIds: readonly string[]) => void,
  ) {
    this.#clock = clock;
    this.#flood = flood;
    this.#onDigestDue = onDigestDue;
  }

  /** Counts an order; true where it is one too many. */
  countOrder(recipient: string, atMs: number): boolean {
    const window = windowOf(this.#orders, recipient, this.#flood.orders, this.#flood.per);
    const isFlood = window.room(atMs) <= 0;
    window.count(atMs);
    return isFlood;
  }

  /** NO13: with those under way, so that two at the same time do not pass together. */
  isRateFull(recipient: string, target: string, rate: MessageRate, nowMs: number): boolean {
    const key = `${recipient} ${target}`;
    return windowOf(this.#messages, key, rate.messages, rate.perMs).room(nowMs) - (this.#underWay.get(key) ?? 0) <= 0;
  }

  beginMessage(recipient: string, target: string): void {
    const key = `${recipient} ${target}`;
    this.#underWay.set(key, (this.#underWay.get(key) ?? 0) + 1);
  }

  endMessage(recipient: string, target: string): void {
    const key = `${recipient} ${target}`;
    const left = (this.#underWay.get(key) ?? 0) - 1;
    if (left > 0) this.#underWay.set(key, left);
    else this.#underWay.delete(key);
  }

  /** One that was taken; attempts that failed are no messages. */
  countMessage(recipient: string, target: string, rate: MessageRate, atMs: number): void {
    windowOf(this.#messages, `${recipient} ${target}`, rate.messages, rate.perMs).count(atMs);
  }

  /** `heldForMs`: how long it has been held already (a start after a stop). */
  hold(recipient: string, deliveryId: string, heldForMs = 0): void {
    const held = this.#held.get(recipient);
    if (held !== undefined) {
      held.deliveryIds.add(deliveryId);
      return;
    }
    const timer = this.#clock.after(Math.max(0, this.#flood.digestEvery - heldForMs), () => {
      const due = this.#held.get(recipient);
      this.#held.delete(recipient);
      if (due !== undefined) this.#onDigestDue(recipient, [...due.deliveryIds]);
    });
    this.#held.set(recipient, { deliveryIds: new Set([deliveryId]), timer });
  }

  get heldCount(): number {
    let count = 0;
    for (const held of this.#held.values()) count += held.deliveryIds.size;
    return count;
  }

  stop(): void {
    for (const held of this.#held.values()) held.timer.cancel();
    this.#held.clear();
  }
}

function windowOf(windows: Map<string, RateWindow>, key: string, limit: number, perMs: number): RateWindow {
  let window = windows.get(key);
  if (window === undefined) {
    window = new RateWindow(limit, perMs);
    windows.set(key, window);
  }
  return window;
}
