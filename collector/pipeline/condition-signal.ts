// First stage of the pipeline: raw numbers become engineering values in place, and each reading gets the quality it deserves.
// Nothing is dropped: a reading that is not to be believed stays, with its reason.
import type { Plant, Point } from '../../domain/plant/plant.ts';
import { isBad, Quality } from '../../domain/readings/quality.ts';
import type { ReadingBatch } from '../../domain/readings/reading-batch.ts';

/** NAMUR NE 43: a transmitter signals its own failure by a current at or below 3.6 mA or at or above 21 mA. */
const failLowMilliamp = 3.6;
const failHighMilliamp = 21;
/** Beyond the physical range by more than this share of span is no measurement. */
const rangeTolerance = 0.1;

export interface SignalConditioner {
  apply(batch: ReadingBatch): void;
}

export function createSignalConditioner(plant: Plant): SignalConditioner {
  const count = plant.points.length;
  const factor = Float64Array.from(plant.points, (point) => point.factor);
  const offset = Float64Array.from(plant.points, (point) => point.offset);
  const milliampFactor = Float64Array.from(plant.points, (point) => point.milliamp?.factor ?? 0);
  const milliampOffset = Float64Array.from(plant.points, (point) => point.milliamp?.offset ?? 4);
  const lowest = Float64Array.from(plant.points, (point) => boundOf(point, -1));
  const highest = Float64Array.from(plant.points, (point) => boundOf(point, 1));
  const isGasDetector = Uint8Array.from(plant.points, (point) => (point.role === 'gasDetector' ? 1 : 0));
  const isText = Uint8Array.from(plant.points, (point) => (point.kind === 'text' ? 1 : 0));
  /** Points that need more than arithmetic. */
  const isSpecial = Uint8Array.from(plant.points, (point) =>
    point.invalidRaw.length > 0 || point.validity.length > 0 || point.heartbeat !== null ? 1 : 0,
  );
  /** Points that others depend on: their newest raw number, and when it last changed. */
  const lastRaw = new Float64Array(count).fill(Number.NaN);
  const changedAtMs = new Float64Array(count).fill(Number.NaN);
  const isWatched = new Uint8Array(count);
  for (const point of plant.points) {
    for (const validity of point.validity) isWatched[validity.pointIndex] = 1;
    if (point.heartbeat !== null) isWatched[point.heartbeat.pointIndex] = 1;
  }

  function watch(batch: ReadingBatch): void {
    for (let row = 0; row < batch.length; row += 1) {
      const index = batch.point[row] ?? 0;
      if (isWatched[index] === 0 || isBad(batch.quality[row] ?? 0)) continue;
      const raw = batch.value[row] ?? Number.NaN;
      if (raw !== lastRaw[index]) {
        lastRaw[index] = raw;
        changedAtMs[index] = batch.timeMs[row] ?? 0;
      }
    }
  }

  function specialQuality(point: Point, raw: number, timeMs: number): number {
    for (const invalid of point.invalidRaw) if (raw === invalid) return Quality.badInstrumentFault;
    for (const validity of point.validity) {
      const teller = lastRaw[validity.pointIndex] ?? Number.NaN;
      const holds =
        validity.test.kind === 'equals' ? teller === validity.test.value : Math.floor(teller / 2 ** validity.test.bit) % 2 === 1;
      if (holds) return validity.quality;
    }
    if (point.heartbeat !== null) {
      const since = changedAtMs[point.heartbeat.pointIndex] ?? Number.NaN;
      if (timeMs - since > point.heartbeat.afterMs) return Quality.badStale;
    }
    return Quality.good;
  }

  return {
    apply(batch) {
      watch(batch);
      for (let row = 0; row < batch.length; row += 1) {
        const quality = batch.quality[row] ?? Quality.bad;
        if (quality >= 32) continue;
        const index = batch.point[row] ?? 0;
        if (isText[index] === 1) continue;
        const raw = batch.value[row] ?? Number.NaN;
        const value = raw * (factor[index] ?? 1) + (offset[index] ?? 0);
        batch.value[row] = value;
        if (isSpecial[index] === 1) {
          const point = plant.points[index];
          const special = point === undefined ? Quality.good : specialQuality(point, raw, batch.timeMs[row] ?? 0);
          if (special !== Quality.good) {
            batch.quality[row] = special;
            continue;
          }
        }
        if (!Number.isFinite(value)) {
          batch.value[row] = Number.NaN;
          batch.quality[row] = Quality.badInstrumentFault;
          continue;
        }
        const milliampPerRaw = milliampFactor[index] ?? 0;
        if (milliampPerRaw !== 0) {
          const milliamp = raw * milliampPerRaw + (milliampOffset[index] ?? 0);
          if (milliamp <= failLowMilliamp || milliamp >= failHighMilliamp) {
            batch.quality[row] = Quality.badInstrumentFault;
            continue;
          }
        }
        if (value > (highest[index] ?? Number.POSITIVE_INFINITY)) {
          // Above 100 %LEL a detector may say anything, but it says it because there is gas: the reading stays usable, so that its alarms are raised and held.
          batch.quality[row] = isGasDetector[index] === 1 ? Quality.uncertainEngineeringUnitsExceeded : Quality.badOutOfRange;
        } else if (value < (lowest[index] ?? Number.NEGATIVE_INFINITY)) {
          batch.quality[row] = Quality.badOutOfRange;
        }
      }
    },
  };
}

function boundOf(point: Point, side: -1 | 1): number {
  if (point.range === null) return side * Number.POSITIVE_INFINITY;
  const tolerance = (point.range.max - point.range.min) * rangeTolerance;
  return side === 1 ? point.range.max + tolerance : point.range.min - tolerance;
}
