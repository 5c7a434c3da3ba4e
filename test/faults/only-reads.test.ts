// What goes over the wire to devices, kept by proxies: the demo plant with all its devices, well and ill, each device profile in both framings, whatever an
// engineer may ask, and an OPC UA server without encryption whose requests are read from the wire. Only reads, ever.
import path from 'node:path';
import { ObjectIds } from 'node-opcua';
import { expect, onTestFinished, test } from 'vitest';
import { createModbusDrivers, type ModbusDrivers } from '../../collector/drivers/modbus/modbus-drivers.ts';
import { createOpcuaDriver, type InspectableOpcuaDriver } from '../../collector/drivers/opcua/opcua-driver.ts';
import { createEngineering } from '../../collector/engineering/engineering.ts';
import { systemClock } from '../../collector/system-clock.ts';
import { isModbusDevice } from '../../domain/plant/device-kinds.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { deviceFromProfile } from '../../domain/plant/plant-blocks.ts';
import { deviceProfiles } from '../../domain/plant/profiles/device-profiles.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createUnitImage, startModbusServer } from '../../simulators/modbus/modbus-server.ts';
import { startSimulators } from '../../simulators/start-simulators.ts';
import { driveOpcua, startFaultyOpcua, startOpcuaWire } from '../harness/faulty-opcua.ts';
import { plantOf } from '../harness/plant-of.ts';
import { type RecordingProxy, startRecordingProxy } from '../harness/recording-proxy.ts';
import { startSerialLine } from '../harness/serial-line.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { serviceProgram } from '../services/service.ts';

const isLong = process.env.FAULTS === 'long';
const socat = serviceProgram('socat', 'socat');
const rounds = isLong ? 200 : 6;
const patience = { timeout: 40_000, interval: 50 };
/** OPC UA Part 4: what connects, reads, browses and subscribes. */
const readingServices =
  /^(GetEndpoints|FindServers|OpenSecureChannel|CloseSecureChannel|CreateSession|ActivateSession|CloseSession|Read|Browse|BrowseNext|CreateSubscription|DeleteSubscriptions|SetPublishingMode|CreateMonitoredItems|DeleteMonitoredItems|Publish|Republish|TranslateBrowsePathsToNodeIds)Request$/;

function sumOf(proxies: readonly RecordingProxy[]): string {
  const sum = new Map<number, number>();
  for (const { functions } of proxies) for (const [code, count] of functions) sum.set(code, (sum.get(code) ?? 0) + count);
  expect([...sum.keys()].filter((code) => code < 1 || code > 4)).toEqual([]);
  expect(proxies.flatMap((proxy) => proxy.strange)).toEqual([]);
  return [...sum]
    .toSorted(([a], [b]) => a - b)
    .map(([code, count]) => `${code}: ${count}`)
    .join(', ');
}

async function askEverything(plant: Plant, modbus: ModbusDrivers, opcua: readonly InspectableOpcuaDriver[]): Promise<number> {
  const cameras = { answer: async () => ({ kind: 'failed', reason: 'unknownDevice', detail: null }) as const };
  const ask = createEngineering({
    plant,
    deviceIndexes: new Set(plant.devices.map((device) => device.index)),
    modbus,
    opcua,
    cameras,
    clock: systemClock,
    random: Math.random,
  });
  let asked = 0;
  for (const device of plant.devices) {
    const deviceId = device.id;
    for (const kind of ['plan', 'frames'] as const) await ask({ kind, deviceId });
    for (const table of ['coil', 'discrete', 'holding', 'input'] as const)
      await ask({ kind: 'peek', target: { kind: 'device', deviceId }, table, address: 0, count: 4 });
    for (const nodeId of [null, 'i=2253', 'i=85']) await ask({ kind: 'browse', deviceId, nodeId });
    await ask({ kind: 'node', deviceId, nodeId: 'i=2258' });
    asked += 10;
  }
  for (const point of plant.points.filter((_, index) => index % 7 === 0)) {
    await ask({ kind: 'point', pointId: point.id });
    asked += 1;
  }
  return asked;
}

/** A plant of this one device, read while it answers, refuses and answers again, then asked all that an engineer may ask. How many good readings it gave. */
async function askOneDevice(deviceText: string, setRefusing: (isRefusing: boolean) => void): Promise<number> {
  const plant = plantOf(
    `schema: 1\ncompany: { id: t, name: t }\nareas: [{ id: a, name: a }]\nstations:\n  - id: RS-01\n    type: regulating\n    name: s\n    area: a\n    devices:\n${deviceText}`,
  );
  let good = 0;
  const modbus = createModbusDrivers({
    plant,
    devices: plant.devices.filter(isModbusDevice),
    clock: systemClock,
    sink: {
      readings(batch) {
        for (let row = 0; row < batch.length; row += 1) if (batch.quality[row] === Quality.good) good += 1;
      },
      connection: () => undefined,
    },
  });
  for (const refusing of [false, true, false]) {
    setRefusing(refusing);
    for (const driver of modbus.drivers) for (const [group] of driver.groups.entries()) await driver.scan(group);
  }
  await askEverything(plant, modbus, []);
  await modbus.stop();
  return good;
}

test('the demo plant, well and ill, and what an engineer asks of it', { timeout: 600_000 }, async () => {
  const dataDir = temporaryFolder();
  const simulators = await startSimulators({ seed: 7, dataDir, story: false, clock: systemClock });
  onTestFinished(() => simulators.stop());
  const proxies: RecordingProxy[] = [];
  const opaque: RecordingProxy[] = [];
  let text = simulators.plantText;
  const seen = new Set<number>();
  for (const device of simulators.plant.devices) {
    const kind = isModbusDevice(device) ? (device.protocol === 'modbusTcp' ? 'tcp' : 'rtu') : 'opaque';
    let port = 0;
    if (device.protocol === 'opcua') port = Number(new URL(device.endpoint).port);
    else if (isModbusDevice(device) && device.line.kind === 'tcp') port = device.line.port;
    if (port === 0 || seen.has(port)) continue;
    seen.add(port);
    const proxy = await startRecordingProxy(port, kind);
    onTestFinished(() => proxy.stop());
    (kind === 'opaque' ? opaque : proxies).push(proxy);
    text = text.replaceAll(new RegExp(`(port: |:)${port}\\b`, 'g'), `$1${proxy.port}`);
  }
  const plant = plantOf(text);
  const sink = { readings: () => undefined, connection: () => undefined };
  const modbus = createModbusDrivers({ plant, devices: plant.devices.filter(isModbusDevice), sink, clock: systemClock });
  onTestFinished(() => modbus.stop());
  const opcua = plant.devices.flatMap((device) => {
    if (device.protocol !== 'opcua') return [];
    return createOpcuaDriver({
      plant,
      device,
      sink,
      clock: systemClock,
      pkiDir: path.join(dataDir, 'collector-pki'),
      readSecret: async ({ passwordEnv }) => simulators.environment[passwordEnv ?? ''] ?? '',
      log: { info: () => undefined, warn: () => undefined },
    });
  });
  for (const driver of opcua) {
    driver.start();
    onTestFinished(() => driver.stop());
  }
  expect(opcua.length).toBeGreaterThan(0);
  for (const driver of opcua) await expect.poll(() => driver.session !== null, patience).toBe(true);
  const scanAll = () =>
    Promise.all(
      modbus.drivers.map(async (driver) => {
        for (const [group] of driver.groups.entries()) await driver.scan(group);
      }),
    );
  for (let round = 0; round < rounds; round += 1) await scanAll();
  const asked = await askEverything(plant, modbus, opcua);
  for (const kind of ['exception', 'lost', 'slow'] as const) {
    // In the short form a few of them are ill: each that is silent costs its time-out.
    for (const device of simulators.plant.devices)
      if (isLong || kind === 'exception' || device.index % 12 === 0) simulators.network.deviceFaults.set(device.index, { kind });
    for (let round = 0; round < (isLong ? 5 : 1); round += 1) await scanAll();
    simulators.network.deviceFaults.clear();
  }
  for (const driver of opcua) driver.reconnect();
  for (const driver of opcua) await expect.poll(() => driver.session !== null, patience).toBe(true);
  await scanAll();

  const functions = sumOf(proxies);
  const services = new Map<string, number>();
  for (const asked of simulators.opcuaServices.values())
    for (const [name, count] of asked) services.set(name, (services.get(name) ?? 0) + count);
  expect([...services.keys()].filter((name) => !readingServices.test(name))).toEqual([]);
  expect(simulators.refusedWrites()).toBe(0);
  for (const proxy of [...proxies, ...opaque]) expect(proxy.bytes).toBeGreaterThan(0);
  console.log(
    `only reads: demo plant, ${proxies.length} Modbus lines, requests by function code ${functions}; ${asked} questions of an engineer; ${opaque.length} OPC UA servers, requests ${[...services].map(([name, count]) => `${name.replace('Request', '')} ${count}`).join(', ')}`,
  );
});

test('every device profile in both framings', { timeout: 300_000 }, async () => {
  const proxies: RecordingProxy[] = [];
  let good = 0;
  for (const profileId of deviceProfiles.keys()) {
    for (const [framing, protocol] of [
      ['tcp', 'modbusTcp'],
      ['rtu', 'modbusRtuOverTcp'],
    ] as const) {
      let isRefusing = false;
      const image = createUnitImage();
      const device = await startModbusServer({
        host: '127.0.0.1',
        port: 0,
        framing,
        imageOf: () => image,
        behaviourOf: () => ({ kind: isRefusing ? 'exception' : 'normal' }),
      });
      onTestFinished(() => device.stop());
      const proxy = await startRecordingProxy(device.port, framing);
      onTestFinished(() => proxy.stop());
      proxies.push(proxy);
      const block = deviceFromProfile({
        ...{ stationId: 'RS-01', profileId, deviceId: 'D-1', protocol, host: '127.0.0.1', port: proxy.port, unitId: 1 },
        ...{ firstLoop: 100, channels: 4 },
      });
      if (block.kind === 'refused') throw new Error(block.reason);
      good += await askOneDevice(block.text, (value) => {
        isRefusing = value;
      });
      expect(proxy.bytes).toBeGreaterThan(0);
      expect(device.refusedWrites).toBe(0);
    }
  }
  expect(good).toBeGreaterThan(deviceProfiles.size * 4);
  console.log(
    `only reads: ${deviceProfiles.size} profiles in 2 framings, requests by function code ${sumOf(proxies)}; ${good} good readings`,
  );
});

test.skipIf(socat === null)('a serial line: every profile over a port of the machine', { timeout: 300_000 }, async () => {
  const image = createUnitImage();
  let isRefusing = false;
  const device = await startModbusServer({
    host: '127.0.0.1',
    port: 0,
    framing: 'rtu',
    imageOf: () => image,
    behaviourOf: () => ({ kind: isRefusing ? 'exception' : 'normal' }),
  });
  onTestFinished(() => device.stop());
  const proxy = await startRecordingProxy(device.port, 'rtu');
  onTestFinished(() => proxy.stop());
  let good = 0;
  for (const profileId of deviceProfiles.keys()) {
    const line = await startSerialLine(socat ?? '', temporaryFolder(), proxy.port);
    onTestFinished(() => line.stop());
    const block = deviceFromProfile({
      ...{ stationId: 'RS-01', profileId, deviceId: 'D-1', protocol: 'modbusRtuOverTcp', host: '127.0.0.1', port: 1, unitId: 1 },
      ...{ firstLoop: 100, channels: 4 },
    });
    if (block.kind === 'refused') throw new Error(block.reason);
    const overSerial = block.text
      .replace('protocol: modbusRtuOverTcp', 'protocol: modbusRtu')
      .replace(/host: .*$/m, `serial: { path: '${line.path}', baudRate: 115200, parity: none }`)
      .replace(/^ *port: 1\n/m, '');
    good += await askOneDevice(overSerial, (value) => {
      isRefusing = value;
    });
    await line.stop();
  }
  expect(device.refusedWrites).toBe(0);
  expect(good).toBeGreaterThan(deviceProfiles.size * 4);
  console.log(
    `only reads: ${deviceProfiles.size} profiles on a serial line, requests by function code ${sumOf([proxy])}; ${good} good readings`,
  );
});

test('OPC UA without encryption: the requests as they are on the wire, through cuts, silence and a restart', {
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder();
  let plc = await startFaultyOpcua({ folder: path.join(folder, 'plc'), isSecured: false });
  onTestFinished(() => plc.stop());
  const wire = await startOpcuaWire(() => plc.port);
  onTestFinished(() => wire.stop());
  const names = new Map<number, string>();
  for (const [name, id] of Object.entries(ObjectIds))
    if (name.endsWith('Request_Encoding_DefaultBinary')) names.set(Number(id), name.replace('_Encoding_DefaultBinary', ''));
  const services = new Map<string, number>();
  wire.onChunk = ({ direction, bytes }) => {
    if (direction !== 'toServer' || bytes.toString('latin1', 0, 3) !== 'MSG') return;
    // Header 8, channel 4, token 4, sequence 4, request 4; then the type of the body: two bytes of encoding and namespace, two of number.
    const name =
      bytes[24] === 1 && bytes[25] === 0 ? (names.get(bytes.readUInt16LE(26)) ?? `type ${bytes.readUInt16LE(26)}`) : 'unknown encoding';
    services.set(name, (services.get(name) ?? 0) + 1);
  };
  const driven = driveOpcua({ port: wire.port, folder, isSecured: false });
  onTestFinished(() => driven.stop());
  const good = () => expect.poll(() => driven.quality('PT-101'), patience).toBe(Quality.good);
  const lost = () => expect.poll(() => driven.quality('PT-101'), patience).toBe(Quality.badCommFail);
  await good();
  for (let count = 0; count < (isLong ? 20 : 1); count += 1) {
    wire.cut();
    await lost();
    await good();
  }
  wire.isHeld = true;
  await lost();
  wire.isHeld = false;
  await good();
  plc.dropSessions();
  await lost();
  await good();
  await plc.stop();
  await lost();
  plc = await startFaultyOpcua({ folder: path.join(folder, 'plc'), isSecured: false, port: plc.port });
  await good();
  await driven.stop();
  expect(services.get('PublishRequest')).toBeGreaterThan(5);
  expect([...services.keys()].filter((name) => !readingServices.test(name))).toEqual([]);
  console.log(
    `only reads: OPC UA on the wire, ${[...services].map(([name, count]) => `${name.replace('Request', '')} ${count}`).join(', ')}`,
  );
});
