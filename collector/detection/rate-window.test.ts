import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateWindow } from './rate-window.ts';

interface Sample {
  readonly x: number;
  readonly y: number;
}

/** Least squares from the textbook, per minute. */
function slopeOf(samples: readonly Sample[]): number {
  const n = samples.length;
  const meanX = samples.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = samples.reduce((sum, { y }) => sum + y, 0) / n;
  const above = samples.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const below = samples.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return (above / below) * 60_000;
}

test('the slope is that of the samples in the window, also after thousands of them and far from zero', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ step: fc.integer({ min: 200, max: 3_000 }), y: fc.double({ min: 4.9, max: 5.1, noNaN: true }) }), {
        minLength: 10,
        maxLength: 1_500,
      }),
      (steps) => {
        const windowMs = 30_000;
        const window = new RateWindow(windowMs, 200);
        const samples: Sample[] = [];
        let x = 1_000_000_000;
        for (const { step, y } of steps) {
          x += step;
          samples.push({ x, y });
          window.push(x, y);
        }
        const inside = samples.filter((sample) => x - sample.x <= windowMs);
        if (inside.length < 3) return;
        expect(window.slopePerMinute).toBeCloseTo(slopeOf(inside), 6);
        const leavingOneOut = inside.map((_, out) => slopeOf(inside.filter((__, index) => index !== out)));
        const nearest = leavingOneOut.reduce((best, slope) => (Math.abs(slope) < Math.abs(best) ? slope : best));
        expect(Math.abs(window.leastSlopeLeavingOneOut)).toBeLessThanOrEqual(Math.abs(nearest) + 1e-6);
      },
    ),
    { numRuns: 200 },
  );
});

test('ready with three samples over half the window, and not after it was cleared', () => {
  const window = new RateWindow(10_000, 1_000);
  window.push(0, 1);
  window.push(5_000, 1);
  expect(window.isReady).toBe(false);
  window.push(5_100, 1);
  expect(window.isReady).toBe(true);
  window.clear();
  expect(window.isReady).toBe(false);
});
