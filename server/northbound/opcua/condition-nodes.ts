// The children of a condition's node (ActiveState, AckedState, limits, methods …), made when a client asks for them and taken away again when nobody
// watches them: fifty nodes an alarm, for ten thousand alarms, would cost a gigabyte that no client ever looks at. Their values come from the same table as the events.
import { type BaseNode, DataValue, type Namespace, type NodeId, NodeIdType, type UAObject, type UAVariable } from 'node-opcua';
import type { Condition } from './condition.ts';
import { type ConditionField, conditionFields, type FieldContext, guidanceFields } from './condition-fields.ts';
import type { ConditionTable } from './condition-table.ts';
import type { StationRights } from './station-rights.ts';

/** About 100 KB each. */
const shownMax = 1_000;

/** Methods of namespace 0 that all conditions share (OPC UA Part 3, 6.4.2: an instance may refer to the type's method): Enable, Disable, AddComment, Acknowledge. */
const methodsOfCondition = ['i=9027', 'i=9028', 'i=9029', 'i=9111'] as const;
const resetMethod = 'i=18199';
/** TimedShelve, OneShotShelve, Unshelve. */
const methodsOfShelving = ['i=2949', 'i=2948', 'i=2947'] as const;

interface Shown {
  /** Direct children of the condition. */
  readonly children: readonly (UAObject | UAVariable)[];
  /** References to methods that belong to the standard's types, not to us. */
  readonly methods: readonly { readonly from: UAObject; readonly methodId: string }[];
}

export class ConditionNodes {
  readonly #namespace: Namespace;
  readonly #table: ConditionTable;
  readonly #rights: StationRights;
  readonly #context: FieldContext;
  readonly #shownMax: number;
  /** In the order in which they were asked for. */
  readonly #shown = new Map<Condition, Shown>();

  constructor(options: {
    readonly namespace: Namespace;
    readonly table: ConditionTable;
    readonly rights: StationRights;
    readonly context: FieldContext;
    readonly shownMax?: number;
  }) {
    this.#namespace = options.namespace;
    this.#table = options.table;
    this.#rights = options.rights;
    this.#context = options.context;
    this.#shownMax = options.shownMax ?? shownMax;
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
    if (this.#shown.size >= this.#shownMax) this.#takeAwayOldest();
    this.#shown.set(condition, this.#make(condition));
  }

  #make(condition: Condition): Shown {
    const made = new Map<string, UAObject | UAVariable>();
    const children: (UAObject | UAVariable)[] = [];
    const id = condition.definition.id;
    const rolePermissions = this.#rights.ofStation(condition.stationIndex);
    const keep = (path: readonly string[], node: UAObject | UAVariable) => {
      made.set(path.join('/'), node);
      if (path.length === 1) children.push(node);
    };
    const addObject = (name: string, typeDefinition: string): UAObject => {
      const node = this.#namespace.addObject({
        browseName: { name, namespaceIndex: 0 },
        nodeId: `s=${id}/${name}`,
        componentOf: condition.node,
        typeDefinition,
        rolePermissions,
      });
      keep([name], node);
      return node;
    };
    const shelving = addObject('ShelvingState', 'ShelvedStateMachineType');
    if (condition.typeName.startsWith('Exclusive')) addObject('LimitState', 'ExclusiveLimitStateMachineType');
    const add = (field: ConditionField, namespaceIndex: number) => {
      const parent = field.path.length === 1 ? condition.node : made.get(field.path.slice(0, -1).join('/'));
      if (parent === undefined || (field.has !== undefined && !field.has(condition))) return;
      const name = field.path.at(-1) ?? '';
      const variable = this.#namespace.addVariable({
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
      });
      keep(field.path, variable);
    };
    for (const field of conditionFields) add(field, 0);
    for (const field of guidanceFields) add(field, this.#namespace.index);
    const methods = [
      ...methodsOfCondition.map((methodId) => ({ from: condition.node, methodId })),
      ...(condition.definition.isLatching ? [{ from: condition.node, methodId: resetMethod }] : []),
      ...methodsOfShelving.map((methodId) => ({ from: shelving, methodId })),
    ];
    for (const { from, methodId } of methods) from.addReference({ referenceType: 'HasComponent', nodeId: methodId });
    return { children, methods };
  }

  #takeAwayOldest(): void {
    for (const [condition, { children, methods }] of this.#shown) {
      // A subscription to one of them keeps them: it holds the node itself.
      if (children.some(isWatched)) continue;
      // Before the nodes: deleting takes along everything below, and the standard's own methods must stay.
      for (const { from, methodId } of methods) from.removeReference({ referenceType: 'HasComponent', nodeId: methodId });
      for (const child of children) this.#namespace.deleteNode(child);
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
