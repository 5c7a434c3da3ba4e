import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { openDuckdbHistorian } from '../../historian/duckdb/duckdb-historian.ts';
import { rawRows } from '../../historian/historian-contract.ts';
import { contractPlant, writeRows } from '../../historian/historian-contract-plant.ts';
import { refuseRows } from '../../test/harness/broken-database.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { openDatabase } from './database.ts';
import { Journal, readJournal, verifyChain } from './journal.ts';
import { Ledger } from './ledger.ts';
import { noteRemovedReadings } from './removed-readings.ts';

const dayMs = 86_400_000;
const baseMs = Date.UTC(2026, 2, 1);
const keptDays = 3;
const plant = contractPlant();
const point = 'RS-01.PT-102';

/** A historian that keeps three days, with readings of the days named, and the journal that its removals go to. */
async function setUp(days: readonly number[]) {
  const folder = temporaryFolder();
  const clock = new ManualClock(baseMs + 60_000);
  const database = await openDatabase('sqlite:', folder);
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const historian = await openDuckdbHistorian({
    plant,
    dataDir: folder,
    folder: path.join(folder, 'historian'),
    clock,
    log,
    retention: { days: keptDays, announce: (removal) => noteRemovedReadings(ledger, clock, removal) },
  });
  onTestFinished(async () => {
    await historian.close();
    await database.destroy();
  });
  for (const day of days)
    writeRows(
      historian,
      plant,
      point,
      Array.from({ length: 10 }, (_, minute): [number, number] => [baseMs + day * dayMs + minute * 60_000, minute]),
    );
  await historian.flush();
  return {
    database,
    historian,
    at: (day: number) => {
      clock.jumpWall(baseMs + day * dayMs + 600_000 - clock.nowMs());
      return historian.maintain();
    },
    daysLeft: async () => {
      const { rows } = await rawRows(historian, point, baseMs - 400 * dayMs, baseMs + 800 * dayMs);
      return [...new Set(rows.map(([atMs = 0]) => Math.floor((atMs - baseMs) / dayMs)))];
    },
    lines: async () => (await readJournal(database, { limit: 100 })).filter(({ kind }) => kind === 'readings.remove'),
  };
}

test('old readings go, and the journal says which before they do', async () => {
  const { database, at, daysLeft, lines } = await setUp([0, 1, 2, 3, 4]);
  await at(4);
  expect(await daysLeft()).toEqual([1, 2, 3, 4]);
  await at(5);
  expect(await daysLeft()).toEqual([2, 3, 4]);
  expect((await lines()).map(({ detail }) => detail)).toEqual([
    { fromMs: baseMs + dayMs, beforeMs: baseMs + 2 * dayMs, readings: 10 },
    { fromMs: baseMs, beforeMs: baseMs + dayMs, readings: 10 },
  ]);
  expect(await verifyChain(database)).toMatchObject({ kind: 'intact' });
});

test('what the journal cannot say is not done', async () => {
  const { database, at, daysLeft, lines } = await setUp([0, 1, 2, 3, 4]);
  const mend = await refuseRows(database, 'INSERT', 'journal');
  await expect(at(4)).rejects.toThrow('disk full');
  expect(await daysLeft()).toEqual([0, 1, 2, 3, 4]);
  await mend();
  await at(4);
  expect(await daysLeft()).toEqual([1, 2, 3, 4]);
  expect(await lines()).toHaveLength(1);
});

test.each([365, -365])('a clock that is %d days off removes nothing', async (days) => {
  const { at, daysLeft, lines } = await setUp([0, 1, 2]);
  await at(days);
  await at(3);
  expect(await daysLeft()).toEqual([0, 1, 2]);
  expect(await lines()).toEqual([]);
});
