// One page on the live channel: what it subscribed, what it has been sent, and what waits for it.
import type { Socket } from 'socket.io';
import type { FloodView } from '../../domain/alarms/flood.ts';
import type { IncidentSummary } from '../../domain/api/incident-api.ts';
import type { ClientToServerEvents, LiveTopic, ServerToClientEvents } from '../../domain/messages/live-channel.ts';
import type { Identity } from '../access/identity.ts';
import type { Audience } from './audiences.ts';
import { nothingSubscribed, type Subscription } from './reading-texts.ts';

/** More than this waiting in the client's socket, and it is left alone until it has drained. */
const mostBufferedBytes = 512 * 1024;

export type ClientSocket = Socket<ClientToServerEvents, ServerToClientEvents, Record<string, never>, { identity?: Identity }>;

export interface LiveClient {
  readonly socket: ClientSocket;
  identity: Identity;
  subscription: Subscription;
  sequence: number;
  seenChanges: number;
  /** Monotonic time of its last update. */
  updatedAtMs: number;
  isSubscribed: boolean;
  /** Everything may have changed: the next thing it gets is a snapshot. */
  needsSnapshot: boolean;
  audience: Audience | null;
  /** False: it could not take what its audience was sent, and gets what it missed by itself when it can. */
  isInStep: boolean;
  /** What it missed: alarms whose newest view it has not been sent. */
  readonly changedAlarms: Set<string>;
  /** Incidents that changed while it was behind. */
  readonly changedIncidents: Map<string, IncidentSummary>;
  /** What it was last told of its console's flood. */
  flood: FloodView | null;
  /** Told with the next update, so that a burst is one message and a client that is behind misses none. */
  readonly changedTopics: Set<LiveTopic>;
  /** Version of a changed plant that the client has not been told of. */
  changedPlant: string | null;
}

export function newLiveClient(socket: ClientSocket, identity: Identity): LiveClient {
  return {
    socket,
    identity,
    subscription: nothingSubscribed,
    sequence: 0,
    seenChanges: 0,
    updatedAtMs: Number.NEGATIVE_INFINITY,
    isSubscribed: false,
    needsSnapshot: false,
    audience: null,
    isInStep: false,
    changedAlarms: new Set(),
    changedIncidents: new Map(),
    flood: null,
    changedTopics: new Set(),
    changedPlant: null,
  };
}

export function bufferedBytesOf(client: LiveClient): number {
  return (client.socket.conn.transport as { socket?: { bufferedAmount?: number } }).socket?.bufferedAmount ?? 0;
}

export function isBehind(client: LiveClient): boolean {
  return bufferedBytesOf(client) > mostBufferedBytes;
}
