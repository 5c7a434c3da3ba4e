// The live channel: a snapshot first, then at most four coalesced updates a second of what the client subscribed and what changed; alarms at once.
// A client that cannot keep up is not queued for: it gets a fresh snapshot when it can take one. No action travels over a socket.
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { mayDo } from '../../domain/access/roles.ts';
import type { FloodView } from '../../domain/alarms/flood.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { IncidentSummary } from '../../domain/api/incident-api.ts';
import {
  type ClientToServerEvents,
  type LiveNotice,
  type LiveTopic,
  type ServerToClientEvents,
  subscribeSchema,
} from '../../domain/messages/live-channel.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import { type AccessControl, type Identity, isAllowed, maySee } from '../access/access-control.ts';
import { stateOf } from '../alarms/alarm-record.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { AlarmViews } from '../alarms/alarm-view.ts';
import type { FloodWatch } from '../alarms/flood-watch.ts';
import { isSameOrigin } from '../http/origin.ts';
import { sessionCookieName } from '../http/session-cookie.ts';
import type { IncidentStore } from '../incidents/incident-store.ts';
import { incidentSummary } from '../incidents/incident-views.ts';
import type { LastValues } from './last-values.ts';

const updateMs = 250;
const heartbeatMs = 1_000;
const sessionCheckMs = 1_000;
/** More than this waiting in the client's socket, and it is left alone until it has drained. */
const mostBufferedBytes = 512 * 1024;

interface Client {
  readonly socket: ClientSocket;
  identity: Identity;
  points: Uint32Array;
  sequence: number;
  seenChanges: number;
  isSubscribed: boolean;
  /** It missed something: the next thing it gets is a snapshot. */
  needsSnapshot: boolean;
  /** What it was last told of its console's flood. */
  flood: FloodView | null;
  /** Told with the next update, so that a burst is one message and a client that is behind misses none. */
  readonly changedTopics: Set<LiveTopic>;
  /** Version of a changed plant that the client has not been told of. */
  changedPlant: string | null;
}

type ClientSocket = Socket<ClientToServerEvents, ServerToClientEvents, Record<string, never>, { identity?: Identity }>;

export interface LiveChannel {
  readonly clientCount: number;
  /** Tells every page that may see the station (null: every page) to read the topic again, within 250 ms. Call after the commit. */
  announce(topic: LiveTopic, stationId: string | null): void;
  /** Tells every page that the plant's definitions changed: it gets a fresh snapshot and reads the plant again, within 250 ms. */
  announcePlant(version: string): void;
  close(): Promise<void>;
}

export function createLiveChannel(options: {
  readonly httpServer: HttpServer;
  readonly parseCookie: (header: string) => Readonly<Record<string, string | undefined>>;
  readonly plant: Plant;
  readonly access: AccessControl;
  readonly store: AlarmStore;
  readonly views: AlarmViews;
  readonly floods: FloodWatch;
  readonly incidents: IncidentStore;
  readonly values: LastValues;
  readonly clock: Clock;
}): LiveChannel {
  const { plant, access, store, views, floods, incidents, values, clock } = options;
  const io = new Server<ClientToServerEvents, ServerToClientEvents, Record<string, never>, { identity?: Identity }>(options.httpServer, {
    serveClient: false,
    transports: ['websocket', 'polling'],
    maxHttpBufferSize: 256 * 1024,
    allowRequest: (request, answer) => answer(null, isSameOrigin(request.headers.origin, request.headers.host)),
  });
  const clients = new Map<string, Client>();
  const timers: TimerHandle[] = [];

  io.use((socket, next) => {
    const token = options.parseCookie(socket.request.headers.cookie ?? '')[sessionCookieName];
    access.identify(token).then(
      (identity) => {
        if (identity === null || !isAllowed(identity, 'plant.read', null)) return next(new Error('notSignedIn'));
        socket.data.identity = identity;
        next();
      },
      () => next(new Error('unavailable')),
    );
  });

  io.on('connection', (socket) => {
    const identity = socket.data.identity;
    if (identity === undefined) {
      socket.disconnect(true);
      return;
    }
    const client: Client = {
      socket,
      identity,
      points: new Uint32Array(0),
      sequence: 0,
      seenChanges: 0,
      isSubscribed: false,
      needsSnapshot: false,
      flood: null,
      changedTopics: new Set(),
      changedPlant: null,
    };
    clients.set(socket.id, client);
    socket.on('subscribe', (message) => {
      const parsed = subscribeSchema.safeParse(message);
      if (!parsed.success) return;
      client.points = subscribedPoints(client.identity, parsed.data.stations ?? [], parsed.data.points ?? []);
      client.isSubscribed = true;
      sendSnapshot(client);
    });
    socket.on('disconnect', () => void clients.delete(socket.id));
  });

  function subscribedPoints(identity: Identity, stationIds: readonly string[], pointIds: readonly string[]): Uint32Array {
    const points = new Set<number>();
    for (const id of stationIds) {
      const station = plant.stations[plant.stationIndexById.get(id) ?? -1];
      if (station !== undefined && maySee(identity, station.id)) for (const point of station.pointIndexes) points.add(point);
    }
    for (const id of pointIds) {
      const point = plant.points[plant.pointIndexById.get(id) ?? -1];
      if (point !== undefined && maySee(identity, plant.stations[point.stationIndex]?.id ?? '')) points.add(point.index);
    }
    return Uint32Array.from(points);
  }

  function columns(points: Iterable<number>) {
    const message = { p: [] as string[], t: [] as number[], v: [] as (number | string | null)[], q: [] as number[] };
    for (const point of points) {
      message.p.push(plant.pointTable.ids[point] ?? '');
      message.t.push(values.timeMs[point] ?? 0);
      message.v.push(values.valueOf(point));
      message.q.push(values.qualityOf(point));
    }
    return message;
  }

  function visibleAlarms(identity: Identity): AlarmView[] {
    return store
      .all()
      .filter(
        ({ definition, record }) => stateOf(record) !== 'normal' && maySee(identity, plant.stations[definition.stationIndex]?.id ?? ''),
      )
      .map(({ definition, record }) => views.view(definition, record));
  }

  function openIncidents(): IncidentSummary[] {
    return incidents
      .unsettled()
      .filter((record) => record.closed === null)
      .map((record) => incidentSummary(record, clock.nowMs()));
  }

  function seenIncidents(identity: Identity, all: readonly IncidentSummary[]): IncidentSummary[] {
    if (!mayDo(identity.role, 'incidents.read')) return [];
    return all.filter((incident) => incident.stationIds.some((id) => maySee(identity, id)));
  }

  function sendSnapshot(client: Client): void {
    client.needsSnapshot = false;
    client.seenChanges = values.changes;
    client.flood = floods.of(client.identity.stationIds);
    client.sequence += 1;
    client.socket.emit('snapshot', {
      schema: 1,
      sequence: client.sequence,
      serverTimeMs: clock.nowMs(),
      collectors: [...values.collectors()],
      readings: columns(client.points),
      alarms: visibleAlarms(client.identity),
      incidents: seenIncidents(client.identity, openIncidents()),
      flood: client.flood,
    });
  }

  function isBehind(client: Client): boolean {
    return ((client.socket.conn.transport as { socket?: { bufferedAmount?: number } }).socket?.bufferedAmount ?? 0) > mostBufferedBytes;
  }

  function update(): void {
    for (const client of clients.values()) {
      if (!client.isSubscribed) continue;
      if (isBehind(client)) {
        client.needsSnapshot = true;
        continue;
      }
      if (client.needsSnapshot) sendSnapshot(client);
      if (client.changedPlant !== null) {
        client.sequence += 1;
        const notice = { kind: 'plantChanged' as const, version: client.changedPlant };
        client.socket.emit('notice', { schema: 1, sequence: client.sequence, serverTimeMs: clock.nowMs(), notice });
        client.changedPlant = null;
      }
      for (const topic of client.changedTopics) sendNotice(client, { kind: 'changed', topic });
      client.changedTopics.clear();
      const flood = floods.of(client.identity.stationIds);
      if (flood !== client.flood) sendNotice(client, { kind: 'flood', flood });
      client.flood = flood;
      const changed: number[] = [];
      for (const point of client.points) if ((values.changedAt[point] ?? 0) > client.seenChanges) changed.push(point);
      client.seenChanges = values.changes;
      if (changed.length === 0) continue;
      client.sequence += 1;
      client.socket.emit('readings', { schema: 1, sequence: client.sequence, serverTimeMs: clock.nowMs(), ...columns(changed) });
    }
  }

  function notify(notice: LiveNotice['notice']): void {
    for (const client of clients.values()) {
      if (!client.isSubscribed || client.needsSnapshot || isBehind(client)) continue;
      sendNotice(client, notice);
    }
  }

  function sendNotice(client: Client, notice: LiveNotice['notice']): void {
    client.sequence += 1;
    client.socket.emit('notice', { schema: 1, sequence: client.sequence, serverTimeMs: clock.nowMs(), notice });
  }

  const stopListening = store.onChange((changes) => {
    const others = new Set(views.takeChanged());
    for (const { definition } of changes) for (const other of views.othersChangedBy(definition)) others.add(other);
    for (const { definition } of changes) others.delete(definition.id);
    sendAlarms([...changes.map(({ definition, record }) => views.view(definition, record)), ...shownViews(others)]);
  });

  function shownViews(alarmIds: Iterable<string>): AlarmView[] {
    return [...alarmIds].flatMap((id) => {
      const found = store.find(id);
      return found === null || stateOf(found.record) === 'normal' ? [] : [views.view(found.definition, found.record)];
    });
  }

  function sendAlarms(changed: readonly AlarmView[]): void {
    tell(
      (identity) => changed.filter((alarm) => maySee(identity, alarm.stationId)),
      (client, alarms) =>
        client.socket.emit('alarm', { schema: 1, sequence: client.sequence, serverTimeMs: clock.nowMs(), alarms: [...alarms] }),
    );
  }

  const stopIncidents = incidents.onChange((changes) => {
    const newest = new Map(changes.map(({ record }) => [record.id, incidentSummary(record, clock.nowMs())]));
    tell(
      (identity) => seenIncidents(identity, [...newest.values()]),
      (client, seen) =>
        client.socket.emit('incident', { schema: 1, sequence: client.sequence, serverTimeMs: clock.nowMs(), incidents: [...seen] }),
    );
    for (const { stationIds } of newest.values()) for (const stationId of stationIds) announce('incidents', stationId);
  });

  /** At once, to every client that is level and may see something of it; one that is behind gets a snapshot later. */
  function tell<Item>(seenBy: (identity: Identity) => readonly Item[], emit: (client: Client, items: readonly Item[]) => void): void {
    for (const client of clients.values()) {
      if (!client.isSubscribed || client.needsSnapshot) continue;
      const items = seenBy(client.identity);
      if (items.length === 0) continue;
      if (isBehind(client)) {
        client.needsSnapshot = true;
        continue;
      }
      client.sequence += 1;
      emit(client, items);
    }
  }

  function announce(topic: LiveTopic, stationId: string | null): void {
    for (const client of clients.values()) if (stationId === null || maySee(client.identity, stationId)) client.changedTopics.add(topic);
  }

  const liveBefore = new Map<string, boolean>();
  function heartbeat(): void {
    for (const collector of values.collectors()) {
      if (liveBefore.get(collector.collectorId) !== collector.isLive) {
        liveBefore.set(collector.collectorId, collector.isLive);
        notify({ kind: 'collector', ...collector });
        // Qualities changed without a reading: everybody looks again.
        for (const client of clients.values()) client.needsSnapshot = true;
      }
    }
    // Marks that came or went with time alone.
    sendAlarms(shownViews(views.takeChanged()));
    notify({ kind: 'heartbeat' });
  }

  async function checkSessions(): Promise<void> {
    for (const client of [...clients.values()]) {
      const identity = await access.identifyHash(client.identity.tokenHash);
      if (identity === null) end(client, client.identity.expiresAtMs <= clock.nowMs() ? 'expired' : 'revoked');
      else client.identity = identity;
    }
  }

  function end(client: Client, reason: 'expired' | 'revoked' | 'signedOut'): void {
    sendNotice(client, { kind: 'sessionEnded', reason });
    client.socket.disconnect(true);
    clients.delete(client.socket.id);
  }

  access.onSessionEnded((tokenHash) => {
    for (const client of [...clients.values()]) if (client.identity.tokenHash === tokenHash) end(client, 'signedOut');
  });

  let isClosed = false;
  function every(periodMs: number, slot: number, work: () => void): void {
    if (isClosed) return;
    timers[slot] = clock.after(periodMs, () => {
      work();
      every(periodMs, slot, work);
    });
  }
  every(updateMs, 0, update);
  every(heartbeatMs, 1, heartbeat);
  every(sessionCheckMs, 2, () => void checkSessions().catch(() => undefined));

  return {
    get clientCount() {
      return clients.size;
    },
    announce,
    announcePlant(version) {
      for (const client of clients.values()) {
        client.changedPlant = version;
        client.needsSnapshot = true;
      }
    },
    async close() {
      isClosed = true;
      stopListening();
      stopIncidents();
      for (const timer of timers) timer.cancel();
      io.disconnectSockets(true);
      await io.close();
    },
  };
}
