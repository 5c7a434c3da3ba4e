// The Modbus driver against devices that misbehave, on real sockets: what it believes, what it does not, and what it ever sends.
import net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { ModbusDevice, Plant } from '../../../domain/plant/plant.ts';
import { Quality } from '../../../domain/readings/quality.ts';
import { plantOfDevices } from '../../../test/harness/plant-of.ts';
import { systemClock } from '../../system-clock.ts';
import type { ConnectionState, PolledDriver } from '../driver.ts';
import { assertReadFrame, WriteRefusedError } from './guarded-port.ts';
import { createModbusDrivers } from './modbus-drivers.ts';

interface Request {
  readonly transactionId: number;
  readonly unitId: number;
  readonly functionCode: number;
  readonly address: number;
  readonly count: number;
  readonly raw: Buffer;
}

type Behaviour = (request: Request, socket: net.Socket, number: number) => void;

interface Device {
  readonly port: number;
  readonly requests: Request[];
  connections: number;
  behave: Behaviour;
}

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Register n holds n, as uint16. */
function rightAnswer(request: Request, change: Partial<Request> = {}): Buffer {
  const { transactionId, unitId, functionCode, address, count } = { ...request, ...change };
  const answer = Buffer.alloc(9 + count * 2);
  answer.writeUInt16BE(transactionId, 0);
  answer.writeUInt16BE(3 + count * 2, 4);
  answer[6] = unitId;
  answer[7] = functionCode;
  answer[8] = count * 2;
  for (let index = 0; index < count; index += 1) answer.writeUInt16BE(address + index, 9 + index * 2);
  return answer;
}

function exception(request: Request, code: number): Buffer {
  const answer = Buffer.alloc(9);
  answer.writeUInt16BE(request.transactionId, 0);
  answer.writeUInt16BE(3, 4);
  answer[6] = request.unitId;
  answer[7] = request.functionCode | 0x80;
  answer[8] = code;
  return answer;
}

const right: Behaviour = (request, socket) => void socket.write(rightAnswer(request));

async function startDevice(behave: Behaviour = right, port = 0): Promise<Device> {
  const sockets = new Set<net.Socket>();
  const device = { port: 0, requests: [] as Request[], connections: 0, behave };
  const server = net.createServer((socket) => {
    device.connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      for (let offset = 0; offset + 12 <= chunk.length; offset += 12) {
        const raw = chunk.subarray(offset, offset + 12);
        const request: Request = {
          transactionId: raw.readUInt16BE(0),
          unitId: raw[6] as number,
          functionCode: raw[7] as number,
          address: raw.readUInt16BE(8),
          count: raw.readUInt16BE(10),
          raw: Buffer.from(raw),
        };
        device.requests.push(request);
        device.behave(request, socket, device.requests.length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  device.port = (server.address() as net.AddressInfo).port;
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return device;
}

function plantOfUnits(port: number, options: { units?: readonly number[]; points?: readonly number[]; more?: string } = {}): Plant {
  const { units = [1], points = [0, 1, 2], more = '' } = options;
  return plantOfDevices(
    units.map((unit) => {
      const itsPoints = points.map(
        (address) =>
          `{ tag: PT-${unit * 100 + address}, name: p, range: { min: 0, max: 70000 }, register: { table: holding, address: ${address}, type: uint16 } }`,
      );
      return `{ id: D-${unit}, protocol: modbusTcp, host: 127.0.0.1, port: ${port}, unitId: ${unit}, timeout: 300ms, ${more}points: [${itsPoints.join(', ')}] }`;
    }),
  );
}

interface Rig {
  readonly drivers: readonly PolledDriver[];
  readonly states: { readonly device: number; readonly state: ConnectionState }[];
  /** Scans the first device once; value and quality by address. */
  scan(driver?: number): Promise<{ readonly outcome: string; readonly readings: Readonly<Record<number, readonly [number, number]>> }>;
}

function connect(plant: Plant, random: () => number = () => 0): Rig {
  let last: Record<number, readonly [number, number]> = {};
  const states: Rig['states'] = [];
  const modbus = createModbusDrivers({
    plant,
    devices: plant.devices as ModbusDevice[],
    clock: systemClock,
    random,
    sink: {
      readings(batch) {
        last = {};
        for (let row = 0; row < batch.length; row += 1) {
          const point = plant.points[batch.point[row] as number];
          if (point?.source.kind === 'modbus')
            last[point.source.register.address] = [batch.value[row] as number, batch.quality[row] as number];
        }
      },
      connection: (device, state) => void states.push({ device, state }),
    },
  });
  cleanups.push(() => modbus.stop());
  return {
    drivers: modbus.drivers,
    states,
    async scan(driver = 0) {
      last = {};
      const outcome = await (modbus.drivers[driver] as PolledDriver).scan(0);
      return { outcome: outcome.kind === 'failed' ? outcome.reason : outcome.kind, readings: last };
    },
  };
}

const good = { 0: [0, Quality.good], 1: [1, Quality.good], 2: [2, Quality.good] };
const lost = { 0: [Number.NaN, Quality.badCommFail], 1: [Number.NaN, Quality.badCommFail], 2: [Number.NaN, Quality.badCommFail] };

test('a well-behaved device: one request, right values, connected once', async () => {
  const device = await startDevice();
  const rig = connect(plantOfUnits(device.port));
  for (let count = 0; count < 3; count += 1) expect(await rig.scan()).toEqual({ outcome: 'done', readings: good });
  expect(device.requests).toHaveLength(3);
  expect(device.connections).toBe(1);
  expect(rig.states.map(({ state }) => state.kind)).toEqual(['connecting', 'connected']);
});

test('transaction ids go round at 65,535 without a hitch', async () => {
  const device = await startDevice();
  const rig = connect(plantOfUnits(device.port), () => 65_534 / 65_536);
  for (let count = 0; count < 6; count += 1) expect((await rig.scan()).outcome).toBe('done');
  expect(new Set(device.requests.map((request) => request.transactionId)).size).toBe(6);
  expect(device.requests.some((request) => request.transactionId < 10)).toBe(true);
});

describe('an answer that is not the answer is not believed', () => {
  test.each<[string, Behaviour]>([
    [
      'of another transaction',
      (request, socket) => void socket.write(rightAnswer(request, { transactionId: (request.transactionId + 1) % 65_536 })),
    ],
    ['of another unit', (request, socket) => void socket.write(rightAnswer(request, { unitId: 7 }))],
    ['to another function', (request, socket) => void socket.write(rightAnswer(request, { functionCode: 4 }))],
    ['with fewer registers than asked for', (request, socket) => void socket.write(rightAnswer(request, { count: 2 }))],
    ['with more registers than asked for', (request, socket) => void socket.write(rightAnswer(request, { count: 9 }))],
    [
      'with a byte count that lies',
      (request, socket) => {
        const answer = rightAnswer(request);
        answer[8] = 2;
        socket.write(answer);
      },
    ],
    ['of another protocol', (_request, socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['of random bytes', (_request, socket) => void socket.write(Buffer.alloc(300, 0xa5))],
    [
      'half, then closed',
      (request, socket) => {
        socket.write(rightAnswer(request).subarray(0, 10));
        socket.end();
      },
    ],
    ['half, then silence', (request, socket) => void socket.write(rightAnswer(request).subarray(0, 10))],
    ['none at all', () => undefined],
    ['a closed connection', (_request, socket) => void socket.destroy()],
    [
      'a length beyond the specification',
      (request, socket) => {
        const answer = rightAnswer(request);
        answer.writeUInt16BE(60_000, 4);
        socket.write(answer);
      },
    ],
  ])('%s', async (_name, behaviour) => {
    const device = await startDevice(behaviour);
    const rig = connect(plantOfUnits(device.port));
    const { outcome, readings } = await rig.scan();
    expect(['timeout', 'closed', 'reset', 'protocolViolation']).toContain(outcome);
    expect(readings).toEqual(lost);
    // And when it behaves again, it is believed again.
    device.behave = right;
    await expect.poll(async () => (await rig.scan()).readings, { timeout: 10_000, interval: 100 }).toEqual(good);
  });

  test('an answer that comes after its time-out is not taken for the next one', async () => {
    let held: (() => void) | null = null;
    const device = await startDevice((request, socket, number) => {
      if (number === 1) held = () => void socket.write(rightAnswer(request, { address: 50 }));
      else {
        held?.();
        held = null;
        socket.write(rightAnswer(request));
      }
    });
    const rig = connect(plantOfUnits(device.port));
    expect((await rig.scan()).outcome).toBe('timeout');
    await expect.poll(async () => (await rig.scan()).outcome, { timeout: 10_000, interval: 100 }).toBe('done');
    expect((await rig.scan()).readings).toEqual(good);
  });
});

test('an answer byte by byte, and two packets in one, are whole answers', async () => {
  const device = await startDevice((request, socket) => {
    const bytes = [...rightAnswer(request)];
    const drip = () => {
      const next = bytes.shift();
      if (next === undefined) return;
      socket.write(Buffer.from([next]));
      setImmediate(drip);
    };
    socket.setNoDelay(true);
    drip();
  });
  const rig = connect(plantOfUnits(device.port));
  expect((await rig.scan()).readings).toEqual(good);
});

describe('exceptions', () => {
  test('02 in a joined block: the register that does not exist is found, the others stay good, and it is not asked for again with them', async () => {
    const device = await startDevice((request, socket) => {
      const touches = request.address <= 1 && request.address + request.count > 1;
      socket.write(touches ? exception(request, 2) : rightAnswer(request));
    });
    const rig = connect(plantOfUnits(device.port));
    const expected = { 0: [0, Quality.good], 1: [Number.NaN, Quality.badDeviceException], 2: [2, Quality.good] };
    expect(await rig.scan()).toEqual({ outcome: 'done', readings: expected });
    device.requests.length = 0;
    expect((await rig.scan()).readings).toEqual(expected);
    expect(device.requests.map(({ address, count }) => [address, count])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
  });

  test('02 for everything, for a moment: whole blocks again as soon as it answers', async () => {
    let refuses = true;
    const device = await startDevice((request, socket) => void socket.write(refuses ? exception(request, 2) : rightAnswer(request)));
    const rig = connect(plantOfUnits(device.port));
    const refused = [Number.NaN, Quality.badDeviceException];
    expect((await rig.scan()).readings).toEqual({ 0: refused, 1: refused, 2: refused });
    refuses = false;
    expect((await rig.scan()).readings).toEqual(good);
    device.requests.length = 0;
    expect((await rig.scan()).readings).toEqual(good);
    expect(device.requests.map(({ address, count }) => [address, count])).toEqual([[0, 3]]);
  });

  test.each([1, 3, 4, 6])('%i: bad quality, and the connection stays', async (code) => {
    const device = await startDevice((request, socket) => void socket.write(exception(request, code)));
    const rig = connect(plantOfUnits(device.port));
    const { readings } = await rig.scan();
    for (const address of [0, 1, 2]) expect(readings[address]?.[1]).toBe(Quality.badDeviceException);
    await rig.scan();
    expect(device.connections).toBe(1);
  });

  test.each([0x0a, 0x0b])('%i of a gateway: the device behind it is unreachable, its neighbours are not', async (code) => {
    const device = await startDevice(
      (request, socket) => void socket.write(request.unitId === 1 ? exception(request, code) : rightAnswer(request)),
    );
    const rig = connect(plantOfUnits(device.port, { units: [1, 2] }));
    expect(await rig.scan(0)).toEqual({ outcome: 'unreachable', readings: lost });
    expect(await rig.scan(1)).toEqual({ outcome: 'done', readings: good });
    expect(device.connections).toBe(1);
  });
});

test('units behind one gateway share one connection, one request at a time', async () => {
  let running = 0;
  let most = 0;
  const device = await startDevice((request, socket) => {
    running += 1;
    most = Math.max(most, running);
    setTimeout(() => {
      running -= 1;
      socket.write(rightAnswer(request));
    }, 5);
  });
  const rig = connect(plantOfUnits(device.port, { units: [1, 2, 3, 4] }));
  const outcomes = await Promise.all([0, 1, 2, 3].map((driver) => rig.scan(driver)));
  expect(outcomes.map((outcome) => outcome.outcome)).toEqual(['done', 'done', 'done', 'done']);
  expect({ connections: device.connections, most }).toEqual({ connections: 1, most: 1 });
});

test('a device that wants a pause between requests gets it', async () => {
  const times: number[] = [];
  const device = await startDevice((request, socket) => {
    times.push(performance.now());
    socket.write(rightAnswer(request));
  });
  const rig = connect(plantOfUnits(device.port, { points: [0, 20, 40], more: 'limits: { maxGap: 0, pause: 80ms }, ' }));
  expect((await rig.scan()).outcome).toBe('done');
  expect(times).toHaveLength(3);
  for (const [index, time] of times.entries()) if (index > 0) expect(time - (times[index - 1] as number)).toBeGreaterThanOrEqual(79);
});

test('nobody there: told as refused at once, tried again with a growing wait, and found when it comes', async () => {
  const probe = await startDevice();
  const { port } = probe;
  for (const cleanup of cleanups.splice(0)) await cleanup();
  const rig = connect(plantOfUnits(port));
  expect((await rig.scan()).outcome).toBe('refused');
  expect((await rig.scan()).readings).toEqual(lost);
  const waits = rig.states.flatMap(({ state }) => (state.kind === 'failed' ? [state.retryInMs] : []));
  expect(waits.length).toBeGreaterThan(0);
  await startDevice(right, port);
  await expect.poll(async () => (await rig.scan()).readings, { timeout: 15_000, interval: 100 }).toEqual(good);
  expect(rig.states.at(-1)?.state.kind).toBe('connected');
});

describe('read only, by construction', () => {
  test('function codes other than 1 to 4 do not get past the port, in either framing', () => {
    for (let functionCode = 0; functionCode < 256; functionCode += 1) {
      const frame = Buffer.from([1, functionCode, 0, 0, 0, 1, 0, 0]);
      if (functionCode >= 1 && functionCode <= 4) expect(() => assertReadFrame(frame)).not.toThrow();
      else expect(() => assertReadFrame(frame)).toThrow(WriteRefusedError);
    }
  });

  test('through everything that a device can do to it, the driver sends reads of 12 bytes and nothing else', async () => {
    const behaviours: Behaviour[] = [
      right,
      (request, socket) => void socket.write(exception(request, 2)),
      (request, socket) => void socket.write(exception(request, 6)),
      (_request, socket) => void socket.destroy(),
      (_request, socket) => void socket.write(Buffer.alloc(40, 0x10)),
      () => undefined,
    ];
    const device = await startDevice((request, socket, number) =>
      (behaviours[number % behaviours.length] as Behaviour)(request, socket, number),
    );
    const plant = plantOfUnits(device.port, { units: [1, 2], points: [0, 1, 300] });
    const rig = connect(plant);
    for (let count = 0; count < 12; count += 1) await Promise.all([rig.scan(0), rig.scan(1)]);
    expect(device.requests.length).toBeGreaterThan(3);
    for (const { functionCode, raw } of device.requests) {
      expect([1, 2, 3, 4]).toContain(functionCode);
      expect(raw.readUInt16BE(2)).toBe(0);
      expect(raw.readUInt16BE(4)).toBe(6);
    }
  });

  test('no file of the collector names a write of Modbus or OPC UA', async () => {
    const { readdirSync, readFileSync } = await import('node:fs');
    const path = await import('node:path');
    const folder = path.resolve(path.dirname(new URL(import.meta.url).pathname), '..', '..');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    );
    expect(files.length).toBeGreaterThan(15);
    const named = files.filter((name) =>
      /writeFC(5|6|15|16|22|23)\b|writeCoil|writeRegister|session\.write|\.writeSingleNode|\.call\(\{|callMethod/.test(
        readFileSync(path.join(folder, name), 'utf8'),
      ),
    );
    expect(named).toEqual([]);
  });
});
