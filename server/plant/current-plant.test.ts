import { expect, test } from 'vitest';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { CurrentPlant } from './current-plant.ts';

const parsed = parsePlantText(
  `schema: 1
company: { id: t, name: T }
areas: [{ id: a, name: A }]
stations:
  - id: GS-01
    type: gate
    name: S
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - { tag: PT-101, name: P, range: { min: 0, max: 1 }, register: { table: holding, address: 0, type: float32 }, alarms: [{ kind: high, setpoint: 0.5, priority: medium }] }
`,
  { version: 'v1' },
);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
const { plant } = parsed;

test('whoever holds it sees other definitions at the next look; everything else stays', () => {
  const current = new CurrentPlant(plant);
  const held = current.plant;
  expect(held).toEqual(plant);
  const index = held.alarmIndexById.get('GS-01.PT-101.high') ?? -1;
  current.putAlarmsInForce(plant.alarms.map((alarm) => (alarm.kind === 'high' ? { ...alarm, setpoint: 0.4 } : alarm)));
  expect(held.alarms[index]).toMatchObject({ setpoint: 0.4 });
  expect(held.points).toBe(plant.points);
  expect(plant.alarms[index]).toMatchObject({ setpoint: 0.5 });
});

test('alarms are never added, removed or reordered', () => {
  const current = new CurrentPlant(plant);
  expect(() => current.putAlarmsInForce(plant.alarms.slice(1))).toThrow();
  expect(() => current.putAlarmsInForce(plant.alarms.toReversed())).toThrow();
  expect(current.plant.alarms).toEqual(plant.alarms);
});
