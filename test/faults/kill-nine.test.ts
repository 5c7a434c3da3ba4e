// `kill -9` of the all-in-one at random moments under load: no condition, no acknowledgement and no reading that was shown is lost, none invented, the chain intact;
// readings that were not stored yet are a gap just before the kill, and nowhere else.
import { randomInt } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createRandom, type Random } from '../../simulators/process/random.ts';
import { compareCounts, ReadingsWitness, watchReadings } from '../harness/counted-readings.ts';
import { signInDutyPerson } from '../harness/duty-person.ts';
import { killWhileStarting } from '../harness/gatewatch-process.ts';
import { expectActive, startTogglingPlant } from '../harness/toggling-plant.ts';
import { expectAllThere, expectChainIntact, Witness, watch } from '../harness/witness.ts';

const isLong = process.env.FAULTS === 'long';
const lives = isLong ? Number(process.env.LIVES ?? 10) : 1;
const killsEach = isLong ? 100 : 10;
/** Of the kills; the others come under load. */
const shareWhileStarting = 0.3;
/** What the historian keeps in memory at most, and what a busy machine adds. */
const holeBeforeKillMs = 3_000;
const seed = process.env.FAULTS_SEED === undefined ? randomInt(1 << 30) : Number(process.env.FAULTS_SEED);

interface Figures {
  kills: number;
  raises: number;
  acknowledgements: number;
  unanswered: number;
  journalLines: number;
  readingsTold: number;
  readingsStored: number;
  /** Answers of devices that were never stored, at a kill. */
  notStored: number;
  mostInOneHole: number;
  longestUnstoredMs: number;
  readAgainMs: number[];
}

test(`${lives * killsEach} times kill -9 under load: nothing witnessed is lost (seed ${seed})`, {
  timeout: lives * killsEach * 24_000,
}, async () => {
  const random = createRandom(seed);
  const figures: Figures = {
    kills: 0,
    raises: 0,
    acknowledgements: 0,
    unanswered: 0,
    journalLines: 0,
    readingsTold: 0,
    readingsStored: 0,
    notStored: 0,
    mostInOneHole: 0,
    longestUnstoredMs: 0,
    readAgainMs: [],
  };
  for (let life = 0; life < lives; life += 1) {
    await liveAndDie(random, figures);
    const readAgainMs = figures.readAgainMs.toSorted((one, other) => one - other);
    const at = (share: number) => Math.round(readAgainMs[Math.floor(share * (readAgainMs.length - 1))] ?? 0);
    console.log(
      `kill -9: seed ${seed}, ${figures.kills} kills, 0 lost or doubled of ${figures.raises} raises and ${figures.acknowledgements} acknowledgements witnessed ` +
        `(${figures.unanswered} unanswered), ${figures.journalLines} journal lines; 0 lost or doubled of ${figures.readingsTold} readings shown and ${figures.readingsStored} stored; ` +
        `${figures.notStored} answers not stored yet when killed, ${figures.mostInOneHole} of a device at most, up to ${figures.longestUnstoredMs} ms before the kill; ` +
        `devices asked again ${at(0.5)} ms (p50) to ${at(1)} ms after a kill`,
    );
  }
});

/** One data folder, killed again and again, then asked for all that was witnessed. */
async function liveAndDie(random: Random, figures: Figures): Promise<void> {
  const plant = await startTogglingPlant({ devices: 10, pointsEach: 100, scanMs: 200, random });
  const { devices } = plant;
  plant.toggle({ everyMs: 20, atOnce: 2, restMs: 600 });

  const fromMs = Date.now();
  const witness = new Witness();
  const readings = new ReadingsWitness();
  /** From a kill until the monitor was there again. */
  const away: (readonly [number, number])[] = [];
  let { gatewatch } = await plant.startOnDuty();
  onTestFinished(() => gatewatch.kill());
  for (let kill = 0; kill < killsEach; ) {
    let isOver = false;
    const client = await signInDutyPerson(gatewatch.address);
    const watching = [watch(client, witness, () => isOver), watchReadings(client, readings, devices.counts, () => isOver)];
    await pass(300 + random() * 1_700);
    isOver = true;
    await gatewatch.kill();
    const killedAtMs = Date.now();
    kill += 1;
    await Promise.all(watching);
    for (; kill < killsEach && random() < shareWhileStarting; kill += 1) await killWhileStarting(plant.startOptions(), random() * 2_000);
    const startedAtMs = Date.now();
    gatewatch = await plant.start();
    await expect.poll(() => devices.counts.every(({ answeredAtMs }) => (answeredAtMs.at(-1) ?? 0) > startedAtMs)).toBe(true);
    const againAtMs = Math.max(...devices.counts.map(({ answeredAtMs }) => answeredAtMs.find((atMs) => atMs > startedAtMs) ?? 0));
    figures.readAgainMs.push(againAtMs - startedAtMs);
    away.push([killedAtMs, Date.now()]);
  }
  figures.kills += killsEach;

  plant.rest();
  const client = await signInDutyPerson(gatewatch.address);
  await expectActive(client, devices);
  const counted = await compareCounts({ client, counts: devices.counts, witness: readings, fromMs, toMs: Date.now() });
  const journal = await client.journal();
  expect(await gatewatch.stop()).toBe(0);

  expect(witness.raised.size).toBeGreaterThan(100);
  expect(witness.acknowledged.size).toBeGreaterThan(50);
  expectAllThere(witness, journal);
  expect(readings.toldCount).toBeGreaterThan(killsEach / 2);
  expect({ lost: counted.lost, doubled: counted.doubled, wrong: counted.wrong }).toEqual({ lost: 0, doubled: 0, wrong: 0 });
  for (const hole of counted.holes) {
    const [first = 0] = hole.answeredAtMs;
    const last = hole.answeredAtMs.at(-1) ?? 0;
    const kill = away.find(([killedAtMs, againAtMs]) => first > killedAtMs - holeBeforeKillMs && last < againAtMs);
    expect(
      kill,
      `${hole.answeredAtMs.length} answers of ${hole.pointId} from ${first} to ${last} are missing, and nothing was killed then`,
    ).toBeDefined();
    figures.notStored += hole.answeredAtMs.length;
    figures.mostInOneHole = Math.max(figures.mostInOneHole, hole.answeredAtMs.length);
    figures.longestUnstoredMs = Math.max(figures.longestUnstoredMs, (kill?.[0] ?? 0) - first);
  }

  await expectChainIntact(plant.startOptions().dataDir);
  await devices.stop();
  figures.raises += witness.raised.size;
  figures.acknowledgements += witness.acknowledged.size;
  figures.unanswered += witness.unanswered;
  figures.journalLines += journal.length;
  figures.readingsTold += readings.toldCount;
  figures.readingsStored += counted.stored;
}
