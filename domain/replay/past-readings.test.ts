import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Quality } from '../readings/quality.ts';
import { freshMsOf, heldMsOf, type Statement, statementsOf } from './past-readings.ts';

const good = (timeMs: number, value: number): Statement => ({ timeMs, value, quality: Quality.good });
const at = (statements: readonly Statement[], atMs: number) => statements.findLast((statement) => statement.timeMs <= atMs);

test('a value that stands still is held while a reading a minute comes', () => {
  const statements = statementsOf([good(0, 5), good(60_000, 5), good(120_000, 6)], { scanMs: 1_000, knownUntilMs: 130_000 });
  expect(statements).toEqual([good(0, 5), good(60_000, 5), good(120_000, 6)]);
});

test('a gap is unknown from soon after the last reading until the next, and is not bridged', () => {
  const statements = statementsOf([good(0, 5), good(600_000, 7)], { scanMs: 1_000, knownUntilMs: 600_001 });
  expect(at(statements, 4_999)).toEqual(good(0, 5));
  expect(at(statements, 5_000)).toEqual({ timeMs: 5_000, value: null, quality: Quality.badStale });
  expect(at(statements, 599_999)?.quality).toBe(Quality.badStale);
  expect(at(statements, 600_000)).toEqual(good(600_000, 7));
});

test('at the end of what is known the last value is still held; once a next one should have come, it is not', () => {
  const statements = (knownUntilMs: number) => statementsOf([good(0, 5)], { scanMs: 1_000, knownUntilMs });
  expect(statements(heldMsOf(1_000))).toEqual([good(0, 5)]);
  expect(statements(heldMsOf(1_000) + 1)).toHaveLength(2);
});

test('a slow point is given the time of its own scan', () => {
  const scanMs = 300_000;
  expect(statementsOf([good(0, 1), good(300_000, 2)], { scanMs, knownUntilMs: 300_000 })).toHaveLength(2);
  expect(at(statementsOf([good(0, 1), good(900_000, 2)], { scanMs, knownUntilMs: 900_000 }), freshMsOf(scanMs))?.value).toBeNull();
});

test('whatever the readings: no moment shows a value whose reading is old and has no follower in time', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 200_000 }), fc.integer({ min: 0, max: 9 }))),
      fc.integer({ min: 0, max: 4_000_000 }),
      (steps, askedMs) => {
        let timeMs = 0;
        const readings = steps.map(([stepMs, value]) => {
          timeMs += stepMs;
          return good(timeMs, value);
        });
        const knownUntilMs = 5_000_000;
        const shown = at(statementsOf(readings, { scanMs: 1_000, knownUntilMs }), askedMs);
        const last = readings.findLast((reading) => reading.timeMs <= askedMs);
        const next = readings.find((reading) => reading.timeMs > askedMs);
        const lastMs = last?.timeMs ?? Number.NEGATIVE_INFINITY;
        const isFollowed = (next?.timeMs ?? knownUntilMs) - lastMs <= heldMsOf(1_000);
        const isFresh = askedMs - lastMs < freshMsOf(1_000);
        expect(shown?.value ?? null).toBe(isFollowed || isFresh ? (last?.value ?? null) : null);
      },
    ),
  );
});
