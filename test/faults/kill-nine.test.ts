// `kill -9` of the all-in-one at random moments under load: no condition and no acknowledgement lost, none invented, the chain intact.
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../server/journal/database.ts';
import { verifyChain } from '../../server/journal/journal.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { addDutyPerson, signInDutyPerson } from '../harness/duty-person.ts';
import { startGatewatch } from '../harness/gatewatch-process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { startTogglingDevices } from '../harness/toggling-devices.ts';
import { expectAllThere, Witness, watch } from '../harness/witness.ts';

const kills = process.env.FAULTS === 'long' ? 1_000 : 10;
const seed = randomInt(1 << 30);

test(`${kills} times kill -9 under load: nothing witnessed is lost (seed ${seed})`, { timeout: kills * 24_000 }, async () => {
  const random = createRandom(seed);
  const devices = await startTogglingDevices({ devices: 10, pointsEach: 100, scanMs: 200, random });
  onTestFinished(() => devices.stop());
  const folder = temporaryFolder();
  const plantFile = path.join(folder, 'plant.yaml');
  writeFileSync(plantFile, devices.plantText);
  const dataDir = path.join(folder, 'data');
  const start = () => startGatewatch({ dataDir, arguments: ['--plant', plantFile, '--no-simulators'] });

  const toggling = setInterval(() => {
    for (let count = 0; count < 2; count += 1) devices.toggle(Date.now(), 600);
  }, 20);
  onTestFinished(() => clearInterval(toggling));

  const witness = new Witness();
  let gatewatch = await start();
  await addDutyPerson(gatewatch.address, gatewatch.firstPassword);
  for (let round = 0; round < kills; round += 1) {
    let isOver = false;
    const client = await signInDutyPerson(gatewatch.address);
    const watching = watch(client, witness, () => isOver);
    await new Promise((resolve) => setTimeout(resolve, 500 + random() * 2_500));
    isOver = true;
    await gatewatch.kill();
    await watching;
    gatewatch = await start();
  }

  clearInterval(toggling);
  const client = await signInDutyPerson(gatewatch.address);
  await expect
    .poll(async () => new Set((await client.alarms('?state=active')).map((alarm) => alarm.alarmId)), { timeout: 20_000, interval: 200 })
    .toEqual(devices.trueAlarms());
  const journal = await client.journal();
  expect(await gatewatch.stop()).toBe(0);

  expect(witness.raised.size).toBeGreaterThan(100);
  expect(witness.acknowledged.size).toBeGreaterThan(50);
  expectAllThere(witness, journal);

  const database = await openDatabase('sqlite:', dataDir);
  expect(await verifyChain(database)).toMatchObject({ kind: 'intact' });
  await database.destroy();
  console.log(
    `kill -9: seed ${seed}, ${kills} kills, ${witness.raised.size} raises and ${witness.acknowledged.size} acknowledgements witnessed, ${witness.unanswered} unanswered, ${journal.length} journal lines`,
  );
});
