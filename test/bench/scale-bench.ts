// What a reading costs when there are more collectors and servers: 1, 2 and 4 collectors, each with as many points of its own, before one server or two, over NATS and PostgreSQL.
// Counted is the processor time of every process of ours, broker and database apart.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import type { HealthView } from '../../domain/api/health-api.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { startCollectorProcess, startOneOfServers } from '../harness/gatewatch-process.ts';
import { natsServerProgram, startNatsServer } from '../services/nats-server.ts';
import { postgresProgram, startPostgres } from '../services/postgres.ts';
import { freePort } from '../services/service.ts';
import { type Bench, type BenchOptions, type BenchRow, mustHold } from './bench.ts';
import { loadStations } from './load-plant.ts';
import { startLoadProcess } from './load-process.ts';
import { costOfTree } from './process-cost.ts';

const devicesEach = 80;
const pointsEach = 100;
const warmUpMs = 12_000;
const forms = [1, 2].flatMap((servers) => [1, 2, 4].map((collectors) => ({ collectors, servers })));
const measuredMs = (isQuick: boolean) => (isQuick ? 12_000 : 60_000);

export const scaleBench: Bench = {
  name: 'scale',
  load: ({ isQuick }) =>
    `1, 2 and 4 collectors × 1 and 2 servers over NATS and PostgreSQL; each collector ${devicesEach} Modbus TCP devices × ${pointsEach} points at 1 Hz, 5 alarms a point, embedded historian; ${measuredMs(isQuick) / 1_000} s each`,
  async run(options) {
    const natsProgram = natsServerProgram();
    if (natsProgram === null || postgresProgram() === null) throw new Error('nats-server and PostgreSQL are needed');
    const costs: { readonly form: string; readonly microseconds: number }[] = [];
    for (const form of forms) {
      const name = `${form.collectors} collector${form.collectors > 1 ? 's' : ''}, ${form.servers} server${form.servers > 1 ? 's' : ''}`;
      costs.push({ form: name, microseconds: await costOfReading(natsProgram, form, options, name) });
    }
    const first = costs[0]?.microseconds ?? Number.NaN;
    return costs.map(
      ({ form, microseconds }, index): BenchRow => ({
        figure: `processor a reading, ${form}`,
        value: microseconds,
        unit: 'µs',
        goal: index === 0 ? '' : 'flat ± 20 %',
        peer: index === 0 ? null : { name: 'one of each', value: first },
      }),
    );
  },
};

async function costOfReading(
  natsProgram: string,
  form: { readonly collectors: number; readonly servers: number },
  { isQuick, print }: BenchOptions,
  name: string,
): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-bench-'));
  const stops: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 })];
  const folderOf = (part: string) => {
    mkdirSync(path.join(folder, part), { recursive: true });
    return path.join(folder, part);
  };
  try {
    const devices = form.collectors * devicesEach;
    const load = await startLoadProcess({ devices, pointsEach });
    stops.push(() => load.stop());
    const stations = loadStations({ devices, pointsEach, ports: load.ports }).map((station, index) => ({
      ...station,
      collector: `c${Math.floor(index / devicesEach) + 1}`,
    }));
    const plantFile = path.join(folder, 'plant.json');
    const company = { id: 'load', name: { zh: '负载', en: 'Load' } };
    writeFileSync(plantFile, JSON.stringify({ schema: 1, company, areas: [{ id: 'all', name: { zh: '全部', en: 'All' } }], stations }));
    const nats = await startNatsServer(natsProgram, folderOf('nats'));
    stops.push(() => nats.stop());
    const postgres = await startPostgres({ isDurable: true });
    stops.push(() => postgres.remove());
    const halves = ['--plant', plantFile, '--link', nats.url];
    const ours: number[] = [];
    const servers = [];
    for (let index = 0; index < form.servers; index += 1) {
      const port = await freePort();
      const more = ['--journal', `${postgres.url}?schema=gatewatch`, '--advertise', `http://127.0.0.1:${port}`];
      const server = await startOneOfServers({ port, dataDir: folderOf('server'), arguments: [...halves, ...more] });
      stops.push(() => server.stop());
      servers.push(server);
      ours.push(server.child.pid ?? 0);
    }
    for (let index = 1; index <= form.collectors; index += 1) {
      const collector = await startCollectorProcess({
        dataDir: folderOf(`c${index}`),
        arguments: [...halves, '--collector-id', `c${index}`],
      });
      stops.push(() => collector.stop());
      ours.push(collector.child.pid ?? 0);
    }
    // The second address, where there is one: its work of passing on is counted.
    const client = await GatewatchClient.signIn(servers.at(-1)?.address ?? '', 'admin', servers[0]?.firstPassword() ?? '');
    const sample = async () => {
      const { collectors } = await client.get<HealthView>('/api/health');
      mustHold(collectors.length === form.collectors && collectors.every(({ isLive }) => isLive), `${name}: every collector is live`);
      mustHold(
        collectors.every(({ devices: each }) => each.every(({ connection }) => connection === 'connected')),
        `${name}: every device is connected`,
      );
      return {
        atMs: performance.now(),
        readings: collectors.reduce((sum, { readingsTotal }) => sum + readingsTotal, 0),
        processorSeconds: ours.reduce((sum, pid) => sum + costOfTree(pid).processorSeconds, 0),
      };
    };
    await pass(warmUpMs);
    const before = await sample();
    await pass(measuredMs(isQuick));
    const after = await sample();
    const readings = after.readings - before.readings;
    const expected = ((after.atMs - before.atMs) / 1_000) * devices * pointsEach;
    mustHold(readings >= 0.9 * expected, `${name}: the rate was held: ${readings} of ${Math.round(expected)} readings`);
    const microseconds = ((after.processorSeconds - before.processorSeconds) / readings) * 1e6;
    print(`${name}: ${readings} readings, ${microseconds.toFixed(2)} µs each`);
    return microseconds;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}
