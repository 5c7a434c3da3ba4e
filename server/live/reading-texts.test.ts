import { describe, expect, test } from 'vitest';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { loadPlantText } from '../../test/bench/load-plant.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { LastValues } from './last-values.ts';
import { nothingSubscribed, ReadingTexts } from './reading-texts.ts';

const plant = plantOf(loadPlantText({ devices: 2, pointsEach: 3, ports: [1, 2] }));
const [first, second, third] = plant.pointTable.ids;

function rig() {
  const clock = new ManualClock(1_000);
  const values = new LastValues(plant, clock);
  const texts = new ReadingTexts(plant, values);
  const put = (...rows: readonly (readonly [point: number, value: number])[]) => {
    const batch = createReadingBatch(plant.pointTable, rows.length);
    for (const [point, value] of rows) pushReading(batch, point, clock.nowMs(), value, Quality.good);
    values.put('c1', batch);
  };
  const changed = (of: Parameters<ReadingTexts['changedSince']>[0], seen: number) => {
    const text = texts.changedSince(of, seen);
    return text === null ? null : (JSON.parse(`{${text}}`) as { p: string[]; v: number[] });
  };
  return { values, texts, put, changed };
}

describe('readings encoded once', () => {
  test('the same points, in whatever order, are one subscription until the last client leaves', () => {
    const { texts } = rig();
    const one = texts.join(new Set([2, 0]));
    expect(texts.join(new Set([0, 2]))).toBe(one);
    texts.leave(one);
    expect(texts.join(new Set([2, 0]))).toBe(one);
    texts.leave(one);
    texts.leave(one);
    expect(texts.join(new Set([2, 0]))).not.toBe(one);
    expect(texts.join(new Set())).toBe(nothingSubscribed);
  });

  test('only what changed since, each as it is now; null where nothing did', () => {
    const { texts, values, put, changed } = rig();
    const all = texts.join(new Set([0, 1, 2]));
    put([0, 1], [1, 2]);
    const seen = values.changes;
    expect(changed(all, 0)).toMatchObject({ p: [first, second], v: [1, 2] });
    expect(changed(all, seen)).toBeNull();
    put([1, 5], [2, 6]);
    expect(changed(all, seen)).toMatchObject({ p: [second, third], v: [5, 6] });
    // Somebody who is further behind gets more, and the one in step the same as before.
    expect(changed(all, 0)).toMatchObject({ p: [first, second, third], v: [1, 5, 6] });
    expect(changed(all, seen)).toMatchObject({ p: [second, third], v: [5, 6] });
    put([1, 7]);
    expect(changed(all, seen)).toMatchObject({ p: [second, third], v: [7, 6] });
  });

  test('a change elsewhere is none here', () => {
    const { texts, values, put, changed } = rig();
    const here = texts.join(new Set([0]));
    const seen = values.changes;
    put([1, 1]);
    expect(changed(here, seen)).toBeNull();
  });
});
