import { expect, test } from 'vitest';
import { distanceM, offsetM } from './distance.ts';

const station = { latitude: 30.611, longitude: 104.04 };

test('metres north and east, as a surveyor would have them', () => {
  // One minute of latitude is a nautical mile.
  expect(offsetM(station, { ...station, latitude: station.latitude + 1 / 60 }).north).toBeCloseTo(1_853, -1);
  const east = offsetM(station, { ...station, longitude: station.longitude + 1 / 60 });
  expect(east.east).toBeCloseTo(1_853 * Math.cos((station.latitude * Math.PI) / 180), -1);
  expect(east.north).toBe(0);
});

test('a distance is the same there and back, and nothing to oneself', () => {
  const other = { latitude: 30.6105, longitude: 104.0398 };
  expect(distanceM(station, other)).toBeCloseTo(distanceM(other, station), 3);
  expect(distanceM(station, other)).toBeGreaterThan(55);
  expect(distanceM(station, other)).toBeLessThan(65);
  expect(distanceM(station, station)).toBe(0);
});
