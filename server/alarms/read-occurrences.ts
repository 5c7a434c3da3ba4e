// The times that one alarm rose up to a moment, read from the journal.
import type { AlarmOccurrences } from '../../domain/api/alarm-context-api.ts';
import type { Database } from '../journal/database.ts';
import { readJournal } from '../journal/journal.ts';
import { occurrencesOf } from './occurrences.ts';

/** Lines of the alarm that are looked through for its history; a chattering alarm may have more in a day. */
const mostLines = 2_000;
const thirtyDaysMs = 30 * 24 * 3_600_000;

/** `atMs`: now, or a past moment; `writtenBeforeMs`: of what the server wrote from then on nothing is told. */
export async function readOccurrences(
  database: Database,
  ask: { readonly alarmId: string; readonly atMs: number; readonly limit: number; readonly writtenBeforeMs?: number },
): Promise<AlarmOccurrences> {
  const { alarmId, atMs, limit, writtenBeforeMs } = ask;
  const entries = await readJournal(database, { alarmId, toMs: writtenBeforeMs, limit: mostLines });
  const occurrences = occurrencesOf(entries.toReversed());
  const sinceMs = atMs - thirtyDaysMs;
  const isAllSeen = entries.length < mostLines || (entries.at(-1)?.recordedAtMs ?? 0) < sinceMs;
  return {
    occurrences: occurrences.slice(0, limit),
    raisesInThirtyDays: isAllSeen ? occurrences.filter((each) => each.raisedAtMs >= sinceMs && !each.isTest).length : null,
  };
}
