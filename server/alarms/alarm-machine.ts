// The lifecycle of an alarm as one pure function: a record and an event in, a new record or a refusal out. No clock, no store, no person.
// Rules are numbered in RULES.md; states and words follow ANSI/ISA-18.2-2016 clause 5.4. What may be done is asked of the definition of today;
// what it does is told by the event alone, so that the journal can be replayed after the plant file has changed.
import { isSetAside, needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import type { AlarmClass, AlarmPriority } from '../../domain/alarms/priority.ts';
import type { SuppressionCause, SuppressionKind } from '../../domain/alarms/set-aside.ts';
import { exhaustive } from '../../domain/exhaustive.ts';
import { type AlarmRecord, stateOf } from './alarm-record.ts';

/** What the rules need to know of the definition. */
export interface LifecycleRules {
  readonly priority: AlarmPriority;
  readonly class: AlarmClass;
}

export type LifecycleEvent =
  | {
      readonly kind: 'raise';
      readonly atMs: number;
      readonly occurrenceId: string;
      readonly value: number | null;
      /** Its point is under test. */
      readonly isTest: boolean;
      /** It stays until it is reset, as the plant file says at this moment. */
      readonly isLatching: boolean;
    }
  | { readonly kind: 'clear'; readonly atMs: number; readonly occurrenceId: string }
  | { readonly kind: 'acknowledge'; readonly atMs: number; readonly by: string; readonly comment: string | null }
  | { readonly kind: 'reset'; readonly atMs: number; readonly by: string; readonly comment: string | null }
  | {
      readonly kind: 'shelve';
      readonly atMs: number;
      readonly by: string;
      readonly reason: string;
      readonly untilMs: number;
      readonly approvedBy: string | null;
    }
  | { readonly kind: 'unshelve'; readonly atMs: number; readonly by: string | null; readonly comment: string | null }
  | { readonly kind: 'suppress'; readonly atMs: number; readonly cause: SuppressionCause }
  | { readonly kind: 'unsuppress'; readonly atMs: number; readonly cause: SuppressionKind }
  | {
      readonly kind: 'removeFromService';
      readonly atMs: number;
      readonly by: string;
      readonly approvedBy: string;
      readonly permit: string;
      readonly compensatingMeasure: string;
      readonly untilMs: number;
    }
  | { readonly kind: 'returnToService'; readonly atMs: number; readonly by: string | null; readonly comment: string | null }
  | { readonly kind: 'escalate'; readonly atMs: number }
  | { readonly kind: 'reannounce'; readonly atMs: number }
  | { readonly kind: 'comment'; readonly atMs: number; readonly by: string; readonly comment: string };

export type Refusal =
  | 'nothingToAcknowledge'
  | 'notAnnunciated'
  | 'commentRequired'
  | 'notLatched'
  | 'conditionStillTrue'
  | 'acknowledgeFirst'
  | 'safetyCannotBeShelved'
  | 'safetyCannotBeSuppressed'
  | 'alreadyShelved'
  | 'notShelved'
  | 'tooLong'
  | 'endsInThePast'
  | 'approverRequired'
  | 'approverMustBeAnother'
  | 'isOutOfService'
  | 'notOutOfService'
  | 'notAcknowledged';

export type Transition =
  | { readonly kind: 'changed'; readonly record: AlarmRecord }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly reason: Refusal };

const hourMs = 3_600_000;
export const longestShelvingMs: Readonly<Record<AlarmPriority, number>> = {
  critical: hourMs,
  high: hourMs,
  medium: 8 * hourMs,
  low: 8 * hourMs,
};
/** A part that is waited for may take a week; longer than that the plant file is wrong, not the alarm. */
export const longestOutOfServiceMs = 7 * 24 * hourMs;

export function applyEvent(record: AlarmRecord, event: LifecycleEvent, rules: LifecycleRules): Transition {
  const reason = refusalOf(record, event, rules);
  if (reason !== null) return { kind: 'refused', reason };
  if (changesNothing(record, event)) return { kind: 'unchanged' };
  return { kind: 'changed', record: recordAfter(record, event) };
}

/** What the event does to the record, whether or not it would be allowed today. For replaying the journal; everybody else asks `applyEvent`. */
export function recordAfter(record: AlarmRecord, event: LifecycleEvent): AlarmRecord {
  const after: AlarmRecord = {
    ...record,
    ...changeBy(record, event),
    version: record.version + 1,
    changedWhat: event.kind,
    changedBy: 'by' in event ? event.by : null,
    changedAtMs: event.atMs,
  };
  // AL21
  const isAnnounced = needsAcknowledgement(stateOf(after)) && !needsAcknowledgement(stateOf(record));
  return isAnnounced ? { ...after, announcedAtMs: event.atMs, escalations: 0 } : after;
}

function refusalOf(record: AlarmRecord, event: LifecycleEvent, rules: LifecycleRules): Refusal | null {
  const state = stateOf(record);
  switch (event.kind) {
    case 'raise':
    case 'clear':
    case 'unsuppress':
    case 'comment': // AL18
      return null;
    case 'acknowledge': // AL5, AL6, AL7
      if (isSetAside(state)) return 'notAnnunciated';
      if (record.isAcknowledged) return 'nothingToAcknowledge';
      return rules.priority === 'critical' && event.comment === null ? 'commentRequired' : null;
    case 'reset': // AL8
      if (isSetAside(state)) return 'notAnnunciated';
      if (!record.needsReset) return 'notLatched';
      if (record.isConditionTrue) return 'conditionStillTrue';
      return record.isAcknowledged ? null : 'acknowledgeFirst';
    case 'shelve': {
      // AL9, AL10, AL11
      if (state === 'outOfService') return 'isOutOfService';
      if (state === 'shelved') return 'alreadyShelved';
      if (rules.class === 'safety') return 'safetyCannotBeShelved';
      if (event.untilMs <= event.atMs) return 'endsInThePast';
      if (event.untilMs - event.atMs > longestShelvingMs[rules.priority]) return 'tooLong';
      const needsApprover = rules.priority === 'critical' || rules.priority === 'high';
      if (needsApprover && event.approvedBy === null) return 'approverRequired';
      return event.approvedBy === event.by ? 'approverMustBeAnother' : null;
    }
    case 'unshelve':
      return record.shelved === null ? 'notShelved' : null;
    case 'suppress': // AL22
      return event.cause.kind === 'maintenance' && rules.class === 'safety' ? 'safetyCannotBeSuppressed' : null;
    case 'removeFromService': // AL14
      if (state === 'outOfService') return 'isOutOfService';
      if (event.untilMs <= event.atMs) return 'endsInThePast';
      if (event.untilMs - event.atMs > longestOutOfServiceMs) return 'tooLong';
      return event.approvedBy === event.by ? 'approverMustBeAnother' : null;
    case 'returnToService':
      return record.outOfService === null ? 'notOutOfService' : null;
    case 'escalate': // AL16
      return needsAcknowledgement(state) ? null : 'nothingToAcknowledge';
    case 'reannounce': // AL17
      if (isSetAside(state)) return 'notAnnunciated';
      return state === 'acknowledged' || state === 'latchedAcknowledged' ? null : 'notAcknowledged';
    default:
      return exhaustive(event, 'lifecycle event');
  }
}

function changesNothing(record: AlarmRecord, event: LifecycleEvent): boolean {
  switch (event.kind) {
    case 'raise': // AL2
      return record.isConditionTrue && record.occurrenceId === event.occurrenceId;
    case 'clear': // AL4
      return !record.isConditionTrue || record.occurrenceId !== event.occurrenceId;
    case 'suppress': // AL13
      return record.suppressedBy.some((cause) => isSameCause(cause, event.cause));
    case 'unsuppress':
      return !record.suppressedBy.some((cause) => cause.kind === event.cause);
    default:
      return false;
  }
}

function changeBy(record: AlarmRecord, event: LifecycleEvent): Partial<AlarmRecord> {
  /** What is true when it comes back to people is owed again, whoever had acknowledged it before. */
  const owedAgain = record.isConditionTrue ? { isAcknowledged: false } : {};
  switch (event.kind) {
    case 'raise': // AL1
      return {
        occurrenceId: event.occurrenceId,
        isConditionTrue: true,
        isAcknowledged: false,
        needsReset: event.isLatching || record.needsReset,
        isTest: event.isTest,
        raisedAtMs: event.atMs,
        clearedAtMs: null,
        valueAtRaise: event.value,
        acknowledgedAtMs: null,
        acknowledgedBy: null,
        raiseCount: record.isAcknowledged ? 1 : record.raiseCount + 1,
      };
    case 'clear': // AL3
      return { isConditionTrue: false, clearedAtMs: event.atMs };
    case 'acknowledge':
      return {
        isAcknowledged: true,
        acknowledgedAtMs: event.atMs,
        acknowledgedBy: event.by,
        comment: event.comment ?? record.comment,
        raiseCount: 0,
      };
    case 'reset':
      return { needsReset: false, comment: event.comment ?? record.comment };
    case 'shelve': {
      const { by, atMs, untilMs, reason, approvedBy } = event;
      return { shelved: { by, atMs, untilMs, reason, approvedBy }, comment: reason };
    }
    case 'unshelve': // AL12
      return { ...owedAgain, shelved: null, comment: event.comment ?? record.comment };
    case 'suppress':
      return {
        suppressedBy: [...withoutCause(record, event.cause.kind), event.cause].sort((one, other) => (one.kind < other.kind ? -1 : 1)),
      };
    case 'unsuppress': // AL13, AL23
      return { ...(event.cause === 'maintenance' ? owedAgain : {}), suppressedBy: withoutCause(record, event.cause) };
    case 'removeFromService': {
      // AL14
      const { by, atMs, untilMs, permit, compensatingMeasure, approvedBy } = event;
      return { outOfService: { by, atMs, untilMs, permit, compensatingMeasure, approvedBy }, shelved: null };
    }
    case 'returnToService': // AL15
      return { ...owedAgain, outOfService: null, comment: event.comment ?? record.comment };
    case 'escalate':
      return { escalations: record.escalations + 1 };
    case 'reannounce':
      return { isAcknowledged: false };
    case 'comment': // AL18
      return { comment: event.comment };
    default:
      return exhaustive(event, 'lifecycle event');
  }
}

function withoutCause(record: AlarmRecord, kind: SuppressionKind): SuppressionCause[] {
  return record.suppressedBy.filter((cause) => cause.kind !== kind);
}

function isSameCause(one: SuppressionCause, other: SuppressionCause): boolean {
  if (one.kind === 'alarm') return other.kind === 'alarm' && one.alarmId === other.alarmId;
  return other.kind === 'maintenance' && one.maintenanceId === other.maintenanceId;
}
