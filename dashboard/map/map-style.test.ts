import { expect, test } from 'vitest';
import { boundsOf, mapStyle } from './map-style.ts';

const colours = { page: '#ddd', surface: '#eee', line: '#bbb', strong: '#888', water: '#ccc' };

test('every colour is one of ours, ground lies under water under roads, names are left out', () => {
  const style = mapStyle('pmtiles://x', { kind: 'vector', layerIds: ['roads', 'water', 'earth', 'places', 'pipelines'] }, colours);
  expect(style.layers.map(({ id }) => id)).toEqual([
    'background',
    'earth-fill',
    'water-fill',
    'water-line',
    'roads-line',
    'pipelines-line',
  ]);
  const used = [...JSON.stringify(style).matchAll(/#[0-9a-f]{3,6}/g)].map(([colour]) => colour);
  for (const colour of used) expect(Object.values(colours)).toContain(colour);
  expect(style.glyphs).toBeUndefined();
  expect(style.sprite).toBeUndefined();
});

test('pictures are shown without colour', () => {
  const style = mapStyle('pmtiles://x', { kind: 'raster' }, colours);
  expect(style.layers.at(-1)).toMatchObject({ type: 'raster', paint: { 'raster-saturation': -1 } });
});

test('all stations are in view; one alone has surroundings; none has no view', () => {
  const bounds = boundsOf([
    { latitude: 30, longitude: 104 },
    { latitude: 31, longitude: 105 },
  ]);
  if (bounds === null) throw new Error('no bounds');
  expect(bounds[0]).toBeLessThan(104);
  expect(bounds[3]).toBeGreaterThan(31);
  const one = boundsOf([{ latitude: 30, longitude: 104 }]);
  expect((one?.[2] ?? 0) - (one?.[0] ?? 0)).toBeCloseTo(0.02);
  expect(boundsOf([])).toBeNull();
});
