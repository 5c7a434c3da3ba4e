// Teams guessed from a week: who works the same shifts belongs together.
import { expect, test } from 'vitest';
import type { RosterEntryView } from '../../domain/api/duty-api.ts';
import { clockText } from './clock-text.ts';
import { teamsOfRoster } from './teams-of-roster.ts';

const entry = (username: string, date: string, shiftId: string, positionId = 'operator'): RosterEntryView => ({
  id: `${username}${date}${shiftId}`,
  date,
  shiftId,
  username,
  positionId,
  stationIds: null,
  areaIds: null,
  version: 1,
});

test('people of the same shifts are one team, with their positions; empty teams fill up', () => {
  const entries = [
    entry('a', '2026-07-06', 'day', 'lead'),
    entry('b', '2026-07-06', 'day'),
    entry('c', '2026-07-06', 'night'),
    entry('a', '2026-07-07', 'evening', 'lead'),
    entry('b', '2026-07-07', 'evening'),
  ];
  expect(teamsOfRoster(entries, 4).map((team) => team.map((member) => `${member.username} ${member.positionId}`))).toEqual([
    ['a lead', 'b operator'],
    ['c operator'],
    [],
    [],
  ]);
  expect(teamsOfRoster(entries, 1)).toHaveLength(1);
});

test('time left as a clock shows it', () => {
  expect(clockText(299_001)).toBe('05:00');
  expect(clockText(59_000)).toBe('00:59');
  expect(clockText(3_600_000)).toBe('1:00:00');
  expect(clockText(-5)).toBe('00:00');
});
