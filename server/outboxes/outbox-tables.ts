// Table of the outboxes that were replaced by a newer one of the same collector process: nothing that bears their name changes anything any more.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface RetiredOutboxTable {
  collector_id: string;
  outbox_id: string;
  /** Which one named it first. */
  replaced_by: string;
  retired_at_ms: number;
}

export const retiredOutboxMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('retired_outbox')
      .addColumn('collector_id', 'text', (column) => column.notNull())
      .addColumn('outbox_id', 'text', (column) => column.notNull())
      .addColumn('replaced_by', 'text', (column) => column.notNull())
      .addColumn('retired_at_ms', 'double precision', (column) => column.notNull())
      .addPrimaryKeyConstraint('retired_outbox_key', ['collector_id', 'outbox_id'])
      .execute();
  },
};
