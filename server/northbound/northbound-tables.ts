// Rows that the interfaces towards other systems must remember over a restart: how far each webhook has come.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Everything up to and with `sequence` of the journal has been accepted by the receiver. Its own progress mark, so it has no journal line. */
export interface WebhookCursorTable {
  name: string;
  sequence: number;
}

export const northboundMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('webhook_cursor')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('sequence', 'integer', (column) => column.notNull())
      .execute();
  },
};
