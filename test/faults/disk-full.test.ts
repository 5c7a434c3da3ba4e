// The disk fills up under load, on a file system of its own: alarms rise and are acknowledged as before, readings stop being stored and say so, and when there
// is room again everything is as it was. Needs the right to mount a file system in memory.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RawReadings } from '../../domain/api/readings-api.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { expectActive, startTogglingPlant } from '../harness/toggling-plant.ts';
import { expectAllThere, expectChainIntact, Witness, watch } from '../harness/witness.ts';

const diskMebibytes = 200;
const rounds = process.env.FAULTS === 'long' ? 20 : 2;
const seed = Number(process.env.FAULTS_SEED ?? 11);

test(`a disk that is filled ${rounds} times under load`, { timeout: 120_000 + rounds * 90_000 }, async (context) => {
  const folder = temporaryFolder();
  const disk = path.join(folder, 'disk');
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMebibytes}m`, 'tmpfs', disk]);
  if (mounted.status !== 0) {
    console.log(`skipped: no file system can be mounted here (${mounted.error?.message ?? mounted.stderr.toString().trim()})`);
    context.skip();
    return;
  }
  onTestFinished(() => void spawnSync('umount', ['-l', disk]));
  const random = createRandom(seed);
  const dataDir = path.join(disk, 'data');
  const plant = await startTogglingPlant({ devices: 5, pointsEach: 50, scanMs: 200, random, folder });
  const { devices } = plant;
  const { gatewatch, client } = await plant.startOnDuty({ dataDir });
  plant.toggle({ everyMs: 20, restMs: 600 });
  const witness = new Witness();
  let isOver = false;
  const watching = watch(client, witness, () => isOver);
  const isTold = async () => (await client.alarms('?state=active')).some(({ alarmId }) => alarmId === 'monitor.diskFull');
  /** Of the last good reading that is stored; null while the store cannot be read. */
  const newestMs = async () => {
    const question = `/api/readings?point=RS-01.AT-100&from=${Date.now() - 3_600_000}&to=${Date.now() + 1_000}`;
    const answer = await client.ask<RawReadings>('GET', question);
    if (answer.status === 503) return null;
    expect(answer.status).toBe(200);
    return answer.body.rows.findLast(([, , quality]) => quality === Quality.good)?.[0] ?? null;
  };
  const filler = path.join(disk, 'filler');
  const told: string[] = [];
  let refused = 0;
  for (let round = 0; round < rounds; round += 1) {
    await expect.poll(newestMs, { timeout: 30_000 }).toBeGreaterThan(0);
    fillUp(filler);
    const filledMs = performance.now();
    await expect.poll(isTold, { timeout: 60_000, interval: 100 }).toBe(true);
    told.push(((performance.now() - filledMs) / 1_000).toFixed(1));
    // Whatever is free now is the reserve that was let go: life goes on in it.
    const before = { raised: witness.raised.size, acknowledged: witness.acknowledged.size };
    await expect.poll(() => witness.raised.size - before.raised, { timeout: 30_000 }).toBeGreaterThan(20);
    await expect.poll(() => witness.acknowledged.size - before.acknowledged, { timeout: 30_000 }).toBeGreaterThan(20);
    const storedMs = await newestMs();
    refused += witness.raised.size - before.raised;
    rmSync(filler);
    const roomyMs = Date.now();
    await expect.poll(isTold, { timeout: 60_000, interval: 200 }).toBe(false);
    expect(storedMs ?? 0).toBeLessThan(roomyMs);
    await expect.poll(newestMs, { timeout: 90_000, interval: 500 }).toBeGreaterThan(roomyMs);
  }
  isOver = true;
  await watching;
  plant.rest();
  await expectActive(client, devices, { besides: /^monitor\./ });
  const journal = await client.journal();
  expect(await gatewatch.stop()).toBe(0);
  expectAllThere(witness, journal);
  await expectChainIntact(dataDir);
  console.log(
    `disk full: ${rounds} times, told after ${told.join(', ')} s; meanwhile ${refused} raises; ${witness.raised.size} raises and ${witness.acknowledged.size} acknowledgements witnessed, 0 lost or doubled`,
  );
});

/** To the last byte. */
function fillUp(file: string): void {
  const descriptor = openSync(file, 'w');
  const block = Buffer.alloc(65_536, 7);
  try {
    for (let written = 0; written < diskMebibytes * 2_097_152; ) written += writeSync(descriptor, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(descriptor);
  }
}
