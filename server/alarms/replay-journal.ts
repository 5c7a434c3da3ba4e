// The alarms as the journal alone tells them: for proving that nothing but the journal made them what they are, and for showing them as they were.
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { recordAfter } from './alarm-machine.ts';
import { type AlarmRecord, newAlarmRecord } from './alarm-record.ts';
import { storedEvent } from './stored-event.ts';

/** Entries oldest first, from the first line of the journal on. */
export function replayJournal(entries: Iterable<JournalEntry>, plant: Plant): ReadonlyMap<string, AlarmRecord> {
  const records = new Map<string, AlarmRecord>();
  for (const entry of entries) replayEntry(records, entry, plant);
  return records;
}

/** Moves the record that the line is about, and names it; null where the line moves none. */
export function replayEntry(records: Map<string, AlarmRecord>, { alarmId, detail, kind }: JournalEntry, plant: Plant): string | null {
  if (alarmId === null || !kind.startsWith('alarm.') || detail.event === undefined) return null;
  const definition = plant.alarms[plant.alarmIndexById.get(alarmId) ?? -1];
  const event = storedEvent(detail.event, definition?.isLatching ?? false);
  records.set(alarmId, recordAfter(records.get(alarmId) ?? newAlarmRecord(alarmId), event));
  return alarmId;
}
