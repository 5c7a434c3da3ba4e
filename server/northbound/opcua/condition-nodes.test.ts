// The children of conditions come when they are asked for and go when nobody watches them, however many a client walks through.
import { AddressSpace, type BaseNode, generateAddressSpace, nodesets, resolveNodeId } from 'node-opcua';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plantOf } from '../../../test/harness/plant-of.ts';
import type { FieldContext } from './condition-fields.ts';
import { ConditionNodes } from './condition-nodes.ts';
import { ConditionTable } from './condition-table.ts';
import type { OpcuaModel } from './opcua-messages.ts';
import { buildPlantNodes } from './plant-nodes.ts';
import { StationRights } from './station-rights.ts';
import { ValueTable } from './value-table.ts';

const points = Array.from(
  { length: 20 },
  (_, index) =>
    `{ tag: PT-${100 + index}, name: P, unit: kPa, range: { min: 0, max: 10 }, defaultAlarms: false, register: { table: holding, address: ${2 * index}, type: float32 }, alarms: [{ kind: high, setpoint: 8, priority: low }] }`,
);
const plant = plantOf(`schema: 1
company: { id: t, name: T }
areas: [{ id: a, name: A }]
stations: [{ id: GS-01, type: gate, name: S, area: a, devices: [{ id: PLC-1, protocol: modbusTcp, host: h, points: [${points.join(', ')}] }] }]
`);

let addressSpace: AddressSpace;
let nodes: ConditionNodes;
let ns = 0;
beforeAll(async () => {
  addressSpace = AddressSpace.create();
  await generateAddressSpace(addressSpace, [nodesets.standard]);
  const namespace = addressSpace.registerNamespace('urn:test');
  ns = namespace.index;
  const model: OpcuaModel = { ...plant, stationIndexes: [0], reannounceAfterMs: plant.alarmManagement.reannounceAfterMs };
  const rights = new StationRights(model, ns, false);
  const values = new ValueTable(model.points);
  const definitions = [...plant.alarms];
  const context: FieldContext = {
    language: 'both',
    unitOf: () => 'kPa',
    conditionClassId: () => 'i=11163',
    reannounceAfterMs: model.reannounceAfterMs,
    nowMs: () => 0,
  };
  const plantNodes = await buildPlantNodes({
    addressSpace,
    namespace,
    model,
    values,
    rights,
    language: 'both',
    definitionOf: (index) => definitions[index],
  });
  const table = await ConditionTable.build({ addressSpace, namespace, model, nodes: plantNodes, values, rights, context, definitions });
  nodes = new ConditionNodes({ namespace, table, rights, context, shownMax: 3 });
});
afterAll(() => addressSpace.dispose());

const find = (id: string): BaseNode | null => addressSpace.findNode(resolveNodeId(`ns=${ns};s=${id}`));

test('a condition stands from the start, its children only once they are asked for', () => {
  const condition = find('GS-01.PT-100.high');
  expect(condition?.getAggregates()).toEqual([]);
  expect(find('GS-01.PT-100.high/ActiveState/Id')?.browseName.name).toBe('Id');
  expect(condition?.getAggregates().length).toBeGreaterThan(25);
  expect(nodes.shownCount).toBe(1);
  expect(find('GS-01.PT-100.high/NoSuchChild')).toBeNull();
  expect(find('GS-01.PT-999.high/ActiveState')).toBeNull();
});

test('a client that walks through all leaves but a few behind; what is watched stays, and what went comes again', () => {
  const watched = find('GS-01.PT-100.high/AckedState/Id');
  const monitor = () => undefined;
  watched?.on('dispose', monitor);
  for (let index = 0; index < 20; index += 1) expect(find(`GS-01.PT-${100 + index}.high/Severity`)).not.toBeNull();
  expect(nodes.shownCount).toBe(3);
  expect(find('GS-01.PT-100.high/AckedState/Id')).toBe(watched);
  expect(find('GS-01.PT-105.high')?.getAggregates()).toEqual([]);
  expect(find('GS-01.PT-105.high/Retain')).not.toBeNull();
  watched?.removeListener('dispose', monitor);
});

test('the methods of the standard outlive the conditions that refer to them', () => {
  const acknowledge = addressSpace.findNode('i=9111');
  expect(acknowledge?.browseName.name).toBe('Acknowledge');
  for (const methodId of ['i=9111', 'i=9029', 'i=2949', 'i=2947']) {
    const method = addressSpace.findNode(methodId);
    // Its type, and the three conditions that are shown.
    expect(method?.findReferencesAsObject('HasComponent', false).length).toBe(4);
  }
});
