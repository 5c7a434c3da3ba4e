// Modbus devices whose line breaks: refused, open but dead, RST or FIN in the middle of a request, a byte a second. Each request settles, no handle is left,
// bad quality is told within three seconds, and the other devices notice nothing. FAULTS_SEED replays.
import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { PolledDriver } from '../../collector/drivers/driver.ts';
import { createModbusDrivers } from '../../collector/drivers/modbus/modbus-drivers.ts';
import { ScanScheduler } from '../../collector/scheduler/scan-scheduler.ts';
import { systemClock } from '../../collector/system-clock.ts';
import type { ModbusDevice } from '../../domain/plant/plant.ts';
import { isBad, Quality } from '../../domain/readings/quality.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { driveModbus, openTcpSockets, plantOfUnits, requestTimeoutMs, settled } from '../harness/driven-modbus.ts';
import { type Asked, type Behaviour, type HostileModbus, startHostileModbus } from '../harness/hostile-modbus.ts';
import { rightReply } from '../harness/modbus-frames.ts';
import { plantOfDevices } from '../harness/plant-of.ts';

const isLong = process.env.FAULTS === 'long';
const seed = Number(process.env.FAULTS_SEED ?? randomInt(1 << 30));
const cuts = isLong ? 10_000 : 1_000;
const rounds = isLong ? 10 : 1;
const phaseMs = isLong ? 3_000 : 1_000;

test(`${cuts} times RST, FIN or silence in the middle of a request (seed ${seed})`, { timeout: isLong ? 1_800_000 : 120_000 }, async () => {
  const random = createRandom(seed);
  const device = await startHostileModbus(() => undefined);
  onTestFinished(() => device.stop());
  const points = [0, 1, 2].map((address) => ({ table: 'holding', address }));
  const driven = driveModbus(plantOfUnits(device.port, [1], points), random);
  onTestFinished(() => driven.stop());
  const right: Behaviour = (asked, socket) => void socket.write(rightReply(asked, asked.serial));
  const part = (asked: Asked) => {
    const reply = rightReply(asked, asked.serial);
    return reply.subarray(0, Math.floor(random() * reply.length));
  };
  const faults: Record<string, Behaviour> = {
    rst: (asked, socket) => {
      socket.write(part(asked));
      socket.resetAndDestroy();
    },
    fin: (asked, socket) => void socket.end(part(asked)),
    silence: (asked, socket) => void socket.write(part(asked)),
  };
  const scan = () => settled(driven, driven.scan(0), () => device.asked);
  device.behave = right;
  await scan();
  const openBefore = openTcpSockets();
  const outcomes = new Map<string, number>();
  let latestMs = 0;
  for (let count = 0; count < cuts; count += 1) {
    const name = Object.keys(faults)[Math.floor(random() * 3)] ?? 'rst';
    device.behave = faults[name] as Behaviour;
    const startMs = driven.clock.monotonicMs();
    const { outcome, readings } = await scan();
    latestMs = Math.max(latestMs, driven.clock.monotonicMs() - startMs);
    expect(outcome).toMatch(/reset|closed|timeout/);
    expect(readings.map((reading) => reading.quality)).toEqual(points.map(() => Quality.badCommFail));
    outcomes.set(`${name}: ${outcome}`, (outcomes.get(`${name}: ${outcome}`) ?? 0) + 1);
    // A single failure is no back-off: the next poll asks at once.
    device.behave = right;
    const after = await scan();
    expect({ outcome: after.outcome, good: after.readings.filter((reading) => reading.quality === Quality.good).length }).toEqual({
      outcome: 'done',
      good: points.length,
    });
  }
  expect(latestMs).toBeLessThanOrEqual(requestTimeoutMs);
  await expect.poll(() => device.openSockets, { timeout: 5_000 }).toBe(1);
  expect(openTcpSockets()).toBeLessThanOrEqual(openBefore + 1);
  console.log(
    `modbus cuts: seed ${seed}, ${cuts} in mid-request (${[...outcomes].map(([name, count]) => `${name} ${count}`).join(', ')}), each settled by its deadline and good at the next poll; ${openTcpSockets()} sockets open (${openBefore} at the start)`,
  );
});

interface Watched {
  readonly durationsMs: number[];
  badAtMs: number;
  bad: number;
}

function plantOfPorts(ports: readonly number[]) {
  return plantOfDevices(
    ports.map(
      (port, index) =>
        `{ id: D-${index}, protocol: modbusTcp, host: 127.0.0.1, port: ${port}, unitId: 1, scan: 200ms, points: [{ tag: P-${index}, name: p, range: { min: 0, max: 70000 }, register: { table: holding, address: 0, type: uint16 } }] }`,
    ),
  );
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

test('a device that dies in any way is told within three seconds, and its neighbours are not delayed', {
  timeout: isLong ? 1_800_000 : 120_000,
}, async () => {
  const right: Behaviour = (asked, socket) => void socket.write(rightReply(asked, asked.serial));
  const neighbours = await Promise.all(Array.from({ length: 20 }, () => startHostileModbus(right)));
  for (const neighbour of neighbours) onTestFinished(() => neighbour.stop());
  let ill: HostileModbus = await startHostileModbus(right);
  onTestFinished(() => ill.stop());
  const illPort = ill.port;
  const plant = plantOfPorts([illPort, ...neighbours.map(({ port }) => port)]);
  const watched: Watched[] = plant.devices.map(() => ({ durationsMs: [], badAtMs: 0, bad: 0 }));
  let illIsGood = false;
  const modbus = createModbusDrivers({
    plant,
    devices: plant.devices as ModbusDevice[],
    clock: systemClock,
    sink: {
      readings(batch) {
        for (let row = 0; row < batch.length; row += 1) {
          const deviceIndex = plant.points[batch.point[row] ?? 0]?.deviceIndex ?? 0;
          const isReadingBad = isBad(batch.quality[row] ?? 0);
          if (deviceIndex === 0) illIsGood = !isReadingBad;
          const device = watched[deviceIndex];
          if (device === undefined || !isReadingBad) continue;
          device.bad += 1;
          if (device.badAtMs === 0) device.badAtMs = performance.now();
        }
      },
      connection: () => undefined,
    },
  });
  onTestFinished(() => modbus.stop());
  const scheduler = new ScanScheduler(systemClock);
  for (const driver of modbus.drivers)
    scheduler.add({
      kind: 'polled',
      deviceIndex: driver.deviceIndex,
      groups: driver.groups,
      stop: () => driver.stop(),
      async scan(group) {
        const startMs = performance.now();
        const outcome = await driver.scan(group);
        watched[driver.deviceIndex]?.durationsMs.push(performance.now() - startMs);
        return outcome;
      },
    } satisfies PolledDriver);
  scheduler.start();
  onTestFinished(() => scheduler.stop());
  const illGood = () => expect.poll(() => illIsGood, { timeout: 60_000 }).toBe(true);
  await illGood();

  const scansOf = () => watched.slice(1).reduce((sum, device) => sum + device.durationsMs.length, 0);
  const during = async (durations: number[]) => {
    for (const device of watched) device.durationsMs.length = 0;
    const wanted = (phaseMs / 200) * neighbours.length;
    await expect.poll(scansOf, { timeout: 60_000, interval: 100 }).toBeGreaterThanOrEqual(wanted);
    for (const device of watched.slice(1)) durations.push(...device.durationsMs);
  };
  const drip = (asked: Asked, socket: Socket) => {
    const bytes = rightReply(asked, asked.serial);
    let sent = 0;
    const timer = setInterval(() => {
      if (socket.destroyed || sent >= bytes.length) clearInterval(timer);
      else socket.write(bytes.subarray(sent, ++sent));
    }, 1_000);
    socket.on('close', () => clearInterval(timer));
  };
  const faults: Record<string, () => Promise<void> | void> = {
    refused: () => ill.stop(),
    'half-open': () => {
      ill.behave = () => undefined;
    },
    'reset in mid-request': () => {
      ill.behave = (asked, socket) => {
        socket.write(rightReply(asked, asked.serial).subarray(0, 5));
        socket.resetAndDestroy();
      };
    },
    'closed in mid-request': () => {
      ill.behave = (asked, socket) => void socket.end(rightReply(asked, asked.serial).subarray(0, 5));
    },
    'a byte a second': () => {
      ill.behave = drip;
    },
  };
  const calm: number[] = [];
  const troubled: number[] = [];
  const toldAfterMs = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, begin] of Object.entries(faults)) {
      await during(calm);
      const startMs = performance.now();
      if (watched[0] !== undefined) watched[0].badAtMs = 0;
      await begin();
      await during(troubled);
      await expect.poll(() => watched[0]?.badAtMs ?? 0, { timeout: 10_000, interval: 20 }).toBeGreaterThan(0);
      toldAfterMs.set(name, Math.max(toldAfterMs.get(name) ?? 0, (watched[0]?.badAtMs ?? 0) - startMs));
      if (name === 'refused') ill = await startHostileModbus(right, illPort);
      ill.behave = right;
      modbus.lineOf(0)?.reconnect();
      await illGood();
    }
  }
  for (const [name, ms] of toldAfterMs) expect(ms, name).toBeLessThan(3_000);
  // Not one neighbour had a gap, and none waited for the ill one's time-out.
  expect(watched.slice(1).map((device) => device.bad)).toEqual(neighbours.map(() => 0));
  const figure = (values: readonly number[]) =>
    `p50 ${percentile(values, 0.5).toFixed(2)} ms, p99 ${percentile(values, 0.99).toFixed(2)} ms`;
  console.log(
    `modbus neighbours: bad quality after ${[...toldAfterMs].map(([name, ms]) => `${name} ${Math.round(ms)} ms`).join(', ')}; ${neighbours.length} neighbours, 0 bad readings; a scan of theirs took ${figure(calm)} while all was well (${calm.length} scans), ${figure(troubled)} beside the ill device (${troubled.length} scans)`,
  );
});
