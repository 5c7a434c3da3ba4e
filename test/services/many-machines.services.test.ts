// The whole form of docker-compose.yml from installed programs: three NATS, PostgreSQL, InfluxDB, two collectors and two servers. A node of NATS, the collector that reads and
// the server in charge are killed in turn under load, servers and collectors then stopped and started one after the other as an upgrade does. With
// OLDER_GATEWATCH=FOLDER everything is of that other version at first, and of this one in the end. What was lost, and the gaps, are printed.
import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, onTestFailed, onTestFinished, test } from 'vitest';
import { createRandom } from '../../simulators/process/random.ts';
import type { GatewatchClient } from '../harness/gatewatch-client.ts';
import { type CollectorProcess, startCollectorProcess } from '../harness/gatewatch-process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { Witness, watch } from '../harness/witness.ts';
import { startAlarmingPlant, untilNews } from './alarming-plant.ts';
import { influxdProgram, influxQuery, startInfluxd } from './influxd.ts';
import { natsServerProgram, startNatsCluster } from './nats-server.ts';
import { postgresProgram, startPostgres } from './postgres.ts';
import { freePort } from './service.ts';

const natsProgram = natsServerProgram();
const influxProgram = influxdProgram();
const hasAll = natsProgram !== null && influxProgram !== null && postgresProgram() !== null;
const older = process.env.OLDER_GATEWATCH;
const seed = randomInt(1 << 30);

describe.skipIf(!hasAll)('many machines', () => {
  test(`each kind of part is killed, the servers are changed one by one: nothing is lost (seed ${seed})`, {
    timeout: 240_000,
  }, async () => {
    const random = createRandom(seed);
    const folder = temporaryFolder();
    for (const name of ['influx', 'one', 'two']) mkdirSync(path.join(folder, name));
    const nats = await startNatsCluster(natsProgram as string, path.join(folder, 'nats'));
    onTestFinished(() => nats.stop());
    const influx = await startInfluxd(influxProgram as string, path.join(folder, 'influx'));
    onTestFinished(() => influx.stop());
    await influxQuery(influx.port, 'CREATE DATABASE gatewatch');
    const postgres = await startPostgres({ isDurable: true });
    onTestFinished(() => postgres.remove());

    const collectors: CollectorProcess[] = [];
    /** Of new parts: the other version at first, where one is given. */
    let program = older;
    let startCollector: (index: 0 | 1) => Promise<void> = async () => undefined;
    onTestFinished(async () => {
      for (const collector of collectors) await collector.kill();
    });
    const plant = await startAlarmingPlant(
      {
        natsUrl: nats.url,
        arguments: ['--historian', `influx://127.0.0.1:${influx.port}/?db=gatewatch`],
        async startCollectors(halves) {
          startCollector = async (index) => {
            const node = index === 0 ? 'one' : 'two';
            const own = ['--hold', 'default', '--node', node];
            collectors[index] = await startCollectorProcess({ dataDir: path.join(folder, node), arguments: [...halves, ...own], program });
          };
          await startCollector(0);
          await startCollector(1);
        },
      },
      `${postgres.url}?schema=gatewatch`,
      random,
    );
    const ports = [await freePort(), await freePort()] as const;
    const startServer = (index: 0 | 1) => plant.startServer(ports[index], program);
    const servers = [await startServer(0), await startServer(1)];
    onTestFinished(async () => {
      for (const server of servers) await server.kill();
    });
    onTestFailed(() => console.log([...servers, ...collectors].map((each) => each.output().slice(-3_000)).join('\n---\n')));
    let inCharge: 0 | 1 = servers[0]?.isInCharge === true ? 0 : 1;
    await plant.begin(servers[1]?.address ?? '', servers[inCharge]?.firstPassword() ?? null);
    const bothSignedIn = () => Promise.all(servers.map((server) => plant.signIn(server.address)));

    // Calm: both addresses show the same.
    const lag = await lagBetween(await bothSignedIn(), 40);

    const witness = new Witness();
    const told: string[] = [];
    /** People work at both addresses, then the fault; over when they work again and the newest of the devices is known. */
    const under = async (what: string, fault: () => Promise<unknown>) => {
      let isOver = false;
      const watching = (await bothSignedIn()).map((client) => watch(client, witness, () => isOver));
      await pass(1_500 + random() * 1_000);
      isOver = true;
      plant.devices.longestSilenceMs();
      const sinceMs = performance.now();
      await fault();
      await Promise.all(watching);
      for (const client of await bothSignedIn()) await untilNews(client);
      const seconds = ((performance.now() - sinceMs) / 1_000).toFixed(1);
      told.push(`${what}: alarms again after ${seconds} s, devices unasked for ${(plant.devices.longestSilenceMs() / 1_000).toFixed(1)} s`);
    };
    const otherServer = (): 0 | 1 => (inCharge === 0 ? 1 : 0);

    await under('a node of NATS killed', async () => nats.nodes[Math.floor(random() * 3)]?.kill());
    for (const [index, node] of nats.nodes.entries()) if (node.child.signalCode !== null) await nats.restart(index);
    const reader = collectors[0]?.output().includes('holds the stations of') === true ? 0 : 1;
    await under('the collector that reads killed', async () => collectors[reader]?.kill());
    await startCollector(reader);
    await under('the server in charge killed', async () => {
      await servers[inCharge]?.kill();
      servers[inCharge] = await startServer(inCharge);
      inCharge = otherServer();
    });
    // An upgrade: first the one that stands by, then the one in charge.
    program = undefined;
    await under(`both servers changed one by one${older === undefined ? '' : ` from the version in ${older}`}`, async () => {
      for (const index of [otherServer(), inCharge]) {
        expect(await servers[index]?.stop()).toBe(0);
        servers[index] = await startServer(index);
      }
    });
    await under('both collectors changed one by one', async () => {
      for (const index of [0, 1] as const) {
        expect(await collectors[index]?.stop()).toBe(0);
        await startCollector(index);
      }
    });

    plant.rest();
    const clients = await bothSignedIn();
    for (const client of clients) await plant.expectActive(client);
    await plant.expectJournal(clients[1] as GatewatchClient, witness);
    console.log(
      `many machines: seed ${seed}, ${witness.raised.size} raises and ${witness.acknowledged.size} acknowledgements witnessed, 0 lost or doubled; ` +
        `the two addresses differed by at most ${lag.worstMs} ms over ${lag.count} changes; ${told.join('; ')}`,
    );
  });
});

/** Listens at both addresses until each has shown the same `count` changes of alarms. */
async function lagBetween(clients: readonly GatewatchClient[], count: number) {
  const seen = clients.map(() => new Map<string, number>());
  const sockets = clients.map((client, index) => {
    const socket = client.listen();
    socket.on('alarm', ({ alarms }) => {
      for (const { id, version } of alarms) seen[index]?.set(`${id} ${version}`, performance.now());
    });
    socket.on('connect', () => socket.emit('subscribe', {}));
    return socket;
  });
  const [one = new Map<string, number>(), other = new Map<string, number>()] = seen;
  const both = () => [...one].flatMap(([change, atMs]) => (other.has(change) ? [Math.abs(atMs - (other.get(change) ?? 0))] : []));
  await expect.poll(() => both().length, { timeout: 60_000, interval: 50 }).toBeGreaterThan(count);
  for (const socket of sockets) socket.close();
  const lags = both();
  return { count: lags.length, worstMs: Math.round(Math.max(...lags)) };
}
