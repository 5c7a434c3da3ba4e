// The whole product before a database that revokes its token, loses its bucket, and says yes in the wrong words: what was read waits, an alarm says so in time,
// alarms and values go on, and once it is mended everything is there.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { HealthView } from '../../domain/api/health-api.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { expectActive, startTogglingPlant } from '../harness/toggling-plant.ts';

const seed = Number(process.env.FAULTS_SEED ?? 12);
const faults = process.env.FAULTS === 'long' ? [401, 404, 200, 201, 503] : [401];
const alarmWithinMs = 30_000;

/** Numbers that are not there between the first and the last of what the device counted, and readings that are marked bad. */
function missingOf(stored: ReadonlySet<string>, pointId: string) {
  const lines = [...stored].filter((line) => line.startsWith(`reading,point=${pointId} `));
  const numbers = new Set(lines.flatMap((line) => / v=(\d+),q=0i /.exec(line)?.[1] ?? []).map(Number));
  const range = Math.max(...numbers) - Math.min(...numbers) + 1;
  return { there: numbers.size, missing: range - numbers.size, bad: lines.length - numbers.size, last: Math.max(...numbers) };
}

test(`a database that answers ${faults.join(', ')}: told within 30 s, nothing lost`, {
  timeout: 120_000 + faults.length * 90_000,
}, async () => {
  const plant = await startTogglingPlant({ devices: 2, pointsEach: 20, scanMs: 250, random: createRandom(seed) });
  const { devices } = plant;
  /** By line: a database keeps one of each. */
  const stored = new Set<string>();
  let status = 204;
  const database = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (status === 204) for (const line of Buffer.concat(chunks).toString('utf8').split('\n')) if (line !== '') stored.add(line);
      response.writeHead(status).end(status === 204 ? '' : '{"message":"no"}');
    });
  });
  await new Promise<void>((resolve) => database.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    database.closeAllConnections();
    database.close();
  });
  const url = `influx://127.0.0.1:${(database.address() as AddressInfo).port}/?db=gatewatch`;
  const { gatewatch, client } = await plant.startOnDuty({ arguments: ['--historian', url] });
  plant.toggle({ everyMs: 50, restMs: 1_000 });
  const isTold = async () => (await client.alarms('?state=active')).some(({ alarmId }) => alarmId === 'monitor.historian');
  const told: string[] = [];
  await expect.poll(() => stored.size, { timeout: 30_000 }).toBeGreaterThan(100);
  for (status of faults) {
    const fault = status;
    const [sinceMs, risesBefore] = [performance.now(), devices.riseCount()];
    await expect.poll(isTold, { timeout: 60_000, interval: 200 }).toBe(true);
    const afterMs = performance.now() - sinceMs;
    status = 204;
    await expect.poll(isTold, { timeout: 90_000, interval: 200 }).toBe(false);
    told.push(`${fault} after ${(afterMs / 1_000).toFixed(1)} s (${devices.riseCount() - risesBefore} alarms rose meanwhile)`);
    expect(afterMs).toBeLessThan(alarmWithinMs);
  }
  plant.rest();
  await expectActive(client, devices, { timeoutMs: 30_000 });
  const seen = devices.counts.map(({ answeredAtMs }) => answeredAtMs.length - 1);
  const counted = () => devices.counts.map(({ pointId }) => missingOf(stored, pointId));
  await expect.poll(() => counted().every(({ last }, device) => last >= (seen[device] ?? 0)), { timeout: 60_000 }).toBe(true);
  const { checks } = await client.get<HealthView>('/api/health');
  expect(checks.find(({ name }) => name === 'historian')?.values).toMatchObject({ dropped: 0, setAside: 0 });
  expect(await gatewatch.stop()).toBe(0);
  const sums = counted();
  const sum = (of: (one: (typeof sums)[number]) => number) => sums.reduce((total, one) => total + of(one), 0);
  console.log(
    `historian refuses: told of ${told.join(', ')}; ${stored.size} readings stored; of the answers that the devices numbered ${sum(({ there }) => there)} are there, ${sum(({ missing }) => missing)} are not, ${sum(({ bad }) => bad)} readings of them are marked bad`,
  );
  // An answer that came after its deadline was not believed, and its time is bad.
  for (const { there, missing, bad } of sums) {
    expect(there).toBeGreaterThan(40);
    expect(missing).toBeLessThanOrEqual(bad);
  }
});
