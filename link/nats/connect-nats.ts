// One way to reach NATS for every end of the link: all nodes of a cluster are named in one URL, and a connection that is lost is made again for ever.
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { leaveCutOffNode } from './leave-cut-off-node.ts';

/** A node that is gone without a word (frozen, cut off) is left for another after two pings without an answer. */
const pingMs = 2_000;

/** `nats://one:4222,two:4222,three:4222`. Waits where none is there yet. */
export async function connectNats(url: string, name: string): Promise<NatsConnection> {
  const servers = natsServers(url);
  const connection = await connect({
    servers,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    waitOnFirstConnect: true,
    pingInterval: pingMs,
    maxPingOut: 2,
    timeout: 3_000,
    name,
  });
  if (servers.length > 1) void leaveCutOffNode(connection);
  return connection;
}

export function natsServers(url: string): string[] {
  return url
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('nats://') ? part : `nats://${part}`));
}
