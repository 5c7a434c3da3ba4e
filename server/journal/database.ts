// The server's database: alarms, journal, users, sessions. One schema for every dialect; the dialect is chosen by the journal URL.
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { type AccessTables, accessMigration, directorySessionMigration } from '../access/access-tables.ts';
import {
  type AlarmSettingsChangeTable,
  type AlarmSettingsDraftTable,
  type AlarmSettingsVersionTable,
  alarmSettingsMigration,
} from '../alarm-settings/alarm-settings-tables.ts';
import { type DutyTables, dutyMigration } from '../duty/duty-tables.ts';
import { type EvidenceJobTable, evidenceMigration } from '../evidence/evidence-tables.ts';
import { type HazardTables, hazardActionMigration, hazardMigration } from '../hazards/hazard-tables.ts';
import { holderMigration, type StationHolderTable } from '../holders/holder-tables.ts';
import { type IncidentSchema, incidentMigration } from '../incidents/incident-tables.ts';
import { engineeringMigration, type LoopTestTable } from '../loop-test/loop-test-tables.ts';
import { maintenanceMigration, type WorkWindowTable } from '../maintenance/maintenance-tables.ts';
import { northboundMigration, type WebhookCursorTable } from '../northbound/northbound-tables.ts';
import { type NotificationTables, notificationMigration } from '../notification/notification-tables.ts';
import { contactMigration, type ObligationTables, obligationMigration } from '../obligations/obligation-tables.ts';
import { type RetiredOutboxTable, retiredOutboxMigration } from '../outboxes/outbox-tables.ts';
import { type PatrolTables, patrolMigration, patrolTimesMigration } from '../patrols/patrol-tables.ts';
import { type PerformanceTables, performanceMigration } from '../performance/performance-tables.ts';
import { type PlantVersionTables, plantVersionMigration } from '../plant/plant-version-tables.ts';
import { type PushTables, pushMigration } from '../push/push-tables.ts';
import { type ReplayTables, replayMigration } from '../replay/replay-tables.ts';
import { type TrendViewTable, trendMigration } from '../trends/trend-tables.ts';
import { type VideoTables, videoMigration } from '../video/video-tables.ts';
import { type WallLinkTable, wallMigration } from '../wall/wall-tables.ts';
import { firstMigration } from './first-migration.ts';
import { createPostgresDialect, schemaOf, sqliteTypes } from './postgres/postgres-dialect.ts';
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
  /** Null before this was kept: an account of an older Gatewatch. */
  password_changed_at_ms: number | null;
  /** 1: to be changed at the next sign-in. */
  is_password_temporary: number | null;
}

export interface SessionTable {
  token_hash: string;
  username: string;
  created_at_ms: number;
  expires_at_ms: number;
  /** Its name where people speak of it; null in sessions of an older Gatewatch. */
  session_id: string | null;
  started_from: string | null;
  /** How the person proved who he is. */
  method: string | null;
  /** What he must do before anything else, or null. */
  must_do: string | null;
  /** Of a session by the company's directory: the session there, where the directory told it. */
  directory_session: string | null;
}

export interface Schema
  extends AccessTables,
    DutyTables,
    HazardTables,
    IncidentSchema,
    NotificationTables,
    ObligationTables,
    PatrolTables,
    PerformanceTables,
    PlantVersionTables,
    PushTables,
    ReplayTables,
    VideoTables {
  journal: JournalTable;
  alarm: AlarmTable;
  outbox_progress: OutboxProgressTable;
  user_account: UserTable;
  session: SessionTable;
  work_window: WorkWindowTable;
  loop_test: LoopTestTable;
  webhook_cursor: WebhookCursorTable;
  wall_link: WallLinkTable;
  alarm_settings_version: AlarmSettingsVersionTable;
  alarm_settings_change: AlarmSettingsChangeTable;
  alarm_settings_draft: AlarmSettingsDraftTable;
  trend_view: TrendViewTable;
  evidence_job: EvidenceJobTable;
  station_holder: StationHolderTable;
  retired_outbox: RetiredOutboxTable;
}

export type Database = Kysely<Schema>;

/** In order, each once; a landed one is never changed. Each concept keeps its tables and its migration in its own folder: `incidents/incident-tables.ts`. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-first': firstMigration,
  '0002-maintenance': maintenanceMigration,
  '0003-performance': performanceMigration,
  '0004-alarm-settings': alarmSettingsMigration,
  '0005-duty': dutyMigration,
  '0006-notification': notificationMigration,
  '0007-incidents': incidentMigration,
  '0008-web-push': pushMigration,
  '0009-northbound': northboundMigration,
  '0010-trend-views': trendMigration,
  '0011-replay': replayMigration,
  '0012-engineering': engineeringMigration,
  '0013-hazards': hazardMigration,
  '0014-obligations': obligationMigration,
  '0015-evidence': evidenceMigration,
  '0017-patrol': patrolMigration,
  '0016-video': videoMigration,
  '0018-wall': wallMigration,
  '0019-plant-versions': plantVersionMigration,
  '0020-access': accessMigration,
  '0021-hazard-actions': hazardActionMigration,
  '0022-contact-calls': contactMigration,
  '0023-patrol-times': patrolTimesMigration,
  '0024-station-holders': holderMigration,
  '0025-retired-outboxes': retiredOutboxMigration,
  '0027-directory-session': directorySessionMigration,
};

/** What this program can read: a database with others was written by a newer one. */
export const knownMigrations: readonly string[] = Object.keys(migrations);

/**
 * `sqlite:` lies in the data folder, `sqlite:/path` where it says; `postgres://user@host/database?schema=name` is shared by several servers.
 * Creates what is missing, migrates forward. Throws where the database was written by a newer Gatewatch, and leaves it as it is.
 */
export async function openDatabase(url: string, dataDir: string): Promise<Database> {
  if (/^postgres(ql)?:/.test(url)) return openPostgres(url);
  if (!url.startsWith('sqlite:')) throw new Error(`journal: ${url.split(':')[0]}: is not known; use sqlite: or postgres://`);
  const named = url.replace(/^sqlite:(\/\/)?/, '');
  const file = path.resolve(named === '' ? path.join(dataDir, 'journal.sqlite') : named);
  mkdirSync(path.dirname(file), { recursive: true });
  const database = new Kysely<Schema>({ dialect: createSqliteDialect(file) });
  const { rows } = await sql<{ version: string }>`SELECT sqlite_version() AS version`.execute(database);
  const version = rows[0]?.version ?? '0';
  if (version.localeCompare('3.51.3', undefined, { numeric: true }) < 0)
    throw new Error(`SQLite ${version} is too old (3.51.3 or newer is needed): run Gatewatch with the Node it brings`);
  return migrated(database, file, {
    keepCopy: async (before) => {
      const copy = `${file}.before-${before}`;
      if (!existsSync(copy)) await sql`VACUUM INTO ${copy}`.execute(database);
    },
  });
}

async function openPostgres(url: string): Promise<Database> {
  const name = new URL(url);
  name.password = '';
  const database = new Kysely<Schema>({ dialect: createPostgresDialect(url), plugins: [sqliteTypes] });
  const schema = schemaOf(url);
  await sql`CREATE SCHEMA IF NOT EXISTS ${sql.id(schema)}`.execute(database);
  return migrated(database, name.href, { migrationTableSchema: schema });
}

async function migrated(
  database: Database,
  name: string,
  options: { readonly migrationTableSchema?: string; readonly keepCopy?: (before: string) => Promise<void> } = {},
): Promise<Database> {
  const { keepCopy, ...place } = options;
  const migrator = new Migrator({
    db: database,
    ...place,
    provider: { getMigrations: async () => ({ ...migrations }) },
    // Concepts that are built side by side land in another order than that of their numbers; none depends on another's tables.
    allowUnorderedMigrations: true,
  });
  try {
    const known = await migrator.getMigrations();
    const next = known.find(({ executedAt }) => executedAt === undefined);
    if (next !== undefined && known.some(({ executedAt }) => executedAt !== undefined)) await keepCopy?.(next.name);
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
    return database;
  } catch (error) {
    await database.destroy();
    const isNewer = error instanceof Error && /previously executed migration .* is missing/.test(error.message);
    const why = isNewer
      ? 'was written by a newer Gatewatch: start that version, or one newer still'
      : 'could not be migrated; it is unchanged';
    throw new Error(`the journal database ${name} ${why}`, { cause: error });
  }
}
