// Rows that the interfaces towards other systems must remember over a restart: how far each webhook has come, and what was shelved "once" over OPC UA.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Everything up to and with `sequence` of the journal has been accepted by the receiver. Its own progress mark, so it has no journal line. */
export interface WebhookCursorTable {
  name: string;
  sequence: number;
}

/** Shelved by OneShotShelve: the shelving ends with this occurrence. */
export interface OneShotShelvingTable {
  alarm_id: string;
  /** Empty where the alarm had not occurred yet. */
  occurrence_id: string;
}

export const northboundMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('webhook_cursor')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('sequence', 'integer', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('one_shot_shelving')
      .addColumn('alarm_id', 'text', (column) => column.primaryKey())
      .addColumn('occurrence_id', 'text', (column) => column.notNull())
      .execute();
  },
};
