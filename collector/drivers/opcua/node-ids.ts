// Node ids as a session understands them.
import type { ClientSession } from 'node-opcua';
import type { Point } from '../../../domain/plant/plant.ts';

/** `nsu=URI;…` is looked up in the server's namespace array at each session: indexes change when servers are rebuilt. `ns=-1`: it has no such namespace. */
export async function resolveNodeIds(
  session: Pick<ClientSession, 'readNamespaceArray'>,
  sources: readonly (Point['source'] | undefined)[],
): Promise<readonly string[]> {
  const needsNamespaces = sources.some((source) => source?.kind === 'opcua' && source.nodeId.startsWith('nsu='));
  const namespaces = needsNamespaces ? await session.readNamespaceArray() : [];
  return sources.map((source) => {
    const nodeId = source?.kind === 'opcua' ? source.nodeId : '';
    const match = /^nsu=([^;]+);(.+)$/.exec(nodeId);
    if (match === null) return nodeId;
    return `ns=${namespaces.indexOf(match[1] ?? '')};${match[2] ?? ''}`;
  });
}
