// The power of one machine of several goes under load, again and again: that of the collector, of NATS, of PostgreSQL. Each goes on with what its disk had, or with
// what was torn between disk and cache; what a person had been told is in the journal in the end, once and in turn, and what is active is what the devices say.
// What a disk's own cache loses after a sync is not modelled.
import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, onTestFailed, onTestFinished, test } from 'vitest';
import { createRandom } from '../../simulators/process/random.ts';
import { type ForgetfulDisk, openForgetfulDisk } from '../harness/forgetful-disk.ts';
import type { GatewatchClient } from '../harness/gatewatch-client.ts';
import { type CollectorProcess, startCollectorProcess } from '../harness/gatewatch-process.ts';
import { isThere, signalAll, treeOf } from '../harness/process-tree.ts';
import { must, run } from '../harness/run-command.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { Witness, watch } from '../harness/witness.ts';
import { startAlarmingPlant, untilNews } from './alarming-plant.ts';
import { natsServerProgram, type RunningNats, startNatsServer } from './nats-server.ts';
import { postgresProgram, startPostgres } from './postgres.ts';
import { freePort } from './service.ts';

const natsProgram = natsServerProgram();
const cutsEach = process.env.FAULTS === 'long' ? Number(process.env.POWER_CUTS ?? 200) : 1;
const seed = process.env.FAULTS_SEED === undefined ? randomInt(1 << 30) : Number(process.env.FAULTS_SEED);
const why = diskMissing();
if (why !== null) console.log(`SKIPPED: power cuts of single machines: ${why}`);

interface Machine {
  readonly name: string;
  readonly disk: ForgetfulDisk;
  readonly pid: () => number;
  readonly start: () => Promise<void>;
  readonly secondsAway: number[];
}

describe.skipIf(natsProgram === null || postgresProgram() === null || why !== null)('one machine of several loses its power', () => {
  test(`${cutsEach} times each: nothing witnessed is lost (seed ${seed})`, { timeout: 60_000 + cutsEach * 3 * 60_000 }, async () => {
    const random = createRandom(seed);
    const folder = temporaryFolder();
    const diskOf = (name: string, sizeMB: number) => {
      mkdirSync(path.join(folder, name));
      const disk = openForgetfulDisk(path.join(folder, name), sizeMB);
      if (typeof disk === 'string') throw new Error(disk);
      onTestFinished(() => disk.close());
      return disk;
    };
    const disks = { collector: diskOf('collector-disk', 64), nats: diskOf('nats-disk', 64), postgres: diskOf('postgres-disk', 192) };
    // PostgreSQL runs as another user, who must be let through.
    must(run('chmod', '755', folder, path.join(folder, 'postgres-disk'), path.join(folder, 'postgres-disk', 'memory')));

    const postgres = await startPostgres({ isDurable: true, place: disks.postgres.folder });
    onTestFinished(() => postgres.kill());
    let nats: RunningNats = await startNatsServer(natsProgram as string, disks.nats.folder);
    onTestFinished(() => nats.kill());
    let collector: CollectorProcess | null = null;
    onTestFinished(() => collector?.kill());
    let startCollector: () => Promise<void> = async () => undefined;
    const plant = await startAlarmingPlant(
      {
        natsUrl: nats.url,
        arguments: [],
        async startCollectors(halves) {
          startCollector = async () => {
            collector = await startCollectorProcess({ dataDir: path.join(disks.collector.folder, 'data'), arguments: halves });
          };
          await startCollector();
        },
      },
      `${postgres.url}?schema=gatewatch`,
      random,
    );
    const server = await plant.startServer(await freePort());
    onTestFinished(() => server.kill());
    onTestFailed(() =>
      console.log([server.output(), collector?.output() ?? '', nats.output()].map((each) => each.slice(-4_000)).join('\n---\n')),
    );
    await plant.begin(server.address, server.firstPassword());
    for (const disk of Object.values(disks)) must(run('sync', '--file-system', disk.folder));

    const machines: Machine[] = [
      { name: 'collector', disk: disks.collector, pid: () => collector?.child.pid ?? 0, start: () => startCollector(), secondsAway: [] },
      {
        name: 'NATS',
        disk: disks.nats,
        pid: () => nats.child.pid ?? 0,
        start: async () => {
          nats = await startNatsServer(natsProgram as string, disks.nats.folder, nats.port);
        },
        secondsAway: [],
      },
      { name: 'PostgreSQL', disk: disks.postgres, pid: () => postgres.pid, start: () => postgres.start(), secondsAway: [] },
    ];
    const witness = new Witness();
    let unsyncedBytes = 0;
    for (let round = 0; round < cutsEach; round += 1)
      for (const { disk, pid, start, secondsAway } of machines) {
        let isOver = false;
        const watching = watchOn(
          () => plant.signIn(server.address),
          witness,
          () => isOver,
        );
        await pass(1_500 + random() * 1_500);
        isOver = true;
        const sinceMs = performance.now();
        const processes = treeOf(pid());
        signalAll(processes, 'SIGSTOP');
        const state = disk.cut(random);
        unsyncedBytes += state.unsyncedBytes;
        signalAll(processes, 'SIGKILL');
        await expect.poll(() => processes.filter(isThere), { timeout: 10_000, interval: 20 }).toEqual([]);
        disk.become(random() < 0.5 ? state.synced : state.torn);
        state.release();
        await start();
        await watching;
        await untilNews(await plant.signIn(server.address));
        secondsAway.push((performance.now() - sinceMs) / 1_000);
      }

    plant.rest();
    const client = await plant.signIn(server.address);
    await plant.expectActive(client);
    await plant.expectJournal(client, witness);
    expect(unsyncedBytes).toBeGreaterThan(0);
    console.log(
      `power cuts of one machine: seed ${seed}, ${cutsEach} each, ${witness.raised.size} raises and ${witness.acknowledged.size} acknowledgements witnessed, 0 lost or doubled; ` +
        `${Math.round(unsyncedBytes / 1024)} KiB were not synced; alarms again at most ${machines.map(({ name, secondsAway }) => `${Math.max(...secondsAway).toFixed(1)} s after ${name}'s`).join(', ')}`,
    );
  });
});

/** A server that could not renew its lease in time begins a new term: people sign in again. */
async function watchOn(signIn: () => Promise<GatewatchClient>, witness: Witness, isOver: () => boolean): Promise<void> {
  while (!isOver())
    try {
      await watch(await signIn(), witness, isOver);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // of fetch: there is no server at this moment
    }
}

function diskMissing(): string | null {
  const disk = openForgetfulDisk(temporaryFolder(), 8);
  if (typeof disk === 'string') return disk;
  disk.close();
  return null;
}
