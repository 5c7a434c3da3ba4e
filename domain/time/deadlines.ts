// Ends that were promised to people in wall time. Setting the wall clock back must not make a silence longer than it was allowed to be, so each end
// is also counted in monotonic time from when it was first asked for.
import type { Clock } from './clock.ts';

interface Deadline {
  readonly untilMs: number;
  readonly dueMonotonicMs: number;
  round: number;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #held = new Map<string, Deadline>();
  #round = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `longestMs`: no end lies further away than this, whatever the clock says after a restart. */
  isOver(key: string, untilMs: number, longestMs: number): boolean {
    const nowMs = this.#clock.nowMs();
    const held = this.#held.get(key);
    if (held !== undefined && held.untilMs === untilMs) {
      held.round = this.#round;
      return nowMs >= untilMs || this.#clock.monotonicMs() >= held.dueMonotonicMs;
    }
    const dueMonotonicMs = this.#clock.monotonicMs() + Math.min(untilMs - nowMs, longestMs);
    this.#held.set(key, { untilMs, dueMonotonicMs, round: this.#round });
    return nowMs >= untilMs;
  }

  forget(key: string): void {
    this.#held.delete(key);
  }

  /** After everything has been asked once: forgets what was not. */
  endRound(): void {
    for (const [key, { round }] of this.#held) if (round !== this.#round) this.#held.delete(key);
    this.#round += 1;
  }
}
