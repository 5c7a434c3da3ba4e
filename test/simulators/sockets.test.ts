// The simulated devices as any client meets them: a Modbus client of another library, raw frames, a plain OPC UA client, and the scenario page.
import net from 'node:net';
import jsmodbus from 'jsmodbus';
import { AttributeIds, MessageSecurityMode, OPCUAClient, SecurityPolicy, UserTokenType } from 'node-opcua';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../collector/system-clock.ts';
import { isModbusDevice } from '../../domain/plant/device-kinds.ts';
import type { ModbusDevice, OpcuaDevice, Point } from '../../domain/plant/plant.ts';
import { opcuaPasswordVariable, opcuaUserName } from '../../simulators/demo/demo-plant.ts';
import { type Simulators, startSimulators } from '../../simulators/start-simulators.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const dataDir = temporaryFolder();
let simulators: Simulators;
beforeAll(async () => {
  simulators = await startSimulators({ seed: 1, dataDir, story: false, clock: systemClock });
});
afterAll(() => simulators.stop());

function modbusDevice(id: string): ModbusDevice & { readonly line: { readonly kind: 'tcp'; readonly port: number } } {
  const device = simulators.plant.devices.find((candidate) => candidate.id === id);
  if (device === undefined || !isModbusDevice(device) || device.line.kind !== 'tcp') throw new Error(id);
  return device as ReturnType<typeof modbusDevice>;
}
const pointOf = (id: string): Point => simulators.plant.points[simulators.plant.pointIndexById.get(id) ?? -1] as Point;
const shown = (id: string): number => simulators.network.values[pointOf(id).index] ?? Number.NaN;

async function exchange(port: number, request: Buffer): Promise<Buffer> {
  const socket = net.connect(port, '127.0.0.1');
  try {
    socket.write(request);
    return await new Promise<Buffer>((resolve, reject) => {
      socket.once('data', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed')));
    });
  } finally {
    socket.destroy();
  }
}

describe('Modbus', () => {
  test('a client of another library reads the value in the word order of the device', async () => {
    const device = modbusDevice('GS-02.PLC-1');
    const socket = net.connect(device.line.port, '127.0.0.1');
    const client = new jsmodbus.client.TCP(socket, device.unitId);
    await new Promise((resolve) => socket.once('connect', resolve));
    const point = pointOf('GS-02.PT-101');
    if (point.source.kind !== 'modbus') throw new Error('not Modbus');
    const { response } = await client.readHoldingRegisters(point.source.register.address, 2);
    const bytes = response.body.valuesAsBuffer;
    const swapped = Buffer.concat([bytes.subarray(2, 4), bytes.subarray(0, 2)]); // CDAB
    expect(swapped.readFloatBE(0)).toBeCloseTo(shown('GS-02.PT-101'), 1);
    socket.destroy();
  });

  test('writing is refused with exception 01, counted, and changes nothing', async () => {
    const device = modbusDevice('GS-02.PLC-1');
    const before = simulators.refusedWrites();
    for (const functionCode of [5, 6, 15, 16, 22, 23]) {
      const answer = await exchange(device.line.port, Buffer.from([0, 1, 0, 0, 0, 6, device.unitId, functionCode, 0, 100, 0, 1]));
      expect([...answer.subarray(7, 9)]).toEqual([functionCode | 0x80, 1]);
    }
    expect(simulators.refusedWrites()).toBe(before + 6);
  });

  test('an address beyond the end is exception 02, too many registers 03, an unknown unit 0x0B', async () => {
    const { line, unitId } = modbusDevice('GS-02.PLC-1');
    const ask = async (unit: number, address: number, count: number) => {
      const request = Buffer.from([0, 9, 0, 0, 0, 6, unit, 3, address >> 8, address & 255, count >> 8, count & 255]);
      return [...(await exchange(line.port, request)).subarray(7, 9)];
    };
    expect(await ask(unitId, 65_535, 2)).toEqual([0x83, 2]);
    expect(await ask(unitId, 0, 126)).toEqual([0x83, 3]);
    expect(await ask(unitId + 50, 0, 1)).toEqual([0x83, 0x0b]);
  });

  test('several transmitters answer behind one gateway by their unit ids', async () => {
    const devices = ['RS-01.XNX-1', 'RS-01.XNX-2', 'RS-01.XNX-3', 'RS-01.XNX-4'].map(modbusDevice);
    expect(new Set(devices.map((device) => device.line.port)).size).toBe(1);
    expect(new Set(devices.map((device) => device.unitId)).size).toBe(4);
  });
});

describe('OPC UA', () => {
  const device = () =>
    simulators.plant.devices.find((candidate): candidate is OpcuaDevice => candidate.protocol === 'opcua') as OpcuaDevice;
  const client = () =>
    OPCUAClient.create({
      endpointMustExist: false,
      securityMode: MessageSecurityMode.SignAndEncrypt,
      securityPolicy: SecurityPolicy.Basic256Sha256,
      connectionStrategy: { maxRetry: 0 },
    });

  test('two servers; signed, encrypted, signed in, a value with its source time; writing is refused', async () => {
    expect(simulators.plant.devices.filter((candidate) => candidate.protocol === 'opcua')).toHaveLength(2);
    const opcua = client();
    await opcua.connect(device().endpoint);
    const session = await opcua.createSession({
      type: UserTokenType.UserName,
      userName: opcuaUserName,
      password: simulators.environment[opcuaPasswordVariable] ?? '',
    });
    const namespace = (await session.readNamespaceArray()).indexOf('urn:gatewatch:demo');
    const nodeId = `ns=${namespace};s=GS-01.PT-101`;
    const read = await session.read({ nodeId, attributeId: AttributeIds.Value });
    expect(read.statusCode.name).toBe('Good');
    expect(read.value.value).toBeCloseTo(shown('GS-01.PT-101'), 1);
    expect(Math.abs((read.sourceTimestamp?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    const written = await session.write({ nodeId, attributeId: AttributeIds.Value, value: { value: { dataType: 'Double', value: 1 } } });
    expect(written.name).not.toBe('Good');
    await session.close();
    await opcua.disconnect();
  });

  test('nobody and a wrong password are refused', async () => {
    for (const identity of [undefined, { type: UserTokenType.UserName, userName: opcuaUserName, password: 'wrong' } as const]) {
      const opcua = client();
      await opcua.connect(device().endpoint);
      await expect(opcua.createSession(identity)).rejects.toThrow();
      await opcua.disconnect();
    }
  });
});

describe('the scenario page', () => {
  const ask = async (method: string, path: string, body?: string) => {
    const response = await fetch(new URL(path, simulators.controlUrl), { method, ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    return { status: response.status, body: response.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : text };
  };

  test('only on this machine', () => expect(new URL(simulators.controlUrl).hostname).toBe('127.0.0.1'));

  test('lists, starts, shows and stops', async () => {
    expect((await ask('GET', '/')).body).toContain('燃气泄漏');
    const started = await ask('POST', '/scenarios/leak', '{"station":"GS-02","size":30}');
    expect(started).toMatchObject({ status: 200, body: { name: 'leak', station: 'GS-02' } });
    expect((await ask('GET', '/scenarios')).body.running).toMatchObject([{ name: 'leak', station: 'GS-02' }]);
    expect((await ask('DELETE', '/scenarios/leak')).status).toBe(200);
    expect((await ask('GET', '/scenarios')).body.running).toEqual([]);
    expect((await ask('DELETE', '/scenarios/leak')).status).toBe(404);
  });

  test('shows what the message gateway was given', async () => {
    const gateway = simulators.plant.notifications.sms?.url ?? '';
    const send = async (body: string) => (await fetch(gateway, { method: 'POST', body })).status;
    expect(await send('{"to":"+8610000000001","name":"王敏","text":"报警"}')).toBe(200);
    expect(await send('nonsense')).toBe(400);
    expect((await ask('GET', '/messages')).body).toMatchObject([{ kind: 'sms', to: '+8610000000001', name: '王敏', text: '报警' }]);
  });

  test('a value can be held and let go', async () => {
    expect((await ask('PUT', '/values/GS-01.PT-301', '{"value":0.123}')).status).toBe(200);
    await expect.poll(async () => (await ask('GET', '/values?station=GS-01')).body['GS-01.PT-301']).toBe(0.123);
    await ask('PUT', '/values/GS-01.PT-301', '{"value":null}');
    await expect.poll(async () => (await ask('GET', '/values?station=GS-01')).body['GS-01.PT-301']).not.toBe(0.123);
  });

  test.each([
    ['POST', '/scenarios/earthquake', '{}', 400, /leak/],
    ['POST', '/scenarios/leak', '{"station":"GS-77"}', 400, /GS-01/],
    ['POST', '/scenarios/leak', '{"sice":3}', 400, /sice/],
    ['POST', '/scenarios/leak', '{', 400, /JSON/],
    ['PUT', '/values/GS-01.PT-999', '{"value":1}', 404, /GS-01\.PT-999/],
    ['PUT', '/values/GS-01.PT-301', '{"value":"x"}', 400, /value/],
    ['GET', '/nothing', undefined, 404, /nothing/],
  ])('%s %s %s is told', async (method, path, body, status, message) => {
    const answer = await ask(method, path, body);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toMatch(message);
  });
});

test('a lost device does not answer, a slow one answers late, a frozen value stands still', async () => {
  const device = modbusDevice('ST-01.PLC-1');
  const request = Buffer.from([0, 1, 0, 0, 0, 6, device.unitId, 3, 0, 0, 0, 4]);
  simulators.player.start('device-lost', { station: 'ST-01', point: 'PLC-1' });
  await expect(
    Promise.race([exchange(device.line.port, request), new Promise((_, reject) => setTimeout(() => reject(new Error('silence')), 700))]),
  ).rejects.toThrow('silence');
  simulators.player.stop('device-lost', 'ST-01');
  expect((await exchange(device.line.port, request)).length).toBeGreaterThan(9);
  simulators.player.start('frozen-value', { station: 'GS-01', point: 'PT-101' });
  const held = shown('GS-01.PT-101');
  const moving = shown('GS-01.TT-101');
  await expect.poll(() => shown('GS-01.TT-101')).not.toBe(moving);
  expect(shown('GS-01.PT-101')).toBe(held);
  simulators.player.stop('frozen-value', 'GS-01');
});
