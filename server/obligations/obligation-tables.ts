// Tables of obligations: when instruments gave no good reading, when the server was there, what was seen of the plant, states and their history, certificates.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface MonitoringGapTable {
  point_id: string;
  station_id: string;
  from_ms: number;
  /** Null: it lasted at the last count. */
  to_ms: number | null;
  reason: string;
}

/** Since when an instrument is counted. */
export interface MonitoringWatchTable {
  point_id: string;
  station_id: string;
  from_ms: number;
  /** Null while it is in the plant. */
  to_ms: number | null;
}

export interface ObligationProgressTable {
  name: string;
  at_ms: number;
}

/** One row a run of the server. */
export interface ServerPresenceTable {
  from_ms: number;
  to_ms: number;
}

export interface ObligationObservationTable {
  kind: string;
  station_id: string;
  subject: string;
  from_ms: number;
  to_ms: number | null;
}

export interface ObligationStateTable {
  obligation_id: string;
  /** Empty: the company. */
  station_id: string;
  state: string;
  from_ms: number;
  to_ms: number | null;
  /** JSON array of findings that made it so, the first few. */
  causes: string;
}

export interface CertificateTable {
  certificate_id: string;
  /** `person`. */
  holder_kind: string;
  holder_id: string;
  /** What it allows, or who has calibrated. */
  title: string;
  number: string;
  issuer: string;
  valid_from_ms: number;
  expires_at_ms: number;
  added_at_ms: number;
  added_by: string;
  revoked_at_ms: number | null;
  revoked_by: string | null;
  revoked_reason: string | null;
}

/** The emergency contacts of a station were called. */
export interface ContactCallTable {
  call_id: string;
  station_id: string;
  at_ms: number;
  username: string;
  display_name: string;
  digest: string;
  /** JSON of the contacts as they were. */
  contacts: string;
  /** JSON array of the numbers at which nobody, or somebody else, was reached. */
  unreachable: string;
  note: string;
}

export interface ObligationTables {
  contact_call: ContactCallTable;
  monitoring_gap: MonitoringGapTable;
  monitoring_watch: MonitoringWatchTable;
  obligation_progress: ObligationProgressTable;
  server_presence: ServerPresenceTable;
  obligation_observation: ObligationObservationTable;
  obligation_state: ObligationStateTable;
  certificate: CertificateTable;
}

export const obligationMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('monitoring_gap')
      .addColumn('point_id', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('from_ms', 'double precision', (column) => column.notNull())
      .addColumn('to_ms', 'double precision')
      .addColumn('reason', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('monitoring_gap_key', ['point_id', 'from_ms'])
      .execute();
    await database.schema.createIndex('monitoring_gap_end').on('monitoring_gap').column('to_ms').execute();
    await database.schema
      .createTable('monitoring_watch')
      .addColumn('point_id', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('from_ms', 'double precision', (column) => column.notNull())
      .addColumn('to_ms', 'double precision')
      .addPrimaryKeyConstraint('monitoring_watch_key', ['point_id', 'from_ms'])
      .execute();
    await database.schema
      .createTable('obligation_progress')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('at_ms', 'double precision', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('server_presence')
      .addColumn('from_ms', 'double precision', (column) => column.primaryKey())
      .addColumn('to_ms', 'double precision', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('obligation_observation')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('from_ms', 'double precision', (column) => column.notNull())
      .addColumn('to_ms', 'double precision')
      .addPrimaryKeyConstraint('obligation_observation_key', ['kind', 'station_id', 'subject', 'from_ms'])
      .execute();
    await database.schema
      .createTable('obligation_state')
      .addColumn('obligation_id', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('from_ms', 'double precision', (column) => column.notNull())
      .addColumn('to_ms', 'double precision')
      .addColumn('causes', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('obligation_state_key', ['obligation_id', 'station_id', 'from_ms'])
      .execute();
    await database.schema.createIndex('obligation_state_end').on('obligation_state').column('to_ms').execute();
    await database.schema
      .createTable('certificate')
      .addColumn('certificate_id', 'text', (column) => column.primaryKey())
      .addColumn('holder_kind', 'text', (column) => column.notNull())
      .addColumn('holder_id', 'text', (column) => column.notNull())
      .addColumn('title', 'text', (column) => column.notNull())
      .addColumn('number', 'text', (column) => column.notNull())
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('valid_from_ms', 'double precision', (column) => column.notNull())
      .addColumn('expires_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('added_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('added_by', 'text', (column) => column.notNull())
      .addColumn('revoked_at_ms', 'double precision')
      .addColumn('revoked_by', 'text')
      .addColumn('revoked_reason', 'text')
      .execute();
    await database.schema.createIndex('certificate_holder').on('certificate').columns(['holder_kind', 'holder_id']).execute();
  },
};

export const contactMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('contact_call')
      .addColumn('call_id', 'text', (column) => column.primaryKey())
      .addColumn('station_id', 'text', (column) => column.notNull())
      .addColumn('at_ms', 'double precision', (column) => column.notNull())
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('display_name', 'text', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('contacts', 'text', (column) => column.notNull())
      .addColumn('unreachable', 'text', (column) => column.notNull())
      .addColumn('note', 'text', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('contact_call_station').on('contact_call').columns(['station_id', 'at_ms']).execute();
  },
};
