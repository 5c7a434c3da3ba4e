// An evidence bundle of a station for a month at 1 Hz, made by the server's own code beside a running event loop: how long, with how much memory, and how long
// the loop was held up; then checked by the verifier.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pino } from 'pino';
import { verifyBundle } from '../../domain/evidence/verify-bundle.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { openDuckdbHistorian } from '../../historian/duckdb/duckdb-historian.ts';
import { buildBundle } from '../../server/evidence/build-bundle.ts';
import { JournalHeads } from '../../server/evidence/journal-heads.ts';
import { SigningKeys } from '../../server/evidence/signing-keys.ts';
import { sourceOf } from '../../server/evidence/verify-command.ts';
import { openDatabase } from '../../server/journal/database.ts';
import { Journal } from '../../server/journal/journal.ts';
import { Ledger } from '../../server/journal/ledger.ts';
import { type Bench, mustHold } from './bench.ts';

const dayMs = 86_400_000;
const points = 60;
const journalLines = 20_000;
/** Midnight of the plant's zone, which is that of the files too. */
const fromMs = Date.UTC(2025, 0, 1);

function benchPlant() {
  const rows = Array.from(
    { length: points },
    (_, index) =>
      `          - { tag: PT-${101 + index}, name: { zh: 压力, en: Pressure }, unit: MPa, range: { min: 0, max: 100 }, defaultAlarms: false, register: { table: holding, address: ${index * 2}, type: float32 } }`,
  );
  const parsed = parsePlantText(
    `schema: 1
company: { id: t, name: { zh: 测试, en: Test }, timeZone: UTC }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations:
  - id: GS-01
    type: gate
    name: { zh: 站, en: Station }
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
${rows.join('\n')}
`,
    { version: 'v1' },
  );
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues.slice(0, 3)));
  return parsed.plant;
}

/** In a process of its own: what making them takes of memory is not the bundle's. */
function makeReadingsApart(year: {
  readonly folder: string;
  readonly pointIds: readonly string[];
  readonly fromMs: number;
  readonly days: number;
}): Promise<void> {
  const maker = new URL('../harness/year-of-readings.ts', import.meta.url).href;
  const script = `const { makeYearOfReadings } = await import(${JSON.stringify(maker)}); await makeYearOfReadings({ ...${JSON.stringify(year)}, withReadings: true });`;
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--input-type=module', '--eval', script], (error) => (error === null ? resolve() : reject(error)));
  });
}

export const evidenceBench: Bench = {
  name: 'evidence',
  load: ({ isQuick }) =>
    `1 station, ${points} points at 1 Hz for ${isQuick ? 2 : 31} days = ${((points * (isQuick ? 2 : 31) * 86_400) / 1e6).toFixed(0)} M readings; ${journalLines} lines of journal`,
  async run({ isQuick, print }) {
    const days = isQuick ? 2 : 31;
    const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-bench-'));
    const plant = benchPlant();
    const log = pino({ level: 'silent' });
    const toMs = fromMs + days * dayMs;
    const clock = new ManualClock(fromMs);
    try {
      const historianFolder = path.join(folder, 'historian');
      await makeReadingsApart({ folder: historianFolder, pointIds: plant.pointTable.ids, fromMs, days });
      const historian = await openDuckdbHistorian({ plant, dataDir: folder, folder: historianFolder, clock: new ManualClock(toMs), log });
      const database = await openDatabase('sqlite:', folder);
      const journal = await Journal.open(database);
      const ledger = new Ledger(database, journal, clock);
      await ledger.commit(
        Array.from({ length: journalLines }, (_, index) => ({
          occurredAtMs: fromMs + index,
          kind: 'alarm.raise',
          stationId: 'GS-01',
          alarmId: 'GS-01.PT-101.high',
          occurrenceId: `o-${index}`,
          actor: { kind: 'system' as const, part: 'bench' },
          detail: { priority: 'high', value: index },
        })),
      );
      clock.advance(days * dayMs);
      const keys = await SigningKeys.open(folder, 0);
      const heads = await JournalHeads.start({
        database,
        journal,
        keys,
        companyId: 't',
        dataDir: folder,
        clock,
        log,
        onContradiction: () => undefined,
      });
      const outFile = path.join(folder, 'bundle.zip');
      mkdirSync(path.join(folder, 'work'));
      const memoryBeforeMb = process.memoryUsage.rss() / 2 ** 20;
      let memoryMb = memoryBeforeMb;
      const watching = setInterval(() => {
        memoryMb = Math.max(memoryMb, process.memoryUsage.rss() / 2 ** 20);
      }, 50);
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const startMs = performance.now();
      let phase = '';
      await buildBundle(
        { plant, database, heads, keys, historian, sections: [], software: 'bench' },
        {
          bundleId: 'b',
          stationIds: ['GS-01'],
          isWholeCompany: true,
          showsCompanyLines: true,
          fromMs,
          toMs,
          language: 'zh',
          reason: 'bench',
          madeBy: { username: 'b', displayName: 'b' },
        },
        {
          workFolder: path.join(folder, 'work', 'b'),
          outFile,
          nowMs: toMs,
          signal: new AbortController().signal,
          onProgress: (progress) => {
            if (progress.phase !== phase) print(`${progress.phase} after ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
            phase = progress.phase;
          },
        },
      );
      const seconds = (performance.now() - startMs) / 1_000;
      clearInterval(watching);
      delay.disable();
      await heads.stop();
      await historian.close();
      await database.destroy();
      print(`made in ${seconds.toFixed(1)} s with at most ${memoryMb.toFixed(0)} MB; now checked`);
      const handle = await open(outFile, 'r');
      const verifyMs = performance.now();
      const verdict = await verifyBundle(await sourceOf(handle));
      await handle.close();
      mustHold(verdict.kind === 'holds', `the bundle holds: ${JSON.stringify(verdict).slice(0, 300)}`);
      return [
        { figure: 'a bundle is made', value: seconds, unit: 's', goal: '≤ 60', peer: null },
        {
          figure: 'memory of the process at most',
          value: memoryMb,
          unit: 'MB',
          goal: '≤ 500',
          peer: { name: 'before', value: memoryBeforeMb },
        },
        { figure: 'the event loop was held up at most', value: delay.max / 1e6, unit: 'ms', goal: '', peer: null },
        { figure: 'size of the bundle', value: statSync(outFile).size / 1e6, unit: 'MB', goal: '', peer: null },
        { figure: 'checked by gatewatch verify', value: (performance.now() - verifyMs) / 1_000, unit: 's', goal: '', peer: null },
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
