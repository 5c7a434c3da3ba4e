// Epoch milliseconds that run on through a step of the wall clock: begun from it at a start, then driven by the monotonic one. What is written with it can be
// compared with what the next start writes, and no pause becomes longer because somebody set the clock.
import type { Clock } from '../../domain/time/clock.ts';

export class SteadyTime {
  readonly #clock: Clock;
  readonly #originMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#originMs = clock.nowMs() - clock.monotonicMs();
  }

  nowMs(): number {
    return this.#originMs + this.#clock.monotonicMs();
  }
}
