// SQLite's way of refusing that the journal is changed or cut.
import { type Kysely, sql } from 'kysely';

export async function makeAppendOnly(database: Kysely<unknown>): Promise<void> {
  await sql`CREATE TRIGGER IF NOT EXISTS journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END`.execute(
    database,
  );
  await sql`CREATE TRIGGER IF NOT EXISTS journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END`.execute(
    database,
  );
}
