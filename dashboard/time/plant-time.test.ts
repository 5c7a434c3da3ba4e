import { describe, expect, test } from 'vitest';
import { formatDateTime, formatRecent, parseDateTime, zoneOffsetMs } from './plant-time.ts';

describe('plant time', () => {
  const noon = Date.UTC(2026, 6, 3, 4, 5, 9);

  test('is told in the zone of the plant, on a 24-hour clock', () => {
    expect(formatDateTime(noon, 'Asia/Shanghai')).toBe('2026-07-03 12:05:09');
    expect(formatDateTime(Date.UTC(2026, 6, 3, 16, 0, 0), 'Asia/Shanghai')).toBe('2026-07-04 00:00:00');
    expect(formatDateTime(noon, 'Asia/Kathmandu')).toBe('2026-07-03 09:50:09');
  });

  test('follows a zone over its change of summer time', () => {
    expect(zoneOffsetMs(Date.UTC(2026, 2, 29, 0, 59), 'Europe/Berlin')).toBe(3_600_000);
    expect(zoneOffsetMs(Date.UTC(2026, 2, 29, 1, 0), 'Europe/Berlin')).toBe(7_200_000);
  });

  test('names the day only where it is not today', () => {
    expect(formatRecent(noon, noon + 3_600_000, 'Asia/Shanghai')).toBe('12:05:09');
    expect(formatRecent(noon, noon + 86_400_000, 'Asia/Shanghai')).toBe('07-03 12:05:09');
  });

  test('goes to an input and back', () => {
    for (const zone of ['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'UTC']) {
      expect(parseDateTime(formatDateTime(noon, zone), zone)).toBe(noon);
    }
    expect(parseDateTime('2026-7-3 4:05', 'UTC')).toBe(Date.UTC(2026, 6, 3, 4, 5));
    expect(parseDateTime('yesterday', 'UTC')).toBeNull();
  });
});
