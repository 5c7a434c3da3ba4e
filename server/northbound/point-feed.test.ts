import { expect, test } from 'vitest';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { twoGateStations } from '../../test/harness/plant-of.ts';
import { collectorLostMs, LastValues } from '../live/last-values.ts';
import { PointFeed } from './point-feed.ts';

const plant = twoGateStations([
  '{ tag: PT-1, name: P, range: { min: 0, max: 1 }, register: { table: holding, address: 0, type: float32 } }',
  '{ tag: TX-1, name: T, kind: text, register: { table: holding, address: 2, type: string, length: 4 } }',
]);

function world(stationIndexes: readonly number[]) {
  const clock = new ManualClock();
  const values = new LastValues(plant, clock);
  values.heard('default');
  const feed = new PointFeed(plant, values, stationIndexes);
  const put = (point: number, value: number, text: string | null = null) => {
    const batch = createReadingBatch(plant.pointTable, 1);
    pushReading(batch, point, clock.nowMs(), value, Quality.good);
    if (text !== null) batch.text = new Map([[0, text]]);
    values.put('default', batch);
  };
  const taken = () => {
    const changes = feed.take();
    return changes === null
      ? null
      : [...changes.point].map((point, row) => [point, changes.text.get(row) ?? changes.value[row], changes.quality[row]]);
  };
  return { clock, values, put, taken, feed };
}

test('first nothing is new; then what changed, once, with the newest value', () => {
  const { put, taken, feed } = world([0, 1]);
  expect([...feed.all().point]).toEqual([0, 1, 2, 3]);
  expect(taken()).toBeNull();
  put(0, 0.1);
  put(0, 0.2);
  put(3, 0, 'idle');
  expect(taken()).toEqual([
    [0, 0.2, Quality.good],
    [3, 'idle', Quality.good],
  ]);
  expect(taken()).toBeNull();
});

test('other stations are passed over', () => {
  const { put, taken, feed } = world([1]);
  feed.all();
  put(0, 0.1);
  expect(taken()).toBeNull();
});

test('a collector that is no longer heard makes its good values stale, and good again when it is back; what was bad stays untold', () => {
  const { clock, values, put, taken, feed } = world([0]);
  feed.all();
  put(0, 0.5);
  taken();
  clock.advance(collectorLostMs + 1);
  expect(taken()).toEqual([[0, 0.5, Quality.badStale]]);
  expect(taken()).toBeNull();
  values.heard('default');
  expect(taken()).toEqual([[0, 0.5, Quality.good]]);
});
