import { describe, expect, test } from 'vitest';
import { alarmManagementSchema, computePriority } from './priority-matrix.ts';

const minute = 60_000;

describe('the matrix of a plant file that states none', () => {
  const management = alarmManagementSchema.parse(undefined);
  test.each([
    ['severe', 2 * minute, 'critical'],
    ['severe', 10 * minute, 'critical'],
    ['severe', 10 * minute + 1, 'high'],
    ['severe', 90 * minute, 'medium'],
    ['minor', 1 * minute, 'medium'],
    ['minor', 4 * minute, 'low'],
  ])('%s within %d ms is %s: a band includes its end', (consequenceClassId, responseTimeMs, priority) => {
    expect(computePriority(management, { consequenceClassId, responseTimeMs })).toBe(priority);
  });
  test('without class, without time, or with a class that it does not know, it says nothing', () => {
    expect(computePriority(management, { consequenceClassId: null, responseTimeMs: minute })).toBeNull();
    expect(computePriority(management, { consequenceClassId: 'severe', responseTimeMs: null })).toBeNull();
    expect(computePriority(management, { consequenceClassId: 'terrible', responseTimeMs: minute })).toBeNull();
  });
});

const small = {
  consequenceClasses: [
    { id: 'small', name: { zh: '小', en: 'Small' } },
    { id: 'great', name: { zh: '大', en: 'Great' } },
  ],
  timeToRespond: ['5min'],
  priorityMatrix: { small: ['medium', 'low'], great: ['critical', 'high'] },
};

describe('a matrix of one’s own', () => {
  test('is taken', () => {
    const management = alarmManagementSchema.parse(small);
    expect(computePriority(management, { consequenceClassId: 'great', responseTimeMs: 6 * minute })).toBe('high');
  });
  test.each([
    ['a row too short', { ...small, priorityMatrix: { ...small.priorityMatrix, great: ['critical'] } }, /expected 2 priorities/],
    ['a row missing', { ...small, priorityMatrix: { small: ['medium', 'low'] } }, /no row for consequence class great/],
    [
      'a row too many',
      { ...small, priorityMatrix: { ...small.priorityMatrix, worse: ['high', 'high'] } },
      /worse is not a consequence class/,
    ],
    ['bands that do not rise', { ...small, timeToRespond: ['5min', '5min'] }, /must rise/],
    ['a class twice', { ...small, consequenceClasses: [...small.consequenceClasses, ...small.consequenceClasses] }, /defined twice/],
  ])('%s is refused', (_name, input, expected) => {
    const parsed = alarmManagementSchema.safeParse(input);
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toMatch(expected);
  });
});
