// What an engineer may ask of a collector, against real sockets: it finds the right words, and whatever is asked, only reads reach a device.
import net from 'node:net';
import { DataType } from 'node-opcua';
import { expect, onTestFinished, test } from 'vitest';
import { interpretRegisters, likelyReadings } from '../../domain/engineering/interpret-registers.ts';
import { engineeringCommandSchema } from '../../domain/messages/engineering-command.ts';
import { isModbusDevice } from '../../domain/plant/device-kinds.ts';
import { startOtherModbusServer, startOtherOpcuaServer } from '../../test/harness/other-devices.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { createModbusDrivers } from '../drivers/modbus/modbus-drivers.ts';
import { createOpcuaDriver } from '../drivers/opcua/opcua-driver.ts';
import { systemClock } from '../system-clock.ts';
import { createEngineering } from './engineering.ts';

const cameras = { answer: async () => ({ kind: 'failed', reason: 'unknownDevice', detail: null }) as const };
const nothing = { readings: () => undefined, connection: () => undefined };
const plantText = (port: number, rest = '') => `schema: 1
company: { id: t, name: 测试 }
areas: [{ id: a, name: 区 }]
engineering: { peekHosts: [localhost, 127.0.0.0/30] }
stations:
  - id: GS-01
    type: gate
    name: 门站
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: 127.0.0.1
        port: ${port}
        wordOrder: CDAB
        limits: { maxRegisters: 20, forbidden: [{ table: holding, from: 100, to: 109 }] }
        points:
          - { tag: PT-101, name: 压力, unit: MPa, range: { min: 0, max: 10 }, scale: { factor: 2, offset: 1 }, register: { address: 4, type: float32 } }
          - { tag: XS-101, name: 阀位, kind: discrete, register: { table: coil, address: 3, type: bit } }
${rest}`;

/** Sees every byte that goes to the device. */
async function startEavesdropper(port: number) {
  const sent: Buffer[] = [];
  const server = net.createServer((socket) => {
    const onward = net.connect(port, '127.0.0.1');
    socket.on('data', (chunk: Buffer) => void sent.push(chunk));
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on('error', () => undefined);
    onTestFinished(() => void [socket.destroy(), onward.destroy()]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as net.AddressInfo).port, bytes: () => Buffer.concat(sent) };
}

async function openModbus() {
  const device = await startOtherModbusServer();
  onTestFinished(() => device.stop());
  const wire = await startEavesdropper(device.port);
  const plant = plantOf(plantText(wire.port));
  const modbus = createModbusDrivers({
    plant,
    devices: plant.devices.filter(isModbusDevice),
    sink: nothing,
    clock: systemClock,
  });
  onTestFinished(() => modbus.stop());
  const ask = createEngineering({ plant, deviceIndexes: new Set([0]), modbus, opcua: [], cameras, clock: systemClock, random: () => 0.5 });
  return { device, wire, ask };
}

test('a peek shows the words; with what the instrument shows, the right type and order are found', async () => {
  const { device, ask } = await openModbus();
  // 4.2 with its words swapped.
  device.holding.writeUInt16BE(0x6666, 8);
  device.holding.writeUInt16BE(0x4086, 10);
  const answer = await ask({ kind: 'peek', target: { kind: 'device', deviceId: 'GS-01.PLC-1' }, table: 'holding', address: 4, count: 2 });
  expect(answer).toMatchObject({ kind: 'registers', words: [0x6666, 0x4086] });
  if (answer.kind !== 'registers') return;
  expect(likelyReadings(interpretRegisters(answer.words), 4.2)[0]).toMatchObject({ type: 'float32', order: 'CDAB' });
  expect(await ask({ kind: 'point', pointId: 'GS-01.PT-101' })).toMatchObject({
    kind: 'point',
    words: [0x6666, 0x4086],
    raw: expect.closeTo(4.2, 5),
    value: expect.closeTo(9.4, 5),
  });
});

test('another unit of the same host, bits, and a device that the plant file does not know but allows', async () => {
  const { device, wire, ask } = await openModbus();
  device.coils[0] = 0b0000_1000;
  device.holding.writeUInt16BE(7, 0);
  const at = (host: string) => ({ kind: 'address', host, port: wire.port, framing: 'tcp', unitId: 9 }) as const;
  expect(await ask({ kind: 'peek', target: at('127.0.0.1'), table: 'coil', address: 2, count: 3 })).toMatchObject({ words: [0, 1, 0] });
  expect(await ask({ kind: 'peek', target: at('localhost'), table: 'holding', address: 0, count: 1 })).toMatchObject({ words: [7] });
  expect(await ask({ kind: 'peek', target: at('127.0.0.2'), table: 'holding', address: 0, count: 1 })).toMatchObject({ kind: 'failed' });
  // 127.0.0.2 is in the allowed network: it is refused by the machine, not by the rule.
  expect(await ask({ kind: 'peek', target: at('127.0.0.2'), table: 'holding', address: 0, count: 1 })).not.toMatchObject({
    reason: 'hostNotAllowed',
  });
});

test('what may not be asked is refused before anything is sent', async () => {
  const { wire, ask } = await openModbus();
  const target = { kind: 'device', deviceId: 'GS-01.PLC-1' } as const;
  const holding = { kind: 'peek', target, table: 'holding' } as const;
  expect(await ask({ ...holding, address: 98, count: 3 })).toMatchObject({ reason: 'forbiddenRange' });
  expect(await ask({ ...holding, address: 109, count: 1 })).toMatchObject({ reason: 'forbiddenRange' });
  expect(await ask({ ...holding, address: 0, count: 21 })).toMatchObject({ reason: 'tooManyRegisters' });
  expect(await ask({ ...holding, address: 65_535, count: 2 })).toMatchObject({ reason: 'tooManyRegisters' });
  expect(await ask({ ...holding, target: { kind: 'device', deviceId: 'GS-02.PLC-1' }, address: 0, count: 1 })).toMatchObject({
    reason: 'unknownDevice',
  });
  for (const host of ['10.0.0.1', '127.0.0.4', 'example.com', '::1'])
    expect(
      await ask({ ...holding, target: { kind: 'address', host, port: 502, framing: 'tcp', unitId: 1 }, address: 0, count: 1 }),
    ).toMatchObject({ reason: 'hostNotAllowed' });
  // The limits of a device hold also where it is named by its address.
  const byAddress = { kind: 'address', host: '127.0.0.1', port: wire.port, framing: 'tcp', unitId: 1 } as const;
  expect(await ask({ ...holding, target: byAddress, address: 100, count: 1 })).toMatchObject({ reason: 'forbiddenRange' });
  expect(wire.bytes()).toHaveLength(0);
});

test('whatever is asked, only function codes 1 to 4 reach the device; frames are kept as they were on the wire', async () => {
  const { wire, ask } = await openModbus();
  const target = { kind: 'device', deviceId: 'GS-01.PLC-1' } as const;
  for (const table of ['coil', 'discrete', 'holding', 'input'] as const) await ask({ kind: 'peek', target, table, address: 0, count: 2 });
  await ask({ kind: 'point', pointId: 'GS-01.XS-101' });
  await ask({ kind: 'reconnect', deviceId: 'GS-01.PLC-1' });
  await ask({ kind: 'point', pointId: 'GS-01.PT-101' });
  const bytes = wire.bytes();
  const codes = Array.from({ length: bytes.length / 12 }, (_, index) => bytes[index * 12 + 7]);
  expect(codes).toEqual([1, 2, 3, 4, 1, 3]);
  const frames = await ask({ kind: 'frames', deviceId: 'GS-01.PLC-1' });
  if (frames.kind !== 'frames') throw new Error(JSON.stringify(frames));
  expect(frames.frames.map(({ direction }) => direction)).toEqual(codes.flatMap(() => ['sent', 'received']));
  expect(
    frames.frames
      .filter(({ direction }) => direction === 'sent')
      .map(({ hex }) => hex)
      .join(''),
  ).toBe(bytes.toString('hex'));
});

test('no command names a write', () => {
  for (const kind of ['write', 'writeRegister', 'call', 'set'])
    expect(engineeringCommandSchema.safeParse({ kind, deviceId: 'GS-01.PLC-1', address: 0, value: 1 }).success).toBe(false);
  const peek = { kind: 'peek', target: { kind: 'device', deviceId: 'x' }, table: 'holding', address: 0, count: 1 };
  expect(engineeringCommandSchema.safeParse(peek).success).toBe(true);
  expect(engineeringCommandSchema.safeParse({ ...peek, functionCode: 6 }).success).toBe(false);
  expect(engineeringCommandSchema.safeParse({ ...peek, value: 1 }).success).toBe(false);
});

test('an OPC UA server is browsed and read through the device’s own session; its clock is compared', async () => {
  const folder = temporaryFolder();
  const server = await startOtherOpcuaServer({
    folder,
    password: 'right',
    variables: [
      { name: 'PT101.PV', dataType: DataType.Double, value: 0.42 },
      { name: 'XS101', dataType: DataType.Boolean, value: true },
    ],
  });
  onTestFinished(() => server.stop());
  const plant = plantOf(
    plantText(
      1,
      `      - id: PLC-2
        protocol: opcua
        endpoint: ${server.endpoint}
        serverThumbprint: ${server.thumbprint}
        user: { name: plc-reader, passwordEnv: X }
        points: [{ tag: PT-201, name: 压力, unit: MPa, range: { min: 0, max: 1 }, node: 'ns=1;s=PT101.PV' }]
`,
    ),
  );
  const [, device] = plant.devices;
  if (device?.protocol !== 'opcua') throw new Error('no OPC UA device');
  const driver = createOpcuaDriver({
    plant,
    device,
    sink: nothing,
    clock: systemClock,
    log: { info: () => undefined, warn: () => undefined },
    pkiDir: `${folder}/pki`,
    readSecret: async () => 'right',
  });
  const modbus = createModbusDrivers({ plant, devices: [], sink: nothing, clock: systemClock });
  const ask = createEngineering({
    plant,
    deviceIndexes: new Set([0, 1]),
    modbus,
    opcua: [driver],
    cameras,
    clock: systemClock,
    random: () => 0.5,
  });
  const deviceId = 'GS-01.PLC-2';
  expect(await ask({ kind: 'browse', deviceId, nodeId: null })).toMatchObject({ reason: 'notConnected' });
  driver.start();
  onTestFinished(() => driver.stop());
  await expect.poll(() => driver.session !== null, { timeout: 20_000 }).toBe(true);
  const root = await ask({ kind: 'browse', deviceId, nodeId: null });
  if (root.kind !== 'nodes') throw new Error(JSON.stringify(root));
  expect(root.nodes).toContainEqual(expect.objectContaining({ nodeId: 'ns=1;s=PT101.PV', displayName: 'PT101.PV', nodeClass: 'Variable' }));
  expect(root.nodes.find(({ displayName }) => displayName === 'Server')).toMatchObject({ nodeClass: 'Object' });
  const node = await ask({ kind: 'node', deviceId, nodeId: 'ns=1;s=PT101.PV' });
  if (node.kind !== 'node') throw new Error(JSON.stringify(node));
  expect(node.attributes).toContainEqual({ name: 'Value', value: '0.42', status: 'Good' });
  expect(await ask({ kind: 'point', pointId: 'GS-01.PT-201' })).toMatchObject({ raw: 0.42, value: 0.42, status: 'Good' });
  expect(await ask({ kind: 'node', deviceId, nodeId: 'ns=1;s=nowhere' })).toMatchObject({ reason: 'nodeUnknown' });
  expect(await ask({ kind: 'browse', deviceId, nodeId: 'nonsense' })).toMatchObject({ reason: 'nodeUnknown' });
  expect(await ask({ kind: 'browse', deviceId: 'GS-01.PLC-1', nodeId: null })).toMatchObject({ reason: 'wrongProtocol' });
  await expect.poll(() => driver.clockOffsetMs, { timeout: 10_000 }).not.toBeNull();
  expect(Math.abs(driver.clockOffsetMs ?? 1e9)).toBeLessThan(5_000);
  const { session } = driver;
  await ask({ kind: 'reconnect', deviceId });
  await expect.poll(() => driver.session !== null && driver.session !== session, { timeout: 20_000 }).toBe(true);
});
