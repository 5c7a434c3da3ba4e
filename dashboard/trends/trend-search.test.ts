import { describe, expect, test } from 'vitest';
import type { TrendMark } from '../../domain/api/trends-api.ts';
import { clusterMarks, leading } from './mark-clusters.ts';
import { digitsOf } from './trend-data.ts';
import { letterOf, scaleKeysOf } from './trend-pens.ts';
import {
  addPoint,
  contentOf,
  movePoint,
  panesOf,
  panned,
  readTrendsSearch,
  removePoint,
  searchOf,
  valuesOf,
  windowOf,
  withPanes,
  withValues,
  withWindow,
  zoomed,
} from './trend-search.ts';

describe('address', () => {
  test('what makes no sense is left out', () => {
    expect(readTrendsSearch({ points: 5, from: 2, to: 1, minutes: -1, compare: 'x', scale: 'data', marks: 'on', other: 1 })).toEqual({});
    expect(readTrendsSearch({ points: 'a,b;c', from: 1, to: 2, compare: 'week', scale: 'instrument', marks: 'off' })).toEqual({
      points: 'a,b;c',
      from: 1,
      to: 2,
      compare: 'week',
      scale: 'instrument',
      marks: 'off',
    });
  });

  test('a saved view and its address are the same thing', () => {
    for (const search of [
      { points: 'a,b;c', minutes: 60 },
      { points: 'a', from: 1_000, to: 2_000, compare: 'day', scale: 'instrument', marks: 'off', values: 'a:0.39:0.41' },
    ] as const)
      expect(searchOf(contentOf(search))).toEqual(search);
  });

  test('each point once, at most twelve; empty panes vanish', () => {
    expect(panesOf({ points: 'a,a;;b,a;c,' })).toEqual([['a'], ['b'], ['c']]);
    expect(panesOf({ points: Array.from({ length: 20 }, (_, index) => `p${index}`).join(',') }).flat()).toHaveLength(12);
    expect(withPanes({ points: 'a' }, [[]])).toEqual({});
  });

  test('live until a past time is named', () => {
    expect(windowOf({})).toEqual({ kind: 'live', minutes: 60 });
    expect(windowOf(withWindow({ minutes: 10 }, { kind: 'past', fromMs: 1.4, toMs: 9.6 }))).toEqual({ kind: 'past', fromMs: 1, toMs: 10 });
    expect(windowOf(withWindow({ from: 1, to: 2 }, { kind: 'live', minutes: 10 }))).toEqual({ kind: 'live', minutes: 10 });
  });
});

test('values are of an axis; what makes no sense is left out; those of other panes stay', () => {
  expect(valuesOf({ values: 'a:1:2;b:3:2;c:x:1;:1:2;d:-0.5:0' })).toEqual([
    { pointId: 'a', minimum: 1, maximum: 2 },
    { pointId: 'd', minimum: -0.5, maximum: 0 },
  ]);
  const chosen = withValues({ values: 'a:1:2;b:3:4' }, ['a', 'c'], [{ pointId: 'c', minimum: 0.123456789, maximum: 5 }]);
  expect(chosen.values).toBe('b:3:4;c:0.123457:5');
  expect(withValues(chosen, ['b', 'c'], [])).toEqual({});
});

describe('panes', () => {
  const panes = [['a', 'b'], ['c']];
  test('a point goes to the pane of its unit, else to a new one', () => {
    expect(addPoint(panes, 'd', (id) => id === 'c')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(addPoint(panes, 'd', () => false)).toEqual([['a', 'b'], ['c'], ['d']]);
    expect(addPoint(panes, 'a', () => true)).toBe(panes);
    const full = Array.from({ length: 8 }, (_, index) => [`p${index}`]);
    expect(addPoint(full, 'd', () => false).at(-1)).toEqual(['p7', 'd']);
  });

  test('a point moves to another pane or a new one; what is empty goes', () => {
    expect(movePoint(panes, 'c', 0)).toEqual([['a', 'b', 'c']]);
    expect(movePoint(panes, 'a', 1)).toEqual([['b'], ['c', 'a']]);
    expect(movePoint(panes, 'a', 2)).toEqual([['b'], ['c'], ['a']]);
    expect(movePoint(panes, 'a', 0)).toBe(panes);
    expect(movePoint(panes, 'a', 5)).toBe(panes);
    expect(removePoint(panes, 'c')).toEqual([['a', 'b']]);
  });
});

describe('window', () => {
  test('zooms about a moment, which stays where it is', () => {
    const next = zoomed({ fromMs: 0, toMs: 100_000 }, 0.5, 25_000, 1e9);
    expect(next).toEqual({ fromMs: 12_500, toMs: 62_500 });
  });
  test('never beyond now, never shorter than a second', () => {
    expect(zoomed({ fromMs: 0, toMs: 100_000 }, 2, 50_000, 100_000)).toEqual({ fromMs: 0, toMs: 100_000 });
    expect(panned({ fromMs: 50_000, toMs: 100_000 }, 0.5, 110_000)).toEqual({ fromMs: 60_000, toMs: 110_000 });
    const least = zoomed({ fromMs: 50_000, toMs: 51_000 }, 0.01, 50_500, 1e9);
    expect(least.toMs - least.fromMs).toBe(1_000);
  });
});

test('marks too near to each other are one sign, led by the worst alarm that rose', () => {
  const mark = (sequence: number, timeMs: number, kind: string, priority: TrendMark['priority']): TrendMark => ({
    sequence,
    timeMs,
    kind,
    priority,
    stationId: 'S',
    alarmId: 'S.P.high',
    pointId: 'S.P',
    occurrenceId: null,
    actor: { kind: 'system', part: 'server' },
    comment: null,
    value: null,
    isTest: false,
  });
  const marks = [
    mark(1, 10, 'alarm.clear', 'high'),
    mark(2, 12, 'alarm.raise', 'low'),
    mark(3, 13, 'alarm.raise', 'critical'),
    mark(4, 90, 'alarm.raise', 'high'),
  ];
  const clusters = clusterMarks([mark(0, -5, 'alarm.raise', 'high'), ...marks], { fromMs: 0, toMs: 100 }, 0.05);
  expect(clusters.map(({ marks: inside }) => inside.length)).toEqual([3, 1]);
  expect(leading(clusters[0]?.marks ?? [])?.sequence).toBe(3);
});

test('lines of one unit share an axis unless one would flatten the other; states have their own', () => {
  const point = (id: string, unit: string, max: number, kind: 'analog' | 'discrete' = 'analog') => ({
    id,
    unit,
    kind,
    range: { min: 0, max },
  });
  const keys = scaleKeysOf([
    point('a', 'MPa', 6),
    point('b', 'MPa', 0.6),
    point('c', 'MPa', 1),
    point('d', '℃', 100),
    point('e', '', 1, 'discrete'),
  ]);
  expect(keys.get('b')).toBe(keys.get('c'));
  expect(new Set(keys.values()).size).toBe(4);
  expect(letterOf(2)).toBe('C');
});

test('a mark of the value axis is the number that it stands at', () => {
  expect(digitsOf([45, 47.5, 50], 0)).toBe(1);
  expect(digitsOf([45, 50], 1)).toBe(0);
  expect(digitsOf([0.39, 0.395, 0.4], 3)).toBe(3);
  expect(digitsOf([0.1 + 0.2, 0.4], 3)).toBe(1);
  expect(digitsOf([1 / 3], 1)).toBe(3);
});
