// A database that refuses, and one whose guard somebody has taken away: the same for SQLite and PostgreSQL.
import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Schema } from '../../server/journal/database.ts';

const isPostgres = (database: Kysely<Schema>) => database.getExecutor().adapter instanceof PostgresAdapter;

/** From now on the database says "disk full" to every such row, until the answered function has been called. `when` is a condition on NEW. */
export async function refuseRows(
  database: Kysely<Schema>,
  happening: 'INSERT' | 'UPDATE',
  table: keyof Schema,
  when?: string,
): Promise<() => Promise<void>> {
  const condition = when === undefined ? '' : `WHEN (${when})`;
  if (isPostgres(database)) {
    await sql`CREATE OR REPLACE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$`.execute(
      database,
    );
    await sql
      .raw(`CREATE TRIGGER refused BEFORE ${happening} ON ${table} FOR EACH ROW ${condition} EXECUTE FUNCTION refuse_row()`)
      .execute(database);
    return async () => void (await sql.raw(`DROP TRIGGER refused ON ${table}`).execute(database));
  }
  await sql
    .raw(`CREATE TRIGGER refused BEFORE ${happening} ON ${table} ${condition} BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
    .execute(database);
  return async () => void (await sql.raw('DROP TRIGGER refused').execute(database));
}

/** What somebody with the database in his hands does: the journal's own guard is taken away first. */
export async function removeJournalGuard(database: Kysely<Schema>): Promise<void> {
  if (isPostgres(database)) {
    await sql`DROP TRIGGER journal_no_change ON journal`.execute(database);
    return;
  }
  await sql`DROP TRIGGER journal_no_update`.execute(database);
  await sql`DROP TRIGGER journal_no_delete`.execute(database);
}
