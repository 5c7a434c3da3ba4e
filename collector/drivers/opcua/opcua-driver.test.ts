// The OPC UA driver against real servers: values with their own times and qualities, who is trusted, and what happens when a server restarts or falls silent.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  DataType,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  StatusCodes,
  type UAVariable,
  Variant,
} from 'node-opcua';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { OpcuaDevice } from '../../../domain/plant/plant.ts';
import { Quality } from '../../../domain/readings/quality.ts';
import { plantOfDevices } from '../../../test/harness/plant-of.ts';
import { systemClock } from '../../system-clock.ts';
import type { ConnectionState } from '../driver.ts';
import { createOpcuaDriver } from './opcua-driver.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-opcua-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const password = 'right-password';

interface PlcServer {
  readonly port: number;
  readonly thumbprint: string;
  set(name: string, value: number, status?: (typeof StatusCodes)['Good'], at?: Date): void;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function startPlc(
  options: { readonly port?: number; readonly pki?: string; readonly maxSubscriptions?: number } = {},
): Promise<PlcServer> {
  const rootFolder = path.join(folder, options.pki ?? 'plc');
  const manager = new OPCUACertificateManager({ rootFolder, automaticallyAcceptUnknownCertificate: true, disableFileWatchers: true });
  await manager.initialize();
  const port = options.port ?? (await freePort());
  const server = new OPCUAServer({
    host: '127.0.0.1',
    hostname: '127.0.0.1',
    port,
    serverCertificateManager: manager,
    userCertificateManager: manager,
    certificateFile: path.join(rootFolder, 'certificate.pem'),
    securityModes: [MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.Basic256Sha256],
    allowAnonymous: false,
    userManager: { isValidUser: (name: string, word: string) => name === 'reader' && word === password },
    serverCapabilities: { maxSubscriptionsPerSession: options.maxSubscriptions ?? 10, maxSubscriptions: options.maxSubscriptions ?? 10 },
  });
  await server.initialize();
  const { addressSpace } = server.engine;
  if (addressSpace === null) throw new Error('no address space');
  const namespace = addressSpace.registerNamespace('urn:test:plc');
  const variables = new Map<string, UAVariable>();
  for (const name of ['PT-101', 'PT-102']) {
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
  await server.start();
  return {
    port,
    thumbprint: createHash('sha1').update(server.getCertificate()).digest('hex'),
    set: (name, value, status = StatusCodes.Good, at = new Date()) =>
      variables.get(name)?.setValueFromSource(new Variant({ dataType: DataType.Double, value }), status, at),
    stop: () => server.shutdown(0),
  };
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function connect(
  port: number,
  options: { readonly thumbprint: string; readonly word?: string; readonly nodes?: readonly string[]; readonly more?: string },
) {
  const nodes = options.nodes ?? ['nsu=urn:test:plc;s=PT-101', 'nsu=urn:test:plc;s=PT-102'];
  const plant = plantOfDevices([
    `{ id: PLC-1, protocol: opcua, endpoint: 'opc.tcp://127.0.0.1:${port}', serverThumbprint: ${options.thumbprint}, user: { name: reader, passwordEnv: GATEWATCH_SECRET_X }, publishingInterval: 100ms, scan: 100ms, points: [${nodes.map((node, index) => `{ tag: PT-${101 + index}, name: p, range: { min: 0, max: 100 }, node: '${node}'${options.more ?? ''} }`).join(', ')}] }`,
  ]);
  const states: ConnectionState[] = [];
  const latest = new Map<string, { value: number; quality: number; timeMs: number }>();
  const driver = createOpcuaDriver({
    plant,
    device: plant.devices[0] as OpcuaDevice,
    clock: systemClock,
    pkiDir: path.join(folder, 'collector-pki'),
    readSecret: async () => options.word ?? password,
    random: () => 0,
    log: { info: () => undefined, warn: () => undefined },
    sink: {
      readings(batch) {
        for (let row = 0; row < batch.length; row += 1)
          latest.set(plant.points[batch.point[row] as number]?.tag ?? '', {
            value: batch.value[row] as number,
            quality: batch.quality[row] as number,
            timeMs: batch.timeMs[row] as number,
          });
      },
      connection: (_, state) => void states.push(state),
    },
  });
  driver.start();
  cleanups.push(() => driver.stop());
  const reasons = () => states.flatMap((state) => (state.kind === 'failed' ? [state.reason] : []));
  return {
    latest,
    states,
    reasons,
    qualityShown: (tag: string) => latest.get(tag)?.quality,
    shown: (tag: string) => latest.get(tag)?.value,
  };
}

const patience = { timeout: 20_000, interval: 50 };

describe('a running server', () => {
  let plc: PlcServer;
  beforeAll(async () => {
    plc = await startPlc();
  });
  afterAll(() => plc.stop());

  test('values as they change, with the source’s own time', async () => {
    const { shown, latest, states } = connect(plc.port, { thumbprint: plc.thumbprint });
    const at = new Date(Date.now() - 2_000);
    plc.set('PT-101', 42.5, StatusCodes.Good, at);
    await expect.poll(() => shown('PT-101'), patience).toBe(42.5);
    expect(latest.get('PT-101')?.timeMs).toBe(at.getTime());
    for (const value of [43, 44, 45]) {
      plc.set('PT-101', value);
      await expect.poll(() => shown('PT-101'), patience).toBe(value);
    }
    expect(states.map((state) => state.kind)).toEqual(['connecting', 'connected']);
  });

  test('a status code becomes a quality with its reason', async () => {
    const { qualityShown } = connect(plc.port, { thumbprint: plc.thumbprint });
    for (const [status, quality] of [
      [StatusCodes.BadSensorFailure, Quality.badInstrumentFault],
      [StatusCodes.BadNotConnected, Quality.badCommFail],
      [StatusCodes.UncertainSubstituteValue, Quality.uncertainSubstituted],
      [StatusCodes.BadOutOfService, Quality.badOutOfService],
      [StatusCodes.Good, Quality.good],
    ] as const) {
      plc.set('PT-102', 5, status as (typeof StatusCodes)['Good']);
      await expect.poll(() => qualityShown('PT-102'), patience).toBe(quality);
    }
  });

  test('a source clock that is wildly wrong is not believed', async () => {
    const { latest, shown } = connect(plc.port, { thumbprint: plc.thumbprint });
    plc.set('PT-101', 7, StatusCodes.Good, new Date('2001-01-01'));
    await expect.poll(() => shown('PT-101'), patience).toBe(7);
    expect(Math.abs((latest.get('PT-101')?.timeMs ?? 0) - Date.now())).toBeLessThan(60_000);
    plc.set('PT-101', 1);
  });

  test('a node or a namespace that does not exist is bad by configuration; the others are good', async () => {
    const { qualityShown } = connect(plc.port, {
      thumbprint: plc.thumbprint,
      nodes: ['nsu=urn:test:plc;s=PT-101', 'nsu=urn:test:plc;s=NOTHING', 'nsu=urn:other;s=PT-101'],
    });
    await expect
      .poll(() => [qualityShown('PT-101'), qualityShown('PT-102'), qualityShown('PT-103')], patience)
      .toEqual([Quality.good, Quality.badConfigurationError, Quality.badConfigurationError]);
  });

  test('a deadband is applied at the server: smaller changes do not travel, larger ones do', async () => {
    plc.set('PT-101', 10);
    const { shown } = connect(plc.port, { thumbprint: plc.thumbprint, more: ', deadband: 0.5' });
    await expect.poll(() => shown('PT-101'), patience).toBe(10);
    plc.set('PT-101', 10.3);
    plc.set('PT-102', 20);
    await expect.poll(() => shown('PT-102'), patience).toBe(20);
    expect(shown('PT-101')).toBe(10);
    plc.set('PT-101', 10.6);
    await expect.poll(() => shown('PT-101'), patience).toBe(10.6);
  });

  test('a wrong password is told as a refused sign-in, and no value is shown', async () => {
    const { reasons, shown, qualityShown } = connect(plc.port, { thumbprint: plc.thumbprint, word: 'wrong' });
    await expect.poll(reasons, patience).toContain('signInRejected');
    expect(shown('PT-101')).toBeNaN();
    expect(qualityShown('PT-101')).toBe(Quality.badCommFail);
  });

  test('a server with another certificate than the pinned one is refused', async () => {
    const { reasons, states } = connect(plc.port, { thumbprint: 'ab'.repeat(20) });
    await expect.poll(reasons, patience).toContain('securityRejected');
    expect(states.some((state) => state.kind === 'connected')).toBe(false);
  });
});

test('nobody there, then a server, then a restart with other namespaces: values come each time, and are bad in between', {
  timeout: 90_000,
}, async () => {
  const port = await freePort();
  let plc = await startPlc({ port });
  const { thumbprint } = plc;
  await plc.stop();
  const { shown, qualityShown, reasons } = connect(port, { thumbprint });
  await expect.poll(reasons, patience).not.toEqual([]);
  expect(qualityShown('PT-101')).toBe(Quality.badCommFail);
  plc = await startPlc({ port });
  plc.set('PT-101', 11);
  await expect.poll(() => [shown('PT-101'), qualityShown('PT-101')], { timeout: 40_000 }).toEqual([11, Quality.good]);
  await plc.stop();
  await expect.poll(() => qualityShown('PT-101'), patience).toBe(Quality.badCommFail);
  plc = await startPlc({ port });
  cleanups.push(() => plc.stop());
  plc.set('PT-101', 12);
  await expect.poll(() => [shown('PT-101'), qualityShown('PT-101')], { timeout: 40_000 }).toEqual([12, Quality.good]);
});

test('a server that falls silent without closing: every value turns bad, then comes back with it', { timeout: 90_000 }, async () => {
  const plc = await startPlc();
  cleanups.push(() => plc.stop());
  plc.set('PT-101', 21);
  // A wire between the two that can be held: bytes go in, nothing comes out.
  let isHeld = false;
  const sockets = new Set<net.Socket>();
  const wire = net.createServer((inside) => {
    const outside = net.connect(plc.port, '127.0.0.1');
    for (const [from, to] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (!isHeld) to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => wire.close(resolve));
  });
  const { shown, qualityShown, reasons } = connect((wire.address() as net.AddressInfo).port, { thumbprint: plc.thumbprint });
  await expect.poll(() => [shown('PT-101'), qualityShown('PT-101')], patience).toEqual([21, Quality.good]);
  isHeld = true;
  await expect.poll(() => qualityShown('PT-101'), { timeout: 30_000 }).toBe(Quality.badCommFail);
  expect(reasons()).toContain('timeout');
  isHeld = false;
  for (const socket of sockets) socket.destroy();
  await expect.poll(() => [shown('PT-101'), qualityShown('PT-101')], { timeout: 40_000 }).toEqual([21, Quality.good]);
});

test('a value that does not change is stated again, so that it does not look stale', { timeout: 60_000 }, async () => {
  const plc = await startPlc();
  cleanups.push(() => plc.stop());
  const { latest, shown } = connect(plc.port, { thumbprint: plc.thumbprint });
  await expect.poll(() => shown('PT-101'), patience).toBe(1);
  const first = latest.get('PT-101')?.timeMs ?? 0;
  await expect.poll(() => (latest.get('PT-101')?.timeMs ?? 0) - first, { timeout: 20_000 }).toBeGreaterThan(4_000);
  expect(latest.get('PT-101')).toMatchObject({ value: 1, quality: Quality.good });
});

test('a server that refuses subscriptions is read instead', { timeout: 60_000 }, async () => {
  const plc = await startPlc({ maxSubscriptions: 0 });
  cleanups.push(() => plc.stop());
  const { shown, qualityShown } = connect(plc.port, { thumbprint: plc.thumbprint });
  await expect.poll(() => [shown('PT-101'), qualityShown('PT-101')], patience).toEqual([1, Quality.good]);
  plc.set('PT-101', 33);
  await expect.poll(() => shown('PT-101'), patience).toBe(33);
});
