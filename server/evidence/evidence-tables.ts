// Table of evidence bundles that were asked for. The bundles are files in the data folder.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface EvidenceJobTable {
  job_id: string;
  state: string;
  /** JSON array. */
  station_ids: string;
  is_whole_company: number;
  shows_company_lines: number;
  from_ms: number;
  to_ms: number;
  language: string;
  reason: string;
  requested_at_ms: number;
  username: string;
  display_name: string;
  finished_at_ms: number | null;
  bytes: number | null;
  manifest_hash: string | null;
  failure: string | null;
}

export const evidenceMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('evidence_job')
      .addColumn('job_id', 'text', (column) => column.primaryKey())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('station_ids', 'text', (column) => column.notNull())
      .addColumn('is_whole_company', 'integer', (column) => column.notNull())
      .addColumn('shows_company_lines', 'integer', (column) => column.notNull())
      .addColumn('from_ms', 'double precision', (column) => column.notNull())
      .addColumn('to_ms', 'double precision', (column) => column.notNull())
      .addColumn('language', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('requested_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('display_name', 'text', (column) => column.notNull())
      .addColumn('finished_at_ms', 'double precision')
      .addColumn('bytes', 'double precision')
      .addColumn('manifest_hash', 'text')
      .addColumn('failure', 'text')
      .execute();
    await database.schema.createIndex('evidence_job_time').on('evidence_job').column('requested_at_ms').execute();
  },
};
