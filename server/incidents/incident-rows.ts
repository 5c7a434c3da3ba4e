// What is written for a step of an incident: its rows, and its line in the journal, which alone retells it.
import type { Transaction } from 'kysely';
import type { IncidentEvent, IncidentRecord, LinkedAlarm } from '../../domain/incidents/incident.ts';
import { isSettled } from '../../domain/incidents/incident-record.ts';
import type { Schema } from '../journal/database.ts';
import type { NewJournalEntry } from '../journal/journal.ts';

export interface IncidentChange {
  /** After the event. */
  readonly record: IncidentRecord;
  readonly event: IncidentEvent;
}

/** Written in the same transaction. */
export interface AlsoWritten {
  readonly progress: { readonly name: string; readonly sequence: number };
  /** Alarm occurrences that belong to an incident without an event of their own. */
  readonly alarms: readonly { readonly occurrenceId: string; readonly incidentId: string }[];
}

export async function writeIncidentRows(
  transaction: Transaction<Schema>,
  rows: { readonly records: readonly IncidentRecord[]; readonly changes: readonly IncidentChange[]; readonly also: AlsoWritten | null },
): Promise<void> {
  const { records, changes, also } = rows;
  for (const record of records) {
    const row = { is_settled: isSettled(record) ? 1 : 0, record: JSON.stringify(record) };
    await transaction
      .insertInto('incident')
      .values({
        incident_id: record.id,
        number: record.number,
        opened_at_ms: record.openedAtMs,
        is_drill: record.isDrill ? 1 : 0,
        ...row,
      })
      .onConflict((conflict) => conflict.column('incident_id').doUpdateSet(row))
      .execute();
  }
  for (const { record, event } of changes) {
    const row = { incident_id: record.id, position: record.length, action_id: event.actionId, username: event.by?.username ?? null };
    await transaction
      .insertInto('incident_event')
      .values({ ...row, event: JSON.stringify(event) })
      .execute();
  }
  const linked = changes.flatMap(({ record, event }) =>
    linkedBy(event).map(({ occurrenceId }) => ({ occurrenceId, incidentId: record.id })),
  );
  for (const { occurrenceId, incidentId } of [...linked, ...(also?.alarms ?? [])]) {
    await transaction
      .insertInto('incident_alarm')
      .values({ occurrence_id: occurrenceId, incident_id: incidentId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  if (also === null) return;
  await transaction
    .insertInto('incident_progress')
    .values({ name: also.progress.name, journal_sequence: also.progress.sequence })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ journal_sequence: also.progress.sequence }))
    .execute();
}

/** The alarms that an event brings in; none into a drill. */
function linkedBy(event: IncidentEvent): readonly LinkedAlarm[] {
  if (event.kind === 'open') return event.isDrill ? [] : event.alarms;
  return event.kind === 'alarm' ? [event.alarm] : [];
}

export function journalLine(before: IncidentRecord | null, { record, event }: IncidentChange): NewJournalEntry {
  return {
    occurredAtMs: event.atMs,
    kind: `incident.${event.kind}`,
    stationId: record.stationIds[0] ?? null,
    alarmId: event.kind === 'alarm' ? event.alarm.alarmId : null,
    occurrenceId: event.kind === 'alarm' ? event.alarm.occurrenceId : null,
    actor:
      event.by === null
        ? { kind: 'system', part: 'server' }
        : { kind: 'person', username: event.by.username, displayName: event.by.displayName },
    detail: {
      incidentId: record.id,
      number: record.number,
      position: record.length,
      isDrill: record.isDrill,
      from: before?.state ?? null,
      to: record.state,
      version: record.version,
      event,
    },
  };
}
