// Watches at the consoles on disk: taken, handed over, taken over, ended; each with its line in the journal. RULES.md: DU16, DU17, DU18.
import { createHash, randomUUIDv7 } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { DutyPlan } from '../../domain/duty/duty-plan.ts';
import { type HandoverDocument, handoverDocumentSchema } from '../../domain/duty/handover.ts';
import { canonicalJson } from '../../domain/journal/canonical-json.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Schema } from '../journal/database.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { HandoverTable, WatchTable } from './duty-tables.ts';

export interface Watch {
  readonly id: string;
  readonly consoleId: string;
  readonly username: string;
  readonly displayName: string;
  readonly startedAtMs: number;
  readonly handoverId: string | null;
  readonly withoutHandoverReason: string | null;
  readonly endedAtMs: number | null;
  readonly nextCheckAtMs: number | null;
}

export interface Signer {
  readonly username: string;
  readonly displayName: string;
}

export interface StoredHandover {
  readonly id: string;
  readonly sha256: string;
  readonly document: HandoverDocument;
}

export type WatchResult =
  | { readonly kind: 'done'; readonly watch: Watch }
  /** Somebody has the console. */
  | { readonly kind: 'held'; readonly watch: Watch }
  /** There is no such watch any more. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'notYours'; readonly watch: Watch };

export type HandoverResult =
  | Exclude<WatchResult, { kind: 'done' | 'held' }>
  | { readonly kind: 'signed'; readonly handover: StoredHandover; readonly watch: Watch };

export class WatchStore {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #checks: DutyPlan['watchChecks'];
  readonly #random: () => number;

  /** `random`: 0 to 1, decides when checks come. */
  constructor(ledger: Ledger, clock: Clock, checks: DutyPlan['watchChecks'], random: () => number) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#checks = checks;
    this.#random = random;
  }

  /** When a check comes next after one that comes now. DU19. */
  nextCheckAtMs(): number {
    const { atLeastMs, atMostMs } = this.#checks;
    return this.#clock.nowMs() + Math.round(atLeastMs + this.#random() * (atMostMs - atLeastMs));
  }

  async open(): Promise<Watch[]> {
    const rows = await this.#ledger.database
      .selectFrom('watch')
      .selectAll()
      .where('ended_at_ms', 'is', null)
      .orderBy('started_at_ms')
      .execute();
    return rows.map(watchOf);
  }

  async find(id: string): Promise<Watch | null> {
    const row = await this.#ledger.database.selectFrom('watch').selectAll().where('watch_id', '=', id).executeTakeFirst();
    return row === undefined ? null : watchOf(row);
  }

  /** When the console was last left; null where nobody ever had it. */
  async lastEndMs(consoleId: string): Promise<number | null> {
    const row = await this.#ledger.database
      .selectFrom('watch')
      .select('ended_at_ms')
      .where('console_id', '=', consoleId)
      .orderBy('started_at_ms', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.ended_at_ms ?? null;
  }

  /** `reason`: takes the console although somebody has it. */
  take(consoleId: string, by: Signer, reason: string | null): Promise<WatchResult & { readonly relieved?: Watch }> {
    return this.#ledger.exclusively(async (commit) => {
      const open = await this.open();
      const held = open.find((watch) => watch.consoleId === consoleId);
      if (held !== undefined && (reason === null || held.username === by.username)) return { kind: 'held', watch: held };
      const nowMs = this.#clock.nowMs();
      const row = this.#newWatch(consoleId, by, nowMs, open);
      if (held !== undefined) row.without_handover_reason = reason;
      const entries: NewJournalEntry[] = [];
      if (held !== undefined)
        entries.push(
          line(nowMs, 'watch.takenOver', by, {
            watchId: held.id,
            consoleId,
            fromUsername: held.username,
            reason,
            startedAtMs: held.startedAtMs,
          }),
        );
      entries.push(line(nowMs, 'watch.take', by, { watchId: row.watch_id, consoleId }));
      await commit(entries, async (transaction) => {
        if (held !== undefined)
          await transaction
            .updateTable('watch')
            .set({ ended_at_ms: nowMs, end_kind: 'takenOver', end_reason: reason, next_check_at_ms: null })
            .where('watch_id', '=', held.id)
            .execute();
        await transaction.insertInto('watch').values(row).execute();
      });
      return { kind: 'done', watch: watchOf(row), ...(held === undefined ? {} : { relieved: held }) };
    });
  }

  end(id: string, by: Signer, reason: string): Promise<WatchResult> {
    return this.#ledger.exclusively(async (commit): Promise<WatchResult> => {
      const watch = (await this.open()).find((candidate) => candidate.id === id);
      if (watch === undefined) return { kind: 'ended' };
      if (watch.username !== by.username) return { kind: 'notYours', watch };
      const nowMs = this.#clock.nowMs();
      const detail = { watchId: id, consoleId: watch.consoleId, reason, startedAtMs: watch.startedAtMs };
      await commit([line(nowMs, 'watch.end', by, detail)], async (transaction) => {
        await transaction
          .updateTable('watch')
          .set({ ended_at_ms: nowMs, end_kind: 'left', end_reason: reason, next_check_at_ms: null })
          .where('watch_id', '=', id)
          .execute();
      });
      return { kind: 'done', watch: { ...watch, endedAtMs: nowMs } };
    });
  }

  /** `compose` makes the document in the moment of signing: nothing that the ledger commits comes between it and the signature. */
  handOver(
    id: string,
    from: Signer,
    to: Signer,
    compose: (watch: Watch, signedAtMs: number) => Promise<HandoverDocument>,
  ): Promise<HandoverResult> {
    return this.#ledger.exclusively(async (commit): Promise<HandoverResult> => {
      const open = await this.open();
      const watch = open.find((candidate) => candidate.id === id);
      if (watch === undefined) return { kind: 'ended' };
      if (watch.username !== from.username) return { kind: 'notYours', watch };
      const nowMs = this.#clock.nowMs();
      const handoverId = randomUUIDv7();
      const document = canonicalJson(await compose(watch, nowMs));
      const sha256 = createHash('sha256').update(document).digest('hex');
      const next = { ...this.#newWatch(watch.consoleId, to, nowMs, open), handover_id: handoverId };
      const detail = {
        handoverId,
        consoleId: watch.consoleId,
        fromUsername: from.username,
        toUsername: to.username,
        watchId: watch.id,
        nextWatchId: next.watch_id,
        startedAtMs: watch.startedAtMs,
        sha256,
      };
      await commit([line(nowMs, 'watch.handover', from, detail)], async (transaction) => {
        await transaction
          .insertInto('handover')
          .values({
            handover_id: handoverId,
            console_id: watch.consoleId,
            from_username: from.username,
            to_username: to.username,
            signed_at_ms: nowMs,
            document,
          })
          .execute();
        await transaction
          .updateTable('watch')
          .set({ ended_at_ms: nowMs, end_kind: 'handover', end_reason: null, next_check_at_ms: null })
          .where('watch_id', '=', watch.id)
          .execute();
        await transaction.insertInto('watch').values(next).execute();
      });
      return { kind: 'signed', watch: watchOf(next), handover: handoverOf({ handover_id: handoverId, document }) };
    });
  }

  async handovers(limit: number): Promise<Omit<HandoverTable, 'document'>[]> {
    return await this.#ledger.database
      .selectFrom('handover')
      .select(['handover_id', 'console_id', 'from_username', 'to_username', 'signed_at_ms'])
      .orderBy('signed_at_ms', 'desc')
      .limit(limit)
      .execute();
  }

  async handover(id: string): Promise<StoredHandover | null> {
    const row = await this.#ledger.database.selectFrom('handover').selectAll().where('handover_id', '=', id).executeTakeFirst();
    return row === undefined ? null : handoverOf(row);
  }

  /** For who writes check rows: moves the next check of all watches of a person, in his own commit. */
  async moveNextCheck(transaction: Transaction<Schema>, username: string, atMs: number): Promise<void> {
    await transaction
      .updateTable('watch')
      .set({ next_check_at_ms: atMs })
      .where('username', '=', username)
      .where('ended_at_ms', 'is', null)
      .execute();
  }

  #newWatch(consoleId: string, by: Signer, nowMs: number, open: readonly Watch[]): WatchTable {
    return {
      watch_id: randomUUIDv7(),
      console_id: consoleId,
      username: by.username,
      display_name: by.displayName,
      started_at_ms: nowMs,
      handover_id: null,
      without_handover_reason: null,
      ended_at_ms: null,
      end_kind: null,
      end_reason: null,
      // One rhythm for all consoles of a person.
      next_check_at_ms: open.find((watch) => watch.username === by.username)?.nextCheckAtMs ?? this.nextCheckAtMs(),
    };
  }
}

function watchOf(row: WatchTable): Watch {
  return {
    id: row.watch_id,
    consoleId: row.console_id,
    username: row.username,
    displayName: row.display_name,
    startedAtMs: row.started_at_ms,
    handoverId: row.handover_id,
    withoutHandoverReason: row.without_handover_reason,
    endedAtMs: row.ended_at_ms,
    nextCheckAtMs: row.next_check_at_ms,
  };
}

function handoverOf(row: Pick<HandoverTable, 'handover_id' | 'document'>): StoredHandover {
  return {
    id: row.handover_id,
    sha256: createHash('sha256').update(row.document).digest('hex'),
    document: handoverDocumentSchema.parse(JSON.parse(row.document)),
  };
}

function line(occurredAtMs: number, kind: string, by: Signer, detail: Readonly<Record<string, unknown>>): NewJournalEntry {
  const actor: JournalActor = { kind: 'person', username: by.username, displayName: by.displayName };
  return { occurredAtMs, kind, stationId: null, alarmId: null, occurrenceId: null, actor, detail };
}
