// The two halves as processes of their own over a real NATS: the demo plant's devices, a collector, a server; then the broker is killed.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StationSummary } from '../../domain/api/plant-api.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { startCollectorProcess, startGatewatch, startSimulatorsProcess } from '../harness/gatewatch-process.ts';
import { playScenario } from '../harness/scenarios.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { influxdProgram, influxQuery, startInfluxd } from './influxd.ts';
import { natsServerProgram, startNatsServer } from './nats-server.ts';

const natsProgram = natsServerProgram();
const influxProgram = influxdProgram();

describe.skipIf(natsProgram === null || influxProgram === null)('collector and server apart, InfluxDB shared', () => {
  test('an alarm raised while the broker is dead reaches the server when it is back; history and live values are there', async () => {
    const folder = temporaryFolder();
    for (const name of ['simulators', 'collector', 'server', 'nats', 'influx']) mkdirSync(path.join(folder, name));
    let nats = await startNatsServer(natsProgram as string, path.join(folder, 'nats'));
    onTestFinished(() => nats.stop());
    const influx = await startInfluxd(influxProgram as string, path.join(folder, 'influx'));
    onTestFinished(() => influx.stop());
    await influxQuery(influx.port, 'CREATE DATABASE gatewatch');
    const simulators = await startSimulatorsProcess(path.join(folder, 'simulators'));
    onTestFinished(() => simulators.stop().then(() => undefined));
    const common = ['--plant', simulators.plantFile, '--link', nats.url, '--historian', `influx://127.0.0.1:${influx.port}/?db=gatewatch`];
    const server = await startGatewatch({ command: 'server', dataDir: path.join(folder, 'server'), arguments: common });
    onTestFinished(() => server.stop().then(() => undefined));
    const collector = await startCollectorProcess({
      dataDir: path.join(folder, 'collector'),
      arguments: common,
      environment: simulators.environment,
    });
    onTestFinished(() => collector.stop().then(() => undefined));
    const client = await GatewatchClient.signIn(server.address, 'admin', server.firstPassword ?? '');

    const allGood = async () => (await client.get<StationSummary[]>('/api/stations')).every((station) => station.goodShare === 1);
    await expect.poll(allGood, { timeout: 60_000, interval: 500 }).toBe(true);
    const health = await client.get<{ readiness: { status: string; parts: unknown[] } }>('/api/health');
    expect(health.readiness).toMatchObject({ status: 'ready' });

    await playScenario(simulators, 'mains-loss', { station: 'ST-01', seconds: 600 });
    await expect
      .poll(async () => (await client.alarms()).map((alarm) => alarm.alarmId), { timeout: 30_000, interval: 250 })
      .toContain('ST-01.XS-801.state');

    await nats.kill();
    await playScenario(simulators, 'door-open', { station: 'RS-01', seconds: 600 });
    await expect
      .poll(async () => (await client.get<{ readiness: { status: string } }>('/api/health')).readiness.status, {
        timeout: 20_000,
        interval: 250,
      })
      .toBe('notReady');
    nats = await startNatsServer(natsProgram as string, path.join(folder, 'nats'), nats.port);
    await expect
      .poll(async () => (await client.alarms()).map((alarm) => alarm.alarmId), { timeout: 60_000, interval: 250 })
      .toContain('RS-01.ZS-901.state');
    await expect.poll(allGood, { timeout: 30_000, interval: 500 }).toBe(true);

    const history = await client.get<{ rows: unknown[] }>('/api/readings?point=GS-01.PT-101&buckets=100');
    expect(history.rows.length).toBeGreaterThan(0);
  });
});
