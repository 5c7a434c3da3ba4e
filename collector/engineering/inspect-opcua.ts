// An OPC UA server's address space, looked at through the session that the readings come from: browsing and reading, nothing else.
import {
  AttributeIds,
  BrowseDirection,
  type DataValue,
  LocalizedText,
  NodeClass,
  type ReferenceDescription,
  resolveNodeId,
} from 'node-opcua';
import type { EngineeringAnswer } from '../../domain/messages/engineering-command.ts';
import type { InspectedSession } from '../drivers/opcua/opcua-driver.ts';

const objectsFolder = 'i=85';
const mostNodes = 500;
const nodesAtOnce = 200;
const longestText = 500;

const shownAttributes = [
  'NodeId',
  'NodeClass',
  'BrowseName',
  'DisplayName',
  'Description',
  'Value',
  'DataType',
  'ValueRank',
  'AccessLevel',
  'UserAccessLevel',
  'MinimumSamplingInterval',
] as const;

/** `nsu=URI;…` as plant files write it, brought to the indexes of this session. */
async function resolved(session: InspectedSession, nodeId: string) {
  const match = /^nsu=([^;]+);(.+)$/.exec(nodeId);
  if (match === null) return resolveNodeId(nodeId);
  const namespaces = await session.readNamespaceArray();
  const index = namespaces.indexOf(match[1] ?? '');
  if (index === -1) throw new Error(`the server has no namespace ${match[1]}`);
  return resolveNodeId(`ns=${index};${match[2]}`);
}

export async function browseNodes(session: InspectedSession, nodeId: string | null): Promise<EngineeringAnswer> {
  try {
    const result = await session.browse({
      nodeId: await resolved(session, nodeId ?? objectsFolder),
      browseDirection: BrowseDirection.Forward,
      referenceTypeId: 'HierarchicalReferences',
      includeSubtypes: true,
      nodeClassMask: 0,
      resultMask: 63,
    });
    if (!result.statusCode.isGood()) return { kind: 'failed', reason: 'nodeUnknown', detail: result.statusCode.name };
    const references: ReferenceDescription[] = [...(result.references ?? [])];
    let { continuationPoint } = result;
    while (continuationPoint != null && continuationPoint.length > 0) {
      const isEnough = references.length >= mostNodes;
      const next = await session.browseNext(continuationPoint, isEnough);
      if (isEnough) break;
      references.push(...(next.references ?? []).slice(0, nodesAtOnce * 10));
      continuationPoint = next.continuationPoint;
    }
    return { kind: 'nodes', nodes: references.slice(0, mostNodes).map(nodeOf), isCut: references.length > mostNodes };
  } catch (error) {
    return { kind: 'failed', reason: 'nodeUnknown', detail: (error as Error).message };
  }
}

function nodeOf(reference: ReferenceDescription) {
  return {
    nodeId: reference.nodeId.toString(),
    browseName: reference.browseName.toString(),
    displayName: reference.displayName.text ?? reference.browseName.name ?? '',
    nodeClass: NodeClass[reference.nodeClass] ?? String(reference.nodeClass),
    typeDefinition: reference.typeDefinition?.isEmpty() === false ? reference.typeDefinition.toString() : null,
  };
}

export async function readNode(session: InspectedSession, nodeId: string): Promise<EngineeringAnswer> {
  try {
    const node = await resolved(session, nodeId);
    const values = await session.read(shownAttributes.map((name) => ({ nodeId: node, attributeId: AttributeIds[name] })));
    if (values.every(({ statusCode }) => !statusCode.isGood()))
      return { kind: 'failed', reason: 'nodeUnknown', detail: values[0]?.statusCode.name ?? null };
    const value = values[shownAttributes.indexOf('Value')];
    return {
      kind: 'node',
      attributes: shownAttributes.flatMap((name, index) => {
        const dataValue = values[index];
        // An object has no value and no data type: what does not apply is left out.
        if (dataValue === undefined || dataValue.statusCode.name === 'BadAttributeIdInvalid') return [];
        return [{ name, value: textOf(name, dataValue), status: dataValue.statusCode.name }];
      }),
      sourceTimeMs: value?.sourceTimestamp?.getTime() ?? null,
      serverTimeMs: value?.serverTimestamp?.getTime() ?? null,
    };
  } catch (error) {
    return { kind: 'failed', reason: 'nodeUnknown', detail: (error as Error).message };
  }
}

export async function readNodeValue(
  session: InspectedSession,
  nodeId: string,
): Promise<{ readonly raw: number | null; readonly text: string | null; readonly status: string }> {
  const dataValue = await session.read({ nodeId: await resolved(session, nodeId), attributeId: AttributeIds.Value });
  const value: unknown = dataValue.value?.value;
  const raw = typeof value === 'boolean' ? Number(value) : typeof value === 'number' ? value : null;
  return { raw, text: raw === null && value != null ? String(value).slice(0, longestText) : null, status: dataValue.statusCode.name };
}

function textOf(name: string, dataValue: DataValue): string {
  const value: unknown = dataValue.value?.value;
  if (value === null || value === undefined) return '';
  if (name === 'NodeClass' && typeof value === 'number') return NodeClass[value] ?? String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof LocalizedText) return value.text ?? '';
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  const isOwnText = typeof value === 'object' && value.toString !== Object.prototype.toString && !Array.isArray(value);
  const text = isPlain || isOwnText ? String(value) : JSON.stringify(value);
  return text.slice(0, longestText);
}
