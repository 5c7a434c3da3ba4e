// A real NATS server with JetStream for one test.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { freePorts } from '../../simulators/free-ports.ts';
import { type FrozenWire, startFrozenWire } from '../harness/frozen-wire.ts';
import { freePort, type ServiceProcess, serviceProgram, startService, untilReady } from './service.ts';

export const natsServerProgram = () => serviceProgram('nats-server', 'nats-server');

export interface RunningNats extends ServiceProcess {
  readonly port: number;
  readonly url: string;
}

/** The same folder and port again give the same broker after a kill. */
export async function startNatsServer(program: string, folder: string, port?: number): Promise<RunningNats> {
  const natsPort = port ?? (await freePort());
  const service = startService(program, ['-a', '127.0.0.1', '-p', String(natsPort), '-js', '-sd', path.join(folder, 'jetstream')]);
  await untilReady(service, () => greets(natsPort));
  return { ...service, port: natsPort, url: `nats://127.0.0.1:${natsPort}` };
}

export interface NatsCluster {
  /** All three nodes, for clients. */
  readonly url: string;
  readonly nodes: readonly RunningNats[];
  /** The same node again, with its store. */
  restart(index: number): Promise<void>;
  /** Nothing passes any more between this node and the two others, and nobody is told; clients reach all three. */
  partition(index: number): void;
  mend(): void;
  stop(): Promise<void>;
}

/**
 * Three nodes that keep each message three times, on the disk before they confirm it where the program knows how (NATS 2.10 and newer, not Debian's 2.9). Every way from one
 * to another is a wire that can be frozen.
 */
export async function startNatsCluster(program: string, folder: string): Promise<NatsCluster> {
  mkdirSync(folder, { recursive: true });
  const ports = await freePorts('127.0.0.1', 6);
  const clientPorts = ports.slice(0, 3);
  const routePorts = ports.slice(3);
  const everyIndex = [0, 1, 2];
  const wires: { readonly ends: readonly number[]; readonly wire: FrozenWire }[] = [];
  const wireTo = async (to: number, ...from: readonly number[]): Promise<number> => {
    const wire = await startFrozenWire({ host: '127.0.0.1', port: routePorts[to] ?? 0 });
    wires.push({ ends: [to, ...from], wire });
    return wire.port;
  };
  for (const index of everyIndex) {
    const others = everyIndex.filter((other) => other !== index);
    const routes = await Promise.all(others.map(async (other) => `nats://127.0.0.1:${await wireTo(other, index)}`));
    writeFileSync(
      path.join(folder, `nats-${index}.conf`),
      `server_name: nats-${index}
listen: "127.0.0.1:${clientPorts[index]}"
jetstream { store_dir: "${storeOf(folder, index)}"${syncs(program) ? ', sync_interval: always' : ''} }
cluster { name: gatewatch, listen: "127.0.0.1:${routePorts[index]}", advertise: "127.0.0.1:${await wireTo(index)}", routes: [${routes.join(', ')}] }
`,
    );
  }
  const start = async (index: number): Promise<RunningNats> => {
    const port = clientPorts[index] ?? 0;
    const service = startService(program, ['-c', path.join(folder, `nats-${index}.conf`)]);
    await untilReady(service, () => greets(port));
    return { ...service, port, url: `nats://127.0.0.1:${port}` };
  };
  const nodes: RunningNats[] = await Promise.all(everyIndex.map(start));
  return {
    url: `nats://${clientPorts.map((port) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    async restart(index) {
      nodes[index] = await start(index);
    },
    partition(index) {
      for (const { ends, wire } of wires) if (ends.includes(index)) wire.freeze();
    },
    mend() {
      for (const { wire } of wires) wire.thaw();
    },
    async stop() {
      for (const { child } of nodes) child.kill('SIGCONT');
      await Promise.all(nodes.map((node) => node.stop()));
      await Promise.all(wires.map(({ wire }) => wire.stop()));
    },
  };
}

/** Where a node of the cluster keeps its streams. */
export const storeOf = (folder: string, index: number) => path.join(folder, `jetstream-${index}`);

function syncs(program: string): boolean {
  const [, major = '0', minor = '0'] = /v(\d+)\.(\d+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' })) ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 10);
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('data', (chunk: Buffer) => {
      socket.destroy();
      resolve(chunk.toString('utf8').startsWith('INFO'));
    });
    socket.once('error', () => resolve(false));
  });
}
