// The watch log (值班日志): what people on watch write down. An entry is never changed; one that is to be handed on is closed by whoever has settled it. DU22.
import { randomUUIDv7 } from 'node:crypto';
import type { LogEntryView } from '../../domain/api/watch-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { WatchLogTable } from './duty-tables.ts';
import type { Signer } from './watch-store.ts';

export class WatchLog {
  readonly #ledger: Ledger;
  readonly #clock: Clock;

  constructor(ledger: Ledger, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** Newest first. */
  async between(fromMs: number, toMs: number, limit: number): Promise<LogEntryView[]> {
    const rows = await this.#select().where('at_ms', '>=', fromMs).where('at_ms', '<', toMs).limit(limit).execute();
    return rows.map(entryView);
  }

  async open(): Promise<LogEntryView[]> {
    return (await this.#select().where('is_open', '=', 1).execute()).map(entryView);
  }

  async write(
    entry: { readonly text: string; readonly stationId: string | null; readonly consoleId: string | null; readonly isOpen: boolean },
    by: Signer,
  ): Promise<LogEntryView> {
    const nowMs = this.#clock.nowMs();
    const row: WatchLogTable = {
      log_id: randomUUIDv7(),
      at_ms: nowMs,
      console_id: entry.consoleId,
      username: by.username,
      display_name: by.displayName,
      station_id: entry.stationId,
      text: entry.text,
      is_open: entry.isOpen ? 1 : 0,
      closed_at_ms: null,
      closed_by: null,
    };
    const detail = { logId: row.log_id, comment: entry.text, consoleId: entry.consoleId, isOpen: entry.isOpen };
    await this.#ledger.commit([this.#line('watch.log', entry.stationId, by, detail)], async (transaction) => {
      await transaction.insertInto('watch_log').values(row).execute();
    });
    return entryView(row);
  }

  /** Null where there is no such entry; one that is closed already stays as it is. */
  close(id: string, by: Signer): Promise<LogEntryView | null> {
    return this.#ledger.exclusively(async (commit) => {
      const row = await this.#select().where('log_id', '=', id).executeTakeFirst();
      if (row === undefined) return null;
      if (row.is_open === 0) return entryView(row);
      const closed = { is_open: 0, closed_at_ms: this.#clock.nowMs(), closed_by: by.username };
      await commit([this.#line('watch.logClosed', row.station_id, by, { logId: id, comment: row.text })], async (transaction) => {
        await transaction.updateTable('watch_log').set(closed).where('log_id', '=', id).execute();
      });
      return entryView({ ...row, ...closed });
    });
  }

  #select() {
    return this.#ledger.database.selectFrom('watch_log').selectAll().orderBy('at_ms', 'desc').orderBy('log_id', 'desc');
  }

  #line(kind: string, stationId: string | null, by: Signer, detail: Record<string, unknown>) {
    const actor: JournalActor = { kind: 'person', username: by.username, displayName: by.displayName };
    return { occurredAtMs: this.#clock.nowMs(), kind, stationId, alarmId: null, occurrenceId: null, actor, detail };
  }
}

function entryView(row: WatchLogTable): LogEntryView {
  return {
    id: row.log_id,
    atMs: row.at_ms,
    consoleId: row.console_id,
    username: row.username,
    displayName: row.display_name,
    stationId: row.station_id,
    text: row.text,
    isOpen: row.is_open === 1,
    closedAtMs: row.closed_at_ms,
    closedBy: row.closed_by,
  };
}
