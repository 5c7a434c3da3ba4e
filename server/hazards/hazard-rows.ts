// What is written for a step of a hazard: its rows, and its line in the journal, which alone retells it. [HZ18]
import type { Transaction } from 'kysely';
import { type HazardEvent, type HazardRecord, isOpenState, linkKeyOf } from '../../domain/hazards/hazard.ts';
import type { Schema } from '../journal/database.ts';
import type { NewJournalEntry } from '../journal/journal.ts';

export interface HazardChange {
  readonly before: HazardRecord | null;
  /** After the event. */
  readonly record: HazardRecord;
  readonly event: HazardEvent;
}

export async function writeHazardRows(
  transaction: Transaction<Schema>,
  rows: {
    readonly records: readonly HazardRecord[];
    readonly changes: readonly HazardChange[];
    readonly numbers: ReadonlyMap<string, number>;
  },
): Promise<void> {
  const { records, changes, numbers } = rows;
  for (const record of records) {
    const row = {
      grade: record.grade,
      state: record.state,
      is_open: isOpenState(record.state) ? 1 : 0,
      record: JSON.stringify(record),
    };
    await transaction
      .insertInto('hazard')
      .values({
        hazard_id: record.id,
        number: record.number,
        station_id: record.finding.stationId,
        reported_at_ms: record.reportedAtMs,
        link_key: linkKeyOf(record.finding),
        ...row,
      })
      .onConflict((conflict) => conflict.column('hazard_id').doUpdateSet(row))
      .execute();
  }
  for (const { record, event } of changes) {
    await transaction
      .insertInto('hazard_event')
      .values({ hazard_id: record.id, position: record.length, at_ms: event.atMs, event: JSON.stringify(event) })
      .execute();
  }
  if (!changes.some(({ event }) => event.kind === 'report' || event.kind === 'close' || event.kind === 'import')) return;
  for (const [series, last] of numbers) {
    await transaction
      .insertInto('hazard_number')
      .values({ series, last })
      .onConflict((conflict) => conflict.column('series').doUpdateSet({ last }))
      .execute();
  }
}

export function hazardLine({ before, record, event }: HazardChange): NewJournalEntry {
  const { link } = record.finding;
  return {
    occurredAtMs: event.atMs,
    kind: `hazard.${event.kind}`,
    stationId: record.finding.stationId,
    alarmId: link?.kind === 'alarm' ? link.alarmId : null,
    occurrenceId: link?.kind === 'alarm' ? link.occurrenceId : null,
    actor:
      event.by === null
        ? { kind: 'system', part: 'server' }
        : { kind: 'person', username: event.by.username, displayName: event.by.displayName },
    detail: {
      hazardId: record.id,
      number: record.number,
      position: record.length,
      grade: record.grade,
      from: before?.state ?? null,
      to: record.state,
      version: record.version,
      event,
    },
  };
}
