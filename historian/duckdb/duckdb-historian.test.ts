import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import type { HistorianLog, ReadingRemoval } from '../historian.ts';
import { historianContract, rawRows } from '../historian-contract.ts';
import { contractPlant, type Row, writeRows } from '../historian-contract-plant.ts';
import { type DuckdbHistorian, type DuckdbHistorianOptions, openDuckdbHistorian } from './duckdb-historian.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-duckdb-'));
  folders.push(folder);
  return folder;
}

const messages: string[] = [];
const log: HistorianLog = {
  info: () => undefined,
  warn: (_fields, message) => void messages.push(message),
  error: (_fields, message) => void messages.push(message),
};
const plant = contractPlant();
const point = 'RS-01.PT-102';
const dayMs = 86_400_000;
const baseMs = Date.UTC(2026, 2, 1);

function open(folder: string, clock = new ManualClock(baseMs), more: Partial<DuckdbHistorianOptions> = {}): Promise<DuckdbHistorian> {
  return openDuckdbHistorian({ plant, dataDir: folder, folder: path.join(folder, 'historian'), clock, log, ...more });
}

describe.each([
  ['in this process', false],
  ['in a process of its own', true],
] as const)('contract, the database %s', (_where, isInOwnProcess) => {
  const folder = newFolder();
  historianContract((name) => open(path.join(folder, name), undefined, { isInOwnProcess }), baseMs);
});

describe('days', () => {
  const day = (start: number): Row[] => Array.from({ length: 1_440 }, (_, minute) => [start + minute * 60_000, minute % 100]);

  test('a closed day becomes sorted Parquet and reads the same as before; raw goes after its retention, minutes stay', async () => {
    const folder = newFolder();
    const clock = new ManualClock(baseMs);
    const removals: ReadingRemoval[] = [];
    const historian = await open(folder, clock, { retention: { days: 3, announce: async (removal) => void removals.push(removal) } });
    for (let index = 0; index < 3; index += 1) writeRows(historian, plant, point, day(baseMs + index * dayMs));
    await historian.flush();
    const before = await rawRows(historian, point, baseMs, baseMs + 3 * dayMs);
    const bucketsBefore = await historian.readBuckets({ pointId: point, fromMs: baseMs, toMs: baseMs + 3 * dayMs, buckets: 72 });
    clock.jumpWall(2 * dayMs + 600_000);
    await historian.maintain();
    expect(readdirSync(path.join(folder, 'historian', 'days'))).toHaveLength(2);
    expect(await rawRows(historian, point, baseMs, baseMs + 3 * dayMs)).toEqual(before);
    expect(before.rows).toHaveLength(3 * 1_440);
    const bucketsAfter = await historian.readBuckets({ pointId: point, fromMs: baseMs, toMs: baseMs + 3 * dayMs, buckets: 72 });
    expect(bucketsAfter).toEqual(bucketsBefore);

    for (let index = 3; index < 5; index += 1) writeRows(historian, plant, point, day(baseMs + index * dayMs));
    await historian.flush();
    clock.jumpWall(3 * dayMs);
    await historian.maintain();
    expect(removals).toEqual([{ fromMs: baseMs, beforeMs: baseMs + 2 * dayMs, readings: 2 * 1_440 }]);
    const late = await rawRows(historian, point, baseMs, baseMs + 3 * dayMs);
    expect(late.rows[0]?.[0]).toBe(baseMs + 2 * dayMs);
    expect(await historian.readBuckets({ pointId: point, fromMs: baseMs, toMs: baseMs + 3 * dayMs, buckets: 72 })).toEqual(bucketsBefore);
    await historian.close();

    const again = await open(folder, clock);
    expect(await rawRows(again, point, baseMs, baseMs + 3 * dayMs)).toEqual(late);
    await again.close();
  });

  test.each(['begun', 'written', 'synced', 'renamed', 'listed', 'committed', 'cleaned'] as const)(
    'a seal that dies when it has %s loses nothing and doubles nothing',
    async (step) => {
      const folder = newFolder();
      const clock = new ManualClock(baseMs);
      const historian = await open(folder, clock, {
        onSealStep: (reached) => {
          if (reached === step) throw new Error('died here');
        },
      });
      writeRows(historian, plant, point, day(baseMs));
      await historian.flush();
      clock.jumpWall(dayMs + 600_000);
      await historian.maintain().catch(() => undefined);
      await historian.close();
      const again = await open(folder, clock);
      expect((await rawRows(again, point, baseMs, baseMs + dayMs)).rows).toEqual(day(baseMs).map((row) => [...row, 0]));
      await again.maintain();
      expect((await rawRows(again, point, baseMs, baseMs + dayMs)).rows).toHaveLength(1_440);
      await again.close();
    },
  );
});

describe('faults', () => {
  test('a commit with nothing to do does not block the next ones', async () => {
    const clock = new ManualClock(baseMs);
    const historian = await open(newFolder(), clock);
    writeRows(historian, plant, point, [[baseMs, 1]]); // sets the timer
    await historian.flush(); // empties the queue before it fires
    clock.advance(1_000); // fires with nothing to do
    writeRows(historian, plant, point, [[baseMs + 1_000, 2]]);
    clock.advance(1_000);
    await historian.flush();
    expect(historian.status()).toMatchObject({ written: 2, spooled: 0, isAvailable: true });
    await historian.close();
  });

  test('a damaged database is moved aside, told, and recording goes on with the sealed days kept', async () => {
    const folder = newFolder();
    const clock = new ManualClock(baseMs);
    const first = await open(folder, clock);
    writeRows(first, plant, point, [[baseMs, 1]]);
    await first.flush();
    clock.jumpWall(dayMs + 600_000);
    await first.maintain();
    await first.close();
    writeFileSync(path.join(folder, 'historian', 'readings.duckdb'), 'this is no database at all');
    messages.length = 0;
    const second = await open(folder, clock);
    expect(messages.join()).toMatch(/moved aside/);
    expect(second.status().isAvailable).toBe(true);
    writeRows(second, plant, point, [[baseMs + dayMs, 2]]);
    expect((await rawRows(second, point, baseMs, baseMs + 2 * dayMs)).rows.map((row) => row[1])).toEqual([1, 2]);
    expect(readdirSync(path.join(folder, 'historian', 'damaged'))).toHaveLength(1);
    await second.close();
  });

  test('a folder that cannot be used: readings are accepted, counted as waiting, and nothing throws at the field', async () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'historian'), 'a file where the folder should be');
    const historian = await open(folder, new ManualClock(baseMs), { queueRowsMax: 10 });
    writeRows(
      historian,
      plant,
      point,
      Array.from({ length: 50 }, (_, index) => [baseMs + index, index] as const),
    );
    const status = historian.status();
    expect(status.isAvailable).toBe(false);
    expect(status.accepted).toBe(50);
    expect(status.spooled + status.dropped).toBe(50);
    expect(status.dropped).toBeGreaterThan(0);
    await historian.close();
  });
});
