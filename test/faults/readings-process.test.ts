// The process of the readings database ends by itself, or the one that started it does.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../collector/system-clock.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { type DuckdbHistorian, openDuckdbHistorian } from '../../historian/duckdb/duckdb-historian.ts';
import { rawRows } from '../../historian/historian-contract.ts';
import { contractPlant, type Row, writeRows } from '../../historian/historian-contract-plant.ts';
import { commandOf, isThere, readingsProcessOf, signalAll } from '../harness/process-tree.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const plant = contractPlant();
const point = 'RS-01.PT-102';
const baseMs = Date.UTC(2026, 2, 1);
const others = new Set<ChildProcess>();
afterAll(() => {
  for (const other of others) other.kill('SIGKILL');
});

const said: string[] = [];
const log = {
  info: (_fields: object, message: string) => void said.push(message),
  warn: (_fields: object, message: string) => void said.push(message),
  error: (_fields: object, message: string) => void said.push(message),
};
const open = (folder: string): Promise<DuckdbHistorian> =>
  openDuckdbHistorian({ plant, dataDir: folder, folder, clock: systemClock, log, isInOwnProcess: true });
const isLinux = process.platform === 'linux';
if (!isLinux) console.log('SKIPPED: the process of the readings database: it is found in /proc');

test.skipIf(!isLinux)(
  'killed again and again while readings come: nothing is lost or doubled, and what is stored is read again by itself',
  {
    timeout: 60_000,
  },
  async () => {
    const folder = temporaryFolder();
    const historian = await open(folder);
    const rows: Row[] = [];
    const write = async (count: number) => {
      for (let each = 0; each < count; each += 1) {
        const row: Row = [baseMs + rows.length * 1_000, rows.length % 1_000];
        rows.push(row);
        writeRows(historian, plant, point, [row]);
        if (rows.length % 50 === 0) await pass(10);
      }
    };
    const killed = new Set<number>();
    for (let round = 0; round < 5; round += 1) {
      // Somewhere between the first reading of a commit and its end.
      await write(500 + round * 777);
      const pid = readingsProcessOf(folder) as number;
      killed.add(pid);
      signalAll([pid], 'SIGKILL');
      await write(300);
      await expect.poll(() => historian.status().reason).toMatch(/ended by itself \(SIGKILL\)/);
      expect(historian.status().isAvailable).toBe(false);
      await expect.poll(() => historian.status().isAvailable, { timeout: 20_000 }).toBe(true);
    }
    // With nothing to store it comes back for those who read.
    await historian.flush();
    signalAll([readingsProcessOf(folder) as number], 'SIGKILL');
    await expect.poll(() => historian.status().isAvailable).toBe(false);
    await expect(historian.readRaw({ pointId: point, fromMs: baseMs, toMs: baseMs + 1, limit: 1 })).rejects.toThrow(
      /history is not available/,
    );
    await expect.poll(() => historian.status().isAvailable, { timeout: 20_000 }).toBe(true);
    const stored = await rawRows(historian, point, baseMs, baseMs + rows.length * 1_000);
    expect(stored.rows).toEqual(rows.map((row) => [...row, Quality.good]));
    expect(historian.status()).toMatchObject({ accepted: rows.length, written: rows.length, spooled: 0, dropped: 0, reason: null });
    expect(killed.size).toBe(5);
    expect(said).toContain('readings are stored again');
    await historian.close();
    expect(readingsProcessOf(folder)).toBeNull();
  },
);

test.skipIf(!isLinux)(
  'who started it is killed: it stores what it has received and ends; the next one opens the same folder at once',
  async () => {
    const folder = temporaryFolder();
    const { other, pid } = await inAnotherProcess(
      folder,
      `writeRows(historian, plant, ${JSON.stringify(point)}, [[${baseMs}, 7]]);
     await historian.flush();`,
    );
    expect(commandOf(pid)).toContain('store-process');
    other.kill('SIGKILL');
    const historian = await open(folder);
    expect((await rawRows(historian, point, baseMs, baseMs + 1)).rows).toEqual([[baseMs, 7, Quality.good]]);
    expect(isThere(pid)).toBe(false);
    await historian.close();
  },
);

test.skipIf(!isLinux)('an interrupt of the terminal comes to both: it stays until it is closed', async () => {
  const folder = temporaryFolder();
  const historian = await open(folder);
  const pid = readingsProcessOf(folder) as number;
  signalAll([pid], 'SIGINT');
  signalAll([pid], 'SIGTERM');
  writeRows(historian, plant, point, [[baseMs, 7]]);
  await historian.close();
  expect(isThere(pid)).toBe(false);
  const again = await open(folder);
  expect((await rawRows(again, point, baseMs, baseMs + 1)).rows).toEqual([[baseMs, 7, Quality.good]]);
  await again.close();
});

async function inAnotherProcess(folder: string, text: string): Promise<{ other: ChildProcess; pid: number }> {
  const module = (file: string) => JSON.stringify(pathToFileURL(path.resolve(import.meta.dirname, file)).href);
  const program = `
    import { writeSync } from 'node:fs';
    import { systemClock } from ${module('../../collector/system-clock.ts')};
    import { contractPlant, writeRows } from ${module('../../historian/historian-contract-plant.ts')};
    import { openDuckdbHistorian } from ${module('../../historian/duckdb/duckdb-historian.ts')};
    const log = { info() {}, warn() {}, error() {} };
    const plant = contractPlant();
    const folder = ${JSON.stringify(folder)};
    const historian = await openDuckdbHistorian({ plant, clock: systemClock, log, dataDir: folder, folder, isInOwnProcess: true });
    ${text}
    writeSync(1, 'there');`;
  const other = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  others.add(other);
  const [word] = (await Promise.race([once(other.stdout, 'data'), once(other, 'exit').then(() => ['ended'])])) as [unknown];
  expect(String(word)).toBe('there');
  return { other, pid: readingsProcessOf(folder) as number };
}
