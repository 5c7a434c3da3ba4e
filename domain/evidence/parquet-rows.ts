// Rows of a bundle's Parquet files, a group at a time, so that a day of any length needs the memory of one group.
import { decompress } from 'fzstd';
import { type AsyncBuffer, parquetMetadataAsync, parquetRead } from 'hyparquet';
import type { ByteSource, PlacedFile } from './bundle-source.ts';

type Column = ArrayLike<unknown>;

/** Columns of each row group, by name. Times come as epoch milliseconds. */
export async function* parquetGroups(
  source: ByteSource,
  { file, at }: PlacedFile,
  columns: readonly string[],
): AsyncGenerator<{ readonly rows: number; readonly column: (name: string) => Column }> {
  const buffer: AsyncBuffer = {
    byteLength: file.bytes,
    slice: async (start, end = file.bytes) => (await source.read(at + start, end - start)).buffer,
  };
  const metadata = await parquetMetadataAsync(buffer);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const found = new Map<string, unknown[]>(columns.map((name) => [name, new Array<unknown>(rows)]));
    const counts = new Map<string, number>();
    const first = rowStart;
    await parquetRead({
      file: buffer,
      metadata,
      columns: [...columns],
      rowStart: first,
      rowEnd: first + rows,
      compressors: { ZSTD: (input, length) => decompress(input, new Uint8Array(length)) },
      parsers: { timestampFromMicroseconds: (micros) => Number(micros) / 1_000, timestampFromMilliseconds: Number },
      onChunk: ({ columnName, columnData, rowStart: start }) => {
        const column = found.get(columnName);
        if (column === undefined) return;
        for (let row = 0; row < columnData.length; row += 1) column[start - first + row] = columnData[row];
        counts.set(columnName, (counts.get(columnName) ?? 0) + columnData.length);
      },
    });
    for (const name of columns)
      if (counts.get(name) !== rows) throw new Error(`column ${name} has ${counts.get(name) ?? 0} of ${rows} rows`);
    yield { rows, column: (name) => found.get(name) ?? [] };
    rowStart += rows;
  }
}
