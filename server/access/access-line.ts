// A line of the journal about who may come in: of no station and no alarm.
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { NewJournalEntry } from '../journal/journal.ts';

export function accessLine(atMs: number, kind: string, actor: JournalActor, detail: Readonly<Record<string, unknown>>): NewJournalEntry {
  return { occurredAtMs: atMs, kind, stationId: null, alarmId: null, occurrenceId: null, actor, detail };
}
