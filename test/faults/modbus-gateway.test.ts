// 200 units behind one Modbus gateway that answers late: down a newer connection, across the wrap of transaction ids, in place of another's answer.
// Every value carries the number of the request it answers, so that another's value is seen. FAULTS_SEED replays.
import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Quality } from '../../domain/readings/quality.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { driveModbus, openTcpSockets, plantOfUnits, settled } from '../harness/driven-modbus.ts';
import { type Asked, startHostileModbus } from '../harness/hostile-modbus.ts';
import { rightReply, valueAt } from '../harness/modbus-frames.ts';

const isLong = process.env.FAULTS === 'long';
const seed = Number(process.env.FAULTS_SEED ?? randomInt(1 << 30));
const wantedValues = isLong ? 1_000_000 : 60_000;
const units = Array.from({ length: 200 }, (_, index) => index + 1);
const points = [0, 1, 5].map((address) => ({ table: 'holding', address }));

interface Late {
  readonly dueAt: number;
  readonly bytes: Buffer;
}

test(`late answers of a gateway with ${units.length} units, ${wantedValues} values (seed ${seed})`, {
  timeout: isLong ? 7_200_000 : 170_000,
}, async () => {
  const random = createRandom(seed);
  const below = (end: number) => Math.floor(random() * end);
  const answeredAs = new Map<number, number>();
  const held: Late[] = [];
  let wraps = 0;
  let late = 0;
  let lastId = 0;
  let silentUnits = new Set<number>();
  let isTroubled = true;
  const gateway = await startHostileModbus((asked: Asked, socket: Socket) => {
    if (asked.transactionId < lastId) wraps += 1;
    lastId = asked.transactionId;
    answeredAs.set(asked.unitId, asked.serial);
    const right = rightReply(asked, asked.serial);
    if (!isTroubled) {
      socket.write(right);
      return;
    }
    const due = held.filter((one) => one.dueAt <= asked.serial);
    for (const one of due) held.splice(held.indexOf(one), 1);
    late += due.length;
    const draw = random();
    // Late by a few requests, by exactly the 256 after which the library's own ids come again, or by hundreds.
    const delay = () => [1, 2, 255, 256, 257, 512, 1 + below(2_000)][below(7)] ?? 1;
    if (silentUnits.has(asked.unitId) || draw < 0.01) {
      held.push({ dueAt: asked.serial + delay(), bytes: right });
      for (const one of due) socket.write(one.bytes);
    } else if (draw < 0.02) {
      // Answered, and once more later.
      held.push({ dueAt: asked.serial + delay(), bytes: right });
      socket.write(right);
      for (const one of due) socket.write(one.bytes);
    } else {
      for (const one of due) socket.write(one.bytes);
      socket.write(right);
    }
  });
  onTestFinished(() => gateway.stop());
  let isFirst = true;
  const driven = driveModbus(plantOfUnits(gateway.port, units, points), () => {
    // The first number drawn is the first transaction id: near the wrap.
    if (!isFirst) return random();
    isFirst = false;
    return 64_000 / 65_536;
  });
  onTestFinished(() => driven.stop());

  let values = 0;
  let good = 0;
  let rounds = 0;
  const scanAll = async () => {
    const all = await settled(driven, Promise.all(units.map((_, index) => driven.scan(index))), () => gateway.asked);
    all.forEach(({ readings }, index) => {
      expect(readings).toHaveLength(points.length);
      const serial = answeredAs.get(units[index] ?? 0) ?? -1;
      for (const { functionCode, address, value, quality } of readings) {
        values += 1;
        if (quality !== Quality.good) continue;
        good += 1;
        if (value !== valueAt(serial, functionCode, address))
          throw new Error(`seed ${seed}: unit ${units[index]} address ${address}: ${value} is not what it answered to request ${serial}`);
      }
    });
    rounds += 1;
    return all;
  };
  const socketsBefore = openTcpSockets();
  while (values < wantedValues) {
    silentUnits = new Set(random() < 0.5 ? [] : [1 + below(units.length)]);
    await scanAll();
    driven.clock.advance(31_000);
  }
  isTroubled = false;
  await settled(driven, driven.scan(0), () => gateway.asked);
  driven.clock.advance(31_000);
  for (const { outcome, readings } of await scanAll()) {
    expect(outcome).toBe('done');
    expect(readings.every((reading) => reading.quality === Quality.good)).toBe(true);
  }
  expect(late).toBeGreaterThan(100);
  expect(wraps).toBeGreaterThan(0);
  expect(good).toBeGreaterThan(values / 10);
  await expect.poll(() => gateway.openSockets, { timeout: 5_000 }).toBe(1);
  expect(openTcpSockets()).toBeLessThanOrEqual(socketsBefore + 2);
  console.log(
    `modbus gateway: seed ${seed}, ${units.length} units, ${rounds} rounds, ${gateway.asked} requests on ${gateway.connections} connections, ${late} late answers, ${wraps} wraps of the transaction id; 0 wrong values of ${values} (${good} good, the others told as bad)`,
  );
});

test('one silent unit is no gap for its neighbours', async () => {
  const silent = 3;
  const gateway = await startHostileModbus((asked, socket) => {
    if (asked.unitId !== silent) socket.write(rightReply(asked, asked.serial));
  });
  onTestFinished(() => gateway.stop());
  const driven = driveModbus(plantOfUnits(gateway.port, units, points), () => 0.5);
  onTestFinished(() => driven.stop());
  for (let round = 0; round < 5; round += 1) {
    const all = await settled(driven, Promise.all(units.map((_, index) => driven.scan(index))), () => gateway.asked);
    const bad = all.flatMap(({ readings }, index) => (readings.every((reading) => reading.quality === Quality.good) ? [] : [units[index]]));
    expect(bad).toEqual([silent]);
    driven.clock.advance(31_000);
  }
});
