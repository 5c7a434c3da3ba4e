// The mapping that docs/northbound.md states, and that the standard's address space has what it names.
import { AddressSpace, generateAddressSpace, nodesets } from 'node-opcua';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alarmKinds } from '../../../domain/alarms/alarm-definition.ts';
import { plantOf } from '../../../test/harness/plant-of.ts';
import { eventLayouts } from './condition-event.ts';
import { conditionFields } from './condition-fields.ts';
import { conditionClassOf, conditionTypeOf, conditionTypes, limitOf } from './condition-type.ts';

let addressSpace: AddressSpace;
beforeAll(async () => {
  addressSpace = AddressSpace.create();
  await generateAddressSpace(addressSpace, [nodesets.standard]);
});
afterAll(() => addressSpace.dispose());

const plant = plantOf(`schema: 1
company: { id: t, name: T }
areas: [{ id: a, name: A }]
stations:
  - id: GS-01
    type: gate
    name: S
    area: a
    alarms: [{ kind: vote, name: voted, required: 1, members: [PT-101], condition: { above: 1 }, priority: high }, { kind: expression, name: formula, formula: p > 1, variables: { p: PT-101 }, priority: low }]
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - tag: PT-101
            name: P
            range: { min: 0, max: 10 }
            register: { table: holding, address: 0, type: float32 }
            alarms: [{ kind: highHigh, setpoint: 9, priority: low }, { kind: high, setpoint: 8, deadband: 1, priority: low }, { kind: low, setpoint: 2, priority: low }, { kind: lowLow, setpoint: 1, priority: low }, { kind: rateOfChange, limit: 3, window: 30s, direction: falling, priority: low }, { kind: deviation, limit: 2, reference: 5, priority: low }, { kind: frozen, after: 1h, priority: low }]
          - { tag: XS-1, name: X, kind: discrete, register: { table: coil, address: 0, type: bit }, alarms: [{ kind: state, equals: 1, priority: low }] }
`);

test('every kind of alarm has a type', () => {
  const types = new Map(plant.alarms.map((definition) => [definition.kind, conditionTypeOf(definition, null)]));
  // Alarms of the monitor itself belong to no station and are in no plant file.
  expect([...types.keys()].toSorted()).toEqual(alarmKinds.filter((kind) => kind !== 'monitor').toSorted());
  expect(Object.fromEntries(types)).toEqual({
    highHigh: 'ExclusiveLevelAlarmType',
    high: 'ExclusiveLevelAlarmType',
    low: 'ExclusiveLevelAlarmType',
    lowLow: 'ExclusiveLevelAlarmType',
    rateOfChange: 'ExclusiveRateOfChangeAlarmType',
    deviation: 'ExclusiveDeviationAlarmType',
    state: 'OffNormalAlarmType',
    vote: 'OffNormalAlarmType',
    expression: 'OffNormalAlarmType',
    stale: 'InstrumentDiagnosticAlarmType',
    frozen: 'InstrumentDiagnosticAlarmType',
    instrumentFault: 'InstrumentDiagnosticAlarmType',
    commFail: 'SystemDiagnosticAlarmType',
  });
  const state = plant.alarms.find(({ kind }) => kind === 'state');
  expect(state === undefined ? null : conditionTypeOf(state, 'slamShut')).toBe('TripAlarmType');
});

test('each limit alarm has its one limit; a fall is a low limit, a deviation a limit of the magnitude', () => {
  const limits = plant.alarms.map((definition) => [definition.kind, limitOf(definition)] as const);
  expect(Object.fromEntries(limits.filter(([, limit]) => limit !== null))).toEqual({
    highHigh: { name: 'HighHigh', value: 9, deadband: 0 },
    high: { name: 'High', value: 8, deadband: 1 },
    low: { name: 'Low', value: 2, deadband: 0 },
    lowLow: { name: 'LowLow', value: 1, deadband: 0 },
    rateOfChange: { name: 'Low', value: -3, deadband: 0 },
    deviation: { name: 'High', value: 2, deadband: 0 },
  });
});

test('the standard has every type and class that is named, and declares every field of every event', () => {
  for (const name of [...conditionTypes, ...Object.values(conditionClassOf)])
    expect(addressSpace.findObjectType(name)?.browseName.name).toBe(name);
  const layouts = eventLayouts(addressSpace);
  const everywhere = conditionFields.filter(({ has }) => has === undefined).map(({ path }) => path.join('.'));
  for (const [typeName, layout] of layouts)
    expect({ typeName, missing: everywhere.filter((path) => !layout.has(path)) }).toEqual({ typeName, missing: [] });
  const anywhere = new Set([...layouts.values()].flatMap((layout) => [...layout.keys()]));
  expect(conditionFields.map(({ path }) => path.join('.')).filter((path) => !anywhere.has(path))).toEqual([]);
});
