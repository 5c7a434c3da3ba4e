// A real NATS server with JetStream for one test.

import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { freePorts } from '../../simulators/free-ports.ts';
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
  stop(): Promise<void>;
}

/** Three nodes that keep each message three times. (`sync_interval` is known to NATS 2.10 and newer; older ones, as in Debian, refuse it.) */
export async function startNatsCluster(program: string, folder: string): Promise<NatsCluster> {
  const ports = await freePorts('127.0.0.1', 6);
  const clientPorts = ports.slice(0, 3);
  const routePorts = ports.slice(3);
  const routes = routePorts.map((port) => `nats://127.0.0.1:${port}`).join(', ');
  const start = async (index: number): Promise<RunningNats> => {
    const port = clientPorts[index] ?? 0;
    const file = path.join(folder, `nats-${index}.conf`);
    writeFileSync(
      file,
      `server_name: nats-${index}
listen: "127.0.0.1:${port}"
jetstream { store_dir: "${path.join(folder, `jetstream-${index}`)}" }
cluster { name: gatewatch, listen: "127.0.0.1:${routePorts[index]}", routes: [${routes}] }
`,
    );
    const service = startService(program, ['-c', file]);
    await untilReady(service, () => greets(port));
    return { ...service, port, url: `nats://127.0.0.1:${port}` };
  };
  const nodes: RunningNats[] = await Promise.all([0, 1, 2].map(start));
  return {
    url: `nats://${clientPorts.map((port) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    async restart(index) {
      nodes[index] = await start(index);
    },
    async stop() {
      for (const { child } of nodes) child.kill('SIGCONT');
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
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
