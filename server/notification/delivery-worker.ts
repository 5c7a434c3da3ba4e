// Works open deliveries off: a timer or a place in a queue for each, so many attempts at a time for each target, what ended written down, the next step placed.
// What follows from what is decided in delivery-rules.ts; what is on disk is in delivery-store.ts.
import type { Logger } from 'pino';
import { alarmPriorities } from '../../domain/alarms/priority.ts';
import type { NotificationSettings } from '../../domain/notification/notification-settings.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import { attemptSend } from './attempt.ts';
import type { FailureReason, SendResult } from './channel.ts';
import { ChannelHealth } from './channel-health.ts';
import type { ChannelTarget, ChannelTargets } from './channel-targets.ts';
import type { StoredOrder } from './delivery-rows.ts';
import { type AfterAttempt, afterAttempt, type Delivery, digestRoute, giveUpStep, type RouteStep, stepEndsAtMs } from './delivery-rules.ts';
import type { DeliveryStore, EndedAttempt } from './delivery-store.ts';
import { FloodGuard } from './flood-guard.ts';
import type { MessageComposer } from './message-composer.ts';
import { digestOrder, newDelivery } from './new-delivery.ts';
import { logAttempt, logDigest } from './notification-trace.ts';
import type { SteadyTime } from './steady-time.ts';
import { TargetQueue } from './target-queue.ts';

export interface DeliveryWorkerOptions {
  readonly store: DeliveryStore;
  readonly targets: ChannelTargets;
  readonly composer: Pick<MessageComposer, 'compose'>;
  readonly settings: Pick<NotificationSettings, 'flood' | 'giveUpAfter'>;
  readonly clock: Clock;
  readonly time: SteadyTime;
  readonly log: Logger;
  readonly random: () => number;
  /** After a commit, for the pages that show it. */
  readonly onChanged: () => void;
}

/** A delivery that has not ended. It is in one place at a time: on a timer, in a queue, held, or under way. */
interface Open {
  delivery: Delivery;
  readonly knownSinceMs: number;
  dueTimer: TimerHandle | null;
  /** Fires where its turn does not come before the channel's time is over. */
  stepTimer: TimerHandle | null;
}

interface Begun {
  readonly open: Open;
  readonly step: RouteStep;
  readonly target: ChannelTarget | null;
}

const storeRetryMs = 1_000;

export class DeliveryWorker {
  readonly #options: DeliveryWorkerOptions;
  readonly guard: FloodGuard;
  /** By target. */
  readonly health = new Map<string, ChannelHealth>();
  readonly #open = new Map<string, Open>();
  readonly #queues = new Map<string, TargetQueue>();
  readonly #stopping = new AbortController();
  readonly #timers = new Set<TimerHandle>();
  #ended: EndedAttempt[] = [];
  #isFlushing = false;
  #underWay = 0;
  #idleWaiters: (() => void)[] = [];
  gaveUpTotal = 0;
  digestsTotal = 0;

  constructor(options: DeliveryWorkerOptions) {
    this.#options = options;
    this.guard = new FloodGuard(options.clock, options.settings.flood, (recipient, ids) => void this.#sendDigest(recipient, ids));
    for (const target of options.targets.all()) this.health.set(target.name, new ChannelHealth(target.kind, target.name));
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Deliveries that have not ended and whose next attempt goes there. */
  queued(target: string): number {
    let count = 0;
    for (const { delivery } of this.#open.values()) if (delivery.route[delivery.step]?.target === target) count += 1;
    return count;
  }

  /** Resolves when nothing is under way: no attempt, no commit. What waits for a time still waits. */
  idle(): Promise<void> {
    return this.#underWay === 0 ? Promise.resolve() : new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Attempts under way are ended and written down as interrupted. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.guard.stop();
    for (const timer of this.#timers) timer.cancel();
    for (const open of this.#open.values()) this.#cancelTimers(open);
    await this.idle();
  }

  /** Counts as something under way until it settles. */
  async tracked<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) for (const waiter of this.#idleWaiters.splice(0)) waiter();
    }
  }

  /** NO11. Machines want each one. */
  mayBeHeld(delivery: Delivery): boolean {
    if (delivery.mayNotWait) return false;
    return delivery.lane === 'person' || this.#options.targets.find(delivery.lane)?.mayDigest !== false;
  }

  /** Takes a delivery up where it stands. */
  take(delivery: Delivery, knownSinceMs: number): void {
    if (delivery.state === 'sent' || delivery.state === 'gaveUp' || delivery.state === 'digested') return;
    this.#open.set(delivery.deliveryId, { delivery, knownSinceMs, dueTimer: null, stepTimer: null });
    this.#place(delivery.deliveryId);
  }

  /** Puts an open delivery on its timer, into its queue or among the held. */
  #place(deliveryId: string): void {
    const open = this.#open.get(deliveryId);
    if (open === undefined || this.#stopping.signal.aborted) return;
    this.#cancelTimers(open);
    const { delivery } = open;
    const nowMs = this.#options.time.nowMs();
    if (delivery.state === 'held') {
      this.guard.hold(delivery.recipient, deliveryId, nowMs - delivery.dueAtMs);
      return;
    }
    const step = delivery.route[delivery.step];
    if (step === undefined) {
      void this.#change([{ before: delivery, after: giveUpStep(delivery, 'notConfigured', nowMs) }]);
      return;
    }
    const enqueue = () => {
      open.dueTimer = null;
      this.#queueOf(step.target).add(deliveryId, delivery.urgency);
      this.pump();
    };
    if (delivery.dueAtMs > nowMs) open.dueTimer = this.#options.clock.after(delivery.dueAtMs - nowMs, enqueue);
    else this.#queueOf(step.target).add(deliveryId, delivery.urgency);
    // NO8: the last channel is tried at least once, so it has no such timer.
    if (delivery.step < delivery.route.length - 1) {
      const endsAtMs = stepEndsAtMs(delivery, this.#options.settings);
      open.stepTimer = this.#options.clock.after(Math.max(0, endsAtMs - nowMs), () => this.#turnDidNotCome(open, step));
    }
  }

  #turnDidNotCome(open: Open, step: RouteStep): void {
    open.stepTimer = null;
    const { delivery } = open;
    if (!this.#queueOf(step.target).remove(delivery.deliveryId, delivery.urgency)) return;
    const reason = delivery.attemptsOnStep === 0 && delivery.reason !== 'interrupted' ? 'congested' : failureReasonOf(delivery);
    void this.#change([{ before: delivery, after: giveUpStep(delivery, reason, this.#options.time.nowMs()) }]);
  }

  #cancelTimers(open: Open): void {
    open.dueTimer?.cancel();
    open.stepTimer?.cancel();
    open.dueTimer = null;
    open.stepTimer = null;
  }

  #queueOf(target: string): TargetQueue {
    let queue = this.#queues.get(target);
    if (queue === undefined) {
      queue = new TargetQueue(this.#options.targets.find(target)?.concurrency ?? 100);
      this.#queues.set(target, queue);
    }
    return queue;
  }

  /** Begins what may begin now. */
  pump(): void {
    if (this.#stopping.signal.aborted) return;
    const nowMs = this.#options.time.nowMs();
    const begin: Begun[] = [];
    const hold: { before: Delivery; after: AfterAttempt }[] = [];
    for (const [name, queue] of this.#queues) {
      const target = this.#options.targets.find(name);
      for (let id = queue.take(); id !== null; id = queue.take()) {
        const open = this.#open.get(id);
        const step = open?.delivery.route[open.delivery.step];
        if (open === undefined || step === undefined) {
          queue.release();
        } else if (
          target !== null &&
          this.mayBeHeld(open.delivery) &&
          this.guard.isRateFull(open.delivery.recipient, name, target.rate, nowMs)
        ) {
          queue.release();
          this.#cancelTimers(open);
          hold.push({
            before: open.delivery,
            after: { delivery: { ...open.delivery, state: 'held', reason: 'rate', dueAtMs: nowMs }, gaveUp: null },
          });
        } else {
          this.#cancelTimers(open);
          this.guard.beginMessage(open.delivery.recipient, name);
          begin.push({ open, step, target });
        }
      }
    }
    if (hold.length > 0) void this.#change(hold);
    if (begin.length > 0) void this.tracked(() => this.#begin(begin));
  }

  async #begin(begun: readonly Begun[]): Promise<void> {
    const attempts = begun.map(({ open, step, target }) => {
      const { delivery } = open;
      const sending: Delivery = {
        ...delivery,
        state: 'sending',
        attemptsOnStep: delivery.attemptsOnStep + 1,
        attemptsTotal: delivery.attemptsTotal + 1,
      };
      return { open, step, target, delivery: sending, startedAtMs: this.#options.clock.nowMs() };
    });
    let orders: ReadonlyMap<string, StoredOrder>;
    try {
      orders = await this.#options.store.orders(attempts.map(({ delivery }) => delivery.orderKey));
      await this.#options.store.start(attempts);
    } catch (error) {
      // Nothing goes out that is not written down first.
      this.#options.log.error({ err: error }, 'notifications cannot be written down; trying again');
      await this.#pause();
      for (const { open, step } of attempts) {
        this.#release(open.delivery, step);
        this.#place(open.delivery.deliveryId);
      }
      this.pump();
      return;
    }
    for (const { open, delivery, step, target } of attempts) {
      open.delivery = delivery;
      void this.tracked(async () => {
        const result = await this.#send(open, orders.get(delivery.orderKey), target);
        const nowMs = this.#options.time.nowMs();
        const after = afterAttempt(delivery, result, this.#options.settings, nowMs, this.#options.random);
        logAttempt(this.#options.log, orders.get(delivery.orderKey), { delivery, step, result, after });
        this.#ended.push({ delivery, step, endedAtMs: this.#options.clock.nowMs(), result, after });
        await this.#flush();
      });
    }
  }

  async #send(open: Open, order: StoredOrder | undefined, target: ChannelTarget | null): Promise<SendResult> {
    const { clock, log, composer } = this.#options;
    if (target?.channel == null || order === undefined) return { kind: 'failed', retryable: false, reason: 'notConfigured' };
    try {
      const composed = await composer.compose(open.delivery, order, target.language, this.#options.time.nowMs() - open.knownSinceMs);
      if (composed.kind === 'failed') return composed.result;
      return await attemptSend(target.channel, composed.message, {
        clock,
        timeoutMs: target.attemptTimeoutMs,
        stopping: this.#stopping.signal,
        log,
      });
    } catch (error) {
      log.error({ err: error, key: order.key }, 'a notification could not be put into words');
      return { kind: 'failed', retryable: true, reason: 'internal' };
    }
  }

  /** Writes down what has ended, as many at once as there are. */
  async #flush(): Promise<void> {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    while (this.#ended.length > 0) {
      const ended = this.#ended.splice(0, 500);
      try {
        await this.#options.store.end(ended);
      } catch (error) {
        this.#options.log.error({ err: error }, 'ends of notification attempts cannot be written down; trying again');
        // At the next start they are found without an end, and made again.
        if (this.#stopping.signal.aborted) break;
        this.#ended.unshift(...ended);
        await this.#pause();
        continue;
      }
      for (const attempt of ended) this.#note(attempt);
      this.#options.onChanged();
      this.pump();
    }
    this.#isFlushing = false;
  }

  #note({ delivery, step, endedAtMs, result, after }: EndedAttempt): void {
    this.#release(delivery, step);
    const health = this.health.get(step.target);
    const target = this.#options.targets.find(step.target);
    if (result.kind === 'failed') health?.failed(result.reason, endedAtMs);
    else {
      health?.sent(endedAtMs);
      if (target !== null) this.guard.countMessage(delivery.recipient, target.name, target.rate, this.#options.time.nowMs());
    }
    this.#settle(delivery.deliveryId, after);
  }

  #release(delivery: Delivery, step: RouteStep): void {
    this.#queueOf(step.target).release();
    this.guard.endMessage(delivery.recipient, step.target);
  }

  #settle(deliveryId: string, after: AfterAttempt): void {
    const open = this.#open.get(deliveryId);
    if (open === undefined) return;
    open.delivery = after.delivery;
    if (after.delivery.state === 'gaveUp') {
      this.gaveUpTotal += 1;
      this.#options.log.warn(
        { key: after.delivery.orderKey, reason: after.delivery.reason },
        'a notification was given up: nobody was told by it',
      );
    }
    if (after.delivery.state === 'waiting' || after.delivery.state === 'held') this.#place(deliveryId);
    else this.#open.delete(deliveryId);
  }

  async #change(changes: readonly { readonly before: Delivery; readonly after: AfterAttempt }[]): Promise<void> {
    await this.tracked(() =>
      this.#persistently('a change of notifications', async () => {
        await this.#options.store.change(changes, this.#options.clock.nowMs());
        for (const { before, after } of changes) this.#settle(before.deliveryId, after);
        this.#options.onChanged();
        this.pump();
      }),
    );
  }

  /** NO12, NO14 */
  async #sendDigest(recipient: string, deliveryIds: readonly string[]): Promise<void> {
    const held = deliveryIds.map((id) => this.#open.get(id)?.delivery).filter((delivery) => delivery !== undefined);
    const members = alarmPriorities.flatMap((urgency) => held.filter((delivery) => delivery.urgency === urgency));
    const [first] = members;
    if (first === undefined) return;
    const nowMs = this.#options.time.nowMs();
    const order = digestOrder(first, members);
    const digest: Delivery = { ...newDelivery(order, first.lane, recipient, digestRoute(members), nowMs) };
    await this.tracked(() =>
      this.#persistently('a digest of notifications', async () => {
        await this.#options.store.addDigest({ order, facts: [], deliveries: [digest] }, digest, members, this.#options.clock.nowMs());
        for (const member of members) this.#open.delete(member.deliveryId);
        logDigest(this.#options.log, order.key, members);
        this.digestsTotal += 1;
        this.take(digest, nowMs);
        this.#options.onChanged();
        this.pump();
      }),
    );
  }

  /** Until it succeeds or the server stops; what is not done then is found at the next start. */
  async #persistently(what: string, work: () => Promise<void>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        return await work();
      } catch (error) {
        this.#options.log.error({ err: error }, `${what} cannot be written down; trying again`);
        await this.#pause();
      }
    }
  }

  /** Ends at once when the server stops. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#timers.delete(timer);
        this.#stopping.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = this.#options.clock.after(storeRetryMs, done);
      this.#timers.add(timer);
      this.#stopping.signal.addEventListener('abort', done, { once: true });
      if (this.#stopping.signal.aborted) done();
    });
  }
}

function failureReasonOf(delivery: Delivery): FailureReason {
  return delivery.reason === null || delivery.reason === 'flood' || delivery.reason === 'rate' ? 'congested' : delivery.reason;
}
