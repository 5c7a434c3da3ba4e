import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FloodMeter, FloodTally } from './flood-meter.ts';

const minute = 60_000;
const every = (count: number, stepMs: number, fromMs = 0) => Array.from({ length: count }, (_, index) => fromMs + index * stepMs);

function floodsOf(timesMs: readonly number[], untilMs: number) {
  const tally = new FloodTally();
  for (const timeMs of timesMs) tally.announce(timeMs);
  return tally.finish(untilMs);
}

test('[FL2] the tenth alarm in ten minutes begins a flood; nine do not, nor ten in a little more', () => {
  expect(floodsOf(every(9, 1_000), minute)).toEqual([]);
  expect(floodsOf(every(10, 1_000), minute)).toEqual([{ startMs: 9_000, endMs: null, announced: 10, peak: 10 }]);
  expect(floodsOf([...every(9, 1_000), 10 * minute], 11 * minute)).toEqual([]);
  expect(floodsOf([...every(9, 1_000), 10 * minute - 1], 10 * minute)).toHaveLength(1);
});

test('[FL2] it goes on at five in ten minutes and ends exactly when the fifth-last is ten minutes old', () => {
  const times = [...every(10, 1_000), ...every(5, 2 * minute, 2 * minute)];
  const [flood] = floodsOf(times, 60 * minute);
  expect(flood).toEqual({ startMs: 9_000, endMs: 12 * minute, announced: 15, peak: 14 });
  expect(floodsOf(times, 12 * minute - 1)).toMatchObject([{ endMs: null }]);
});

test('[FL4] the exact end is known however late anybody looks', () => {
  const meter = new FloodMeter();
  for (const time of every(10, 0)) meter.announce(time);
  expect(meter.judge(10 * minute - 1)).toBe('none');
  expect(meter.judge(55 * minute)).toBe('ended');
  expect(meter.endedAtMs).toBe(10 * minute);
});

test('the floods of any run are those of the definition, moment by moment', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 150_000 }), { maxLength: 120 }),
      fc.integer({ min: 0, max: 1_800_000 }),
      (gaps, after) => {
        let atMs = 0;
        const times = gaps.map((gap) => {
          atMs += gap;
          return atMs;
        });
        const untilMs = atMs + after + 1;
        const countAt = (nowMs: number) => times.filter((time) => time > nowMs - 600_000 && time <= nowMs).length;
        const moments = [...new Set([...times, ...times.map((time) => time + 600_000), untilMs])]
          .filter((time) => time <= untilMs)
          .sort((a, b) => a - b);
        const expected: { startMs: number; endMs: number | null }[] = [];
        let open: { startMs: number; endMs: number | null } | null = null;
        for (const moment of moments) {
          const count = countAt(moment);
          if (open === null && count >= 10) {
            open = { startMs: moment, endMs: null };
            expected.push(open);
          } else if (open !== null && count < 5) {
            open.endMs = moment;
            open = null;
          }
        }
        expect(floodsOf(times, untilMs).map(({ startMs, endMs }) => ({ startMs, endMs }))).toEqual(expected);
      },
    ),
    { numRuns: 500 },
  );
});
