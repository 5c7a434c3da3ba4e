import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type MapView, mapNameSchema } from '../../domain/api/maps-api.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { startSmallServer } from '../../test/harness/small-server.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { rangeOf } from './map-routes.ts';

const plantText = `schema: 1
company: { id: t, name: 测试 }
areas: [{ id: a, name: 区 }]
stations:
  - { id: GS-01, type: gate, name: 门站, area: a }
`;

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

test('the tiles that the plant file names are the only ones, with whom their makers want named; elsewhere all by name', async () => {
  const dataDir = temporaryFolder();
  mkdirSync(path.join(dataDir, 'maps'));
  for (const name of ['a', 'b']) writeFileSync(path.join(dataDir, 'maps', `${name}.pmtiles`), 'tiles');
  const offered = async (map: string) => {
    const server = await startSmallServer(plantOf(`${plantText}${map}`), { dataDir });
    onTestFinished(() => server.stop());
    const { body } = await server.ask('duty', 'GET', '/api/maps');
    return [
      (body as MapView[]).map(({ name, attribution }) => [name, attribution?.en]),
      server.logLines.some((line) => line.includes('map tiles')),
    ];
  };
  expect(await offered('')).toEqual([
    [
      ['a', undefined],
      ['b', undefined],
    ],
    false,
  ]);
  expect(await offered('map: { tiles: b, attribution: { zh: 某人, en: Somebody } }\n')).toEqual([[['b', 'Somebody']], false]);
  expect(await offered('map: { tiles: c }\n')).toEqual([[], true]);
});
