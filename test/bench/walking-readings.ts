// Readings for the historian benches: every point walks at random over the 4,096 steps of a 12-bit instrument, never less than 0.12 % of its range at a
// time, so that the exception filter leaves nothing out. The same point always walks the same way, so that what is read back can be checked.
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, type ReadingBatch } from '../../domain/readings/reading-batch.ts';
import { loadPlantText } from './load-plant.ts';

const pointsEach = 100;
const steps = 4_096;

/** A plant of that many points, a multiple of 100. */
export function benchPlant(points: number): Plant {
  const parsed = parsePlantText(loadPlantText({ devices: points / pointsEach, pointsEach, ports: [502] }), { version: 'bench' });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues.slice(0, 3)));
  return parsed.plant;
}

export class WalkingReadings {
  readonly batch: ReadingBatch;
  readonly #seeds: Uint32Array;
  readonly #positions: Int32Array;

  /** The first `points` points of the plant. */
  constructor(plant: Plant, points: number) {
    this.batch = createReadingBatch(plant.pointTable, points);
    this.batch.length = points;
    this.batch.quality.fill(Quality.good);
    this.#seeds = Uint32Array.from({ length: points }, (_, point) => point + 1);
    this.#positions = new Int32Array(points).fill(steps / 2);
    for (let point = 0; point < points; point += 1) this.batch.point[point] = point;
  }

  /** The next scan: one reading of every point, in the same batch each time. */
  next(timeMs: number): ReadingBatch {
    const { batch } = this;
    batch.timeMs.fill(timeMs);
    for (let row = 0; row < batch.length; row += 1) {
      const seed = (Math.imul(this.#seeds[row] as number, 1_664_525) + 1_013_904_223) >>> 0;
      this.#seeds[row] = seed;
      const length = 5 + ((seed >>> 24) & 7);
      const before = this.#positions[row] as number;
      const isUp = before < 16 || (before < steps - 16 && ((seed >>> 16) & 1) === 1);
      const position = isUp ? before + length : before - length;
      this.#positions[row] = position;
      batch.value[row] = (position * 100) / steps;
    }
    return batch;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
