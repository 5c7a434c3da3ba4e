// The historian's InfluxDB is away: dead for a day of readings (a day's times, written as fast as the spool takes them), then dead and frozen for moments under the
// whole product, whose alarms and people go on meanwhile. What came in is there in the end, once. What databases may answer is historian/influx/influx-answers.test.ts.
import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../collector/system-clock.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { openHistorian } from '../../historian/open-historian.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { benchPlant } from '../bench/walking-readings.ts';
import { compareCounts, ReadingsWitness } from '../harness/counted-readings.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { startTogglingPlant } from '../harness/toggling-plant.ts';
import { expectAllThere, Witness, watch } from '../harness/witness.ts';
import { influxdProgram, influxQuery, startInfluxd } from './influxd.ts';

const program = influxdProgram();
const isLong = process.env.FAULTS === 'long';
const points = 100;
const everyMs = isLong ? 5_000 : 120_000;
const dayMs = 86_400_000;
const seed = randomInt(1 << 30);

describe.skipIf(program === null)('the historian’s database is away', () => {
  test('for a day: all of its readings are there, once', { timeout: isLong ? 900_000 : 120_000 }, async () => {
    const folder = temporaryFolder();
    const plant = benchPlant(points);
    let influx = await startInfluxd(program as string, path.join(folder, 'influx'));
    onTestFinished(() => influx.kill());
    await influxQuery(influx.port, 'CREATE DATABASE away');
    await influx.kill();
    const historian = await openHistorian({
      url: `influx://127.0.0.1:${influx.port}/?db=away`,
      plant,
      dataDir: path.join(folder, 'data'),
      clock: systemClock,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    onTestFinished(() => historian.close());
    const fromMs = Date.UTC(2026, 3, 1);
    const batch = createReadingBatch(plant.pointTable, points);
    const sums = new Float64Array(points);
    let given = 0;
    for (let timeMs = fromMs; timeMs < fromMs + dayMs; timeMs += everyMs) {
      batch.length = 0;
      for (let point = 0; point < points; point += 1) {
        // Whole numbers, whose sum is exact, each far enough from the one before to be kept.
        const value = ((timeMs / everyMs) * 389 + point * 17) % 1_000;
        sums[point] = (sums[point] ?? 0) + value;
        pushReading(batch, point, timeMs, value, Quality.good);
      }
      historian.write(batch);
      given += points;
      // So much may wait in memory; the spool has its turns.
      if (given % 50_000 === 0) await historian.flush();
    }
    await historian.flush();
    expect(historian.status()).toMatchObject({ isAvailable: false, accepted: given, written: 0, dropped: 0 });
    influx = await startInfluxd(program as string, path.join(folder, 'influx'), influx.port);
    const backMs = performance.now();
    await expect.poll(() => historian.status().spooled, { timeout: isLong ? 600_000 : 60_000, interval: 50 }).toBe(0);
    const seconds = (performance.now() - backMs) / 1_000;
    expect(historian.status()).toMatchObject({ isAvailable: true, dropped: 0, setAside: 0 });
    let stored = 0;
    for (const [point, id] of plant.pointTable.ids.entries()) {
      const answer = (await influxQuery(influx.port, `SELECT count(v), sum(v) FROM away.autogen.reading WHERE point='${id}'`)) as {
        results: [{ series: [{ values: [[number, number, number]] }] }];
      };
      const [, count, sum] = answer.results[0].series[0].values[0];
      stored += count;
      expect(sum).toBe(sums[point]);
    }
    expect(stored).toBe(given);
    console.log(
      `historian away: ${given} readings of a day (${points} points, one each ${everyMs / 1_000} s) while the database was dead: ${given - stored} lost or doubled; ` +
        `drained in ${seconds.toFixed(1)} s, ${Math.round(dayMs / 1_000 / seconds)} times as fast as they came about`,
    );
  });

  test(`dead and frozen under the whole product: alarms and people go on, no answer of a device is missing (seed ${seed})`, {
    timeout: isLong ? 400_000 : 180_000,
  }, async () => {
    const folder = temporaryFolder();
    const random = createRandom(seed);
    mkdirSync(path.join(folder, 'influx'));
    let influx = await startInfluxd(program as string, path.join(folder, 'influx'));
    onTestFinished(async () => {
      influx.child.kill('SIGCONT');
      await influx.kill();
    });
    await influxQuery(influx.port, 'CREATE DATABASE away');
    const plant = await startTogglingPlant({ devices: 5, pointsEach: 50, scanMs: 200, random, folder });
    const fromMs = Date.now();
    const { gatewatch, client } = await plant.startOnDuty({ arguments: ['--historian', `influx://127.0.0.1:${influx.port}/?db=away`] });
    plant.toggle({ everyMs: 20, restMs: 600 });
    const witness = new Witness();
    let isOver = false;
    const watching = watch(client, witness, () => isOver);
    const told: string[] = [];
    const away = async (how: string, begin: () => Promise<unknown>, finish: () => Promise<unknown>) => {
      const before = witness.copy();
      await begin();
      await pass(isLong ? 60_000 : 6_000);
      const [raises, acknowledgements] = [witness.raised.size - before.raised.size, witness.acknowledged.size - before.acknowledged.size];
      expect(raises).toBeGreaterThan(10);
      expect(acknowledgements).toBeGreaterThan(5);
      told.push(`${how}: ${raises} raises seen and ${acknowledgements} acknowledged meanwhile`);
      await finish();
    };
    await away(
      'dead',
      () => influx.kill(),
      async () => {
        influx = await startInfluxd(program as string, path.join(folder, 'influx'), influx.port);
      },
    );
    await away(
      'frozen',
      async () => influx.child.kill('SIGSTOP'),
      async () => influx.child.kill('SIGCONT'),
    );
    isOver = true;
    await watching;
    plant.rest();
    const spooled = async () => {
      const { collectors } = await client.get<{ collectors: { historian: { spooled: number; isAvailable: boolean } }[] }>('/api/health');
      return collectors[0]?.historian;
    };
    await expect.poll(spooled, { timeout: 60_000, interval: 200 }).toMatchObject({ isAvailable: true, spooled: 0 });
    const toMs = Date.now();
    await pass(1_500);
    const counted = await compareCounts({ client, counts: plant.devices.counts, witness: new ReadingsWitness(), fromMs, toMs });
    const journal = await client.journal();
    expect(await gatewatch.stop()).toBe(0);
    expect({ doubled: counted.doubled, wrong: counted.wrong, holes: counted.holes }).toEqual({ doubled: 0, wrong: 0, holes: [] });
    expect(counted.stored).toBeGreaterThan(100);
    expectAllThere(witness, journal);
    console.log(`historian away: seed ${seed}, ${counted.stored} answers of devices stored, 0 missing or doubled; ${told.join('; ')}`);
  });
});
