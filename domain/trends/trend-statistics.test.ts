import fc from 'fast-check';
import { expect, test } from 'vitest';
import { silenceMsOf, spansOfReadings } from './quality-spans.ts';
import { quantityOf, statisticsOf, type TrendRows } from './trend-statistics.ts';

const startMs = 1_782_000_000_000;
const rowsOf = (rows: readonly (readonly [second: number, value: number | null, goodShare?: number])[]): TrendRows => ({
  times: rows.map(([second]) => startMs / 1_000 + second),
  minima: rows.map(([, value]) => value),
  maxima: rows.map(([, value]) => value),
  means: rows.map(([, value]) => value),
  lasts: rows.map(([, value]) => value),
  goodShares: rows.map(([, value, goodShare]) => goodShare ?? (value === null ? 0 : 1)),
});
const span = (seconds: number, holdMs = 75_000) => ({ fromMs: startMs, toMs: startMs + seconds * 1_000, holdMs });

test('a value that stood still weighs as long as it stood', () => {
  const { mean, minimum, maximum, last, first, goodShare } = statisticsOf(
    rowsOf([
      [0, 10],
      [60, 20],
      [61, 20],
      [62, 20],
      [70, 30],
    ]),
    span(80),
  );
  expect(mean).toBeCloseTo((60 * 10 + 10 * 20 + 10 * 30) / 80, 9);
  expect([minimum, maximum, first, last, goodShare]).toEqual([10, 30, 10, 30, 1]);
});

test('a gap weighs nothing in the mean and is not good', () => {
  const { mean, goodShare, knownMs } = statisticsOf(
    rowsOf([
      [0, 10],
      [10, null],
      [90, 20],
    ]),
    span(100),
  );
  expect(mean).toBeCloseTo(15, 9);
  expect(goodShare).toBeCloseTo(0.2, 9);
  expect(knownMs).toBe(20_000);
});

test('a flow adds up: 3,600 m³/h for ten minutes are 600 m³', () => {
  const rows = rowsOf(Array.from({ length: 10 }, (_, minute) => [minute * 60, 3_600] as const));
  const quantity = quantityOf('m³/h');
  expect(quantity?.unit).toBe('m³');
  expect(statisticsOf(rows, span(600)).area / (quantity?.perMs ?? 0)).toBeCloseTo(600, 9);
  expect(quantityOf('MPa')).toBeNull();
  expect(quantityOf('mg/m³')).toBeNull();
});

test('nothing known: no figures, nothing good', () => {
  expect(statisticsOf(rowsOf([]), span(10))).toMatchObject({ mean: null, minimum: null, last: null, goodShare: 0, area: 0 });
});

test('whatever the rows: the mean lies between least and most, shares between 0 and 1, and cutting the span in two adds up', () => {
  const row = fc.tuple(fc.integer({ min: 1, max: 200 }), fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })));
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (steps, cut) => {
      let second = 0;
      const rows = rowsOf(
        steps.map(([step, value]) => {
          second += step;
          return [second, value] as const;
        }),
      );
      const whole = { fromMs: startMs, toMs: startMs + (second + 100) * 1_000, holdMs: 75_000 };
      const middleMs = whole.fromMs + (whole.toMs - whole.fromMs) * cut;
      const { minimum, maximum, mean, goodShare, area, knownMs } = statisticsOf(rows, whole);
      if (mean !== null) {
        expect(mean).toBeGreaterThanOrEqual((minimum ?? 0) - 1e-6);
        expect(mean).toBeLessThanOrEqual((maximum ?? 0) + 1e-6);
      }
      expect(goodShare).toBeGreaterThanOrEqual(0);
      expect(goodShare).toBeLessThanOrEqual(1);
      const parts = [statisticsOf(rows, { ...whole, toMs: middleMs }), statisticsOf(rows, { ...whole, fromMs: middleMs })];
      expect(parts.reduce((sum, part) => sum + part.knownMs, 0)).toBeCloseTo(knownMs, 3);
      expect(parts.reduce((sum, part) => sum + part.area, 0) / 1e9).toBeCloseTo(area / 1e9, 3);
    }),
  );
});

test('quality: one span a stretch, ended by the next other reading, by silence, or by the end', () => {
  const readings = {
    timeMs: [0, 1_000, 2_000, 3_000, 4_000, 200_000, 201_000],
    quality: [0, 34, 34, 17, 0, 38, 38],
  };
  expect(spansOfReadings(readings, { toMs: 202_000, gapMs: silenceMsOf(1_000) })).toEqual([
    { fromMs: 1_000, toMs: 3_000, severity: 'bad', codes: [34] },
    { fromMs: 3_000, toMs: 4_000, severity: 'uncertain', codes: [17] },
    { fromMs: 200_000, toMs: 202_000, severity: 'bad', codes: [38] },
  ]);
  expect(spansOfReadings({ timeMs: [0, 500_000], quality: [34, 34] }, { toMs: 900_000, gapMs: 75_000 })).toEqual([
    { fromMs: 0, toMs: 75_000, severity: 'bad', codes: [34] },
    { fromMs: 500_000, toMs: 575_000, severity: 'bad', codes: [34] },
  ]);
});
