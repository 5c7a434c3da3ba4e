// The way of a reading through the collector, as one list of stages. Everything is synchronous: a batch is done with when `take` returns.
import type { Plant } from '../../domain/plant/plant.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading, type ReadingBatch } from '../../domain/readings/reading-batch.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { HistorianWriter } from '../../historian/historian.ts';
import type { CollectorLink } from '../../link/link.ts';
import type { Detector } from '../detection/detector.ts';
import { createSignalConditioner } from './condition-signal.ts';

export interface Pipeline {
  take(batch: ReadingBatch): void;
  /** All last values of this collector's points, for a server that has just started. */
  snapshot(): ReadingBatch;
  readonly readingsTotal: number;
}

export function createPipeline(options: {
  readonly plant: Plant;
  readonly pointIndexes: readonly number[];
  readonly detector: Detector;
  readonly historian: HistorianWriter;
  readonly link: CollectorLink;
  readonly clock: Clock;
}): Pipeline {
  const { plant, detector, historian, link, clock } = options;
  const conditioner = createSignalConditioner(plant);
  const last = createLastValues(plant);
  let readingsTotal = 0;

  const stages: readonly ((batch: ReadingBatch) => void)[] = [
    (batch) => conditioner.apply(batch), // raw → engineering units, NE 43, range, validity, heartbeat
    (batch) => detector.readings(batch, clock.nowMs(), clock.monotonicMs()), // condition edges
    (batch) => historian.write(batch), // exception filter, store or spool
    (batch) => last.put(batch), // last-value table
    (batch) => link.publishReadings(batch), // live, may be dropped
  ];

  return {
    take(batch) {
      for (const stage of stages) stage(batch);
      readingsTotal += batch.length;
    },
    snapshot: () => last.all(options.pointIndexes),
    get readingsTotal() {
      return readingsTotal;
    },
  };
}

function createLastValues(plant: Plant) {
  const count = plant.points.length;
  const timeMs = new Float64Array(count);
  const value = new Float64Array(count).fill(Number.NaN);
  const quality = new Uint8Array(count).fill(Quality.badNotYetRead);
  const text = new Map<number, string>();
  return {
    put(batch: ReadingBatch): void {
      for (let row = 0; row < batch.length; row += 1) {
        const point = batch.point[row] ?? 0;
        timeMs[point] = batch.timeMs[row] ?? 0;
        value[point] = batch.value[row] ?? Number.NaN;
        quality[point] = batch.quality[row] ?? Quality.bad;
      }
      if (batch.text !== null) for (const [row, words] of batch.text) text.set(batch.point[row] ?? 0, words);
    },
    all(pointIndexes: readonly number[]): ReadingBatch {
      const batch = createReadingBatch(plant.pointTable, pointIndexes.length);
      for (const point of pointIndexes) {
        if (quality[point] === Quality.badNotYetRead && timeMs[point] === 0) continue;
        const words = text.get(point);
        if (words !== undefined) {
          batch.text ??= new Map();
          batch.text.set(batch.length, words);
        }
        pushReading(batch, point, timeMs[point] ?? 0, value[point] ?? Number.NaN, quality[point] ?? Quality.bad);
      }
      return batch;
    },
  };
}
