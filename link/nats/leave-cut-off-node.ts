// Leaves a node of NATS that is well connected to us and cut off from the other nodes: it answers pings and can store nothing. Where no node can (no majority is left),
// it looks on where it is, and tries another more and more seldom.
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

const lookEveryMs = 1_000;
const answerMs = 1_500;
const firstPatience = 3;
const longestPatience = 30;

/** Until the connection is closed. */
export async function leaveCutOffNode(connection: NatsConnection): Promise<void> {
  let patience = firstPatience;
  let failures = 0;
  while (!connection.isClosed()) {
    await pause(lookEveryMs);
    if (await canStore(connection)) {
      failures = 0;
      patience = firstPatience;
      continue;
    }
    failures += 1;
    if (failures < patience || connection.isClosed()) continue;
    failures = 0;
    patience = Math.min(longestPatience, patience * 2);
    const before = connection.getServer();
    // The list of nodes may begin with the one that it is at: then once more.
    await connection.reconnect().catch(() => undefined);
    await pause(lookEveryMs);
    if (!connection.isClosed() && connection.getServer() === before) await connection.reconnect().catch(() => undefined);
  }
}

/** Only a node that sees a majority answers this. */
async function canStore(connection: NatsConnection): Promise<boolean> {
  try {
    const manager = await jetstreamManager(connection, { timeout: answerMs, checkAPI: false });
    await manager.getAccountInfo();
    return true;
  } catch {
    return false;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
