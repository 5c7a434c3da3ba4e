// Journal lines of alarms, read back: the fields that marks, floods and figures are made from. Writes nothing.
import { type AlarmEvent, type AlarmState, alarmEvents, alarmStates, annunciationOf } from '../../domain/alarms/alarm-state.ts';
import { type AlarmPriority, alarmPriorities } from '../../domain/alarms/priority.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';

export interface AlarmLine {
  readonly sequence: number;
  readonly recordedAtMs: number;
  readonly occurredAtMs: number;
  readonly event: AlarmEvent;
  readonly alarmId: string;
  readonly stationId: string;
  readonly occurrenceId: string | null;
  readonly priority: AlarmPriority;
  readonly from: AlarmState;
  readonly to: AlarmState;
  /** The person who did it, or null for the plant and the system. */
  readonly by: string | null;
  readonly isTest: boolean;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Null where the line is not about the lifecycle of one alarm. */
export function alarmLineOf(entry: JournalEntry): AlarmLine | null {
  if (entry.alarmId === null || entry.stationId === null || !entry.kind.startsWith('alarm.')) return null;
  const event = alarmEvents.find((kind) => entry.kind === `alarm.${kind}`);
  const { detail } = entry;
  const from = alarmStates.find((state) => state === detail.from);
  const to = alarmStates.find((state) => state === detail.to);
  const priority = alarmPriorities.find((candidate) => candidate === detail.priority);
  if (event === undefined || from === undefined || to === undefined || priority === undefined) return null;
  return {
    sequence: entry.sequence,
    recordedAtMs: entry.recordedAtMs,
    occurredAtMs: entry.occurredAtMs,
    event,
    alarmId: entry.alarmId,
    stationId: entry.stationId,
    occurrenceId: entry.occurrenceId,
    priority,
    from,
    to,
    by: entry.actor.kind === 'person' ? entry.actor.username : null,
    isTest: detail.isTest === true,
    detail,
  };
}

/** What asks a person to look: not shelved, suppressed by design or out of service, and not acknowledged. */
export function isAnnounced(state: AlarmState): boolean {
  return annunciationOf[state] === 'soundAndFlash';
}
