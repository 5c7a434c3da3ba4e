// Deliveries and digests as they begin.
import { randomUUID } from 'node:crypto';
import type { NotificationChannel, NotificationOrder } from '../../domain/notification/notification-order.ts';
import { type Delivery, digestRoute, type RouteStep } from './delivery-rules.ts';

export function newDelivery(
  order: Pick<NotificationOrder, 'key' | 'urgency' | 'mayNotWait'>,
  lane: string,
  recipient: string,
  route: readonly RouteStep[],
  nowMs: number,
): Delivery {
  return {
    deliveryId: randomUUID(),
    orderKey: order.key,
    lane,
    recipient,
    route,
    urgency: order.urgency,
    mayNotWait: order.mayNotWait,
    step: 0,
    state: 'waiting',
    attemptsOnStep: 0,
    attemptsTotal: 0,
    stepSinceMs: nowMs,
    dueAtMs: nowMs,
    reason: null,
    digestDeliveryId: null,
  };
}

export function digestOrder(first: Delivery, members: readonly Delivery[]): NotificationOrder {
  const username = first.recipient.startsWith('person:') ? first.recipient.slice('person:'.length) : null;
  const channels: NotificationChannel[] = digestRoute(members).map((step) => step.channel);
  return {
    key: `digest/${first.recipient}/${randomUUID()}`,
    subject: { kind: 'digest', orders: members.length },
    username: username === '' ? null : username,
    channels,
    urgency: first.urgency,
    title: { zh: `通知汇总：${members.length} 条`, en: `${members.length} notifications together` },
    text: { zh: '', en: '' },
    // The digest itself waits for nothing: there is one in an interval.
    mayNotWait: true,
  };
}
