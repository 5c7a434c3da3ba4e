// Backups of a running monitor under load, each restored into an empty folder and started: what a person was told before the backup began is there, the chain and
// the signed heads hold, readings are there, and the monitor goes on. And what must be refused is, by name.
import { randomInt } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { SignedHead } from '../../domain/evidence/signed-head.ts';
import { openDatabase } from '../../server/journal/database.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { compareCounts, ReadingsWitness, watchReadings } from '../harness/counted-readings.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { runGatewatch } from '../harness/gatewatch-process.ts';
import { makeNewer } from '../harness/newer-backup.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { expectActive, startTogglingPlant } from '../harness/toggling-plant.ts';
import { expectAllThere, Witness, watch } from '../harness/witness.ts';

const backups = process.env.FAULTS === 'long' ? 20 : 3;
/** What the historian may still have had in memory when the backup began. */
const unstoredMs = 2_000;
const password = 'a-long-enough-password';
const seed = randomInt(1 << 30);

test(`${backups} backups under load, each restored and started (seed ${seed})`, { timeout: 600_000 }, async () => {
  const random = createRandom(seed);
  const plant = await startTogglingPlant({ devices: 10, pointsEach: 100, scanMs: 200, random });
  const { devices, folder } = plant;
  const { dataDir } = plant.startOptions();
  plant.toggle({ everyMs: 20, atOnce: 2, restMs: 600 });

  const startedAtMs = Date.now();
  const gatewatch = await plant.start();
  onTestFinished(() => gatewatch.kill());
  const administrator = await GatewatchClient.signIn(gatewatch.address, 'admin', gatewatch.firstPassword ?? '');
  for (const [username, role] of [
    ['duty', 'operator'],
    ['inspector', 'auditor'],
  ] as const)
    await administrator.addPerson({ username, displayName: username, role, password });
  await signAHead(await GatewatchClient.signIn(gatewatch.address, 'inspector', password));
  const client = await GatewatchClient.signIn(gatewatch.address, 'duty', password);
  const witness = new Witness();
  let isOver = false;
  const readings = new ReadingsWitness();
  const watching = [watch(client, witness, () => isOver), watchReadings(client, readings, devices.counts, () => isOver)];

  const into = path.join(folder, 'backups');
  const taken: { readonly folder: string; readonly told: Witness; readonly shown: ReadingsWitness; readonly atMs: number }[] = [];
  for (let round = 0; round < backups; round += 1) {
    await pass(1_000 + random() * 1_500);
    const told = witness.copy();
    const shown = readings.copy();
    const atMs = Date.now();
    const made = await runGatewatch(['backup', '--data-dir', dataDir, '--to', into, ...(round === 0 ? [] : ['--with-keys'])]);
    expect(made, made.output).toMatchObject({ code: 0 });
    taken.push({ folder: made.output.split('\n')[0] ?? '', told, shown, atMs });
  }
  isOver = true;
  await Promise.all(watching);
  plant.rest();
  expect(await gatewatch.stop()).toBe(0);
  const heads = readHeads(dataDir);

  let raises = 0;
  let acknowledgements = 0;
  let readingsShown = 0;
  for (const [round, { folder: backup, told, shown, atMs: backupAtMs }] of taken.entries()) {
    const restored = path.join(folder, `restored-${round}`);
    const keys = round === 0 ? ['--keys-from', taken.at(-1)?.folder ?? ''] : [];
    const answer = await runGatewatch(['restore', backup, '--data-dir', restored, ...keys]);
    expect(answer, answer.output).toMatchObject({ code: 0 });
    expect(answer.output).toMatch(/the chain is intact .*; [1-9]\d* signed heads hold/);
    expect(answer.output).not.toContain('without private keys');
    const again = await plant.start({ dataDir: restored });
    try {
      const person = await GatewatchClient.signIn(again.address, 'duty', password);
      await expectActive(person, devices);
      const journal = await person.journal();
      expectAllThere(told, journal);
      expect(journal.filter(({ kind }) => kind === 'system.restore')).toHaveLength(1);
      const inspector = await GatewatchClient.signIn(again.address, 'inspector', password);
      const checked = await inspector.ask<{ brokenAt: unknown }>('POST', '/api/health/journal-check', {});
      expect(checked).toMatchObject({ status: 200, body: { brokenAt: null } });
      const counted = await compareCounts({
        client: person,
        counts: devices.counts,
        witness: shown,
        fromMs: startedAtMs,
        toMs: Date.now(),
      });
      expect({ lost: counted.lost, doubled: counted.doubled, wrong: counted.wrong }).toEqual({ lost: 0, doubled: 0, wrong: 0 });
      // One hole of each device: what it answered between the backup and now.
      expect(counted.holes.filter(({ answeredAtMs }) => (answeredAtMs[0] ?? 0) < backupAtMs - unstoredMs)).toEqual([]);
      expect(counted.holes.length).toBeLessThanOrEqual(devices.counts.length);
      readingsShown += shown.toldCount;
    } finally {
      expect(await again.stop()).toBe(0);
    }
    raises += told.raised.size;
    acknowledgements += told.acknowledged.size;
  }
  expect(raises).toBeGreaterThan(50);
  expect(acknowledgements).toBeGreaterThan(20);
  expect(readingsShown).toBeGreaterThan(20);
  console.log(
    `backup: seed ${seed}, ${backups} under load, restored and started: 0 of ${raises} raises and ${acknowledgements} acknowledgements told before them missing, 0 of ${readingsShown} readings shown before them missing or doubled; ${heads.length} signed heads`,
  );

  const backup = taken.at(-1)?.folder ?? '';
  await refusals(folder, backup);
});

/** Each bundle of evidence does. */
async function signAHead(inspector: GatewatchClient): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const order = { stationIds: null, fromDate: today, toDate: today, language: 'zh', reason: 'test' };
  const ordered = await inspector.ask('POST', '/api/evidence', order);
  expect(ordered.status, JSON.stringify(ordered.body)).toBe(200);
  await expect
    .poll(async () => (await inspector.get<{ heads: unknown[] }>('/api/evidence/heads')).heads.length, { timeout: 30_000 })
    .toBeGreaterThan(0);
}

async function refusals(folder: string, backup: string): Promise<void> {
  const target = path.join(folder, 'empty');
  const refused = async (source: string, to: string) => {
    const answer = await runGatewatch(['restore', source, '--data-dir', to]);
    expect(answer.code).toBe(1);
    return answer.output;
  };
  const full = path.join(folder, 'full');
  mkdirSync(full);
  writeFileSync(path.join(full, 'something'), '');
  expect(await refused(backup, full)).toContain('is not empty (something)');
  expect(readdirSync(full)).toEqual(['something']);

  const damaged = path.join(folder, 'damaged');
  for (const [name, harm, words] of [
    ['journal.sqlite', (file: string) => flipByte(file), 'its SHA-256 is another'],
    ['historian/readings.duckdb', (file: string) => truncateSync(file, 8_192), 'it has 8192 bytes instead of'],
    [
      'manifest.json',
      (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace('"lines": ', '"lines": 1')),
      'does not match its own SHA-256',
    ],
  ] as const) {
    const copy = `${damaged}-${path.basename(name)}`;
    cpSync(backup, copy, { recursive: true });
    harm(path.join(copy, name));
    const told = await refused(copy, target);
    expect(told).toContain(path.join(copy, name));
    expect(told).toContain(words);
    expect(existsSync(target)).toBe(false);
  }
  expect(await refused(path.join(folder, 'nothing'), target)).toContain('is no finished backup');
}

function flipByte(file: string): void {
  const bytes = readFileSync(file);
  const place = Math.floor(bytes.length / 2);
  bytes[place] = (bytes[place] as number) ^ 1;
  writeFileSync(file, bytes);
}

function readHeads(dataDir: string): SignedHead[] {
  const file = path.join(dataDir, 'evidence', 'journal-heads.jsonl');
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as SignedHead)
    : [];
}

test('a backup of a newer Gatewatch is refused by name, and one that was cut off stops the start', async () => {
  const folder = temporaryFolder();
  const dataDir = path.join(folder, 'data');
  mkdirSync(dataDir);
  const database = await openDatabase('sqlite:', dataDir);
  await database.destroy();
  const made = await runGatewatch(['backup', '--data-dir', dataDir, '--to', path.join(folder, 'backups')]);
  expect(made, made.output).toMatchObject({ code: 0 });
  const backup = made.output.split('\n')[0] ?? '';

  makeNewer(backup);
  const target = path.join(folder, 'target');
  const refused = await runGatewatch(['restore', backup, '--data-dir', target]);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.output).toContain('was written by Gatewatch 99.0.0, which is newer (9999-from-the-future)');
  expect(existsSync(target)).toBe(false);

  mkdirSync(target);
  writeFileSync(path.join(target, 'restore-unfinished'), backup);
  const started = await runGatewatch(['run', '--data-dir', target, '--no-simulators', '--plant', 'none.yaml']);
  expect(started).toMatchObject({ code: 1 });
  expect(started.output).toContain('holds a restore that was cut off');
});

test('a backup by the clock is made in a process of its own, noted in the journal, and shown on the health page', async () => {
  const plant = await startTogglingPlant({ devices: 1, pointsEach: 10, scanMs: 500, random: createRandom(1) });
  const gatewatch = await plant.start({ arguments: ['--backup-to', path.join(plant.folder, 'backups')] });
  onTestFinished(() => gatewatch.kill());
  const administrator = await GatewatchClient.signIn(gatewatch.address, 'admin', gatewatch.firstPassword ?? '');
  await expect
    .poll(async () => (await administrator.journal()).filter(({ kind }) => kind === 'backup.made').length, {
      timeout: 60_000,
      interval: 250,
    })
    .toBe(1);
  const { checks } = await administrator.get<{ checks: { name: string; verdict: string; values: { folder: string } }[] }>('/api/health');
  const backup = checks.find(({ name }) => name === 'backup');
  expect(backup).toMatchObject({ verdict: 'ok' });
  expect(existsSync(path.join(backup?.values.folder ?? '', 'manifest.json'))).toBe(true);
  expect(await gatewatch.stop()).toBe(0);
});
