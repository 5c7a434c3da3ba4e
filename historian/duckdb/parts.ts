// The Parquet files that hold sealed readings and their 1-minute roll-ups. The database's `part` table says which files count; this is its vocabulary.
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from './database.ts';

export const dayMs = 86_400_000;

export type PartKind = 'readings' | 'minutes';

export interface Part {
  /** Path below the historian's folder: `days/2026-01-01.000007.parquet`, `minutes/2026-01.000042.parquet`. */
  readonly file: string;
  readonly kind: PartKind;
  /** Everything in the file lies in [firstMs, endMs). */
  readonly firstMs: number;
  readonly endMs: number;
  readonly rowCount: number;
}

export async function readParts(connection: DuckDBConnection, where = 'true'): Promise<Part[]> {
  const result = await connection.runAndReadAll(
    `SELECT file, kind, first_ms::DOUBLE, end_ms::DOUBLE, row_count::DOUBLE FROM part WHERE ${where} ORDER BY file`,
  );
  return result.getRows().map((row) => ({
    file: String(row[0]),
    kind: row[1] as PartKind,
    firstMs: Number(row[2]),
    endMs: Number(row[3]),
    rowCount: Number(row[4]),
  }));
}

export async function insertPart(connection: DuckDBConnection, part: Part): Promise<void> {
  await connection.run(
    `INSERT INTO part VALUES (${quoted(part.file)}, ${quoted(part.kind)}, ${part.firstMs}, ${part.endMs}, ${part.rowCount})`,
  );
}

export async function deleteParts(connection: DuckDBConnection, parts: readonly Part[]): Promise<void> {
  if (parts.length > 0) await connection.run(`DELETE FROM part WHERE file IN (${parts.map((part) => quoted(part.file)).join(', ')})`);
}

/** `read_parquet([...])` over the files, or an empty relation with the same columns. */
export function partsRelation(folder: string, parts: readonly Part[], columns: string): string {
  if (parts.length === 0) return `(SELECT ${columns} WHERE false)`;
  return `read_parquet([${parts.map((part) => quoted(path.join(folder, part.file))).join(', ')}])`;
}

export function partFolder(kind: PartKind): string {
  switch (kind) {
    case 'readings':
      return 'days';
    case 'minutes':
      return 'minutes';
  }
}

export function dayName(day: number): string {
  return new Date(day * dayMs).toISOString().replace(/T.*$/, '');
}

/** The UTC month that a time lies in, as [start, end). */
export function monthOf(timeMs: number): { readonly name: string; readonly startMs: number; readonly endMs: number } {
  const date = new Date(timeMs);
  return {
    name: date.toISOString().replace(/-\d\dT.*$/, ''),
    startMs: Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1),
    endMs: Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1),
  };
}
