// What every historian engine must do: one suite, run against each.
import { expect, test } from 'vitest';
import { Quality } from '../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../domain/readings/reading-batch.ts';
import { bucketGrid } from './bucket-grid.ts';
import type { BucketColumns, Historian } from './historian.ts';
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
const words = 'RS-01.XT-103';

/**
 * `open` opens the store of that name for `contractPlant`: empty the first time, what it was the next. `baseMs` is midnight UTC of a day within what
 * the engine keeps.
 */
export function historianContract(open: (name: string) => Promise<Historian>, baseMs: number): void {
  const plant = contractPlant();
  let stores = 0;
  const newName = () => {
    stores += 1;
    return `contract${stores}`;
  };
  const withHistorian = async (work: (historian: Historian) => Promise<void>) => {
    const historian = await open(newName());
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

  test('several points are read together, in time order; a moment that the limit cuts through is left out', () =>
    withHistorian(async (historian) => {
      writeRows(historian, plant, fast, [
        [baseMs, 1],
        [baseMs + 1_000, 2],
        [baseMs + 2_000, Number.NaN, Quality.badCommFail],
      ]);
      writeRows(historian, plant, filtered, [
        [baseMs + 500, 50],
        [baseMs + 2_000, 60],
      ]);
      await historian.flush();
      const read = async (pointIds: readonly string[], fromMs: number, toMs: number, limit: number) => {
        const found = await historian.readRawOfMany({ pointIds, fromMs, toMs, limit });
        const rows = Array.from(found.timeMs, (timeMs, row) => [pointIds[found.point[row] ?? -1], timeMs - baseMs, found.value[row]]);
        return {
          rows: rows.toSorted((one, other) => Number(one[1]) - Number(other[1]) || String(one[0]).localeCompare(String(other[0]))),
          isTruncated: found.isTruncated,
        };
      };
      const all = [
        [fast, 0, 1],
        [filtered, 500, 50],
        [fast, 1_000, 2],
        [filtered, 2_000, 60],
        [fast, 2_000, Number.NaN],
      ];
      expect(await read([filtered, fast, 'no.such'], baseMs, baseMs + 10_000, 100)).toEqual({ rows: all, isTruncated: false });
      expect(await read([fast, filtered], baseMs, baseMs + 10_000, 4)).toEqual({ rows: all.slice(0, 3), isTruncated: true });
      expect(await read([fast, filtered], baseMs + 500, baseMs + 1_000, 100)).toEqual({ rows: [all[1]], isTruncated: false });
      expect(await read([], baseMs, baseMs + 10_000, 10)).toEqual({ rows: [], isTruncated: false });
    }));

  test('runs of equal quality, where the engine finds them: a silence or another quality begins a new one', () =>
    withHistorian(async (historian) => {
      writeRows(historian, plant, fast, [
        [baseMs, 1],
        [baseMs + 1_000, 2],
        [baseMs + 2_000, Number.NaN, Quality.badCommFail],
        [baseMs + 3_000, Number.NaN, Quality.badCommFail],
        [baseMs + 4_000, 3],
        [baseMs + 20_000, 4],
        [baseMs + 21_000, 5],
      ]);
      writeRows(historian, plant, filtered, [[baseMs + 500, 50]]);
      await historian.flush();
      const pointIds = ['no.such', filtered, fast];
      const runs = await historian.readQualityRuns({ pointIds, fromMs: baseMs, toMs: baseMs + 21_000, silenceMs: 10_000 });
      const rows = Array.from(runs.point, (point, run) => [
        pointIds[point],
        (runs.fromMs[run] ?? 0) - baseMs,
        (runs.toMs[run] ?? 0) - baseMs,
        runs.quality[run],
      ]);
      expect(rows.filter(([id]) => id === fast)).toEqual([
        [fast, 0, 1_000, Quality.good],
        [fast, 2_000, 3_000, Quality.badCommFail],
        [fast, 4_000, 4_000, Quality.good],
        [fast, 20_000, 20_000, Quality.good],
      ]);
      expect(rows.filter(([id]) => id === filtered)).toEqual([[filtered, 500, 500, Quality.good]]);
      expect(rows).toHaveLength(5);
      expect((await historian.readQualityRuns({ pointIds: [], fromMs: baseMs, toMs: baseMs + 1, silenceMs: 1 })).point).toHaveLength(0);
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

  test('words are kept as readings when they change, and once a minute', () =>
    withHistorian(async (historian) => {
      const point = plant.pointTable.ids.indexOf(words);
      const texts = ['ready', 'ready', 'it\'s "open", \\half = 1\nsecond line', 'ready', '关闭'];
      const batch = createReadingBatch(plant.pointTable, texts.length);
      batch.text = new Map();
      for (const [index, text] of texts.entries()) {
        batch.text.set(batch.length, text);
        pushReading(batch, point, baseMs + index * 1_000, Number.NaN, Quality.good);
      }
      historian.write(batch);
      const { rows } = await rawRows(historian, words, baseMs, baseMs + 60_000);
      expect(rows).toEqual([0, 1, 2, 3, 4].map((second) => [baseMs + second * 1_000, Number.NaN, Quality.good]));
      expect(historian.status()).toMatchObject({ accepted: 5, dropped: 0, setAside: 0 });
    }));

  test('a reading that comes twice is there once, also in the buckets', () =>
    withHistorian(async (historian) => {
      const rows: Row[] = [
        [baseMs, 10],
        [baseMs + 1_000, 20],
      ];
      for (let time = 0; time < 3; time += 1) {
        writeRows(historian, plant, fast, rows);
        await historian.flush();
      }
      expect((await rawRows(historian, fast, baseMs, baseMs + 10_000)).rows).toEqual(rows.map((row) => [...row, Quality.good]));
      writeRows(historian, plant, fast, [[baseMs, 10]]);
      const buckets = await historian.readBuckets({ pointId: fast, fromMs: baseMs, toMs: baseMs + 2_000, buckets: 1 });
      expect([...buckets.mean]).toEqual([15]);
      expect([...buckets.last]).toEqual([20]);
    }));

  test('readings out of order are all there, in order', () =>
    withHistorian(async (historian) => {
      const rows = [5, 1, 4, 0, 3, 2].map((second) => [baseMs + second * 1_000, second] as const);
      writeRows(historian, plant, fast, rows);
      const { rows: read } = await rawRows(historian, fast, baseMs, baseMs + 10_000);
      expect(read.map((row) => row[1])).toEqual([0, 1, 2, 3, 4, 5]);
    }));

  test('closed and opened again it knows what it knew, takes more, and a reading of before comes in once', async () => {
    const name = newName();
    const first = await open(name);
    writeRows(first, plant, fast, [
      [baseMs, 1],
      [baseMs + 1_000, 2],
    ]);
    await first.close();
    await first.close();
    writeRows(first, plant, fast, [[baseMs + 500, 99]]); // too late: neither stored nor a fault
    const second = await open(name);
    writeRows(second, plant, fast, [
      [baseMs + 1_000, 2],
      [baseMs + 2_000, 3],
    ]);
    expect((await rawRows(second, fast, baseMs, baseMs + 10_000)).rows.map((row) => row[1])).toEqual([1, 2, 3]);
    await second.close();
  });

  test('the account adds up: accepted is written, left out, waiting, set aside and dropped', () =>
    withHistorian(async (historian) => {
      const rows = Array.from({ length: 5_000 }, (_, index) => [baseMs + index * 100, Math.floor(index / 2)] as const);
      writeRows(historian, plant, fast, rows);
      writeRows(historian, plant, fast, [[Number.NaN, 1]]); // at no time at all
      await historian.flush();
      await expect.poll(() => historian.status().spooled, { timeout: 20_000 }).toBe(0);
      const { accepted, written, filtered: left, spooled, setAside, dropped, isAvailable, reason } = historian.status();
      expect({ accepted, dropped, isAvailable, reason }).toEqual({ accepted: 5_001, dropped: 1, isAvailable: true, reason: null });
      expect(written + left + spooled + setAside + dropped).toBe(accepted);
      expect((await rawRows(historian, fast, baseMs, baseMs + 600_000)).rows).toHaveLength(written);
    }));

  test.each([1, 2, 3])('readings at random answer as a plain computation does (seed %i)', (seed) =>
    withHistorian(async (historian) => {
      const random = randomOf(seed);
      const rows: Row[] = [];
      for (
        let timeMs = baseMs;
        rows.length < 3_000;
        timeMs += random() < 0.02 ? Math.floor(random() * 600_000) : Math.ceil(random() * 2_000)
      ) {
        const quality = random() < 0.8 ? Quality.good : random() < 0.5 ? Quality.uncertainInaccurate : Quality.badOutOfRange;
        const isWithout = random() < 0.05 && !Number.isNaN(rows.at(-1)?.[1] ?? 0);
        rows.push([timeMs, isWithout ? Number.NaN : random() * 100 - 50, isWithout ? Quality.badCommFail : quality]);
      }
      writeRows(historian, plant, fast, rows);
      const endMs = (rows.at(-1)?.[0] ?? 0) + 1;
      expect((await rawRows(historian, fast, baseMs, endMs)).rows).toEqual(rows);
      for (let question = 0; question < 12; question += 1) {
        const spanMs = 1 + Math.floor((endMs - baseMs) * 1.2 * random() ** 3);
        const fromMs = baseMs + Math.floor(random() * (endMs - baseMs));
        const buckets = 1 + Math.floor(random() * 300);
        const answer = await historian.readBuckets({ pointId: fast, fromMs, toMs: fromMs + spanMs, buckets });
        expectBuckets(answer, rows, fromMs, fromMs + spanMs, buckets);
      }
    }),
  );
}

function expectBuckets(answer: BucketColumns, rows: readonly Row[], fromMs: number, toMs: number, buckets: number): void {
  const { bucketMs, startMs, endMs } = bucketGrid(fromMs, toMs, buckets);
  const rowsByStart = new Map<number, Row[]>();
  for (const row of rows) {
    if (row[0] < startMs || row[0] >= endMs) continue;
    const start = startMs + Math.floor((row[0] - startMs) / bucketMs) * bucketMs;
    rowsByStart.set(start, [...(rowsByStart.get(start) ?? []), row]);
  }
  const isUsable = ([, value, quality = 0]: Row) => quality < 32 && !Number.isNaN(value);
  const expected = [...rowsByStart.values()].map((inside) => {
    const values = inside.filter(isUsable).map((row) => row[1]);
    return {
      min: values.length === 0 ? Number.NaN : Math.min(...values),
      max: values.length === 0 ? Number.NaN : Math.max(...values),
      mean: expect.closeTo(values.reduce((sum, value) => sum + value, 0) / values.length, 9),
      last: values.at(-1) ?? Number.NaN,
      goodShare: expect.closeTo(inside.filter((row) => (row[2] ?? 0) < 16).length / inside.length, 9),
    };
  });
  const at = (column: Float64Array, index: number) => column[index] as number;
  expect(answer.bucketMs).toBe(bucketMs);
  expect([...answer.timeMs]).toEqual([...rowsByStart.keys()]);
  expect(
    expected.map((_, index) => ({
      min: at(answer.min, index),
      max: at(answer.max, index),
      mean: at(answer.mean, index),
      last: at(answer.last, index),
      goodShare: at(answer.goodShare, index),
    })),
  ).toEqual(expected.map((row, index) => (Number.isNaN(row.min) ? { ...row, mean: at(answer.mean, index) } : row)));
}

/** The same numbers in [0, 1) for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
