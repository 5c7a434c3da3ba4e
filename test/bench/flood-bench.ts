// Ten thousand alarms within one scan, a hundred dashboards listening, and a person who acknowledges meanwhile: is all of it journaled and delivered, and how soon?
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { startGatewatch } from '../harness/gatewatch-process.ts';
import { type Bench, mustHold, percentile } from './bench.ts';
import { loadPlantText } from './load-plant.ts';
import { startLoadProcess } from './load-process.ts';

const devices = 100;
const pointsEach = 100;
const alarms = devices * pointsEach;
const dashboards = 100;
/** Beyond the high limit (80) of every point and short of the high-high (90). */
const floodValue = 85;
const acknowledgeEveryMs = 50;

export const floodBench: Bench = {
  name: 'flood',
  load: () =>
    `${alarms} alarms in one scan of 1 s, ${dashboards} dashboards listening, a person acknowledging every ${acknowledgeEveryMs} ms`,
  async run({ print }) {
    const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-bench-'));
    const load = await startLoadProcess({ devices, pointsEach });
    load.hold(50);
    try {
      const plantFile = path.join(folder, 'plant.json');
      writeFileSync(plantFile, loadPlantText({ devices, pointsEach, ports: load.ports }));
      const gatewatch = await startGatewatch({
        dataDir: path.join(folder, 'data'),
        arguments: ['--plant', plantFile, '--no-simulators'],
      });
      const password = gatewatch.firstPassword ?? '';
      const admin = await GatewatchClient.signIn(gatewatch.address, 'admin', password);
      await admin.ask('POST', '/api/users', { username: 'duty', displayName: 'duty', role: 'operator', password });
      const duty = await GatewatchClient.signIn(gatewatch.address, 'duty', password);
      const pages = spawn(
        process.execPath,
        [
          '--disable-warning=ExperimentalWarning',
          fileURLToPath(new URL('flood-dashboards.ts', import.meta.url)),
          gatewatch.address,
          'duty',
          password,
          String(dashboards),
          String(alarms),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      try {
        const lines = createInterface({ input: pages.stdout })[Symbol.asyncIterator]();
        await lines.next();
        await until(async () => (await admin.alarms()).length === 0, 'the plant is quiet');
        // Not the moments after a start, when every page is sent everything once more.
        await pass(3_000);
        const floodAtMs = Date.now();
        load.hold(floodValue);
        const answered: number[] = [];
        let isOver = false;
        const acknowledging = (async () => {
          const [first] = await until(async () => duty.alarms('?state=unacknowledged&limit=2000'), 'an alarm is there');
          mustHold(first !== undefined, 'an alarm is there');
          const waiting = await duty.alarms('?state=unacknowledged&limit=2000');
          for (const alarm of waiting) {
            if (isOver) break;
            const startedMs = performance.now();
            const { status } = await duty.ask('POST', `/api/alarms/${alarm.id}/acknowledge`, { version: alarm.version });
            mustHold(status === 200, `acknowledging answered ${status}`);
            answered.push(performance.now() - startedMs);
            await pass(acknowledgeEveryMs);
          }
        })();
        const { value } = await lines.next();
        const { completeAtMs } = JSON.parse(String(value)) as { completeAtMs: number[] };
        isOver = true;
        await acknowledging;
        const raises = (await admin.journal()).filter((entry) => entry.kind === 'alarm.raise');
        mustHold(raises.length === alarms, `each alarm is journaled once: ${raises.length} of ${alarms}`);
        mustHold(new Set(raises.map((entry) => entry.occurrenceId)).size === alarms, 'no occurrence is journaled twice');
        mustHold(completeAtMs.length === dashboards, 'every dashboard has seen every alarm');
        mustHold(answered.length > 0, 'somebody acknowledged meanwhile');
        print(`${answered.length} acknowledgements meanwhile`);
        completeAtMs.sort((a, b) => a - b);
        answered.sort((a, b) => a - b);
        const journaledAtMs = Math.max(...raises.map((entry) => entry.recordedAtMs));
        const row = (figure: string, value: number, unit: string, goal: string) => ({ figure, value, unit, goal, peer: null });
        return [
          // Up to a second of these is the wait for the scan.
          row('limit crossed → last alarm in the journal', (journaledAtMs - floodAtMs) / 1_000, 's', '≤ 5'),
          row('limit crossed → first dashboard has all', ((completeAtMs[0] ?? Number.NaN) - floodAtMs) / 1_000, 's', ''),
          row('limit crossed → last dashboard has all', ((completeAtMs.at(-1) ?? Number.NaN) - floodAtMs) / 1_000, 's', '≤ 5'),
          row('acknowledge answered meanwhile, p50', percentile(answered, 0.5), 'ms', ''),
          row('acknowledge answered meanwhile, worst', answered.at(-1) ?? Number.NaN, 'ms', '< 200'),
        ];
      } finally {
        if (pages.exitCode === null && pages.signalCode === null) {
          const ended = once(pages, 'exit');
          pages.kill('SIGKILL');
          await ended;
        }
        await gatewatch.stop();
      }
    } finally {
      await load.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Asks again until the answer is true or not empty, for at most a minute. */
async function until<T>(ask: () => Promise<T>, what: string): Promise<T> {
  const endMs = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (Array.isArray(answer) ? answer.length > 0 : Boolean(answer)) return answer;
    mustHold(Date.now() < endMs, `${what} within a minute`);
    await pass(20);
  }
}
