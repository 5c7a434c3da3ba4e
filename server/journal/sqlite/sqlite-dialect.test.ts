// A database that may not grow: what is refused says why, and nothing of it is there.
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../../domain/time/manual-clock.ts';
import { temporaryFolder } from '../../../test/harness/temporary-folder.ts';
import { openDatabase } from '../database.ts';
import { isDatabaseAway } from '../database-away.ts';
import { Journal, verifyChain } from '../journal.ts';
import { Ledger } from '../ledger.ts';

test('a transaction that SQLite has ended by itself for want of space is refused as that, and the next goes through when there is some', async () => {
  const database = await openDatabase('sqlite:', temporaryFolder());
  onTestFinished(() => database.destroy());
  const ledger = new Ledger(database, await Journal.open(database), new ManualClock());
  const line = (text: string) => ({
    occurredAtMs: 1,
    kind: 'system.note',
    stationId: null,
    alarmId: null,
    occurrenceId: null,
    actor: { kind: 'system', part: 'test' } as const,
    detail: { text },
  });
  await ledger.note(line('before'));
  const { rows } = await sql<{ page_count: number }>`PRAGMA page_count`.execute(database);
  await sql.raw(`PRAGMA max_page_count = ${(rows[0]?.page_count ?? 0) + 2}`).execute(database);
  const refused: unknown = await ledger.note(line('x'.repeat(1_000_000))).catch((error: unknown) => error);
  expect(refused).toMatchObject({ message: expect.stringContaining('full') });
  expect(isDatabaseAway(refused)).toBe(true);
  await sql`PRAGMA max_page_count = 1000000`.execute(database);
  await ledger.note(line('after'));
  expect(await verifyChain(database)).toMatchObject({ kind: 'intact', entries: 2 });
});
