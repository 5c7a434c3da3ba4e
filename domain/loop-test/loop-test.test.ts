import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyLoopEvent, expectedAt, type LoopPercent, type LoopPhase, type LoopTest, loopPercents, resultOf } from './loop-test.ts';

const begun: LoopTest = {
  id: '1',
  version: 1,
  pointId: 'GS-01.PT-101',
  stationId: 'GS-01',
  unit: 'MPa',
  digits: 2,
  range: { min: 0, max: 10 },
  tolerancePercent: 1,
  reference: '',
  startedBy: 'engineer',
  startedAtMs: 0,
  steps: [],
  finished: null,
};

function measured(before: LoopTest, percent: LoopPercent, value: number, phase: LoopPhase = 'asFound'): LoopTest {
  const moved = applyLoopEvent(before, { kind: 'measure', phase, percent, reading: { atMs: 5, words: [1], raw: value, value }, by: 'e' });
  if (moved.kind === 'refused') throw new Error(moved.reason);
  return moved.test;
}
const all = (before: LoopTest, phase: LoopPhase, off: number) =>
  loopPercents.reduce((test, percent) => measured(test, percent, percent / 10 + off, phase), before);
const finish = (before: LoopTest) => applyLoopEvent(before, { kind: 'finish', comment: '', by: 'e', atMs: 9 });

test('[LT4] the error is of the range; on the tolerance is within it', () => {
  const [step] = measured(begun, 50, 5.1).steps;
  expect(step).toMatchObject({ expected: 5, errorPercent: expect.closeTo(1, 9), isWithin: true });
  expect(measured(begun, 50, 4.89).steps[0]?.isWithin).toBe(false);
  expect(expectedAt({ min: -1, max: 1 }, 25)).toBe(-0.5);
});

test('[LT5] measuring again replaces; as found and as left stand side by side', () => {
  const twice = measured(measured(begun, 0, 0.5), 0, 0.01);
  expect(twice.steps.map(({ value }) => value)).toEqual([0.01]);
  expect(measured(twice, 0, 0, 'asLeft').steps).toHaveLength(2);
  expect(twice.version).toBe(3);
});

test('[LT6] all five within: passed; one out: failed; adjusted and good: passed; as left begun and not complete: no result', () => {
  expect(finish(begun)).toEqual({ kind: 'refused', reason: 'incomplete' });
  const good = all(begun, 'asFound', 0.05);
  expect(finish(good)).toMatchObject({ test: { finished: { result: 'passed', by: 'e', atMs: 9 } } });
  const bad = all(begun, 'asFound', 0.2);
  expect(finish(bad)).toMatchObject({ test: { finished: { result: 'failed' } } });
  expect(finish(all(bad, 'asLeft', 0))).toMatchObject({ test: { finished: { result: 'passed' } } });
  expect(finish(measured(good, 0, 0, 'asLeft'))).toEqual({ kind: 'refused', reason: 'incomplete' });
});

test('[LT7] a finished or given up one changes no more', () => {
  const given = applyLoopEvent(begun, { kind: 'abandon', comment: '雷雨', by: 'e', atMs: 3 });
  if (given.kind === 'refused') throw new Error(given.reason);
  expect(given.test.finished).toMatchObject({ result: 'abandoned', comment: '雷雨' });
  expect(applyLoopEvent(given.test, { kind: 'abandon', comment: '', by: 'e', atMs: 4 })).toEqual({ kind: 'refused', reason: 'finished' });
  expect(finish(given.test)).toEqual({ kind: 'refused', reason: 'finished' });
});

test('[LT6] whatever is measured in whatever order, passed means that no step of the last phase is out', () => {
  const action = fc.record({
    phase: fc.constantFrom<LoopPhase>('asFound', 'asLeft'),
    percent: fc.constantFrom(...loopPercents),
    off: fc.double({ min: -0.2, max: 0.2, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const end = actions.reduce((before, { phase, percent, off }) => measured(before, percent, percent / 10 + off, phase), begun);
      const phase = actions.some((each) => each.phase === 'asLeft') ? 'asLeft' : 'asFound';
      const last = new Map(actions.filter((each) => each.phase === phase).map((each) => [each.percent, Math.abs(each.off) <= 0.1 + 1e-9]));
      const expected = last.size < 5 ? null : [...last.values()].every(Boolean) ? 'passed' : 'failed';
      expect(resultOf(end)).toBe(expected);
      expect(end.version).toBe(1 + actions.length);
    }),
  );
});
