import { expect, test } from 'vitest';
import { kindFilter } from './feed-events.ts';

test('a kind, a family, everything', () => {
  const wants = kindFilter(['alarm.raise', 'incident.*']);
  expect(['alarm.raise', 'alarm.clear', 'incident.open', 'incidents.open', 'alarm.raised'].filter(wants)).toEqual([
    'alarm.raise',
    'incident.open',
  ]);
  expect(kindFilter(['*'])('anything')).toBe(true);
  expect(kindFilter([])('alarm.raise')).toBe(false);
});
