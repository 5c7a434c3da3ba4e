// Runs one lane of the queue: when told, and again after a growing while as long as something is held. Never twice at a time.
import type { Clock, TimerHandle } from '../../../domain/time/clock.ts';
import type { HeldReason } from './send-action.ts';
import type { QueueRun } from './send-queue.ts';

const firstRetryMs = 2_000;
const longestRetryMs = 60_000;

export class LaneRunner {
  readonly #clock: Clock;
  readonly #work: () => Promise<QueueRun | null>;
  readonly #onChange: () => void;
  #retry: TimerHandle | null = null;
  #nextRetryMs = firstRetryMs;
  #isRunning = false;
  #isWanted = false;
  #isStopped = false;
  heldBy: HeldReason | null = null;

  /** `work` resolves to null where another one is sending. */
  constructor(options: { readonly clock: Clock; readonly work: () => Promise<QueueRun | null>; readonly onChange: () => void }) {
    this.#clock = options.clock;
    this.#work = options.work;
    this.#onChange = options.onChange;
  }

  get isSending(): boolean {
    return this.#isRunning;
  }

  /** There is reason to believe that sending works now. */
  kick(): void {
    this.#isStopped = false;
    this.#nextRetryMs = firstRetryMs;
    this.#cancelRetry();
    this.#isWanted = true;
    void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
    this.#isWanted = false;
    this.#cancelRetry();
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      this.#onChange();
      const run = await this.#work().catch(() => null);
      this.heldBy = run?.kind === 'held' ? run.reason : null;
      if (run?.kind !== 'empty') this.#retryLater(run?.kind === 'held' ? run.retryInMs : null);
    }
    this.#isRunning = false;
    this.#onChange();
  }

  #retryLater(askedForMs: number | null): void {
    if (this.#isStopped) return;
    this.#cancelRetry();
    this.#retry = this.#clock.after(Math.max(askedForMs ?? 0, this.#nextRetryMs), () => {
      this.#retry = null;
      this.#isWanted = true;
      void this.#run();
    });
    this.#nextRetryMs = Math.min(longestRetryMs, this.#nextRetryMs * 2);
  }

  #cancelRetry(): void {
    this.#retry?.cancel();
    this.#retry = null;
  }
}
