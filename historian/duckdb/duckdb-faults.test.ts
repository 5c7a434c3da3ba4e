// The embedded historian in a process that is killed, beside another process, and with a year in it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, expect, test } from 'vitest';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import type { HistorianLog } from '../historian.ts';
import { rawRows } from '../historian-contract.ts';
import { contractPlant, type Row, writeRows } from '../historian-contract-plant.ts';
import { openDuckdbHistorian } from './duckdb-historian.ts';
import { sealSteps } from './seal-readings.ts';

const folders: string[] = [];
const children = new Set<ReturnType<typeof spawn>>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-duckdb-'));
  folders.push(folder);
  return folder;
}

const log: HistorianLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
const plant = contractPlant();
const point = 'RS-01.PT-102';
const minuteMs = 60_000;
const dayMs = 86_400_000;
const baseMs = Date.UTC(2026, 2, 1);
const minutes = (days: number): Row[] => Array.from({ length: days * 1_440 }, (_, minute) => [baseMs + minute * minuteMs, minute % 100]);

const open = (folder: string, clock: ManualClock) =>
  openDuckdbHistorian({ plant, dataDir: folder, folder: path.join(folder, 'historian'), clock, log });

/** Runs a module text in another process, with the historian's parts in scope. Resolves at its first word; the caller ends it. */
async function inAnotherProcess(text: string) {
  const module = (file: string) => JSON.stringify(pathToFileURL(path.resolve(import.meta.dirname, file)).href);
  const program = `
    import { writeSync } from 'node:fs';
    import { ManualClock } from ${module('../../domain/time/manual-clock.ts')};
    import { contractPlant, writeRows } from ${module('../historian-contract-plant.ts')};
    import { openDuckdbHistorian } from ${module('./duckdb-historian.ts')};
    const log = { info() {}, warn() {}, error() {} };
    const plant = contractPlant();
    const clock = new ManualClock(${baseMs});
    ${text}`;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  await Promise.race([once(child.stdout, 'data'), exited.then(([code, signal]) => ended(code, signal, errors))]);
  return { child, exited };
}

function ended(code: number | null, signal: NodeJS.Signals | null, errors: string): void {
  if (signal !== 'SIGKILL') throw new Error(`the other process ended by itself (${code ?? signal}): ${errors}`);
}

test.each(sealSteps)('killed (SIGKILL) when a seal has %s: nothing is lost, nothing is there twice', async (step) => {
  const folder = newFolder();
  const { exited } = await inAnotherProcess(`
    const historian = await openDuckdbHistorian({
      plant, clock, log, dataDir: ${JSON.stringify(folder)}, folder: ${JSON.stringify(path.join(folder, 'historian'))},
      onSealStep(step) {
        if (step !== ${JSON.stringify(step)}) return;
        writeSync(1, 'there');
        process.kill(process.pid, 'SIGKILL');
        for (;;);
      },
    });
    writeRows(historian, plant, ${JSON.stringify(point)}, Array.from({ length: 2 * 1440 }, (_, minute) => [${baseMs} + minute * ${minuteMs}, minute % 100]));
    await historian.flush();
    clock.jumpWall(2 * ${dayMs} + 600000);
    await historian.maintain();
    await historian.close();`);
  expect(await exited).toEqual([null, 'SIGKILL']);

  const clock = new ManualClock(baseMs + 2 * dayMs + 600_000);
  const expected = minutes(2).map((row) => [...row, Quality.good]);
  const again = await open(folder, clock);
  expect((await rawRows(again, point, baseMs, baseMs + 3 * dayMs)).rows).toEqual(expected);
  const before = await again.readBuckets({ pointId: point, fromMs: baseMs, toMs: baseMs + 2 * dayMs, buckets: 48 });
  expect([...before.mean]).toHaveLength(48);
  await again.maintain();
  expect((await rawRows(again, point, baseMs, baseMs + 3 * dayMs)).rows).toEqual(expected);
  expect(await again.readBuckets({ pointId: point, fromMs: baseMs, toMs: baseMs + 2 * dayMs, buckets: 48 })).toEqual(before);
  expect(readdirSync(path.join(folder, 'historian', 'days'))).toHaveLength(2);
  expect(readdirSync(path.join(folder, 'historian', 'temporary'))).toEqual([]);
  await again.close();
});

test('a folder in use by another process is refused, with what to do; the other goes on; when it has gone it opens', async () => {
  const folder = newFolder();
  const { child, exited } = await inAnotherProcess(`
    const historian = await openDuckdbHistorian({ plant, clock, log, dataDir: ${JSON.stringify(folder)}, folder: ${JSON.stringify(path.join(folder, 'historian'))} });
    writeRows(historian, plant, ${JSON.stringify(point)}, [[${baseMs}, 7]]);
    await historian.flush();
    writeSync(1, 'open');
    setInterval(() => {}, 1000);`);
  await expect(open(folder, new ManualClock(baseMs))).rejects.toThrow(
    /in use by another process; stop it, or give this one another data folder/,
  );
  expect(readdirSync(path.join(folder, 'historian'))).not.toContain('damaged');
  child.kill('SIGKILL');
  await exited;
  const historian = await open(folder, new ManualClock(baseMs));
  expect((await rawRows(historian, point, baseMs, baseMs + 1)).rows).toEqual([[baseMs, 7, Quality.good]]);
  await historian.close();
});

test('a year of minutes is drawn from the roll-ups of its months, each minute once', { timeout: 120_000 }, async () => {
  const folder = newFolder();
  const clock = new ManualClock(baseMs);
  const historian = await open(folder, clock);
  const days = 365;
  for (let day = 0; day < days; day += 1) {
    const batch = createReadingBatch(plant.pointTable, 1_440);
    for (let minute = 0; minute < 1_440; minute += 1) {
      const timeMs = baseMs + day * dayMs + minute * minuteMs;
      pushReading(batch, plant.pointTable.ids.indexOf(point), timeMs, day + minute / 1_440, Quality.good);
    }
    historian.write(batch);
  }
  await historian.flush();
  clock.jumpWall(days * dayMs + 600_000);
  await historian.maintain();
  // Months whose days were sealed apart are merged; the year is read from these few files.
  expect(readdirSync(path.join(folder, 'historian', 'minutes')).length).toBeLessThan(2 * 31);
  const year = await historian.readBuckets({ pointId: point, fromMs: baseMs, toMs: baseMs + days * dayMs, buckets: 1_000 });
  expect(year.bucketMs % minuteMs).toBe(0);
  expect(year.timeMs.length).toBeGreaterThan(900);
  expect(year.min[0]).toBe(0);
  expect(year.max.at(-1)).toBe(days - 1 + 1_439 / 1_440);
  expect([...year.goodShare].every((share) => share === 1)).toBe(true);
  for (let index = 1; index < year.timeMs.length; index += 1) {
    expect((year.timeMs[index] as number) - (year.timeMs[index - 1] as number)).toBe(year.bucketMs);
    expect(year.min[index]).toBeCloseTo((year.max[index - 1] as number) + 1 / 1_440, 6);
  }
  await historian.close();
});

test('a full disk: what comes waits, what does not fit is counted, what is stored is still read, and room brings back what waited', async () => {
  const clock = new ManualClock(baseMs);
  const folder = newFolder();
  let hasRoom = true;
  const historian = await openDuckdbHistorian({
    plant,
    dataDir: folder,
    folder: path.join(folder, 'historian'),
    clock,
    log,
    queueRowsMax: 101,
    mayStore: () => hasRoom,
  });
  const write = (from: number, to: number) => {
    for (let second = from; second < to; second += 1) writeRows(historian, plant, point, [[baseMs + second * 1_000, second]]);
  };
  const stored = async () => (await rawRows(historian, point, baseMs, baseMs + dayMs)).rows.map(([, value]) => value);
  write(0, 10);
  await historian.flush();
  hasRoom = false;
  write(10, 200);
  clock.advance(1_000);
  expect(await stored()).toEqual(Array.from({ length: 10 }, (_, second) => second));
  await expect(historian.flush()).rejects.toThrow('they wait in memory');
  expect(historian.status()).toMatchObject({ isAvailable: false, reason: 'the disk is full', spooled: 100, dropped: 90, written: 10 });
  hasRoom = true;
  await historian.flush();
  write(200, 205);
  expect(await stored()).toEqual([...Array.from({ length: 110 }, (_, second) => second), 200, 201, 202, 203, 204]);
  expect(historian.status()).toMatchObject({ isAvailable: true, reason: null, spooled: 0, dropped: 90, written: 115 });
  await historian.close();
});

test('words are stored beside the readings', async () => {
  const folder = newFolder();
  const historian = await open(folder, new ManualClock(baseMs));
  const batch = createReadingBatch(plant.pointTable, 2);
  const texts = [`it's "open"\nsecond line`, '关闭'];
  batch.text = new Map(texts.entries());
  for (const index of texts.keys())
    pushReading(batch, plant.pointTable.ids.indexOf('RS-01.XT-103'), baseMs + index, Number.NaN, Quality.good);
  historian.write(batch);
  await historian.close();
  const instance = await DuckDBInstance.create(path.join(folder, 'historian', 'readings.duckdb'), { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const stored = await connection.runAndReadAll('SELECT text FROM text_reading ORDER BY time_ms');
  expect(stored.getRows().map((row) => row[0])).toEqual(texts);
  connection.closeSync();
  instance.closeSync();
});
