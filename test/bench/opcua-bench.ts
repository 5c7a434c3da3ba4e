// The OPC UA server with a large plant: what its start costs the monitor, its memory, what live values and a flood of alarms cost with a client that watches everything.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pino } from 'pino';
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { createInProcessLink } from '../../link/in-process/in-process-link.ts';
import { createServer } from '../../server/create-server.ts';
import { moveClientCertificate, thumbprintOf } from '../../server/northbound/opcua/client-certificates.ts';
import { startOpcuaClient } from '../harness/opcua-client.ts';
import { type Bench, mustHold } from './bench.ts';
import { loadStations } from './load-plant.ts';

const points = 10_000;
const pointsEach = 100;
const flood = 10_000;

const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function until(what: string, isTrue: () => boolean, boundMs: number): Promise<number> {
  const beganMs = performance.now();
  while (!isTrue()) {
    mustHold(performance.now() - beganMs < boundMs, `${what} within ${boundMs} ms`);
    await pause(10);
  }
  return performance.now() - beganMs;
}

export const opcuaBench: Bench = {
  name: 'opcua',
  load: () =>
    `${points} points at 1 Hz, 5 alarms a point, one client in another process that watches every point and every event; ${flood} alarms at once`,
  async run({ isQuick, print }) {
    const text = JSON.stringify({
      schema: 1,
      company: { id: 'load', name: '负载' },
      areas: [{ id: 'all', name: '全部' }],
      stations: loadStations({ devices: points / pointsEach, pointsEach, ports: [502] }),
      northbound: { opcua: { port: 0, maxSessions: 5 } },
    });
    const parsed = parsePlantText(text, { version: 'bench' });
    if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues.slice(0, 3)));
    const { plant } = parsed;
    const dataDir = mkdtempSync(path.join(tmpdir(), 'gatewatch-opcua-bench-'));
    const link = createInProcessLink({ collectorId: 'default', table: plant.pointTable });
    const client = await startOpcuaClient();
    const residentBefore = process.memoryUsage().rss;
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const beganMs = performance.now();
    const server = await createServer({
      plant,
      isDemo: true,
      link: link.server,
      historian: null,
      journalUrl: 'sqlite:',
      dataDir,
      http: { host: '127.0.0.1', port: 0 },
      dashboardDir: null,
      clock,
      log: pino({ level: 'silent' }),
    });
    const startedMs = performance.now() - beganMs;
    const endpoint = await new Promise<string>((resolve) => server.onNorthboundReady((line) => resolve(line.replace(/^.* /, ''))));
    const readyMs = performance.now() - beganMs;
    const residentMb = (process.memoryUsage().rss - residentBefore) / 2 ** 20;
    delay.disable();
    const longestStopMs = delay.max / 1e6;
    print(
      `server up after ${startedMs.toFixed(0)} ms, OPC UA after ${readyMs.toFixed(0)} ms, + ${residentMb.toFixed(0)} MB resident for server and OPC UA together`,
    );

    const publish = (round: number) => {
      const batch = createReadingBatch(plant.pointTable, points);
      for (let point = 0; point < points; point += 1) pushReading(batch, point, Date.now(), 40 + (round % 10), Quality.good);
      link.collector.publishReadings(batch);
    };
    const cpuWhile = async (seconds: number): Promise<number> => {
      const before = process.cpuUsage();
      for (let second = 0; second < seconds; second += 1) {
        publish(second);
        await pause(1_000);
      }
      const used = process.cpuUsage(before);
      return (used.user + used.system) / 1e6 / seconds;
    };
    const seconds = isQuick ? 5 : 15;
    const idleShare = await cpuWhile(seconds);
    const pkiDir = path.join(dataDir, 'client');
    moveClientCertificateOf(dataDir, await refusedOnce(client, endpoint, pkiDir));
    const namespaces = await client.connect({ endpoint, pkiDir, user: { name: 'duty', password: 'duty-demo' } });
    const ns = namespaces.indexOf('urn:gatewatch:plant:load');
    for (let start = 0; start < points; start += 1_000)
      await client.monitor(
        plant.points.slice(start, start + 1_000).map(({ id }) => `ns=${ns};s=${id}`),
        1_000,
      );
    await until('every value known to the client', () => new Set(client.values.map(({ nodeId }) => nodeId)).size === points, 30_000);
    const watchedShare = await cpuWhile(seconds);
    const lastRound = 7;
    publish(lastRound);
    const arrivedMs = await until(
      'the newest value of every point at the client',
      () =>
        new Set(
          client.values
            .slice(-points * 2)
            .filter(({ value }) => value === 40 + lastRound)
            .map(({ nodeId }) => nodeId),
        ).size === points,
      30_000,
    );

    // Values go on meanwhile, as they do in a plant.
    const going = setInterval(() => publish(0), 1_000);
    await client.listen(['EventType', 'EventId', 'SourceName', 'ConditionName', 'ActiveState.Id', 'AckedState.Id', 'Severity', 'Message']);
    const messages = plant.alarms
      .filter(({ kind }) => kind === 'high')
      .slice(0, flood)
      .map(
        ({ id }, index): ConditionMessage => ({
          kind: 'raise',
          sequence: index + 1,
          alarmId: id,
          occurrenceId: crypto.randomUUID(),
          atMs: Date.now(),
          value: 85,
          quality: 0,
          measured: null,
        }),
      );
    const outboxId = crypto.randomUUID();
    const floodBegan = performance.now();
    for (let start = 0; start < messages.length; start += 500)
      await link.collector.deliverConditions({ schema: 1, collectorId: 'default', outboxId, messages: messages.slice(start, start + 500) });
    const committedMs = performance.now() - floodBegan;
    await until(
      'every alarm event at the client',
      () => new Set(client.events.map(({ SourceName }) => SourceName)).size === flood,
      120_000,
    );
    const toldMs = performance.now() - floodBegan;
    const refreshBegan = performance.now();
    const before = client.events.length;
    await client.refresh();
    await until('the end of the refresh', () => client.events.slice(before).some(({ EventType }) => EventType === 'ns=0;i=2788'), 120_000);
    const refreshed = new Set(
      client.events.slice(before).flatMap(({ SourceName, ConditionName }) => (ConditionName === 'high' ? [SourceName] : [])),
    );
    mustHold(refreshed.size === flood, `a refresh tells all ${flood} alarms, not ${refreshed.size}`);
    clearInterval(going);
    const refreshMs = performance.now() - refreshBegan;
    await client.stop();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
    const row = (figure: string, value: number, unit: string, goal = '') => ({ figure, value, unit, goal, peer: null });
    return [
      row('server start, with OPC UA switched on', startedMs, 'ms'),
      row('longest stop of the monitor’s event loop while OPC UA starts', longestStopMs, 'ms', 'whole start included'),
      row('OPC UA ready', readyMs, 'ms'),
      row('memory of server and OPC UA', residentMb, 'MB'),
      row('processor at 10,000 changes a second, nobody watches', idleShare * 100, '% of a core'),
      row('processor at 10,000 changes a second, all watched', watchedShare * 100, '% of a core'),
      row('newest value of every point at the client', arrivedMs, 'ms', 'sampling 1 s'),
      row('flood committed', committedMs, 'ms'),
      row('flood told to the client', toldMs, 'ms'),
      row('refresh of the flood', refreshMs, 'ms'),
    ];
  },
};

/** The first try is refused and leaves the certificate for the administrator. */
async function refusedOnce(client: Awaited<ReturnType<typeof startOpcuaClient>>, endpoint: string, pkiDir: string): Promise<string> {
  const certificate = Buffer.from(await client.certificate(pkiDir), 'hex');
  await client.connect({ endpoint, pkiDir, user: { name: 'duty', password: 'duty-demo' } }).then(
    () => mustHold(false, 'an unknown certificate is refused'),
    () => client.disconnect(),
  );
  return thumbprintOf(certificate);
}

function moveClientCertificateOf(dataDir: string, thumbprint: string): void {
  const moved = moveClientCertificate(path.join(dataDir, 'northbound', 'opcua'), thumbprint, 'trusted');
  mustHold(moved !== null, 'the refused certificate is kept');
}
