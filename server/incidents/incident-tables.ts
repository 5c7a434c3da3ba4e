// Tables of incidents: what is known of each, and every event in its order. The journal holds the same events; the tables make them quick to read.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface IncidentTable {
  incident_id: string;
  number: string;
  opened_at_ms: number;
  is_drill: number;
  /** 1: closed, and nothing is owed any more. */
  is_settled: number;
  /** JSON of an IncidentRecord. */
  record: string;
}

export interface IncidentEventTable {
  incident_id: string;
  /** 1, 2, 3 … within the incident. */
  position: number;
  /** Made by the client: an action has an effect once, however often it is sent. */
  action_id: string | null;
  username: string | null;
  /** JSON of an IncidentEvent. */
  event: string;
}

/** An alarm occurrence is in one incident at most. */
export interface IncidentAlarmTable {
  occurrence_id: string;
  incident_id: string;
}

/** Up to which line of the journal alarms have been looked at for incidents. */
export interface IncidentProgressTable {
  name: string;
  journal_sequence: number;
}

export interface IncidentSchema {
  incident: IncidentTable;
  incident_event: IncidentEventTable;
  incident_alarm: IncidentAlarmTable;
  incident_progress: IncidentProgressTable;
}

export const incidentMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('incident')
      .addColumn('incident_id', 'text', (column) => column.primaryKey())
      .addColumn('number', 'text', (column) => column.notNull().unique())
      .addColumn('opened_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('is_drill', 'integer', (column) => column.notNull())
      .addColumn('is_settled', 'integer', (column) => column.notNull())
      .addColumn('record', 'text', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('incident_opened').on('incident').column('opened_at_ms').execute();
    await database.schema.createIndex('incident_settled').on('incident').column('is_settled').execute();
    await database.schema
      .createTable('incident_event')
      .addColumn('incident_id', 'text', (column) => column.notNull())
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('action_id', 'text', (column) => column.unique())
      .addColumn('username', 'text')
      .addColumn('event', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('incident_event_key', ['incident_id', 'position'])
      .execute();
    await database.schema
      .createTable('incident_alarm')
      .addColumn('occurrence_id', 'text', (column) => column.primaryKey())
      .addColumn('incident_id', 'text', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('incident_progress')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('journal_sequence', 'integer', (column) => column.notNull())
      .execute();
  },
};
