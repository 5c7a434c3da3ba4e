// What is written for a step of a patrol: its rows, what is to be put right, and its line in the journal, which alone retells it.
import type { Transaction } from 'kysely';
import { isOpenPatrol, type PatrolEvent, type PatrolRecord, type PatrolVisit } from '../../domain/patrols/patrol.ts';
import type { Schema } from '../journal/database.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import { type PatrolFindingTable, timesOf } from './patrol-tables.ts';

export interface PatrolChange {
  readonly before: PatrolRecord | null;
  /** After the event. */
  readonly record: PatrolRecord;
  readonly event: PatrolEvent;
}

export async function writePatrolRows(
  transaction: Transaction<Schema>,
  records: readonly PatrolRecord[],
  changes: readonly PatrolChange[],
): Promise<void> {
  for (const record of records) {
    const row = { state: record.state, is_open: isOpenPatrol(record) ? 1 : 0, ...timesOf(record), record: JSON.stringify(record) };
    await transaction
      .insertInto('patrol')
      .values({
        patrol_id: record.id,
        round_id: record.roundId,
        station_id: record.stationId,
        kind: record.patrolKind,
        planned_at_ms: record.plannedAtMs,
        due_at_ms: record.dueAtMs,
        ...row,
      })
      .onConflict((conflict) => conflict.column('patrol_id').doUpdateSet(row))
      .execute();
  }
  for (const { record, event } of changes) {
    const done = event.kind === 'visit' ? event.visit : event.kind === 'photo' ? event.photo : null;
    await transaction
      .insertInto('patrol_event')
      .values({
        patrol_id: record.id,
        position: record.length,
        at_ms: event.atMs,
        action_id: done?.actionId ?? null,
        username: done?.by.username ?? (event.kind === 'explain' ? event.by.username : null),
        event: JSON.stringify(event),
      })
      .execute();
    if (event.kind !== 'visit') continue;
    const findings = findingsOf(record, event.visit);
    if (findings.length > 0) await transaction.insertInto('patrol_finding').values(findings).execute();
  }
}

/** Each failed item, and a finding that the walker called a hazard. [PT8] */
function findingsOf(record: PatrolRecord, visit: PatrolVisit): PatrolFindingTable[] {
  const row = (name: string, subject: string): PatrolFindingTable => ({
    finding_id: `${visit.actionId}/${name}`,
    patrol_id: record.id,
    station_id: record.stationId,
    kind: record.patrolKind,
    place_id: visit.placeId,
    subject,
    at_ms: visit.receivedAtMs,
    found_at_ms: visit.atMs,
    hazard_id: null,
    hazard_at_ms: null,
  });
  return [
    ...visit.results
      .filter(({ result }) => result === 'failed')
      .map(({ itemId }) => row(itemId, `${record.stationId}/${visit.placeId}/${record.roundId}/${itemId}`)),
    // Free words are compared with nothing: each is a hazard of its own.
    ...(visit.isHazard && visit.finding !== null ? [row('', `${record.stationId}/${visit.placeId}//${visit.actionId}`)] : []),
  ];
}

export function patrolLine({ before, record, event }: PatrolChange): NewJournalEntry {
  const by = event.kind === 'visit' ? event.visit.by : event.kind === 'photo' ? event.photo.by : event.kind === 'explain' ? event.by : null;
  return {
    occurredAtMs:
      event.kind === 'visit'
        ? event.visit.atMs
        : event.kind === 'late'
          ? record.dueAtMs
          : event.kind === 'missed'
            ? record.cutAtMs
            : event.atMs,
    kind: `patrol.${event.kind}`,
    stationId: record.stationId,
    alarmId: null,
    occurrenceId: null,
    actor: by === null ? { kind: 'system', part: 'patrols' } : { kind: 'person', ...by },
    detail: {
      patrolId: record.id,
      round: record.name.zh,
      plannedAtMs: record.plannedAtMs,
      position: record.length,
      from: before?.state ?? null,
      to: record.state,
      confirmed: `${record.points.length - openPoints(record)}/${record.points.length}`,
      event,
    },
  };
}

function openPoints(record: PatrolRecord): number {
  const seen = new Set(record.visits.map(({ placeId }) => placeId));
  return record.points.filter(({ placeId }) => !seen.has(placeId)).length;
}
