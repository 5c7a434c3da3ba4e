// The small plant that the historian's contract is tried on; apart from the suite, so that a process without a test runner can use it.
import { parsePlantText } from '../domain/plant/parse-plant-file.ts';
import type { Plant } from '../domain/plant/plant.ts';
import { Quality } from '../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../domain/readings/reading-batch.ts';
import type { Historian } from './historian.ts';

/** Three points: PT-101 with an exception deviation of 0.5, PT-102 keeping every change, and XT-103, which reads words. */
export function contractPlant(): Plant {
  const point = (tag: string, deviation: number, address: number) =>
    `{ tag: ${tag}, name: ${tag}, unit: kPa, range: { min: 0, max: 1000 }, exceptionDeviation: ${deviation}, register: { table: holding, address: ${address}, type: float32 } }`;
  const words = '{ tag: XT-103, name: XT-103, kind: text, register: { table: holding, address: 10, type: string, length: 8 } }';
  const parsed = parsePlantText(
    `schema: 1
company: { id: test, name: test }
areas: [{ id: a, name: a }]
stations:
  - { id: RS-01, type: regulating, name: s, area: a, devices: [{ id: D-1, protocol: modbusTcp, host: 127.0.0.1, points: [${point('PT-101', 0.5, 0)}, ${point('PT-102', 0, 2)}, ${words}] }] }
`,
    { version: 'contract' },
  );
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return parsed.plant;
}

export type Row = readonly [timeMs: number, value: number, quality?: number];

export function writeRows(historian: Historian, plant: Plant, pointId: string, rows: readonly Row[]): void {
  const point = plant.pointTable.ids.indexOf(pointId);
  const batch = createReadingBatch(plant.pointTable, Math.max(1, rows.length));
  for (const [timeMs, value, quality] of rows) pushReading(batch, point, timeMs, value, quality ?? Quality.good);
  historian.write(batch);
}
