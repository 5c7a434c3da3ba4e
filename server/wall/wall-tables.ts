// Table of wall links: which screens may look without anybody's password, and until when they could.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface WallLinkTable {
  wall_id: string;
  label: string;
  /** JSON array of area ids, or null for all. */
  area_ids: string | null;
  /** SHA-256 of the key, hex. */
  key_hash: string;
  /** Account with the role viewer that exists for this link alone. */
  username: string;
  made_by: string;
  made_at_ms: number;
  revoked_by: string | null;
  revoked_at_ms: number | null;
}

export const wallMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('wall_link')
      .addColumn('wall_id', 'text', (column) => column.primaryKey())
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('area_ids', 'text')
      .addColumn('key_hash', 'text', (column) => column.notNull().unique())
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('made_by', 'text', (column) => column.notNull())
      .addColumn('made_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('revoked_by', 'text')
      .addColumn('revoked_at_ms', 'double precision')
      .execute();
  },
};
