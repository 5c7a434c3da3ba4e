// What the journal says of orders, attempts, digests and what was given up. No address, no secret and no text of an answer stands in it (NO15).
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { NotificationSubject } from '../../domain/notification/notification-order.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import { objectOf, type StoredOrder } from './delivery-rows.ts';
import type { AfterAttempt, Delivery } from './delivery-rules.ts';
import type { EndedAttempt, NewOrder } from './delivery-store.ts';

const actor: JournalActor = { kind: 'system', part: 'notifier' };
const keysPerLine = 500;

function entryOf(
  kind: string,
  occurredAtMs: number,
  subject: NotificationSubject | undefined,
  detail: Readonly<Record<string, unknown>>,
): NewJournalEntry {
  const object = subject === undefined ? null : objectOf(subject);
  return {
    occurredAtMs,
    kind,
    stationId: object?.station_id ?? null,
    alarmId: object?.alarm_id ?? null,
    occurrenceId: object?.occurrence_id ?? null,
    actor,
    detail: { ...(object?.incident_id == null ? {} : { incidentId: object.incident_id }), ...detail },
  };
}

export function orderEntry({ order, deliveries }: NewOrder, atMs: number): NewJournalEntry {
  const held = deliveries.filter((delivery) => delivery.state === 'held').map((delivery) => delivery.recipient);
  return entryOf('notification.order', atMs, order.subject, {
    key: order.key,
    username: order.username,
    channels: order.channels,
    urgency: order.urgency,
    recipients: deliveries.map((delivery) => delivery.recipient),
    ...(held.length === 0 ? {} : { held }),
  });
}

export function endEntries({ delivery, step, endedAtMs, result, after }: EndedAttempt, order: StoredOrder | undefined): NewJournalEntry[] {
  const detail = {
    key: delivery.orderKey,
    deliveryId: delivery.deliveryId,
    recipient: delivery.recipient,
    channel: step.channel,
    target: step.target,
    attempt: delivery.attemptsTotal,
    ...(order?.subject.kind === 'digest' ? { orders: order.subject.orders } : {}),
  };
  if (result.kind === 'sent')
    return [
      entryOf('notification.sent', endedAtMs, order?.subject, {
        ...detail,
        ...(result.reference === undefined ? {} : { reference: result.reference }),
      }),
    ];
  const failed = entryOf('notification.failed', endedAtMs, order?.subject, {
    ...detail,
    reason: result.reason,
    ...(result.code === undefined ? {} : { code: result.code }),
    ...(after.gaveUp === null ? { againAtMs: Math.round(after.delivery.dueAtMs) } : {}),
  });
  return [failed, ...changeEntries(delivery, after, order, endedAtMs)];
}

export function changeEntries(before: Delivery, after: AfterAttempt, order: StoredOrder | undefined, atMs: number): NewJournalEntry[] {
  const detail = { key: before.orderKey, deliveryId: before.deliveryId, recipient: before.recipient };
  if (after.delivery.state === 'held')
    return [entryOf('notification.held', atMs, order?.subject, { ...detail, reason: after.delivery.reason })];
  if (after.gaveUp === null) return [];
  const { step, reason, next } = after.gaveUp;
  return [
    entryOf('notification.gaveUp', atMs, order?.subject, {
      ...detail,
      channel: step?.channel ?? null,
      target: step?.target ?? null,
      reason,
      attempts: before.attemptsOnStep,
      next: next?.channel ?? null,
    }),
  ];
}

/** The keys stand in it, so that the journal alone tells which orders were told together; many of them in several lines. */
export function digestEntries(digest: Delivery, members: readonly Delivery[], atMs: number): NewJournalEntry[] {
  const parts = Math.ceil(members.length / keysPerLine);
  return Array.from({ length: parts }, (_, part) =>
    entryOf('notification.digest', atMs, undefined, {
      key: digest.orderKey,
      deliveryId: digest.deliveryId,
      recipient: digest.recipient,
      orders: members.length,
      ...(parts > 1 ? { part: `${part + 1}/${parts}` } : {}),
      keys: members.slice(part * keysPerLine, (part + 1) * keysPerLine).map((member) => member.orderKey),
    }),
  );
}
