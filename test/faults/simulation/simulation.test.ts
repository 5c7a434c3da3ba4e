// Thousands of seeded schedules, each through two collector processes, two servers and all between them, under a clock, a network, a store of leases and a database
// of the simulation's own.
// `FAULTS=long`: 5,000 seeds. `FAULTS_SEED=N` plays one again and prints what happened in it.
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { parsePlantText } from '../../../domain/plant/parse-plant-file.ts';
import { openDatabase } from '../../../server/journal/database.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { simulate } from './simulate.ts';

/** What a disk does is simulated: a real one would only be waited for. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : undefined;
const replayed = process.env.FAULTS_SEED === undefined ? null : Number(process.env.FAULTS_SEED);
const seeds = replayed !== null ? 1 : process.env.FAULTS === 'long' ? 5_000 : 40;
const firstSeed = replayed ?? randomInt(1 << 30);

function plantOf() {
  const alarm = { kind: 'high', setpoint: 50, deadband: 5, priority: 'medium', class: 'safety', response: { zh: '查看', en: 'Look' } };
  const point = (address: number) => ({
    tag: `PT-${100 + address}`,
    name: { zh: '压力', en: 'Pressure' },
    unit: 'kPa',
    range: { min: 0, max: 100 },
    register: { table: 'holding', address, type: 'uint16' },
    alarms: [alarm],
  });
  const station = (id: string, collector: string) => ({
    id,
    collector,
    type: 'regulating',
    name: { zh: id, en: id },
    area: 'all',
    devices: [{ id: 'PLC-1', protocol: 'modbusTcp', host: '127.0.0.1', points: [0, 1, 2, 3].map(point) }],
  });
  const parsed = parsePlantText(
    JSON.stringify({
      schema: 1,
      company: { id: 'simulated', name: { zh: '模拟', en: 'Simulated' } },
      areas: [{ id: 'all', name: { zh: '全部', en: 'All' } }],
      stations: [station('RS-01', 'east'), station('RS-02', 'west')],
    }),
    { version: 'simulated' },
  );
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return parsed.plant;
}

test(`${seeds} seeded schedules from ${firstSeed} on: nothing lost, nothing invented, each plays again the same`, {
  timeout: 60_000 + seeds * 4_000,
}, async () => {
  const folder = temporaryFolder(memory);
  const empty = await openDatabase('sqlite:', folder);
  await sql`CREATE TABLE server_lease (id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, address TEXT NOT NULL, until_ms REAL NOT NULL)`.execute(
    empty,
  );
  await sql`CREATE TABLE server_fence (id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, last_commit TEXT NOT NULL)`.execute(empty);
  await sql`INSERT INTO server_lease VALUES (1, 0, '', 0)`.execute(empty);
  await sql`INSERT INTO server_fence VALUES (1, 0, '')`.execute(empty);
  await empty.destroy();
  const template = path.join(folder, 'journal.sqlite');
  const plant = plantOf();
  const total: Record<string, number> = {};
  const failures: string[] = [];
  for (let seed = firstSeed; seed < firstSeed + seeds && failures.length < 5; seed += 1) {
    const result = await simulate({ seed, plant, folder, template });
    for (const [name, count] of Object.entries(result.counts)) total[name] = (total[name] ?? 0) + count;
    if (result.violations.length > 0) failures.push(`FAULTS_SEED=${seed}: ${result.violations.join('; ')}`);
    if (replayed !== null) console.log(result.trace.join('\n'));
    if (seed - firstSeed < 3) expect((await simulate({ seed, plant, folder, template })).headHash).toBe(result.headHash);
  }
  console.log(`simulation: ${seeds} seeds from ${firstSeed}, ${failures.length} with violations; ${JSON.stringify(total)}`);
  expect(failures).toEqual([]);
  expect(total.raises).toBeGreaterThan(seeds);
});
