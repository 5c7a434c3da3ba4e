// Hours under load with something failing all the time: 100 devices of 100 points a second, devices ill, pages that come and go, the process itself held
// still, that of its readings database killed. Everything answered is stored, every alarm that was true is raised once, memory and handles stay where they were.
// `FAULTS=long`: two hours; `SOAK_MINUTES=N` for another length.
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createRandom, type Random } from '../../../simulators/process/random.ts';
import { addDutyPerson, signInDutyPerson } from '../../harness/duty-person.ts';
import { startGatewatch } from '../../harness/gatewatch-process.ts';
import { readingsProcessOf, signalAll } from '../../harness/process-tree.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { expectAllThere, expectChainIntact, Witness, watch } from '../../harness/witness.ts';
import { CountingDevice, deviceFaults, plantTextOf } from './counting-devices.ts';
import { leastOfEach, type ProcessSample, sampleProcess, slopeAnHour } from './process-samples.ts';
import { RestlessClients } from './restless-clients.ts';
import { compareStored } from './stored-readings.ts';

const isLong = process.env.FAULTS === 'long' || process.env.SOAK_MINUTES !== undefined;
const lengthMs = isLong ? Number(process.env.SOAK_MINUTES ?? 120) * 60_000 : 25_000;
const deviceCount = isLong ? 100 : 20;
const togglingPoints = 18;
const wavePoints = 81;
const holdEveryMs = isLong ? 300_000 : 12_000;
const readingsKillEveryMs = isLong ? 600_000 : 3_000;
const sampleEveryMs = isLong ? 10_000 : 1_000;
const stretchMs = isLong ? 300_000 : 5_000;
/** Files and sockets that may be open more at the end than at the beginning: those of the historian come and go. */
const handleAllowance = 10;
/** An hour, where it lasts for one: what a warm process may still grow while its caches and the historian's fill. */
const mostHeapGrowthMB = 10;
const mostResidentGrowthMB = 50;
const seed = Number(process.env.FAULTS_SEED ?? randomInt(1 << 30));

test(`${lengthMs / 1_000} s with faults all the time: nothing lost, nothing grows (seed ${seed})`, {
  timeout: lengthMs * 1.5 + 300_000,
}, async () => {
  const random = createRandom(seed);
  const devices = Array.from({ length: deviceCount }, (_, index) => new CountingDevice(index, togglingPoints, wavePoints));
  onTestFinished(async () => void (await Promise.all(devices.map((device) => device.stop()))));
  for (const device of devices) await device.start();
  const folder = temporaryFolder();
  const plantFile = path.join(folder, 'plant.json');
  writeFileSync(plantFile, plantTextOf(devices));
  const dataDir = path.join(folder, 'data');

  const fromMs = Date.now();
  const gatewatch = await startGatewatch({ dataDir, arguments: ['--plant', plantFile, '--no-simulators'] });
  onTestFinished(() => gatewatch.kill());
  await addDutyPerson(gatewatch.address, gatewatch.firstPassword);
  const client = await signInDutyPerson(gatewatch.address);

  const begunMs = Date.now();
  const endMs = begunMs + lengthMs;
  const isOver = () => Date.now() >= endMs;
  const witness = new Witness();
  const people = new RestlessClients(client, devices, random);
  const holds: [number, number][] = [];
  const samples: ProcessSample[] = [];
  const pid = gatewatch.child.pid as number;
  const sample = async () => {
    const taken = await sampleProcess(pid, gatewatch.address, Date.now());
    if (taken !== null) samples.push(taken);
  };
  await pass(5_000); // every device has been read, and is read again
  await sample();
  const handlesBefore = (samples[0] as ProcessSample).handles;
  let faults = 0;
  let readingsKills = 0;

  await Promise.all([
    watch(client, witness, isOver, 500),
    // Four alarms a second turn, at rest for the last five seconds.
    again(250, isOver, async () => {
      if (Date.now() < endMs - 5_000) oneOf(devices, random).toggle(Math.floor(random() * togglingPoints), Date.now(), 3_000);
    }),
    again(isLong ? 4_000 : 1_000, isOver, async () => {
      const device = oneOf(devices, random);
      if (device.isIll || Date.now() > endMs - 25_000 * (isLong ? 1 : 0.4)) return;
      faults += 1;
      await device.fail(oneOf(deviceFaults, random));
      setTimeout(() => void device.mend(), 100 + random() * (isLong ? 15_000 : 4_000));
    }),
    again(isLong ? 3_000 : 500, isOver, async () => people.come(isLong ? 30_000 : 3_000)),
    again(holdEveryMs, isOver, async () => {
      if (Date.now() > endMs - 15_000 * (isLong ? 1 : 0.4)) return;
      const hold: [number, number] = [Date.now(), Number.POSITIVE_INFINITY];
      holds.push(hold);
      gatewatch.child.kill('SIGSTOP');
      await pass(500 + random() * 3_500);
      gatewatch.child.kill('SIGCONT');
      hold[1] = Date.now();
    }),
    // Only at first: a process that is young says nothing of its memory.
    again(
      readingsKillEveryMs,
      () => Date.now() >= begunMs + lengthMs / (isLong ? 4 : 2),
      async () => {
        signalAll([readingsProcessOf(path.join(dataDir, 'historian')) as number], 'SIGKILL');
        readingsKills += 1;
      },
    ),
    again(sampleEveryMs, isOver, sample),
  ]);
  await people.allGone();

  const trueAlarms = new Set(
    devices.flatMap((device) =>
      Array.from({ length: togglingPoints }, (_, point) => point)
        .filter((point) => device.isTrue(point))
        .map((point) => `${device.stationId}.${device.togglingTag(point)}.high`),
    ),
  );
  const active = async () =>
    new Set(
      (await client.alarms('?state=active')).map((alarm) => alarm.alarmId).filter((id) => trueAlarms.has(id) || id.endsWith('.high')),
    );
  await expect.poll(active, { timeout: 30_000, interval: 500 }).toEqual(trueAlarms);
  await expect
    .poll(
      async () => {
        await sample();
        return (samples.at(-1) as ProcessSample).handles - handlesBefore;
      },
      { timeout: 60_000, interval: 1_000 },
    )
    .toBeLessThanOrEqual(handleAllowance);
  const toMs = Date.now();
  await pass(3_000);

  const compared = await compareStored({ client, devices, faultTimes: holds, fromMs, toMs, random });
  const journal = await client.journal();
  expect(await gatewatch.stop()).toBe(0);

  const raises = new Map<string, number[]>();
  for (const entry of journal)
    if (entry.kind === 'alarm.raise') raises.set(entry.alarmId ?? '', [...(raises.get(entry.alarmId ?? '') ?? []), entry.occurredAtMs]);
  let expectedRaises = 0;
  let lostRaises = 0;
  let inventedRaises = 0;
  for (const [alarmId, expected] of compared.expectedRaises) {
    const found = raises.get(alarmId) ?? [];
    expectedRaises += expected.length;
    lostRaises += Math.max(0, expected.length - found.length);
    inventedRaises += Math.max(0, found.length - expected.length);
    if (found.length !== expected.length) console.log(`soak: ${alarmId} expected ${expected.join(' ')}, journaled ${found.join(' ')}`);
  }
  const settled = samples.filter((taken) => taken.atMs >= begunMs + lengthMs / 4);
  const leastHeap = leastOfEach(settled, stretchMs, (taken) => taken.heapMB);
  const leastResident = leastOfEach(settled, stretchMs, (taken) => taken.residentMB);
  const mostHandles = Math.max(...samples.map((taken) => taken.handles));
  console.log(
    [
      `soak: seed ${seed}, ${(lengthMs / 60_000).toFixed(1)} min, ${deviceCount} devices × ${togglingPoints + wavePoints + 1} points, ${faults} device faults, the process held ${holds.length} times, that of the readings database killed ${readingsKills} times, pages ${JSON.stringify(people.came)} with ${people.batches} batches, ${people.unanswered} requests unanswered`,
      `  answers: ${compared.answered} given, ${compared.stored} stored, ${compared.missingInFaults} missing in faults, ${compared.missingMarkedBad} late and marked bad; ${compared.lost} lost, ${compared.doubled} doubled; ${compared.wrong} of ${compared.comparedValues} values wrong (${compared.withoutCount} without a count beside them)`,
      `  alarms: ${expectedRaises} raises, ${lostRaises} lost, ${inventedRaises} invented, ${compared.raisesNotRead} that a device gave but whose point was not read then; ${witness.raised.size} raises and ${witness.acknowledged.size} acknowledgements witnessed`,
      `  heap at its least ${leastHeap.map(({ value }) => value.toFixed(0)).join(' ')} MB, ${slopeAnHour(leastHeap).toFixed(1)} MB/h`,
      `  resident at its least ${leastResident.map(({ value }) => value.toFixed(0)).join(' ')} MB, ${slopeAnHour(leastResident).toFixed(1)} MB/h`,
      `  handles ${handlesBefore} before, ${mostHandles} at most, ${(samples.at(-1) as ProcessSample).handles} after`,
    ].join('\n'),
  );

  if (lengthMs >= 3_600_000) {
    expect(slopeAnHour(leastHeap)).toBeLessThan(mostHeapGrowthMB);
    expect(slopeAnHour(leastResident)).toBeLessThan(mostResidentGrowthMB);
  }
  expect(compared.stored).toBeGreaterThan(deviceCount * 10);
  expect(readingsKills).toBeGreaterThan(0);
  expect({ lost: compared.lost, doubled: compared.doubled, wrong: compared.wrong }).toEqual({ lost: 0, doubled: 0, wrong: 0 });
  expect(expectedRaises).toBeGreaterThan(10);
  expect({ lostRaises, inventedRaises }).toEqual({ lostRaises: 0, inventedRaises: 0 });
  expect(witness.acknowledged.size).toBeGreaterThan(5);
  expectAllThere(witness, journal);
  await expectChainIntact(dataDir);
});

function oneOf<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** Every `everyMs` until it is over; the next does not begin before the last has ended. */
async function again(everyMs: number, isOver: () => boolean, step: () => Promise<void>): Promise<void> {
  while (!isOver()) {
    await pass(everyMs);
    if (!isOver()) await step();
  }
}
