// The roster on disk: entries added, changed, removed, copied and rotated, each change with its line in the journal. Rules of planning are in `domain/duty/`.
import { randomUUIDv7 } from 'node:crypto';
import type { RosterEntry } from '../../domain/duty/roster.ts';
import type { NewRosterEntry } from '../../domain/duty/rotation.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import { addDays, daysBetween } from '../../domain/time/calendar-date.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Database } from '../journal/database.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { RosterEntryTable } from './duty-tables.ts';

export interface StoredRosterEntry extends RosterEntry {
  readonly version: number;
  readonly updatedBy: string;
  readonly updatedAtMs: number;
}

export type RosterResult =
  | { readonly kind: 'done'; readonly entry: StoredRosterEntry }
  /** Null: it has been removed. */
  | { readonly kind: 'conflict'; readonly entry: StoredRosterEntry | null }
  | { readonly kind: 'unknown' };

export interface Filled {
  readonly added: number;
  readonly removed: number;
  readonly kept: number;
}

export class RosterStore {
  readonly #ledger: Ledger;
  readonly #clock: Clock;

  constructor(ledger: Ledger, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** Entries of the days from `from` to `to`, both included, by date. */
  between(from: string, to: string): Promise<StoredRosterEntry[]> {
    return rosterBetween(this.#ledger.database, from, to);
  }

  add(entry: NewRosterEntry, by: JournalActor): Promise<StoredRosterEntry> {
    return this.#ledger.exclusively(async (commit) => {
      const row = this.#row(entry, by);
      await commit([this.#line('roster.add', by, detailOf(row))], async (transaction) => {
        await transaction.insertInto('roster_entry').values(row).execute();
      });
      return storedEntry(row);
    });
  }

  change(id: string, version: number, entry: NewRosterEntry, by: JournalActor): Promise<RosterResult> {
    return this.#ledger.exclusively(async (commit): Promise<RosterResult> => {
      const before = await this.#find(id);
      if (before === null) return { kind: 'unknown' };
      if (before.version !== version) return { kind: 'conflict', entry: storedEntry(before) };
      const row = { ...this.#row(entry, by), entry_id: id, version: version + 1 };
      await commit([this.#line('roster.change', by, { ...detailOf(row), before: detailOf(before) })], async (transaction) => {
        const { entry_id: _key, ...values } = row;
        await transaction.updateTable('roster_entry').set(values).where('entry_id', '=', id).execute();
      });
      return { kind: 'done', entry: storedEntry(row) };
    });
  }

  remove(id: string, version: number, by: JournalActor): Promise<RosterResult> {
    return this.#ledger.exclusively(async (commit): Promise<RosterResult> => {
      const before = await this.#find(id);
      if (before === null) return { kind: 'unknown' };
      if (before.version !== version) return { kind: 'conflict', entry: storedEntry(before) };
      await commit([this.#line('roster.remove', by, detailOf(before))], async (transaction) => {
        await transaction.deleteFrom('roster_entry').where('entry_id', '=', id).execute();
      });
      return { kind: 'done', entry: storedEntry(before) };
    });
  }

  /** Both dates are Mondays. */
  async copyWeek(from: string, to: string, onExisting: 'keep' | 'replace', by: JournalActor): Promise<Filled> {
    const shiftDays = daysBetween(from, to);
    return this.#fill(
      { from: to, to: addDays(to, 6) },
      async () =>
        (await this.between(from, addDays(from, 6))).map(({ date, shiftId, username, positionId, stationIds, areaIds }) => ({
          date: addDays(date, shiftDays),
          shiftId,
          username,
          positionId,
          stationIds,
          areaIds,
        })),
      onExisting,
      by,
      { kind: 'roster.copyWeek', detail: { fromWeek: from, toWeek: to } },
    );
  }

  fillFromRotation(
    entries: readonly NewRosterEntry[],
    range: { readonly from: string; readonly to: string },
    onExisting: 'keep' | 'replace',
    by: JournalActor,
    rotationId: string,
  ): Promise<Filled> {
    return this.#fill(range, async () => entries, onExisting, by, {
      kind: 'roster.rotate',
      detail: { rotationId, fromDate: range.from, toDate: range.to },
    });
  }

  /** One transaction and one line for all; the line lists what was added and what was removed, so that the journal alone rebuilds the roster. */
  #fill(
    range: { readonly from: string; readonly to: string },
    make: () => Promise<readonly NewRosterEntry[]>,
    onExisting: 'keep' | 'replace',
    by: JournalActor,
    line: { readonly kind: string; readonly detail: Readonly<Record<string, unknown>> },
  ): Promise<Filled> {
    return this.#ledger.exclusively(async (commit) => {
      const wanted = await make();
      const existing = await this.between(range.from, range.to);
      const removed = onExisting === 'replace' ? existing : [];
      const standing = new Set(onExisting === 'replace' ? [] : existing.map(sameness));
      const rows = wanted.filter((entry) => !standing.has(sameness(entry))).map((entry) => this.#row(entry, by));
      const filled: Filled = { added: rows.length, removed: removed.length, kept: wanted.length - rows.length };
      if (rows.length === 0 && removed.length === 0) return filled;
      const detail = {
        ...line.detail,
        onExisting,
        ...filled,
        entries: rows.map(detailOf),
        removedIds: removed.map((entry) => entry.id),
        removedEntries: removed.map(entryDetail),
      };
      await commit([this.#line(line.kind, by, detail)], async (transaction) => {
        if (removed.length > 0)
          await transaction.deleteFrom('roster_entry').where('date', '>=', range.from).where('date', '<=', range.to).execute();
        for (let start = 0; start < rows.length; start += 1_000)
          await transaction
            .insertInto('roster_entry')
            .values(rows.slice(start, start + 1_000))
            .execute();
      });
      return filled;
    });
  }

  async #find(id: string): Promise<RosterEntryTable | null> {
    const row = await this.#ledger.database.selectFrom('roster_entry').selectAll().where('entry_id', '=', id).executeTakeFirst();
    return row ?? null;
  }

  #row(entry: NewRosterEntry, by: JournalActor): RosterEntryTable {
    return {
      entry_id: randomUUIDv7(),
      date: entry.date,
      shift_id: entry.shiftId,
      username: entry.username,
      position_id: entry.positionId,
      station_ids: entry.stationIds === null ? null : JSON.stringify(entry.stationIds),
      area_ids: entry.areaIds === null ? null : JSON.stringify(entry.areaIds),
      version: 1,
      updated_at_ms: this.#clock.nowMs(),
      updated_by: by.kind === 'person' ? by.username : by.part,
    };
  }

  #line(kind: string, actor: JournalActor, detail: Record<string, unknown>): NewJournalEntry {
    return { occurredAtMs: this.#clock.nowMs(), kind, stationId: null, alarmId: null, occurrenceId: null, actor, detail };
  }
}

export async function rosterBetween(database: Database, from: string, to: string): Promise<StoredRosterEntry[]> {
  const rows = await database
    .selectFrom('roster_entry')
    .selectAll()
    .where('date', '>=', from)
    .where('date', '<=', to)
    .orderBy('date')
    .orderBy('shift_id')
    .orderBy('position_id')
    .orderBy('username')
    .orderBy('entry_id')
    .execute();
  return rows.map(storedEntry);
}

/** The same person in the same place: copying twice adds nothing. */
function sameness(entry: NewRosterEntry): string {
  return [entry.date, entry.shiftId, entry.username, entry.positionId].join('/');
}

function storedEntry(row: RosterEntryTable): StoredRosterEntry {
  return {
    id: row.entry_id,
    date: row.date,
    shiftId: row.shift_id,
    username: row.username,
    positionId: row.position_id,
    stationIds: row.station_ids === null ? null : (JSON.parse(row.station_ids) as string[]),
    areaIds: row.area_ids === null ? null : (JSON.parse(row.area_ids) as string[]),
    version: row.version,
    updatedBy: row.updated_by,
    updatedAtMs: row.updated_at_ms,
  };
}

function entryDetail({ id, date, shiftId, username, positionId, stationIds, areaIds }: StoredRosterEntry): Record<string, unknown> {
  return { id, date, shiftId, username, positionId, stationIds, areaIds };
}

function detailOf(row: RosterEntryTable): Record<string, unknown> {
  return {
    id: row.entry_id,
    date: row.date,
    shiftId: row.shift_id,
    username: row.username,
    positionId: row.position_id,
    stationIds: row.station_ids === null ? null : JSON.parse(row.station_ids),
    areaIds: row.area_ids === null ? null : JSON.parse(row.area_ids),
  };
}
