// What becomes of an order, as pure functions: its lanes, the pause after a failure, the next channel, floods. Rules are numbered in RULES.md.
// No clock, no store, no channel: the time and the dice come in.
import type { AlarmPriority } from '../../domain/alarms/priority.ts';
import type { NotificationChannel, NotificationOrder } from '../../domain/notification/notification-order.ts';
import type { FailureReason, SendResult } from './channel.ts';

export const personChannels: ReadonlySet<NotificationChannel> = new Set(['webPush', 'email', 'sms', 'voice']);

/** `target` is the channel itself where it reaches a person, the name of the robot or webhook where it reaches a group. */
export interface RouteStep {
  readonly channel: NotificationChannel;
  readonly target: string;
}

export interface Lane {
  readonly lane: string;
  /** `person:wang` or `group:dispatch-room`. */
  readonly recipient: string;
  readonly route: readonly RouteStep[];
}

export const deliveryStates = ['waiting', 'sending', 'held', 'sent', 'gaveUp', 'digested'] as const;
export type DeliveryState = (typeof deliveryStates)[number];
export type DeliveryReason = FailureReason | 'flood' | 'rate';

export interface Delivery {
  readonly deliveryId: string;
  readonly orderKey: string;
  readonly lane: string;
  readonly recipient: string;
  readonly route: readonly RouteStep[];
  readonly urgency: AlarmPriority;
  readonly mayNotWait: boolean;
  readonly step: number;
  readonly state: DeliveryState;
  /** Without those that were interrupted. */
  readonly attemptsOnStep: number;
  readonly attemptsTotal: number;
  /** When its turn on this step began. */
  readonly stepSinceMs: number;
  /** Next attempt; for one that is held, when it was held. */
  readonly dueAtMs: number;
  readonly reason: DeliveryReason | null;
  readonly digestDeliveryId: string | null;
}

export interface DeliveryLimits {
  readonly giveUpAfter: Readonly<Record<AlarmPriority | 'lastChannel', number>>;
}

/** An hour of the shortest pauses; a bound, not a plan. */
export const attemptsOnStepMax = 250;
const firstPauseMs: Readonly<Record<AlarmPriority, number>> = { critical: 2_000, high: 4_000, medium: 5_000, low: 10_000 };
const longestPauseMs: Readonly<Record<AlarmPriority, number>> = { critical: 30_000, high: 60_000, medium: 300_000, low: 300_000 };

/** NO2. `groupTargets`: names of the targets of a channel that serve the order's station. */
export function lanesOf(
  order: Pick<NotificationOrder, 'username' | 'channels'>,
  groupTargets: (channel: NotificationChannel) => readonly string[],
): readonly Lane[] {
  const lanes: Lane[] = [];
  const personal = [...new Set(order.channels.filter((channel) => personChannels.has(channel)))];
  if (personal.length > 0 || order.channels.length === 0) {
    lanes.push({
      lane: 'person',
      recipient: `person:${order.username ?? ''}`,
      route: personal.map((channel) => ({ channel, target: channel })),
    });
  }
  for (const channel of new Set(order.channels)) {
    if (personChannels.has(channel)) continue;
    const targets = groupTargets(channel);
    // A channel that leads nowhere is still a lane, so that its failure is told.
    for (const target of targets.length === 0 ? [channel] : targets)
      lanes.push({ lane: target, recipient: `group:${target}`, route: [{ channel, target }] });
  }
  return lanes;
}

/** NO6 */
export function pauseMs(urgency: AlarmPriority, attemptsOnStep: number, retryAfterMs: number, random: () => number): number {
  const doubled = firstPauseMs[urgency] * 2 ** Math.min(Math.max(0, attemptsOnStep - 1), 20);
  const longest = Math.min(doubled, longestPauseMs[urgency]);
  return Math.max(longest / 2 + (random() * longest) / 2, retryAfterMs);
}

/** NO7, NO8: when the channel of this step is given up. */
export function stepEndsAtMs(delivery: Delivery, limits: DeliveryLimits): number {
  const isLast = delivery.step >= delivery.route.length - 1;
  return delivery.stepSinceMs + (isLast ? limits.giveUpAfter.lastChannel : limits.giveUpAfter[delivery.urgency]);
}

export interface AfterAttempt {
  readonly delivery: Delivery;
  /** The step that was given up, where one was. */
  readonly gaveUp: { readonly step: RouteStep | null; readonly reason: FailureReason; readonly next: RouteStep | null } | null;
}

/** What follows from the end of an attempt on the step that the delivery is on. `attemptsOnStep` counts the attempt already. */
export function afterAttempt(
  delivery: Delivery,
  result: SendResult,
  limits: DeliveryLimits,
  nowMs: number,
  random: () => number,
): AfterAttempt {
  if (result.kind === 'sent') return { delivery: { ...delivery, state: 'sent', reason: null, dueAtMs: nowMs }, gaveUp: null };
  // Nothing was wrong with the channel: again, as soon as there is a server (NO4), and no reason to wait longer after a failure (NO6).
  if (result.reason === 'interrupted' && delivery.attemptsTotal < attemptsOnStepMax) {
    const attemptsOnStep = delivery.attemptsOnStep - 1;
    return { delivery: { ...delivery, state: 'waiting', attemptsOnStep, reason: 'interrupted', dueAtMs: nowMs }, gaveUp: null };
  }
  const endsAtMs = stepEndsAtMs(delivery, limits);
  const retryAfterMs = result.retryAfterMs ?? 0;
  const isOver = nowMs >= endsAtMs || delivery.attemptsOnStep >= attemptsOnStepMax || nowMs + retryAfterMs > endsAtMs;
  if (!result.retryable || isOver) return giveUpStep(delivery, result.reason, nowMs);
  const dueAtMs = Math.min(endsAtMs, nowMs + pauseMs(delivery.urgency, delivery.attemptsOnStep, retryAfterMs, random));
  return { delivery: { ...delivery, state: 'waiting', reason: result.reason, dueAtMs }, gaveUp: null };
}

/** NO8. Who may not be told may not be told by the next channel either (NO9). */
export function giveUpStep(delivery: Delivery, reason: FailureReason, nowMs: number): AfterAttempt {
  const next = reason === 'notPermitted' ? undefined : delivery.route[delivery.step + 1];
  const step = delivery.route[delivery.step] ?? null;
  if (next === undefined)
    return { delivery: { ...delivery, state: 'gaveUp', reason, dueAtMs: nowMs }, gaveUp: { step, reason, next: null } };
  return {
    delivery: { ...delivery, state: 'waiting', step: delivery.step + 1, attemptsOnStep: 0, stepSinceMs: nowMs, dueAtMs: nowMs, reason },
    gaveUp: { step, reason, next },
  };
}

/** NO12, NO13: counts what happened within a window that moves with the time. */
export class RateWindow {
  readonly #limit: number;
  readonly #perMs: number;
  #timesMs: number[] = [];

  constructor(limit: number, perMs: number) {
    this.#limit = limit;
    this.#perMs = perMs;
  }

  count(atMs: number): void {
    this.#timesMs.push(atMs);
    // Only the newest decide; older ones never come back into the window.
    if (this.#timesMs.length > this.#limit) this.#timesMs = this.#timesMs.slice(-this.#limit);
  }

  /** How many more may come now. */
  room(nowMs: number): number {
    return this.#limit - this.#timesMs.filter((timeMs) => timeMs > nowMs - this.#perMs).length;
  }
}

/** The route of a digest: what is left of its members' routes, the most urgent member's first. */
export function digestRoute(members: readonly Delivery[]): readonly RouteStep[] {
  const route: RouteStep[] = [];
  for (const member of members)
    for (const step of member.route.slice(member.step))
      if (!route.some((known) => known.channel === step.channel && known.target === step.target)) route.push(step);
  return route;
}
