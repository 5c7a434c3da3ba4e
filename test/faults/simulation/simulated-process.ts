// A process on a machine of the simulation: it can be killed, and frozen and woken. Time goes by for it as for everybody; what would have happened in it while
// it was frozen happens when it wakes, in order.
import type { Clock, TimerHandle } from '../../../domain/time/clock.ts';

export class SimulatedProcess {
  readonly name: string;
  readonly #world: Clock;
  #isDead = false;
  #isFrozen = false;
  #waiting: (() => void)[] = [];

  constructor(name: string, world: Clock) {
    this.name = name;
    this.#world = world;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** What the process's own parts are given: nothing is due in it once it is dead. */
  readonly clock: Clock = {
    nowMs: () => this.#world.nowMs(),
    monotonicMs: () => this.#world.monotonicMs(),
    after: (delayMs, callback): TimerHandle => {
      let isCancelled = false;
      const timer = this.#world.after(delayMs, () => this.enter(() => !isCancelled && callback()));
      return {
        cancel: () => {
          isCancelled = true;
          timer.cancel();
        },
      };
    },
  };

  /** Something reaches the process from outside: at once, when it wakes, or never. */
  enter(work: () => void): void {
    if (this.#isDead) return;
    if (this.#isFrozen) this.#waiting.push(work);
    else work();
  }

  /** Resolves as soon as the process runs; never once it is dead. */
  awake(): Promise<void> {
    return new Promise((resolve) => this.enter(resolve));
  }

  freeze(forMs: number): void {
    if (this.#isFrozen || this.#isDead) return;
    this.#isFrozen = true;
    this.#world.after(forMs, () => this.wake());
  }

  wake(): void {
    this.#isFrozen = false;
    const due = this.#waiting;
    this.#waiting = [];
    for (const work of due) this.enter(work);
  }

  kill(): void {
    this.#isDead = true;
    this.#waiting = [];
  }
}
