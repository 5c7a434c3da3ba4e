// The lifecycle of an alarm as one pure function: a record and an event in, a new record or a refusal out. No clock, no store, no person.
// Rules are numbered in RULES.md; states and words follow ANSI/ISA-18.2-2016 clause 5.4.
import type { AlarmState } from '../../domain/alarms/alarm-state.ts';
import type { AlarmClass, AlarmPriority } from '../../domain/alarms/priority.ts';
import { exhaustive } from '../../domain/exhaustive.ts';

/** What the operator owes and what the plant says, kept apart; the state is derived from them, so the two can never disagree. */
export interface AlarmRecord {
  readonly alarmId: string;
  readonly occurrenceId: string | null;
  readonly version: number;
  /** What the plant says. */
  readonly isConditionTrue: boolean;
  /** Of the newest occurrence; true where there is none to acknowledge. */
  readonly isAcknowledged: boolean;
  /** A latching alarm rose and has not been reset. */
  readonly needsReset: boolean;
  readonly shelvedUntilMs: number | null;
  readonly suppressedByAlarmId: string | null;
  readonly outOfService: {
    readonly permit: string;
    readonly compensatingMeasure: string;
    readonly untilMs: number;
    readonly approvedBy: string;
  } | null;
  readonly raisedAtMs: number | null;
  readonly clearedAtMs: number | null;
  readonly valueAtRaise: number | null;
  readonly acknowledgedAtMs: number | null;
  readonly acknowledgedBy: string | null;
  readonly comment: string | null;
  /** Raises since the last acknowledgement. */
  readonly raiseCount: number;
  readonly escalations: number;
  /** Who moved it last, for the person who was slower. */
  readonly changedBy: string | null;
  readonly changedAtMs: number | null;
}

/** What the rules need to know of the definition. */
export interface LifecycleRules {
  readonly priority: AlarmPriority;
  readonly class: AlarmClass;
  readonly isLatching: boolean;
}

export type LifecycleEvent =
  | { readonly kind: 'raise'; readonly atMs: number; readonly occurrenceId: string; readonly value: number | null }
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
  | { readonly kind: 'suppress'; readonly atMs: number; readonly byAlarmId: string }
  | { readonly kind: 'unsuppress'; readonly atMs: number }
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
const longestShelvingMs: Readonly<Record<AlarmPriority, number>> = { critical: hourMs, high: hourMs, medium: 8 * hourMs, low: 8 * hourMs };

export function newAlarmRecord(alarmId: string): AlarmRecord {
  return {
    alarmId,
    occurrenceId: null,
    version: 0,
    isConditionTrue: false,
    isAcknowledged: true,
    needsReset: false,
    shelvedUntilMs: null,
    suppressedByAlarmId: null,
    outOfService: null,
    raisedAtMs: null,
    clearedAtMs: null,
    valueAtRaise: null,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    comment: null,
    raiseCount: 0,
    escalations: 0,
    changedBy: null,
    changedAtMs: null,
  };
}

export function stateOf(record: AlarmRecord): AlarmState {
  if (record.outOfService !== null) return 'outOfService';
  if (record.shelvedUntilMs !== null) return 'shelved';
  if (record.suppressedByAlarmId !== null) return 'suppressed';
  if (record.isConditionTrue) return record.isAcknowledged ? 'acknowledged' : 'unacknowledged';
  if (record.needsReset) return record.isAcknowledged ? 'latchedAcknowledged' : 'latchedUnacknowledged';
  return record.isAcknowledged ? 'normal' : 'returnedUnacknowledged';
}

export function applyEvent(record: AlarmRecord, event: LifecycleEvent, rules: LifecycleRules): Transition {
  const state = stateOf(record);
  const isHidden = state === 'shelved' || state === 'suppressed' || state === 'outOfService';
  const changed = (change: Partial<AlarmRecord>): Transition => ({
    kind: 'changed',
    record: { ...record, ...change, version: record.version + 1, changedBy: 'by' in event ? event.by : null, changedAtMs: event.atMs },
  });
  switch (event.kind) {
    case 'raise': // AL1, AL2
      if (record.isConditionTrue && record.occurrenceId === event.occurrenceId) return { kind: 'unchanged' };
      return changed({
        occurrenceId: event.occurrenceId,
        isConditionTrue: true,
        isAcknowledged: false,
        needsReset: rules.isLatching || record.needsReset,
        raisedAtMs: event.atMs,
        clearedAtMs: null,
        valueAtRaise: event.value,
        acknowledgedAtMs: null,
        acknowledgedBy: null,
        raiseCount: record.isAcknowledged ? 1 : record.raiseCount + 1,
        escalations: 0,
      });
    case 'clear': // AL3, AL4
      if (!record.isConditionTrue || record.occurrenceId !== event.occurrenceId) return { kind: 'unchanged' };
      return changed({ isConditionTrue: false, clearedAtMs: event.atMs });
    case 'acknowledge': // AL5, AL6, AL7
      if (isHidden) return refused('notAnnunciated');
      if (record.isAcknowledged) return refused('nothingToAcknowledge');
      if (rules.priority === 'critical' && event.comment === null) return refused('commentRequired');
      return changed({
        isAcknowledged: true,
        acknowledgedAtMs: event.atMs,
        acknowledgedBy: event.by,
        comment: event.comment ?? record.comment,
        raiseCount: 0,
      });
    case 'reset': // AL8
      if (isHidden) return refused('notAnnunciated');
      if (!record.needsReset) return refused('notLatched');
      if (record.isConditionTrue) return refused('conditionStillTrue');
      if (!record.isAcknowledged) return refused('acknowledgeFirst');
      return changed({ needsReset: false, comment: event.comment ?? record.comment });
    case 'shelve': {
      // AL9, AL10, AL11
      if (state === 'outOfService') return refused('isOutOfService');
      if (state === 'shelved') return refused('alreadyShelved');
      if (rules.class === 'safety') return refused('safetyCannotBeShelved');
      if (event.untilMs <= event.atMs) return refused('endsInThePast');
      if (event.untilMs - event.atMs > longestShelvingMs[rules.priority]) return refused('tooLong');
      const needsApprover = rules.priority === 'critical' || rules.priority === 'high';
      if (needsApprover && event.approvedBy === null) return refused('approverRequired');
      if (event.approvedBy === event.by) return refused('approverMustBeAnother');
      return changed({ shelvedUntilMs: event.untilMs, comment: event.reason });
    }
    case 'unshelve': // AL12
      if (record.shelvedUntilMs === null) return refused('notShelved');
      return changed({
        shelvedUntilMs: null,
        isAcknowledged: record.isConditionTrue ? false : record.isAcknowledged,
        comment: event.comment ?? record.comment,
      });
    case 'suppress': // AL13
      if (record.suppressedByAlarmId === event.byAlarmId) return { kind: 'unchanged' };
      return changed({ suppressedByAlarmId: event.byAlarmId });
    case 'unsuppress': // AL13
      if (record.suppressedByAlarmId === null) return { kind: 'unchanged' };
      return changed({ suppressedByAlarmId: null });
    case 'removeFromService': // AL14
      if (state === 'outOfService') return refused('isOutOfService');
      if (event.untilMs <= event.atMs) return refused('endsInThePast');
      if (event.approvedBy === event.by) return refused('approverMustBeAnother');
      return changed({
        outOfService: {
          permit: event.permit,
          compensatingMeasure: event.compensatingMeasure,
          untilMs: event.untilMs,
          approvedBy: event.approvedBy,
        },
        shelvedUntilMs: null,
      });
    case 'returnToService': // AL15
      if (record.outOfService === null) return refused('notOutOfService');
      return changed({
        outOfService: null,
        isAcknowledged: record.isConditionTrue ? false : record.isAcknowledged,
        comment: event.comment ?? record.comment,
      });
    case 'escalate': // AL16
      if (isHidden || record.isAcknowledged) return refused('nothingToAcknowledge');
      return changed({ escalations: record.escalations + 1 });
    case 'reannounce': // AL17
      if (isHidden) return refused('notAnnunciated');
      if (state !== 'acknowledged' && state !== 'latchedAcknowledged') return refused('notAcknowledged');
      return changed({ isAcknowledged: false });
    case 'comment': // AL18
      return changed({ comment: event.comment });
    default:
      return exhaustive(event, 'lifecycle event');
  }
}

function refused(reason: Refusal): Transition {
  return { kind: 'refused', reason };
}
