// A small station for tests of detection: three points behind one device, alarms as a test states them, edges as lines of text.
import type { AlarmSettingsPatch } from '../../domain/alarm-settings/alarm-settings.ts';
import { applyAlarmSettings, touchedAlarmIndexes } from '../../domain/alarm-settings/apply-alarm-settings.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { createDetector } from './create-detector.ts';

export const baseMs = Date.UTC(2026, 0, 1);

function plantOf(alarms: { readonly point?: string; readonly other?: string; readonly station?: string }): Plant {
  const parsed = parsePlantText(
    `schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: a }]
defaultAlarms: { commFail: { after: 10s } }
stations:
  - id: RS-01
    type: regulating
    name: s
    area: a
    alarms: [${alarms.station ?? ''}]
    devices:
      - id: D-1
        protocol: modbusTcp
        host: h
        points:
          - { tag: PT-101, name: p, range: { min: -1000, max: 1000 }, register: { table: holding, address: 0, type: float32 }, defaultAlarms: false, alarms: [${alarms.point ?? ''}] }
          - { tag: PT-102, name: q, range: { min: -1000, max: 1000 }, register: { table: holding, address: 2, type: float32 }, defaultAlarms: false, alarms: [${alarms.other ?? ''}] }
          - { tag: PT-103, name: r, range: { min: -1000, max: 1000 }, register: { table: holding, address: 4, type: float32 }, defaultAlarms: false }
`,
    { version: 't' },
  );
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return parsed.plant;
}

export const tags = ['PT-101', 'PT-102', 'PT-103'];

export function createRig(alarms: Parameters<typeof plantOf>[0]) {
  const plant = plantOf(alarms);
  const edges: string[] = [];
  const measured: (number | null)[] = [];
  const detector = createDetector({
    plant,
    onEdge: (edge) => {
      edges.push(`${(edge.atMs - baseMs) / 1_000} ${edge.kind} ${plant.alarms[edge.alarmIndex]?.id.replace('RS-01.', '')}`);
      measured.push(edge.measured);
    },
  });
  detector.device(0, true, baseMs, 0);
  /** A reading at `second`, heard then, unless told otherwise. */
  const read = (
    second: number,
    value: number,
    more: { tag?: string; quality?: number; heardAt?: number; wallShift?: number; nowShift?: number } = {},
  ) => {
    const heard = more.heardAt ?? second;
    const batch = createReadingBatch(plant.pointTable, 1);
    pushReading(
      batch,
      tags.indexOf(more.tag ?? 'PT-101'),
      baseMs + second * 1_000 + (more.wallShift ?? 0),
      value,
      more.quality ?? Quality.good,
    );
    detector.readings(batch, baseMs + heard * 1_000 + (more.nowShift ?? more.wallShift ?? 0), heard * 1_000);
  };
  const tick = (second: number) => detector.tick(baseMs + second * 1_000, second * 1_000);
  let inForce = plant;
  /** Settings by alarm, `PT-101.high`, on top of the plant file. Returns the alarms that detection looked at anew. */
  const applySettings = (second: number, settings: Readonly<Record<string, AlarmSettingsPatch>>) => {
    const overrides = new Map(Object.entries(settings).map(([name, patch]) => [`RS-01.${name}`, patch]));
    const applied = applyAlarmSettings(plant, overrides);
    if (applied.errors.length > 0 || applied.unknownAlarmIds.length > 0) throw new Error(JSON.stringify(applied));
    const touched = touchedAlarmIndexes(inForce.alarms, applied.plant.alarms);
    inForce = applied.plant;
    detector.applySettings(applied.plant, touched, baseMs + second * 1_000, second * 1_000);
    return touched.map((index) => plant.alarms[index]?.id.replace('RS-01.', ''));
  };
  return { plant, detector, edges, measured, read, tick, applySettings };
}

export const limit = (kind: string, setpoint: number, more = '') =>
  `{ kind: ${kind}, setpoint: ${setpoint}, priority: medium, response: r${more === '' ? '' : `, ${more}`} }`;
