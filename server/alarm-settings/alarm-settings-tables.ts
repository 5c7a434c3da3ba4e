// Tables of the alarm settings: versions, what each changed, and drafts.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface AlarmSettingsVersionTable {
  number: number;
  /** `plantFile` or `approved` */
  origin: string;
  applied_at_ms: number;
  /** Null for a version that the plant file made. */
  draft_id: string | null;
  /** JSON of a Person. */
  proposed_by: string | null;
  approved_by: string | null;
  reason: string;
  plant_version: string;
  /** Hash over all settings of the version. */
  digest: string;
  change_count: number;
}

export interface AlarmSettingsChangeTable {
  version: number;
  alarm_id: string;
  station_id: string;
  /** JSON of a SettingsChange; of an approved one also what the plant file said then. */
  change: string;
}

export interface AlarmSettingsDraftTable {
  id: string;
  state: string;
  changed_at_ms: number;
  /** JSON of a Draft. */
  record: string;
}

export const alarmSettingsMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('alarm_settings_version')
      .addColumn('number', 'integer', (column) => column.primaryKey())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('applied_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('draft_id', 'text')
      .addColumn('proposed_by', 'text')
      .addColumn('approved_by', 'text')
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('plant_version', 'text', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('change_count', 'integer', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('alarm_settings_change')
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('alarm_id', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('change', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('alarm_settings_change_key', ['version', 'alarm_id'])
      .execute();
    await database.schema
      .createTable('alarm_settings_draft')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('changed_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('record', 'text', (column) => column.notNull())
      .execute();
  },
};
