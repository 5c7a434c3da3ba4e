// A table of readings as a Parquet file, written by the DuckDB that the embedded historian uses, in memory and through one temporary file.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DOUBLE, DuckDBInstance, DuckDBTimestampMillisecondsValue, TIMESTAMP_MS } from '@duckdb/node-api';

/** The first column is a time in epoch milliseconds, the others are numbers or null. zstd, times as UTC timestamps of milliseconds. */
export async function parquetOf(columns: readonly string[], rows: readonly (readonly (number | null)[])[]): Promise<Buffer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatewatch-export-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  try {
    const connection = await instance.connect();
    const names = columns.map((column) => `"${column}"`);
    await connection.run(
      `CREATE TABLE export (${names.map((name, index) => `${name} ${index === 0 ? TIMESTAMP_MS : DOUBLE}`).join(', ')})`,
    );
    const appender = await connection.createAppender('export');
    for (const row of rows) {
      for (const [index, cell] of row.entries()) {
        if (cell === null) appender.appendNull();
        else if (index === 0) appender.appendTimestampMilliseconds(new DuckDBTimestampMillisecondsValue(BigInt(Math.round(cell))));
        else appender.appendDouble(cell);
      }
      appender.endRow();
    }
    appender.closeSync();
    const file = path.join(folder, 'readings.parquet');
    await connection.run(`COPY export TO '${file.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`);
    connection.disconnectSync();
    return await readFile(file);
  } finally {
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}
