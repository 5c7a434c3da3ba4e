import { expect, test } from 'vitest';
import { pipeStateOf } from './pipe-state.ts';

const end = (value: number | null, unit = 'MPa', min = 0) => ({ value, unit, normal: { min, max: 10 } });

test('gas goes down the pressure; units of both ends are compared, not their numbers', () => {
  expect(pipeStateOf(end(0.4), end(0.35))).toBe('forward');
  expect(pipeStateOf(end(0.3), end(290, 'kPa'))).toBe('forward');
  expect(pipeStateOf(end(0.3), end(350, 'kPa'))).toBe('reverse');
  expect(pipeStateOf(end(0.4), end(0.399))).toBe('level');
});

test('below the normal band at either end is said before anything else', () => {
  expect(pipeStateOf(end(0.4), end(0.1, 'MPa', 0.2))).toBe('low');
  expect(pipeStateOf(end(0.1, 'MPa', 0.2), end(0.05))).toBe('low');
});

test('what is not known is unknown, what nobody measures is unmeasured, a strange unit is no pressure', () => {
  expect(pipeStateOf(end(null), end(0.3))).toBe('unknown');
  expect(pipeStateOf(end(0.4), null)).toBe('unmeasured');
  expect(pipeStateOf(end(0.4, 'm'), end(0.3))).toBe('unknown');
});
