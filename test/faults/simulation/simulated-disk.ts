// The server's disk in a simulation: a real SQLite file behind a driver that can refuse a statement, lose the answer of a commit, or die in the middle.
import { copyFileSync, rmSync } from 'node:fs';
import { type CompiledQuery, type DatabaseConnection, type Dialect, type Driver, Kysely, type QueryResult } from 'kysely';
import type { Schema } from '../../../server/journal/database.ts';
import type { Fence } from '../../../server/journal/ledger.ts';
import { createSqliteDialect } from '../../../server/journal/sqlite/sqlite-dialect.ts';

/** The database has it or not: its answer never came. */
class AnswerLost extends Error {}

export type DiskFault =
  /** The n-th statement from now on is refused, and not done. */
  | { readonly kind: 'refuse'; readonly statement: number }
  /** The next commit is done, and its answer is lost. */
  | { readonly kind: 'loseAnswer' }
  /** Before the n-th statement from now on the server dies. */
  | { readonly kind: 'die'; readonly statement: number };

interface Opened {
  readonly database: Kysely<Schema>;
  /** How a commit is settled whose answer was lost. */
  readonly fence: Fence;
  /** Nothing gets to tidy up: what was not committed is gone. */
  kill(): void;
}

export class SimulatedDisk {
  readonly #file: string;
  #fault: DiskFault | null = null;
  #statements = 0;

  /** `template`: a database with all tables and nothing in it. */
  constructor(file: string, template: string) {
    this.#file = file;
    copyFileSync(template, file);
  }

  fail(fault: DiskFault): void {
    this.#fault = fault;
    this.#statements = 0;
  }

  heal(): void {
    this.#fault = null;
  }

  /** As from a backup. Nobody may have it open. */
  putBack(copy: string): void {
    for (const end of ['', '-wal', '-shm']) rmSync(this.#file + end, { force: true });
    copyFileSync(copy, this.#file);
  }

  /** `onDeath` is called when a fault of kind `die` strikes. */
  open(onDeath: () => void): Opened {
    let isDead = false;
    let isEnded = false;
    const inner = createSqliteDialect(this.#file);
    const driver = inner.createDriver();
    const kill = () => {
      if (isDead) return;
      isDead = true;
      void driver.destroy(); // closes at once, which rolls back
    };
    const execute = async <R>(connection: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<R>> => {
      if (isDead) throw new Error('this server is dead');
      const fault = this.#fault;
      this.#statements += 1;
      const isNow = fault !== null && fault.kind !== 'loseAnswer' && this.#statements >= fault.statement;
      // A rollback is refused by nobody: where it fails, SQLite has rolled back by itself.
      if (isNow && fault.kind === 'die') {
        this.#fault = null;
        kill();
        onDeath();
        throw new Error('died');
      }
      if (isNow && query.sql !== 'rollback') {
        this.#fault = null;
        throw new Error('disk full');
      }
      // What was committed without an answer cannot be rolled back, and a database on a wire says nothing against it.
      if (isEnded && query.sql === 'rollback') return { rows: [] };
      isEnded = false;
      const result = await connection.executeQuery<R>(query);
      if (fault?.kind === 'loseAnswer' && query.sql === 'commit') {
        this.#fault = null;
        isEnded = true;
        throw new AnswerLost('no answer');
      }
      return result;
    };
    const outer: Driver = {
      init: (options) => driver.init(options),
      acquireConnection: async () => {
        const connection = await driver.acquireConnection();
        return {
          executeQuery: (query) => execute(connection, query),
          streamQuery: () => {
            throw new Error('a simulated disk does not stream');
          },
        };
      },
      beginTransaction: (connection) => driver.beginTransaction(connection, {}),
      commitTransaction: (connection) => driver.commitTransaction(connection),
      rollbackTransaction: (connection) => driver.rollbackTransaction(connection),
      releaseConnection: (connection) => driver.releaseConnection(connection),
      destroy: async () => kill(),
    };
    const dialect: Dialect = {
      createAdapter: () => inner.createAdapter(),
      createDriver: () => outer,
      createIntrospector: (database) => inner.createIntrospector(database),
      createQueryCompiler: () => inner.createQueryCompiler(),
    };
    const database = new Kysely<Schema>({ dialect });
    return { database, kill, fence: fenceOf(database) };
  }
}

/** Keys of commits in a table of its own, as the servers that share a PostgreSQL keep theirs. */
function fenceOf(database: Kysely<Schema>): Fence {
  const keys = database as unknown as Kysely<{ simulated_commit: { key: string } }>;
  return {
    enter: async (transaction, key) => {
      await (transaction as unknown as typeof keys).insertInto('simulated_commit').values({ key }).execute();
    },
    isAnswer: (error) => !(error instanceof AnswerLost),
    isCommitted: async (key) =>
      (await keys.selectFrom('simulated_commit').select('key').where('key', '=', key).executeTakeFirst()) !== undefined,
  };
}
