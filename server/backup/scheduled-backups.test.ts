// Backups by the clock: when one is due, what the journal and the health page are told of it, and what happens where it fails.
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, readJournal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { writeLastBackup } from './last-backup.ts';
import { type BackupSchedule, ScheduledBackups } from './scheduled-backups.ts';

const hourMs = 3_600_000;

async function stage(schedule: (dataDir: string, clock: ManualClock) => BackupSchedule | null) {
  const dataDir = temporaryFolder();
  const clock = new ManualClock();
  const database = await openDatabase('sqlite:', dataDir);
  onTestFinished(() => database.destroy());
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const start = () =>
    ScheduledBackups.start({ ledger, dataDir, clock, schedule: schedule(dataDir, clock), report: (error) => expect.fail(String(error)) });
  const lines = async () => (await readJournal(database, { limit: 50 })).map(({ kind }) => kind).toReversed();
  /** What waits for the disk has no timer of the clock: the next look is the proof that the one before has ended. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10_000) {
      clock.advance(10_000);
      for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { dataDir, clock, start, lines, pass };
}

const backupOf = (atMs: number) => ({ folder: '/b/one', madeAtMs: atMs, bytes: 7, lines: 3, hasKeys: false });

test('the first is made soon after the start, the next when it is due; each is one line of the journal, also over a restart', async () => {
  let made = 0;
  const { start, lines, pass, clock } = await stage((dataDir, clock) => ({
    everyMs: hourMs,
    folder: '/b',
    make: async () => {
      made += 1;
      await writeLastBackup(dataDir, backupOf(clock.nowMs()));
      return null;
    },
  }));
  const backups = await start();
  expect(backups.facts()).toMatchObject({ everyMs: hourMs, last: null, failure: null });
  await expect.poll(async () => pass(10_000).then(() => made)).toBe(1);
  await expect.poll(lines).toEqual(['backup.made']);
  expect(backups.facts().last).toMatchObject({ bytes: 7, folder: '/b/one' });
  const firstAtMs = clock.nowMs();
  await expect.poll(async () => pass(10_000).then(() => made), { timeout: 20_000, interval: 1 }).toBe(2);
  expect(clock.nowMs() - firstAtMs).toBeGreaterThan(hourMs - 60_000);
  await expect.poll(lines).toEqual(['backup.made', 'backup.made']);
  await backups.stop();
  const again = await start();
  expect(await lines()).toEqual(['backup.made', 'backup.made']);
  await again.stop();
});

test('one that fails is told with its reason, and tried again after an hour', async () => {
  let tries = 0;
  const { start, lines, pass } = await stage(() => ({
    everyMs: 24 * hourMs,
    folder: '/b',
    make: async () => {
      tries += 1;
      return 'no room';
    },
  }));
  const backups = await start();
  await expect.poll(async () => pass(10_000).then(() => tries)).toBe(1);
  await expect.poll(lines).toEqual(['backup.failed']);
  expect(backups.facts()).toMatchObject({ failure: 'no room' });
  await pass(hourMs / 2);
  expect(tries).toBe(1);
  await expect.poll(async () => pass(60_000).then(() => tries), { timeout: 20_000, interval: 1 }).toBe(2);
  await backups.stop();
});

test('one that a person made on the command line is noted, without a schedule', async () => {
  const { start, lines, pass, dataDir, clock } = await stage(() => null);
  const backups = await start();
  expect(backups.facts()).toMatchObject({ everyMs: null, last: null });
  await writeLastBackup(dataDir, backupOf(clock.nowMs()));
  await expect.poll(async () => pass(10_000).then(lines)).toEqual(['backup.made']);
  await backups.stop();
});
