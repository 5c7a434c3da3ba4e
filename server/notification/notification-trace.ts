// What the log says of notifications about an alarm: who is to be told by which channels, and how each attempt ended. No contact of anybody is in it.
import type { NotificationOrder } from '../../domain/notification/notification-order.ts';
import { logAlarmStep, type StepLog } from '../../domain/tracing/alarm-step.ts';
import type { Delivery } from './delivery-rules.ts';
import type { EndedAttempt, NewOrder } from './delivery-store.ts';

/** After the commit. */
export function logOrders(log: StepLog, made: readonly NewOrder[]): void {
  const items = made.flatMap(({ order, deliveries }) => {
    if (order.subject.kind !== 'alarm') return [];
    const routes = deliveries.map(({ route }) => route.map(({ target }) => target).join(' > ')).join('; ');
    return [{ correlationId: order.subject.occurrenceId, orderKey: order.key, username: order.username, routes }];
  });
  logAlarmStep(log, 'notification', 'ordered', {}, items);
}

/** `order` undefined where it is gone. */
export function logAttempt(
  log: StepLog,
  order: Pick<NotificationOrder, 'subject' | 'key'> | undefined,
  { delivery, step, result, after }: Pick<EndedAttempt, 'delivery' | 'step' | 'result' | 'after'>,
): void {
  if (order === undefined || (order.subject.kind !== 'alarm' && order.subject.kind !== 'digest')) return;
  const item = {
    orderKey: order.key,
    deliveryId: delivery.deliveryId,
    channel: step.channel,
    target: step.target,
    attempt: delivery.attemptsTotal,
    ...(result.kind === 'sent' ? { reference: result.reference ?? null } : { reason: result.reason }),
    next: after.delivery.state,
  };
  const message = result.kind === 'sent' ? 'taken by the channel' : 'not taken by the channel';
  if (order.subject.kind === 'alarm') logAlarmStep(log, 'notification', message, item, [{ correlationId: order.subject.occurrenceId }]);
  // Its members name it: `digestKey`.
  else log.info({ step: 'notification', ...item }, message);
}

export function logDigest(log: StepLog, digestKey: string, members: readonly Delivery[]): void {
  const items = members.flatMap(({ orderKey, deliveryId }) => {
    const [kind, occurrenceId] = orderKey.split('/');
    return kind === 'alarm' && occurrenceId !== undefined ? [{ correlationId: occurrenceId, orderKey, deliveryId }] : [];
  });
  logAlarmStep(log, 'notification', 'told together with others in a digest', { digestKey }, items);
}
