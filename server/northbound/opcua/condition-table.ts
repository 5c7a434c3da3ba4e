// All conditions: one node an alarm definition from the start (so that its ConditionId stands), its events whenever the server's table changes, and everything
// that is not normal again for a client that asks for a refresh (OPC UA Part 9, 5.5.7). States come from the server only: no limit is ever evaluated here.
import type { AddressSpace, Namespace, UAObject } from 'node-opcua';
import type { AlarmDefinition } from '../../../domain/alarms/alarm-definition.ts';
import { Condition } from './condition.ts';
import { ConditionEvent, type EventLayout, eventLayouts } from './condition-event.ts';
import type { FieldContext } from './condition-fields.ts';
import { type ConditionTypeName, conditionTypeOf, conditionTypes } from './condition-type.ts';
import type { AlarmNote, OpcuaModel } from './opcua-messages.ts';
import { displayName, type PlantNodes } from './plant-nodes.ts';
import { statusOfQuality } from './quality-status.ts';
import type { StationRights } from './station-rights.ts';
import type { ValueTable } from './value-table.ts';

export interface ConditionTableOptions {
  readonly addressSpace: AddressSpace;
  readonly namespace: Namespace;
  readonly model: OpcuaModel;
  readonly nodes: PlantNodes;
  readonly values: ValueTable;
  readonly rights: StationRights;
  readonly context: FieldContext;
  /** By index; replaced here as settings come into force, and read by whoever shows a limit. */
  readonly definitions: AlarmDefinition[];
}

export class ConditionTable {
  readonly #options: ConditionTableOptions;
  readonly #conditions = new Map<number, Condition>();
  readonly #byAlarmId = new Map<string, Condition>();
  readonly #byPoint = new Map<number, Condition[]>();
  readonly #layouts: ReadonlyMap<ConditionTypeName, EventLayout>;
  events = 0;

  private constructor(options: ConditionTableOptions) {
    this.#options = options;
    this.#layouts = eventLayouts(options.addressSpace);
  }

  /** Gives way to the event loop between stations' worth of alarms. */
  static async build(options: ConditionTableOptions): Promise<ConditionTable> {
    const table = new ConditionTable(options);
    const types = new Map(conditionTypes.map((name) => [name, options.addressSpace.findEventType(name)]));
    for (const definition of options.model.alarms) {
      if (!options.nodes.stations.has(definition.stationIndex)) continue;
      const point = definition.pointIndex === null ? undefined : options.model.points[definition.pointIndex];
      const typeName = conditionTypeOf(definition, point?.role ?? null);
      const type = types.get(typeName);
      if (type === null || type === undefined) throw new Error(`the address space has no ${typeName}`);
      table.#add(definition, typeName, type.nodeId);
      if (definition.index % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return table;
  }

  get size(): number {
    return this.#conditions.size;
  }

  byAlarmId(alarmId: string): Condition | null {
    return this.#byAlarmId.get(alarmId) ?? null;
  }

  note(notes: readonly AlarmNote[], isSnapshot: boolean): void {
    const nowMs = this.#options.context.nowMs();
    for (const note of notes) {
      const condition = this.#conditions.get(note.index);
      if (condition === undefined) continue;
      condition.note(note, nowMs);
      if (!isSnapshot) this.#raise(condition);
    }
  }

  redefine(changed: readonly AlarmDefinition[]): void {
    const nowMs = this.#options.context.nowMs();
    for (const definition of changed) {
      this.#options.definitions[definition.index] = definition;
      const condition = this.#conditions.get(definition.index);
      if (condition?.redefine(definition, nowMs) === true && condition.isRetained) this.#raise(condition);
    }
  }

  /** The quality of a condition is that of the point that it watches; a change is an event while the condition is of interest (Part 9, 5.5.2). */
  pointsChanged(points: Uint32Array): void {
    const { context, values } = this.#options;
    for (const point of points) {
      const conditions = this.#byPoint.get(point);
      if (conditions === undefined) continue;
      const quality = statusOfQuality(values.qualityOf(point));
      for (const condition of conditions) if (condition.qualify(quality, context.nowMs()) && condition.isRetained) this.#raise(condition);
    }
  }

  /** Called between RefreshStart and RefreshEnd; the stack lets it reach the subscription that asked. */
  refresh(): void {
    for (const condition of this.#conditions.values()) if (condition.isRetained) this.#emit(condition);
  }

  #raise(condition: Condition): void {
    this.events += 1;
    this.#emit(condition);
  }

  /** To whoever listens at the server, the company, the area, the station or the device. */
  #emit(condition: Condition): void {
    const { addressSpace, nodes, context } = this.#options;
    const layout = this.#layouts.get(condition.typeName);
    if (layout === undefined) return;
    const notifiers: readonly (UAObject | undefined)[] = [
      addressSpace.rootFolder.objects.server,
      nodes.company,
      nodes.areaOfStation.get(condition.stationIndex),
      nodes.stations.get(condition.stationIndex),
      condition.definition.deviceIndex === null ? undefined : nodes.devices.get(condition.definition.deviceIndex),
    ];
    const listening = notifiers.filter((notifier) => notifier !== undefined && notifier.listenerCount('event') > 0);
    if (listening.length === 0) return;
    const event = new ConditionEvent(condition, layout, context);
    for (const notifier of listening) notifier?.emit('event', event);
  }

  #add(definition: AlarmDefinition, typeName: ConditionTypeName, typeId: Condition['typeId']): void {
    const { namespace, nodes, rights, context } = this.#options;
    const source = this.#sourceOf(definition);
    const node = namespace.addObject({
      browseName: definition.id.slice(definition.id.lastIndexOf('.') + 1),
      displayName: displayName(definition.message, context.language),
      nodeId: `s=${definition.id}`,
      typeDefinition: typeId,
      rolePermissions: rights.ofStation(definition.stationIndex),
    });
    source.node.addReference({ referenceType: 'HasCondition', nodeId: node });
    const point = definition.pointIndex === null ? undefined : nodes.points.get(definition.pointIndex);
    const setpointNode =
      definition.kind !== 'deviation'
        ? undefined
        : definition.reference.kind === 'point'
          ? nodes.points.get(definition.reference.pointIndex)
          : point?.getPropertyByName('SetPoint');
    const condition = new Condition({
      definition,
      typeName,
      typeId,
      node,
      source: { nodeId: source.node.nodeId, name: source.name },
      inputNodeId: point?.nodeId ?? null,
      setpointNodeId: setpointNode?.nodeId ?? null,
    });
    this.#conditions.set(definition.index, condition);
    this.#byAlarmId.set(definition.id, condition);
    if (definition.pointIndex === null) return;
    condition.quality = statusOfQuality(this.#options.values.qualityOf(definition.pointIndex));
    const ofPoint = this.#byPoint.get(definition.pointIndex);
    if (ofPoint === undefined) this.#byPoint.set(definition.pointIndex, [condition]);
    else ofPoint.push(condition);
  }

  /** The point, else the device, else the station that the alarm is about. */
  #sourceOf(definition: AlarmDefinition) {
    const { nodes, model } = this.#options;
    const point = definition.pointIndex === null ? undefined : nodes.points.get(definition.pointIndex);
    if (point !== undefined) return { node: point, name: model.points[definition.pointIndex ?? -1]?.id ?? '' };
    const device = definition.deviceIndex === null ? undefined : nodes.devices.get(definition.deviceIndex);
    if (device !== undefined) return { node: device, name: model.devices[definition.deviceIndex ?? -1]?.id ?? '' };
    const station = nodes.stations.get(definition.stationIndex);
    if (station === undefined) throw new Error(`no node for the source of ${definition.id}`);
    return { node: station, name: model.stations[definition.stationIndex]?.id ?? '' };
  }
}
