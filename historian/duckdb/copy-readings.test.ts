// A copy taken while readings are written and the database makes checkpoints: each one opens, and has at least what was durable before it began, once.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { rawRows } from '../historian-contract.ts';
import { contractPlant, writeRows } from '../historian-contract-plant.ts';
import { copyReadings } from './copy-readings.ts';
import { openDuckdbHistorian } from './duckdb-historian.ts';

const baseMs = Date.UTC(2026, 2, 1);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

test('copies of a database that is being written hold what was durable when they began', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-duckdb-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const plant = contractPlant();
  const place = path.join(folder, 'historian');
  const historian = await openDuckdbHistorian({ plant, dataDir: folder, folder: place, clock: new ManualClock(baseMs), log: silent });
  let written = 0;
  let isOver = false;
  const writing = (async () => {
    while (!isOver) {
      writeRows(
        historian,
        plant,
        'RS-01.PT-102',
        Array.from({ length: 50_000 }, (_, index) => [baseMs + written + index, (index * 7919) % 1_000]),
      );
      written += 50_000;
      await historian.flush();
    }
  })();
  const counts: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    const durable = written === 0 ? 0 : written - 50_000;
    const into = path.join(folder, `copy-${round}`);
    mkdirSync(into);
    const copy = await copyReadings(place, into);
    expect(copy.openRows).toBeGreaterThanOrEqual(durable);
    expect(copy.openRows % 50_000).toBe(0);
    counts.push(copy.openRows);
    const again = await openDuckdbHistorian({ plant, dataDir: folder, folder: into, clock: new ManualClock(baseMs), log: silent });
    const { rows } = await rawRows(again, 'RS-01.PT-102', baseMs, baseMs + 10_000);
    await again.close();
    expect(new Set(rows.map(([timeMs]) => timeMs)).size).toBe(rows.length);
  }
  isOver = true;
  await writing;
  await historian.close();
  expect(counts).toEqual(counts.toSorted((one, other) => one - other));
  expect(counts.at(-1)).toBeGreaterThan(200_000);
});
