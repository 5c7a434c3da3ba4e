// A disk whose blocks cannot be written any more while the monitor is under load: writes and fsync answer EIO, the file system gives up and is read only. Nothing is
// confirmed after that which is not on the disk, people are told that their acknowledgement was not taken, and what is on the disk opens and goes on.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFailed, onTestFinished, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { openDatabase } from '../../server/journal/database.ts';
import { verifyChain } from '../../server/journal/journal.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { addDutyPerson, signInDutyPerson } from '../harness/duty-person.ts';
import { openForgetfulDisk } from '../harness/forgetful-disk.ts';
import { startGatewatch } from '../harness/gatewatch-process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { startTogglingDevices } from '../harness/toggling-devices.ts';
import { expectAllThere, missingFrom, Witness, watch } from '../harness/witness.ts';

const rounds = process.env.FAULTS === 'long' ? 50 : 1;
const seed = Number(process.env.FAULTS_SEED ?? Math.floor(Math.random() * 2 ** 30));

test(`${rounds} disks that fail under load (seed ${seed})`, { timeout: 60_000 + rounds * 60_000 }, async (context) => {
  const random = createRandom(seed);
  const figures = { before: 0, after: 0, refused: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const refusal = await failOnce(random, figures);
    if (refusal === null) continue;
    console.log(`failing disk: skipped, no disk of its own can be had here (${refusal})`);
    context.skip();
  }
  console.log(
    `failing disk: seed ${seed}, ${rounds} disks; ${figures.before} facts confirmed before and ${figures.after} after the first block failed, 0 of them missing on the disk; ` +
      `${figures.refused} requests refused`,
  );
});

async function failOnce(random: () => number, figures: { before: number; after: number; refused: number }): Promise<string | null> {
  const folder = temporaryFolder();
  const disk = openForgetfulDisk(folder, 128);
  if (typeof disk === 'string') return disk;
  onTestFinished(() => disk.close());
  const devices = await startTogglingDevices({ devices: 10, pointsEach: 100, scanMs: 200, random });
  onTestFinished(() => devices.stop());
  const plantFile = path.join(folder, 'plant.json');
  writeFileSync(plantFile, devices.plantText);
  const toggling = setInterval(() => {
    for (let count = 0; count < 2; count += 1) devices.toggle(Date.now(), 600);
  }, 20);
  onTestFinished(() => clearInterval(toggling));
  const dataDir = path.join(disk.folder, 'data');
  const start = () => startGatewatch({ dataDir, arguments: ['--plant', plantFile, '--no-simulators'] });
  const gatewatch = await start();
  onTestFailed(() =>
    console.log(`ended by ${gatewatch.child.signalCode ?? gatewatch.child.exitCode}:\n${gatewatch.output().slice(-6_000)}`),
  );
  onTestFinished(() => gatewatch.kill());
  await addDutyPerson(gatewatch.address, gatewatch.firstPassword);
  const client = await signInDutyPerson(gatewatch.address);
  const witness = new Witness();
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
  });
  const watching = watch(client, witness, () => isOver);
  await new Promise((resolve) => setTimeout(resolve, 1_000 + random() * 1_500));
  const before = witness.raised.size + witness.acknowledged.size;
  figures.before += before;
  disk.fail();
  // Until the disk refuses: then a person is told so, each time.
  let refused = 0;
  await expect
    .poll(
      async () => {
        // On a quiet machine everything was acknowledged before, and nothing new can rise: then he says something of one that is active.
        const [waiting] = await client.alarms('?state=unacknowledged');
        const [alarm] = waiting === undefined ? await client.alarms('?state=active') : [waiting];
        if (alarm === undefined) return refused;
        const answer = await client.ask<AlarmView>('POST', `/api/alarms/${alarm.id}/${waiting === undefined ? 'comment' : 'acknowledge'}`, {
          version: alarm.version,
          comment: 'asked',
        });
        if (answer.status === 503) refused += 1;
        else expect([200, 404, 409, 422]).toContain(answer.status);
        return refused;
      },
      { timeout: 40_000, interval: 20 },
    )
    .toBeGreaterThan(20);
  figures.refused += refused;
  isOver = true;
  await watching;
  clearInterval(toggling);
  await gatewatch.kill();
  figures.after += witness.raised.size + witness.acknowledged.size - before;

  disk.mountAgain();
  const again = await start();
  onTestFinished(() => again.kill());
  const sameClient = await signInDutyPerson(again.address);
  await expect
    .poll(async () => new Set((await sameClient.alarms('?state=active')).map((alarm) => alarm.alarmId)), { timeout: 20_000, interval: 200 })
    .toEqual(devices.trueAlarms());
  const journal = await sameClient.journal();
  expect(missingFrom(journal, witness)).toEqual([]);
  expectAllThere(witness, journal);
  expect(await again.stop()).toBe(0);
  const database = await openDatabase('sqlite:', dataDir);
  expect(await verifyChain(database)).toMatchObject({ kind: 'intact' });
  await database.destroy();
  disk.close();
  await devices.stop();
  return null;
}
