// Walks the journal forwards in pages, for what is made again from it (marks, figures). Between pages the server does its other work.
import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { Schema } from './database.ts';
import { fromRow } from './journal.ts';

const pageLines = 1_000;

/** Lines after `afterSequence` in order, of these kinds only where `kinds` is given. */
export async function* walkJournal(
  database: Kysely<Schema>,
  options: { readonly afterSequence: number; readonly kinds?: readonly string[] },
): AsyncGenerator<readonly JournalEntry[]> {
  let { afterSequence } = options;
  for (;;) {
    let select = database.selectFrom('journal').selectAll().where('sequence', '>', afterSequence).orderBy('sequence').limit(pageLines);
    if (options.kinds !== undefined) select = select.where('kind', 'in', [...options.kinds]);
    const rows = await select.execute();
    if (rows.length > 0) yield rows.map(fromRow);
    if (rows.length < pageLines) return;
    afterSequence = rows.at(-1)?.sequence ?? afterSequence;
    await setImmediate();
  }
}

/** The number of the last line recorded before `sinceMs`; 0 where there is none. */
export async function lastSequenceBefore(database: Kysely<Schema>, sinceMs: number): Promise<number> {
  const row = await database
    .selectFrom('journal')
    .select('sequence')
    .where('recorded_at_ms', '<', sinceMs)
    .orderBy('recorded_at_ms', 'desc')
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.sequence ?? 0;
}
