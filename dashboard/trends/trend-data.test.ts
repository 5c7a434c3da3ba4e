import { describe, expect, test } from 'vitest';
import { type BucketRow, columnsOf, gapMsOf, gapsOf, joinColumns, rowAt, sampleOf, valueRange, withLiveSamples } from './trend-data.ts';

const start = 1_782_000_000_000;
const row = (second: number, mean: number | null, goodShare = 1): BucketRow => [start + second * 1_000, mean, mean, mean, mean, goodShare];

describe('columns', () => {
  test('a hole wider than readings are held is a gap, told by a null and as a span; a narrower one is not', () => {
    const gapMs = gapMsOf(1_000, 1_000);
    const columns = columnsOf([row(0, 1), row(60, 2), row(200, 3)], gapMs);
    expect(columns.means).toEqual([1, 2, null, 3]);
    expect(gapsOf(columns, start, start + 210_000, gapMs)).toEqual([{ fromMs: start + 60_001, toMs: start + 200_000 }]);
  });

  test('nothing before the first and after the last reading is a gap too, but none beyond now', () => {
    const columns = columnsOf([row(300, 1), row(310, 1)], 75_000);
    expect(gapsOf(columns, start, start + 500_000, 75_000)).toEqual([
      { fromMs: start, toMs: start + 300_000 },
      { fromMs: start + 310_000, toMs: start + 500_000 },
    ]);
    expect(gapsOf(columns, start + 290_000, start + 320_000, 75_000)).toEqual([]);
    expect(gapsOf(columnsOf([], 75_000), start, start + 1, 75_000)).toEqual([{ fromMs: start, toMs: start + 1 }]);
  });

  test('bad readings break the line without being a gap', () => {
    const columns = columnsOf([row(0, 1), row(10, null, 0), row(20, 1)], 75_000);
    expect(columns.means).toEqual([1, null, 1]);
    expect(gapsOf(columns, start, start + 30_000, 75_000)).toEqual([]);
  });

  test('rows that go back in time are left out', () => {
    expect(columnsOf([row(10, 1), row(5, 2), row(10, 3), row(11, 4)], 75_000).means).toEqual([1, 4]);
  });
});

describe('live', () => {
  test('newer samples follow, older ones do not; the last is held until now; a bad one breaks the line', () => {
    const base = columnsOf([row(0, 1), row(10, 2)], 75_000);
    const samples = [
      sampleOf({ timeMs: start + 5_000, value: 9, quality: 0 }),
      sampleOf({ timeMs: start + 20_000, value: 3, quality: 0 }),
      sampleOf({ timeMs: start + 30_000, value: 4, quality: 34 }),
      sampleOf({ timeMs: start + 40_000, value: 5, quality: 17 }),
    ];
    const joined = withLiveSamples(base, samples, start + 50_000);
    expect(joined.means).toEqual([1, 2, 3, null, 5, 5]);
    expect(joined.goodShares).toEqual([1, 1, 1, 0, 0, 0]);
    expect(base.means).toEqual([1, 2]);
  });

  test('a value that may not be believed is not held', () => {
    expect(withLiveSamples(columnsOf([row(0, 1)], 75_000), [], null).means).toEqual([1]);
  });

  test('silence between history and the next sample is a gap', () => {
    const joined = withLiveSamples(
      columnsOf([row(0, 1)], 75_000),
      [sampleOf({ timeMs: start + 200_000, value: 2, quality: 0 })],
      null,
      75_000,
    );
    expect(joined.means).toEqual([1, null, 2]);
    expect(gapsOf(joined, start, start + 200_000, 75_000)).toHaveLength(1);
  });
});

describe('several pens over one axis', () => {
  test('a gap of one goes on through the moments of another: nothing is bridged', () => {
    const one = columnsOf([row(0, 1), row(10, 1), row(300, 2), row(310, 2)], 75_000);
    const other = columnsOf(
      Array.from({ length: 32 }, (_, index) => row(index * 10 + 5, 7)),
      75_000,
    );
    const [times, ones, others] = joinColumns([
      { times: one.times, values: [one.means] },
      { times: other.times, values: [other.means] },
    ]);
    const inGap = times.flatMap((time, index) => (time * 1_000 > start + 10_000 && time * 1_000 < start + 300_000 ? [ones?.[index]] : []));
    expect(inGap.length).toBeGreaterThan(20);
    expect(inGap.filter((value) => value !== null)).toEqual([]);
    // Between two readings that are no gap a moment of the other is no break.
    expect(ones?.[times.indexOf((start + 5_000) / 1_000)]).toBeUndefined();
    expect(others?.filter((value) => value === null)).toEqual([]);
  });
});

test('the row at a moment is the last one not later, as long as it holds', () => {
  const columns = columnsOf([row(0, 1), row(10, 2)], 75_000);
  expect(rowAt(columns, start - 1, 5_000)).toBe(-1);
  expect(rowAt(columns, start, 5_000)).toBe(0);
  expect(rowAt(columns, start + 9_999, 50_000)).toBe(0);
  expect(rowAt(columns, start + 12_000, 5_000)).toBe(1);
  expect(rowAt(columns, start + 16_000, 5_000)).toBe(-1);
});

test('limits near the data are in the range, far ones are not, what must be seen always is', () => {
  const columns = { minima: [1, 1.2], maxima: [1.4, 1.5] };
  const [low, high] = valueRange([columns], { limits: [1.7, 9], always: [], minimumSpan: 0 });
  expect(low).toBeLessThan(1);
  expect(high).toBeGreaterThan(1.7);
  expect(high).toBeLessThan(2);
  expect(valueRange([columns], { limits: [], always: [9], minimumSpan: 0 })[1]).toBeGreaterThan(9);
});
