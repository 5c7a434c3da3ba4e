// The evaluator that works out changes of settings from history must say what live detection would have said.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDetector } from '../../collector/detection/create-detector.ts';
import { limitKinds } from '../../domain/alarms/alarm-definition.ts';
import { evaluateLimit, type LimitSettings, type PastReadings } from '../../domain/alarms/evaluate-limit.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { Exception, ExceptionFilter } from '../../historian/exception-filter.ts';

const scanMs = 1_000;
const startMs = 1_750_000_000_000;

interface Edge {
  readonly kind: 'raise' | 'clear';
  readonly atMs: number;
}

/** What the collector says, reading by reading and tick by tick. */
function detected(readings: PastReadings, settings: LimitSettings): Edge[] {
  const parsed = parsePlantText(
    JSON.stringify({
      schema: 1,
      company: { id: 't', name: 't' },
      areas: [{ id: 'a', name: 'a' }],
      stations: [
        {
          id: 'GS-01',
          type: 'gate',
          name: 's',
          area: 'a',
          devices: [
            {
              id: 'D-1',
              protocol: 'modbusTcp',
              host: 'h',
              scan: `${scanMs}ms`,
              points: [
                {
                  tag: 'PT-101',
                  name: 'p',
                  range: { min: -1_000, max: 1_000 },
                  register: { table: 'holding', address: 0, type: 'float32' },
                  defaultAlarms: false,
                  alarms: [
                    {
                      kind: settings.kind,
                      setpoint: settings.setpoint,
                      deadband: settings.deadband,
                      onDelay: `${settings.onDelayMs}ms`,
                      offDelay: `${settings.offDelayMs}ms`,
                      priority: 'medium',
                    },
                  ],
                },
              ],
            },
          ],
        },
      ],
    }),
    { version: 't' },
  );
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const { plant } = parsed;
  const alarmIndex = plant.alarmIndexById.get(`GS-01.PT-101.${settings.kind}`);
  const edges: Edge[] = [];
  const detector = createDetector({
    plant,
    onEdge: (edge) => {
      if (edge.alarmIndex === alarmIndex && (edge.kind === 'raise' || edge.kind === 'clear'))
        edges.push({ kind: edge.kind, atMs: edge.atMs });
    },
  });
  for (let index = 0; index < readings.timeMs.length; index += 1) {
    const atMs = readings.timeMs[index] ?? 0;
    const batch = createReadingBatch(plant.pointTable, 1);
    pushReading(batch, 0, atMs, readings.value[index] ?? 0, readings.quality[index] ?? 0);
    detector.readings(batch, atMs, atMs - startMs);
    for (let tick = 1; tick < 4; tick += 1) detector.tick(atMs + tick * 250, atMs + tick * 250 - startMs);
  }
  return edges;
}

function evaluated(readings: PastReadings, settings: LimitSettings, untilMs: number): Edge[] {
  return evaluateLimit(readings, settings, scanMs, untilMs).flatMap((interval): Edge[] => [
    { kind: 'raise', atMs: interval.raisedAtMs },
    ...(interval.clearedAtMs === null ? [] : [{ kind: 'clear' as const, atMs: interval.clearedAtMs }]),
  ]);
}

/** Values about the set-point that often stand still, with bad and uncertain readings among them. */
const anyReadings = fc
  .array(
    fc.record({
      value: fc.integer({ min: -6, max: 6 }),
      times: fc.integer({ min: 1, max: 8 }),
      quality: fc.constantFrom(Quality.good, Quality.good, Quality.good, Quality.uncertainInaccurate, Quality.badCommFail),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps): PastReadings => {
    const rows = steps.flatMap(({ value, times, quality }) => Array.from({ length: times }, () => ({ value, quality })));
    return {
      timeMs: rows.map((_, index) => startMs + index * scanMs),
      value: rows.map((row) => row.value),
      quality: rows.map((row) => row.quality),
    };
  });
const anySettings: fc.Arbitrary<LimitSettings> = fc.record({
  kind: fc.constantFrom(...limitKinds),
  setpoint: fc.integer({ min: -2, max: 2 }),
  deadband: fc.integer({ min: 0, max: 4 }),
  onDelayMs: fc.constantFrom(0, 500, 1_000, 2_500, 5_000),
  offDelayMs: fc.constantFrom(0, 500, 1_000, 3_500, 7_000),
});
const endOf = (readings: PastReadings): number => (readings.timeMs[readings.timeMs.length - 1] ?? 0) + 1;

test('reading by reading, it says what live detection says', () => {
  fc.assert(
    fc.property(anyReadings, anySettings, (readings, settings) => {
      expect(evaluated(readings, settings, endOf(readings))).toEqual(detected(readings, settings));
    }),
    { numRuns: 500 },
  );
});

test('readings that the historian leaves out because nothing changed make no difference', () => {
  fc.assert(
    fc.property(anyReadings, anySettings, (readings, settings) => {
      const kept = { timeMs: [] as number[], value: [] as number[], quality: [] as number[] };
      const keep = (timeMs: number, value: number, quality: number) => {
        kept.timeMs.push(timeMs);
        kept.value.push(value);
        kept.quality.push(quality);
      };
      const filter = new ExceptionFilter();
      filter.setDeviation(0, 0);
      for (let index = 0; index < readings.timeMs.length; index += 1) {
        const [timeMs = 0, value = 0, quality = 0] = [readings.timeMs[index], readings.value[index], readings.quality[index]];
        const quality0 = filter.keptQuality(0);
        const [previousTimeMs, previousValue] = [filter.previousTimeMs(0), filter.previousValue(0)];
        const outcome = filter.offer(0, timeMs, value, quality);
        if (outcome === Exception.keepWithPrevious) keep(previousTimeMs, previousValue, quality0);
        if (outcome !== Exception.skip) keep(timeMs, value, quality);
      }
      expect(kept.timeMs.length).toBeLessThanOrEqual(readings.timeMs.length);
      expect(evaluated(kept, settings, endOf(readings))).toEqual(evaluated(readings, settings, endOf(readings)));
    }),
    { numRuns: 500 },
  );
});
