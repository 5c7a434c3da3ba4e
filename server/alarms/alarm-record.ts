// What the server knows of one alarm, and the state that follows from it. The state is derived, never stored, so the two cannot disagree.
import type { AlarmEvent, AlarmState } from '../../domain/alarms/alarm-state.ts';
import type { OutOfService, Shelving, SuppressionCause } from '../../domain/alarms/set-aside.ts';

/** What the operator owes and what the plant says, kept apart. */
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
  readonly shelved: Shelving | null;
  /** At most one of each kind, in the order of their kinds' names; suppressed while there is any. */
  readonly suppressedBy: readonly SuppressionCause[];
  readonly outOfService: OutOfService | null;
  /** The newest occurrence rose while its point was under test: it stays a test until the next one. */
  readonly isTest: boolean;
  readonly raisedAtMs: number | null;
  readonly clearedAtMs: number | null;
  readonly valueAtRaise: number | null;
  /** Since when it asks, or last asked, for an acknowledgement without a break: by rising, or by being announced again. Escalation counts from here. */
  readonly announcedAtMs: number | null;
  readonly acknowledgedAtMs: number | null;
  readonly acknowledgedBy: string | null;
  readonly comment: string | null;
  /** Raises since the last acknowledgement. */
  readonly raiseCount: number;
  /** Since it was last announced. */
  readonly escalations: number;
  /** What moved it last, who and when, for the person who was slower. `changedBy` is null for the plant and the server. */
  readonly changedWhat: AlarmEvent | null;
  readonly changedBy: string | null;
  readonly changedAtMs: number | null;
}

export function newAlarmRecord(alarmId: string): AlarmRecord {
  return {
    alarmId,
    occurrenceId: null,
    version: 0,
    isConditionTrue: false,
    isAcknowledged: true,
    needsReset: false,
    shelved: null,
    suppressedBy: [],
    outOfService: null,
    isTest: false,
    raisedAtMs: null,
    clearedAtMs: null,
    valueAtRaise: null,
    announcedAtMs: null,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    comment: null,
    raiseCount: 0,
    escalations: 0,
    changedWhat: null,
    changedBy: null,
    changedAtMs: null,
  };
}

export function stateOf(record: AlarmRecord): AlarmState {
  if (record.outOfService !== null) return 'outOfService';
  if (record.shelved !== null) return 'shelved';
  if (record.suppressedBy.length > 0) return 'suppressed';
  if (record.isConditionTrue) return record.isAcknowledged ? 'acknowledged' : 'unacknowledged';
  if (record.needsReset) return record.isAcknowledged ? 'latchedAcknowledged' : 'latchedUnacknowledged';
  return record.isAcknowledged ? 'normal' : 'returnedUnacknowledged';
}

/** The cause of this kind that holds, or null. */
export function causeOf<Kind extends SuppressionCause['kind']>(
  record: AlarmRecord,
  kind: Kind,
): Extract<SuppressionCause, { kind: Kind }> | null {
  const cause = record.suppressedBy.find((held) => held.kind === kind);
  return (cause as Extract<SuppressionCause, { kind: Kind }> | undefined) ?? null;
}
