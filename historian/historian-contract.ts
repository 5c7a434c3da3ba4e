// What every historian engine must do: one suite, run against each.
import { expect, test } from 'vitest';
import type { Plant } from '../domain/plant/plant.ts';
import { Quality } from '../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../domain/readings/reading-batch.ts';
import type { Historian } from './historian.ts';
import { contractPlant, type Row, writeRows } from './historian-contract-plant.ts';

export async function rawRows(historian: Historian, pointId: string, fromMs: number, toMs: number, limit = 100_000) {
  const raw = await historian.readRaw({ pointId, fromMs, toMs, limit });
  return {
    rows: Array.from(raw.timeMs, (timeMs, index) => [timeMs, raw.value[index], raw.quality[index]]),
    isTruncated: raw.isTruncated,
  };
}

const fast = 'RS-01.PT-102';
const filtered = 'RS-01.PT-101';

/** `fresh` gives an empty historian; `baseMs` is a whole minute within what the engine keeps. */
export function historianContract(fresh: (plant: Plant) => Promise<Historian>, baseMs: number): void {
  const plant = contractPlant();
  const withHistorian = async (work: (historian: Historian) => Promise<void>) => {
    const historian = await fresh(plant);
    try {
      await work(historian);
    } finally {
      await historian.close();
    }
  };

  test('what is written is read back: values, no value, every quality', () =>
    withHistorian(async (historian) => {
      const rows: Row[] = [
        [baseMs, 1.5],
        [baseMs + 1_000, Number.NaN, Quality.badCommFail],
        [baseMs + 2_000, -3.25, Quality.uncertainInaccurate],
        [baseMs + 3_000, 1e-7],
        [baseMs + 4_000, 123_456.789_012_3],
      ];
      writeRows(historian, plant, fast, rows);
      await historian.flush();
      const { rows: read, isTruncated } = await rawRows(historian, fast, baseMs, baseMs + 10_000);
      expect(read).toEqual(rows.map(([timeMs, value, quality]) => [timeMs, value, quality ?? Quality.good]));
      expect(isTruncated).toBe(false);
    }));

  test('a range begins with its first moment and ends before its last', () =>
    withHistorian(async (historian) => {
      writeRows(historian, plant, fast, [
        [baseMs, 1],
        [baseMs + 1_000, 2],
        [baseMs + 2_000, 3],
      ]);
      expect((await rawRows(historian, fast, baseMs, baseMs + 2_000)).rows.map((row) => row[1])).toEqual([1, 2]);
    }));

  test('a limit cuts and says so; asking on from the last gives the rest', () =>
    withHistorian(async (historian) => {
      writeRows(
        historian,
        plant,
        fast,
        Array.from({ length: 10 }, (_, index) => [baseMs + index * 1_000, index] as const),
      );
      const first = await rawRows(historian, fast, baseMs, baseMs + 60_000, 4);
      expect(first.isTruncated).toBe(true);
      expect(first.rows.length).toBeLessThanOrEqual(4);
      const last = first.rows.at(-1)?.[0] as number;
      const rest = await rawRows(historian, fast, last + 1, baseMs + 60_000);
      expect([...first.rows, ...rest.rows].map((row) => row[1])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }));

  test('an unknown point, and a name that is not a name, have no history', () =>
    withHistorian(async (historian) => {
      writeRows(historian, plant, fast, [[baseMs, 1]]);
      for (const pointId of ['RS-09.PT-999', `x' OR 'a'='a`, `x\\' OR 1=1 --`, '']) {
        expect((await rawRows(historian, pointId, baseMs, baseMs + 10_000)).rows).toEqual([]);
        expect((await historian.readBuckets({ pointId, fromMs: baseMs, toMs: baseMs + 60_000, buckets: 10 })).timeMs).toHaveLength(0);
      }
    }));

  test('buckets: least, most, mean and last of good and uncertain readings, share of good ones; a gap stays a gap', () =>
    withHistorian(async (historian) => {
      writeRows(historian, plant, fast, [
        [baseMs + 100, 4],
        [baseMs + 900, 1],
        [baseMs + 1_500, 2, Quality.uncertainInaccurate],
        [baseMs + 1_900, 999, Quality.badOutOfRange],
        [baseMs + 9_500, Number.NaN, Quality.badCommFail],
      ]);
      const buckets = await historian.readBuckets({ pointId: fast, fromMs: baseMs, toMs: baseMs + 10_000, buckets: 5 });
      expect(buckets.bucketMs).toBe(2_000);
      expect([...buckets.timeMs]).toEqual([baseMs, baseMs + 8_000]);
      expect([...buckets.min]).toEqual([1, Number.NaN]);
      expect([...buckets.max]).toEqual([4, Number.NaN]);
      expect(buckets.mean[0]).toBeCloseTo(7 / 3, 9);
      expect([...buckets.last]).toEqual([2, Number.NaN]);
      expect([...buckets.goodShare]).toEqual([0.5, 0]);
    }));

  test('buckets that begin at no round moment, and buckets of minutes', () =>
    withHistorian(async (historian) => {
      writeRows(
        historian,
        plant,
        fast,
        Array.from({ length: 600 }, (_, index) => [baseMs + index * 1_000, index] as const),
      );
      const odd = await historian.readBuckets({ pointId: fast, fromMs: baseMs + 500, toMs: baseMs + 10_500, buckets: 2 });
      expect([...odd.timeMs]).toEqual([baseMs + 500, baseMs + 5_500]);
      expect([...odd.min]).toEqual([1, 6]);
      expect([...odd.max]).toEqual([5, 10]);
      const minutes = await historian.readBuckets({ pointId: fast, fromMs: baseMs, toMs: baseMs + 600_000, buckets: 5 });
      expect(minutes.bucketMs).toBe(120_000);
      expect([...minutes.min]).toEqual([0, 120, 240, 360, 480]);
      expect([...minutes.last]).toEqual([119, 239, 359, 479, 599]);
      expect([...minutes.mean]).toEqual([59.5, 179.5, 299.5, 419.5, 539.5]);
    }));

  test('a change smaller than the exception deviation is left out; quality and a reading a minute are kept', () =>
    withHistorian(async (historian) => {
      const rows: Row[] = Array.from({ length: 180 }, (_, second) => [baseMs + second * 1_000, 10 + (second % 2) * 0.2] as const);
      rows[90] = [baseMs + 90_000, 10, Quality.uncertainInaccurate];
      writeRows(historian, plant, filtered, rows);
      await historian.flush();
      const { rows: kept } = await rawRows(historian, filtered, baseMs, baseMs + 180_000);
      const times = kept.map((row) => (row[0] as number) - baseMs);
      expect(kept.length).toBeLessThan(20);
      expect(times[0]).toBe(0);
      expect(times).toContain(90_000);
      expect(times).toContain(91_000);
      for (const [index, time] of times.entries()) expect(time - (times[index - 1] ?? 0)).toBeLessThanOrEqual(60_000);
      const { accepted, filtered: left, dropped } = historian.status();
      expect({ accepted, dropped, kept: accepted - left }).toEqual({ accepted: 180, dropped: 0, kept: kept.length });
    }));

  test('a step after a quiet time brings the reading before it along, so that the line stays flat until the step', () =>
    withHistorian(async (historian) => {
      const rows: Row[] = Array.from({ length: 30 }, (_, second) => [baseMs + second * 1_000, second < 20 ? 10 : 50] as const);
      writeRows(historian, plant, filtered, rows);
      const { rows: kept } = await rawRows(historian, filtered, baseMs, baseMs + 60_000);
      expect(kept.slice(0, 3).map((row) => [(row[0] as number) - baseMs, row[1]])).toEqual([
        [0, 10],
        [19_000, 10],
        [20_000, 50],
      ]);
    }));

  test('an aborted question is not answered', () =>
    withHistorian(async (historian) => {
      writeRows(historian, plant, fast, [[baseMs, 1]]);
      await historian.flush();
      const signal = AbortSignal.abort(new Error('the page was left'));
      await expect(historian.readRaw({ pointId: fast, fromMs: baseMs, toMs: baseMs + 1_000, limit: 10, signal })).rejects.toThrow();
    }));

  test('the caller may use its batch again at once', () =>
    withHistorian(async (historian) => {
      const batch = createReadingBatch(plant.pointTable, 1);
      pushReading(batch, 1, baseMs, 7, Quality.good);
      historian.write(batch);
      batch.value[0] = 99;
      batch.timeMs[0] = baseMs + 1_000;
      historian.write(batch);
      expect((await rawRows(historian, fast, baseMs, baseMs + 10_000)).rows.map((row) => row[1])).toEqual([7, 99]);
    }));
}
