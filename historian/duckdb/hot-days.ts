// How many rows of which day the hot table holds, so that maintenance knows what to seal without asking the database.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ReadingChunk } from '../reading-intake.ts';
import { dayMs } from './parts.ts';

export class HotDays {
  readonly #rowsByDay = new Map<number, number>();
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  days(): number[] {
    return [...this.#rowsByDay.keys()].sort((a, b) => a - b);
  }

  rowsOf(day: number): number {
    return this.#rowsByDay.get(day) ?? 0;
  }

  add(chunks: readonly ReadingChunk[]): void {
    for (const chunk of chunks) {
      let day = Number.NaN;
      let count = 0;
      for (let row = 0; row < chunk.length; row++) {
        const rowDay = Math.floor((chunk.timeMs[row] as number) / dayMs);
        if (rowDay === day) count++;
        else {
          this.#change(day, count);
          day = rowDay;
          count = 1;
        }
      }
      this.#change(day, count);
    }
  }

  remove(day: number, rows: number): void {
    this.#change(day, -rows);
  }

  async load(connection: DuckDBConnection): Promise<void> {
    this.#rowsByDay.clear();
    this.#rows = 0;
    const result = await connection.runAndReadAll(
      `SELECT floor(time_ms / ${dayMs})::DOUBLE AS day, count(*)::DOUBLE FROM hot GROUP BY day`,
    );
    for (const row of result.getRows()) this.#change(Number(row[0]), Number(row[1]));
  }

  #change(day: number, rows: number): void {
    if (rows === 0) return;
    this.#rows += rows;
    const now = (this.#rowsByDay.get(day) ?? 0) + rows;
    // Below zero for a moment: sealing may count rows out before the commit that brought them counts them in.
    if (now !== 0) this.#rowsByDay.set(day, now);
    else this.#rowsByDay.delete(day);
  }
}
