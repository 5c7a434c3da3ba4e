import { expect, test } from 'vitest';
import { durationParts, formatNumber, formatValue } from './format-value.ts';

test('digits that the instrument deserves, never −0.00', () => {
  expect(formatNumber(0.39749, 3)).toBe('0.397');
  expect(formatNumber(-0.001, 2)).toBe('0.00');
  expect(formatNumber(-1.5, 1)).toBe('−1.5');
});

test('a state by its name in the language of the page; one without a name as its number', () => {
  const point = {
    kind: 'discrete',
    digits: 2,
    unit: '',
    states: [{ value: 1, name: { zh: '已切断', en: 'Tripped' }, isNormal: false }],
  } as const;
  expect(formatValue(point as never, 1, 'zh')).toBe('已切断');
  expect(formatValue(point as never, 1, 'en')).toBe('Tripped');
  expect(formatValue(point as never, 3, 'en')).toBe('3');
});

test('durations by their two largest parts', () => {
  expect(durationParts(0)).toEqual([{ unit: 'seconds', count: 0 }]);
  expect(durationParts(3_725_000)).toEqual([
    { unit: 'hours', count: 1 },
    { unit: 'minutes', count: 2 },
  ]);
});
