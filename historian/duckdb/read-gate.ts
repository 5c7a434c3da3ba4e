// Lets a bounded number of reads run at once on their own connections, and deletes files only while nobody can be reading them.
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';

const runningMax = 2;
const waitingMax = 512;

export class ReadGate {
  readonly #folder: string;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #discarded: string[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read<T>(
    connect: () => Promise<DuckDBConnection>,
    signal: AbortSignal | undefined,
    work: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    if (this.#waiting.length >= waitingMax) throw new Error(`${waitingMax} history queries are waiting already; ask again later`);
    if (this.#running >= runningMax) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      signal?.throwIfAborted();
      const connection = await connect();
      const interrupt = () => connection.interrupt();
      signal?.addEventListener('abort', interrupt, { once: true });
      try {
        return await work(connection);
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      } finally {
        signal?.removeEventListener('abort', interrupt);
        connection.disconnectSync();
      }
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
      this.#deleteDiscarded();
    }
  }

  /** Deletes the files now, or when the reads that may have them open are over. A file left behind by a crash is removed at the next start. */
  discardFiles(files: readonly string[]): void {
    this.#discarded.push(...files);
    this.#deleteDiscarded();
  }

  #deleteDiscarded(): void {
    if (this.#running > 0) return;
    for (const file of this.#discarded) rmSync(path.join(this.#folder, file), { force: true });
    this.#discarded = [];
  }
}
