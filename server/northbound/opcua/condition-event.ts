// A condition's event as the protocol stack asks for it: fields by browse path, made when a subscriber selects them. No node is needed for it, so ten thousand
// alarms at once cost ten thousand small objects.
import {
  type AddressSpace,
  type BaseNode,
  type BrowsePath,
  BrowsePathResult,
  coerceExpandedNodeId,
  DataType,
  type IEventData,
  NodeId,
  StatusCodes,
  sameNodeId,
  type UAObjectType,
  Variant,
} from 'node-opcua';
import type { Condition } from './condition.ts';
import { type ConditionField, conditionFields, type FieldContext } from './condition-fields.ts';
import { type ConditionTypeName, conditionTypes } from './condition-type.ts';

interface LayoutField {
  /** The node of the type that declares it: what the stack takes a field for. */
  readonly declaration: NodeId;
  readonly key: string;
  readonly field: ConditionField;
}

/** By browse path, `ActiveState.Id`. */
export type EventLayout = ReadonlyMap<string, LayoutField>;

/** Where each condition type declares each field; it or a type above it. */
export function eventLayouts(addressSpace: AddressSpace): ReadonlyMap<ConditionTypeName, EventLayout> {
  return new Map(conditionTypes.map((name) => [name, layoutOf(addressSpace, name)]));
}

function layoutOf(addressSpace: AddressSpace, typeName: ConditionTypeName): EventLayout {
  const layout = new Map<string, LayoutField>();
  for (const field of conditionFields) {
    const declaration = declarationOf(addressSpace.findEventType(typeName), field.path);
    if (declaration !== null) layout.set(field.path.join('.'), { declaration, key: declaration.toString(), field });
  }
  return layout;
}

function declarationOf(type: UAObjectType | null, path: readonly string[]): NodeId | null {
  for (let declaring: UAObjectType | null | undefined = type; declaring != null; declaring = declaring.subtypeOfObj) {
    let node: BaseNode | null = declaring;
    for (const name of path) node = node?.getAggregates().find((child) => child.browseName.name === name) ?? null;
    if (node !== null) return node.nodeId;
  }
  return null;
}

export class ConditionEvent implements IEventData {
  readonly eventId = new NodeId();
  /** Read by the stack to see whether the session may receive events of this source. */
  readonly sourceNode: Variant;
  readonly #source: BaseNode;
  readonly #layout: EventLayout;
  /** By declaration. */
  readonly #variants = new Map<string, Variant>();

  constructor(condition: Condition, layout: EventLayout, context: FieldContext) {
    this.#source = condition.node;
    this.#layout = layout;
    // An event tells what was true when it was raised: everything is read now, not when a slow subscriber asks.
    for (const { field, key } of layout.values())
      if (field.has === undefined || field.has(condition)) this.#variants.set(key, field.read(condition, context));
    this.sourceNode = new Variant({ dataType: DataType.NodeId, value: condition.source.nodeId });
  }

  getEventDataSource(): BaseNode {
    return this.#source;
  }

  _browse(browsePath: BrowsePath): BrowsePathResult | null {
    if (!sameNodeId(browsePath.startingNode, this.#source.nodeId)) return null;
    const path = (browsePath.relativePath.elements ?? []).map(({ targetName }) => targetName.name ?? '').join('.');
    const found = this.#layout.get(path);
    // A field that this alarm does not have is null, as one that no alarm has.
    if (found === undefined || !this.#variants.has(found.key)) return null;
    return new BrowsePathResult({
      statusCode: StatusCodes.Good,
      targets: [{ remainingPathIndex: 0, targetId: coerceExpandedNodeId(found.declaration) }],
    });
  }

  _readValue(nodeId: NodeId): Variant | null {
    return this.#variants.get(nodeId.toString()) ?? null;
  }

  _createValue(): void {
    throw new Error('a condition event is complete when it is made');
  }
}
