// Three NATS nodes and two collector processes that may hold the same stations: the holder is killed, frozen, stopped, a node of NATS is killed and one frozen. Nothing is
// lost or told twice, and what the gap was is printed.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { HealthView } from '../../domain/api/health-api.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { addDutyPerson, signInDutyPerson } from '../harness/duty-person.ts';
import { type CollectorProcess, startCollectorProcess, startGatewatch } from '../harness/gatewatch-process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { startTogglingDevices } from '../harness/toggling-devices.ts';
import { expectActive } from '../harness/toggling-plant.ts';
import { expectAllThere, Witness, watch } from '../harness/witness.ts';
import { influxdProgram, influxQuery, startInfluxd } from './influxd.ts';
import { natsServerProgram, startNatsCluster } from './nats-server.ts';

const natsProgram = natsServerProgram();
const influxProgram = influxdProgram();

describe.skipIf(natsProgram === null || influxProgram === null)('two collector processes, three NATS nodes', () => {
  test('[HD1] [HD4] [HD7] [HD9] whoever holds the stations dies, freezes, stops: the other goes on', {
    timeout: 240_000,
  }, async () => {
    const folder = temporaryFolder();
    for (const name of ['nats', 'influx', 'server', 'one', 'two']) mkdirSync(path.join(folder, name));
    const random = createRandom(7);
    const nats = await startNatsCluster(natsProgram as string, path.join(folder, 'nats'));
    onTestFinished(() => nats.stop());
    const influx = await startInfluxd(influxProgram as string, path.join(folder, 'influx'));
    onTestFinished(() => influx.stop());
    await influxQuery(influx.port, 'CREATE DATABASE gatewatch');
    const devices = await startTogglingDevices({ devices: 2, pointsEach: 20, scanMs: 250, random });
    onTestFinished(() => devices.stop());
    const plantFile = path.join(folder, 'plant.json');
    const plant = JSON.parse(devices.plantText) as { stations: { id: string; collector?: string }[] };
    for (const [index, station] of plant.stations.entries()) station.collector = index === 0 ? 'east' : 'west';
    writeFileSync(plantFile, JSON.stringify(plant));
    const common = ['--plant', plantFile, '--link', nats.url, '--historian', `influx://127.0.0.1:${influx.port}/?db=gatewatch`];
    const server = await startGatewatch({ command: 'server', dataDir: path.join(folder, 'server'), arguments: common });
    onTestFinished(() => server.stop().then(() => undefined));
    const processes = new Map<string, CollectorProcess>();
    onTestFinished(async () => {
      for (const one of processes.values()) {
        one.child.kill('SIGCONT');
        await one.kill();
      }
    });
    const start = async (node: 'one' | 'two') => {
      const hold = node === 'one' ? 'east,west' : 'west,east';
      const collector = await startCollectorProcess({
        dataDir: path.join(folder, node),
        arguments: [...common, '--hold', hold, '--node', node],
      });
      processes.set(node, collector);
      return collector;
    };
    const administrator = await addDutyPerson(server.address, server.firstPassword);
    const client = await signInDutyPerson(server.address);
    const holders = async () => {
      const health = await administrator.get<{ collectors: { collectorId: string; isLive: boolean; holder?: { node: string } }[] }>(
        '/api/health',
      );
      return Object.fromEntries(health.collectors.map((one) => [one.collectorId, one.isLive ? one.holder?.node : null]));
    };
    const expectHolders = (expected: Record<string, string>) => expect.poll(holders, { timeout: 40_000, interval: 100 }).toEqual(expected);

    const [first, two] = await Promise.all([start('one'), start('two')]);
    let one = first;
    await expectHolders({ east: 'one', west: 'two' });
    const toggling = setInterval(() => devices.toggle(Date.now(), 600), 20);
    onTestFinished(() => clearInterval(toggling));
    const witness = new Witness();
    let isOver = false;
    const watching = watch(client, witness, () => isOver);
    const gaps: string[] = [];
    const takenOverIn = async (what: string, fault: () => unknown, expected: Record<string, string>) => {
      await pass(2_000);
      await fault();
      const sinceMs = performance.now();
      await expectHolders(expected);
      gaps.push(`${what} ${((performance.now() - sinceMs) / 1_000).toFixed(1)} s`);
    };

    await takenOverIn('killed', () => one.kill(), { east: 'two', west: 'two' });
    const spares = async () =>
      (await administrator.get<HealthView>('/api/health')).checks
        .filter(({ name }) => name === 'spare')
        .map(({ subject, verdict }) => `${subject} ${verdict}`);
    await expect.poll(spares, { timeout: 20_000, interval: 200 }).toEqual(['east act', 'west act']);
    one = await start('one');
    await expect.poll(spares, { timeout: 20_000, interval: 200 }).toEqual(['east ok', 'west ok']);
    await takenOverIn('stopped', () => two.stop(), { east: 'one', west: 'one' });
    await start('two');
    await takenOverIn('frozen', () => one.child.kill('SIGSTOP'), { east: 'two', west: 'two' });
    one.child.kill('SIGCONT');
    await one.until(/leaves the stations of west/);
    await expectHolders({ east: 'two', west: 'two' });

    // A node of NATS is killed, then another frozen: the holder stays.
    await nats.nodes[0]?.kill();
    await pass(3_000);
    await nats.restart(0);
    await expectHolders({ east: 'two', west: 'two' });

    isOver = true;
    await watching;
    clearInterval(toggling);
    await expectActive(client, devices, { timeoutMs: 30_000 });
    expect(witness.raised.size).toBeGreaterThan(50);
    const journal = await client.journal();
    expectAllThere(witness, journal);
    expect(journal.filter(({ kind }) => kind === 'collector.takeover').map(({ detail }) => `${detail.collectorId} ${detail.node}`)).toEqual(
      expect.arrayContaining(['east one', 'west two', 'east two', 'west one']),
    );
    console.log(`two collectors: ${gaps.join(', ')}; ${witness.raised.size} raises witnessed, 0 lost or doubled`);
  });
});
