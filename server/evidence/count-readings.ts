// From the gathered Parquet files to coverage, intervals and the CSV beside the readings. Of very many readings the engine counts each minute, which is exact
// for coverage because no silence that matters fits into a minute; minutes of mixed quality are looked at reading by reading. Runs in the packing thread.
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { intervalsName, intervalsParquetName, type Manifest } from '../../domain/evidence/bundle.ts';
import {
  intervalColumns,
  intervalLine,
  minuteColumns,
  minuteLine,
  PointCoverage,
  readingColumns,
  readingLine,
} from '../../domain/evidence/coverage.ts';
import { byteOrderMark } from '../../domain/evidence/expected-lines.ts';
import type { PointResult } from '../../domain/evidence/summarize.ts';
import type { PackOrder } from './pack-order.ts';

/** More than this, and a spreadsheet could not open the CSV anyway: it then holds minutes, and the Parquet file holds the readings. */
const mostReadingsAsCsv = 2_000_000;
const minuteMs = 60_000;

export interface Counted {
  readonly results: readonly PointResult[];
  readonly readingsCsv: Manifest['readingsCsv'];
  /** New files, in the order of the bundle. */
  readonly names: readonly string[];
}

type CountOrder = Pick<PackOrder, 'folder' | 'days'> & { readonly manifest: Pick<Manifest, 'points' | 'fromMs' | 'toMs'> };

export async function countReadings(order: CountOrder, onProgress: (share: number) => void): Promise<Counted> {
  const { points } = order.manifest;
  const coverages = points.map(({ scanMs }) => new PointCoverage(order.manifest, scanMs));
  const readingsCsv = order.days.reduce((sum, { rows }) => sum + rows, 0) > mostReadingsAsCsv ? 'minutes' : 'readings';
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: '256MB',
    temp_directory: order.folder,
    autoinstall_known_extensions: 'false',
  });
  const names: string[] = [];
  try {
    const connection = await instance.connect();
    await connection.run(`SET TimeZone = 'UTC'`);
    for (const [index, { name }] of order.days.entries()) {
      const csvName = name.replace(/\.parquet$/, readingsCsv === 'readings' ? '.csv' : '.minutes.csv');
      const day = { connection, file: path.join(order.folder, name), csv: path.join(order.folder, csvName), order, coverages };
      await namePoints(day);
      await (readingsCsv === 'readings' ? countEach(day) : countMinutes(day));
      names.push(csvName);
      onProgress((index + 1) / order.days.length);
    }
    const results = points.map((point, index): PointResult => {
      const coverage = coverages[index];
      if (coverage === undefined) throw new Error('a point without coverage');
      return { point, readings: coverage.readings, ...coverage.end() };
    });
    await writeIntervals(connection, order.folder, results);
    connection.disconnectSync();
    return { results, readingsCsv, names: [...names, intervalsName, intervalsParquetName] };
  } finally {
    instance.closeSync();
  }
}

interface Day {
  readonly connection: DuckDBConnection;
  readonly file: string;
  readonly csv: string;
  readonly order: CountOrder;
  readonly coverages: readonly PointCoverage[];
}

/** `place`: in which order the points stand in the file; each stands there once. `position`: in the manifest. */
async function namePoints({ connection, file, order }: Day): Promise<void> {
  const { points } = order.manifest;
  const names = points.length === 0 ? `(-1, '')` : points.map(({ id }, position) => `(${position}, ${quoted(id)})`).join(', ');
  await connection.run(
    `CREATE OR REPLACE TABLE named AS
       SELECT position, id, place FROM (VALUES ${names}) names(position, id)
       JOIN (SELECT point, min(file_row_number) AS place FROM read_parquet(${quoted(file)}, file_row_number = true) GROUP BY point) ON point = id`,
  );
}

async function countEach({ connection, file, csv, order, coverages }: Day): Promise<void> {
  const { points, fromMs } = order.manifest;
  await writeFile(csv, `${byteOrderMark}${readingColumns}\n`);
  const rows = await connection.stream(
    `SELECT position, epoch_us(time)::DOUBLE / 1000, value, quality FROM read_parquet(${quoted(file)}) JOIN named ON id = point ORDER BY place, time`,
  );
  for await (const chunk of chunksOf(rows)) {
    let text = '';
    for (const [position, timeMs, value, code] of chunk as Iterable<[number, number, number | null, number]>) {
      coverages[position]?.add(timeMs, code);
      if (timeMs >= fromMs) text += `${readingLine(points[position]?.id ?? '', timeMs, value ?? Number.NaN, code)}\n`;
    }
    await appendFile(csv, text);
  }
}

/** Over good and uncertain readings that have a value: as `MinuteFigures` says. */
const minuteFigures = `
  min(value) FILTER (quality < 32) AS min, max(value) FILTER (quality < 32) AS max,
  arg_max(value, time) FILTER (quality < 32 AND value IS NOT NULL) AS last,
  count(*)::DOUBLE AS readings, (count(*) FILTER (quality < 16))::DOUBLE AS good,
  (epoch_us(min(time))::DOUBLE / 1000) AS first_ms, (epoch_us(max(time))::DOUBLE / 1000) AS last_ms, min(quality) AS least, max(quality) AS most`;

async function countMinutes({ connection, file, csv, order, coverages }: Day): Promise<void> {
  const { points, fromMs } = order.manifest;
  await writeFile(csv, `${byteOrderMark}${minuteColumns}\n`);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE minute AS SELECT position, any_value(place) AS place, minute, ${minuteFigures}
       FROM (SELECT point, time, value, quality, epoch_us(time) // 60000000 AS minute FROM read_parquet(${quoted(file)})) JOIN named ON id = point
       GROUP BY position, minute`,
  );
  const mixed = await readMixed(connection, file);
  const rows = await connection.stream(
    'SELECT position, minute::DOUBLE, min, max, last, readings, good, first_ms, last_ms, least, most FROM minute ORDER BY place, minute',
  );
  for await (const chunk of chunksOf(rows)) {
    let text = '';
    for (const row of chunk as Iterable<readonly (number | null)[]>) {
      const [position, minute, min, max, last, readings, good, firstMs, lastMs, least, most] = row.map(
        (value) => value ?? Number.NaN,
      ) as number[];
      if (position === undefined || minute === undefined || firstMs === undefined || lastMs === undefined || readings === undefined)
        continue;
      const coverage = coverages[position];
      if (least === most) coverage?.addMany(firstMs, lastMs, least ?? 0, readings);
      else for (const reading of mixed.get(`${position}@${minute}`) ?? []) coverage?.add(reading.timeMs, reading.code);
      if (lastMs < fromMs) continue;
      const figures = {
        minuteMs: minute * minuteMs,
        min: min ?? Number.NaN,
        max: max ?? Number.NaN,
        last: last ?? Number.NaN,
        readings,
        good: good ?? 0,
      };
      text += `${minuteLine(points[position]?.id ?? '', figures)}\n`;
    }
    await appendFile(csv, text);
  }
}

/** The readings of minutes in which the quality changed. */
async function readMixed(connection: DuckDBConnection, file: string): Promise<ReadonlyMap<string, { timeMs: number; code: number }[]>> {
  const mixed = new Map<string, { timeMs: number; code: number }[]>();
  const rows = await connection.stream(
    `SELECT position, (epoch_us(time) // 60000000)::DOUBLE, epoch_us(time)::DOUBLE / 1000, quality FROM read_parquet(${quoted(file)}) JOIN named ON id = point
       SEMI JOIN (SELECT position AS p, minute AS m FROM minute WHERE least <> most) ON p = position AND m = epoch_us(time) // 60000000
       ORDER BY position, time`,
  );
  for await (const chunk of chunksOf(rows))
    for (const [position, minute, timeMs, code] of chunk as Iterable<[number, number, number, number]>) {
      const key = `${position}@${minute}`;
      const held = mixed.get(key);
      if (held === undefined) mixed.set(key, [{ timeMs, code }]);
      else held.push({ timeMs, code });
    }
  return mixed;
}

async function* chunksOf(rows: Awaited<ReturnType<DuckDBConnection['stream']>>): AsyncGenerator<readonly unknown[][]> {
  for (;;) {
    const chunk = await rows.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk.getRows();
  }
}

async function writeIntervals(connection: DuckDBConnection, folder: string, results: readonly PointResult[]): Promise<void> {
  const csv = path.join(folder, intervalsName);
  await mkdir(path.dirname(csv), { recursive: true });
  await writeFile(csv, `${byteOrderMark}${intervalColumns}\n`);
  for (const { point, intervals } of results)
    for (let from = 0; from < intervals.length; from += 5_000)
      await appendFile(
        csv,
        intervals
          .slice(from, from + 5_000)
          .map((interval) => `${intervalLine(point.id, interval)}\n`)
          .join(''),
      );
  await connection.run(
    `COPY (SELECT point, "from"::TIMESTAMP AS "from", "to"::TIMESTAMP AS "to", seconds, kind, reason FROM read_csv(${quoted(csv)}, header = true, skip = 0, parallel = false,
        columns = {point: 'VARCHAR', "from": 'VARCHAR', "to": 'VARCHAR', seconds: 'DOUBLE', kind: 'VARCHAR', reason: 'VARCHAR'}))
     TO ${quoted(path.join(folder, intervalsParquetName))} (FORMAT parquet, COMPRESSION zstd)`,
  );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
