import { expect, test } from 'vitest';
import type { CollectorStatus, DeviceStatus } from '../../domain/messages/collector-status.ts';
import { ScanHistory } from './scan-history.ts';

const device = (scans: number, more: Partial<DeviceStatus> = {}): DeviceStatus => ({
  deviceId: 'GS-01.PLC-1',
  connection: 'connected',
  reason: null,
  sinceMs: 0,
  scans,
  scansMissed: 0,
  requests: scans,
  errors: 0,
  reconnects: 0,
  startLatenessP99Ms: 1,
  durationP50Ms: 4,
  durationP99Ms: 9,
  isInsecure: false,
  ...more,
});
const status = (one: DeviceStatus) => ({ devices: [one] }) as unknown as CollectorStatus;

test('a line a minute with what happened in it; the worst percentile of the minute', () => {
  const history = new ScanHistory();
  history.hear(status(device(10)), 60_000);
  history.hear(status(device(40, { errors: 2, durationP99Ms: 30, connection: 'failed' })), 90_000);
  history.hear(status(device(70, { errors: 3 })), 121_000);
  expect(history.of('GS-01.PLC-1')).toEqual([
    { atMs: 60_000, scans: 30, scansMissed: 0, errors: 2, durationP50Ms: 4, durationP99Ms: 30, startLatenessP99Ms: 1, connectedShare: 0.5 },
    { atMs: 120_000, scans: 30, scansMissed: 0, errors: 1, durationP50Ms: 4, durationP99Ms: 9, startLatenessP99Ms: 1, connectedShare: 1 },
  ]);
  expect(history.of('GS-02.PLC-1')).toEqual([]);
});

test('a collector that was started again counts from nothing; three hours are kept', () => {
  const history = new ScanHistory();
  history.hear(status(device(1_000)), 0);
  history.hear(status(device(5)), 30_000);
  expect(history.of('GS-01.PLC-1').map(({ scans }) => scans)).toEqual([0, 0]);
  for (let minute = 1; minute <= 200; minute += 1) history.hear(status(device(5 + minute * 60)), minute * 60_000);
  const minutes = history.of('GS-01.PLC-1');
  expect(minutes).toHaveLength(181);
  expect(minutes.every(({ scans }) => scans >= 0)).toBe(true);
});
