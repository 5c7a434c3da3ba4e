// Tables of patrols: since when each round is planned, each patrol with its events, what was found and the hazard that came of it, and which label of a place
// is the one that counts. The journal holds the same; the tables make them quick to read.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { type PatrolRecord, patrolRecordSchema } from '../../domain/patrols/patrol.ts';

/** One row a stretch of time in which the plant file had the round. */
export interface PatrolPlanTable {
  round_id: string;
  station_id: string;
  kind: string;
  since_ms: number;
  /** Null while it is in the plant file. */
  to_ms: number | null;
  /** Every beginning before this has its patrol. */
  planned_to_ms: number;
}

export interface PatrolTable {
  patrol_id: string;
  round_id: string;
  station_id: string;
  kind: string;
  planned_at_ms: number;
  due_at_ms: number;
  state: string;
  is_open: number;
  warn_at_ms: number;
  cut_at_ms: number;
  /** Null while a point is open. */
  completed_at_ms: number | null;
  visits: number;
  /** Visits that no label proves. */
  by_hand: number;
  /** JSON of a PatrolRecord. */
  record: string;
}

export interface PatrolEventTable {
  patrol_id: string;
  /** 1, 2, 3 … within the patrol. */
  position: number;
  at_ms: number;
  /** Of a visit or a photo: taken once, however often it arrives. */
  action_id: string | null;
  username: string | null;
  /** JSON of a PatrolEvent. */
  event: string;
}

/** Something that is to be put right. */
export interface PatrolFindingTable {
  finding_id: string;
  patrol_id: string;
  station_id: string;
  kind: string;
  place_id: string;
  /** The same for the same thing, whichever round finds it. */
  subject: string;
  at_ms: number;
  found_at_ms: number;
  /** Null until the ledger of hazards has it. */
  hazard_id: string | null;
  hazard_at_ms: number | null;
}

export interface PatrolLabelTable {
  station_id: string;
  place_id: string;
  generation: number;
  changed_at_ms: number;
  changed_by: string;
}

export interface PatrolTables {
  patrol_plan: PatrolPlanTable;
  patrol: PatrolTable;
  patrol_event: PatrolEventTable;
  patrol_finding: PatrolFindingTable;
  patrol_label: PatrolLabelTable;
}

export const patrolMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('patrol_plan')
      .addColumn('round_id', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('since_ms', 'double precision', (column) => column.notNull())
      .addColumn('to_ms', 'double precision')
      .addColumn('planned_to_ms', 'double precision', (column) => column.notNull())
      .addPrimaryKeyConstraint('patrol_plan_key', ['round_id', 'station_id', 'since_ms'])
      .execute();
    await database.schema
      .createTable('patrol')
      .addColumn('patrol_id', 'text', (column) => column.primaryKey())
      .addColumn('round_id', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('planned_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('due_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('is_open', 'integer', (column) => column.notNull())
      .addColumn('record', 'text', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('patrol_open').on('patrol').columns(['is_open', 'planned_at_ms']).execute();
    await database.schema.createIndex('patrol_station').on('patrol').columns(['station_id', 'planned_at_ms']).execute();
    await database.schema
      .createTable('patrol_event')
      .addColumn('patrol_id', 'text', (column) => column.notNull())
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('at_ms', 'double precision', (column) => column.notNull())
      .addColumn('action_id', 'text', (column) => column.unique())
      .addColumn('username', 'text')
      .addColumn('event', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('patrol_event_key', ['patrol_id', 'position'])
      .execute();
    await database.schema
      .createTable('patrol_finding')
      .addColumn('finding_id', 'text', (column) => column.primaryKey())
      .addColumn('patrol_id', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('place_id', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('at_ms', 'double precision', (column) => column.notNull())
      .addColumn('found_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('hazard_id', 'text')
      .addColumn('hazard_at_ms', 'double precision')
      .execute();
    await database.schema.createIndex('patrol_finding_subject').on('patrol_finding').columns(['subject', 'at_ms']).execute();
    await database.schema.createIndex('patrol_finding_patrol').on('patrol_finding').column('patrol_id').execute();
    await database.schema
      .createTable('patrol_label')
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('place_id', 'text', (column) => column.notNull())
      .addColumn('generation', 'integer', (column) => column.notNull())
      .addColumn('changed_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('changed_by', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('patrol_label_key', ['station_id', 'place_id'])
      .execute();
  },
};

/** All that says whether a patrol was anything but walked in good time: most are passed over without looking at them. */
const dueColumns = ['kind', 'due_at_ms', 'planned_at_ms', 'completed_at_ms', 'warn_at_ms'];

/** What obligations ask of every patrol of a month, beside the record: they must not have to read each one. */
export const patrolTimesMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .alterTable('patrol')
      .addColumn('warn_at_ms', 'double precision', (column) => column.notNull().defaultTo(0))
      .execute();
    await database.schema
      .alterTable('patrol')
      .addColumn('cut_at_ms', 'double precision', (column) => column.notNull().defaultTo(0))
      .execute();
    await database.schema.alterTable('patrol').addColumn('completed_at_ms', 'double precision').execute();
    await database.schema
      .alterTable('patrol')
      .addColumn('visits', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await database.schema
      .alterTable('patrol')
      .addColumn('by_hand', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await database.schema.createIndex('patrol_due').on('patrol').columns(dueColumns).execute();
    await database.schema.createIndex('patrol_completed').on('patrol').columns(['kind', 'completed_at_ms', 'due_at_ms']).execute();
    await database.schema.createIndex('patrol_by_hand').on('patrol').columns(['kind', 'by_hand', 'due_at_ms']).execute();
    await database.schema.createIndex('patrol_cut').on('patrol').column('cut_at_ms').execute();
    const typed = database as Kysely<PatrolTables>;
    for (const row of await typed.selectFrom('patrol').select(['patrol_id', 'record']).execute())
      await typed
        .updateTable('patrol')
        .set(timesOf(patrolRecordSchema.parse(JSON.parse(row.record))))
        .where('patrol_id', '=', row.patrol_id)
        .execute();
  },
};

export function timesOf(record: PatrolRecord) {
  return {
    warn_at_ms: record.warnAtMs,
    cut_at_ms: record.cutAtMs,
    completed_at_ms: record.completedAtMs,
    visits: record.visits.length,
    by_hand: record.visits.filter(({ proof, codeFault }) => proof === 'hand' || codeFault !== null).length,
  };
}
