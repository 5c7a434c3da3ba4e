// Takes orders and keeps them on disk; takes up at a start what had not ended, whatever had ended the server; forgets what is long over.
// The deliveries themselves are worked off by delivery-worker.ts.
import type { Logger } from 'pino';
import type { NotificationOrder, Notifier } from '../../domain/notification/notification-order.ts';
import type { NotificationSettings } from '../../domain/notification/notification-settings.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { FailureReason, SendResult } from './channel.ts';
import type { ChannelHealth } from './channel-health.ts';
import type { ChannelTarget, ChannelTargets } from './channel-targets.ts';
import { afterAttempt, type Delivery, lanesOf, personChannels, type RouteStep } from './delivery-rules.ts';
import type { DeliveryStore, EndedAttempt, NewOrder } from './delivery-store.ts';
import { DeliveryWorker } from './delivery-worker.ts';
import type { MessageComposer } from './message-composer.ts';
import { newDelivery } from './new-delivery.ts';
import { logOrders } from './notification-trace.ts';
import { SteadyTime } from './steady-time.ts';
import type { SubjectFact } from './subject-facts.ts';

export interface NotificationCenterOptions {
  readonly store: DeliveryStore;
  readonly targets: ChannelTargets;
  readonly composer: Pick<MessageComposer, 'compose'>;
  readonly factsOf: (order: NotificationOrder) => readonly SubjectFact[];
  readonly settings: Pick<NotificationSettings, 'flood' | 'giveUpAfter' | 'retention'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random?: () => number;
  readonly onChanged?: () => void;
}

const pruneEveryMs = 6 * 3_600_000;
/** A pause is never longer, so a wait read from disk that is was written under another wall clock. */
const longestWaitMs = 86_400_000;
const healthMemoryMs = 7 * 86_400_000;
const nowhere: RouteStep = { channel: 'webhook', target: '' };

export class NotificationCenter implements Notifier {
  readonly #options: NotificationCenterOptions;
  readonly #random: () => number;
  readonly #time: SteadyTime;
  readonly #worker: DeliveryWorker;
  #pruning: TimerHandle | null = null;
  #isStopped = false;

  private constructor(options: NotificationCenterOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#time = new SteadyTime(options.clock);
    this.#worker = new DeliveryWorker({
      ...options,
      time: this.#time,
      random: this.#random,
      onChanged: options.onChanged ?? (() => undefined),
    });
  }

  static async start(options: NotificationCenterOptions): Promise<NotificationCenter> {
    const center = new NotificationCenter(options);
    await center.#resume();
    center.#pruneLater(0);
    return center;
  }

  /** NO1: resolves when they are on disk. Never call it from inside `ledger.exclusively`. */
  async order(orders: readonly NotificationOrder[]): Promise<void> {
    if (orders.length === 0) return;
    const nowMs = this.#time.nowMs();
    const made = await this.#worker.tracked(() =>
      this.#options.store.addOrders(orders, this.#options.clock.nowMs(), (fresh) => fresh.map((order) => this.#make(order, nowMs))),
    );
    for (const delivery of made.flatMap(({ deliveries }) => deliveries)) this.#worker.take(delivery, nowMs);
    if (made.length > 0) this.#options.onChanged?.();
    logOrders(this.#options.log, made);
    this.#worker.pump();
  }

  /** To this target alone: a test of it. */
  async orderTo(target: ChannelTarget, order: NotificationOrder): Promise<void> {
    const isPersonal = personChannels.has(target.kind);
    const lane = isPersonal ? 'person' : target.name;
    const recipient = isPersonal ? `person:${order.username ?? ''}` : `group:${target.name}`;
    const nowMs = this.#time.nowMs();
    const delivery = newDelivery(order, lane, recipient, [{ channel: target.kind, target: target.name }], nowMs);
    const make = () => [{ order, facts: this.#options.factsOf(order), deliveries: [delivery] }];
    const made = await this.#worker.tracked(() => this.#options.store.addOrders([order], this.#options.clock.nowMs(), make));
    if (made.length === 0) return;
    this.#worker.take(delivery, nowMs);
    this.#options.onChanged?.();
    this.#worker.pump();
  }

  health(): readonly ChannelHealth[] {
    return [...this.#worker.health.values()];
  }

  /** Deliveries that have not ended and whose next attempt goes there. */
  queued(target: string): number {
    return this.#worker.queued(target);
  }

  counts(): { readonly open: number; readonly held: number; readonly gaveUpTotal: number; readonly digestsTotal: number } {
    const { openCount, guard, gaveUpTotal, digestsTotal } = this.#worker;
    return { open: openCount, held: guard.heldCount, gaveUpTotal, digestsTotal };
  }

  /** Resolves when nothing is under way: no attempt, no commit. What waits for a time still waits. */
  idle(): Promise<void> {
    return this.#worker.idle();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#pruning?.cancel();
    await this.#worker.stop();
  }

  async #resume(): Promise<void> {
    const { store, settings, clock } = this.#options;
    const nowMs = this.#time.nowMs();
    for (const { recipient, atMs } of await store.recentOrders(nowMs - settings.flood.per))
      this.#worker.guard.countOrder(recipient, Math.min(atMs, nowMs));
    for (const attempt of await store.recentAttempts(nowMs - healthMemoryMs)) {
      const endedAtMs = Math.min(attempt.ended_at_ms ?? nowMs, nowMs);
      const target = this.#options.targets.find(attempt.target);
      if (attempt.outcome === 'sent' && target !== null)
        this.#worker.guard.countMessage(attempt.recipient, target.name, target.rate, endedAtMs);
      const health = this.#worker.health.get(attempt.target);
      if (attempt.outcome === 'sent') health?.sent(endedAtMs);
      else health?.failed(attempt.reason as FailureReason, endedAtMs);
    }
    for (const health of this.#worker.health.values()) health.forgetTotals();
    const deliveries = (await store.open()).map((delivery) => ({
      ...delivery,
      // Written under a wall clock that may have been another one.
      dueAtMs: Math.min(delivery.dueAtMs, delivery.state === 'held' ? nowMs : nowMs + longestWaitMs),
      stepSinceMs: Math.min(delivery.stepSinceMs, nowMs),
    }));
    // NO4: written down as begun, without an end: whether they went out is not known.
    const interrupted = deliveries
      .filter((delivery) => delivery.state === 'sending')
      .map((delivery): EndedAttempt => {
        const result: SendResult = { kind: 'failed', retryable: true, reason: 'interrupted' };
        return {
          delivery,
          step: delivery.route[delivery.step] ?? nowhere,
          endedAtMs: clock.nowMs(),
          result,
          after: afterAttempt(delivery, result, settings, nowMs, this.#random),
        };
      });
    if (interrupted.length > 0) await store.end(interrupted);
    const after = new Map(interrupted.map((attempt) => [attempt.delivery.deliveryId, attempt.after.delivery]));
    for (const delivery of deliveries) this.#worker.take(after.get(delivery.deliveryId) ?? delivery, nowMs);
    this.#worker.pump();
  }

  #make(order: NotificationOrder, nowMs: number): NewOrder {
    const stationId = 'stationId' in order.subject ? order.subject.stationId : null;
    const lanes = lanesOf(order, (channel) => this.#options.targets.serving(channel, stationId));
    const deliveries = lanes.map(({ lane, recipient, route }): Delivery => {
      const isFlood = this.#worker.guard.countOrder(recipient, nowMs);
      const fresh = newDelivery(order, lane, recipient, route, nowMs);
      return isFlood && this.#worker.mayBeHeld(fresh) ? { ...fresh, state: 'held', reason: 'flood' } : fresh;
    });
    return { order, facts: this.#options.factsOf(order), deliveries };
  }

  #pruneLater(delayMs: number): void {
    if (this.#isStopped) return;
    this.#pruning = this.#options.clock.after(delayMs, () => {
      void this.#worker.tracked(async () => {
        try {
          await this.#options.store.prune(this.#options.clock.nowMs() - this.#options.settings.retention);
        } catch (error) {
          this.#options.log.error({ err: error }, 'old notifications could not be forgotten; trying again later');
        }
        this.#pruneLater(pruneEveryMs);
      });
    });
  }
}
