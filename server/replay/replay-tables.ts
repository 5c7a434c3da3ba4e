// Keyframes: the alarm records after a certain journal line, so that any past moment is reached by reading a bounded number of lines. Made from the
// journal and can be made from it again at any time: no fact lives here alone.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface ReplayKeyframeTable {
  /** Of the last journal line that is in it. */
  sequence: number;
  recorded_at_ms: number;
  /** JSON of the alarm records, gzip, base64. */
  records: string;
}

export interface ReplayTables {
  replay_keyframe: ReplayKeyframeTable;
}

export const replayMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('replay_keyframe')
      .addColumn('sequence', 'integer', (column) => column.primaryKey())
      .addColumn('recorded_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('records', 'text', (column) => column.notNull())
      .execute();
  },
};
