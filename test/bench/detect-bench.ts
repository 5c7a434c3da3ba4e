// Detection alone: a million readings through the detector, five alarms a point, against a plain compare loop over the same arrays.
import { createDetector } from '../../collector/detection/create-detector.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading, type ReadingBatch } from '../../domain/readings/reading-batch.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { type Bench, mustHold } from './bench.ts';
import { loadPlantText } from './load-plant.ts';

const points = 10_000;
const batchRows = 100;
const setpoints = { highHigh: 90, high: 80, low: 10, lowLow: 5 } as const;

export const detectBench: Bench = {
  name: 'detect',
  load: ({ isQuick }) =>
    `${points} points, 5 alarms a point, batches of ${batchRows}, ${isQuick ? 5 : 30} M readings, one in 1,000 crosses a limit`,
  async run({ isQuick }) {
    const parsed = parsePlantText(loadPlantText({ devices: points / batchRows, pointsEach: batchRows, ports: [502] }), {
      version: 'bench',
    });
    if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues.slice(0, 3)));
    const { plant } = parsed;
    mustHold(plant.points.length === points, 'the plant has the points asked for');
    const random = createRandom(7);
    const batches: ReadingBatch[] = [];
    for (let first = 0; first < points; first += batchRows) {
      const batch = createReadingBatch(plant.pointTable, batchRows);
      for (let row = 0; row < batchRows; row += 1) pushReading(batch, first + row, 0, 40, Quality.good);
      batches.push(batch);
    }
    let edges = 0;
    const detector = createDetector({
      plant,
      onEdge: () => {
        edges += 1;
      },
    });

    const scans = ((isQuick ? 5 : 30) * 1_000_000) / points;
    const base = Date.UTC(2026, 0, 1);
    let expectedEdges = 0;
    const high = new Uint8Array(points);
    let detectNs = 0n;
    let compareNs = 0n;
    let plainCrossings = 0;
    for (let scan = 0; scan < scans; scan += 1) {
      const nowMs = base + scan * 1_000;
      // Outside the measured time: new values, a few of them across the high limit and back.
      for (const batch of batches) {
        batch.timeMs.fill(nowMs);
        for (let row = 0; row < batchRows; row += 1) {
          const point = batch.point[row] as number;
          if (random() < 0.001) {
            high[point] = high[point] === 1 ? 0 : 1;
            expectedEdges += 1;
          }
          batch.value[row] = high[point] === 1 ? 85 : 40 + random();
        }
      }
      let start = process.hrtime.bigint();
      for (const batch of batches) detector.readings(batch, nowMs, scan * 1_000);
      detectNs += process.hrtime.bigint() - start;
      start = process.hrtime.bigint();
      for (const batch of batches) {
        for (let row = 0; row < batch.length; row += 1) {
          const value = batch.value[row] as number;
          if (value >= setpoints.highHigh || value >= setpoints.high || value <= setpoints.low || value <= setpoints.lowLow)
            plainCrossings += 1;
        }
      }
      compareNs += process.hrtime.bigint() - start;
    }
    mustHold(edges === expectedEdges, `every crossing is one edge: ${edges} of ${expectedEdges}`);
    mustHold(plainCrossings > 0, 'the plain loop saw crossings too');
    const readings = scans * points;
    const rate = readings / (Number(detectNs) / 1e9);
    const plain = readings / (Number(compareNs) / 1e9);
    return [
      {
        figure: 'detection, one core',
        value: rate / 1e6,
        unit: 'M readings/s',
        goal: '≥ 5',
        peer: { name: 'plain compare loop', value: plain / 1e6 },
      },
    ];
  },
};
