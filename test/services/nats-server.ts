// A real NATS server with JetStream for one test.

import net from 'node:net';
import path from 'node:path';
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
  await untilReady(
    service,
    () =>
      new Promise((resolve) => {
        const socket = net.connect(natsPort, '127.0.0.1');
        socket.once('data', (chunk: Buffer) => {
          socket.destroy();
          resolve(chunk.toString('utf8').startsWith('INFO'));
        });
        socket.once('error', () => resolve(false));
      }),
  );
  return { ...service, port: natsPort, url: `nats://127.0.0.1:${natsPort}` };
}
