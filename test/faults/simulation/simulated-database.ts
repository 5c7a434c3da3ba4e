// The database that the servers of a simulation share: a real SQLite file behind what a PostgreSQL elsewhere does to those who use it. It refuses a statement,
// loses the answer of a commit, is cut off, gives up a transaction whose owner is silent; a server may die or freeze in the middle of one. One transaction at a
// time, which is what the fence's row makes of those that write.
import { copyFileSync, rmSync } from 'node:fs';
import { CompiledQuery, type DatabaseConnection, type Dialect, type Driver, Kysely, type QueryResult } from 'kysely';
import pg from 'pg';
import type { Clock } from '../../../domain/time/clock.ts';
import { createSqliteDialect } from '../../../server/journal/sqlite/sqlite-dialect.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** As in `postgres-dialect.ts`. */
const idleInTransactionMs = 5_000;

/** The database has it or not: its answer never came. */
class ConnectionLost extends Error {
  readonly code = 'ECONNRESET';
}

export type DatabaseFault =
  /** The n-th statement from now on is refused, and not done. */
  | { readonly kind: 'refuse'; readonly statement: number }
  /** The next commit is done, and its answer is lost. */
  | { readonly kind: 'loseAnswer' }
  /** Before the n-th statement from now on its server dies. */
  | { readonly kind: 'die'; readonly statement: number }
  /** Before the n-th statement from now on its server freezes. */
  | { readonly kind: 'freeze'; readonly statement: number; readonly forMs: number };

export interface DatabaseUser {
  readonly process: SimulatedProcess;
  /** Whether the database cannot be reached from there. */
  readonly isCut: () => boolean;
  /** When a fault of kind `die` strikes. */
  readonly onDeath: () => void;
}

export class SimulatedDatabase {
  readonly #file: string;
  readonly #clock: Clock;
  #fault: DatabaseFault | null = null;
  #statements = 0;
  #owner: object | null = null;
  #queue: { readonly connection: object; readonly process: SimulatedProcess; readonly begin: () => void }[] = [];

  /** `template`: a database with all tables and nothing in it. */
  constructor(file: string, template: string, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
    copyFileSync(template, file);
  }

  /** Strikes at the next transaction of a journal. */
  fail(fault: DatabaseFault): void {
    this.#fault = fault;
    this.#statements = 0;
  }

  heal(): void {
    this.#fault = null;
  }

  /** Nobody may have it open. */
  copyTo(file: string): void {
    copyFileSync(this.#file, file);
  }

  /** As from a backup. Nobody may have it open. */
  putBack(copy: string): void {
    for (const end of ['', '-wal', '-shm']) rmSync(this.#file + end, { force: true });
    copyFileSync(copy, this.#file);
  }

  /** `mayFail`: faults strike here. `close` as when the process dies: what was not committed is gone. */
  open<Tables>(user: DatabaseUser, mayFail: boolean): { readonly database: Kysely<Tables>; close(): void } {
    const inner = createSqliteDialect(this.#file);
    const driver = inner.createDriver();
    const self = {};
    let isClosed = false;
    let isInTransaction = false;
    /** The transaction is over and its owner does not know: the connection is gone, or its answer was lost. */
    let isBroken = false;
    const end = () => {
      isInTransaction = false;
      if (this.#owner === self) this.#release();
    };
    const close = () => {
      if (isClosed) return;
      isClosed = true;
      void driver.destroy(); // closes at once, which rolls back
      this.#queue = this.#queue.filter((waiting) => waiting.connection !== self);
      end();
    };
    const abort = async (connection: DatabaseConnection) => {
      if (isClosed || !isInTransaction) return;
      isBroken = true;
      const rolledBack = connection.executeQuery(CompiledQuery.raw('rollback'));
      end();
      await rolledBack;
    };
    const execute = async <R>(connection: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<R>> => {
      const { sql } = query;
      const { process } = user;
      if (isClosed || process.isDead) return new Promise(() => undefined);
      const isEnd = sql === 'rollback' || sql === 'commit';
      if (mayFail && isInTransaction) this.#strike(user, sql);
      if (process.isDead) return new Promise(() => undefined);
      if (process.isFrozen) {
        const idle = isInTransaction ? this.#clock.after(idleInTransactionMs, () => void abort(connection)) : null;
        await process.awake();
        idle?.cancel();
      }
      if (isBroken) {
        if (isEnd) isBroken = false;
        if (sql === 'rollback') return { rows: [] };
        throw new ConnectionLost('Connection terminated unexpectedly');
      }
      if (user.isCut()) {
        await abort(connection);
        if (sql === 'rollback') isBroken = false;
        if (sql === 'rollback') return { rows: [] };
        throw new ConnectionLost('cut off from the database');
      }
      if (this.#isRefused && mayFail && isInTransaction && sql !== 'rollback') {
        this.#fault = null;
        throw Object.assign(new pg.DatabaseError('disk full', 0, 'error'), { code: '53100' });
      }
      const isWrite = !isInTransaction && /^(begin$|update|insert|delete)/i.test(sql);
      if (isWrite) await this.#acquire(self, process);
      if (isClosed) return new Promise(() => undefined);
      if (sql === 'begin') isInTransaction = true;
      const isLost = mayFail && sql === 'commit' && this.#fault?.kind === 'loseAnswer';
      if (isLost) this.#fault = null;
      try {
        const result = await connection.executeQuery<R>({ ...query, sql: this.#translated(sql) });
        if (!isLost) return result;
        isBroken = true;
        throw new ConnectionLost('no answer');
      } finally {
        if (isEnd || (isWrite && sql !== 'begin')) end();
      }
    };
    const outer: Driver = {
      init: (options) => driver.init(options),
      acquireConnection: async () => {
        const connection = await driver.acquireConnection();
        return {
          executeQuery: (query) => execute(connection, query),
          streamQuery: () => {
            throw new Error('a simulated database does not stream');
          },
        };
      },
      beginTransaction: (connection) => driver.beginTransaction(connection, {}),
      commitTransaction: (connection) => driver.commitTransaction(connection),
      rollbackTransaction: (connection) => driver.rollbackTransaction(connection),
      releaseConnection: (connection) => driver.releaseConnection(connection),
      destroy: async () => close(),
    };
    const dialect: Dialect = {
      createAdapter: () => inner.createAdapter(),
      createDriver: () => outer,
      createIntrospector: (database) => inner.createIntrospector(database),
      createQueryCompiler: () => inner.createQueryCompiler(),
    };
    return { database: new Kysely<Tables>({ dialect }), close };
  }

  get #isRefused(): boolean {
    return this.#fault?.kind === 'refuse' && this.#statements >= this.#fault.statement;
  }

  /** A server that dies or freezes at this statement. */
  #strike({ process, onDeath }: DatabaseUser, sql: string): void {
    const fault = this.#fault;
    this.#statements += 1;
    if (fault === null || fault.kind === 'loseAnswer' || fault.kind === 'refuse' || this.#statements < fault.statement) return;
    // A rollback comes of another fault.
    if (sql === 'rollback') return;
    this.#fault = null;
    if (fault.kind === 'freeze') process.freeze(fault.forMs);
    else onDeath();
  }

  /** What PostgreSQL says and SQLite does not know: its clock is the world's; a row is locked because the whole is. */
  #translated(sql: string): string {
    return sql
      .replace('(extract(epoch from clock_timestamp()) * 1000)::double precision', `(${this.#clock.nowMs().toFixed(3)})`)
      .replace(' FOR UPDATE', '');
  }

  #acquire(connection: object, process: SimulatedProcess): Promise<void> {
    if (this.#owner === null) {
      this.#owner = connection;
      return Promise.resolve();
    }
    return new Promise((begin) => this.#queue.push({ connection, process, begin }));
  }

  #release(): void {
    this.#owner = null;
    const next = this.#queue.shift();
    if (next === undefined) return;
    if (next.process.isDead) {
      this.#release();
      return;
    }
    this.#owner = next.connection;
    next.begin();
  }
}
