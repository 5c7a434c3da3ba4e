// The roster as it stood at a past moment: that of now, with every change since taken back by its line in the journal.
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { z } from 'zod';
import type { RosterEntry } from '../../domain/duty/roster.ts';
import type { Database } from '../journal/database.ts';

const pageLines = 500;
const kinds = ['roster.add', 'roster.change', 'roster.remove', 'roster.copyWeek', 'roster.rotate'] as const;

const entrySchema = z.object({
  id: z.string(),
  date: z.string(),
  shiftId: z.string(),
  username: z.string(),
  positionId: z.string(),
  stationIds: z.array(z.string()).nullable(),
  areaIds: z.array(z.string()).nullable(),
});
const filledSchema = z.object({
  entries: z.array(entrySchema),
  removedIds: z.array(z.string()),
  /** Lines of 0.1.0 name the ids only. */
  removedEntries: z.array(entrySchema).optional(),
});

export interface PastRoster {
  readonly entries: readonly RosterEntry[];
  /** False where an old line does not say what was removed: then an entry may be missing. */
  readonly isComplete: boolean;
}

/** `current`: the roster of now, for the days that are asked for or more; entries of other days are of no interest. */
export async function rosterAt(database: Database, current: readonly RosterEntry[], atMs: number): Promise<PastRoster> {
  const entries = new Map(current.map((entry) => [entry.id, entry]));
  let isComplete = true;
  for await (const { kind, detail } of changesSince(database, atMs)) {
    if (kind === 'roster.add') entries.delete(entrySchema.parse(detail).id);
    else if (kind === 'roster.remove') put(entries, entrySchema.parse(detail));
    else if (kind === 'roster.change') put(entries, z.object({ before: entrySchema }).parse(detail).before);
    else {
      const filled = filledSchema.parse(detail);
      for (const { id } of filled.entries) entries.delete(id);
      for (const entry of filled.removedEntries ?? []) put(entries, entry);
      if (filled.removedEntries === undefined && filled.removedIds.length > 0) isComplete = false;
    }
  }
  return { entries: [...entries.values()], isComplete };
}

function put(entries: Map<string, RosterEntry>, entry: RosterEntry): void {
  entries.set(entry.id, entry);
}

/** Newest first. Lines of no station and no alarm have an index of their own: a flood of alarms in between costs nothing. */
async function* changesSince(database: Database, atMs: number): AsyncGenerator<{ readonly kind: string; readonly detail: unknown }> {
  let beforeSequence = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const rows = await database
      .selectFrom('journal')
      .select(['sequence', 'kind', 'detail'])
      .where('station_id', 'is', null)
      .where('alarm_id', 'is', null)
      .where('occurred_at_ms', '>', atMs)
      .where('kind', 'in', [...kinds])
      .where('sequence', '<', beforeSequence)
      .orderBy('sequence', 'desc')
      .limit(pageLines)
      .execute();
    for (const { kind, detail } of rows) yield { kind, detail: JSON.parse(detail) as unknown };
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageLines) return;
    beforeSequence = last.sequence;
    await turnOfOthers();
  }
}
