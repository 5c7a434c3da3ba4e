import { expect, test } from 'vitest';
import { bucketCount } from '../live/recent-history.ts';
import { runsOf, scaleOf } from './recent-trend.tsx';

const limit = (setpoint: number) => ({ alarmId: `A${setpoint}`, kind: 'high', priority: 'high', setpoint }) as const;
const point = (more: Partial<Parameters<typeof scaleOf>[0]>) => ({
  range: { min: 0, max: 100 },
  limits: [],
  normal: null,
  setpoint: null,
  ...more,
});

test('what is not known is a run of its own, never bridged', () => {
  const buckets = [1, 1, null, null, 2, ...Array<null>(bucketCount - 5).fill(null)];
  expect(runsOf(buckets)).toEqual([
    { from: 0, to: 1, isKnown: true },
    { from: 2, to: 3, isKnown: false },
    { from: 4, to: 4, isKnown: true },
    { from: 5, to: bucketCount - 1, isKnown: false },
  ]);
  expect(runsOf([])).toEqual([{ from: 0, to: bucketCount - 1, isKnown: false }]);
});

test('a quiet value is not blown up to the height of the paper, and nothing known has no scale', () => {
  expect(scaleOf(point({}), [])).toBeNull();
  const scale = scaleOf(point({}), [50, 50.01]);
  if (scale === null) throw new Error('no scale');
  expect(scale.high - scale.low).toBeGreaterThanOrEqual(5);
});

test('a limit that is near is in sight, one that is far does not flatten the line', () => {
  const scale = scaleOf(point({ limits: [limit(60), limit(95)] }), [40, 55]);
  if (scale === null) throw new Error('no scale');
  expect(scale.high).toBeGreaterThan(60);
  expect(scale.high).toBeLessThan(95);
});
