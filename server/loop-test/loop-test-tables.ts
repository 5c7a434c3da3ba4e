// Table of loop tests.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface LoopTestTable {
  id: string;
  point_id: string;
  station_id: string;
  started_at_ms: number;
  /** Null while it runs. */
  finished_at_ms: number | null;
  /** JSON of a LoopTest. */
  record: string;
}

export const engineeringMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('loop_test')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('point_id', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('started_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('finished_at_ms', 'double precision')
      .addColumn('record', 'text', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('loop_test_point').on('loop_test').columns(['point_id', 'started_at_ms']).execute();
    await database.schema.createIndex('loop_test_time').on('loop_test').column('started_at_ms').execute();
  },
};
