// What has to be stopped, in the reverse order of starting. One part that hangs, or waits for a database that is away, does not hold the others back: the port of a
// server, above all.
import type { Logger } from 'pino';

/** For one part. */
const stopLimitMs = 4_000;

interface Stopper {
  readonly name: string;
  readonly stop: () => Promise<void> | void;
}

export class StopList {
  readonly #stoppers: Stopper[] = [];
  readonly #log: Logger;
  #stopping: Promise<void> | null = null;

  constructor(log: Logger) {
    this.#log = log;
  }

  onStop(name: string, stop: Stopper['stop']): void {
    this.#stoppers.push({ name, stop });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    for (const { name, stop } of this.#stoppers.toReversed()) {
      const timeout = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), stopLimitMs).unref());
      try {
        const outcome = await Promise.race([Promise.resolve(stop()), timeout]);
        if (outcome === 'late') this.#log.warn({ part: name }, 'did not stop in time; going on without it');
      } catch (error) {
        this.#log.error({ part: name, err: error }, 'failed to stop');
      }
    }
  }
}
