// Approved settings on top of a plant file: every kind's settings go in and come out, what does not fit leaves its point alone.
import { describe, expect, test } from 'vitest';
import { parsePlantText } from '../plant/parse-plant-file.ts';
import { type AlarmSettingsPatch, alarmSettingFields, differencesOf, fieldsOf, patchRefusals, settingsOf } from './alarm-settings.ts';
import { applyAlarmSettings, touchedAlarmIndexes } from './apply-alarm-settings.ts';
import { changesBetween, replay, settingsTableOf } from './settings-history.ts';

const parsed = parsePlantText(
  `schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: a }]
stations:
  - id: GS-01
    type: gate
    name: s
    area: a
    alarms:
      - { kind: vote, name: gas, required: 1, members: [PT-101], condition: { above: 20, deadband: 1 }, priority: high }
      - { kind: vote, name: trip, required: 1, members: [XS-101], condition: { equals: 1 }, priority: high }
      - { kind: expression, name: logic, formula: 'p > 1', variables: { p: PT-101 }, priority: high }
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - tag: PT-101
            name: p
            range: { min: 0, max: 100 }
            register: { table: holding, address: 0, type: float32 }
            alarms:
              - { kind: lowLow, setpoint: 5, priority: medium }
              - { kind: low, setpoint: 10, priority: medium }
              - { kind: high, setpoint: 50, priority: medium }
              - { kind: highHigh, setpoint: 60, priority: medium }
              - { kind: rateOfChange, limit: 5, window: 30s, direction: both, priority: medium }
              - { kind: deviation, limit: 5, reference: 30, priority: medium }
              - { kind: frozen, after: 5min, priority: medium }
          - { tag: XS-101, name: x, kind: discrete, register: { table: discrete, address: 0, type: bit }, alarms: [{ kind: state, equals: 1, priority: high }] }
`,
  { version: 't' },
);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
const { plant } = parsed;
const indexOf = (id: string) => plant.alarmIndexById.get(id) ?? -1;

const everything: Required<AlarmSettingsPatch> = {
  setpoint: 55,
  deadband: 0.5,
  afterMs: 90_000,
  windowMs: 40_000,
  onDelayMs: 1_000,
  offDelayMs: 2_000,
  isLatching: true,
  priority: 'critical',
  class: 'equipment',
  consequenceClassId: 'minor',
  responseTimeMs: 60_000,
  message: { zh: '文', en: 'm' },
  cause: { zh: '因', en: 'c' },
  consequence: { zh: '果', en: 'q' },
  response: { zh: '应', en: 'r' },
};

describe.each(plant.alarms.map((alarm) => [alarm.id, alarm] as const))('%s', (id, alarm) => {
  test('takes exactly the settings that it has, each by itself', () => {
    const setpoint = { lowLow: 4, low: 11, high: 55, highHigh: 65 }[alarm.kind as string] ?? 55;
    for (const field of alarmSettingFields) {
      const patch = { [field]: field === 'setpoint' ? setpoint : everything[field] } as AlarmSettingsPatch;
      const { plant: applied, errors } = applyAlarmSettings(plant, new Map([[id, patch]]));
      expect(errors).toEqual([]);
      const after = applied.alarms[alarm.index];
      if (after === undefined) throw new Error('lost');
      const changed = differencesOf(settingsOf(alarm), settingsOf(after)).map((difference) => difference.field);
      expect(changed).toEqual(fieldsOf(alarm).includes(field) ? [field] : []);
      expect(patchRefusals(alarm, patch).length).toBe(fieldsOf(alarm).includes(field) ? 0 : 1);
      expect(after).toMatchObject({ index: alarm.index, id, kind: alarm.kind, pointIndex: alarm.pointIndex });
    }
  });
});

test('nothing but the alarms differs, and the plant that came in is as it was', () => {
  const before = JSON.stringify(plant.alarms);
  const { plant: applied } = applyAlarmSettings(plant, new Map([['GS-01.PT-101.high', { setpoint: 40 }]]));
  expect({ ...applied, alarms: null }).toEqual({ ...plant, alarms: null });
  expect(JSON.stringify(plant.alarms)).toBe(before);
});

test('what does not fit leaves all of its point as the plant file says, and everything else is applied', () => {
  const {
    plant: applied,
    errors,
    setAsideAlarmIds,
    unknownAlarmIds,
  } = applyAlarmSettings(
    plant,
    new Map<string, AlarmSettingsPatch>([
      ['GS-01.PT-101.high', { setpoint: 70 }],
      ['GS-01.PT-101.lowLow', { deadband: 1 }],
      ['GS-01.gas', { setpoint: 25 }],
      ['GS-02.gone', { setpoint: 1 }],
    ]),
  );
  expect(errors.map(({ code, alarmId }) => `${alarmId} ${code}`)).toEqual(['GS-01.PT-101.highHigh limitsOutOfOrder']);
  expect(setAsideAlarmIds.toSorted()).toEqual(['GS-01.PT-101.high', 'GS-01.PT-101.lowLow']);
  expect(unknownAlarmIds).toEqual(['GS-02.gone']);
  expect(changesBetween(settingsTableOf(plant), settingsTableOf(applied))).toEqual([
    { kind: 'changed', alarmId: 'GS-01.gas', differences: [{ field: 'setpoint', from: 20, to: 25 }] },
  ]);
});

test('limits moved past each other together are in order again', () => {
  const overrides = new Map([
    ['GS-01.PT-101.high', { setpoint: 70 }],
    ['GS-01.PT-101.highHigh', { setpoint: 80 }],
  ]);
  expect(applyAlarmSettings(plant, overrides).errors).toEqual([]);
});

test('only what detection goes by touches it', () => {
  const { plant: applied } = applyAlarmSettings(
    plant,
    new Map<string, AlarmSettingsPatch>([
      ['GS-01.PT-101.high', { priority: 'critical', response: { zh: '撤', en: 'Leave' } }],
      ['GS-01.PT-101.low', { deadband: 1 }],
      ['GS-01.gas', { setpoint: 25 }],
      ['GS-01.PLC-1.commFail', { afterMs: 5_000 }],
    ]),
  );
  expect(touchedAlarmIndexes(plant.alarms, applied.alarms)).toEqual(
    [indexOf('GS-01.PLC-1.commFail'), indexOf('GS-01.PT-101.low'), indexOf('GS-01.gas')].toSorted((a, b) => a - b),
  );
  expect(touchedAlarmIndexes(applied.alarms, applied.alarms)).toEqual([]);
});

test('versions replayed: added, changed, removed', () => {
  const first = settingsTableOf(plant);
  const second = settingsTableOf(applyAlarmSettings(plant, new Map([['GS-01.PT-101.high', { setpoint: 40 }]])).plant);
  const third = new Map([...second].filter(([id]) => id !== 'GS-01.gas'));
  const tables = [new Map(), first, second, third];
  const changes = tables.slice(1).map((table, index) => changesBetween(tables[index] ?? new Map(), table));
  for (const [index, table] of tables.slice(1).entries()) expect(replay(changes.slice(0, index + 1).flat())).toEqual(table);
});
