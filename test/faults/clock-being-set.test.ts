// Alarm delays in a process whose wall clock is set again and again, by minutes, an hour and a year, back and forth: each edge comes at the first scan after its
// delay is full by the monotonic clock. The clock is the real one, altered beneath the process by libfaketime; monotonic time is left alone, as the system does.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createRandom } from '../../simulators/process/random.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import type { TimedReport } from './clock/timed-life.ts';

const lengthMs = process.env.FAULTS === 'long' ? 600_000 : 12_000;
const seed = Number(process.env.FAULTS_SEED ?? 10);
const library = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
  .map((machine) => `/usr/lib/${machine}/faketime/libfaketimeMT.so.1`)
  .find((file) => existsSync(file));
if (library === undefined) {
  if (process.env.GATEWATCH_REQUIRE_SERVICES === '1')
    throw new Error('libfaketime is not on this machine (Debian: apt-get install libfaketime)');
  console.log('SKIPPED: libfaketime is not on this machine (Debian: apt-get install libfaketime)');
}
const toleranceMs = 100;
const offsetsSeconds = [0, 0.3, -0.7, 1, -1, 30, -60, 3_600, -3_600, 7_200, 31_536_000, -31_536_000];

test.skipIf(library === undefined)(
  `delays for ${lengthMs / 1_000} s on a clock that is being set (seed ${seed})`,
  {
    timeout: 60_000 + lengthMs * 2,
  },
  async () => {
    const random = createRandom(seed);
    const folder = temporaryFolder();
    const offsetFile = path.join(folder, 'offset');
    let sets = 0;
    const setClock = () => {
      const offset = offsetsSeconds[Math.floor(random() * offsetsSeconds.length)] ?? 0;
      writeFileSync(`${offsetFile}.new`, `${offset < 0 ? '' : '+'}${offset}\n`);
      renameSync(`${offsetFile}.new`, offsetFile);
      sets += 1;
    };
    setClock();
    const lifeFile = fileURLToPath(new URL('./clock/timed-life.ts', import.meta.url));
    const child = fork(lifeFile, [folder, String(lengthMs), String(seed)], {
      env: {
        ...process.env,
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: offsetFile,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
      execArgv: [],
      stdio: 'inherit',
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const setting = setInterval(() => random() < 0.5 && setClock(), 100);
    onTestFinished(() => clearInterval(setting));
    const [report] = (await once(child, 'message')) as [TimedReport];
    const { edges, invented, overdueMs, jumps, widestJumpMs } = report;
    const errors = edges.map(({ scanMs, dueMs }) => scanMs - dueMs).toSorted((a, b) => a - b);
    const gaps = edges.map(({ scanMs, scanBeforeMs }) => scanMs - scanBeforeMs);
    console.log(
      `clock being set: seed ${seed}, ${sets} times, ${jumps} jumps seen between scans (widest ${(widestJumpMs / 86_400_000).toFixed(0)} days); ${edges.length} edges, ${invented} invented; after their delay was full: ${errors[0]?.toFixed(0)} to ${errors.at(-1)?.toFixed(0)} ms, p50 ${errors[errors.length >> 1]?.toFixed(0)} ms (scans at most ${Math.max(...gaps).toFixed(0)} ms apart)`,
    );
    expect(jumps).toBeGreaterThan(lengthMs / 1_000);
    expect(widestJumpMs).toBeGreaterThan(3_000_000);
    expect(edges.length).toBeGreaterThan(lengthMs / 1_000);
    expect(invented).toBe(0);
    // To ± 100 ms; what a busy machine puts a scan off by is no fault of the delay, so it is the scan before that must not have been late.
    for (const { dueMs, scanMs, scanBeforeMs } of edges) {
      expect(scanMs).toBeGreaterThanOrEqual(dueMs - toleranceMs);
      expect(scanBeforeMs).toBeLessThanOrEqual(dueMs + toleranceMs);
    }
    expect(overdueMs).toBe(0);
  },
);
