// Table of saved trend views, and the indexes by which marks and limits of a time are found.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface TrendViewTable {
  view_id: string;
  name: string;
  owner: string;
  owner_name: string;
  is_shared: number;
  version: number;
  changed_at_ms: number;
  /** JSON of a TrendContent. */
  content: string;
}

export const trendMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('trend_view')
      .addColumn('view_id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('owner_name', 'text', (column) => column.notNull())
      .addColumn('is_shared', 'integer', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('changed_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('content', 'text', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('trend_view_owner').on('trend_view').column('owner').execute();
    await database.schema.createIndex('journal_alarm_time').on('journal').columns(['alarm_id', 'occurred_at_ms']).execute();
    // Lines of a station that belong to no alarm are few: the index costs nothing in a flood.
    await database.schema
      .createIndex('journal_station_time')
      .on('journal')
      .columns(['station_id', 'occurred_at_ms'])
      .where(sql.ref('alarm_id'), 'is', null)
      .execute();
    await database.schema.createIndex('alarm_settings_change_alarm').on('alarm_settings_change').column('alarm_id').execute();
  },
};
