// A rotation read out of a week goes on where the week ended.
import { describe, expect, test } from 'vitest';
import type { RosterEntryView } from '../../domain/api/duty-api.ts';
import { rotate } from '../../domain/duty/rotation.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import { clockText } from './clock-text.ts';
import { continueRotation } from './teams-of-roster.ts';

const rotation = {
  id: 'four-three',
  name: { zh: '四班三运转', en: 'Four teams, three shifts' },
  teams: 4,
  cycle: ['day', 'day', 'evening', 'evening', 'night', 'night', null, null],
  offset: 2,
};
const member = (username: string, positionId: string) => ({ username, positionId, stationIds: null, areaIds: null });
const teams = ['a', 'b', 'c', 'd'].map((name) => [member(`${name}1`, 'lead'), member(`${name}2`, 'operator')]);
const view = (entry: Omit<RosterEntryView, 'id' | 'version' | 'stationIds' | 'areaIds'>): RosterEntryView => ({
  ...entry,
  stationIds: null,
  areaIds: null,
  version: 1,
  id: `${entry.date}${entry.username}`,
});
const monday = '2026-07-06';

describe('going on with a rotation', () => {
  test('from whatever place in the cycle, the next weeks are those that the rotation itself would have made', () => {
    for (let firstDay = 0; firstDay < 8; firstDay += 1) {
      const all = rotate(rotation, teams, { from: monday, days: 28, firstDay });
      const week = all.filter((entry) => entry.date < addDays(monday, 7)).map(view);
      const from = addDays(monday, 7);
      const start = continueRotation(week, rotation, monday, from);
      const sorted = (entries: readonly { date: string; shiftId: string; username: string }[]) =>
        entries.map((entry) => `${entry.date} ${entry.shiftId} ${entry.username}`).toSorted();
      const goesOn = rotate(rotation, start.teams, { from, days: 21, firstDay: start.firstDay });
      expect(sorted(goesOn)).toEqual(sorted(all.filter((entry) => entry.date >= from)));
    }
  });

  test('a week of no rotation gives its teams, filled up with empty ones', () => {
    const week = [
      view({ date: '2026-07-06', shiftId: 'day', username: 'a', positionId: 'lead' }),
      view({ date: '2026-07-06', shiftId: 'day', username: 'b', positionId: 'operator' }),
      view({ date: '2026-07-08', shiftId: 'night', username: 'c', positionId: 'operator' }),
    ];
    const start = continueRotation(week, rotation, monday, addDays(monday, 7));
    expect(start.teams.map((team) => team.map((one) => `${one.username} ${one.positionId}`))).toEqual([
      ['a lead', 'b operator'],
      ['c operator'],
      [],
      [],
    ]);
    expect(start.firstDay).toBe(0);
  });
});

test('time left as a clock shows it', () => {
  expect(clockText(299_001)).toBe('05:00');
  expect(clockText(59_000)).toBe('00:59');
  expect(clockText(3_600_000)).toBe('1:00:00');
  expect(clockText(-5)).toBe('00:00');
});
