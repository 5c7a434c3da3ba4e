// The first tables: journal, alarms, outbox progress, users, sessions.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { makeAppendOnly } from './append-only.ts';

export const firstMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('journal')
      .addColumn('sequence', 'integer', (column) => column.primaryKey())
      .addColumn('recorded_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('occurred_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text')
      .addColumn('alarm_id', 'text')
      .addColumn('occurrence_id', 'text')
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('detail', 'text', (column) => column.notNull())
      .addColumn('previous_hash', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('journal_time').on('journal').column('recorded_at_ms').execute();
    await database.schema.createIndex('journal_alarm').on('journal').columns(['alarm_id', 'sequence']).execute();
    await database.schema.createIndex('journal_station').on('journal').columns(['station_id', 'sequence']).execute();
    await database.schema
      .createTable('alarm')
      .addColumn('alarm_id', 'text', (column) => column.primaryKey())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('record', 'text', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('outbox_progress')
      .addColumn('collector_id', 'text', (column) => column.notNull())
      .addColumn('outbox_id', 'text', (column) => column.notNull())
      .addColumn('sequence', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('outbox_progress_key', ['collector_id', 'outbox_id'])
      .execute();
    await database.schema
      .createTable('user_account')
      .addColumn('username', 'text', (column) => column.primaryKey())
      .addColumn('display_name', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('station_ids', 'text')
      .addColumn('password_hash', 'text', (column) => column.notNull())
      .addColumn('is_disabled', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await database.schema
      .createTable('session')
      .addColumn('token_hash', 'text', (column) => column.primaryKey())
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('created_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('expires_at_ms', 'double precision', (column) => column.notNull())
      .execute();
    await makeAppendOnly(database);
  },
};
