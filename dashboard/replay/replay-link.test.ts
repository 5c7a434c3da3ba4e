import { expect, test } from 'vitest';
import { shareOf, stretchAround } from './density-span.ts';
import { momentOf, replayLink, screenOf } from './replay-link.ts';

const zone = 'Asia/Shanghai';

test('a link carries the moment in plant time and the screen, and is read back to the same second', () => {
  const atMs = Date.UTC(2026, 10, 24, 4, 30, 5);
  const link = replayLink(atMs, '/stations/GS-01', zone);
  expect(link).toBe('/replay?at=2026-11-24T12%3A30%3A05&screen=%2Fstations%2FGS-01');
  const search = new URLSearchParams(link.split('?')[1]);
  expect(momentOf(search.get('at') ?? undefined, zone)).toBe(atMs);
  expect(replayLink(atMs, '/', zone)).not.toContain('screen');
});

test('a moment may be plant time, ISO 8601 with a zone, or epoch milliseconds; anything else is no moment', () => {
  const atMs = Date.UTC(2026, 10, 24, 4, 30, 5);
  for (const at of ['2026-11-24 12:30:05', '2026-11-24T12:30:05', '2026-11-24T04:30:05Z', '2026-11-24T12:30:05+08:00', atMs, String(atMs)])
    expect([at, momentOf(at, zone)]).toEqual([at, atMs]);
  for (const at of [undefined, '', 'yesterday', '2026-11-24', Number.NaN]) expect([at, momentOf(at, zone)]).toEqual([at, null]);
});

test('a link leads to a screen of this site and nowhere else', () => {
  expect(screenOf('/alarms?scope=active')).toBe('/alarms?scope=active');
  for (const screen of [
    undefined,
    '',
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    '/replay?at=1',
    'javascript:alert(1)',
  ])
    expect([screen, screenOf(screen)]).toEqual([screen, '/']);
});

test('the scrub bar stands still while the moment is on it and never shows the future', () => {
  const hour = 3_600_000;
  const first = stretchAround(10 * hour, 8 * hour, 12 * hour, null);
  expect(first).toEqual({ fromMs: 4 * hour, toMs: 12 * hour });
  expect(stretchAround(5 * hour, 8 * hour, 12 * hour, first)).toBe(first);
  expect(stretchAround(hour, 8 * hour, 12 * hour, first)).toEqual({ fromMs: -3 * hour, toMs: 5 * hour });
  expect(stretchAround(5 * hour, 4 * hour, 12 * hour, first)).toEqual({ fromMs: 3 * hour, toMs: 7 * hour });
  expect([shareOf(8 * hour, first), shareOf(0, first), shareOf(20 * hour, first)]).toEqual([0.5, 0, 1]);
});
