// The journal: what happened, append-only, each line's hash over its content and the hash before, so that a changed, dropped or reordered line shows.
import { createHash } from 'node:crypto';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { canonicalJson } from '../../domain/journal/canonical-json.ts';
import type { JournalActor, JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { JournalTable, Schema } from './database.ts';

export type NewJournalEntry = Omit<JournalEntry, 'sequence' | 'recordedAtMs' | 'previousHash' | 'hash'>;

export const firstHash = '0'.repeat(64);

export interface JournalQuery {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly stationIds?: readonly string[] | undefined;
  readonly alarmId?: string | undefined;
  readonly beforeSequence?: number | undefined;
  readonly limit: number;
}

export class Journal {
  #sequence = 0;
  #headHash = firstHash;

  static async open(database: Kysely<Schema>): Promise<Journal> {
    const journal = new Journal();
    const head = await database.selectFrom('journal').select(['sequence', 'hash']).orderBy('sequence', 'desc').limit(1).executeTakeFirst();
    if (head !== undefined) {
      journal.#sequence = head.sequence;
      journal.#headHash = head.hash;
    }
    return journal;
  }

  get length(): number {
    return this.#sequence;
  }

  get headHash(): string {
    return this.#headHash;
  }

  /** Appends within the caller's transaction. Call `committed` after the transaction has: until then the head has not moved. */
  async append(
    transaction: Transaction<Schema>,
    entries: readonly NewJournalEntry[],
    recordedAtMs: number,
  ): Promise<{ readonly entries: readonly JournalEntry[]; committed(): void }> {
    let sequence = this.#sequence;
    let previousHash = this.#headHash;
    const full = entries.map((entry): JournalEntry => {
      sequence += 1;
      const content = { ...entry, sequence, recordedAtMs, previousHash };
      const hash = hashOf(content);
      previousHash = hash;
      return { ...content, hash };
    });
    // SQLite allows 32,766 parameters a statement; eleven columns a row.
    for (let start = 0; start < full.length; start += 1_000) {
      await transaction
        .insertInto('journal')
        .values(full.slice(start, start + 1_000).map(toRow))
        .execute();
    }
    return {
      entries: full,
      committed: () => {
        this.#sequence = sequence;
        this.#headHash = previousHash;
      },
    };
  }
}

export async function readJournal(database: Kysely<Schema>, query: JournalQuery): Promise<readonly JournalEntry[]> {
  let select = database.selectFrom('journal').selectAll().orderBy('sequence', 'desc').limit(query.limit);
  if (query.fromMs !== undefined) select = select.where('recorded_at_ms', '>=', query.fromMs);
  if (query.toMs !== undefined) select = select.where('recorded_at_ms', '<', query.toMs);
  if (query.alarmId !== undefined) select = select.where('alarm_id', '=', query.alarmId);
  if (query.beforeSequence !== undefined) select = select.where('sequence', '<', query.beforeSequence);
  if (query.stationIds !== undefined)
    select = select.where('station_id', 'in', query.stationIds.length === 0 ? [''] : [...query.stationIds]);
  return (await select.execute()).map(fromRow);
}

/** In order, oldest first: for those who follow the journal. */
export async function readJournalAfter(
  database: Kysely<Schema>,
  query: {
    readonly afterSequence: number;
    readonly throughSequence: number;
    readonly stationIds?: readonly string[] | undefined;
    readonly kinds?: readonly string[] | undefined;
    readonly limit: number;
  },
): Promise<readonly JournalEntry[]> {
  let select = database
    .selectFrom('journal')
    .selectAll()
    .where('sequence', '>', query.afterSequence)
    .where('sequence', '<=', query.throughSequence)
    .orderBy('sequence')
    .limit(query.limit);
  if (query.kinds !== undefined) select = select.where('kind', 'in', [...query.kinds]);
  if (query.stationIds !== undefined)
    select = select.where('station_id', 'in', query.stationIds.length === 0 ? [''] : [...query.stationIds]);
  return (await select.execute()).map(fromRow);
}

export type ChainVerdict =
  | { readonly kind: 'intact'; readonly entries: number; readonly headHash: string }
  | { readonly kind: 'broken'; readonly sequence: number; readonly reason: string };

/** Small pages, and a turn for everybody else between two of them: a long journal must not hold up an alarm. */
const verifiedAtOnce = 500;

/** Walks the whole chain and names the first line that does not hold. Null where it was stopped on the way. */
export async function verifyChain(database: Kysely<Schema>, isStopped: () => boolean = () => false): Promise<ChainVerdict | null> {
  let previousHash = firstHash;
  let sequence = 0;
  for (;;) {
    const rows = await database
      .selectFrom('journal')
      .selectAll()
      .where('sequence', '>', sequence)
      .orderBy('sequence')
      .limit(verifiedAtOnce)
      .execute();
    if (isStopped()) return null;
    await turnOfOthers();
    if (rows.length === 0) return { kind: 'intact', entries: sequence, headHash: previousHash };
    for (const row of rows) {
      if (row.sequence !== sequence + 1) return { kind: 'broken', sequence: sequence + 1, reason: 'this line is missing' };
      const { hash, ...content } = fromRow(row);
      if (content.previousHash !== previousHash)
        return { kind: 'broken', sequence: row.sequence, reason: 'it does not follow the line before' };
      if (hashOf(content) !== hash) return { kind: 'broken', sequence: row.sequence, reason: 'its content was changed' };
      sequence = row.sequence;
      previousHash = hash;
    }
  }
}

function hashOf(content: Omit<JournalEntry, 'hash'>): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

function toRow(entry: JournalEntry): JournalTable {
  return {
    sequence: entry.sequence,
    recorded_at_ms: entry.recordedAtMs,
    occurred_at_ms: entry.occurredAtMs,
    kind: entry.kind,
    station_id: entry.stationId,
    alarm_id: entry.alarmId,
    occurrence_id: entry.occurrenceId,
    actor: canonicalJson(entry.actor),
    detail: canonicalJson(entry.detail),
    previous_hash: entry.previousHash,
    hash: entry.hash,
  };
}

export function fromRow(row: JournalTable): JournalEntry {
  return {
    sequence: row.sequence,
    recordedAtMs: row.recorded_at_ms,
    occurredAtMs: row.occurred_at_ms,
    kind: row.kind,
    stationId: row.station_id,
    alarmId: row.alarm_id,
    occurrenceId: row.occurrence_id,
    actor: JSON.parse(row.actor) as JournalActor,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
