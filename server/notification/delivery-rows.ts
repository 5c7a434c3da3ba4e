// Orders and deliveries as rows of their tables, and back.
import type { AlarmPriority } from '../../domain/alarms/priority.ts';
import type { NotificationOrder, NotificationSubject } from '../../domain/notification/notification-order.ts';
import type { LocalizedText } from '../../domain/text/localized-text.ts';
import type { Delivery, DeliveryReason, DeliveryState, RouteStep } from './delivery-rules.ts';
import type { NotificationDeliveryTable, NotificationOrderTable } from './notification-tables.ts';
import type { SubjectFact } from './subject-facts.ts';

export interface StoredOrder {
  readonly key: string;
  readonly subject: NotificationSubject;
  readonly username: string | null;
  readonly urgency: AlarmPriority;
  readonly mayNotWait: boolean;
  readonly title: LocalizedText;
  readonly text: LocalizedText;
  readonly facts: readonly SubjectFact[];
  readonly orderedAtMs: number;
}

export function rowOf(delivery: Delivery): NotificationDeliveryTable {
  return {
    delivery_id: delivery.deliveryId,
    order_key: delivery.orderKey,
    lane: delivery.lane,
    recipient: delivery.recipient,
    route: JSON.stringify(delivery.route),
    ...changesOf(delivery, delivery.dueAtMs),
    attempts_total: delivery.attemptsTotal,
  };
}

export function changesOf(delivery: Delivery, nowMs: number) {
  const hasEnded = delivery.state === 'sent' || delivery.state === 'gaveUp' || delivery.state === 'digested';
  return {
    step: delivery.step,
    state: delivery.state,
    attempts_on_step: delivery.attemptsOnStep,
    step_since_ms: delivery.stepSinceMs,
    due_at_ms: delivery.dueAtMs,
    reason: delivery.reason,
    digest_delivery_id: delivery.digestDeliveryId,
    finished_at_ms: hasEnded ? nowMs : null,
  };
}

export function deliveryOf(row: NotificationDeliveryTable & { readonly urgency: string; readonly may_not_wait: number }): Delivery {
  return {
    deliveryId: row.delivery_id,
    orderKey: row.order_key,
    lane: row.lane,
    recipient: row.recipient,
    route: JSON.parse(row.route) as RouteStep[],
    urgency: row.urgency as AlarmPriority,
    mayNotWait: row.may_not_wait === 1,
    step: row.step,
    state: row.state as DeliveryState,
    attemptsOnStep: row.attempts_on_step,
    attemptsTotal: row.attempts_total,
    stepSinceMs: row.step_since_ms,
    dueAtMs: row.due_at_ms,
    reason: row.reason as DeliveryReason | null,
    digestDeliveryId: row.digest_delivery_id,
  };
}

export function orderRow(order: NotificationOrder, facts: readonly SubjectFact[], orderedAtMs: number): NotificationOrderTable {
  const { subject } = order;
  return {
    order_key: order.key,
    subject: JSON.stringify(subject),
    subject_kind: subject.kind,
    ...objectOf(subject),
    username: order.username,
    urgency: order.urgency,
    may_not_wait: order.mayNotWait ? 1 : 0,
    title: JSON.stringify(order.title),
    text: JSON.stringify(order.text),
    facts: JSON.stringify(facts),
    ordered_at_ms: orderedAtMs,
  };
}

export function storedOrder(row: NotificationOrderTable): StoredOrder {
  return {
    key: row.order_key,
    subject: JSON.parse(row.subject) as NotificationSubject,
    username: row.username,
    urgency: row.urgency as AlarmPriority,
    mayNotWait: row.may_not_wait === 1,
    title: JSON.parse(row.title) as LocalizedText,
    text: JSON.parse(row.text) as LocalizedText,
    facts: JSON.parse(row.facts) as SubjectFact[],
    orderedAtMs: row.ordered_at_ms,
  };
}

export function objectOf(subject: NotificationSubject) {
  return {
    alarm_id: subject.kind === 'alarm' ? subject.alarmId : null,
    occurrence_id: subject.kind === 'alarm' ? subject.occurrenceId : null,
    incident_id: subject.kind === 'incident' ? subject.incidentId : null,
    station_id: 'stationId' in subject ? subject.stationId : null,
  };
}
