// Alarm settings end to end over a real collector, a real Modbus device and a real server: approved while running, kept at the collector,
// and in force again when it starts while the server is away.
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { type Collector, createCollector } from '../../collector/collector.ts';
import { systemClock } from '../../collector/system-clock.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { openHistorian } from '../../historian/open-historian.ts';
import { createInProcessLink } from '../../link/in-process/in-process-link.ts';
import { createServer } from '../../server/create-server.ts';
import { createUnitImage, startModbusServer } from '../../simulators/modbus/modbus-server.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { plantOf } from '../harness/plant-of.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const log = pino({ level: 'silent' });
const [touched, untouched] = ['RS-01.PT-101.high', 'RS-01.PT-102.high'];

async function startPlant() {
  const image = createUnitImage();
  const device = await startModbusServer({
    host: '127.0.0.1',
    port: 0,
    framing: 'tcp',
    imageOf: (unitId) => (unitId === 1 ? image : null),
    behaviourOf: () => ({ kind: 'normal' }),
  });
  onTestFinished(() => device.stop());
  const point = (tag: string, address: number) =>
    `{ tag: ${tag}, name: { zh: 压力, en: Pressure }, unit: kPa, range: { min: 0, max: 100 }, defaultAlarms: false, register: { table: holding, address: ${address}, type: uint16 }, alarms: [{ kind: high, setpoint: 50, deadband: 2, priority: medium }, { kind: highHigh, setpoint: 90, priority: high }] }`;
  const plant = plantOf(`schema: 1
company: { id: t, name: T }
areas: [{ id: a, name: A }]
stations: [{ id: RS-01, type: regulating, name: S, area: a, devices: [{ id: PLC-1, protocol: modbusTcp, host: 127.0.0.1, port: ${device.port}, scan: 100ms, points: [${point('PT-101', 0)}, ${point('PT-102', 1)}] }] }]
`);
  return {
    plant,
    set: (pressure: number, other: number) => {
      image.holding[0] = pressure;
      image.holding[1] = other;
    },
  };
}

test('approved settings: the alarm trips at its new limit, the neighbour’s occurrence goes on; kept over a start without a server', async () => {
  const { plant, set } = await startPlant();
  const [serverDir, collectorDir] = [temporaryFolder(), temporaryFolder()];
  set(40, 60);

  /** One life of the two halves; without a server the collector is alone. */
  async function start(withServer: boolean) {
    const link = createInProcessLink({ collectorId: 'default', table: plant.pointTable });
    const server = withServer
      ? await createServer({
          plant,
          isDemo: true,
          link: link.server,
          historian: null,
          journalUrl: 'sqlite:',
          dataDir: serverDir,
          http: { host: '127.0.0.1', port: 0 },
          dashboardDir: null,
          clock: systemClock,
          log,
        })
      : null;
    const historian = await openHistorian({ url: 'duckdb:', plant, dataDir: collectorDir, clock: systemClock, log });
    const collector: Collector = await createCollector({
      plant,
      historian,
      link: link.collector,
      dataDir: collectorDir,
      clock: systemClock,
      log,
    });
    await collector.start();
    let isStopped = false;
    const stop = async () => {
      if (isStopped) return;
      isStopped = true;
      await collector.stop();
      await server?.stop();
      await historian.close();
    };
    onTestFinished(stop);
    return { collector, address: server?.address ?? '', stop };
  }
  const alarmOf = async (client: GatewatchClient, id: string): Promise<AlarmView | undefined> =>
    (await client.alarms('?state=all')).find(({ alarmId }) => alarmId === id);

  const first = await start(true);
  const engineer = await GatewatchClient.signIn(first.address, 'engineer', 'engineer-demo');
  await expect.poll(() => alarmOf(engineer, untouched), { timeout: 20_000 }).toMatchObject({ isConditionTrue: true });
  const neighbour = await alarmOf(engineer, untouched);
  expect((await alarmOf(engineer, touched))?.isConditionTrue ?? false).toBe(false);

  const approve = async (client: GatewatchClient, setpoint: number) => {
    const draft = await client.ask<{ id: string }>('POST', '/api/alarm-settings/drafts', {
      reason: 'r',
      changes: [{ alarmId: touched, settings: { setpoint } }],
    });
    await client.ask('POST', `/api/alarm-settings/drafts/${draft.body.id}/submit`, { version: 1 });
    const answer = await client.ask('POST', `/api/alarm-settings/drafts/${draft.body.id}/approve`, {
      version: 2,
      approver: { username: 'supervisor', password: 'supervisor-demo' },
    });
    expect(answer.status).toBe(200);
  };
  await approve(engineer, 30);
  await expect.poll(() => first.collector.status().alarmSettings?.version, { timeout: 10_000 }).toBe(2);
  await expect.poll(() => alarmOf(engineer, touched), { timeout: 10_000 }).toMatchObject({ isConditionTrue: true, setpoint: 30 });
  // Moved again while it is active and still true: the same occurrence, and nothing happened to the neighbour.
  const occurrence = await alarmOf(engineer, touched);
  await approve(engineer, 35);
  await expect.poll(() => first.collector.status().alarmSettings?.version, { timeout: 10_000 }).toBe(3);
  await first.stop();

  // The collector alone: it detects by the version that was approved last, here by seeing the pressure fall below the new limit.
  const alone = await start(false);
  expect(alone.collector.status().alarmSettings).toMatchObject({ version: 3, setAsideAlarmIds: [] });
  set(34, 60);
  await expect.poll(() => alone.collector.status().readingsTotal, { timeout: 10_000 }).toBeGreaterThan(4);
  const pendingBefore = alone.collector.status().outboxPending;
  set(32, 60);
  await expect.poll(() => alone.collector.status().outboxPending, { timeout: 10_000 }).toBeGreaterThan(pendingBefore);
  set(36, 60);
  await expect.poll(() => alone.collector.status().outboxPending, { timeout: 10_000 }).toBeGreaterThan(pendingBefore + 1);
  await alone.stop();

  const last = await start(true);
  const client = await GatewatchClient.signIn(last.address, 'engineer', 'engineer-demo');
  await expect.poll(() => alarmOf(client, touched), { timeout: 20_000 }).toMatchObject({ isConditionTrue: true, setpoint: 35 });
  const lines = (await client.journal()).filter(({ kind, alarmId }) => kind.startsWith('alarm.') && alarmId === touched);
  expect(lines.map(({ kind }) => kind)).toEqual(['alarm.raise', 'alarm.clear', 'alarm.raise']);
  expect(lines[0]?.occurrenceId).toBe(occurrence?.id);
  expect(lines[1]?.occurrenceId).toBe(occurrence?.id);
  expect(await alarmOf(client, untouched)).toMatchObject({ id: neighbour?.id, isConditionTrue: true, version: neighbour?.version });
});
