import { expect, test } from 'vitest';
import { isAlarmStep, logAlarmStep } from './alarm-step.ts';

function logged(count: number) {
  const lines: object[] = [];
  const items = Array.from({ length: count }, (_, index) => ({
    correlationId: `id-${index}`,
    sequence: index,
    ...(index === 0 ? { measured: 1 } : {}),
  }));
  logAlarmStep({ info: (fields) => void lines.push(fields) }, 'outbox', 'kept', { outboxId: 'box' }, items);
  return lines as readonly Record<string, unknown>[];
}

test('a few alarms have a line each', () => {
  expect(logged(2)).toEqual([
    { step: 'outbox', correlationId: 'id-0', sequence: 0, measured: 1, outboxId: 'box' },
    { step: 'outbox', correlationId: 'id-1', sequence: 1, outboxId: 'box' },
  ]);
});

test('of a flood many share a line, each field a column, and none is left out', () => {
  const lines = logged(250);
  expect(lines.map(({ alarms }) => alarms)).toEqual([100, 100, 50]);
  expect(lines.flatMap(({ correlationId }) => correlationId)).toEqual(Array.from({ length: 250 }, (_, index) => `id-${index}`));
  expect([lines[0]?.measured].flat().slice(0, 2)).toEqual([1, null]);
  // What the systemd journal takes as one line.
  for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(48_000);
});

test('a terminal knows which lines are steps', () => {
  expect([isAlarmStep({ step: 'live' }), isAlarmStep({ step: 'other' }), isAlarmStep('words'), isAlarmStep(null)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
