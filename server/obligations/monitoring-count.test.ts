// The count of readings over restarts, a historian that fails, and readings that come late.
import { randomInt } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import { openHistorian } from '../../historian/open-historian.ts';
import { qualityRunsOf } from '../../historian/quality-runs.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { MonitoringCount } from './monitoring-count.ts';

const minute = 60_000;
const hour = 60 * minute;
const t0 = Date.UTC(2026, 6, 1);
const plantText = (tags: readonly string[]) => `schema: 1
company: { id: t, name: { zh: 测试, en: Test } }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations:
  - id: GS-01
    type: gate
    name: { zh: 站, en: Station }
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points: [${tags.map((tag, index) => `{ tag: ${tag}, name: { zh: 压力, en: P }, unit: MPa, range: { min: 0, max: 1 }, register: { address: ${2 * index}, type: float32 }, defaultAlarms: false }`).join(', ')}]
`;

async function stage() {
  const clock = new ManualClock(t0);
  const database = await openDatabase('sqlite:', temporaryFolder());
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const missing: { fromMs: number; toMs: number }[] = [];
  let isFailing = false;
  const historian = {
    readQualityRuns: async ({ pointIds, fromMs, toMs, silenceMs }: Parameters<HistorianReader['readQualityRuns']>[0]) => {
      if (isFailing) throw new Error('the store is away');
      const times: number[] = [];
      for (let timeMs = Math.ceil(fromMs / minute) * minute; timeMs < toMs; timeMs += minute)
        if (!missing.some((span) => span.fromMs <= timeMs && timeMs < span.toMs)) times.push(timeMs);
      const rows = times.flatMap((timeMs) => pointIds.map((_, index) => ({ timeMs, index })));
      const columns = {
        timeMs: Float64Array.from(rows, (row) => row.timeMs),
        quality: Uint8Array.from(rows, () => 0),
        point: Uint16Array.from(rows, (row) => row.index),
      };
      return qualityRunsOf(columns, pointIds.length, silenceMs);
    },
  };
  return {
    clock,
    database,
    missing,
    fail: (value: boolean) => {
      isFailing = value;
    },
    open: (tags: readonly string[] = ['PT-1']) =>
      MonitoringCount.open({
        plant: plantOf(plantText(tags)),
        historian: historian as unknown as HistorianReader,
        ledger,
        clock,
        log: pino({ level: 'silent' }),
      }),
    gaps: () => database.selectFrom('monitoring_gap').selectAll().orderBy('from_ms').execute(),
    watches: () => database.selectFrom('monitoring_watch').selectAll().orderBy('point_id').execute(),
  };
}

test('a gap that outlasts slices and a restart is one row, closed when a reading comes', async () => {
  const s = await stage();
  s.missing.push({ fromMs: t0 + 10 * minute, toMs: t0 + 70 * minute });
  const first = await s.open();
  s.clock.advance(40 * minute);
  await first.advance();
  expect(await s.gaps()).toEqual([
    { point_id: 'GS-01.PT-1', station_id: 'GS-01', from_ms: t0 + 9 * minute, to_ms: null, reason: 'noReading' },
  ]);
  first.stop();
  s.clock.advance(60 * minute);
  const second = await s.open();
  await second.advance();
  expect(await s.gaps()).toMatchObject([{ from_ms: t0 + 9 * minute, to_ms: t0 + 70 * minute }]);
  await s.database.destroy();
});

test('[OB1] a store that is away is waited for: nothing is counted, and nothing is missing afterwards', async () => {
  const s = await stage();
  const count = await s.open();
  s.fail(true);
  s.clock.advance(2 * hour);
  await count.advance();
  expect(count.countedToMs).toBe(t0 + minute);
  s.fail(false);
  await count.advance();
  expect(count.countedToMs).toBeGreaterThan(t0 + 1.9 * hour);
  expect(await s.gaps()).toEqual([]);
  await s.database.destroy();
});

test('readings that come late, from the disk of a collector, take the silence back', async () => {
  const s = await stage();
  s.missing.push({ fromMs: t0 + 10 * minute, toMs: t0 + 30 * minute }, { fromMs: t0 + 40 * minute, toMs: t0 + 55 * minute });
  const count = await s.open();
  s.clock.advance(59 * minute);
  await count.advance();
  expect(await s.gaps()).toHaveLength(2);
  s.missing.shift();
  s.clock.advance(hour);
  await count.advance();
  expect(await s.gaps()).toMatchObject([{ from_ms: t0 + 39 * minute, to_ms: t0 + 55 * minute }]);
  await s.database.destroy();
});

test('an instrument that comes is counted from then on, of one that leaves the count ends', async () => {
  const s = await stage();
  const first = await s.open(['PT-1', 'PT-2']);
  s.clock.advance(hour);
  await first.advance();
  const second = await s.open(['PT-2', 'PT-3']);
  expect((await s.watches()).map(({ point_id, from_ms, to_ms }) => [point_id, from_ms, to_ms])).toEqual([
    ['GS-01.PT-1', t0 + minute, second.countedToMs],
    ['GS-01.PT-2', t0 + minute, null],
    // A minute to be connected in.
    ['GS-01.PT-3', t0 + hour + minute, null],
  ]);
  await s.database.destroy();
});

test('what the embedded store reckons by itself gives the same gaps as every reading read', async () => {
  const seed = randomInt(1 << 30);
  const random = createRandom(seed);
  const plant = plantOf(plantText(['PT-1', 'PT-2', 'PT-3', 'PT-4']));
  const clock = new ManualClock(t0);
  const log = pino({ level: 'silent' });
  const dataDir = temporaryFolder();
  const historian = await openHistorian({ url: 'duckdb:', plant, dataDir, clock, log });
  const qualities = [Quality.good, Quality.good, Quality.badCommFail, Quality.badInstrumentFault, Quality.uncertainInaccurate];
  for (const point of plant.points) {
    let timeMs = t0;
    let quality: number = Quality.good;
    while (timeMs < t0 + 2 * hour) {
      const batch = createReadingBatch(plant.pointTable, 1);
      // Mostly every minute, at times a silence about as long as an instrument may be silent, or long.
      if (random() < 0.1) quality = qualities[Math.floor(random() * qualities.length)] ?? Quality.good;
      pushReading(batch, point.index, timeMs, random(), quality);
      historian.write(batch);
      timeMs +=
        random() < 0.9 ? Math.round(random() * minute) : Math.round(140_000 + random() * 20_000 + (random() < 0.3 ? hour * random() : 0));
    }
  }
  await historian.flush();
  const gapsBy = async (reader: Pick<HistorianReader, 'readQualityRuns'>) => {
    const own = new ManualClock(t0);
    const database = await openDatabase('sqlite:', temporaryFolder());
    const ledger = new Ledger(database, await Journal.open(database), own);
    const count = await MonitoringCount.open({ plant, historian: reader as HistorianReader, ledger, clock: own, log });
    for (let step = 0; step < 10; step += 1) {
      own.advance(13 * minute);
      await count.advance();
    }
    const gaps = await database.selectFrom('monitoring_gap').selectAll().orderBy('point_id').orderBy('from_ms').execute();
    await database.destroy();
    return gaps;
  };
  const byRuns = await gapsBy(historian);
  expect(byRuns.length, `seed ${seed}`).toBeGreaterThan(10);
  expect(byRuns, `seed ${seed}`).toEqual(
    await gapsBy({
      readQualityRuns: async ({ silenceMs, ...range }) =>
        qualityRunsOf(await historian.readRawOfMany({ ...range, limit: 1_000_000 }), range.pointIds.length, silenceMs),
    }),
  );
  await historian.close();
});
