// Tables of video: what the looks at cameras found, what recorders hold, who looked at pictures and why, pictures taken when an alarm came.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A stretch in which every look found the same; extended while it lasts. */
export interface CameraRunTable {
  camera_id: string;
  aspect: string;
  from_ms: number;
  to_ms: number;
  state: string;
  looks: number;
}

export interface CameraRecordedDayTable {
  camera_id: string;
  /** Of the plant's calendar. */
  day: string;
  /** JSON: minutes recorded in each hour of the day; null for an hour that is not over or was not asked for. */
  hours: string;
  asked_at_ms: number;
}

export interface VideoLookTable {
  look_id: string;
  kind: string;
  username: string;
  display_name: string;
  /** JSON array. */
  camera_ids: string;
  /** JSON array. */
  station_ids: string;
  purpose: string;
  reason: string;
  alarm_id: string | null;
  recorded_from_ms: number | null;
  recorded_to_ms: number | null;
  begun_at_ms: number;
  expires_at_ms: number;
  ended_at_ms: number | null;
  pictures: number;
}

export interface AlarmPictureTable {
  occurrence_id: string;
  camera_id: string;
  alarm_id: string;
  station_id: string;
  taken_at_ms: number;
  hash: string;
  bytes: number;
  /** Kept no longer. */
  removed_at_ms: number | null;
}

export interface VideoTables {
  camera_run: CameraRunTable;
  camera_recorded_day: CameraRecordedDayTable;
  video_look: VideoLookTable;
  alarm_picture: AlarmPictureTable;
}

export const videoMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('camera_run')
      .addColumn('camera_id', 'text', (column) => column.notNull())
      .addColumn('aspect', 'text', (column) => column.notNull())
      .addColumn('from_ms', 'bigint', (column) => column.notNull())
      .addColumn('to_ms', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('looks', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('camera_run_key', ['camera_id', 'aspect', 'from_ms'])
      .execute();
    await database.schema.createIndex('camera_run_end').on('camera_run').column('to_ms').execute();
    await database.schema
      .createTable('camera_recorded_day')
      .addColumn('camera_id', 'text', (column) => column.notNull())
      .addColumn('day', 'text', (column) => column.notNull())
      .addColumn('hours', 'text', (column) => column.notNull())
      .addColumn('asked_at_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('camera_recorded_day_key', ['camera_id', 'day'])
      .execute();
    await database.schema
      .createTable('video_look')
      .addColumn('look_id', 'text', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('display_name', 'text', (column) => column.notNull())
      .addColumn('camera_ids', 'text', (column) => column.notNull())
      .addColumn('station_ids', 'text', (column) => column.notNull())
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('alarm_id', 'text')
      .addColumn('recorded_from_ms', 'bigint')
      .addColumn('recorded_to_ms', 'bigint')
      .addColumn('begun_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('ended_at_ms', 'bigint')
      .addColumn('pictures', 'integer', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('video_look_begin').on('video_look').column('begun_at_ms').execute();
    await database.schema
      .createTable('alarm_picture')
      .addColumn('occurrence_id', 'text', (column) => column.notNull())
      .addColumn('camera_id', 'text', (column) => column.notNull())
      .addColumn('alarm_id', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('taken_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('bytes', 'integer', (column) => column.notNull())
      .addColumn('removed_at_ms', 'bigint')
      .addPrimaryKeyConstraint('alarm_picture_key', ['occurrence_id', 'camera_id'])
      .execute();
    await database.schema.createIndex('alarm_picture_alarm').on('alarm_picture').columns(['alarm_id', 'taken_at_ms']).execute();
    await database.schema.createIndex('alarm_picture_time').on('alarm_picture').column('taken_at_ms').execute();
  },
};
