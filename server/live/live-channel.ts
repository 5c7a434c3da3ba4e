// The live channel: a snapshot first, then at most four coalesced updates a second of what the client subscribed and what changed, the first of them without
// waiting; alarms at once.
// A client that cannot keep up is not queued for: what changed for it is noted, once per thing, and it gets the newest state when it can take it.
// No action travels over a socket.
import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import type { z } from 'zod';
import type { IncidentSummary } from '../../domain/api/incident-api.ts';
import {
  type ClientToServerEvents,
  type LiveNotice,
  type LiveRefusal,
  type LiveSnapshot,
  type LiveTopic,
  type ServerToClientEvents,
  subscribeSchema,
} from '../../domain/messages/live-channel.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { StepLog } from '../../domain/tracing/alarm-step.ts';
import type { AccessControl } from '../access/access-control.ts';
import { type Identity, isAllowed, maySee } from '../access/identity.ts';
import { stateOf } from '../alarms/alarm-record.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { AlarmViews } from '../alarms/alarm-view.ts';
import type { FloodWatch } from '../alarms/flood-watch.ts';
import { isSameOrigin } from '../http/origin.ts';
import { type Credentials, identityOfCredentials, shownCredential } from '../http/request-identity.ts';
import { sessionCookieName } from '../http/session-cookie.ts';
import type { IncidentStore } from '../incidents/incident-store.ts';
import { incidentSummary } from '../incidents/incident-views.ts';
import { AlarmTexts } from './alarm-texts.ts';
import { Audiences } from './audiences.ts';
import type { LastValues } from './last-values.ts';
import { bufferedBytesOf, isBehind, type LiveClient, newLiveClient } from './live-client.ts';
import { preparedMessage, preparedParser } from './prepared-message.ts';
import { nothingSubscribed, ReadingTexts } from './reading-texts.ts';

/** Between two updates of one client. The first change after that goes within `lookMs`. */
const updateMs = 250;
const lookMs = 50;
const heartbeatMs = 1_000;
const sessionCheckMs = 1_000;
/** Of snapshots in one turn of the loop, about: a few milliseconds of work. */
const mostSnapshotCharacters = 1_000_000;
export interface LiveChannel {
  readonly clientCount: number;
  /** Of the client that is furthest behind: what it has been sent and has not taken yet. */
  readonly mostBufferedBytes: number;
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
  /** Which alarms have gone to the pages. */
  readonly log: StepLog;
}): LiveChannel {
  const { plant, access, store, views, floods, incidents, values, clock, log } = options;
  const io = new Server<ClientToServerEvents, ServerToClientEvents, Record<string, never>, { identity?: Identity }>(options.httpServer, {
    serveClient: false,
    transports: ['websocket', 'polling'],
    maxHttpBufferSize: 256 * 1024,
    parser: preparedParser,
    allowRequest: (request, answer) => {
      const isAllowedOrigin = isSameOrigin(request.headers.origin, request.headers.host);
      if (!isAllowedOrigin)
        void refuse(`live channel from origin ${(request.headers.origin ?? '').slice(0, 200)}`, request.socket.remoteAddress);
      answer(null, isAllowedOrigin);
    },
  });
  const texts = new AlarmTexts(store, views);
  const readings = new ReadingTexts(plant, values);
  const clients = new Map<string, LiveClient>();
  const audiences = new Audiences({
    emit: (room, message) => void io.to(room).emit('alarm', message),
    seesStation: (audience, stationIndex) => seesStation(audience, stationIndex),
    store,
    texts,
    clock,
    log,
  });
  const timers: TimerHandle[] = [];
  let isClosed = false;

  io.use((socket, next) => {
    const { authorization, cookie } = socket.request.headers;
    const from = socket.request.socket.remoteAddress ?? 'unknown';
    const credentials: Credentials = { authorization, session: options.parseCookie(cookie ?? '')[sessionCookieName], from };
    identityOfCredentials(access, credentials).then(
      (identity) => {
        if (identity === null || !isAllowed(identity, 'plant.read', null)) {
          void refuse(`live channel with ${shownCredential(credentials)}`, from, identity);
          return next(new Error('notSignedIn'));
        }
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
    const client = newLiveClient(socket, identity);
    clients.set(socket.id, client);
    socket.on('subscribe', (message) => {
      const parsed = subscribeSchema.safeParse(message);
      if (!parsed.success) {
        if (!isBehind(client)) socket.emit('refusal', refusalOf(parsed.error.issues));
        return;
      }
      readings.leave(client.subscription);
      client.subscription = readings.join(subscribedPoints(client.identity, parsed.data.stations ?? [], parsed.data.points ?? []));
      client.isSubscribed = true;
      client.needsSnapshot = true;
      sendSnapshotsSoon();
    });
    socket.onAny((event: unknown) => {
      if (event === 'subscribe' || isBehind(client)) return;
      const detail = 'The live channel takes `subscribe` alone: everything else is done over HTTP.';
      socket.emit('refusal', { schema: 1, event: String(event).slice(0, 100), detail, errors: [] });
    });
    socket.on('disconnect', () => {
      clients.delete(socket.id);
      readings.leave(client.subscription);
      client.subscription = nothingSubscribed;
      audiences.leave(client);
    });
  });

  function refuse(what: string, from: string | undefined, identity: Identity | null = null): Promise<void> {
    return access.auditRefusal(identity, what, from ?? null).catch(() => undefined);
  }

  function subscribedPoints(identity: Identity, stationIds: readonly string[], pointIds: readonly string[]): ReadonlySet<number> {
    const points = new Set<number>();
    for (const id of stationIds) {
      const station = plant.stations[plant.stationIndexById.get(id) ?? -1];
      if (station !== undefined && maySee(identity, station.id)) for (const point of station.pointIndexes) points.add(point);
    }
    for (const id of pointIds) {
      const point = plant.points[plant.pointIndexById.get(id) ?? -1];
      if (point !== undefined && seesStation(identity, point.stationIndex)) points.add(point.index);
    }
    return points;
  }

  const seesStation = (who: Pick<Identity, 'stationIds'>, stationIndex: number) => maySee(who, plant.stations[stationIndex]?.id ?? '');

  function visibleAlarms(client: LiveClient): string[] {
    return store.all().flatMap(({ definition, record }) => {
      if (stateOf(record) === 'normal' || !seesStation(client.identity, definition.stationIndex)) return [];
      return texts.of(definition.id)?.json ?? [];
    });
  }

  function openIncidents(): IncidentSummary[] {
    return incidents
      .unsettled()
      .filter((record) => record.closed === null)
      .map((record) => incidentSummary(record, clock.nowMs()));
  }

  function seenIncidents(identity: Identity, all: readonly IncidentSummary[]): IncidentSummary[] {
    if (!isAllowed(identity, 'incidents.read', null)) return [];
    return all.filter((incident) => incident.stationIds.some((id) => maySee(identity, id)));
  }

  /** Snapshots are large: when many wait for theirs, everything else has its turn after each few. */
  let snapshotTurn: NodeJS.Immediate | null = null;
  function sendSnapshotsSoon(): void {
    if (snapshotTurn !== null || isClosed) return;
    snapshotTurn = setImmediate(() => {
      snapshotTurn = null;
      let characters = 0;
      for (const client of clients.values()) {
        if (!client.isSubscribed || !client.needsSnapshot || isBehind(client)) continue;
        if (characters > mostSnapshotCharacters) return sendSnapshotsSoon();
        characters += sendSnapshot(client);
      }
    });
  }

  /** Answers how many characters it took. */
  function sendSnapshot(client: LiveClient): number {
    client.needsSnapshot = false;
    client.changedAlarms.clear();
    client.changedIncidents.clear();
    const audience = audiences.join(client);
    client.seenChanges = values.changes;
    audience.flood = floods.of(audience.stationIds);
    client.flood = audience.flood;
    client.sequence += 1;
    const { alarms: _, ...rest }: LiveSnapshot = {
      schema: 1,
      sequence: client.sequence,
      serverTimeMs: clock.nowMs(),
      collectors: [...values.collectors()],
      readings: readings.columns(client.subscription.points),
      incidents: seenIncidents(client.identity, openIncidents()),
      alarmSequence: audience.sequence,
      alarms: [],
      flood: client.flood,
    };
    const json = `${JSON.stringify(rest).slice(0, -1)},"alarms":[${visibleAlarms(client).join(',')}]}`;
    client.socket.emit('snapshot', preparedMessage(json));
    return json.length;
  }

  function update(): void {
    const nowMs = clock.monotonicMs();
    audiences.lookAtFloods(floods);
    for (const client of clients.values()) {
      if (!client.isSubscribed || isBehind(client)) continue;
      if (client.needsSnapshot) {
        sendSnapshotsSoon();
        continue;
      }
      audiences.catchUp(client);
      sendIncidents(client);
      if (nowMs - client.updatedAtMs < updateMs) continue;
      const before = client.sequence;
      sendNews(client);
      if (client.sequence !== before) client.updatedAtMs = nowMs;
    }
  }

  /** What has gathered for a client since its last update. */
  function sendNews(client: LiveClient): void {
    if (client.changedPlant !== null) {
      sendNotice(client, { kind: 'plantChanged', version: client.changedPlant });
      client.changedPlant = null;
    }
    for (const topic of client.changedTopics) sendNotice(client, { kind: 'changed', topic });
    client.changedTopics.clear();
    const flood = client.audience?.flood ?? null;
    if (flood !== client.flood) sendNotice(client, { kind: 'flood', flood });
    client.flood = flood;
    const changed = readings.changedSince(client.subscription, client.seenChanges);
    client.seenChanges = values.changes;
    if (changed === null) return;
    client.sequence += 1;
    client.socket.emit(
      'readings',
      preparedMessage(`{"schema":1,"sequence":${client.sequence},"serverTimeMs":${clock.nowMs()},${changed}}`),
    );
  }

  function notify(notice: LiveNotice['notice']): void {
    for (const client of clients.values()) {
      if (!client.isSubscribed || client.needsSnapshot || isBehind(client)) continue;
      sendNotice(client, notice);
    }
  }

  function sendNotice(client: LiveClient, notice: LiveNotice['notice']): void {
    client.sequence += 1;
    client.socket.emit('notice', { schema: 1, sequence: client.sequence, serverTimeMs: clock.nowMs(), notice });
  }

  const stopListening = store.onChange((changes) => {
    const shown = new Set(views.takeChanged());
    for (const { definition } of changes) for (const other of views.othersChangedBy(definition)) shown.add(other);
    const changed = new Set(changes.map(({ definition }) => definition.id));
    audiences.mark(changed, shown);
  });

  const stopIncidents = incidents.onChange((changes) => {
    const newest = new Map(changes.map(({ record }) => [record.id, incidentSummary(record, clock.nowMs())]));
    for (const client of clients.values()) {
      if (!client.isSubscribed || client.needsSnapshot) continue;
      for (const incident of seenIncidents(client.identity, [...newest.values()])) client.changedIncidents.set(incident.id, incident);
      if (!isBehind(client)) sendIncidents(client);
    }
    for (const { stationIds } of newest.values()) for (const stationId of stationIds) announce('incidents', stationId);
  });

  function sendIncidents(client: LiveClient): void {
    if (client.changedIncidents.size === 0) return;
    client.sequence += 1;
    client.socket.emit('incident', {
      schema: 1,
      sequence: client.sequence,
      serverTimeMs: clock.nowMs(),
      incidents: [...client.changedIncidents.values()],
    });
    client.changedIncidents.clear();
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
    audiences.mark([], views.takeChanged());
    notify({ kind: 'heartbeat' });
  }

  async function checkSessions(): Promise<void> {
    for (const client of [...clients.values()]) {
      const identity = await access.identifyHash(client.identity.tokenHash);
      if (identity === null) end(client, client.identity.expiresAtMs <= clock.nowMs() ? 'expired' : 'revoked');
      else {
        const sawOthers = client.audience !== null && !sameStations(client.audience.stationIds, identity.stationIds);
        client.identity = identity;
        if (sawOthers) client.needsSnapshot = true;
      }
    }
  }

  function end(client: LiveClient, reason: 'expired' | 'revoked' | 'signedOut'): void {
    sendNotice(client, { kind: 'sessionEnded', reason });
    client.socket.disconnect(true);
    clients.delete(client.socket.id);
  }

  access.sessions.onEnded((tokenHash) => {
    for (const client of [...clients.values()]) if (client.identity.tokenHash === tokenHash) end(client, 'signedOut');
  });

  function every(periodMs: number, slot: number, work: () => void): void {
    if (isClosed) return;
    timers[slot] = clock.after(periodMs, () => {
      work();
      every(periodMs, slot, work);
    });
  }
  every(lookMs, 0, update);
  every(heartbeatMs, 1, heartbeat);
  every(sessionCheckMs, 2, () => void checkSessions().catch(() => undefined));

  return {
    get clientCount() {
      return clients.size;
    },
    get mostBufferedBytes() {
      return Math.max(0, ...[...clients.values()].map(bufferedBytesOf));
    },
    announce,
    announcePlant(version) {
      texts.forgetAll();
      for (const client of clients.values()) {
        client.changedPlant = version;
        client.needsSnapshot = true;
      }
    },
    async close() {
      isClosed = true;
      audiences.close();
      if (snapshotTurn !== null) clearImmediate(snapshotTurn);
      stopListening();
      stopIncidents();
      for (const timer of timers) timer.cancel();
      io.disconnectSockets(true);
      await io.close();
    },
  };
}

function refusalOf(issues: readonly z.core.$ZodIssue[]): LiveRefusal {
  const errors = issues.slice(0, 10).map(({ path, message }) => ({ path: path.join('.'), message }));
  const detail = `A subscription names stations or points by their ids. ${errors.map(({ path, message }) => `${path === '' ? 'message' : path}: ${message}`).join('; ')}`;
  return { schema: 1, event: 'subscribe', detail, errors };
}

function sameStations(one: ReadonlySet<string> | null, other: ReadonlySet<string> | null): boolean {
  if (one === null || other === null) return one === other;
  return one.size === other.size && [...one].every((id) => other.has(id));
}
