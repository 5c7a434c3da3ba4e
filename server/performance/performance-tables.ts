// What alarm performance is counted from: the journal's announcements and set-asides as rows, and how far the journal has been taken up. Made from the
// journal and can be made from it again at any time: no fact lives here alone.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface AlarmAnnouncementTable {
  /** Of the journal line that announced it. */
  sequence: number;
  alarm_id: string;
  station_id: string;
  priority: string;
  announced_at_ms: number;
  raised_at_ms: number;
  is_raise: number;
  is_test: number;
  /** It came while the alarm was still asking. */
  is_repeat: number;
  /** It still asks for an acknowledgement. */
  waits: number;
  response_time_ms: number | null;
  ended_at_ms: number | null;
  ending: string | null;
  /** From raise to end; null while it lasts. */
  stood_ms: number | null;
  acknowledged_at_ms: number | null;
  acknowledged_by: string | null;
  has_comment: number;
}

export interface AlarmSetAsideTable {
  sequence: number;
  alarm_id: string;
  station_id: string;
  kind: string;
  since_ms: number;
  until_ms: number;
  ended_at_ms: number | null;
  username: string;
  approved_by: string | null;
  /** What rule it broke, or null. */
  fault: string | null;
}

export interface PerformanceProgressTable {
  id: number;
  /** Last journal line taken up. */
  sequence: number;
}

export interface PerformanceTables {
  alarm_announcement: AlarmAnnouncementTable;
  alarm_set_aside: AlarmSetAsideTable;
  performance_progress: PerformanceProgressTable;
}

export const performanceMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('alarm_announcement')
      .addColumn('sequence', 'integer', (column) => column.primaryKey())
      .addColumn('alarm_id', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('priority', 'text', (column) => column.notNull())
      .addColumn('announced_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('raised_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('is_raise', 'integer', (column) => column.notNull())
      .addColumn('is_test', 'integer', (column) => column.notNull())
      .addColumn('is_repeat', 'integer', (column) => column.notNull())
      .addColumn('waits', 'integer', (column) => column.notNull())
      .addColumn('response_time_ms', 'double precision')
      .addColumn('ended_at_ms', 'double precision')
      .addColumn('ending', 'text')
      .addColumn('stood_ms', 'double precision')
      .addColumn('acknowledged_at_ms', 'double precision')
      .addColumn('acknowledged_by', 'text')
      .addColumn('has_comment', 'integer', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('announcement_time').on('alarm_announcement').column('announced_at_ms').execute();
    await database.schema.createIndex('announcement_alarm').on('alarm_announcement').columns(['alarm_id', 'announced_at_ms']).execute();
    await database.schema.createIndex('announcement_end').on('alarm_announcement').column('ended_at_ms').execute();
    await database.schema.createIndex('announcement_stood').on('alarm_announcement').column('stood_ms').execute();
    await database.schema.createIndex('announcement_waits').on('alarm_announcement').column('waits').execute();
    await database.schema
      .createTable('alarm_set_aside')
      .addColumn('sequence', 'integer', (column) => column.primaryKey())
      .addColumn('alarm_id', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('since_ms', 'double precision', (column) => column.notNull())
      .addColumn('until_ms', 'double precision', (column) => column.notNull())
      .addColumn('ended_at_ms', 'double precision')
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('approved_by', 'text')
      .addColumn('fault', 'text')
      .execute();
    await database.schema.createIndex('set_aside_time').on('alarm_set_aside').column('since_ms').execute();
    await database.schema.createIndex('set_aside_end').on('alarm_set_aside').column('ended_at_ms').execute();
    await database.schema
      .createTable('performance_progress')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('sequence', 'integer', (column) => column.notNull())
      .execute();
  },
};
