// Starts the demo plant: physics, devices behind real sockets, scenarios, story. Used by `gatewatch simulate` and by the tests.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { isModbusDevice } from '../domain/plant/device-kinds.ts';
import { parsePlantText } from '../domain/plant/parse-plant-file.ts';
import type { Plant } from '../domain/plant/plant.ts';
import { formatIssue } from '../domain/plant/plant-issues.ts';
import type { Clock, TimerHandle } from '../domain/time/clock.ts';
import { type CameraSimulators, startCameras } from './cameras/start-cameras.ts';
import { startControlServer } from './control/control-server.ts';
import { startMessageGateway } from './control/message-gateway.ts';
import { ScenarioPlayer } from './control/scenarios.ts';
import { Story } from './control/story.ts';
import { cameraPasswordVariable, onvifName, rtspName } from './demo/demo-cameras.ts';
import { demoPlantText, messageGatewayName, opcuaPasswordVariable, opcuaUserName } from './demo/demo-plant.ts';
import { freePorts } from './free-ports.ts';
import { encodeNumber } from './modbus/encode-registers.ts';
import { createUnitImage, type ModbusServer, startModbusServer, type UnitImage } from './modbus/modbus-server.ts';
import { createOpcuaPlc, type OpcuaPlc } from './opcua/opcua-plc.ts';
import { Network } from './process/network.ts';

const stepMs = 200;

export interface Simulators {
  readonly plantText: string;
  readonly plant: Plant;
  readonly network: Network;
  readonly player: ScenarioPlayer;
  readonly cameras: CameraSimulators;
  readonly controlUrl: string;
  /** What a collector needs in its environment: the passwords of the OPC UA servers and of the cameras. */
  readonly environment: Readonly<Record<string, string>>;
  readonly refusedWrites: () => number;
  /** What each OPC UA server was asked, by device. */
  readonly opcuaServices: ReadonlyMap<string, ReadonlyMap<string, number>>;
  stop(): Promise<void>;
}

export async function startSimulators(options: {
  readonly seed: number;
  readonly host?: string;
  /** 0: any free ports. */
  readonly portBase?: number;
  readonly controlPort?: number;
  readonly dataDir: string;
  readonly story: boolean;
  readonly clock: Clock;
}): Promise<Simulators> {
  const host = options.host ?? '127.0.0.1';
  const { clock } = options;
  const ports = new Map<string, number>();
  const portOf = (deviceId: string) => ports.get(deviceId) ?? 1;
  // A first pass over the text names the sockets; the second has their ports.
  const named: string[] = [];
  demoPlantText({ host, portOf: (id) => (named.includes(id) ? 1 : named.push(id)), thumbprintOf: () => '0'.repeat(40) });
  const base = options.portBase ?? 0;
  const free = base > 0 ? named.map((_, index) => base + index) : await freePorts(host, named.length);
  named.forEach((id, index) => void ports.set(id, free[index] ?? 0));

  const password = randomBytes(12).toString('base64url');
  const cameraPassword = randomBytes(12).toString('base64url');
  const plcs = new Map<string, OpcuaPlc>();
  for (const id of ['GS-01.PLC-1', 'RS-02.PLC-1']) {
    plcs.set(
      id,
      await createOpcuaPlc({ host, port: portOf(id), pkiDir: path.join(options.dataDir, 'pki', id), userName: opcuaUserName, password }),
    );
  }
  const plantText = demoPlantText({ host, portOf, thumbprintOf: (id) => plcs.get(id)?.thumbprint ?? '0'.repeat(40) });
  const parsed = parsePlantText(plantText, { version: 'demo' });
  if (parsed.kind === 'invalid') throw new Error(parsed.issues.map((issue) => formatIssue(issue, 'demo plant')).join('\n'));
  const { plant } = parsed;

  const network = new Network(plant, options.seed, clock.nowMs() - 120_000);
  const cameras = await startCameras({
    host,
    rtspPort: portOf(rtspName),
    onvifPort: portOf(onvifName),
    plant,
    password: cameraPassword,
    faults: network.cameraFaults,
    nowMs: () => clock.nowMs(),
  });
  const player = new ScenarioPlayer(network);
  const story = options.story ? new Story(player, options.seed, network.timeMs) : null;

  const servers: ModbusServer[] = [];
  const images = new Map<number, UnitImage>();
  const listeners = new Map<string, { framing: 'tcp' | 'rtu'; port: number; devices: Map<number, number> }>();
  for (const device of plant.devices) {
    if (!isModbusDevice(device) || device.line.kind !== 'tcp') continue;
    images.set(device.index, createUnitImage());
    const key = `${device.line.port}`;
    const listener = listeners.get(key) ?? {
      framing: device.protocol === 'modbusTcp' ? ('tcp' as const) : ('rtu' as const),
      port: device.line.port,
      devices: new Map<number, number>(),
    };
    listener.devices.set(device.unitId, device.index);
    listeners.set(key, listener);
  }

  function publish(): void {
    const { values } = network;
    for (const device of plant.devices) {
      if (device.protocol === 'opcua') {
        const points = plcs.get(device.id);
        const fault = network.deviceFaults.get(device.index)?.kind;
        if (fault !== 'slow') points?.update(values, clock.nowMs(), fault !== undefined);
        continue;
      }
      const image = images.get(device.index);
      if (image === undefined) continue;
      for (const index of device.pointIndexes) {
        const point = plant.points[index];
        if (point?.source.kind !== 'modbus') continue;
        const { register } = point.source;
        const raw = ((values[index] ?? 0) - point.offset) / point.factor;
        if (register.table === 'coil' || register.table === 'discrete')
          (register.table === 'coil' ? image.coils : image.discrete)[register.address] = raw !== 0 ? 1 : 0;
        else encodeNumber(register, raw, register.table === 'holding' ? image.holding : image.input);
      }
    }
  }

  publish();
  for (const listener of listeners.values()) {
    servers.push(
      await startModbusServer({
        host,
        port: listener.port,
        framing: listener.framing,
        imageOf: (unitId) => images.get(listener.devices.get(unitId) ?? -1) ?? null,
        behaviourOf: (unitId) => ({ kind: network.deviceFaults.get(listener.devices.get(unitId) ?? -1)?.kind ?? 'normal' }),
      }),
    );
  }
  for (const device of plant.devices) {
    if (device.protocol === 'opcua')
      await plcs.get(device.id)?.serve(
        plant,
        device.pointIndexes.flatMap((index) => plant.points[index] ?? []),
      );
  }
  // The OPC UA variables exist only now: nobody shall read a zero that was never measured.
  publish();
  const refusedWrites = () => servers.reduce((sum, server) => sum + server.refusedWrites, 0);
  const gateway = await startMessageGateway({ host, port: portOf(messageGatewayName), nowMs: () => clock.nowMs() });
  const control = await startControlServer({
    host,
    port: options.controlPort ?? 0,
    network,
    player,
    refusedWrites,
    messages: gateway.messages,
  });

  let timer: TimerHandle | null = null;
  let isStopped = false;
  let dueMs = clock.monotonicMs() + stepMs;
  const tick = () => {
    if (isStopped) return;
    // Real time that passed while the process was held up is caught up with in at most a second's worth of steps.
    for (let count = 0; clock.monotonicMs() >= dueMs && count < 5; count += 1, dueMs += stepMs) {
      network.step(stepMs);
      player.step();
      story?.step(network.timeMs);
    }
    if (clock.monotonicMs() > dueMs + 5 * stepMs) dueMs = clock.monotonicMs();
    publish();
    timer = clock.after(Math.max(1, dueMs - clock.monotonicMs()), tick);
  };
  timer = clock.after(stepMs, tick);

  return {
    plantText,
    plant,
    network,
    player,
    cameras,
    controlUrl: control.url,
    environment: { [opcuaPasswordVariable]: password, [cameraPasswordVariable]: cameraPassword },
    refusedWrites,
    opcuaServices: new Map([...plcs].map(([id, plc]) => [id, plc.services])),
    async stop() {
      isStopped = true;
      timer?.cancel();
      await control.stop();
      await cameras.stop();
      await gateway.stop();
      await Promise.all(servers.map((server) => server.stop()));
      await Promise.all([...plcs.values()].map((plc) => plc.stop()));
    },
  };
}
