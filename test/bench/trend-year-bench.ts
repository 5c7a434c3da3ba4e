// A year of 1 Hz readings on the embedded historian: how long until one point, and eight at once, can be drawn.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { openDuckdbHistorian } from '../../historian/duckdb/duckdb-historian.ts';
import { gapDays, makeYearOfReadings } from '../harness/year-of-readings.ts';
import { type Bench, type BenchRow, mustHold } from './bench.ts';
import { benchPlant, median } from './walking-readings.ts';

const dayMs = 86_400_000;
const days = 365;
const fromMs = Date.UTC(2025, 0, 1);
const toMs = fromMs + days * dayMs;
const points = 8;
const buckets = 1_200;
const times = 9;

export const trendYearBench: Bench = {
  name: 'trend-year',
  load: ({ isQuick }) =>
    `${points} points at 1 Hz for ${days - gapDays.length} of ${days} days = ${((points * (days - gapDays.length) * 86_400) / 1e6).toFixed(0)} M readings${isQuick ? ', their roll-ups alone' : ''}; embedded; ${buckets} buckets`,
  async run({ isQuick, print }) {
    const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-bench-'));
    const plant = benchPlant(100);
    const pointIds = plant.pointTable.ids.slice(0, points);
    try {
      const historianFolder = path.join(folder, 'historian');
      await makeYearOfReadings({ folder: historianFolder, pointIds, fromMs, days, withReadings: !isQuick });
      const open = () =>
        openDuckdbHistorian({
          plant,
          dataDir: folder,
          folder: historianFolder,
          clock: new ManualClock(toMs),
          log: { info: () => undefined, warn: (_fields, message) => print(message), error: (_fields, message) => print(message) },
        });
      const historian = await open();
      try {
        const year = async (pointId: string) => {
          const found = await historian.readBuckets({ pointId, fromMs, toMs, buckets });
          const filled = ((days - gapDays.length) * dayMs) / found.bucketMs;
          mustHold(Math.abs(found.timeMs.length - filled) <= 2, `the year is drawn: ${found.timeMs.length} buckets of ${filled}`);
          mustHold(
            found.goodShare.every((share) => share === 1),
            'all of it is good',
          );
        };
        const timed = async (work: () => Promise<unknown>): Promise<number> => {
          const startMs = performance.now();
          await work();
          return performance.now() - startMs;
        };
        const firstMs = await timed(() => year(pointIds[0] as string));
        const one: number[] = [];
        const eight: number[] = [];
        for (let round = 0; round < times; round += 1) {
          one.push(await timed(() => year(pointIds[round % points] as string)));
          eight.push(await timed(() => Promise.all(pointIds.map(year))));
        }
        const row = (figure: string, value: number): BenchRow => ({ figure, value, unit: 'ms', goal: '< 1,000', peer: null });
        return [
          row('a year of one point, first after the start', firstMs),
          row('a year of one point', median(one)),
          row('a year of eight points at once', median(eight)),
          row('a year of eight points at once, slowest', Math.max(...eight)),
        ];
      } finally {
        await historian.close();
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
