// A thousand pages that each watch one station, while ten thousand values change a second: what it costs the server, and how late a change arrives.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { startGatewatch } from '../harness/gatewatch-process.ts';
import { type Bench, type BenchRow, mustHold } from './bench.ts';
import { loadPlantText } from './load-plant.ts';
import { startLoadProcess } from './load-process.ts';
import { costOfTree } from './process-cost.ts';

const stations = 100;
const pointsEach = 100;
const clients = 1_000;
const messagesPerSecond = 4;

interface Counted {
  readonly messages: number;
  readonly changes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
}

interface Measured extends Counted {
  readonly seconds: number;
  readonly cores: number;
}

export const fanoutBench: Bench = {
  name: 'fanout',
  load: ({ isQuick }) =>
    `${clients} socket clients, each subscribed to one of ${stations} stations; ${stations * pointsEach} changes/s, ${seconds(isQuick)} s; clients in a process of their own`,
  async run({ isQuick, print }) {
    const stationIds = Array.from({ length: stations }, (_, index) => `RS-${String(index + 1).padStart(4, '0')}`);
    const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-bench-'));
    const load = await startLoadProcess({ devices: stations, pointsEach });
    let ours: Measured;
    let idleCores: number;
    try {
      const plantFile = path.join(folder, 'plant.json');
      writeFileSync(plantFile, loadPlantText({ devices: stations, pointsEach, ports: load.ports }));
      const gatewatch = await startGatewatch({
        dataDir: path.join(folder, 'data'),
        arguments: ['--plant', plantFile, '--no-simulators'],
      });
      try {
        const pid = gatewatch.child.pid ?? 0;
        const client = await GatewatchClient.signIn(gatewatch.address, 'admin', gatewatch.firstPassword ?? '');
        await pass(10_000);
        // Without anybody looking: polling, detection and the historian run in the same process.
        const before = costOfTree(pid).processorSeconds;
        await pass(10_000);
        idleCores = (costOfTree(pid).processorSeconds - before) / 10;
        ours = await measure({ pid, address: gatewatch.address, cookie: client.cookie, stationIds, seconds: seconds(isQuick) });
      } finally {
        await gatewatch.stop();
      }
    } finally {
      await load.stop();
      rmSync(folder, { recursive: true, force: true });
    }
    const wanted = clients * pointsEach * ours.seconds;
    print(`${Math.round(ours.messages / ours.seconds)} messages/s, ${Math.round(ours.changes / ours.seconds)} changes delivered/s`);
    mustHold(ours.changes >= 0.98 * wanted, `every client gets every change: ${ours.changes} of ${wanted}`);

    const changesPerMessage = Math.round(ours.changes / ours.messages);
    const bare = startNode('bare-broadcast.ts', [String(stations), String(changesPerMessage), String(1_000 / messagesPerSecond)]);
    let peer: Measured;
    try {
      const { port } = JSON.parse(await nextLine(bare)) as { port: number };
      const address = `http://127.0.0.1:${port}`;
      peer = await measure({ pid: bare.child.pid ?? 0, address, cookie: '', stationIds, seconds: seconds(isQuick) });
    } finally {
      await end(bare.child);
    }
    print(`bare socket.io: ${Math.round(peer.messages / peer.seconds)} messages/s of ${changesPerMessage} changes`);
    const perMessage = (measured: Measured, cores: number) => (cores * measured.seconds * 1e6) / measured.messages;
    const row = (figure: string, value: number, unit: string, goal: string, other: number | null = null): BenchRow => ({
      figure,
      value,
      unit,
      goal,
      peer: other === null ? null : { name: 'bare socket.io broadcast', value: other },
    });
    return [
      row('processor, collector and server', ours.cores, 'cores', '≤ 1', peer.cores),
      row('processor, for the clients alone', ours.cores - idleCores, 'cores', '', peer.cores),
      row('processor a message', perMessage(ours, ours.cores - idleCores), 'µs', '', perMessage(peer, peer.cores)),
      // From the scan in the collector: up to 250 ms of it is the wait for the next update.
      row('scanned → at the client, p50', ours.p50Ms, 'ms', ''),
      row('scanned → at the client, p99', ours.p99Ms, 'ms', '≤ 300', peer.p99Ms),
      row('scanned → at the client, worst', ours.worstMs, 'ms', ''),
    ];
  },
};

const seconds = (isQuick: boolean) => (isQuick ? 10 : 60);

async function measure(options: {
  readonly pid: number;
  readonly address: string;
  readonly cookie: string;
  readonly stationIds: readonly string[];
  readonly seconds: number;
}): Promise<Measured> {
  const pages = startNode('fanout-clients.ts', [options.address, options.cookie, String(clients), ...options.stationIds]);
  try {
    await nextLine(pages);
    await pass(3_000);
    pages.child.stdin?.write('\n');
    await nextLine(pages);
    const before = { atMs: performance.now(), ...costOfTree(options.pid) };
    await pass(options.seconds * 1_000);
    pages.child.stdin?.write('\n');
    const counted = JSON.parse(await nextLine(pages)) as Counted;
    const measuredSeconds = (performance.now() - before.atMs) / 1_000;
    return {
      ...counted,
      seconds: measuredSeconds,
      cores: (costOfTree(options.pid).processorSeconds - before.processorSeconds) / measuredSeconds,
    };
  } finally {
    await end(pages.child);
  }
}

interface Started {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
}

function startNode(file: string, arguments_: readonly string[]): Started {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL(file, import.meta.url)), ...arguments_],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function nextLine({ lines }: Started): Promise<string> {
  const { value, done } = await lines.next();
  mustHold(done !== true, 'the other process goes on');
  return value;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
