// One collector: the field on one side, historian and link on the other. Composes drivers, scheduler, pipeline, detection and outbox; holds no rule of its own.
import { randomUUIDv7 } from 'node:crypto';
import path from 'node:path';
import type { CollectorStatus, DeviceStatus } from '../domain/messages/collector-status.ts';
import { isCamera, isModbusDevice } from '../domain/plant/device-kinds.ts';
import type { OpcuaDevice, Plant } from '../domain/plant/plant.ts';
import type { Clock, TimerHandle } from '../domain/time/clock.ts';
import type { DiskReserve } from '../historian/disk-reserve.ts';
import type { Historian } from '../historian/historian.ts';
import type { CollectorLink } from '../link/link.ts';
import { CollectorAlarmSettings } from './alarm-settings/collector-alarm-settings.ts';
import { createCameraWatch } from './cameras/camera-watch.ts';
import { createDetector } from './detection/create-detector.ts';
import type { ConditionEdge } from './detection/detector.ts';
import type { ConnectionState, Driver, DriverSink } from './drivers/driver.ts';
import { createModbusDrivers } from './drivers/modbus/modbus-drivers.ts';
import { createOpcuaDriver } from './drivers/opcua/opcua-driver.ts';
import { readSecret } from './drivers/read-secret.ts';
import { createEngineering } from './engineering/engineering.ts';
import { MachineWatch } from './engineering/machine-watch.ts';
import type { Holding } from './holding/holding.ts';
import { ConditionOutbox, type NamedEdge, outboxFile } from './outbox/condition-outbox.ts';
import { ConditionSender } from './outbox/condition-sender.ts';
import { EdgeTrace } from './outbox/edge-trace.ts';
import { createPipeline } from './pipeline/pipeline.ts';
import { ScanScheduler } from './scheduler/scan-scheduler.ts';

export interface CollectorLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface CollectorOptions {
  readonly plant: Plant;
  readonly collectorId?: string;
  readonly historian: Pick<Historian, 'write' | 'flush' | 'status'>;
  readonly link: CollectorLink;
  readonly dataDir: string;
  /** Whether the disk is full, for the status. */
  readonly disk?: Pick<DiskReserve, 'isFull'>;
  readonly clock: Clock;
  readonly log: CollectorLog;
  readonly random?: () => number;
  /** Where several processes may hold the stations: for which term this one does, and whether it may read at this moment. */
  readonly holding?: Holding;
}

export interface Collector {
  start(): Promise<void>;
  stop(): Promise<void>;
  status(): CollectorStatus;
}

const tickMs = 250;
const statusMs = 1_000;
const adoptionWaitMs = 1_500;
const mostEdgesPerCommit = 500;

interface DeviceState {
  state: ConnectionState;
  sinceMs: number;
  reconnects: number;
}

export async function createCollector(options: CollectorOptions): Promise<Collector> {
  const { plant, link, clock, log, historian } = options;
  const collectorId = options.collectorId ?? 'default';
  const random = options.random ?? Math.random;
  const stations = plant.stations.filter((station) => station.collectorId === collectorId);
  const devices = stations.flatMap((station) => station.deviceIndexes.flatMap((index) => plant.devices[index] ?? []));
  const pointIndexes = stations.flatMap((station) => station.pointIndexes);
  const startedAtMs = clock.nowMs();
  const { holding } = options;
  const mayRead = () => holding?.mayRead() ?? true;

  const outbox = new ConditionOutbox({
    file: outboxFile(options.dataDir, collectorId),
    makeOccurrenceId: () => randomUUIDv7(),
    term: holding?.term ?? null,
  });
  let adopted: () => void = () => undefined;
  const untilAdopted = new Promise<void>((resolve) => {
    adopted = resolve;
  });
  const sender = new ConditionSender({
    outbox,
    link,
    collectorId,
    clock,
    random,
    log,
    ...(holding === undefined
      ? {}
      : {
          takeover: {
            node: holding.node,
            onSuperseded: (laterTerm) => holding.supersede(laterTerm),
            onHeld: (held) => {
              const fresh = outbox.adopt(held);
              const indexes = fresh.flatMap((alarmId) => plant.alarmIndexById.get(alarmId) ?? []);
              trace.because('takeover', () => detector.adopt(indexes, clock.nowMs(), clock.monotonicMs()));
              dropForgottenConditions();
              adopted();
            },
          },
        }),
  });

  const scheduler = new ScanScheduler(clock, mayRead);
  const trace = new EdgeTrace({ plant, collectorId, clock, log, scansOf: (index) => scheduler.statisticsOf(index)?.scans ?? null });

  // Edges that came in one turn of the loop are committed together, a few hundred at a time: when every device answers at once in a flood, what people ask for
  // still has its turn between. Those that the disk refused stay here, in order, and are tried again at the next tick.
  let edges: NamedEdge[] = [];
  let isOutboxFailing = false;
  const onEdge = (edge: ConditionEdge) => {
    const alarm = plant.alarms[edge.alarmIndex];
    if (alarm === undefined) return;
    edges.push({
      kind: edge.kind,
      alarmId: alarm.id,
      atMs: edge.atMs,
      value: edge.value,
      quality: edge.quality,
      measured: edge.measured,
      byAlarmId: edge.byAlarmIndex === null ? null : (plant.alarms[edge.byAlarmIndex]?.id ?? null),
      finding: trace.findingOf(alarm.id),
    });
  };
  let commitTurn: NodeJS.Immediate | null = null;
  const commitEdgesSoon = () => {
    if (edges.length === 0) return;
    commitTurn ??= setImmediate(() => {
      commitTurn = null;
      commitEdges();
      if (!isOutboxFailing) commitEdgesSoon();
    });
  };
  const commitEdges = () => {
    if (edges.length === 0) return;
    const some = edges.slice(0, mostEdgesPerCommit);
    try {
      const kept = outbox.appendTraced(some);
      edges = edges.slice(some.length);
      isOutboxFailing = false;
      trace.kept(outbox.outboxId, kept);
    } catch (error) {
      if (!isOutboxFailing)
        log.error({ err: error, waiting: edges.length }, 'the outbox could not be written; alarms are kept in memory and tried again');
      isOutboxFailing = true;
      return;
    }
    sender.poke();
  };

  const alarmSettings = new CollectorAlarmSettings({ plant, file: path.join(options.dataDir, `alarm-settings-${collectorId}.json`), log });
  const detector = createDetector({ plant: alarmSettings.plant, onEdge, stationIndexes: stations.map((station) => station.index) });
  detector.restore(outbox.activeConditions().flatMap((condition) => plant.alarmIndexById.get(condition.alarmId) ?? []));
  dropForgottenConditions();

  const pipeline = createPipeline({ plant, pointIndexes, detector, historian, link, clock });
  const deviceStates = new Map<number, DeviceState>(
    devices.map((device) => [device.index, { state: { kind: 'disconnected', reason: null }, sinceMs: clock.nowMs(), reconnects: 0 }]),
  );

  /** Of devices that no scheduler asks: tries that failed, by reason. */
  const failuresOf = new Map<number, Map<string, number>>();
  const sink: DriverSink = {
    readings(batch) {
      // [HD4] What a device has sent by itself while this process was frozen belongs to whoever holds the stations now.
      if (!mayRead()) return;
      trace.because('reading', () => pipeline.take(batch));
      commitEdgesSoon();
    },
    connection(deviceIndex, state) {
      const entry = deviceStates.get(deviceIndex);
      if (entry === undefined) return;
      const device = plant.devices[deviceIndex];
      if (entry.state.kind !== state.kind) {
        if (state.kind === 'connected') {
          if (entry.state.kind === 'failed') entry.reconnects += 1;
          log.info({ device: device?.id }, 'device connected');
        } else if (state.kind === 'failed' && entry.state.kind !== 'connecting')
          log.warn({ device: device?.id, reason: state.reason }, 'device lost');
        entry.sinceMs = clock.nowMs();
      }
      if (state.kind === 'failed' && (device?.protocol === 'opcua' || device?.protocol === 'camera')) {
        const reasons = failuresOf.get(deviceIndex) ?? new Map<string, number>();
        failuresOf.set(deviceIndex, reasons.set(state.reason, (reasons.get(state.reason) ?? 0) + 1));
      }
      entry.state = state;
      if (!mayRead()) return;
      if (state.kind !== 'connecting')
        trace.because('device', () => detector.device(deviceIndex, state.kind === 'connected', clock.nowMs(), clock.monotonicMs()));
      commitEdgesSoon();
    },
  };

  const stopHearingSettings = link.onAlarmSettings((message) => {
    const touched = alarmSettings.take(message);
    if (touched === null) return;
    trace.because('settings', () => detector.applySettings(alarmSettings.plant, touched, clock.nowMs(), clock.monotonicMs()));
    commitEdgesSoon();
    link.publishStatus(status());
  });

  const modbus = createModbusDrivers({
    plant,
    devices: devices.filter(isModbusDevice),
    sink,
    clock,
    random,
  });
  const opcua = devices
    .filter((device): device is OpcuaDevice => device.protocol === 'opcua')
    .map((device) => createOpcuaDriver({ plant, device, sink, clock, log, pkiDir: path.join(options.dataDir, 'pki'), readSecret, random }));
  const cameras = createCameraWatch({ plant, cameras: devices.filter(isCamera), sink, clock, log, random, readSecret });
  const drivers: readonly Driver[] = [...modbus.drivers, ...opcua];
  for (const driver of modbus.drivers) scheduler.add(driver);

  const machine = new MachineWatch({ dataDir: options.dataDir, clock });
  const stopHearingCommands = link.handleCommands(
    createEngineering({ plant, deviceIndexes: new Set(devices.map(({ index }) => index)), modbus, opcua, clock, random, cameras }),
  );

  const timers = new Set<TimerHandle>();
  let readingsBefore = 0;
  let readingsPerSecond = 0;

  function every(periodMs: number, work: () => void): void {
    let timer: TimerHandle | null = null;
    const again = () => {
      if (timer !== null) timers.delete(timer);
      timer = clock.after(periodMs, () => {
        work();
        again();
      });
      timers.add(timer);
    };
    again();
  }

  /** Conditions of alarms that the plant file no longer has cannot be evaluated any more: they end with the change of the plant. */
  function dropForgottenConditions(): void {
    for (const condition of outbox.activeConditions()) {
      if (plant.alarmIndexById.has(condition.alarmId)) continue;
      edges.push({
        kind: 'clear',
        alarmId: condition.alarmId,
        atMs: clock.nowMs(),
        value: null,
        quality: 0,
        measured: null,
        byAlarmId: null,
        finding: { cause: 'plant', deviceId: null, scan: null, pointId: null, foundAtMs: clock.nowMs() },
      });
    }
    while (edges.length > 0 && !isOutboxFailing) commitEdges();
  }

  function deviceStatus(deviceIndex: number): DeviceStatus {
    const device = plant.devices[deviceIndex];
    const entry = deviceStates.get(deviceIndex);
    const statistics = scheduler.statisticsOf(deviceIndex);
    const state = entry?.state ?? { kind: 'disconnected', reason: null };
    const opcuaDriver = opcua.find((driver) => driver.deviceIndex === deviceIndex);
    return {
      deviceId: device?.id ?? '',
      connection: state.kind,
      reason: state.kind === 'failed' || state.kind === 'disconnected' ? state.reason : null,
      sinceMs: entry?.sinceMs ?? startedAtMs,
      scans: statistics?.scans ?? 0,
      scansMissed: statistics?.scansMissed ?? 0,
      requests: statistics?.requests ?? 0,
      errors: statistics?.errors ?? 0,
      reconnects: entry?.reconnects ?? 0,
      startLatenessP99Ms: statistics?.startLateness.percentile(0.99) ?? 0,
      durationP50Ms: statistics?.duration.percentile(0.5) ?? 0,
      durationP99Ms: statistics?.duration.percentile(0.99) ?? 0,
      isInsecure: device?.protocol === 'opcua' && device.securityMode === 'None',
      errorsByReason: Object.fromEntries(statistics?.errorsByReason ?? failuresOf.get(deviceIndex) ?? []),
      clockOffsetMs: opcuaDriver?.clockOffsetMs ?? cameras.clockOffsetMs(deviceIndex),
      ...(opcuaDriver === undefined ? {} : { refusedCertificate: opcuaDriver.refusedCertificate }),
    };
  }

  function machineStatus(): CollectorStatus['machine'] {
    const found = machine.status();
    return found == null || options.disk === undefined ? found : { ...found, disk: { ...found.disk, isFull: options.disk.isFull } };
  }

  const status = (): CollectorStatus => ({
    schema: 1,
    collectorId,
    plantVersion: plant.version,
    alarmSettings: alarmSettings.status,
    atMs: clock.nowMs(),
    startedAtMs,
    devices: devices.map((device) => deviceStatus(device.index)),
    outboxPending: outbox.pendingCount + edges.length,
    readingsTotal: pipeline.readingsTotal,
    readingsPerSecond,
    historian: historian.status(),
    machine: machineStatus(),
    ...(holding === undefined ? {} : { holder: { node: holding.node, term: holding.term, sinceMs: holding.sinceMs } }),
  });

  return {
    status,
    async start() {
      // What is held active is known before the first reading where the server is there; where it is not, reading does not wait for it.
      if (outbox.needsAdoption) await Promise.race([untilAdopted, new Promise<void>((resolve) => clock.after(adoptionWaitMs, resolve))]);
      link.onSnapshotRequested(() => pipeline.snapshot());
      for (const driver of drivers) if (driver.kind === 'subscribed') driver.start();
      scheduler.start();
      cameras.start();
      every(tickMs, () => {
        if (!mayRead()) return;
        detector.tick(clock.nowMs(), clock.monotonicMs());
        commitEdgesSoon();
      });
      every(statusMs, () => {
        readingsPerSecond = (pipeline.readingsTotal - readingsBefore) / (statusMs / 1_000);
        readingsBefore = pipeline.readingsTotal;
        link.publishStatus(status());
      });
      log.info({ collectorId, stations: stations.length, devices: devices.length, points: pointIndexes.length }, 'collector started');
    },
    async stop() {
      stopHearingSettings();
      stopHearingCommands();
      machine.stop();
      scheduler.stop();
      for (const timer of timers) timer.cancel();
      await Promise.all([modbus.stop(), cameras.stop(), ...opcua.map((driver) => driver.stop())]);
      if (commitTurn !== null) clearImmediate(commitTurn);
      isOutboxFailing = false;
      while (edges.length > 0 && !isOutboxFailing) commitEdges();
      sender.stop();
      await historian.flush();
      outbox.close();
      log.info({ collectorId }, 'collector stopped');
    },
  };
}
