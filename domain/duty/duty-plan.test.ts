// The section `duty:` of the plant file: what it completes, what it refuses and where, and that the example in the documentation is right.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { PlantIssues } from '../plant/plant-issues.ts';
import { compileDuty, dutyFileSchema } from './duty-plan.ts';
import { chainOf, stepTimesMs } from './escalation.ts';

const compile = (text: string) => {
  const issues = new PlantIssues();
  const plan = compileDuty(dutyFileSchema.parse(parse(text)), issues);
  return { plan, issues: issues.all().map(({ severity, path, message }) => `${severity} ${path.join('.')}: ${message}`) };
};
const alarm = (
  priority: 'critical' | 'high' | 'medium' | 'low',
  alarmClass: 'safety' | 'process' = 'process',
  responseTimeMs: number | null = 600_000,
) => ({
  priority,
  class: alarmClass,
  responseTimeMs,
});

test('the example in docs/duty.md compiles without a complaint', () => {
  const page = readFileSync(new URL('../../docs/duty.md', import.meta.url), 'utf8');
  const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const { duty } = parse(example) as { duty: unknown };
  const issues = new PlantIssues();
  const plan = compileDuty(dutyFileSchema.parse(duty), issues);
  expect(issues.all()).toEqual([]);
  expect(stepTimesMs(plan.escalation[0] as never, alarm('critical', 'safety', 240_000))).toEqual([30_000, 120_000, 180_000]);
});

describe('defaults', () => {
  test('three shifts around the clock, one console, 四班三运转; the default chains by priority and class', () => {
    const { plan, issues } = compile('{}');
    expect(issues).toEqual([]);
    expect(plan.shifts.map((shift) => `${shift.start}-${shift.end}`)).toEqual(['07:00-15:00', '15:00-23:00', '23:00-07:00']);
    expect(plan.rotations.map((rotation) => rotation.id)).toEqual(['four-three']);
    expect(stepTimesMs(chainOf(plan.escalation, alarm('critical', 'safety')) as never, alarm('critical', 'safety'))).toEqual([
      30_000, 60_000, 120_000,
    ]);
    expect(stepTimesMs(chainOf(plan.escalation, alarm('critical')) as never, alarm('critical'))).toEqual([150_000, 300_000, 600_000]);
    expect(stepTimesMs(chainOf(plan.escalation, alarm('high')) as never, alarm('high'))).toEqual([300_000, 600_000, 1_200_000]);
    expect(chainOf(plan.escalation, alarm('low'))).toBeNull();
  });

  test('an alarm without a response time is given the one of its priority', () => {
    const { plan } = compile('{}');
    expect(stepTimesMs(chainOf(plan.escalation, alarm('high')) as never, alarm('high', 'process', null))).toEqual([
      300_000, 600_000, 1_200_000,
    ]);
  });

  test('two shifts: 四班两运转; a plant without leads has no step to them', () => {
    const { plan } = compile(`
shifts: [{ id: day, name: d, start: '08:00', end: '20:00' }, { id: night, name: n, start: '20:00', end: '08:00' }]
positions: [{ id: operator, name: o, duty: watch, required: 1 }]
`);
    expect(plan.rotations[0]).toMatchObject({ id: 'four-two', cycle: ['day', 'night', null, null] });
    expect(chainOf(plan.escalation, alarm('medium'))?.steps).toHaveLength(1);
  });

  test('without the section nothing escalates', () => {
    expect(compileDuty(undefined, new PlantIssues()).escalation).toEqual([]);
  });

  test('a chain of the plant stands before the default ones; one without steps says that these do not escalate', () => {
    const { plan } = compile(`escalation: [{ priorities: [high], classes: [process], steps: [] }]`);
    expect(chainOf(plan.escalation, alarm('high'))).toBeNull();
    expect(chainOf(plan.escalation, alarm('high', 'safety'))?.steps).toHaveLength(3);
  });
});

test.each([
  [
    'unknown position',
    `escalation: [{ steps: [{ after: 1min, to: { position: boss }, channels: [sms] }] }]`,
    'error duty.escalation.0.steps.0.to: no position named boss: known are lead, operator, emergency',
  ],
  [
    'steps out of order',
    `escalation: [{ steps: [{ after: 5min, to: onDuty, channels: [sms] }, { after: 1min, to: onDuty, channels: [sms] }] }]`,
    'error duty.escalation.0.steps.1.after: comes before the step above it',
  ],
  [
    'a shift of 14 h',
    `shifts: [{ id: long, name: l, start: '06:00', end: '20:00' }, { id: rest, name: r, start: '20:00', end: '06:00' }]`,
    'error duty.shifts.0.end: shift long is longer than 12 h',
  ],
  [
    'hours in no shift',
    `shifts: [{ id: day, name: d, start: '08:00', end: '20:00' }]`,
    'warning duty.shifts: 720 minutes of the day are in no shift: nobody is on duty then',
  ],
  ['two consoles of one name', `consoles: [{ id: a, name: a }, { id: a, name: b }]`, 'error duty.consoles.1.id: a is defined twice'],
  [
    'a rotation over an unknown shift',
    `rotations: [{ id: r, name: r, teams: 2, offset: 1, cycle: [day, siesta] }]`,
    'error duty.rotations.0.cycle.1: no shift named siesta: known are day, evening, night, off',
  ],
  [
    'checks that overlap',
    `watchChecks: { atLeast: 5min, atMost: 6min, answerWithin: 5min }`,
    'error duty.watchChecks.answerWithin: a check must have ended before the next can come: answerWithin is less than atLeast',
  ],
  [
    'checks the wrong way round',
    `watchChecks: { atLeast: 60min, atMost: 30min }`,
    'error duty.watchChecks.atMost: atMost is less than atLeast',
  ],
])('%s is told with its place', (_, text, issue) => expect(compile(text).issues).toContain(issue));
