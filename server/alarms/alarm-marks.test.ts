import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlarmLine } from './alarm-line.ts';
import { AlarmMarks } from './alarm-marks.ts';

const second = 1_000;
const minute = 60_000;

function line(event: 'raise' | 'clear', alarmId: string, atMs: number, more: Partial<AlarmLine> = {}): AlarmLine {
  return {
    sequence: 1,
    recordedAtMs: atMs,
    occurredAtMs: atMs,
    event,
    alarmId,
    stationId: 'GS-01',
    occurrenceId: `${alarmId}@${atMs}`,
    priority: 'medium',
    from: 'normal',
    to: 'unacknowledged',
    by: null,
    isTest: false,
    detail: {},
    ...more,
  };
}
const raise = (alarmId: string, atMs: number, more: Partial<AlarmLine> = {}) => line('raise', alarmId, atMs, more);
const clear = (alarmId: string, raisedAtMs: number, atMs: number) =>
  line('clear', alarmId, atMs, { occurrenceId: `${alarmId}@${raisedAtMs}` });

/** `PT-1.high` and `PT-1.highHigh` have the source `PT-1`. */
function marksAfter(...lines: readonly AlarmLine[]): AlarmMarks {
  const marks = new AlarmMarks((alarmId) => alarmId.split('.')[0] ?? alarmId);
  for (const each of lines) marks.note(each);
  return marks;
}
const isFirstOut = (marks: AlarmMarks, alarmId: string, raisedAtMs: number) =>
  marks.of(alarmId, `${alarmId}@${raisedAtMs}`, raisedAtMs).isFirstOut;

describe('first-out', () => {
  test('[MK1] the first of a burst is marked when the second rises, and its page is told', () => {
    const marks = marksAfter(raise('A.high', 0));
    expect(isFirstOut(marks, 'A.high', 0)).toBe(false);
    marks.takeChanged(0);
    marks.note(raise('B.low', 29 * second));
    marks.note(raise('C.state', 58 * second));
    expect(marks.takeChanged(58 * second)).toContain('A.high');
    expect(['A.high', 'B.low', 'C.state'].map((id, index) => isFirstOut(marks, id, index * 29 * second))).toEqual([true, false, false]);
  });

  test('[MK1] 31 s of quiet end the burst; high and high-high of one point are none; stations are apart', () => {
    const late = marksAfter(raise('A.high', 0), raise('B.low', 31 * second));
    expect(isFirstOut(late, 'A.high', 0)).toBe(false);
    const onePoint = marksAfter(raise('A.high', 0), raise('A.highHigh', 2 * second));
    expect(isFirstOut(onePoint, 'A.high', 0)).toBe(false);
    const apart = marksAfter(raise('A.high', 0), raise('B.low', second, { stationId: 'GS-02' }));
    expect(isFirstOut(apart, 'A.high', 0)).toBe(false);
  });

  test('[MK2] an alarm that comes again every 25 s does not hold the burst open, and one that chatters begins none', () => {
    const marks = marksAfter(raise('A.high', 0), raise('A.high', 25 * second), raise('A.high', 50 * second), raise('A.high', 75 * second));
    marks.note(raise('B.low', 80 * second));
    marks.note(raise('C.low', 85 * second));
    expect(isFirstOut(marks, 'A.high', 75 * second)).toBe(false);
    expect(isFirstOut(marks, 'B.low', 80 * second)).toBe(true);
  });

  test('[MK3] a raise told later that happened earlier takes the mark over; one from long before changes nothing', () => {
    const marks = marksAfter(raise('A.high', 10 * second), raise('B.low', 12 * second), raise('C.state', 8 * second));
    expect([isFirstOut(marks, 'A.high', 10 * second), isFirstOut(marks, 'C.state', 8 * second)]).toEqual([false, true]);
    marks.note(raise('D.state', -10 * minute));
    marks.note(raise('E.state', 13 * second));
    expect([isFirstOut(marks, 'D.state', -10 * minute), isFirstOut(marks, 'C.state', 8 * second)]).toEqual([false, true]);
  });

  test('[MK4] it goes with the occurrence: along within the burst, away with one of another time', () => {
    const marks = marksAfter(raise('A.high', 0), raise('B.low', second), raise('A.high', 5 * second));
    expect([isFirstOut(marks, 'A.high', 0), isFirstOut(marks, 'A.high', 5 * second)]).toEqual([false, true]);
    marks.note(raise('A.high', 10 * minute));
    marks.note(raise('A.high', 10 * minute + second));
    expect(isFirstOut(marks, 'A.high', 10 * minute + second)).toBe(false);
  });

  test('[MK4] ten thousand bursts later the mark still stands where its occurrence does', () => {
    const marks = marksAfter(raise('A.high', 0), raise('B.low', second));
    for (let count = 1; count <= 10_100; count += 1) {
      marks.note(raise('X.high', count * minute, { stationId: 'GS-02' }));
      marks.note(raise('Y.high', count * minute + second, { stationId: 'GS-02' }));
    }
    expect(isFirstOut(marks, 'A.high', 0)).toBe(true);
  });

  test('[MK9] a test alarm is first of no burst and makes none', () => {
    const marks = marksAfter(raise('A.high', 0, { isTest: true }), raise('B.low', second));
    expect([isFirstOut(marks, 'A.high', 0), isFirstOut(marks, 'B.low', second)]).toEqual([false, false]);
    marks.note(raise('C.low', 2 * second));
    expect(isFirstOut(marks, 'B.low', second)).toBe(true);
  });
});

describe('nuisance', () => {
  test('[MK5] three raises within a minute chatter; two, or three over more than a minute, do not', () => {
    const at = (times: readonly number[]) => {
      const marks = marksAfter(...times.map((time) => raise('A.high', time)));
      const last = times.at(-1) ?? 0;
      return marks.of('A.high', `A.high@${last}`, last).isChattering;
    };
    expect([at([0, 1_000]), at([0, 30_000, 60_000]), at([0, 30_000, 60_001])]).toEqual([false, true, false]);
  });

  test('[MK5] the mark goes five minutes after the last raise that made it so, and that is told once', () => {
    const marks = marksAfter(raise('A.high', 0), raise('A.high', second), raise('A.high', 2 * second), raise('A.high', 40 * second));
    const endMs = 40 * second + 5 * minute;
    marks.takeChanged(endMs - 1);
    expect(marks.of('A.high', null, endMs - 1).isChattering).toBe(true);
    expect(marks.takeChanged(endMs - 1)).not.toContain('A.high');
    expect(marks.of('A.high', null, endMs).isChattering).toBe(false);
    expect([...marks.takeChanged(endMs)]).toEqual(['A.high']);
    expect([...marks.takeChanged(endMs + 1)]).toEqual([]);
  });

  test('[MK6] over within five seconds is fleeting; the clear of another occurrence says nothing', () => {
    const fleeting = marksAfter(raise('A.high', 0), clear('A.high', 0, 5 * second));
    expect(fleeting.of('A.high', 'A.high@0', minute).isFleeting).toBe(true);
    const longer = marksAfter(raise('A.high', 0), clear('A.high', 0, 5 * second + 1));
    expect(longer.of('A.high', 'A.high@0', minute).isFleeting).toBe(false);
    const other = marksAfter(raise('A.high', 0), raise('A.high', 10 * second), clear('A.high', 0, 11 * second));
    expect(other.of('A.high', `A.high@${10 * second}`, minute).isFleeting).toBe(false);
  });
});

test('among alarms that rise once, first-out is exactly what had nothing in the 30 s before it and something in the 30 s after', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 40 }), (gapsMs) => {
      const marks = new AlarmMarks((alarmId) => alarmId);
      let atMs = 0;
      const raisedAtMs = gapsMs.map((gapMs) => {
        atMs += gapMs;
        return atMs;
      });
      for (const [index, time] of raisedAtMs.entries()) marks.note(raise(`A${index}`, time));
      for (const [index, time] of raisedAtMs.entries()) {
        const hasBefore = index > 0 && time - (raisedAtMs[index - 1] ?? 0) <= 30_000;
        const hasAfter = index + 1 < raisedAtMs.length && (raisedAtMs[index + 1] ?? 0) - time <= 30_000;
        expect(isFirstOut(marks, `A${index}`, time)).toBe(!hasBefore && hasAfter);
      }
    }),
    { numRuns: 500 },
  );
});

test('every rule of MARKS.md is cited by a test, and every citation is a rule', () => {
  const folder = path.dirname(new URL(import.meta.url).pathname);
  const rules = [...readFileSync(path.join(folder, 'MARKS.md'), 'utf8').matchAll(/^- \*\*((?:MK|FL)\d+)\*\*/gm)].map((match) => match[1]);
  const tests = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join(folder, name));
  const grouping = path.join(folder, '..', '..', 'dashboard', 'alarms', 'alarm-groups.test.ts');
  const cited = [...tests, grouping].flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/test\('\[((?:MK|FL)\d+)\]/g)].map((match) => match[1]),
  );
  expect(rules.length).toBeGreaterThan(10);
  expect([...new Set(cited)].sort()).toEqual([...new Set(rules)].sort());
});
