import { expect, test } from 'vitest';
import { parsePlantText } from '../plant/parse-plant-file.ts';
import { formatIssue } from '../plant/plant-issues.ts';
import { reportState } from './reporting-clock.ts';
import { planFor } from './response-plan.ts';

const plantWith = (rest: string) =>
  parsePlantText(
    `schema: 1
company: { id: t, name: T }
areas: [{ id: a, name: A }]
stations:
  - id: GS-01
    type: gate
    name: S
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - { tag: ZS-101, name: V, kind: discrete, register: { table: discrete, address: 0, type: bit } }
${rest}`,
    { version: 'v1' },
  );

test('a station gets every plan that applies: for all, for its type, its own last, which may replace an item', () => {
  const parsed = plantWith(`responsePlans:
  - { id: own, revised: '2026-02-01', stations: [GS-01], access: 'key A', valves: [{ name: inlet, tag: ZS-101 }], items: [{ id: close, role: duty, text: own words, targetMinutes: 3 }] }
  - { id: all, revised: '2026-05-01', items: [{ id: call, role: duty, text: call, targetMinutes: 5 }, { id: keep, role: supervisor, text: keep, required: false }] }
  - { id: gate, stationTypes: [gate], items: [{ id: close, role: emergencyTeam, text: of the type, targetMinutes: 30 }, { id: burn, role: duty, text: fire only, kinds: [fire] }] }
  - { id: lpg, stationTypes: [lpg], items: [{ id: spray, role: duty, text: spray }] }
`);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const [station] = parsed.plant.stations;
  if (station === undefined) throw new Error('no station');
  const plan = planFor(parsed.plant.responsePlans, station, 'leak');
  expect(plan.items.map((item) => [item.id, item.text.zh, item.isRequired])).toEqual([
    ['close', 'own words', true],
    ['call', 'call', true],
    ['keep', 'keep', false],
  ]);
  expect(plan).toMatchObject({ planIds: ['all', 'gate', 'own'], revised: '2026-05-01', valves: [{ pointId: 'GS-01.ZS-101' }] });
  expect(planFor(parsed.plant.responsePlans, station, 'fire').items.map((item) => item.id)).toContain('burn');
  expect(planFor(parsed.plant.responsePlans, station, null).items.map((item) => item.id)).toContain('burn');
});

test('what is wrong with a plan or a rule is told with its place', () => {
  const parsed = plantWith(`responsePlans:
  - { id: one, stations: [GS-02], items: [{ id: a, role: duty, text: a }, { id: a, role: duty, text: b }] }
  - { id: one, valves: [{ name: v, tag: ZS-101 }] }
  - { id: two, stations: [GS-01], valves: [{ name: v, tag: ZS-999 }] }
incidents: { openOn: [{ when: alarm, name: x, alarmKinds: [vote], opens: leak }, { when: alarm, name: x, alarmKinds: [state], opens: other }] }
`);
  if (parsed.kind !== 'invalid') throw new Error('it was taken');
  const told = parsed.issues.map((issue) => formatIssue(issue, 'my.yaml'));
  for (const words of [
    /my\.yaml:\d+:\d+: error: responsePlans\[0\]\.stations\[0\]: station GS-02 is not defined/,
    /responsePlans\[0\]\.items\[1\]\.id: item a stands twice/,
    /responsePlans\[1\]\.id: response plan one is defined twice/,
    /responsePlans\[1\]\.valves\[0\]\.tag: a tag needs a plan that names its stations/,
    /responsePlans\[2\]\.valves\[0\]\.tag: ZS-999 is not a point of station GS-01/,
    /incidents\.openOn\[1\]\.name: rule x is defined twice/,
  ])
    expect(told.join('\n')).toMatch(words);
});

test('where a reporting duty stands', () => {
  const by = { username: 'a', displayName: 'A' };
  const duty = {
    id: 'authority',
    kind: 'authority',
    sinceMs: 0,
    dueAtMs: 60,
    reported: null,
    waived: null,
    overdueNotedAtMs: null,
  } as const;
  const reported = (atMs: number) => ({ ...duty, reported: { atMs, by, toWhom: 'x', channel: '', reportVersion: null } });
  expect(reportState(duty, 60)).toBe('due');
  expect(reportState(duty, 61)).toBe('overdue');
  expect(reportState(reported(60), 1_000)).toBe('reported');
  expect(reportState(reported(61), 1_000)).toBe('reportedLate');
  expect(reportState({ ...duty, waived: { atMs: 99, by, reason: 'x' } }, 1_000)).toBe('notRequired');
});
