// Approved alarm settings at the collector: kept before they are in force, found again at the next start, the old ones or the new ones and never a mixture.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AlarmSettingsMessage } from '../../domain/messages/alarm-settings-message.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { CollectorAlarmSettings } from './collector-alarm-settings.ts';

const parsed = parsePlantText(
  `schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: a }]
stations:
  - id: GS-01
    type: gate
    name: s
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - { tag: PT-101, name: p, range: { min: 0, max: 10 }, register: { table: holding, address: 0, type: float32 }, alarms: [{ kind: high, setpoint: 5, priority: medium }, { kind: highHigh, setpoint: 8, priority: high }] }
`,
  { version: 'v1' },
);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
const { plant } = parsed;

let folder: string;
let file: string;
let lines: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-settings-'));
  file = path.join(folder, 'alarm-settings-default.json');
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const log = {
  info: (_: object, message: string) => void lines.push(`info ${message}`),
  warn: (_: object, message: string) => void lines.push(`warn ${message}`),
  error: (_: object, message: string) => void lines.push(`error ${message}`),
};
const start = () => new CollectorAlarmSettings({ plant, file, log });
const message = (version: number, settings: AlarmSettingsMessage['settings']): AlarmSettingsMessage => ({
  schema: 1,
  version,
  digest: `digest ${version}`,
  settings,
});
const setpointsOf = (inForce: Plant) => inForce.alarms.flatMap((alarm) => ('setpoint' in alarm ? [alarm.setpoint] : []));
const indexOf = (id: string) => plant.alarmIndexById.get(id) ?? -1;

test('without any, alarms are as the plant file says, and the status says that none were ever told', () => {
  const settings = start();
  expect(setpointsOf(settings.plant)).toEqual([5, 8]);
  expect(settings.status).toBeUndefined();
});

test('told ones are in force, found again at the next start, and told twice they touch nothing', () => {
  const settings = start();
  const told = message(3, [{ alarmId: 'GS-01.PT-101.high', setpoint: 4 }]);
  expect(settings.take(told)).toEqual([indexOf('GS-01.PT-101.high')]);
  expect(settings.take(told)).toBeNull();
  expect(setpointsOf(settings.plant)).toEqual([4, 8]);
  const next = start();
  expect(setpointsOf(next.plant)).toEqual([4, 8]);
  expect(next.status).toEqual({ version: 3, digest: 'digest 3', setAsideAlarmIds: [] });
});

test('only what differs from before is touched; what is no longer named is as the plant file says again', () => {
  const settings = start();
  settings.take(
    message(1, [
      { alarmId: 'GS-01.PT-101.high', setpoint: 4, onDelayMs: 2_000 },
      { alarmId: 'GS-01.PT-101.highHigh', setpoint: 7 },
    ]),
  );
  expect(settings.take(message(2, [{ alarmId: 'GS-01.PT-101.high', setpoint: 4, onDelayMs: 2_000 }]))).toEqual([
    indexOf('GS-01.PT-101.highHigh'),
  ]);
  expect(setpointsOf(settings.plant)).toEqual([4, 8]);
});

test('settings that do not fit this plant file leave the whole point as the file says, and the status names its alarms', () => {
  const settings = start();
  settings.take(
    message(1, [
      { alarmId: 'GS-01.PT-101.highHigh', setpoint: 4 },
      { alarmId: 'GS-09.PT-1.high', setpoint: 1 },
    ]),
  );
  expect(setpointsOf(settings.plant)).toEqual([5, 8]);
  expect(settings.status?.setAsideAlarmIds).toEqual(['GS-01.PT-101.highHigh', 'GS-09.PT-1.high']);
  expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(2);
});

test('a disk that refuses keeps the old ones in force; when it takes them again, they come into force', () => {
  const settings = start();
  settings.take(message(1, [{ alarmId: 'GS-01.PT-101.high', setpoint: 4 }]));
  // A folder where the unfinished file should go: the write fails.
  mkdirSync(`${file}.new`);
  const next = message(2, [{ alarmId: 'GS-01.PT-101.high', setpoint: 3 }]);
  expect(settings.take(next)).toBeNull();
  expect(settings.take(next)).toBeNull();
  expect(setpointsOf(settings.plant)).toEqual([4, 8]);
  expect(settings.status?.version).toBe(1);
  expect(lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
  expect(setpointsOf(start().plant)).toEqual([4, 8]);
  rmSync(`${file}.new`, { recursive: true });
  expect(settings.take(next)).toEqual([indexOf('GS-01.PT-101.high')]);
  expect(setpointsOf(start().plant)).toEqual([3, 8]);
});

test('killed while writing: whatever stands in the unfinished file, the next start has the old ones', () => {
  start().take(message(1, [{ alarmId: 'GS-01.PT-101.high', setpoint: 4 }]));
  const whole = readFileSync(file, 'utf8').replace('"version":1', '"version":2').replace('4', '3');
  for (let length = 0; length <= whole.length; length += 1) {
    writeFileSync(`${file}.new`, whole.slice(0, length));
    expect(setpointsOf(start().plant)).toEqual([4, 8]);
  }
  expect(existsSync(file)).toBe(true);
});

test('a kept file that cannot be read is said so, and the plant file is in force until the server tells', () => {
  for (const text of ['', '{', '{"schema":2}', '[]']) {
    lines = [];
    writeFileSync(file, text);
    const settings = start();
    expect(setpointsOf(settings.plant)).toEqual([5, 8]);
    expect(settings.status).toBeUndefined();
    expect(lines.join()).toMatch(/cannot be read/);
  }
});
