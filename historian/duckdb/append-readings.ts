// One batch of chunks into the hot table, in one transaction with the points it needs and the number that proves it was committed.
import { BIGINT, DOUBLE, type DuckDBConnection, DuckDBDataChunk, INTEGER, UTINYINT } from '@duckdb/node-api';
import type { ReadingChunk } from '../reading-intake.ts';
import { quoted } from './database.ts';

// Times go in as DOUBLE (exact for milliseconds) and are cast by the appender: a JavaScript BigInt a row costs more than all the rest.
const columnTypes = [INTEGER, DOUBLE, DOUBLE, UTINYINT];
const textColumnTypes = { point: INTEGER, time: BIGINT };

export interface AppendBatch {
  readonly chunks: readonly ReadingChunk[];
  readonly commitNumber: number;
  /** Points to add to the dictionary: ids by slot from `firstSlot` on. */
  readonly newPoints: { readonly firstSlot: number; readonly ids: readonly string[] };
}

/** Throws where the database refuses; the caller settles what was committed by `commitNumber`. */
export async function appendReadings(connection: DuckDBConnection, batch: AppendBatch): Promise<void> {
  await connection.run('BEGIN TRANSACTION');
  await insertPoints(connection, batch.newPoints.firstSlot, batch.newPoints.ids);
  const appender = await connection.createAppender('hot');
  try {
    const target = DuckDBDataChunk.create(columnTypes);
    for (const chunk of batch.chunks) {
      fill(target, chunk);
      appender.appendDataChunk(target);
      appender.flushSync();
      // The thread that polls is this one: give it back after every chunk (about a millisecond).
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  } finally {
    appender.closeSync();
  }
  await insertTexts(connection, batch.chunks);
  await connection.run(`UPDATE last_commit SET number = ${batch.commitNumber}`);
  await connection.run('COMMIT');
}

function fill(target: DuckDBDataChunk, chunk: ReadingChunk): void {
  target.reset();
  target.rowCount = chunk.length;
  const point = target.getColumnVector(0);
  const time = target.getColumnVector(1);
  const value = target.getColumnVector(2);
  const quality = target.getColumnVector(3);
  for (let row = 0; row < chunk.length; row++) {
    const reading = chunk.value[row] as number;
    point.setItem(row, chunk.slot[row] as number);
    time.setItem(row, chunk.timeMs[row] as number);
    value.setItem(row, Number.isNaN(reading) ? null : reading);
    quality.setItem(row, chunk.quality[row] as number);
  }
  point.flush();
  time.flush();
  value.flush();
  quality.flush();
}

async function insertPoints(connection: DuckDBConnection, firstSlot: number, ids: readonly string[]): Promise<void> {
  const rowsEach = 1_000;
  for (let start = 0; start < ids.length; start += rowsEach) {
    const rows = ids.slice(start, start + rowsEach).map((id, index) => `(${firstSlot + start + index}, ${quoted(id)})`);
    await connection.run(`INSERT INTO point VALUES ${rows.join(', ')}`);
  }
}

async function insertTexts(connection: DuckDBConnection, chunks: readonly ReadingChunk[]): Promise<void> {
  for (const chunk of chunks) {
    if (chunk.text === null) continue;
    for (const [row, text] of chunk.text) {
      await connection.run(
        'INSERT INTO text_reading VALUES ($point, $time, $text)',
        { point: chunk.slot[row] as number, time: BigInt(chunk.timeMs[row] as number), text },
        textColumnTypes,
      );
    }
  }
}
