import { expect, test } from 'vitest';
import type { StationSummary } from '../../domain/api/plant-api.ts';
import { type AlarmSummary, noAlarms } from '../alarms/alarm-order.ts';
import { areaInTurn, chosenAreas, compareUrgency, densityOf, groupForWall, tightened } from './wall-order.ts';

const station = (id: string, areaId: string): StationSummary => ({
  id,
  type: 'gate',
  name: { zh: id, en: id },
  areaId,
  position: null,
  pointCount: 1,
  deviceCount: 1,
  worstPriority: null,
  activeAlarms: 0,
  unacknowledgedAlarms: 0,
  goodShare: 1,
  keyPointIds: [],
});
const summary = (more: Partial<AlarmSummary>): AlarmSummary => ({ ...noAlarms, open: 1, ...more });

test('eight stations say all, two hundred say one thing each', () => {
  expect([8, 15, 16, 40, 41, 200].map(densityOf)).toEqual(['full', 'full', 'medium', 'medium', 'compact', 'compact']);
});

test('worst first: priority, then who waits, then how many; equal ones keep the order of the plant', () => {
  const stations = ['A', 'B', 'C', 'D', 'E'].map((id) => station(id, 'a'));
  const byStation = new Map([
    ['B', summary({ worstPriority: 'low', isWorstUnacknowledged: true, unacknowledged: 9 })],
    ['C', summary({ worstPriority: 'critical' })],
    ['D', summary({ worstPriority: 'critical', isWorstUnacknowledged: true, unacknowledged: 1 })],
  ]);
  const [group] = groupForWall(stations, ['a'], 'worst', byStation);
  expect(group?.stations.map(({ id }) => id)).toEqual(['D', 'C', 'B', 'A', 'E']);
  expect(compareUrgency(noAlarms, noAlarms)).toBe(0);
});

test('by area in the order of the plant; empty areas are left out, no station ever is', () => {
  const stations = [station('A', 'south'), station('B', 'north'), station('C', 'elsewhere')];
  const groups = groupForWall(stations, ['north', 'empty', 'south'], 'area', new Map());
  expect(groups.map((group) => [group.areaId, group.stations.map(({ id }) => id)])).toEqual([
    ['north', ['B']],
    ['south', ['A']],
    [null, ['C']],
  ]);
});

test('what does not fit on a wall is told shorter, and in the end worst first', () => {
  expect([0, 1, 2, 3].map((steps) => tightened('full', 'area', steps))).toEqual([
    { density: 'full', order: 'area' },
    { density: 'medium', order: 'area' },
    { density: 'compact', order: 'area' },
    { density: 'compact', order: 'worst' },
  ]);
  expect(tightened('compact', 'area', 1)).toEqual({ density: 'compact', order: 'worst' });
});

test('areas of the address: known ones only; nothing known shows everything rather than an empty wall', () => {
  expect(chosenAreas('south, north', ['north', 'south', 'west'])).toEqual(['north', 'south']);
  expect(chosenAreas('typo', ['north', 'south'])).toEqual(['north', 'south']);
  expect(chosenAreas(undefined, ['north'])).toEqual(['north']);
});

test('areas take turns by the clock', () => {
  const at = (seconds: number) => areaInTurn(['a', 'b', 'c'], 20, seconds * 1_000);
  expect([0, 19, 20, 40, 60].map(at)).toEqual(['a', 'a', 'b', 'c', 'a']);
  expect(areaInTurn([], 20, 0)).toBeNull();
});
