// The plant of a bundle: what was in force in the period, not what is in force when the bundle is made.
import { expect, test } from 'vitest';
import { settingsOf } from '../../../domain/alarm-settings/alarm-settings.ts';
import { parsePlantText } from '../../../domain/plant/parse-plant-file.ts';
import type { Plant } from '../../../domain/plant/plant.ts';
import type { SettingsVersion } from '../../alarm-settings/version-log.ts';
import type { PlantVersion } from '../../plant/plant-versions.ts';
import type { Cell } from '../evidence-section.ts';
import { plantSection } from './plant-section.ts';

const textOf = (setpoint: number, tags: readonly string[]) => `schema: 1
company: { id: t, name: 测试 }
areas: [{ id: a, name: 区 }]
stations:
  - id: GS-01
    type: gate
    name: 门站
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
${tags
  .map(
    (tag, index) =>
      `          - { tag: ${tag}, name: 压力, unit: MPa, range: { min: 0, max: 10 }, register: { address: ${index * 2}, type: float32 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: ${setpoint}, priority: high, response: r }] }`,
  )
  .join('\n')}
`;

function plantOf(text: string): Plant {
  const parsed = parsePlantText(text, { version: 'v' });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return parsed.plant;
}

const texts = [textOf(6, ['PT-101']), textOf(5, ['PT-101', 'PT-102']), textOf(4, ['PT-102'])];
const version = (number: number, sinceMs: number, untilMs: number | null): PlantVersion => ({
  number,
  version: `v${number}`,
  sha256: `hash-${number}`,
  file: 'plant.yaml',
  sinceMs,
  untilMs,
  loadedBy: 'x@y',
  counts: { stations: 1, devices: 1, points: 1, alarms: 1 },
  warnings: [],
  findings: 0,
});
const kept = [version(1, 0, 1_000_000), version(2, 1_000_000, 2_000_000), version(3, 2_000_000, null)];

const settingsVersion = (number: number, appliedAtMs: number, plantVersion: string, origin: 'plantFile' | 'approved'): SettingsVersion => ({
  number,
  origin,
  appliedAtMs,
  draftId: null,
  proposedBy: null,
  approvedBy: null,
  reason: '',
  plantVersion,
  digest: `d${number}`,
  changeCount: 1,
});
const made = [
  settingsVersion(1, 5, 'v1', 'plantFile'),
  settingsVersion(2, 500_000, 'v1', 'approved'),
  settingsVersion(3, 1_000_005, 'v2', 'plantFile'),
  settingsVersion(4, 2_000_005, 'v3', 'plantFile'),
];
const setpoints = [6, 5.8, 5, 4];

const settings = {
  versions: made,
  async settingsOf(number: number) {
    const text = texts[Math.max(0, number - 2)] ?? texts[0] ?? '';
    return new Map(
      plantOf(text).alarms.map((alarm) => [
        alarm.id,
        { ...settingsOf(alarm), ...('setpoint' in alarm ? { setpoint: setpoints[number - 1] ?? 0 } : {}) },
      ]),
    );
  },
};

async function tablesOf(fromMs: number, toMs: number, readPlant = async (text: string): Promise<Plant | null> => plantOf(text)) {
  const tables = new Map<string, Record<string, Cell>[]>();
  const section = plantSection({
    plant: plantOf(texts[2] ?? ''),
    versions: {
      versions: kept,
      inForce: (from, to) => kept.filter(({ sinceMs, untilMs }) => sinceMs < to && (untilMs === null || untilMs > from)),
      textOf: async ({ number }) => texts[number - 1] ?? '',
    },
    settings,
    readPlant,
  });
  await section.write(
    { stationIds: ['GS-01'], showsCompanyRecords: true, fromMs, toMs, signal: new AbortController().signal },
    {
      async table(file, columns, rows) {
        const told: Record<string, Cell>[] = [];
        for await (const row of rows) {
          expect(row).toHaveLength(columns.length);
          told.push(Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null])));
        }
        tables.set(file, told);
      },
      document: async () => undefined,
      verdict: () => undefined,
    },
  );
  const short = (file: string, ...columns: readonly string[]) =>
    (tables.get(file) ?? []).map((row) => columns.map((column) => row[column]));
  return {
    versions: short('plant/plant-versions.csv', 'version', 'sha256', 'isListed'),
    points: short('plant/points.csv', 'sinceAtMs', 'change', 'point'),
    alarms: short('plant/alarms.csv', 'sinceAtMs', 'change', 'settingsVersion', 'alarm', 'setpoint').filter(
      ([, , , alarm]) => typeof alarm === 'string' && alarm.endsWith('.high'),
    ),
  };
}

test('a period before the last change tells the plant and the set-points of then', async () => {
  expect(await tablesOf(100_000, 400_000)).toEqual({
    versions: [[1, 'hash-1', true]],
    points: [[0, 'inForce', 'GS-01.PT-101']],
    alarms: [[0, 'inForce', 1, 'GS-01.PT-101.high', 6]],
  });
});

test('a period over changes tells each with its time: a set-point, a point more, a point less', async () => {
  expect(await tablesOf(100_000, 3_000_000)).toEqual({
    versions: [
      [1, 'hash-1', true],
      [2, 'hash-2', true],
      [3, 'hash-3', true],
    ],
    points: [
      [0, 'inForce', 'GS-01.PT-101'],
      [1_000_000, 'added', 'GS-01.PT-102'],
      [2_000_000, 'removed', 'GS-01.PT-101'],
    ],
    alarms: [
      [0, 'inForce', 1, 'GS-01.PT-101.high', 6],
      [500_000, 'changed', 2, 'GS-01.PT-101.high', 5.8],
      [1_000_000, 'changed', 3, 'GS-01.PT-101.high', 5],
      [1_000_000, 'added', 3, 'GS-01.PT-102.high', 5],
      [2_000_000, 'changed', 4, 'GS-01.PT-102.high', 4],
      [2_000_000, 'removed', 4, 'GS-01.PT-101.high', null],
    ],
  });
});

test('a version that this program cannot read any more is named, and marked as not listed', async () => {
  const told = await tablesOf(100_000, 1_500_000, async (text) => (text === texts[0] ? null : plantOf(text)));
  expect(told.versions).toEqual([
    [1, 'hash-1', false],
    [2, 'hash-2', true],
  ]);
  expect(told.points[0]).toEqual([1_000_000, 'inForce', 'GS-01.PT-101']);
});
