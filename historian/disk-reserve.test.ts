// The reserve comes and goes with the room on the disk, which the test decides.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../domain/time/manual-clock.ts';
import { temporaryFolder } from '../test/harness/temporary-folder.ts';
import { DiskReserve } from './disk-reserve.ts';

const mebibyte = 1_048_576;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function openRig(freeBytes: number) {
  const clock = new ManualClock();
  const folder = temporaryFolder();
  const file = path.join(folder, 'reserved-space');
  let free = freeBytes;
  const reserve = await DiskReserve.open({
    dataDir: folder,
    clock,
    log,
    space: async () => ({ freeBytes: free, totalBytes: 800 * mebibyte }),
  });
  onTestFinished(() => reserve.stop());
  const changes: boolean[] = [];
  reserve.onChange((isFull) => {
    // Who is told that the disk is full has the room of the file already.
    expect(existsSync(file)).toBe(!isFull);
    changes.push(isFull);
  });
  return {
    reserve,
    changes,
    file,
    /** And a second goes by. */
    async left(bytes: number) {
      free = bytes;
      clock.advance(1_000);
      await expect.poll(() => clock.monotonicMs() >= 1_000 && reserve.isFull === (changes.at(-1) ?? reserve.isFull)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
  };
}

test('while there is room it occupies some; full, it goes before anybody is told; with room again it is back and readings are stored', async () => {
  const rig = await openRig(400 * mebibyte);
  expect(statSync(rig.file).size).toBe(8 * mebibyte);
  await rig.left(5 * mebibyte);
  expect([rig.reserve.isFull, existsSync(rig.file)]).toEqual([false, true]);
  await rig.left(3 * mebibyte);
  expect([rig.reserve.isFull, existsSync(rig.file)]).toEqual([true, false]);
  // What its going has freed is no room for readings.
  await rig.left(11 * mebibyte);
  expect(rig.reserve.isFull).toBe(true);
  await rig.left(17 * mebibyte);
  expect([rig.reserve.isFull, existsSync(rig.file)]).toEqual([false, true]);
  expect(rig.changes).toEqual([true, false]);
});

test('a start on a full disk stores no readings from the first moment', async () => {
  const rig = await openRig(1 * mebibyte);
  expect([rig.reserve.isFull, existsSync(rig.file)]).toEqual([true, false]);
});
