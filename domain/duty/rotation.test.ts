// 四班三运转 as the example: every shift of every day has one team, nobody works two shifts without a rest, everybody works the same.
import { describe, expect, test } from 'vitest';
import { PlantIssues } from '../plant/plant-issues.ts';
import { compileDuty, dutyFileSchema } from './duty-plan.ts';
import type { DutyPlace, RosterEntry } from './roster.ts';
import { rosterConflicts } from './roster-conflicts.ts';
import { rotate } from './rotation.ts';

const plan = compileDuty(dutyFileSchema.parse({}), new PlantIssues());
const place: DutyPlace = { plan, timeZone: 'Asia/Shanghai', areaOfStation: new Map([['GS-01', 'north']]) };
const team = (name: string) =>
  (['lead', 'operator', 'emergency'] as const).map((positionId) => ({
    username: `${name}-${positionId}`,
    positionId,
    stationIds: null,
    areaIds: null,
  }));
const teams = ['a', 'b', 'c', 'd'].map(team);
const withIds = (entries: ReturnType<typeof rotate>): RosterEntry[] => entries.map((entry, index) => ({ ...entry, id: String(index) }));

describe('four teams, three shifts', () => {
  const [rotation] = plan.rotations;
  if (rotation === undefined) throw new Error('no standard rotation');
  const entries = withIds(rotate(rotation, teams, { from: '2026-07-01', days: 16, firstDay: 0 }));

  test('one team in each shift of each day, and no conflict in sixteen days', () => {
    expect(entries).toHaveLength(16 * 3 * 3);
    expect(rosterConflicts(entries, place, { from: '2026-07-01', days: 16 }, () => true)).toEqual([]);
  });

  test('the first team: two days, two evenings, two nights, two days off', () => {
    const lead = entries.filter((entry) => entry.username === 'a-lead').map((entry) => `${entry.date.slice(8)} ${entry.shiftId}`);
    expect(lead.slice(0, 7)).toEqual(['01 day', '02 day', '03 evening', '04 evening', '05 night', '06 night', '09 day']);
  });

  test('goes on where the month before ended', () => {
    const both = withIds(rotate(rotation, teams, { from: '2026-07-09', days: 8, firstDay: 8 }));
    expect(both.map(({ id: _, ...entry }) => entry)).toEqual(
      entries.filter((entry) => entry.date >= '2026-07-09').map(({ id: _, ...entry }) => entry),
    );
  });
});

describe('what is wrong with a roster is told', () => {
  const entry = (
    date: string,
    shiftId: string,
    username: string,
    positionId = 'operator',
    more: Partial<RosterEntry> = {},
  ): RosterEntry => ({
    id: `${date}${shiftId}${username}${positionId}`,
    date,
    shiftId,
    username,
    positionId,
    stationIds: null,
    areaIds: null,
    ...more,
  });
  const full = (date: string, shiftId: string, suffix = '') => [
    entry(date, shiftId, `lead${suffix}`, 'lead'),
    entry(date, shiftId, `operator${suffix}`),
    entry(date, shiftId, `team${suffix}`, 'emergency'),
  ];
  const day = '2026-07-03';
  const told = (entries: RosterEntry[], isAvailable = (_: string) => true) =>
    rosterConflicts(entries, place, { from: day, days: 1 }, isAvailable).filter((conflict) => conflict.shiftId === 'day');

  test('a shift with nobody', () => expect(told([])).toEqual([{ kind: 'shiftUncovered', date: day, shiftId: 'day' }]));

  test('no lead, no emergency team', () =>
    expect(told([entry(day, 'day', 'operator')])).toEqual([
      { kind: 'positionShort', date: day, shiftId: 'day', positionId: 'lead', have: 0, need: 1 },
      { kind: 'emergencyTeamMissing', date: day, shiftId: 'day' },
    ]));

  test('one person in two places of one shift', () =>
    expect(told([...full(day, 'day'), entry(day, 'day', 'lead')])).toEqual([
      { kind: 'personTwice', date: day, shiftId: 'day', username: 'lead' },
    ]));

  test('two shifts in a row, over midnight, named at the second', () => {
    const before = '2026-07-02';
    expect(told([...full(before, 'night', '-n'), ...full(day, 'day'), entry(before, 'night', 'operator')])).toEqual([
      { kind: 'tooLong', date: day, shiftId: 'day', username: 'operator', hours: 16 },
    ]);
  });

  test('a rest between two shifts of one day is a rest', () => {
    const both = [...full(day, 'day'), entry(day, 'night', 'operator')];
    expect(told(both)).toEqual([]);
  });

  test('stations that nobody of the watch answers for', () =>
    expect(
      told([
        entry(day, 'day', 'lead', 'lead'),
        entry(day, 'day', 'operator', 'operator', { stationIds: ['XX-01'] }),
        entry(day, 'day', 'team', 'emergency'),
      ]),
    ).toEqual([{ kind: 'stationsUncovered', date: day, shiftId: 'day', stationIds: ['GS-01'] }]));

  test('a person who cannot come, a shift that the plan no longer has', () => {
    expect(told(full(day, 'day'), (username) => username !== 'team')).toEqual([
      { kind: 'personUnavailable', date: day, shiftId: 'day', username: 'team' },
    ]);
    const gone = rosterConflicts([entry(day, 'twilight', 'wang')], place, { from: day, days: 1 }, () => true);
    expect(gone).toContainEqual({ kind: 'unknownShift', date: day, shiftId: 'twilight', username: 'wang' });
  });
});
