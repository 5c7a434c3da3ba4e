// Things that people are to be told of, waiting for the notifier: in order, a few at a time, tried again until its database has them. What is in one is the
// concept's own affair; it says who gets which orders, under keys that make telling twice telling once.
import type { Logger } from 'pino';
import type { UserView } from '../../domain/api/users-api.ts';
import type { NotificationOrder, Notifier } from '../../domain/notification/notification-order.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';

const noticesAtOnce = 50;

export interface NoticeQueueOptions<Notice> {
  readonly notifier: Notifier;
  readonly access: Pick<AccessControl, 'users'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly retryMs: number;
  /** What the log calls them: `people could not be told of …`. */
  readonly what: string;
  /** More than this do not wait: the oldest go, and `onDropped` says how many. */
  readonly most?: number;
  readonly onDropped?: (count: number) => void;
  /** `users`: those who may sign in. */
  readonly ordersOf: (notice: Notice, users: readonly UserView[]) => readonly NotificationOrder[];
}

export class NoticeQueue<Notice> {
  readonly #options: NoticeQueueOptions<Notice>;
  readonly #waiting: Notice[] = [];
  #isWorking = false;
  #working: Promise<void> = Promise.resolve();
  #retry: TimerHandle | null = null;

  constructor(options: NoticeQueueOptions<Notice>) {
    this.#options = options;
  }

  take(notices: readonly Notice[]): void {
    const { most = Number.POSITIVE_INFINITY, onDropped } = this.#options;
    this.#waiting.push(...notices);
    const tooMany = this.#waiting.length - most;
    if (tooMany > 0) {
      this.#waiting.splice(0, tooMany);
      onDropped?.(tooMany);
    }
    if (!this.#isWorking && this.#waiting.length > 0) this.#working = this.#work();
  }

  /** Resolves when what is under way has ended; what waits still is told after the next start. */
  async stop(): Promise<void> {
    this.#retry?.cancel();
    await this.#working;
  }

  async #work(): Promise<void> {
    const { notifier, access, clock, log, retryMs, what, ordersOf } = this.#options;
    this.#isWorking = true;
    // Out of those that wait while they are told, so that dropping the oldest meanwhile drops none of them.
    let notices: Notice[] = [];
    try {
      while (this.#waiting.length > 0) {
        notices = this.#waiting.splice(0, noticesAtOnce);
        const users = (await access.users()).filter((user) => !user.isDisabled);
        const orders = notices.flatMap((notice) => ordersOf(notice, users));
        if (orders.length > 0) await notifier.order(orders);
      }
    } catch (error) {
      this.#waiting.unshift(...notices);
      log.error({ err: error }, `people could not be told of ${what}; trying again`);
      this.#retry?.cancel();
      this.#retry = clock.after(retryMs, () => this.take([]));
    } finally {
      this.#isWorking = false;
    }
  }
}
