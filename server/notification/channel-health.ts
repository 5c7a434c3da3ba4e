// How one target fares: last success, failures in a row, since when. Told on the screen, in /metrics and /readyz. Kept in memory, rebuilt from the attempts (NO21).
import type { NotificationChannel } from '../../domain/notification/notification-order.ts';
import type { FailureReason } from './channel.ts';

/** Reasons that lie in one address or one message: they say nothing of the channel. */
const reasonsOfAddress: ReadonlySet<FailureReason> = new Set(['noAddress', 'notPermitted', 'gone', 'rejected', 'interrupted', 'congested']);
/** These will not pass by themselves: somebody must put the plant file or a secret right. */
const reasonsOfSettings: ReadonlySet<FailureReason> = new Set(['unauthorized', 'redirected', 'notConfigured']);
const failuresUntilFailing = 3;
const failingLongMs = 600_000;

export class ChannelHealth {
  readonly channel: NotificationChannel;
  readonly target: string;
  lastSuccessAtMs: number | null = null;
  lastFailureAtMs: number | null = null;
  lastFailureReason: FailureReason | null = null;
  sentTotal = 0;
  readonly failedTotal = new Map<FailureReason, number>();
  #failuresInRow = 0;
  #firstFailureAtMs = 0;

  constructor(channel: NotificationChannel, target: string) {
    this.channel = channel;
    this.target = target;
  }

  sent(atMs: number): void {
    this.sentTotal += 1;
    this.lastSuccessAtMs = atMs;
    this.#failuresInRow = 0;
  }

  failed(reason: FailureReason, atMs: number): void {
    this.failedTotal.set(reason, (this.failedTotal.get(reason) ?? 0) + 1);
    this.lastFailureAtMs = atMs;
    this.lastFailureReason = reason;
    if (reasonsOfAddress.has(reason)) return;
    if (this.#failuresInRow === 0) this.#firstFailureAtMs = atMs;
    this.#failuresInRow += reasonsOfSettings.has(reason) ? failuresUntilFailing : 1;
  }

  /** Counters tell of this server's life only, as Prometheus expects. */
  forgetTotals(): void {
    this.sentTotal = 0;
    this.failedTotal.clear();
  }

  /** Since when it has been failing; null while it is not. */
  get failingSinceMs(): number | null {
    return this.#failuresInRow >= failuresUntilFailing ? this.#firstFailureAtMs : null;
  }

  isFailingLong(nowMs: number): boolean {
    return this.failingSinceMs !== null && nowMs - this.failingSinceMs >= failingLongMs;
  }
}
