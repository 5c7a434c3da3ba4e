// The readings of a bundle, one Parquet file a day (UTC): by the historian itself where it can, else gathered from what it reads.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { DOUBLE, type DuckDBConnection, DuckDBDataChunk, DuckDBInstance, INTEGER, UTINYINT } from '@duckdb/node-api';
import { type BundlePoint, readingsFolder } from '../../domain/evidence/bundle.ts';
import { leadMsOf } from '../../domain/evidence/check-coverage.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import { breathe, readingPages } from '../trends/export/reading-pages.ts';
import type { Stage } from './stage.ts';

const dayMs = 86_400_000;

export interface ReadingsAsk {
  readonly points: readonly BundlePoint[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
}

export interface ReadingsDay {
  readonly name: string;
  readonly rows: number;
}

export async function writeReadings(stage: Stage, historian: HistorianReader | null, ask: ReadingsAsk): Promise<readonly ReadingsDay[]> {
  if (historian === null) return [];
  const days: ReadingsDay[] = [];
  for (const [index, day] of daysOf(ask).entries()) {
    ask.signal.throwIfAborted();
    const name = `${readingsFolder}${day.date}.parquet`;
    // What held when the period began is told by the readings shortly before it.
    const fromMs = index === 0 ? day.fromMs - leadMsOf(ask.points) : day.fromMs;
    const file = await stage.place(name);
    const range = { pointIds: ask.points.map(({ id }) => id), fromMs, toMs: day.toMs, file, signal: ask.signal };
    const rows = await (historian.exportReadings === undefined ? gather(historian, range) : historian.exportReadings(range));
    days.push({ name, rows });
    ask.onProgress((day.toMs - ask.fromMs) / (ask.toMs - ask.fromMs));
  }
  return days;
}

/** Days by UTC, as the historian seals them, the first and the last cut to the period: a sealed day is copied without being sorted again. */
export function daysOf({
  fromMs,
  toMs,
}: Pick<ReadingsAsk, 'fromMs' | 'toMs'>): readonly { readonly date: string; readonly fromMs: number; readonly toMs: number }[] {
  const days: { date: string; fromMs: number; toMs: number }[] = [];
  for (let startMs = fromMs; startMs < toMs; ) {
    const endMs = Math.min(toMs, (Math.floor(startMs / dayMs) + 1) * dayMs);
    days.push({ date: new Date(startMs).toISOString().slice(0, 10), fromMs: startMs, toMs: endMs });
    startMs = endMs;
  }
  return days;
}

const rowsAtOnce = 2_048;

/** For engines without a way of their own: page by page into a table on disk, and from there into the file. */
async function gather(
  historian: HistorianReader,
  range: {
    readonly pointIds: readonly string[];
    readonly fromMs: number;
    readonly toMs: number;
    readonly file: string;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const instance = await DuckDBInstance.create(`${range.file}.duckdb`, {
    threads: '1',
    memory_limit: '256MB',
    temp_directory: path.dirname(range.file),
    autoinstall_known_extensions: 'false',
  });
  try {
    const connection = await instance.connect();
    await connection.run(`SET TimeZone = 'UTC'`);
    await connection.run('CREATE TABLE gathered (position INTEGER, time_ms DOUBLE, value DOUBLE, quality UTINYINT)');
    let rows = 0;
    for (const [position, pointId] of range.pointIds.entries())
      for await (const page of readingPages(historian, { ...range, pointId })) {
        rows += page.timeMs.length;
        await append(connection, page, position);
      }
    const ids = range.pointIds.map((id, position) => `(${position}, ${quoted(id)})`).join(', ');
    await connection.run(
      `COPY (SELECT named.id AS point, make_timestamptz((time_ms * 1000)::BIGINT) AS time, value, quality
         FROM gathered JOIN (VALUES ${ids || `(-1, '')`}) named(position, id) USING (position) ORDER BY position, time_ms)
       TO ${quoted(range.file)} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 122880)`,
    );
    connection.disconnectSync();
    return rows;
  } finally {
    instance.closeSync();
    for (const end of ['', '.wal']) await rm(`${range.file}.duckdb${end}`, { force: true });
  }
}

async function append(
  connection: DuckDBConnection,
  page: { readonly timeMs: Float64Array; readonly value: Float64Array; readonly quality: Uint8Array },
  position: number,
): Promise<void> {
  const appender = await connection.createAppender('gathered');
  try {
    for (let from = 0; from < page.timeMs.length; from += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, page.timeMs.length - from);
      const chunk = DuckDBDataChunk.create([INTEGER, DOUBLE, DOUBLE, UTINYINT], count);
      chunk.setRows(
        Array.from({ length: count }, (_, row) => {
          const value = page.value[from + row] ?? Number.NaN;
          return [position, page.timeMs[from + row] ?? 0, Number.isNaN(value) ? null : value, page.quality[from + row] ?? 32];
        }),
      );
      appender.appendDataChunk(chunk);
      appender.flushSync();
      await breathe();
    }
  } finally {
    appender.closeSync();
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
