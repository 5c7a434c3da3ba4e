// Tables of the plant's versions: each text once, and which of them was in force since when.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface PlantVersionTables {
  plant_text: {
    sha256: string;
    text: string;
  };
  plant_version: {
    number: number;
    version: string;
    sha256: string;
    file: string;
    since_ms: number;
    loaded_by: string;
    /** JSON: how many stations, devices, points, alarms. */
    counts: string;
    /** JSON array of strings. */
    warnings: string;
    findings: number;
  };
}

export const plantVersionMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('plant_text')
      .addColumn('sha256', 'text', (column) => column.primaryKey())
      .addColumn('text', 'text', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('plant_version')
      .addColumn('number', 'integer', (column) => column.primaryKey())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('sha256', 'text', (column) => column.notNull())
      .addColumn('file', 'text', (column) => column.notNull())
      .addColumn('since_ms', 'double precision', (column) => column.notNull())
      .addColumn('loaded_by', 'text', (column) => column.notNull())
      .addColumn('counts', 'text', (column) => column.notNull())
      .addColumn('warnings', 'text', (column) => column.notNull())
      .addColumn('findings', 'integer', (column) => column.notNull())
      .execute();
  },
};
