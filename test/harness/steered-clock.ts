// The real clock, whose wall time a test may move forward: what takes ten minutes on a screen is then seen in two seconds.
import type { Clock } from '../../domain/time/clock.ts';

export class SteeredClock implements Clock {
  #aheadMs = 0;

  nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  monotonicMs(): number {
    return performance.now() + this.#aheadMs;
  }

  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, Math.max(0, delayMs));
    return { cancel: () => clearTimeout(timer) };
  }

  advance(byMs: number): void {
    this.#aheadMs += byMs;
  }
}
