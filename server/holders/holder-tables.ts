// Table of who holds the stations of each collector: the highest term that the server has heard of.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface StationHolderTable {
  collector_id: string;
  term: number;
  node: string;
  since_ms: number;
}

export const holderMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('station_holder')
      .addColumn('collector_id', 'text', (column) => column.primaryKey())
      .addColumn('term', 'double precision', (column) => column.notNull())
      .addColumn('node', 'text', (column) => column.notNull())
      .addColumn('since_ms', 'double precision', (column) => column.notNull())
      .execute();
  },
};
