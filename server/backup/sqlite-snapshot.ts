// A copy of a SQLite database that another process is writing: a read transaction holds the moment, the online backup copies it page by page, and the writer is
// not held up. Must run in a process of its own: closing a file gives up every lock that the same process holds on it.
import { backup, DatabaseSync } from 'node:sqlite';

export class SqliteSnapshot {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** The moment is now. */
  static take(file: string): SqliteSnapshot {
    const database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
    try {
      database.exec('BEGIN');
      database.prepare('SELECT count(*) FROM sqlite_schema').get();
    } catch (error) {
      database.close();
      throw error;
    }
    return new SqliteSnapshot(database);
  }

  rows(sql: string): Record<string, unknown>[] {
    return this.#database.prepare(sql).all();
  }

  /** Writes the copy, in one file, and reads it through. */
  async copyTo(file: string): Promise<void> {
    await backup(this.#database, file, { rate: 2_000 });
    const copy = new DatabaseSync(file);
    try {
      copy.exec('PRAGMA journal_mode = DELETE');
      const answer = copy.prepare('PRAGMA integrity_check').all();
      if (answer.length !== 1 || answer[0]?.integrity_check !== 'ok')
        throw new Error(`the copy ${file} does not hold together: ${JSON.stringify(answer[0])}`);
    } finally {
      copy.close();
    }
  }

  close(): void {
    this.#database.close();
  }
}
