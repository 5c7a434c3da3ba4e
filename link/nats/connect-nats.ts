// One way to reach NATS for every end of the link: all nodes of a cluster are named in one URL, and a connection that is lost is made again for ever.
import { connect, type NatsConnection } from '@nats-io/transport-node';

/** A node that is gone without a word (frozen, cut off) is left for another after two pings without an answer. */
const pingMs = 2_000;

/** `nats://one:4222,two:4222,three:4222`. Waits where none is there yet. */
export function connectNats(url: string, name: string): Promise<NatsConnection> {
  return connect({
    servers: natsServers(url),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    waitOnFirstConnect: true,
    pingInterval: pingMs,
    maxPingOut: 2,
    timeout: 3_000,
    name,
  });
}

export function natsServers(url: string): string[] {
  return url
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('nats://') ? part : `nats://${part}`));
}
