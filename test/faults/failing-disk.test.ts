// A disk whose blocks cannot be written any more while the monitor is under load: writes and fsync answer EIO, the file system gives up and is read only. Nothing is
// confirmed after that which is not on the disk, people are told that their acknowledgement was not taken, and what is on the disk opens and goes on.
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { expect, onTestFailed, onTestFinished, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { signInDutyPerson } from '../harness/duty-person.ts';
import { openForgetfulDisk } from '../harness/forgetful-disk.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { expectActive, startTogglingPlant } from '../harness/toggling-plant.ts';
import { expectAllThere, expectChainIntact, missingFrom, Witness, watch } from '../harness/witness.ts';

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
  const dataDir = path.join(disk.folder, 'data');
  const plant = await startTogglingPlant({ devices: 10, pointsEach: 100, scanMs: 200, random, folder });
  const { devices } = plant;
  plant.toggle({ everyMs: 20, atOnce: 2, restMs: 600 });
  const { gatewatch, client } = await plant.startOnDuty({ dataDir });
  onTestFailed(() =>
    console.log(`ended by ${gatewatch.child.signalCode ?? gatewatch.child.exitCode}:\n${gatewatch.output().slice(-6_000)}`),
  );
  const witness = new Witness();
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
  });
  const watching = watch(client, witness, () => isOver);
  await pass(1_000 + random() * 1_500);
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
  plant.rest();
  await gatewatch.kill();
  figures.after += witness.raised.size + witness.acknowledged.size - before;

  disk.mountAgain();
  const again = await plant.start({ dataDir });
  onTestFinished(() => again.kill());
  const sameClient = await signInDutyPerson(again.address);
  await expectActive(sameClient, devices);
  const journal = await sameClient.journal();
  expect(missingFrom(journal, witness)).toEqual([]);
  expectAllThere(witness, journal);
  expect(await again.stop()).toBe(0);
  await expectChainIntact(dataDir);
  disk.close();
  await devices.stop();
  return null;
}
