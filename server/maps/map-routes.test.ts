import { expect, test } from 'vitest';
import { mapNameSchema } from '../../domain/api/maps-api.ts';
import { rangeOf } from './map-routes.ts';

test('one range, cut to the file; anything else is none', () => {
  expect(rangeOf('bytes=0-99', 1_000)).toEqual({ start: 0, end: 99 });
  expect(rangeOf('bytes=900-', 1_000)).toEqual({ start: 900, end: 999 });
  expect(rangeOf('bytes=0-16383', 1_000)).toEqual({ start: 0, end: 999 });
  for (const header of [undefined, 'bytes=1000-', 'bytes=5-4', 'bytes=-5', 'bytes=0-1,5-6', 'lines=0-1'])
    expect(rangeOf(header, 1_000)).toBeNull();
});

test('a name is no path', () => {
  for (const name of ['..', '../journal', 'a/b', '', '.hidden', 'a\\b']) expect(mapNameSchema.safeParse(name).success, name).toBe(false);
  expect(mapNameSchema.safeParse('chengdu-2026.1').success).toBe(true);
});
