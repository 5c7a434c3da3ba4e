// The embedded historian: a day of readings in, sealed and read back, with a month of roll-ups; against DuckDB alone on the same rows and files.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { DOUBLE, DuckDBDataChunk, DuckDBInstance, INTEGER, UTINYINT } from '@duckdb/node-api';
import type { Plant } from '../../domain/plant/plant.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { type DuckdbHistorian, openDuckdbHistorian } from '../../historian/duckdb/duckdb-historian.ts';
import { type Bench, type BenchRow, mustHold } from './bench.ts';
import { benchPlant, median, WalkingReadings } from './walking-readings.ts';

const points = 500;
const dayMs = 86_400_000;
const minuteMs = 60_000;
const monthStartMs = Date.UTC(2026, 3, 1);
const daysBefore = 29;
const lastDayMs = monthStartMs + daysBefore * dayMs;
const askedPoints = 15;

interface Load {
  readonly pointsBefore: number;
  readonly lastDaySeconds: number;
  readonly peerSeconds: number;
}

function loadOf(isQuick: boolean): Load {
  return isQuick
    ? { pointsBefore: 20, lastDaySeconds: 7_200, peerSeconds: 3_600 }
    : { pointsBefore: 100, lastDaySeconds: 86_400, peerSeconds: 14_400 };
}

export const historianBench: Bench = {
  name: 'historian',
  load: ({ isQuick }) => {
    const { pointsBefore, lastDaySeconds } = loadOf(isQuick);
    const readings = (points * lastDaySeconds) / 1e6;
    return `${daysBefore} days of ${pointsBefore} points a minute, then ${lastDaySeconds / 3_600} h of ${points} points at 1 Hz = ${readings} M readings; embedded`;
  },
  async run({ isQuick, print }) {
    const load = loadOf(isQuick);
    const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-bench-'));
    const clock = new ManualClock(lastDayMs);
    const plant = benchPlant(points);
    try {
      const historian = await openDuckdbHistorian({
        plant,
        dataDir: folder,
        folder: path.join(folder, 'historian'),
        clock,
        log: { info: () => undefined, warn: (_fields, message) => print(message), error: (_fields, message) => print(message) },
      });
      try {
        return await measure({ historian, plant, clock, folder, load, print });
      } finally {
        await historian.close();
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(bench: {
  readonly historian: DuckdbHistorian;
  readonly plant: Plant;
  readonly clock: ManualClock;
  readonly folder: string;
  readonly load: Load;
  print(line: string): void;
}): Promise<BenchRow[]> {
  const { historian, plant, clock, folder, load, print } = bench;
  const before = new WalkingReadings(plant, load.pointsBefore);
  for (let minute = 0; minute < daysBefore * 1_440; minute += 1) await writeScan(historian, before, monthStartMs + minute * minuteMs);
  await historian.flush();
  await historian.maintain();

  const lastDay = new WalkingReadings(plant, points);
  let startMs = performance.now();
  for (let second = 0; second < load.lastDaySeconds; second += 1) await writeScan(historian, lastDay, lastDayMs + second * 1_000);
  await historian.flush();
  const writeRate = (points * load.lastDaySeconds) / ((performance.now() - startMs) / 1_000);
  const written = points * load.lastDaySeconds + load.pointsBefore * daysBefore * 1_440;
  const { written: counted, filtered, dropped } = historian.status();
  mustHold(
    counted === written && filtered === 0 && dropped === 0,
    `all is written: ${counted} of ${written}, ${filtered} left out, ${dropped} dropped`,
  );
  const peerRate = await plainAppendRate(path.join(folder, 'plain.duckdb'), new WalkingReadings(plant, points), load.peerSeconds);

  const liveMonthMs = await monthTimes(historian, plant, load);
  clock.jumpWall(dayMs + 600_000);
  startMs = performance.now();
  await historian.maintain();
  print(`rest of the day sealed, day and month merged in ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);

  const dayTimes: number[] = [];
  for (let index = 0; index < askedPoints; index += 1) {
    const point = (index * 31) % points;
    const pointId = plant.pointTable.ids[point] as string;
    startMs = performance.now();
    const raw = await historian.readRaw({ pointId, fromMs: lastDayMs, toMs: lastDayMs + dayMs, limit: 100_000 });
    dayTimes.push(performance.now() - startMs);
    mustHold(raw.timeMs.length === load.lastDaySeconds, `${pointId} has its whole day: ${raw.timeMs.length} of ${load.lastDaySeconds}`);
    if (index < 3) checkWalk(plant, point, raw.value);
  }
  const sealedMonthMs = await monthTimes(historian, plant, load);

  const historianFolder = path.join(folder, 'historian');
  const dayFile = onlyFile(historianFolder, 'days', '2026-04-30');
  const monthFile = onlyFile(historianFolder, 'minutes', '2026-04');
  const peer = await plainReads({ folder, dayFile, monthFile, lastDayRows: load.lastDaySeconds });
  const readings = points * load.lastDaySeconds;
  const bytes = statSync(dayFile).size / readings;
  const row = (figure: string, value: number, unit: string, goal: string, peerValue: number | null): BenchRow => ({
    figure,
    value,
    unit,
    goal,
    peer: peerValue === null ? null : { name: 'DuckDB alone', value: peerValue },
  });
  return [
    row('written, sealing included', writeRate, 'readings/s', '≥ 500,000', peerRate),
    row('a point’s day, raw', median(dayTimes), 'ms', '≤ 100', peer.dayMs),
    row('30 days in 1,000 buckets, today not sealed', median(liveMonthMs), 'ms', '≤ 300', null),
    row('30 days in 1,000 buckets, sealed', median(sealedMonthMs), 'ms', '≤ 300', peer.monthMs),
    row('a reading at rest', bytes, 'B', '≤ 4', peer.bytes / readings),
  ];
}

/** Waits where the queue is half full: a bench offers faster than any plant. */
async function writeScan(historian: DuckdbHistorian, readings: WalkingReadings, timeMs: number): Promise<void> {
  historian.write(readings.next(timeMs));
  while (historian.status().spooled > 500_000) await pass(1);
}

async function monthTimes(historian: DuckdbHistorian, plant: Plant, load: Load): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < askedPoints; index += 1) {
    const pointId = plant.pointTable.ids[(index * 7) % load.pointsBefore] as string;
    const startMs = performance.now();
    const buckets = await historian.readBuckets({ pointId, fromMs: monthStartMs, toMs: monthStartMs + 30 * dayMs, buckets: 1_000 });
    times.push(performance.now() - startMs);
    const filled = (daysBefore * dayMs + load.lastDaySeconds * 1_000) / buckets.bucketMs;
    mustHold(Math.abs(buckets.timeMs.length - filled) <= 1, `the month is drawn: ${buckets.timeMs.length} buckets of ${filled}`);
    mustHold(
      buckets.goodShare.every((share) => share === 1),
      'all of it is good',
    );
  }
  return times;
}

function checkWalk(plant: Plant, point: number, values: Float64Array): void {
  const walk = new WalkingReadings(plant, point + 1);
  for (const [second, value] of values.entries())
    mustHold(walk.next(second).value[point] === value, `reading ${second} is as it was written`);
}

function onlyFile(folder: string, kind: string, prefix: string): string {
  const files = readdirSync(path.join(folder, kind)).filter((name) => name.startsWith(prefix));
  mustHold(files.length === 1, `${kind} of ${prefix} are one file: ${files.join(', ')}`);
  return path.join(folder, kind, files[0] as string);
}

/** The same rows into the same table by the library's appender, in transactions of the same size, and nothing else. */
async function plainAppendRate(file: string, readings: WalkingReadings, seconds: number): Promise<number> {
  const instance = await DuckDBInstance.create(file, { threads: '2', memory_limit: '512MB' });
  const connection = await instance.connect();
  await connection.run('CREATE TABLE hot (point INTEGER NOT NULL, time_ms BIGINT NOT NULL, value DOUBLE, quality UTINYINT NOT NULL)');
  const target = DuckDBDataChunk.create([INTEGER, DOUBLE, DOUBLE, UTINYINT]);
  const scansEachChunk = 4;
  const chunksEachCommit = 48;
  const startMs = performance.now();
  for (let first = 0; first < seconds; first += scansEachChunk * chunksEachCommit) {
    await connection.run('BEGIN TRANSACTION');
    const appender = await connection.createAppender('hot');
    const end = Math.min(seconds, first + scansEachChunk * chunksEachCommit);
    for (let second = first; second < end; second += scansEachChunk) {
      const scans = Math.min(scansEachChunk, end - second);
      target.reset();
      target.rowCount = scans * points;
      const point = target.getColumnVector(0);
      const time = target.getColumnVector(1);
      const value = target.getColumnVector(2);
      const quality = target.getColumnVector(3);
      for (let scan = 0; scan < scans; scan += 1) {
        const batch = readings.next(lastDayMs + (second + scan) * 1_000);
        const at = scan * points;
        for (let row = 0; row < points; row += 1) {
          point.setItem(at + row, batch.point[row] as number);
          time.setItem(at + row, batch.timeMs[row] as number);
          value.setItem(at + row, batch.value[row] as number);
          quality.setItem(at + row, batch.quality[row] as number);
        }
      }
      point.flush();
      time.flush();
      value.flush();
      quality.flush();
      appender.appendDataChunk(target);
      appender.flushSync();
    }
    appender.closeSync();
    await connection.run('COMMIT');
  }
  const rate = (points * seconds) / ((performance.now() - startMs) / 1_000);
  const stored = await connection.runAndReadAll('SELECT count(*)::DOUBLE FROM hot');
  mustHold(stored.getRows()[0]?.[0] === points * seconds, 'DuckDB alone has stored all');
  connection.closeSync();
  instance.closeSync();
  return rate;
}

/** The same files asked in SQL without the historian; and the same day written as Parquet with nothing chosen but zstd. */
async function plainReads(files: {
  readonly folder: string;
  readonly dayFile: string;
  readonly monthFile: string;
  readonly lastDayRows: number;
}): Promise<{ dayMs: number; monthMs: number; bytes: number }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '1GB', temp_directory: files.folder });
  const connection = await instance.connect();
  const times = { day: [] as number[], month: [] as number[] };
  for (let index = 0; index < askedPoints; index += 1) {
    let startMs = performance.now();
    const day = await connection.runAndReadAll(
      `SELECT time_ms::DOUBLE, value, quality FROM read_parquet('${files.dayFile}') WHERE point = ${(index * 31) % points} ORDER BY time_ms`,
    );
    mustHold(day.getColumns()[0]?.length === files.lastDayRows, 'DuckDB alone reads the whole day');
    times.day.push(performance.now() - startMs);
    startMs = performance.now();
    await connection.runAndReadAll(
      `SELECT ((minute_ms - ${monthStartMs}) // ${44 * minuteMs})::DOUBLE AS bucket, min(min), max(max), sum(sum) / sum(valued), arg_max(last, last_ms)
       FROM read_parquet('${files.monthFile}') WHERE point = ${(index * 7) % 20} GROUP BY bucket ORDER BY bucket`,
    );
    times.month.push(performance.now() - startMs);
  }
  const plainFile = path.join(files.folder, 'plain.parquet');
  await connection.run(`COPY (FROM read_parquet('${files.dayFile}')) TO '${plainFile}' (FORMAT parquet, COMPRESSION zstd)`);
  connection.closeSync();
  instance.closeSync();
  return { dayMs: median(times.day), monthMs: median(times.month), bytes: statSync(plainFile).size };
}
