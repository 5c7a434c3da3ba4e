// Tables of hazards: what is known of each, every event in its order, and the calibrations of instruments. The journal holds the same; the tables make them
// quick to read.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface HazardTable {
  hazard_id: string;
  number: string;
  station_id: string;
  /** Null where it is graded not yet. */
  grade: string | null;
  state: string;
  is_open: number;
  reported_at_ms: number;
  /** What opened it: the same thing opens one only. */
  link_key: string | null;
  /** JSON of a HazardRecord. */
  record: string;
}

export interface HazardEventTable {
  hazard_id: string;
  /** 1, 2, 3 … within the hazard. */
  position: number;
  at_ms: number;
  /** JSON of a HazardEvent. */
  event: string;
}

/** The last number that was given out: of hazards (`YH-2026`) and of closings (`XH-2026`). */
export interface HazardNumberTable {
  series: string;
  last: number;
}

/** Each calibration of an instrument; the newest says when the next is due. */
export interface CalibrationTable {
  point_id: string;
  calibrated_on: string;
  due_on: string;
  certificate: string;
  entered_by: string;
  entered_at_ms: number;
}

/** Steps that came from a phone and have been applied. */
export interface HazardActionTable {
  /** UUID made by the client. */
  action_id: string;
  hazard_id: string;
  username: string;
}

export interface HazardTables {
  hazard_action: HazardActionTable;
  hazard: HazardTable;
  hazard_event: HazardEventTable;
  hazard_number: HazardNumberTable;
  calibration: CalibrationTable;
}

export const hazardMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('hazard')
      .addColumn('hazard_id', 'text', (column) => column.primaryKey())
      .addColumn('number', 'text', (column) => column.notNull().unique())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('grade', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('is_open', 'integer', (column) => column.notNull())
      .addColumn('reported_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('link_key', 'text', (column) => column.unique())
      .addColumn('record', 'text', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('hazard_open').on('hazard').columns(['is_open', 'reported_at_ms']).execute();
    await database.schema
      .createTable('hazard_event')
      .addColumn('hazard_id', 'text', (column) => column.notNull())
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('at_ms', 'double precision', (column) => column.notNull())
      .addColumn('event', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('hazard_event_key', ['hazard_id', 'position'])
      .execute();
    await database.schema
      .createTable('hazard_number')
      .addColumn('series', 'text', (column) => column.primaryKey())
      .addColumn('last', 'integer', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('calibration')
      .addColumn('point_id', 'text', (column) => column.notNull())
      .addColumn('calibrated_on', 'text', (column) => column.notNull())
      .addColumn('due_on', 'text', (column) => column.notNull())
      .addColumn('certificate', 'text', (column) => column.notNull())
      .addColumn('entered_by', 'text', (column) => column.notNull())
      .addColumn('entered_at_ms', 'double precision', (column) => column.notNull())
      .addPrimaryKeyConstraint('calibration_key', ['point_id', 'calibrated_on'])
      .execute();
  },
};

export const hazardActionMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('hazard_action')
      .addColumn('action_id', 'text', (column) => column.primaryKey())
      .addColumn('hazard_id', 'text', (column) => column.notNull())
      .addColumn('username', 'text', (column) => column.notNull())
      .execute();
  },
};
