// Tables of duty: contacts, roster, watches at the consoles, handovers, watch log, watch checks, notices.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface PersonContactTable {
  username: string;
  /** JSON of ContactSettings. */
  settings: string;
  version: number;
  updated_at_ms: number;
  updated_by: string;
}

export interface RosterEntryTable {
  entry_id: string;
  /** The plant's calendar day on which the shift begins. */
  date: string;
  shift_id: string;
  username: string;
  position_id: string;
  /** JSON arrays; both null: all stations. */
  station_ids: string | null;
  area_ids: string | null;
  version: number;
  updated_at_ms: number;
  updated_by: string;
}

export interface WatchTable {
  watch_id: string;
  console_id: string;
  username: string;
  display_name: string;
  started_at_ms: number;
  /** Handover by which it began; null where the console was empty or was taken without one. */
  handover_id: string | null;
  without_handover_reason: string | null;
  ended_at_ms: number | null;
  /** `handover`, `takenOver`, `left`. */
  end_kind: string | null;
  end_reason: string | null;
  next_check_at_ms: number | null;
}

export interface HandoverTable {
  handover_id: string;
  console_id: string;
  from_username: string;
  to_username: string;
  signed_at_ms: number;
  /** JSON of a HandoverDocument; its SHA-256 stands in the journal. */
  document: string;
}

export interface WatchLogTable {
  log_id: string;
  at_ms: number;
  console_id: string | null;
  username: string;
  display_name: string;
  station_id: string | null;
  text: string;
  /** 1: to be handed on until somebody closes it. */
  is_open: number;
  closed_at_ms: number | null;
  closed_by: string | null;
}

export interface WatchCheckTable {
  check_id: string;
  username: string;
  /** JSON array of consoles that the person had the watch of. */
  console_ids: string;
  asked_at_ms: number;
  due_at_ms: number;
  answered_at_ms: number | null;
  /** `open`, `answered`, `missed`, `void` (the watch ended, or the server was away, before the answer was due). */
  outcome: string;
  /** JSON array of usernames that were told of a missed one. */
  told: string | null;
}

export interface DutyNoticeTable {
  notice_id: string;
  /** What it is about; one open notice a key. */
  notice_key: string;
  kind: string;
  opened_at_ms: number;
  last_at_ms: number;
  times: number;
  /** JSON */
  detail: string;
  closed_at_ms: number | null;
  closed_by: string | null;
}

export interface DutyTables {
  person_contact: PersonContactTable;
  roster_entry: RosterEntryTable;
  watch: WatchTable;
  handover: HandoverTable;
  watch_log: WatchLogTable;
  watch_check: WatchCheckTable;
  duty_notice: DutyNoticeTable;
}

export const dutyMigration: Migration = {
  async up(database: Kysely<unknown>) {
    await database.schema
      .createTable('person_contact')
      .addColumn('username', 'text', (column) => column.primaryKey())
      .addColumn('settings', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('updated_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('updated_by', 'text', (column) => column.notNull())
      .execute();
    await database.schema
      .createTable('roster_entry')
      .addColumn('entry_id', 'text', (column) => column.primaryKey())
      .addColumn('date', 'text', (column) => column.notNull())
      .addColumn('shift_id', 'text', (column) => column.notNull())
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('position_id', 'text', (column) => column.notNull())
      .addColumn('station_ids', 'text')
      .addColumn('area_ids', 'text')
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('updated_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('updated_by', 'text', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('roster_entry_date').on('roster_entry').column('date').execute();
    await database.schema
      .createTable('watch')
      .addColumn('watch_id', 'text', (column) => column.primaryKey())
      .addColumn('console_id', 'text', (column) => column.notNull())
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('display_name', 'text', (column) => column.notNull())
      .addColumn('started_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('handover_id', 'text')
      .addColumn('without_handover_reason', 'text')
      .addColumn('ended_at_ms', 'double precision')
      .addColumn('end_kind', 'text')
      .addColumn('end_reason', 'text')
      .addColumn('next_check_at_ms', 'double precision')
      .execute();
    await database.schema.createIndex('watch_console').on('watch').columns(['console_id', 'started_at_ms']).execute();
    await database.schema
      .createTable('handover')
      .addColumn('handover_id', 'text', (column) => column.primaryKey())
      .addColumn('console_id', 'text', (column) => column.notNull())
      .addColumn('from_username', 'text', (column) => column.notNull())
      .addColumn('to_username', 'text', (column) => column.notNull())
      .addColumn('signed_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('document', 'text', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('handover_time').on('handover').column('signed_at_ms').execute();
    await database.schema
      .createTable('watch_log')
      .addColumn('log_id', 'text', (column) => column.primaryKey())
      .addColumn('at_ms', 'double precision', (column) => column.notNull())
      .addColumn('console_id', 'text')
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('display_name', 'text', (column) => column.notNull())
      .addColumn('station_id', 'text')
      .addColumn('text', 'text', (column) => column.notNull())
      .addColumn('is_open', 'integer', (column) => column.notNull())
      .addColumn('closed_at_ms', 'double precision')
      .addColumn('closed_by', 'text')
      .execute();
    await database.schema.createIndex('watch_log_time').on('watch_log').column('at_ms').execute();
    await database.schema
      .createTable('watch_check')
      .addColumn('check_id', 'text', (column) => column.primaryKey())
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('console_ids', 'text', (column) => column.notNull())
      .addColumn('asked_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('due_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('answered_at_ms', 'double precision')
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('told', 'text')
      .execute();
    await database.schema.createIndex('watch_check_time').on('watch_check').column('asked_at_ms').execute();
    await database.schema
      .createTable('duty_notice')
      .addColumn('notice_id', 'text', (column) => column.primaryKey())
      .addColumn('notice_key', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('opened_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('last_at_ms', 'double precision', (column) => column.notNull())
      .addColumn('times', 'integer', (column) => column.notNull())
      .addColumn('detail', 'text', (column) => column.notNull())
      .addColumn('closed_at_ms', 'double precision')
      .addColumn('closed_by', 'text')
      .execute();
    await database.schema.createIndex('duty_notice_key').on('duty_notice').columns(['notice_key', 'closed_at_ms']).execute();
  },
};
