// The children of a condition's node (ActiveState, AckedState, limits, methods …), made when a client asks for them and taken away again when nobody
// watches them: fifty nodes an alarm, for ten thousand alarms, would cost a gigabyte that no client ever looks at. Their values come from the same table as the events.
import { type BaseNode, DataValue, type Namespace, type NodeId, NodeIdType, type UAObject, type UAVariable } from 'node-opcua';
import type { Condition } from './condition.ts';
import { type ConditionField, conditionFields, type FieldContext, guidanceFields } from './condition-fields.ts';
import type { ConditionTable } from './condition-table.ts';
import type { StationRights } from './station-rights.ts';

/** About 100 KB each. */
const shownMax = 1_000;

const methodsOfCondition = ['Enable', 'Disable', 'AddComment', 'Acknowledge'] as const;
const methodsOfShelving = ['TimedShelve', 'OneShotShelve', 'Unshelve'] as const;
/** Nodes of namespace 0 that every condition shares (OPC UA Part 3, 6.4.2: an instance may refer to the type's method). */
const methodIds: Readonly<Record<string, string>> = {
  Enable: 'i=9027',
  Disable: 'i=9028',
  AddComment: 'i=9029',
  Acknowledge: 'i=9111',
  Reset: 'i=18199',
  TimedShelve: 'i=2949',
  OneShotShelve: 'i=2948',
  Unshelve: 'i=2947',
};

export class ConditionNodes {
  readonly #namespace: Namespace;
  readonly #table: ConditionTable;
  readonly #rights: StationRights;
  readonly #context: FieldContext;
  /** In the order in which they were asked for. */
  readonly #shown = new Map<Condition, (UAObject | UAVariable)[]>();

  constructor(options: {
    readonly namespace: Namespace;
    readonly table: ConditionTable;
    readonly rights: StationRights;
    readonly context: FieldContext;
  }) {
    this.#namespace = options.namespace;
    this.#table = options.table;
    this.#rights = options.rights;
    this.#context = options.context;
    // The one way by which every service finds a node: a child that is not there yet is made when it is asked for.
    const find = this.#namespace.findNode2.bind(this.#namespace);
    this.#namespace.findNode2 = (nodeId: NodeId) => {
      const found = find(nodeId);
      if (found !== null || !isChildId(nodeId)) return found;
      const condition = this.conditionOf(nodeId);
      if (condition === null || this.#shown.has(condition)) return found;
      this.show(condition);
      return find(nodeId);
    };
  }

  get shownCount(): number {
    return this.#shown.size;
  }

  /** The condition that the node is, or belongs to. */
  conditionOf(nodeId: NodeId): Condition | null {
    if (nodeId.namespace !== this.#namespace.index || nodeId.identifierType !== NodeIdType.STRING) return null;
    const [alarmId = ''] = String(nodeId.value).split('/');
    return this.#table.byAlarmId(alarmId);
  }

  show(condition: Condition): void {
    if (this.#shown.has(condition)) return;
    if (this.#shown.size >= shownMax) this.#takeAwayOldest();
    this.#shown.set(condition, this.#make(condition));
  }

  #make(condition: Condition): (UAObject | UAVariable)[] {
    const made = new Map<string, UAObject | UAVariable>();
    const roots: (UAObject | UAVariable)[] = [];
    const id = condition.definition.id;
    const parentOf = (path: readonly string[]) => (path.length === 1 ? condition.node : made.get(path.slice(0, -1).join('/')));
    const keep = (path: readonly string[], node: UAObject | UAVariable) => {
      made.set(path.join('/'), node);
      if (path.length === 1) roots.push(node);
    };
    const rolePermissions = this.#rights.ofStation(condition.stationIndex);
    const addObject = (name: string, typeDefinition: string) =>
      keep(
        [name],
        this.#namespace.addObject({
          browseName: { name, namespaceIndex: 0 },
          nodeId: `s=${id}/${name}`,
          componentOf: condition.node,
          typeDefinition,
          rolePermissions,
        }),
      );
    addObject('ShelvingState', 'ShelvedStateMachineType');
    if (condition.typeName.startsWith('Exclusive')) addObject('LimitState', 'ExclusiveLimitStateMachineType');
    const add = (field: ConditionField, namespaceIndex: number) => {
      const parent = parentOf(field.path);
      if (parent === undefined || (field.has !== undefined && !field.has(condition))) return;
      const name = field.path.at(-1) ?? '';
      keep(
        field.path,
        this.#namespace.addVariable({
          browseName: { name, namespaceIndex },
          nodeId: `s=${id}/${field.path.join('/')}`,
          ...(field.type === undefined ? { propertyOf: parent } : { componentOf: parent }),
          typeDefinition: field.type ?? 'PropertyType',
          dataType: field.dataType,
          valueRank: -1,
          accessLevel: 'CurrentRead',
          userAccessLevel: 'CurrentRead',
          minimumSamplingInterval: 250,
          rolePermissions,
          value: { timestamped_get: () => new DataValue({ value: field.read(condition, this.#context) }) },
        }),
      );
    };
    for (const field of conditionFields) add(field, 0);
    for (const field of guidanceFields) add(field, this.#namespace.index);
    for (const method of methodsOfCondition)
      condition.node.addReference({ referenceType: 'HasComponent', nodeId: methodIds[method] ?? '' });
    if (condition.definition.isLatching) condition.node.addReference({ referenceType: 'HasComponent', nodeId: methodIds.Reset ?? '' });
    for (const method of methodsOfShelving)
      made.get('ShelvingState')?.addReference({ referenceType: 'HasComponent', nodeId: methodIds[method] ?? '' });
    return roots;
  }

  #takeAwayOldest(): void {
    for (const [condition, roots] of this.#shown) {
      // A subscription to one of them keeps them: it holds the node itself.
      if (roots.some(isWatched)) continue;
      for (const root of roots) this.#namespace.deleteNode(root);
      for (const method of [...methodsOfCondition, 'Reset'])
        condition.node.removeReference({ referenceType: 'HasComponent', nodeId: methodIds[method] ?? '' });
      this.#shown.delete(condition);
      return;
    }
  }
}

function isChildId(nodeId: NodeId): boolean {
  return nodeId.identifierType === NodeIdType.STRING && String(nodeId.value).includes('/');
}

/** A monitored item listens for the end of its node. */
function isWatched(node: BaseNode): boolean {
  return node.listenerCount('dispose') > 0 || node.getAggregates().some(isWatched);
}
