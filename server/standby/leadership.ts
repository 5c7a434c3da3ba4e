// Which of several servers on one PostgreSQL is in charge: a lease by the database's clock, and a fence that every transaction passes. Rules in RULES.md (SB1 to SB7).
import { Kysely, sql, type Transaction } from 'kysely';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { Schema } from '../journal/database.ts';
import { NotInChargeError } from '../journal/database-away.ts';
import type { Fence } from '../journal/ledger.ts';
import { createPostgresDialect, isAnswerOfDatabase, schemaOf } from '../journal/postgres/postgres-dialect.ts';

const leaseMs = 4_000;
/** A large plant holds the process up for seconds while it starts: nobody else is to begin the same meanwhile, and lose it for the same reason. */
const startingLeaseMs = 20_000;
const renewEveryMs = 1_000;
const lookEveryMs = 500;
const settleEveryMs = 500;

export interface LeaseSchema {
  server_lease: { id: number; epoch: number; address: string; until_ms: number };
  server_fence: { id: number; epoch: number; last_commit: string };
}

const databaseNowMs = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::double precision`;

export interface LeadershipLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export class Leadership {
  readonly #database: Kysely<LeaseSchema>;
  readonly #address: string;
  readonly #clock: Clock;
  readonly #log: LeadershipLog;
  #isClosed = false;
  /** When a look was last answered. */
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  private constructor(database: Kysely<LeaseSchema>, address: string, clock: Clock, log: LeadershipLog) {
    this.#database = database;
    this.#address = address;
    this.#clock = clock;
    this.#log = log;
  }

  /** `address` is where the other servers reach this one: `http://10.0.0.5:8080`. Throws where the database cannot be reached. */
  static async open(options: {
    readonly journalUrl: string;
    readonly address: string;
    readonly clock: Clock;
    readonly log: LeadershipLog;
  }): Promise<Leadership> {
    const { journalUrl, address, clock, log } = options;
    const schema = schemaOf(journalUrl);
    const database = new Kysely<LeaseSchema>({ dialect: createPostgresDialect(journalUrl) });
    // Of servers that start at once the second waits and finds it there: IF NOT EXISTS alone does not see what another is making.
    await database.transaction().execute(async (transaction) => {
      await sql`SELECT pg_advisory_xact_lock(hashtext(${`gatewatch ${schema}`}))`.execute(transaction);
      await sql`CREATE SCHEMA IF NOT EXISTS ${sql.id(schema)}`.execute(transaction);
      await sql`CREATE TABLE IF NOT EXISTS server_lease (id integer PRIMARY KEY, epoch bigint NOT NULL, address text NOT NULL, until_ms double precision NOT NULL)`.execute(
        transaction,
      );
      await sql`CREATE TABLE IF NOT EXISTS server_fence (id integer PRIMARY KEY, epoch bigint NOT NULL, last_commit text NOT NULL)`.execute(
        transaction,
      );
      await sql`INSERT INTO server_lease VALUES (1, 0, '', 0) ON CONFLICT DO NOTHING`.execute(transaction);
      await sql`INSERT INTO server_fence VALUES (1, 0, '') ON CONFLICT DO NOTHING`.execute(transaction);
    });
    return Leadership.over({ database, address, clock, log });
  }

  /** Over a database that has the tables of the lease already. */
  static over(options: {
    readonly database: Kysely<LeaseSchema>;
    readonly address: string;
    readonly clock: Clock;
    readonly log: LeadershipLog;
  }): Leadership {
    return new Leadership(options.database, options.address, options.clock, options.log);
  }

  /** One look: the lease where it was free, else where the server in charge is. */
  async tryTake(): Promise<{ readonly kind: 'taken'; readonly term: Term } | { readonly kind: 'held'; readonly address: string }> {
    const sinceMs = this.#clock.monotonicMs();
    const epoch = await this.#database.transaction().execute(async (transaction) => {
      const lease = await sql<{ epoch: number; address: string; is_free: boolean }>`
        SELECT epoch, address, until_ms < ${databaseNowMs} AS is_free FROM server_lease WHERE id = 1 FOR UPDATE`.execute(transaction);
      const [row] = lease.rows;
      if (row === undefined || !row.is_free) return row?.address ?? '';
      const next = row.epoch + 1;
      await transaction
        .updateTable('server_lease')
        .set({ epoch: next, address: this.#address, until_ms: sql`${databaseNowMs} + ${startingLeaseMs}` })
        .where('id', '=', 1)
        .execute();
      // Waits for a transaction of the one before that is still under way: it ends before the first of this one begins.
      await transaction.updateTable('server_fence').set({ epoch: next }).where('id', '=', 1).execute();
      return next;
    });
    if (typeof epoch === 'string') return { kind: 'held', address: epoch };
    this.#log.info({ epoch }, 'this server is in charge');
    return { kind: 'taken', term: new Term({ database: this.#database, epoch, clock: this.#clock, log: this.#log, renewedAtMs: sinceMs }) };
  }

  /** Looks until the lease is taken; `onHeld` hears where the server in charge is, each time that changes ('' while nobody is known). Null when closed meanwhile. */
  async untilInCharge(onHeld: (address: string) => Promise<void> | void): Promise<Term | null> {
    let told: string | null = null;
    let isDatabaseAway = false;
    while (!this.#isClosed) {
      try {
        const look = await this.tryTake();
        isDatabaseAway = false;
        this.#lookedAtMs = this.#clock.monotonicMs();
        if (look.kind === 'taken') {
          if (!this.#isClosed) return look.term;
          await look.term.giveBack();
          return null;
        }
        if (look.address !== told) await onHeld(look.address);
        told = look.address;
      } catch (error) {
        if (!isDatabaseAway) this.#log.warn({ err: error }, 'the journal database does not answer; looking again');
        isDatabaseAway = true;
      }
      await new Promise<void>((resolve) => this.#clock.after(lookEveryMs, resolve));
    }
    return null;
  }

  /** Whether the database has answered a look within the length of a lease. */
  isDatabaseThere(): boolean {
    return this.#clock.monotonicMs() - this.#lookedAtMs <= leaseMs;
  }

  stopLooking(): void {
    this.#isClosed = true;
  }

  async close(): Promise<void> {
    this.stopLooking();
    await this.#database.destroy();
  }
}

/** The time in which this server is in charge. */
export class Term implements Fence {
  readonly epoch: number;
  /** Resolves when this server is in charge no longer, with the reason. */
  readonly over: Promise<string>;
  readonly #database: Kysely<LeaseSchema>;
  readonly #clock: Clock;
  readonly #log: LeadershipLog;
  #renewedAtMs: number;
  #leaseMs = startingLeaseMs;
  #timer: TimerHandle | null = null;
  #isOver = false;
  #end: (reason: string) => void = () => undefined;

  constructor(options: {
    readonly database: Kysely<LeaseSchema>;
    readonly epoch: number;
    readonly clock: Clock;
    readonly log: LeadershipLog;
    readonly renewedAtMs: number;
  }) {
    this.epoch = options.epoch;
    this.#database = options.database;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#renewedAtMs = options.renewedAtMs;
    this.over = new Promise((resolve) => {
      this.#end = (reason) => {
        if (this.#isOver) return;
        this.#isOver = true;
        this.#timer?.cancel();
        resolve(reason);
      };
    });
    this.#later();
  }

  /** It is ready: from the next renewal on its lease is short, so that another takes over soon when it dies. */
  started(): void {
    this.#leaseMs = leaseMs;
  }

  /** [SB3] First in each transaction. Throws NotInChargeError. Its row stays locked until the transaction has ended. */
  async enter(transaction: Transaction<Schema>, key: string): Promise<void> {
    if (this.#isOver) throw new NotInChargeError();
    const result = await sql`UPDATE server_fence SET last_commit = ${key} WHERE id = 1 AND epoch = ${this.epoch}`.execute(transaction);
    if (result.numAffectedRows === 1n) return;
    this.#end('another server is in charge');
    throw new NotInChargeError();
  }

  /** [SB5] Whether the commit whose answer was lost is there. Waits for the database, and for the end of that transaction; rejects when the term is over first. */
  isCommitted(key: string): Promise<boolean> {
    const overBefore = this.over.then((): never => {
      throw new NotInChargeError();
    });
    return Promise.race([this.#askForCommit(key), overBefore]);
  }

  async #askForCommit(key: string): Promise<boolean> {
    for (;;) {
      try {
        return await this.#database.transaction().execute(async (transaction) => {
          const { rows } = await sql<{ last_commit: string }>`SELECT last_commit FROM server_fence WHERE id = 1 FOR UPDATE`.execute(
            transaction,
          );
          return rows[0]?.last_commit === key;
        });
      } catch (error) {
        if (this.#isOver) return false;
        this.#log.warn({ err: error }, 'whether the last commit is in the journal is not known yet; asking again');
      }
      await new Promise<void>((resolve) => this.#clock.after(settleEveryMs, resolve));
    }
  }

  isAnswer(error: unknown): boolean {
    return error instanceof NotInChargeError || isAnswerOfDatabase(error);
  }

  /** [SB6] */
  async giveBack(): Promise<void> {
    this.#end('given back');
    await this.#database.updateTable('server_lease').set({ until_ms: 0 }).where('id', '=', 1).where('epoch', '=', this.epoch).execute();
  }

  #later(): void {
    this.#timer = this.#clock.after(renewEveryMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const sinceMs = this.#clock.monotonicMs();
    const lengthMs = this.#leaseMs;
    // [SB4] The answer may never come.
    const deadline = this.#clock.after(Math.max(0, this.#renewedAtMs + lengthMs - sinceMs), () =>
      this.#end('the lease could not be renewed'),
    );
    try {
      const result = await this.#database
        .updateTable('server_lease')
        .set({ until_ms: sql`${databaseNowMs} + ${lengthMs}` })
        .where('id', '=', 1)
        .where('epoch', '=', this.epoch)
        .executeTakeFirst();
      if (result.numUpdatedRows !== 1n) return this.#end('another server is in charge');
      this.#renewedAtMs = sinceMs;
    } catch (error) {
      if (this.#isOver) return;
      if (this.#clock.monotonicMs() - this.#renewedAtMs > lengthMs) return this.#end('the lease could not be renewed');
      this.#log.warn({ err: error }, 'the lease could not be renewed; trying again');
    } finally {
      deadline.cancel();
    }
    if (!this.#isOver) this.#later();
  }
}
