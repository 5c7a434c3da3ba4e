// Against a real InfluxDB 1.x, and VictoriaMetrics for what is sent.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../collector/system-clock.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { createRandom } from '../../simulators/process/random.ts';
import {
  influxdProgram,
  influxQuery,
  type RunningDatabase,
  startInfluxd,
  startVictoriaMetrics,
  victoriaMetricsProgram,
} from '../../test/services/influxd.ts';
import type { Historian, HistorianLog } from '../historian.ts';
import { historianContract, rawRows } from '../historian-contract.ts';
import { contractPlant, type Row, writeRows } from '../historian-contract-plant.ts';
import { openHistorian } from '../open-historian.ts';
import { qualityRunsOf } from '../quality-runs.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-influx-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const log: HistorianLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
const plant = contractPlant();
const point = 'RS-01.PT-102';
const baseMs = Date.UTC(2026, 2, 1);
const seed = randomInt(1 << 30);
let databases = 0;

function open(port: number, database: string, dataDir: string): Promise<Historian> {
  return openHistorian({ url: `influx://127.0.0.1:${port}/?db=${database}`, plant, dataDir, clock: systemClock, log });
}

async function freshDatabase(port: number): Promise<string> {
  databases += 1;
  const name = `gatewatch${databases}`;
  await influxQuery(port, `CREATE DATABASE ${name}`);
  return name;
}

const influxd = influxdProgram();
describe.skipIf(influxd === null)('InfluxDB', () => {
  let server: RunningDatabase;
  let serverFolder = '';
  beforeAll(async () => {
    serverFolder = path.join(folder, 'influxd');
    server = await startInfluxd(influxd as string, serverFolder);
  });
  afterAll(() => server.stop());

  historianContract(async (name) => {
    await influxQuery(server.port, `CREATE DATABASE ${name}`);
    return open(server.port, name, path.join(folder, name));
  }, baseMs);

  test('runs of equal quality are found by the database itself, the same as from the readings one by one', async () => {
    const name = await freshDatabase(server.port);
    const random = createRandom(seed);
    const told: string[] = [];
    const historian = await openHistorian({
      url: `influx://127.0.0.1:${server.port}/?db=${name}`,
      plant,
      dataDir: path.join(folder, name),
      clock: systemClock,
      log: { ...log, info: (_fields, message) => void told.push(message) },
    });
    const pointIds = [...plant.pointTable.ids];
    const qualities = [Quality.good, Quality.uncertainInaccurate, Quality.badCommFail];
    const batch = createReadingBatch(plant.pointTable, 1);
    for (const index of pointIds.keys()) {
      let quality: number = Quality.good;
      for (let timeMs = baseMs; timeMs < baseMs + 1_000_000; timeMs += random() < 0.95 ? 1 + random() * 9_000 : 30_000 + random() * 5) {
        if (random() < 0.2) quality = qualities[Math.floor(random() * 3)] ?? Quality.good;
        batch.length = 0;
        pushReading(batch, index, Math.floor(timeMs), random() * 100, quality);
        historian.write(batch);
      }
    }
    await historian.flush();
    const range = { pointIds, fromMs: baseMs + 50_000, toMs: baseMs + 950_000 };
    const rows = await historian.readRawOfMany({ ...range, limit: 1_000_000 });
    const runs = await historian.readQualityRuns({ ...range, silenceMs: 30_002 });
    expect(runs, `seed ${seed}`).toEqual(qualityRunsOf(rows, pointIds.length, 30_002));
    expect(runs.point.length).toBeGreaterThan(pointIds.length * 5);
    expect(runs.point.length).toBeLessThan(rows.point.length);
    expect(told).toEqual([]);
    await historian.close();
  });

  test('killed while readings flow and started again: everything arrives, once', async () => {
    const name = await freshDatabase(server.port);
    const historian = await open(server.port, name, path.join(folder, name));
    let next = 0;
    const expected: (readonly number[])[] = [];
    const writeSome = () => {
      const rows: Row[] = Array.from({ length: 500 }, (_, index) => [baseMs + (next + index) * 10, next + index] as const);
      next += rows.length;
      for (const [timeMs, value] of rows) expected.push([timeMs, value, 0]);
      writeRows(historian, plant, point, rows);
    };
    const writing = setInterval(writeSome, 20);
    await expect.poll(() => historian.status().written, { timeout: 20_000 }).toBeGreaterThan(1_000);
    await server.kill();
    await expect.poll(() => historian.status().isAvailable, { timeout: 20_000 }).toBe(false);
    expect(historian.status().reason).toMatch(/unreachable/);
    server = await startInfluxd(influxd as string, serverFolder, server.port);
    await expect.poll(() => historian.status().isAvailable, { timeout: 60_000 }).toBe(true);
    clearInterval(writing);
    await historian.flush();
    await expect.poll(() => historian.status().spooled, { timeout: 30_000 }).toBe(0);
    const { rows } = await rawRows(historian, point, baseMs, baseMs + next * 10);
    expect(rows).toEqual(expected);
    expect(historian.status()).toMatchObject({ accepted: next, dropped: 0, setAside: 0 });
    await historian.close();
  });

  test('our process killed with a full spool while the database is away: all of it is sent after both are back', async () => {
    const name = await freshDatabase(server.port);
    await server.kill();
    const dataDir = path.join(folder, name);
    const program = `
      import { systemClock } from '${path.resolve('collector/system-clock.ts')}';
      import { contractPlant, writeRows } from '${path.resolve('historian/historian-contract-plant.ts')}';
      import { openHistorian } from '${path.resolve('historian/open-historian.ts')}';
      const plant = contractPlant();
      const log = { info() {}, warn() {}, error() {} };
      const historian = await openHistorian({ url: 'influx://127.0.0.1:${server.port}/?db=${name}', plant, dataDir: '${dataDir}', clock: systemClock, log });
      writeRows(historian, plant, '${point}', Array.from({ length: 20000 }, (_, index) => [${baseMs} + index * 10, index]));
      await historian.flush();
      process.stdout.write('flushed');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    server = await startInfluxd(influxd as string, serverFolder, server.port);
    const historian = await open(server.port, name, dataDir);
    await expect.poll(() => historian.status().spooled, { timeout: 30_000 }).toBe(0);
    const { rows } = await rawRows(historian, point, baseMs, baseMs + 200_000);
    expect(rows).toEqual(Array.from({ length: 20_000 }, (_, index) => [baseMs + index * 10, index, 0]));
    await historian.close();
  });

  test('a line that the database will never take is set aside, the rest of its batch is stored', async () => {
    const name = await freshDatabase(server.port);
    const dayMs = 86_400_000;
    // InfluxDB 1 fixes the type of a field by shard. In the default week-long shards, that of these two days lies apart from the others': only there a
    // number conflicts with the text that is there already.
    const conflictMs = baseMs + 21 * dayMs;
    await fetch(`http://127.0.0.1:${server.port}/write?db=${name}&precision=ms`, {
      method: 'POST',
      body: `reading,point=elsewhere v="text" ${conflictMs}\n`,
    });
    const dataDir = path.join(folder, name);
    const historian = await open(server.port, name, dataDir);
    const rows: Row[] = Array.from({ length: 1_000 }, (_, index) => [index === 637 ? conflictMs : baseMs + index * 1_000, index]);
    writeRows(historian, plant, point, rows);
    await historian.flush();
    await expect.poll(() => historian.status().spooled, { timeout: 30_000 }).toBe(0);
    expect(historian.status()).toMatchObject({ written: 999, setAside: 1, dropped: 0, isAvailable: true });
    const { rows: stored } = await rawRows(historian, point, baseMs, baseMs + 60 * dayMs);
    expect(stored.map((row) => row[1])).toEqual(rows.map((row) => row[1]).filter((value) => value !== 637));
    await historian.close();
    const setAside = readFileSync(path.join(dataDir, 'historian-spool', 'set-aside.lp'), 'utf8').split('\n');
    expect(setAside[0]).toMatch(/^# 400 .*field type conflict/);
    expect(setAside[1]).toBe(`reading,point=${point} v=637,q=0i ${conflictMs}`);
    expect(setAside.filter((line) => line !== '')).toHaveLength(2);
    // Known again after a restart.
    const again = await open(server.port, name, dataDir);
    expect(again.status().setAside).toBe(1);
    await again.close();
  });

  test('words arrive as they were read, line feeds as spaces', async () => {
    const name = await freshDatabase(server.port);
    const historian = await open(server.port, name, path.join(folder, name));
    const texts = ['it\'s "open", \\half = 1\nsecond line', '关闭', ''];
    const batch = createReadingBatch(plant.pointTable, texts.length);
    batch.text = new Map(texts.entries());
    for (const index of texts.keys())
      pushReading(batch, plant.pointTable.ids.indexOf('RS-01.XT-103'), baseMs + index, Number.NaN, Quality.good);
    historian.write(batch);
    await historian.flush();
    await expect.poll(() => historian.status().spooled, { timeout: 30_000 }).toBe(0);
    const answer = await influxQuery(server.port, `SELECT s FROM ${name}.autogen.reading WHERE point = 'RS-01.XT-103'`);
    expect(answer).toMatchObject({
      results: [{ series: [{ values: texts.map((text) => [expect.any(String), text.replace('\n', ' ')]) }] }],
    });
    await historian.close();
  });

  test('the end of the spool torn by a power cut: what was durable before it is sent', async () => {
    const name = await freshDatabase(server.port);
    const dataDir = path.join(folder, name);
    const spoolFolder = path.join(dataDir, 'historian-spool');
    await server.kill();
    const first = await open(server.port, name, dataDir);
    for (const start of [0, 100]) {
      writeRows(
        first,
        plant,
        point,
        Array.from({ length: 100 }, (_, index) => [baseMs + (start + index) * 1_000, start + index] as const),
      );
      await first.flush();
    }
    await first.close();
    const segment = readdirSync(spoolFolder).find((file) => file.endsWith('.segment')) as string;
    truncateSync(path.join(spoolFolder, segment), statSync(path.join(spoolFolder, segment)).size - 10);
    server = await startInfluxd(influxd as string, serverFolder, server.port);
    const historian = await open(server.port, name, dataDir);
    writeRows(historian, plant, point, [[baseMs + 200_000, 200]]);
    await historian.flush();
    await expect.poll(() => historian.status().spooled, { timeout: 60_000 }).toBe(0);
    const { rows } = await rawRows(historian, point, baseMs, baseMs + 300_000);
    expect(rows.map((row) => row[1])).toEqual([...Array.from({ length: 100 }, (_, index) => index), 200]);
    await historian.close();
  });

  test('a database that does not exist yet: readings wait, and go when it does', async () => {
    const historian = await open(server.port, 'later', path.join(folder, 'later'));
    writeRows(historian, plant, point, [[baseMs, 5]]);
    await historian.flush();
    await expect.poll(() => historian.status().reason, { timeout: 20_000 }).toMatch(/missingDatabase/);
    await influxQuery(server.port, 'CREATE DATABASE later');
    await expect.poll(() => historian.status().spooled, { timeout: 60_000 }).toBe(0);
    expect((await rawRows(historian, point, baseMs, baseMs + 1_000)).rows).toEqual([[baseMs, 5, 0]]);
    await historian.close();
  });
});

const victoriaMetrics = victoriaMetricsProgram();
describe.skipIf(victoriaMetrics === null)('VictoriaMetrics', () => {
  test('takes the same lines', async () => {
    const server = await startVictoriaMetrics(victoriaMetrics as string, path.join(folder, 'victoria'));
    const historian = await open(server.port, 'gatewatch', path.join(folder, 'victoria-spool'));
    const rows: Row[] = Array.from({ length: 1_000 }, (_, index) => [baseMs + index * 1_000, index] as const);
    writeRows(historian, plant, point, rows);
    await historian.flush();
    await expect.poll(() => historian.status().spooled, { timeout: 30_000 }).toBe(0);
    expect(historian.status()).toMatchObject({ written: 1_000, setAside: 0, dropped: 0 });
    const exported = async () => {
      await fetch(`http://127.0.0.1:${server.port}/internal/force_flush`); // else new series are found only after some seconds
      const response = await fetch(`http://127.0.0.1:${server.port}/api/v1/export?match[]=${encodeURIComponent('{__name__="reading_v"}')}`);
      const series = (await response.text())
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { timestamps: number[]; values: number[] });
      return series.flatMap(({ timestamps, values }) => timestamps.map((timeMs, index) => [timeMs, values[index]]));
    };
    await expect.poll(exported, { timeout: 30_000 }).toEqual(rows.map(([timeMs, value]) => [timeMs, value]));
    await historian.close();
    await server.stop();
  });
});
