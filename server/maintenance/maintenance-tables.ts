// Tables of stations in maintenance and points under test, and the step that gives alarm records a place for more than one cause of suppression.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { upgradeAlarmRecords } from '../alarms/upgrade-alarm-records.ts';

export interface WorkWindowTable {
  id: string;
  /** `maintenance` or `test`. */
  kind: string;
  station_id: string;
  started_at_ms: number;
  /** Null while it runs. */
  ended_at_ms: number | null;
  /** JSON of a WorkWindow. */
  record: string;
}

export const maintenanceMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('work_window')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('started_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('ended_at_ms', 'double precision')
      .addColumn('record', 'text', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('work_window_end').on('work_window').column('ended_at_ms').execute();
    await database.schema.createIndex('work_window_station').on('work_window').columns(['station_id', 'started_at_ms']).execute();
    await upgradeAlarmRecords(database);
  },
};
