// The address space: Objects → company → area → station → device → points, and units of a station (meter run, tank …) that point to theirs.
// Node ids are the plant's own names (`s=GS-01.PT-101`), so they stay when the plant file grows. Everything is read-only.
import {
  type AddressSpace,
  DataType,
  DataValue,
  EnumValueType,
  type Namespace,
  Range,
  type RolePermissionTypeOptions,
  type UAObject,
  type UAVariable,
  Variant,
  VariantArrayType,
} from 'node-opcua';
import type { AlarmDefinition } from '../../../domain/alarms/alarm-definition.ts';
import type { NorthboundLanguage } from '../../../domain/plant/northbound-schema.ts';
import type { LocalizedText } from '../../../domain/text/localized-text.ts';
import { isBinary } from '../binary-point.ts';
import { limitOf } from './condition-type.ts';
import { engineeringUnit } from './engineering-unit.ts';
import type { ModelPoint, OpcuaModel } from './opcua-messages.ts';
import { pointTypeOf } from './point-type.ts';
import type { StationRights } from './station-rights.ts';
import type { ValueTable } from './value-table.ts';

/** Values reach this thread four times a second. */
export const samplingMs = 250;

export interface PlantNodes {
  readonly company: UAObject;
  /** By index of the model; absent where the station is not served. */
  readonly areaOfStation: ReadonlyMap<number, UAObject>;
  readonly stations: ReadonlyMap<number, UAObject>;
  readonly devices: ReadonlyMap<number, UAObject>;
  readonly points: ReadonlyMap<number, UAVariable>;
}

interface Builder {
  readonly addressSpace: AddressSpace;
  readonly namespace: Namespace;
  readonly model: OpcuaModel;
  readonly values: ValueTable;
  readonly rights: StationRights;
  readonly language: NorthboundLanguage;
  /** As in force now: approved settings may have changed it. */
  readonly definitionOf: (alarmIndex: number) => AlarmDefinition | undefined;
}

/** Gives way to the event loop between stations, so that a large plant does not stop the thread from hearing. */
export async function buildPlantNodes(builder: Builder): Promise<PlantNodes> {
  const { addressSpace, model, rights } = builder;
  const root = addressSpace.rootFolder.objects;
  const company = addEventObject(builder, {
    id: model.company.id,
    name: model.company.name,
    rights: rights.ofPlant,
    under: root,
    as: 'organizes',
  });
  root.server.addReference({ referenceType: 'HasNotifier', nodeId: company });
  const served = new Set(model.stationIndexes);
  const nodes = {
    company,
    areaOfStation: new Map<number, UAObject>(),
    stations: new Map<number, UAObject>(),
    devices: new Map<number, UAObject>(),
    points: new Map<number, UAVariable>(),
  };
  const alarmsOfPoint = groupByPoint(model.alarms);
  const areas = new Map<string, UAObject>();
  for (const station of model.stations) {
    if (!served.has(station.index)) continue;
    const area = areas.get(station.areaId) ?? addArea(builder, company, station.areaId);
    areas.set(station.areaId, area);
    nodes.areaOfStation.set(station.index, area);
    nodes.stations.set(station.index, addStation(builder, area, station, nodes, alarmsOfPoint));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return nodes;
}

function groupByPoint(alarms: readonly AlarmDefinition[]): ReadonlyMap<number, readonly number[]> {
  const grouped = new Map<number, number[]>();
  for (const { index, pointIndex } of alarms) {
    if (pointIndex === null) continue;
    const list = grouped.get(pointIndex);
    if (list === undefined) grouped.set(pointIndex, [index]);
    else list.push(index);
  }
  return grouped;
}

function addArea(builder: Builder, company: UAObject, areaId: string): UAObject {
  const area = builder.model.areas.find(({ id }) => id === areaId);
  const name = area?.name ?? { zh: areaId, en: areaId };
  const node = addEventObject(builder, {
    id: `area:${areaId}`,
    name,
    rights: builder.rights.ofPlant,
    under: company,
    as: 'organizes',
    browseName: areaId,
  });
  company.addReference({ referenceType: 'HasNotifier', nodeId: node });
  return node;
}

function addStation(
  builder: Builder,
  area: UAObject,
  station: OpcuaModel['stations'][number],
  nodes: { readonly devices: Map<number, UAObject>; readonly points: Map<number, UAVariable> },
  alarmsOfPoint: ReadonlyMap<number, readonly number[]>,
): UAObject {
  const { model, namespace, rights } = builder;
  const permissions = rights.ofStation(station.index);
  const node = addEventObject(builder, { id: station.id, name: station.name, rights: permissions, under: area, as: 'organizes' });
  area.addReference({ referenceType: 'HasNotifier', nodeId: node });
  const units = new Map<string, UAObject>();
  for (const deviceIndex of station.deviceIndexes) {
    const device = model.devices[deviceIndex];
    if (device === undefined) continue;
    const deviceNode = namespace.addObject({
      browseName: device.id.slice(station.id.length + 1),
      displayName: displayName(device.name, builder.language),
      nodeId: `s=${device.id}`,
      componentOf: node,
      eventNotifier: 1,
      rolePermissions: permissions,
    });
    nodes.devices.set(deviceIndex, deviceNode);
    node.addReference({ referenceType: 'HasNotifier', nodeId: deviceNode });
    for (const pointIndex of device.pointIndexes) {
      const point = model.points[pointIndex];
      if (point === undefined) continue;
      const variable = addPoint(builder, deviceNode, point, permissions, alarmsOfPoint.get(pointIndex) ?? []);
      nodes.points.set(pointIndex, variable);
      if (alarmsOfPoint.has(pointIndex)) deviceNode.addReference({ referenceType: 'HasEventSource', nodeId: variable });
      if (point.unitOf === null) continue;
      const unit = units.get(point.unitOf) ?? addUnit(builder, node, station.id, point.unitOf, permissions);
      units.set(point.unitOf, unit);
      unit.addReference({ referenceType: 'Organizes', nodeId: variable });
    }
  }
  return node;
}

function addUnit(
  { namespace }: Builder,
  station: UAObject,
  stationId: string,
  unit: string,
  rights: RolePermissionTypeOptions[],
): UAObject {
  return namespace.addObject({
    browseName: unit,
    nodeId: `s=${stationId}/unit/${unit}`,
    typeDefinition: 'FolderType',
    componentOf: station,
    rolePermissions: rights,
  });
}

function addEventObject(
  { namespace, language }: Builder,
  options: {
    readonly id: string;
    readonly name: LocalizedText;
    readonly rights: RolePermissionTypeOptions[];
    readonly under: UAObject;
    readonly as: 'organizes';
    readonly browseName?: string;
  },
): UAObject {
  return namespace.addObject({
    browseName: options.browseName ?? options.id,
    displayName: displayName(options.name, language),
    description: bothLanguages(options.name),
    nodeId: `s=${options.id}`,
    organizedBy: options.under,
    // Clients may subscribe to the events of this part of the plant alone.
    eventNotifier: 1,
    rolePermissions: options.rights,
  });
}

function addPoint(
  builder: Builder,
  device: UAObject,
  point: ModelPoint,
  rights: RolePermissionTypeOptions[],
  alarmIndexes: readonly number[],
): UAVariable {
  const { namespace, values, language } = builder;
  const { typeDefinition, dataType } = pointTypeOf(point);
  const variable = namespace.addVariable({
    browseName: point.tag,
    displayName: displayName(point.name, language),
    description: bothLanguages(point.name),
    nodeId: `s=${point.id}`,
    componentOf: device,
    typeDefinition,
    dataType,
    valueRank: -1,
    accessLevel: 'CurrentRead',
    userAccessLevel: 'CurrentRead',
    minimumSamplingInterval: samplingMs,
    rolePermissions: rights,
    value: { timestamped_get: () => values.dataValueOf(point.index) },
  });
  const property = (name: string, variant: Variant | (() => Variant), isStandard: boolean) =>
    namespace.addVariable({
      browseName: { name, namespaceIndex: isStandard ? 0 : namespace.index },
      nodeId: `s=${point.id}/${name}`,
      propertyOf: variable,
      typeDefinition: 'PropertyType',
      dataType: dataTypeOf(typeof variant === 'function' ? variant() : variant),
      valueRank: (typeof variant === 'function' ? variant() : variant).arrayType === VariantArrayType.Array ? 1 : -1,
      accessLevel: 'CurrentRead',
      userAccessLevel: 'CurrentRead',
      minimumSamplingInterval: 1_000,
      rolePermissions: rights,
      value: typeof variant === 'function' ? { timestamped_get: () => new DataValue({ value: variant() }) } : variant,
    });
  addStandardProperties(point, property);
  property('Tag', new Variant({ dataType: DataType.String, value: point.tag }), false);
  property(
    'Names',
    new Variant({ dataType: DataType.LocalizedText, arrayType: VariantArrayType.Array, value: localized(point.name) }),
    false,
  );
  if (point.setpoint !== null) property('SetPoint', double(point.setpoint), false);
  if (point.normal !== null) property('NormalRange', rangeVariant(point.normal), false);
  for (const alarmIndex of alarmIndexes) {
    const definition = builder.definitionOf(alarmIndex);
    if (definition === undefined || !('setpoint' in definition)) continue;
    const limit = () => {
      const inForce = builder.definitionOf(alarmIndex);
      return double(inForce === undefined ? Number.NaN : (limitOf(inForce)?.value ?? Number.NaN));
    };
    const name = `${definition.kind.charAt(0).toUpperCase()}${definition.kind.slice(1)}Limit`;
    // Two limits of one kind have names of their own; the first is the one that Data Access clients look for.
    if (variable.getPropertyByName(name) === null) property(name, limit, false);
  }
  return variable;
}

function addStandardProperties(point: ModelPoint, property: (name: string, variant: Variant, isStandard: boolean) => unknown): void {
  if (point.kind === 'analog' || point.kind === 'counter')
    property('EngineeringUnits', new Variant({ dataType: DataType.ExtensionObject, value: engineeringUnit(point.unit) }), true);
  if (point.range !== null && point.kind === 'analog') property('EURange', rangeVariant(point.range), true);
  if (isBinary(point)) {
    const nameOf = (value: number) =>
      point.states?.find((state) => state.value === value)?.name ?? { zh: String(value), en: String(value) };
    property('TrueState', text(nameOf(1)), true);
    property('FalseState', text(nameOf(0)), true);
  } else if (pointTypeOf(point).typeDefinition === 'MultiStateValueDiscreteType') {
    const states = (point.states ?? []).map(
      ({ value, name }) =>
        new EnumValueType({ value: int64(value), displayName: { text: bothLanguages(name) }, description: { text: name.en } }),
    );
    property('EnumValues', new Variant({ dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array, value: states }), true);
  }
}

/** High and low word. */
function int64(value: number): number[] {
  return [value < 0 ? 0xffff_ffff : 0, Math.trunc(value) >>> 0];
}

function dataTypeOf(variant: Variant): string {
  if (variant.dataType !== DataType.ExtensionObject) return DataType[variant.dataType];
  const content: unknown = Array.isArray(variant.value) ? variant.value[0] : variant.value;
  return content instanceof Range ? 'Range' : content instanceof EnumValueType ? 'EnumValueType' : 'EUInformation';
}

function rangeVariant({ min, max }: { readonly min: number; readonly max: number }): Variant {
  return new Variant({ dataType: DataType.ExtensionObject, value: new Range({ low: min, high: max }) });
}

function double(value: number): Variant {
  return new Variant({ dataType: DataType.Double, value });
}

function text(name: LocalizedText): Variant {
  return new Variant({ dataType: DataType.LocalizedText, value: { text: bothLanguages(name) } });
}

export function displayName(name: LocalizedText, language: NorthboundLanguage): { readonly locale: string; readonly text: string } {
  return language === 'en' ? { locale: 'en', text: name.en } : { locale: 'zh-CN', text: name.zh };
}

export function bothLanguages({ zh, en }: LocalizedText): string {
  return zh === en ? zh : `${zh} / ${en}`;
}

function localized({ zh, en }: LocalizedText) {
  return [
    { locale: 'zh-CN', text: zh },
    { locale: 'en', text: en },
  ];
}
