// A plant file as flat items with flat fields: stations, cameras, devices, points and alarms as they come out of it (defaults and profiles resolved),
// and the other sections as they are written. For saying what one version of a plant has that another has not. Pure.
import type { AlarmDefinition } from '../alarms/alarm-definition.ts';
import type { Plant, Point } from './plant.ts';

export const plantItemKinds = ['section', 'station', 'camera', 'device', 'point', 'alarm'] as const;
export type PlantItemKind = (typeof plantItemKinds)[number];
export type FieldValue = string | number | boolean;

export interface PlantItem {
  readonly kind: PlantItemKind;
  /** `GS-01.PT-101`; of a section its name in the file: `duty`. */
  readonly id: string;
  readonly stationId: string | null;
  /** By path: `source.register.address`. What is absent has no entry. */
  readonly fields: ReadonlyMap<string, FieldValue>;
}

type Loose = Readonly<Record<string, unknown>>;

/** What the compiled plant tells of a station; anything else that a file says of one is taken as it is written. */
const compiledOfStation: ReadonlySet<string> = new Set([
  'id',
  'type',
  'name',
  'area',
  'address',
  'position',
  'collector',
  'devices',
  'cameras',
  'alarms',
]);
const notSections: ReadonlySet<string> = new Set(['schema', 'stations']);

/** `content`: the file as parsed YAML; `plant`: what was compiled from it. */
export function plantItems(plant: Plant, content: unknown): readonly PlantItem[] {
  const file = isLoose(content) ? content : {};
  const stations = Array.isArray(file.stations) ? file.stations.filter(isLoose) : [];
  const written = new Map(stations.map((station) => [String(station.id), station]));
  const stationIdOf = (index: number) => plant.stations[index]?.id ?? null;
  return [
    ...Object.entries(file)
      .filter(([name]) => !notSections.has(name))
      .map(([name, value]) => item('section', name, null, value)),
    ...plant.stations.map(({ id, type, name, areaId, address, position, collectorId }) => {
      const more = Object.fromEntries(Object.entries(written.get(id) ?? {}).filter(([field]) => !compiledOfStation.has(field)));
      return item('station', id, id, { type, name, area: areaId, address, position, collector: collectorId, ...more });
    }),
    ...plant.devices.map(({ index: _index, id, stationIndex, pointIndexes: _points, ...device }) =>
      item(device.protocol === 'camera' ? 'camera' : 'device', id, stationIdOf(stationIndex), device),
    ),
    ...plant.points.map((point) => item('point', point.id, stationIdOf(point.stationIndex), pointFields(plant, point))),
    ...plant.alarms.map((alarm) => item('alarm', alarm.id, stationIdOf(alarm.stationIndex), alarmFields(plant, alarm))),
  ];
}

function pointFields(plant: Plant, point: Point): Loose {
  const { index: _index, id: _id, tag: _tag, stationIndex: _station, alarmIndexes: _alarms, deviceIndex, ...rest } = point;
  const idOf = (index: number) => plant.points[index]?.id;
  return {
    device: plant.devices[deviceIndex]?.id,
    ...rest,
    validity: point.validity.map(({ pointIndex, ...validity }) => ({ point: idOf(pointIndex), ...validity })),
    heartbeat: point.heartbeat === null ? null : { point: idOf(point.heartbeat.pointIndex), afterMs: point.heartbeat.afterMs },
  };
}

function alarmFields(plant: Plant, alarm: AlarmDefinition): Loose {
  const { index: _index, id: _id, stationIndex: _station, pointIndex: _point, deviceIndex: _device, ...rest } = alarm;
  const idOf = (index: number) => plant.points[index]?.id;
  if (rest.kind === 'vote') {
    const { memberPointIndexes, ...vote } = rest;
    return { ...vote, members: memberPointIndexes.map(idOf) };
  }
  if (rest.kind === 'expression')
    return { ...rest, variables: Object.fromEntries(rest.variables.map(({ name, pointIndex }) => [name, idOf(pointIndex)])) };
  if (rest.kind === 'deviation' && rest.reference.kind === 'point') return { ...rest, reference: idOf(rest.reference.pointIndex) };
  return rest;
}

function item(kind: PlantItemKind, id: string, stationId: string | null, value: unknown): PlantItem {
  const fields = new Map<string, FieldValue>();
  flatten(value, '', fields);
  return { kind, id, stationId, fields };
}

function flatten(value: unknown, path: string, fields: Map<string, FieldValue>): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) flattenList(value, path, fields);
  else if (isLoose(value)) {
    if (isBothLanguages(value)) fields.set(path, value.zh === value.en ? value.zh : `${value.zh} / ${value.en}`);
    else for (const [name, part] of Object.entries(value)) flatten(part, path === '' ? name : `${path}.${name}`, fields);
  } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') fields.set(path, value);
}

/** Entries of a list go by what names them, so that one more at the front is one more and not a change of all. */
function flattenList(list: readonly unknown[], path: string, fields: Map<string, FieldValue>): void {
  if (list.length === 0) return;
  if (!list.some((part) => typeof part === 'object' && part !== null)) {
    fields.set(path, list.map(String).join(', '));
    return;
  }
  const seen = new Map<string, number>();
  list.forEach((part, index) => {
    const name = nameOf(part) ?? String(index + 1);
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    flatten(part, `${path}[${times === 1 ? name : `${name} #${times}`}]`, fields);
  });
}

function nameOf(part: unknown): string | null {
  if (!isLoose(part)) return null;
  if (typeof part.id === 'string') return part.id;
  if (typeof part.from === 'string' && typeof part.to === 'string') return `${part.from} → ${part.to}`;
  for (const naming of ['tag', 'name', 'point', 'value'] as const) {
    const name = part[naming];
    if (typeof name === 'string' || typeof name === 'number') return String(name);
  }
  return null;
}

function isLoose(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBothLanguages(value: Loose): value is Loose & { readonly zh: string; readonly en: string } {
  return Object.keys(value).length === 2 && typeof value.zh === 'string' && typeof value.en === 'string';
}
