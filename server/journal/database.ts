// The server's database: alarms, journal, users, sessions. One schema for every dialect; the dialect is chosen by the journal URL.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { makeAppendOnly } from './sqlite/append-only.ts';
import { createSqliteDialect } from './sqlite/sqlite-dialect.ts';

export interface JournalTable {
  sequence: number;
  recorded_at_ms: number;
  occurred_at_ms: number;
  kind: string;
  station_id: string | null;
  alarm_id: string | null;
  occurrence_id: string | null;
  /** JSON */
  actor: string;
  /** JSON */
  detail: string;
  previous_hash: string;
  hash: string;
}

export interface AlarmTable {
  alarm_id: string;
  station_id: string;
  /** JSON of an AlarmRecord. */
  record: string;
}

/** How far each outbox has been committed: makes delivery exactly once in its effect. */
export interface OutboxProgressTable {
  collector_id: string;
  outbox_id: string;
  sequence: number;
}

export interface UserTable {
  username: string;
  display_name: string;
  role: string;
  /** JSON array, or null for all stations. */
  station_ids: string | null;
  password_hash: string;
  is_disabled: number;
}

export interface SessionTable {
  token_hash: string;
  username: string;
  created_at_ms: number;
  expires_at_ms: number;
}

export interface Schema {
  journal: JournalTable;
  alarm: AlarmTable;
  outbox_progress: OutboxProgressTable;
  user_account: UserTable;
  session: SessionTable;
}

export type Database = Kysely<Schema>;

const migrations: Readonly<Record<string, Migration>> = {
  '0001-first': {
    async up(database: Kysely<unknown>) {
      await database.schema
        .createTable('journal')
        .addColumn('sequence', 'integer', (column) => column.primaryKey())
        .addColumn('recorded_at_ms', 'double precision', (column) => column.notNull())
        .addColumn('occurred_at_ms', 'double precision', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('station_id', 'text')
        .addColumn('alarm_id', 'text')
        .addColumn('occurrence_id', 'text')
        .addColumn('actor', 'text', (column) => column.notNull())
        .addColumn('detail', 'text', (column) => column.notNull())
        .addColumn('previous_hash', 'text', (column) => column.notNull())
        .addColumn('hash', 'text', (column) => column.notNull())
        .execute();
      await database.schema.createIndex('journal_time').on('journal').column('recorded_at_ms').execute();
      await database.schema.createIndex('journal_alarm').on('journal').columns(['alarm_id', 'sequence']).execute();
      await database.schema.createIndex('journal_station').on('journal').columns(['station_id', 'sequence']).execute();
      await database.schema
        .createTable('alarm')
        .addColumn('alarm_id', 'text', (column) => column.primaryKey())
        .addColumn('station_id', 'text', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .execute();
      await database.schema
        .createTable('outbox_progress')
        .addColumn('collector_id', 'text', (column) => column.notNull())
        .addColumn('outbox_id', 'text', (column) => column.notNull())
        .addColumn('sequence', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('outbox_progress_key', ['collector_id', 'outbox_id'])
        .execute();
      await database.schema
        .createTable('user_account')
        .addColumn('username', 'text', (column) => column.primaryKey())
        .addColumn('display_name', 'text', (column) => column.notNull())
        .addColumn('role', 'text', (column) => column.notNull())
        .addColumn('station_ids', 'text')
        .addColumn('password_hash', 'text', (column) => column.notNull())
        .addColumn('is_disabled', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
      await database.schema
        .createTable('session')
        .addColumn('token_hash', 'text', (column) => column.primaryKey())
        .addColumn('username', 'text', (column) => column.notNull())
        .addColumn('created_at_ms', 'double precision', (column) => column.notNull())
        .addColumn('expires_at_ms', 'double precision', (column) => column.notNull())
        .execute();
      await makeAppendOnly(database);
    },
  },
};

/** `sqlite:` lies in the data folder, `sqlite:/path` where it says. Creates what is missing, migrates forward. */
export async function openDatabase(url: string, dataDir: string): Promise<Database> {
  const named = url.replace(/^sqlite:(\/\/)?/, '');
  const file = path.resolve(named === '' ? path.join(dataDir, 'journal.sqlite') : named);
  mkdirSync(path.dirname(file), { recursive: true });
  const database = new Kysely<Schema>({ dialect: createSqliteDialect(file) });
  const { rows } = await sql<{ version: string }>`SELECT sqlite_version() AS version`.execute(database);
  const version = rows[0]?.version ?? '0';
  if (version.localeCompare('3.51.3', undefined, { numeric: true }) < 0)
    throw new Error(`SQLite ${version} is too old (3.51.3 or newer is needed): run Gatewatch with the Node it brings`);
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new Error(`the journal database ${file} could not be migrated; it is unchanged`, { cause: error });
  return database;
}
