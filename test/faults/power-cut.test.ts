// The power goes while the monitor is under load: the disk as it was, as the cache was, and torn between the two. Each opens, its integrity and its chain hold, and
// everything that a person had been told is in it; some are started, and go on. What the disk's own cache loses after a sync is not modelled.
import { randomInt } from 'node:crypto';
import { cpSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pass } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { openDatabase } from '../../server/journal/database.ts';
import { readJournalAfter, verifyChain } from '../../server/journal/journal.ts';
import { createRandom, type Random } from '../../simulators/process/random.ts';
import { signInDutyPerson } from '../harness/duty-person.ts';
import { type ForgetfulDisk, openForgetfulDisk, type PowerCut } from '../harness/forgetful-disk.ts';
import type { GatewatchProcess } from '../harness/gatewatch-process.ts';
import { signalAll, treeOf } from '../harness/process-tree.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import type { TogglingDevices } from '../harness/toggling-devices.ts';
import { expectActive, startTogglingPlant } from '../harness/toggling-plant.ts';
import { expectAllThere, expectInTurn, missingFrom, Witness, watch } from '../harness/witness.ts';

const isLong = process.env.FAULTS === 'long';
const lives = isLong ? 20 : 1;
const cutsEach = isLong ? 10 : 5;
const seed = process.env.FAULTS_SEED === undefined ? randomInt(1 << 30) : Number(process.env.FAULTS_SEED);

interface Figures {
  cuts: number;
  states: number;
  facts: number;
  missing: number;
  unsyncedBytes: number;
  started: number;
}

test(`${lives * cutsEach} power cuts under load: nothing witnessed is lost (seed ${seed})`, { timeout: lives * 120_000 }, async () => {
  const random = createRandom(seed);
  const figures: Figures = { cuts: 0, states: 0, facts: 0, missing: 0, unsyncedBytes: 0, started: 0 };
  let told = '';
  for (let life = 0; life < lives; life += 1) {
    const folder = temporaryFolder();
    const disk = openForgetfulDisk(folder, isLong ? 192 : 128);
    if (typeof disk === 'string') told = `no file system that forgets unsynced writes (${disk}): the cache's copies only`;
    else onTestFinished(() => disk.close());
    await liveAndCut({ folder, disk: typeof disk === 'string' ? null : disk, random, figures });
    if (typeof disk !== 'string') disk.close();
  }
  const { cuts, states, facts, missing, unsyncedBytes, started } = figures;
  console.log(
    `power cut: seed ${seed}, ${cuts} cuts, ${states} states of the disk, ${started} of them started; ${missing} of ${facts} confirmed facts missing; ` +
      `${Math.round(unsyncedBytes / 1024)} KiB were not synced${told === '' ? '' : `; ${told}`}`,
  );
  expect(missing).toBe(0);
  if (told === '') expect(unsyncedBytes).toBeGreaterThan(0);
});

async function liveAndCut(options: { folder: string; disk: ForgetfulDisk | null; random: Random; figures: Figures }): Promise<void> {
  const { folder, disk, random, figures } = options;
  const plant = await startTogglingPlant({ devices: 10, pointsEach: 100, scanMs: 200, random, folder });
  const { devices } = plant;
  const home = disk?.folder ?? path.join(folder, 'disk');
  plant.toggle({ everyMs: 20, atOnce: 2, restMs: 600 });

  const { gatewatch, client } = await plant.startOnDuty({ dataDir: path.join(home, 'data') });
  const witness = new Witness();
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
  });
  const watching = watch(client, witness, () => isOver);
  for (let cut = 0; cut < cutsEach; cut += 1) {
    await pass(300 + random() * 900);
    const processes = treeOf(gatewatch.child.pid ?? 0);
    signalAll(processes, 'SIGSTOP');
    const confirmed = witness.copy();
    const state = disk?.cut(random) ?? copyOf(home, path.join(folder, `cut-${cut}`));
    signalAll(processes, 'SIGCONT');
    figures.cuts += 1;
    figures.unsyncedBytes += state.unsyncedBytes;
    for (const place of new Set([state.synced, state.cached, state.torn])) {
      figures.states += 1;
      figures.facts += confirmed.raised.size + confirmed.acknowledged.size;
      figures.missing += await missingAt(path.join(place, 'data'), confirmed);
    }
    if (cut === cutsEach - 1) {
      isOver = true;
      await watching;
      await gatewatch.kill();
      plant.rest();
      for (const place of new Set([state.synced, state.torn])) {
        await goOn(await plant.start({ dataDir: path.join(place, 'data') }), confirmed, devices);
        figures.started += 1;
      }
    }
    state.release();
  }
  await devices.stop();
}

/** Opens as it lies there: integrity, chain, turns, and how many of the confirmed facts are not in it. */
async function missingAt(dataDir: string, confirmed: Witness): Promise<number> {
  const outboxes = readdirSync(dataDir).filter((name) => /^outbox-.*\.sqlite$/.test(name));
  expect(outboxes).toHaveLength(1);
  const facts = new Map<string, string>();
  for (const name of [...outboxes, 'journal.sqlite']) {
    const file = new DatabaseSync(path.join(dataDir, name));
    expect(file.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    if (name !== 'journal.sqlite')
      for (const row of file.prepare('SELECT name, value FROM fact').all()) facts.set(String(row.name), String(row.value));
    file.close();
  }
  const database = await openDatabase('sqlite:', dataDir);
  try {
    expect(await verifyChain(database)).toMatchObject({ kind: 'intact' });
    const journal: JournalEntry[] = [];
    for (;;) {
      const page = await readJournalAfter(database, {
        afterSequence: journal.at(-1)?.sequence ?? 0,
        throughSequence: Number.MAX_SAFE_INTEGER,
        limit: 5_000,
      });
      if (page.length === 0) break;
      journal.push(...page);
    }
    expectInTurn(journal);
    // What the server has taken, the outbox has not forgotten that it sent: no number is given twice.
    const taken = await database.selectFrom('outbox_progress').selectAll().executeTakeFirst();
    expect(Number(facts.get('lastSequence') ?? 0)).toBeGreaterThanOrEqual(taken?.sequence ?? 0);
    return missingFrom(journal, confirmed).length;
  } finally {
    await database.destroy();
  }
}

/** Started on what the power cut left: the alarms become what the devices say, and all that was confirmed is there, once and in turn. */
async function goOn(gatewatch: GatewatchProcess, confirmed: Witness, devices: TogglingDevices): Promise<void> {
  try {
    const client = await signInDutyPerson(gatewatch.address);
    await expectActive(client, devices);
    expectAllThere(confirmed, await client.journal());
    expect(await gatewatch.stop()).toBe(0);
  } finally {
    await gatewatch.kill();
  }
}

/** Where no such disk can be had: what a killed process leaves. */
function copyOf(home: string, place: string): PowerCut {
  cpSync(home, place, { recursive: true });
  return { synced: place, cached: place, torn: place, unsyncedBytes: 0, release: () => undefined };
}
