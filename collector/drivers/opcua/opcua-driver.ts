// An OPC UA device as a subscribed driver: one session, one subscription, monitored items; plain reading where a server refuses subscriptions.
// The driver owns reconnection: whatever fails, everything is taken down and built anew, so that no half-dead subscription can be mistaken for a quiet plant.
//
// Silence. A subscription reports changes only. While keep-alives arrive, a value that did not change still holds, so it is stated again every few seconds with
// the present time; when neither data nor keep-alives arrive for three keep-alive periods, every point becomes bad and the connection is rebuilt.
import {
  AttributeIds,
  type ClientSession,
  type ClientSubscription,
  DataChangeFilter,
  DataChangeTrigger,
  type DataValue,
  DeadbandType,
  MessageSecurityMode,
  OPCUAClient,
  resolveNodeId,
  SecurityPolicy,
  setErrorLogger,
  setWarningLogger,
  TimestampsToReturn,
  UserTokenType,
} from 'node-opcua';
import type { OpcuaDevice, Plant } from '../../../domain/plant/plant.ts';
import { Quality } from '../../../domain/readings/quality.ts';
import type { Clock, TimerHandle } from '../../../domain/time/clock.ts';
import type { ConnectionState, DriverFailure, DriverSink, SubscribedDriver } from '../driver.ts';
import { ConnectionEnded, failureOf } from './connection-ended.ts';
import { qualityOf, readingOf } from './data-value.ts';
import { guardTransport } from './guarded-transport.ts';
import { resolveNodeIds } from './node-ids.ts';
import { pinnedStore } from './pinned-store.ts';
import { openPki } from './pki.ts';
import { PointStatements } from './point-statements.ts';
import { startServerLooks } from './server-looks.ts';
import { type RefusedServerCertificate, watchedStore } from './watched-store.ts';

export interface OpcuaDriverOptions {
  readonly plant: Plant;
  readonly device: OpcuaDevice;
  readonly sink: DriverSink;
  readonly clock: Clock;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  readonly pkiDir: string;
  readonly readSecret: (user: { readonly passwordEnv: string | null; readonly passwordFile: string | null }) => Promise<string>;
  readonly random?: () => number;
}

// The library prints every failed try to standard output, past the log; what matters of it is in the connection's reason and in our own log.
setWarningLogger(() => undefined);
setErrorLogger(() => undefined);
guardTransport();

const firstBackOffMs = 500;
const longestBackOffMs = 8_000;
const keepAliveCount = 5;
const watchMs = 500;
const itemsPerRequest = 500;

/** What a session may be asked: reading, browsing, subscribing. Writing and calling are not in the type. */
type ReadingSession = Pick<ClientSession, 'read' | 'readNamespaceArray' | 'createSubscription2'>;

/** What an engineer may ask of a running session besides. */
export type InspectedSession = Pick<ClientSession, 'read' | 'browse' | 'browseNext' | 'readNamespaceArray'>;

export interface InspectableOpcuaDriver extends SubscribedDriver {
  /** The session that the readings come from, while it is up. */
  readonly session: InspectedSession | null;
  /** How far the server's clock is ahead; null where it has not told. */
  readonly clockOffsetMs: number | null;
  /** The server's certificate that was refused, until a connection is up again. */
  readonly refusedCertificate: (RefusedServerCertificate & { readonly atMs: number }) | null;
  reconnect(): void;
}

export function createOpcuaDriver(options: OpcuaDriverOptions): InspectableOpcuaDriver {
  return new OpcuaDriver(options);
}

class OpcuaDriver implements InspectableOpcuaDriver {
  readonly kind = 'subscribed';
  readonly deviceIndex: number;
  readonly #options: OpcuaDriverOptions;
  readonly #points: readonly number[];
  readonly #statements: PointStatements;
  #isStopped = false;
  #failures = 0;
  #connection: ConnectionState['kind'] = 'disconnected';
  #heardAtMs = 0;
  #end: ((reason: DriverFailure) => void) | null = null;
  #running: Promise<void> = Promise.resolve();
  #wait: { readonly timer: TimerHandle; readonly done: () => void } | null = null;
  session: InspectedSession | null = null;
  clockOffsetMs: number | null = null;
  refusedCertificate: InspectableOpcuaDriver['refusedCertificate'] = null;
  #looks: { stop(): void } | null = null;
  overflows = 0;

  constructor(options: OpcuaDriverOptions) {
    this.#options = options;
    this.deviceIndex = options.device.index;
    this.#points = options.device.pointIndexes;
    this.#statements = new PointStatements(options.plant, this.#points, options.sink, options.clock);
  }

  reconnect(): void {
    if (this.#end !== null) {
      this.#end('closed');
      return;
    }
    // It waits before the next try: not any longer.
    this.#wait?.timer.cancel();
    this.#wait?.done();
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#statements.stop();
    this.#wait?.timer.cancel();
    this.#wait?.done();
    this.#end?.('stopped');
    await Promise.race([this.#running, this.#pause(2_000)]);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      this.#tell({ kind: 'connecting' });
      const reason = await this.#connectAndServe();
      if (this.#isStopped) return;
      this.#failures += 1;
      this.#statements.stateAll(Quality.badCommFail);
      const ceilingMs = Math.min(longestBackOffMs, firstBackOffMs * 2 ** Math.min(10, this.#failures - 1));
      const waitMs = ceilingMs / 2 + (this.#options.random ?? Math.random)() * (ceilingMs / 2);
      this.#tell({ kind: 'failed', reason, retryInMs: waitMs });
      await this.#pause(waitMs);
    }
  }

  /** One life of a connection; resolves with the reason of its end. */
  async #connectAndServe(): Promise<DriverFailure> {
    const { device, clock } = this.#options;
    const ended = new Promise<DriverFailure>((resolve) => {
      this.#end = resolve;
    });
    let client: OPCUAClient | null = null;
    let session: ClientSession | null = null;
    const deadlineMs = Math.max(8_000, 4 * device.timeoutMs);
    try {
      client = OPCUAClient.create({
        applicationName: 'Gatewatch collector',
        clientCertificateManager: await this.#openStore(),
        securityMode: MessageSecurityMode[device.securityMode],
        securityPolicy: SecurityPolicy[device.securityPolicy],
        endpointMustExist: false,
        connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 200 },
        keepSessionAlive: true,
        requestedSessionTimeout: 30_000,
        transportTimeout: Math.max(5_000, device.timeoutMs),
      });
      client.on('connection_lost', () => this.#end?.('closed'));
      client.on('close', () => this.#end?.('closed'));
      const build = this.#build(client).then((opened) => {
        session = opened;
      });
      const late = this.#pause(deadlineMs).then(() => {
        throw new ConnectionEnded('timeout');
      });
      late.catch(() => undefined);
      await Promise.race([build, late, ended.then((reason) => Promise.reject(new ConnectionEnded(reason)))]);
      this.#failures = 0;
      this.#heardAtMs = clock.monotonicMs();
      this.session = session;
      this.refusedCertificate = null;
      if (session !== null) this.#startLooks(client, session);
      this.#tell({ kind: 'connected' });
      return await ended;
    } catch (error) {
      const reason = failureOf(error as Error);
      if (!this.#isStopped && (this.#failures === 0 || reason === 'securityRejected' || reason === 'signInRejected')) {
        this.#options.log.warn({ device: device.id, reason, message: (error as Error).message }, 'OPC UA connection failed');
      }
      return reason;
    } finally {
      this.#end = null;
      this.session = null;
      this.clockOffsetMs = null;
      this.#looks?.stop();
      this.#poll?.cancel();
      this.#watch?.cancel();
      await this.#takeDown(client, session);
    }
  }

  async #openStore() {
    const { device, pkiDir, clock } = this.#options;
    return watchedStore(pinnedStore(await openPki(pkiDir), device.serverThumbprint), (refused) => {
      const before = this.refusedCertificate;
      const isSame = before?.thumbprint === refused.thumbprint && before.verdict === refused.verdict;
      if (!isSame) this.refusedCertificate = { ...refused, atMs: clock.nowMs() };
    });
  }

  #startLooks(client: OPCUAClient, session: InspectedSession): void {
    const { device, clock, log } = this.#options;
    this.#looks = startServerLooks({
      session,
      certificate: device.securityMode === 'None' ? null : (client.serverCertificate ?? null),
      openStore: () => this.#openStore(),
      clock,
      onClock: (offsetMs) => {
        this.clockOffsetMs = offsetMs;
      },
      onUntrusted: (verdict) => {
        log.warn({ device: device.id, verdict }, 'the certificate of an OPC UA server is no longer trusted');
        this.#end?.('securityRejected');
      },
      onFailed: ({ message }) =>
        log.warn({ device: device.id, message }, 'the certificate of an OPC UA server could not be looked at again'),
    });
  }

  #poll: TimerHandle | null = null;
  #watch: TimerHandle | null = null;

  async #build(client: OPCUAClient): Promise<ClientSession> {
    const { device } = this.#options;
    await client.connect(device.endpoint);
    const session = await client.createSession(
      device.user === null
        ? { type: UserTokenType.Anonymous }
        : { type: UserTokenType.UserName, userName: device.user.name, password: await this.#options.readSecret(device.user) },
    );
    session.on('session_closed', () => this.#end?.('closed'));
    const reading: ReadingSession = session;
    const sources = this.#points.map((index) => this.#options.plant.points[index]?.source);
    const nodeIds = await resolveNodeIds(reading, sources);
    try {
      await this.#subscribe(reading, nodeIds);
    } catch (error) {
      if (
        !/BadServiceUnsupported|BadTooManySubscriptions|BadTooManyMonitoredItems|BadMonitoredItemFilterUnsupported/.test(
          (error as Error).message,
        )
      )
        throw error;
      this.#options.log.warn({ device: device.id, message: (error as Error).message }, 'the server refuses subscriptions; reading instead');
      this.#pollNodes(reading, nodeIds);
    }
    return session;
  }

  async #subscribe(session: ReadingSession, nodeIds: readonly string[]): Promise<void> {
    const { device, plant, clock } = this.#options;
    const subscription = await session.createSubscription2({
      requestedPublishingInterval: device.publishingIntervalMs,
      requestedMaxKeepAliveCount: keepAliveCount,
      requestedLifetimeCount: 100,
      maxNotificationsPerPublish: 0,
      publishingEnabled: true,
      priority: 10,
    });
    const heard = () => {
      this.#heardAtMs = clock.monotonicMs();
    };
    subscription.on('keepalive', heard);
    subscription.on('received_notifications', heard);
    subscription.on('terminated', () => this.#end?.('closed'));
    const groups = new Map<string, { readonly scanMs: number; readonly deadband: number; readonly slots: number[] }>();
    this.#points.forEach((pointIndex, slot) => {
      if ((nodeIds[slot] ?? '').startsWith('ns=-1')) {
        this.#statements.putBad(slot, Quality.badConfigurationError);
        return;
      }
      const point = plant.points[pointIndex];
      const scanMs = point?.scanMs ?? 1_000;
      const deadband = point?.source.kind === 'opcua' ? point.source.deadband : 0;
      const key = `${scanMs} ${deadband}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { scanMs, deadband, slots: [slot] });
      else group.slots.push(slot);
    });
    for (const { scanMs, deadband, slots } of groups.values()) {
      for (let start = 0; start < slots.length; start += itemsPerRequest) {
        const part = slots.slice(start, start + itemsPerRequest);
        const refused = await this.#monitor(subscription, nodeIds, part, scanMs, deadband);
        // A server that knows no deadband for these reports every change instead.
        if (refused.length > 0) await this.#monitor(subscription, nodeIds, refused, scanMs, 0);
      }
    }
    this.#watchSubscription(subscription.publishingInterval * Math.max(1, subscription.maxKeepAliveCount));
  }

  /** Returns the slots whose deadband the server refuses. */
  async #monitor(
    subscription: ClientSubscription,
    nodeIds: readonly string[],
    slots: readonly number[],
    scanMs: number,
    deadband: number,
  ): Promise<readonly number[]> {
    const filter =
      deadband === 0
        ? null
        : new DataChangeFilter({ trigger: DataChangeTrigger.StatusValue, deadbandType: DeadbandType.Absolute, deadbandValue: deadband });
    const group = await subscription.monitorItems(
      slots.map((slot) => ({ nodeId: resolveNodeId(nodeIds[slot] ?? ''), attributeId: AttributeIds.Value })),
      { samplingInterval: scanMs / 2, discardOldest: true, queueSize: 10, ...(filter === null ? {} : { filter }) },
      TimestampsToReturn.Both,
    );
    group.on('changed', (_item: unknown, dataValue: DataValue, index: number) => {
      const slot = slots[index];
      if (slot !== undefined) this.#take(slot, dataValue);
    });
    const refused: number[] = [];
    group.monitoredItems.forEach((item, index) => {
      const slot = slots[index];
      if (slot === undefined || item.statusCode.isGood()) return;
      if (filter !== null && /Filter/.test(item.statusCode.name)) refused.push(slot);
      // Any other that the server would not monitor (unknown node) is bad by configuration, not silent.
      else this.#statements.putBad(slot, qualityOf(item.statusCode));
    });
    return refused;
  }

  #watchSubscription(keepAliveMs: number): void {
    const { clock } = this.#options;
    this.#watch = clock.after(watchMs, () => {
      const nowMs = clock.monotonicMs();
      if (nowMs - this.#heardAtMs > Math.max(3 * keepAliveMs, 3_000)) {
        this.#end?.('timeout');
        return;
      }
      this.#statements.restate();
      this.#watchSubscription(keepAliveMs);
    });
  }

  #pollNodes(session: ReadingSession, nodeIds: readonly string[]): void {
    const { clock, plant } = this.#options;
    const periodMs = Math.min(...this.#points.map((index) => plant.points[index]?.scanMs ?? 1_000));
    const again = () => {
      this.#poll = clock.after(periodMs, () => {
        session.read(nodeIds.map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value }))).then(
          (values) => {
            this.#heardAtMs = clock.monotonicMs();
            values.forEach((value, slot) => void this.#take(slot, value));
            again();
          },
          () => this.#end?.('timeout'),
        );
      });
    };
    again();
  }

  #take(slot: number, dataValue: DataValue): void {
    const { clock } = this.#options;
    this.#heardAtMs = clock.monotonicMs();
    if (dataValue.statusCode.hasOverflowBit) this.overflows += 1;
    this.#statements.put(slot, readingOf(dataValue, clock.nowMs()));
  }

  async #takeDown(client: OPCUAClient | null, session: ClientSession | null): Promise<void> {
    if (client === null) return;
    client.removeAllListeners();
    // A server that hangs must not hold the driver: after a second the socket is left to the library.
    const close = async () => {
      if (session !== null) await session.close(true).catch(() => undefined);
      await client.disconnect().catch(() => undefined);
    };
    await Promise.race([close(), this.#pause(1_000)]);
  }

  #tell(state: ConnectionState): void {
    if (state.kind === this.#connection && state.kind !== 'failed') return;
    this.#connection = state.kind;
    this.#options.sink.connection(this.deviceIndex, state);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(ms, resolve);
      this.#wait = { timer, done: resolve };
    });
  }
}
