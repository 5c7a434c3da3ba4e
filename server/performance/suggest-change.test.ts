import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluateLimit } from '../../domain/alarms/evaluate-limit.ts';
import { type SuggestionInput, suggestChange } from './suggest-change.ts';

const second = 1_000;
const minute = 60_000;
const noPause = async () => undefined;

type Signal = (atSecond: number) => number;

/** A day of one reading a second; the journal has what the present settings find. */
function inputOf(signal: Signal, more: Partial<SuggestionInput> = {}, seconds = 6 * 3_600): SuggestionInput {
  const timeMs = Array.from({ length: seconds }, (_, index) => index * second);
  const readings = { timeMs, value: timeMs.map((time) => signal(time / second)), quality: timeMs.map(() => 0) };
  const settings = { kind: 'high' as const, setpoint: 50, deadband: 0, onDelayMs: 0, offDelayMs: 0, ...more.settings };
  const untilMs = seconds * second;
  const raises = evaluateLimit(readings, settings, second, untilMs).map(({ raisedAtMs }) => ({ raisedAtMs, hasComment: false }));
  return {
    class: 'process',
    priority: 'medium',
    responseTimeMs: null,
    span: 100,
    normal: { min: 20, max: 40 },
    furtherSetpoint: null,
    scanMs: second,
    readings,
    untilMs,
    raises,
    ...more,
    settings,
  };
}

/** Noise of ±0.4 about the set-point for ten minutes each hour, staying on each side for one to forty seconds. */
const noisy: Signal = (() => {
  const values: number[] = [];
  let state = 7;
  let isAbove = true;
  while (values.length < 6 * 3_600) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    for (let left = 1 + (state % 40); left > 0; left -= 1) values.push(isAbove ? 50.4 : 49.6);
    isAbove = !isAbove;
  }
  return (at) => (at % 3_600 < 600 ? (values[at] ?? 30) : 30);
})();
/** Spikes of two seconds, twenty in a row every hour, and a real excursion of five minutes in between. */
const spiky: Signal = (at) => {
  const inHour = at % 3_600;
  if (inHour < 600) return inHour % 30 < 2 ? 60 : 30;
  return inHour >= 1_800 && inHour < 2_100 ? 60 : 30;
};

test('[SG5] noise about the set-point is removed by a deadband a little wider than the noise, and nothing real comes later', async () => {
  const result = await suggestChange(inputOf(noisy), noPause);
  expect(result).toMatchObject({ kind: 'change', best: { change: { deadband: 0.5, onDelayMs: 0, offDelayMs: 0 }, delayed: 0 } });
  if (result.kind !== 'change') throw new Error(result.reason);
  expect(result.best.removedShare).toBeGreaterThan(0.95);
  // The longer excursions of the noise would have been part of an alarm that still stood: that is told.
  expect(result.best.absorbed).toBeGreaterThan(0);
  expect(result.best.absorbed).toBeLessThan(result.real);
  expect(result.alternatives.map((each) => each.change.offDelayMs > 0)).toContain(true);
});

test('[SG3] short spikes are removed by a delay; how many real alarms come later, and by how much, is told', async () => {
  const result = await suggestChange(inputOf(spiky), noPause);
  if (result.kind !== 'change') throw new Error(result.reason);
  const delaying = [result.best, ...result.alternatives].find((each) => each.change.onDelayMs > 0);
  expect(delaying).toMatchObject({ change: { deadband: 0, onDelayMs: 2 * second, offDelayMs: 0 }, nuisanceAfter: 0, delayed: 6 });
  expect(delaying).toMatchObject({ medianDelayMs: 2 * second, maxDelayMs: 2 * second });
  expect(result.real).toBe(6);
});

test('[SG4] a safety alarm is never told later; a critical one by 5 s at most; any by a tenth of its response time', async () => {
  const spikesOf =
    (seconds: number): Signal =>
    (at) =>
      at % 600 < seconds || at >= 20_000 ? 60 : 30;
  const onDelays = async (seconds: number, more: Partial<SuggestionInput> = {}) => {
    const result = await suggestChange(inputOf(spikesOf(seconds), more), noPause);
    return result.kind === 'change' ? [result.best, ...result.alternatives].map((each) => each.change.onDelayMs / second) : result.reason;
  };
  expect(await onDelays(4)).toContain(5);
  expect(await onDelays(4, { class: 'safety' })).toBe('nothingHelps');
  expect(await onDelays(4, { priority: 'critical' })).toContain(5);
  expect(await onDelays(4, { responseTimeMs: 49 * second })).toBe('nothingHelps');
  expect(await onDelays(4, { responseTimeMs: 50 * second })).toContain(5);
  const delayed = { settings: { kind: 'high' as const, setpoint: 50, deadband: 0, onDelayMs: 3 * second, offDelayMs: 0 } };
  expect(await onDelays(7, delayed)).toContain(8);
  expect(await onDelays(7, { ...delayed, priority: 'critical' })).toBe('nothingHelps');
});

test('[SG6] no deadband reaches to where the value normally is', async () => {
  const near = inputOf(noisy, { normal: { min: 20, max: 49.5 } });
  const result = await suggestChange(near, noPause);
  const proposed = result.kind === 'change' ? [result.best, ...result.alternatives] : [];
  for (const { change } of proposed) expect(50 - change.deadband).toBeGreaterThan(49.5);
});

test('[SG2] a brief alarm that was acknowledged with a comment, or that reached the next limit, is real', async () => {
  const plain = await suggestChange(inputOf(spiky), noPause);
  const input = inputOf(spiky);
  const commented = await suggestChange(
    { ...input, raises: input.raises.map((raise) => ({ ...raise, hasComment: raise.raisedAtMs < minute })) },
    noPause,
  );
  const reaching = await suggestChange(inputOf(spiky, { furtherSetpoint: 55 }), noPause);
  expect([plain, commented].map((result) => (result.kind === 'change' ? result.real : null))).toEqual([6, 8]);
  expect(reaching).toMatchObject({ kind: 'none', reason: 'noNuisance' });
});

test('[SG1] where the readings do not show what the journal has, nothing is proposed', async () => {
  const input = inputOf(noisy);
  expect(await suggestChange({ ...input, raises: [...input.raises, ...input.raises] }, noPause)).toMatchObject({ reason: 'notReproduced' });
  expect(await suggestChange({ ...input, raises: input.raises.slice(0, 3) }, noPause)).toMatchObject({ reason: 'notReproduced' });
});

test('[SG7] the reason is told: no history, nothing that is a nuisance, nothing that would help', async () => {
  const input = inputOf(noisy);
  expect(await suggestChange({ ...input, readings: { timeMs: [], value: [], quality: [] } }, noPause)).toMatchObject({
    reason: 'noHistory',
  });
  const real: Signal = (at) => (at % 3_600 < 300 ? 60 : 30);
  expect(await suggestChange(inputOf(real), noPause)).toMatchObject({ reason: 'noNuisance', raisesFound: 6 });
  // Two seconds up, ten minutes down, of a safety alarm: apart by too much for an off-delay, and it may not be told later.
  const rare: Signal = (at) => (at % 600 < 2 ? 60 : 30);
  expect(await suggestChange(inputOf(rare, { class: 'safety' }), noPause)).toMatchObject({ reason: 'nothingHelps' });
});

test('[SG3] whatever the signal, with what is proposed every alarm of more than a minute still stands', async () => {
  const anySteps = fc.array(fc.record({ value: fc.integer({ min: 40, max: 60 }), seconds: fc.integer({ min: 1, max: 120 }) }), {
    minLength: 5,
    maxLength: 80,
  });
  let proposed = 0;
  await fc.assert(
    fc.asyncProperty(anySteps, fc.constantFrom(0, 2_000), async (steps, onDelayMs) => {
      const values = steps.flatMap((step) =>
        Array.from({ length: step.seconds }, (_, index) => step.value + (index % 3 === 0 ? 0.3 : -0.3)),
      );
      const input = inputOf(
        (at) => values[at] ?? 30,
        { settings: { kind: 'high', setpoint: 50, deadband: 0, onDelayMs, offDelayMs: 0 } },
        values.length + 60,
      );
      const result = await suggestChange(input, noPause);
      if (result.kind !== 'change') return;
      proposed += 1;
      const before = evaluateLimit(input.readings, input.settings, second, input.untilMs);
      for (const { change, delayed, maxDelayMs } of [result.best, ...result.alternatives]) {
        const after = evaluateLimit(input.readings, { ...input.settings, ...change }, second, input.untilMs);
        for (const interval of before) {
          const endMs = interval.clearedAtMs ?? input.untilMs;
          if (endMs - interval.raisedAtMs <= minute) continue;
          const cover = after.find((each) => each.raisedAtMs < endMs && (each.clearedAtMs ?? input.untilMs) > interval.raisedAtMs);
          expect(cover).toBeDefined();
          if (delayed === 0) expect(cover?.raisedAtMs).toBeLessThanOrEqual(interval.raisedAtMs);
          expect((cover?.raisedAtMs ?? 0) - interval.raisedAtMs).toBeLessThanOrEqual(maxDelayMs ?? 0);
        }
      }
    }),
    { numRuns: 150 },
  );
  expect(proposed).toBeGreaterThan(10);
});
