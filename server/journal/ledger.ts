// The one writer of the server's database. Work that decides on what is committed runs alone; rows and journal lines go in one transaction,
// so a fact and its line in the journal are there together or not at all. Listeners hear of lines only after the commit.
import { randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Schema } from './database.ts';
import { CommitUnknownError } from './database-away.ts';
import type { Journal, NewJournalEntry } from './journal.ts';

export type DatabaseWrite = (transaction: Transaction<Schema>) => Promise<void>;

/** Appends `entries` and runs `write` in the same transaction. Resolves after the commit with the numbered lines. */
export type Commit = (entries: readonly NewJournalEntry[], write?: DatabaseWrite) => Promise<readonly JournalEntry[]>;

/** Where several servers share a database: what each transaction passes first, and how a commit is settled whose answer was lost. */
export interface Fence {
  /** First in the transaction. Throws where this server may not write. */
  enter(transaction: Transaction<Schema>, key: string): Promise<void>;
  /** The database has said no, and nothing was written. False where its answer was lost. */
  isAnswer(error: unknown): boolean;
  isCommitted(key: string): Promise<boolean>;
}

export class Ledger {
  readonly database: Kysely<Schema>;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #listeners = new Set<(entries: readonly JournalEntry[]) => void>();
  readonly #fence: Fence | null;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(database: Kysely<Schema>, journal: Journal, clock: Clock, fence: Fence | null = null) {
    this.database = database;
    this.#journal = journal;
    this.#clock = clock;
    this.#fence = fence;
  }

  /**
   * Runs `work` when everything before it has settled: what it reads cannot change until it returns.
   * Never call the ledger from inside `work`: use the `commit` that it is given.
   */
  exclusively<T>(work: (commit: Commit) => Promise<T>): Promise<T> {
    const result = this.#tail.then(() => work(this.#commit));
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** [SB8] Inside `exclusively`, for an answer that writes nothing and that others go on from: throws where another server may be in charge by now. */
  async confirmCharge(commit: Commit): Promise<void> {
    if (this.#fence !== null) await commit([]);
  }

  /** Lines, and rows that depend on nothing read before. */
  commit(entries: readonly NewJournalEntry[], write?: DatabaseWrite): Promise<readonly JournalEntry[]> {
    return this.exclusively((commit) => commit(entries, write));
  }

  /** One line without rows: sign-in, refusal, start. */
  async note(entry: NewJournalEntry): Promise<void> {
    await this.commit([entry]);
  }

  /** Told after the commit, in order. A listener must not throw and must not wait. */
  onAppended(listener: (entries: readonly JournalEntry[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  readonly #commit: Commit = async (entries, write) => {
    const key = randomUUID();
    const tries: Awaited<ReturnType<Journal['append']>>[] = [];
    try {
      await this.database.transaction().execute(async (transaction) => {
        await this.#fence?.enter(transaction, key);
        tries.push(await this.#journal.append(transaction, entries, this.#clock.nowMs()));
        await write?.(transaction);
      });
    } catch (error) {
      if (this.#fence === null || this.#fence.isAnswer(error)) throw error;
      const isCommitted = await this.#fence.isCommitted(key).catch(() => {
        throw new CommitUnknownError(error);
      });
      if (!isCommitted) throw error;
    }
    for (const appended of tries) {
      appended.committed();
      if (appended.entries.length > 0) for (const listener of this.#listeners) listener(appended.entries);
    }
    return tries.flatMap((appended) => appended.entries);
  };
}
