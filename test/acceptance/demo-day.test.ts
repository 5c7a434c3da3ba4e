// The demo plant as a person meets it: live at once, a leak becomes high-high, a line break shows first as rate of change, and what was
// acknowledged is still acknowledged after a stop and a start.
import { expect, onTestFinished, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { StationSummary } from '../../domain/api/plant-api.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { startGatewatch } from '../harness/gatewatch-process.ts';
import { playScenario } from '../harness/scenarios.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

test('demo plant: live, leak to high-high, line break by its rate, acknowledgement survives a restart', async () => {
  const dataDir = temporaryFolder();
  const first = await startGatewatch({ dataDir, arguments: ['--no-story'] });
  onTestFinished(() => first.stop().then(() => undefined));
  const duty = await GatewatchClient.signIn(first.address, 'duty', 'duty-demo');

  const stations = () => duty.get<StationSummary[]>('/api/stations');
  await expect
    .poll(async () => (await stations()).every((station) => station.goodShare === 1), { timeout: 30_000, interval: 500 })
    .toBe(true);
  const plant = await stations();
  expect(plant).toHaveLength(8);
  expect(new Set(plant.map((station) => station.type)).size).toBeGreaterThanOrEqual(5);
  expect(plant.reduce((sum, station) => sum + station.pointCount, 0)).toBeGreaterThanOrEqual(400);
  expect(await duty.alarms()).toEqual([]);

  await playScenario(first, 'leak', { station: 'RS-01', size: 30 });
  await playScenario(first, 'line-break', { station: 'GS-02' });
  const found = async (stationId: string, kinds: readonly string[]) => {
    const alarms = (await duty.alarms()).filter((alarm) => alarm.stationId === stationId && kinds.includes(alarm.kind));
    return kinds.every((kind) => alarms.some((alarm) => alarm.kind === kind));
  };
  await expect.poll(() => found('RS-01', ['high', 'highHigh']), { timeout: 40_000, interval: 250 }).toBe(true);
  await expect.poll(() => found('GS-02', ['rateOfChange', 'lowLow']), { timeout: 60_000, interval: 250 }).toBe(true);

  const journal = await duty.journal();
  const raisedAt = (pick: (alarmId: string) => boolean) =>
    journal.find((entry) => entry.kind === 'alarm.raise' && entry.alarmId !== null && pick(entry.alarmId))?.occurredAtMs ?? Number.NaN;
  const rate = raisedAt((id) => id.startsWith('GS-02.') && id.endsWith('.rateOfChange'));
  const lowLow = raisedAt((id) => id.startsWith('GS-02.') && id.endsWith('.lowLow'));
  expect(rate).toBeLessThan(lowLow);

  const highHigh = (await duty.alarms('?station=RS-01')).find((alarm) => alarm.kind === 'highHigh') as AlarmView;
  const comment = '已通知抢险队';
  const acknowledged = await duty.ask<AlarmView>('POST', `/api/alarms/${highHigh.id}/acknowledge`, { version: highHigh.version, comment });
  expect(acknowledged).toMatchObject({ status: 200, body: { acknowledgedBy: 'duty', comment } });
  const stale = await duty.ask('POST', `/api/alarms/${highHigh.id}/acknowledge`, { version: highHigh.version, comment });
  expect(stale).toMatchObject({ status: 409, body: { by: 'duty', current: { id: highHigh.id } } });
  expect(await first.stop()).toBe(0);

  const second = await startGatewatch({ dataDir, arguments: ['--no-story'] });
  onTestFinished(() => second.stop().then(() => undefined));
  const again = await GatewatchClient.signIn(second.address, 'duty', 'duty-demo');
  const kept = await again.get<AlarmView>(`/api/alarms/${highHigh.id}`);
  expect(kept).toMatchObject({ acknowledgedBy: 'duty', comment });
  const entry = (await again.journal()).find((line) => line.kind === 'alarm.acknowledge');
  expect(entry).toMatchObject({ alarmId: highHigh.alarmId, occurrenceId: highHigh.id, actor: { username: 'duty' } });
});
