import { expect, test } from 'vitest';
import { endOf } from './end-choice.tsx';

const zone = 'Asia/Shanghai';
const nowMs = Date.UTC(2026, 6, 3, 10, 0, 0); // 18:00 in the plant
const hourMs = 3_600_000;
const exact = (text: string) => endOf({ minutes: 'exact', text }, nowMs, zone, 8 * hourMs);

test('a length ends so long from now, never later than is allowed', () => {
  expect(endOf({ minutes: 30, text: '' }, nowMs, zone, hourMs)).toBe(nowMs + 30 * 60_000);
  expect(endOf({ minutes: 240, text: '' }, nowMs, zone, hourMs)).toBe(nowMs + hourMs);
});

test('a stated time is read in the plant’s zone; past, too far or no time at all is no end', () => {
  expect(exact('2026-07-03 18:30')).toBe(nowMs + 30 * 60_000);
  expect(exact('2026-07-04 02:00')).toBe(nowMs + 8 * hourMs);
  expect(exact('2026-07-04 02:00:01')).toBeNull();
  expect(exact('2026-07-03 18:00')).toBeNull();
  expect(exact('18:30')).toBeNull();
  expect(exact('')).toBeNull();
});
