// A real InfluxDB 1.x for one test, and VictoriaMetrics as a second receiver of the same lines.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, type ServiceProcess, serviceProgram, startService, untilReady } from './service.ts';

export const influxdProgram = () => serviceProgram('influxd', 'influxdb');
export const victoriaMetricsProgram = () => serviceProgram('victoria-metrics', 'victoria-metrics');

export interface RunningDatabase extends ServiceProcess {
  readonly port: number;
}

/** The same folder and port again give the same database after a kill. */
export async function startInfluxd(program: string, folder: string, port?: number): Promise<RunningDatabase> {
  const httpPort = port ?? (await freePort());
  const rpcPort = await freePort();
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'influxdb.conf');
  writeFileSync(
    file,
    `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${httpPort}"
  log-enabled = false
`,
  );
  const service = startService(program, ['-config', file]);
  await untilReady(service, async () => (await fetch(`http://127.0.0.1:${httpPort}/ping`)).status === 204);
  return { ...service, port: httpPort };
}

export async function influxQuery(port: number, query: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/query?q=${encodeURIComponent(query)}`, { method: 'POST' });
  return response.json();
}

export async function startVictoriaMetrics(program: string, folder: string): Promise<RunningDatabase> {
  const port = await freePort();
  const service = startService(program, [`-storageDataPath=${folder}`, `-httpListenAddr=127.0.0.1:${port}`, '-retentionPeriod=100y']);
  await untilReady(service, async () => (await fetch(`http://127.0.0.1:${port}/health`)).status === 200);
  return { ...service, port };
}
