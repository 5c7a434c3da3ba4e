// Kysely over Node's own SQLite. The whole adapter is the small interface that Kysely's SqliteDialect asks of a driver.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SqliteDialect } from 'kysely';

/** Statements kept prepared. Long ones (rows by the hundred) differ each time and are not kept. */
const mostStatements = 400;
const longestKept = 4_000;

export function createSqliteDialect(file: string): SqliteDialect {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;');
  const kept = new Map<string, { readonly statement: StatementSync; readonly isReader: boolean }>();
  const prepared = (sql: string) => {
    const known = kept.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    const fresh = { statement, isReader: statement.columns().length > 0 };
    // What is asked for all the time is back at once.
    if (kept.size >= mostStatements) kept.clear();
    if (sql.length <= longestKept && /^(select|insert|update|delete)/i.test(sql)) kept.set(sql, fresh);
    return fresh;
  };
  return new SqliteDialect({
    database: {
      close: () => database.close(),
      prepare(sql) {
        const { statement, isReader } = prepared(sql);
        return {
          reader: isReader,
          all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
          run: (parameters) => {
            // A full disk ends the transaction by itself. That there is none to roll back must not be told in place of why.
            if (sql === 'rollback' && !database.isTransaction) return { changes: 0, lastInsertRowid: 0 };
            const { changes, lastInsertRowid } = statement.run(...(parameters as SQLInputValue[]));
            return { changes, lastInsertRowid };
          },
          // A statement that is read row by row is in use meanwhile: it has one of its own.
          iterate: (parameters) => database.prepare(sql).iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>,
        };
      },
    },
  });
}
