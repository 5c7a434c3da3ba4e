// An OPC UA server that can be told to fail, a wire to it on which every chunk can be read or spoiled, and the product's driver on the other end.
import { createHash } from 'node:crypto';
import net from 'node:net';
import path from 'node:path';
import {
  DataType,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  ServiceFault,
  type StatusCodes,
  type UAVariable,
} from 'node-opcua';
import { createOpcuaDriver, type InspectableOpcuaDriver } from '../../collector/drivers/opcua/opcua-driver.ts';
import { systemClock } from '../../collector/system-clock.ts';
import type { OpcuaDevice } from '../../domain/plant/plant.ts';
import { Quality } from '../../domain/readings/quality.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { freePorts } from '../../simulators/free-ports.ts';
import { plantOfDevices } from './plant-of.ts';

const password = 'a-long-enough-password';
export const tags = ['PT-101', 'PT-102', 'PT-103'] as const;

export interface FaultyOpcua {
  readonly port: number;
  readonly thumbprint: string;
  /** Requests that were decoded by the server, by their name. */
  readonly services: Map<string, number>;
  set(tag: string, value: number): void;
  /** The next so many requests of this kind are answered with this fault. */
  refuse(service: string, status: (typeof StatusCodes)['BadUnexpectedError'], times: number): void;
  /** No longer. */
  accept(service: string): void;
  dropSessions(): void;
  stop(): Promise<void>;
}

export async function startFaultyOpcua(options: {
  readonly folder: string;
  readonly port?: number;
  readonly isSecured?: boolean;
  readonly certificateFile?: string;
  readonly privateKeyFile?: string;
}): Promise<FaultyOpcua> {
  const isSecured = options.isSecured ?? true;
  const manager = new OPCUACertificateManager({
    rootFolder: options.folder,
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
  });
  await manager.initialize();
  const port = options.port ?? (await freePorts('127.0.0.1', 1))[0] ?? 0;
  const server = new OPCUAServer({
    host: '127.0.0.1',
    hostname: '127.0.0.1',
    port,
    serverCertificateManager: manager,
    userCertificateManager: manager,
    certificateFile: options.certificateFile ?? path.join(options.folder, 'certificate.pem'),
    ...(options.privateKeyFile === undefined ? {} : { privateKeyFile: options.privateKeyFile }),
    securityModes: [isSecured ? MessageSecurityMode.SignAndEncrypt : MessageSecurityMode.None],
    securityPolicies: [isSecured ? SecurityPolicy.Basic256Sha256 : SecurityPolicy.None],
    allowAnonymous: !isSecured,
    userManager: { isValidUser: (name: string, word: string) => name === 'reader' && word === password },
    serverCapabilities: { maxSessions: 1_000 },
  });
  await server.initialize();
  const { addressSpace } = server.engine;
  if (addressSpace === null) throw new Error('no address space');
  const namespace = addressSpace.registerNamespace('urn:test:plc');
  const variables = new Map<string, UAVariable>();
  for (const name of tags) {
    const variable = namespace.addVariable({
      organizedBy: addressSpace.rootFolder.objects,
      browseName: name,
      nodeId: `s=${name}`,
      dataType: DataType.Double,
      minimumSamplingInterval: 50,
    });
    variable.setValueFromSource({ dataType: DataType.Double, value: 1 });
    variables.set(name, variable);
  }
  const services = new Map<string, number>();
  server.on('request', (request: { schema: { name: string } }) => {
    services.set(request.schema.name, (services.get(request.schema.name) ?? 0) + 1);
  });
  await server.start();
  const refusing = new Map<string, () => void>();
  const handlers = server as unknown as Record<string, (message: unknown, channel: FaultChannel) => unknown>;
  return {
    port,
    thumbprint: createHash('sha1').update(server.getCertificate()).digest('hex'),
    services,
    set: (tag, value) => variables.get(tag)?.setValueFromSource({ dataType: DataType.Double, value }),
    refuse(service, status, times) {
      const name = `_on_${service}`;
      const own = handlers[name];
      if (own === undefined) throw new Error(`the server has no ${service}`);
      let left = times;
      refusing.set(service, () => {
        left = 0;
      });
      handlers[name] = (message, channel) => {
        if (left <= 0) {
          handlers[name] = own;
          return own.call(server, message, channel);
        }
        left -= 1;
        return channel.send_response('MSG', new ServiceFault({ responseHeader: { serviceResult: status } }), message);
      };
    },
    accept: (service) => refusing.get(service)?.(),
    dropSessions() {
      const { engine } = server as unknown as {
        engine: { _sessions: Record<string, { authenticationToken: unknown }>; closeSession: (...all: unknown[]) => void };
      };
      for (const session of Object.values(engine._sessions)) engine.closeSession(session.authenticationToken, true, 'Terminated');
    },
    stop: () => server.shutdown(0),
  };
}

interface FaultChannel {
  send_response(type: string, response: unknown, message: unknown): void;
}

export interface Chunk {
  readonly direction: 'toServer' | 'toClient';
  readonly bytes: Buffer;
}

export interface OpcuaWire {
  readonly port: number;
  /** What becomes of a chunk; null: it passes as it is. A pause comes before each further piece. */
  spoil: ((chunk: Chunk) => readonly Buffer[] | 'reset' | 'end' | null) | null;
  /** Bytes go in, nothing comes out. */
  isHeld: boolean;
  /** Bytes pass without a look at them: of a server that speaks no OPC UA. */
  isBlind: boolean;
  onChunk: ((chunk: Chunk) => void) | null;
  readonly openSockets: number;
  cut(): void;
  stop(): Promise<void>;
}

/** Chunk by chunk (OPC UA Part 6, clause 7.1.2: three letters, a final mark, the size). */
export async function startOpcuaWire(targetPort: () => number): Promise<OpcuaWire> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true }, (near) => {
    const far = net.connect({ port: targetPort(), host: '127.0.0.1', noDelay: true });
    for (const [from, to, direction] of [
      [near, far, 'toServer'],
      [far, near, 'toClient'],
    ] as const) {
      sockets.add(from);
      let received: Buffer = Buffer.alloc(0);
      const queue: Buffer[] = [];
      let isWriting = false;
      const write = () => {
        const next = queue.shift();
        isWriting = next !== undefined;
        if (next === undefined || to.destroyed) return;
        if (!wire.isHeld) to.write(next);
        setImmediate(write);
      };
      from.on('data', (part: Buffer) => {
        if (wire.isBlind) {
          to.write(part);
          return;
        }
        received = received.length === 0 ? part : Buffer.concat([received, part]);
        while (received.length >= 8) {
          const size = received.readUInt32LE(4);
          if (received.length < size) break;
          const chunk = { direction, bytes: received.subarray(0, size) };
          received = received.subarray(size);
          wire.onChunk?.(chunk);
          const fate = wire.spoil?.(chunk) ?? null;
          if (fate === 'reset') to.resetAndDestroy();
          else if (fate === 'end') to.end();
          else queue.push(...(fate ?? [chunk.bytes]));
        }
        if (!isWriting) write();
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const wire: OpcuaWire = {
    port: (server.address() as net.AddressInfo).port,
    spoil: null,
    isHeld: false,
    isBlind: false,
    onChunk: null,
    get openSockets() {
      return sockets.size;
    },
    cut,
    async stop() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return wire;
}

export interface DrivenOpcua {
  readonly driver: InspectableOpcuaDriver;
  readonly reasons: string[];
  readonly value: (tag: string) => number | undefined;
  readonly quality: (tag: string) => number | undefined;
  /** Every reading told, in order. */
  onReading: ((tag: string, value: number, quality: number) => void) | null;
  readonly badReadings: number;
  readonly connected: number;
  stop(): Promise<void>;
}

export function driveOpcua(options: {
  readonly port: number;
  readonly folder: string;
  readonly thumbprint?: string;
  readonly isSecured?: boolean;
  readonly clock?: Clock;
}): DrivenOpcua {
  const isSecured = options.isSecured ?? true;
  const security = isSecured
    ? 'user: { name: reader, passwordEnv: GATEWATCH_SECRET_X }'
    : 'securityMode: None, securityPolicy: None, insecure: true';
  const pinned = options.thumbprint === undefined ? '' : `serverThumbprint: ${options.thumbprint}, `;
  const points = tags.map((tag) => `{ tag: ${tag}, name: p, range: { min: 0, max: 1000000000 }, node: 'nsu=urn:test:plc;s=${tag}' }`);
  const plant = plantOfDevices([
    `{ id: PLC-1, protocol: opcua, endpoint: 'opc.tcp://127.0.0.1:${options.port}', ${security}, ${pinned}publishingInterval: 100ms, scan: 100ms, points: [${points.join(', ')}] }`,
  ]);
  const latest = new Map<string, { value: number; quality: number }>();
  const reasons: string[] = [];
  const told = { badReadings: 0, connected: 0, onReading: null as DrivenOpcua['onReading'] };
  const driver = createOpcuaDriver({
    plant,
    device: plant.devices[0] as OpcuaDevice,
    clock: options.clock ?? systemClock,
    pkiDir: path.join(options.folder, 'collector-pki'),
    readSecret: async () => password,
    random: () => 0,
    log: { info: () => undefined, warn: () => undefined },
    sink: {
      readings(batch) {
        for (let row = 0; row < batch.length; row += 1) {
          const tag = plant.points[batch.point[row] ?? 0]?.tag ?? '';
          const value = batch.value[row] ?? Number.NaN;
          const quality = batch.quality[row] ?? 255;
          latest.set(tag, { value, quality });
          if (quality !== Quality.good) told.badReadings += 1;
          told.onReading?.(tag, value, quality);
        }
      },
      connection(_device, state) {
        if (state.kind === 'failed') reasons.push(state.reason);
        if (state.kind === 'connected') told.connected += 1;
      },
    },
  });
  driver.start();
  return Object.assign(told, {
    driver,
    reasons,
    value: (tag: string) => latest.get(tag)?.value,
    quality: (tag: string) => latest.get(tag)?.quality,
    stop: () => driver.stop(),
  });
}
