// Tables of access beside accounts and sessions: second factors, recovery codes, people of the directory, tokens of integrations.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface AccessTables {
  second_factor: SecondFactorTable;
  recovery_code: RecoveryCodeTable;
  directory_person: DirectoryPersonTable;
  api_token: ApiTokenTable;
}

interface SecondFactorTable {
  username: string;
  /** Sealed with the server's own key. */
  secret: string;
  /** Null: begun, and not yet shown to work. */
  confirmed_at_ms: number | null;
  /** Time step of the last code that was taken: no code counts twice. */
  last_step: number;
}

interface RecoveryCodeTable {
  username: string;
  /** SHA-256 of the code, hex: it has 100 bits of its own. */
  code_hash: string;
}

interface DirectoryPersonTable {
  username: string;
  issuer: string;
  subject: string;
}

export interface ApiTokenTable {
  token_id: string;
  name: string;
  /** SHA-256, hex. */
  token_hash: string;
  /** JSON array. */
  permissions: string;
  /** JSON array, or null for all. */
  station_ids: string | null;
  made_by: string;
  made_at_ms: number;
  expires_at_ms: number;
  last_used_at_ms: number | null;
  last_used_from: string | null;
  revoked_by: string | null;
  revoked_at_ms: number | null;
}

export const accessMigration: Migration = {
  async up(database: Kysely<unknown>) {
    const { schema } = database;
    await schema
      .createTable('second_factor')
      .addColumn('username', 'text', (column) => column.primaryKey())
      .addColumn('secret', 'text', (column) => column.notNull())
      .addColumn('confirmed_at_ms', 'double precision')
      .addColumn('last_step', 'double precision', (column) => column.notNull())
      .execute();
    await schema
      .createTable('recovery_code')
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('code_hash', 'text', (column) => column.primaryKey())
      .execute();
    await schema
      .createTable('directory_person')
      .addColumn('username', 'text', (column) => column.primaryKey())
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addUniqueConstraint('directory_person_subject', ['issuer', 'subject'])
      .execute();
    await schema
      .createTable('api_token')
      .addColumn('token_id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('token_hash', 'text', (column) => column.notNull().unique())
      .addColumn('permissions', 'text', (column) => column.notNull())
      .addColumn('station_ids', 'text')
      .addColumn('made_by', 'text', (column) => column.notNull())
      .addColumn('made_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('expires_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('last_used_at_ms', 'double precision')
      .addColumn('last_used_from', 'text')
      .addColumn('revoked_by', 'text')
      .addColumn('revoked_at_ms', 'double precision')
      .execute();
    await schema.alterTable('user_account').addColumn('password_changed_at_ms', 'double precision').execute();
    await schema.alterTable('user_account').addColumn('is_password_temporary', 'integer').execute();
    await schema.alterTable('session').addColumn('session_id', 'text').execute();
    await schema.alterTable('session').addColumn('started_from', 'text').execute();
    await schema.alterTable('session').addColumn('method', 'text').execute();
    await schema.alterTable('session').addColumn('must_do', 'text').execute();
  },
};

export const directorySessionMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema.alterTable('session').addColumn('directory_session', 'text').execute();
  },
};
