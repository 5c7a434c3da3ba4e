// What pages are told of marks and floods over the live channel: by an alarm, by time alone, and each person of his own stations.
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { FloodView } from '../../domain/alarms/flood.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import {
  type ClientToServerEvents,
  liveAlarmSchema,
  liveSnapshotSchema,
  type ServerToClientEvents,
} from '../../domain/messages/live-channel.ts';
import { twoGateStations } from '../../test/harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';
import { SteeredClock } from '../../test/harness/steered-clock.ts';

const tags = ['PT-101', 'PT-102', 'PT-103', 'PT-104', 'PT-105', 'PT-106'];
const plant = twoGateStations(
  tags.map(
    (tag, address) =>
      `{ tag: ${tag}, name: p, range: { min: 0, max: 100 }, register: { table: holding, address: ${address}, type: uint16 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 50, priority: low }] }`,
  ),
);

const clock = new SteeredClock();
let small: SmallServer;
beforeAll(async () => {
  small = await startSmallServer(plant, { clock });
});
afterAll(() => small.stop());

interface Page {
  readonly alarms: Map<string, AlarmView>;
  readonly flood: () => FloodView | null;
}

async function openPage(username: string, password: string): Promise<Page> {
  const response = await fetch(`${small.server.address}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(small.server.address, {
    extraHeaders: { cookie },
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  onTestFinished(() => void socket.close());
  const alarms = new Map<string, AlarmView>();
  let flood: FloodView | null = null;
  let isReady = false;
  const take = (list: readonly AlarmView[]) => {
    for (const alarm of list) alarms.set(alarm.alarmId, alarm);
  };
  socket.on('snapshot', (message) => {
    const snapshot = liveSnapshotSchema.parse(message);
    take(snapshot.alarms);
    flood = snapshot.flood;
    isReady = true;
  });
  socket.on('alarm', (message) => take(liveAlarmSchema.parse(message).alarms));
  socket.on('notice', ({ notice }) => {
    if (notice.kind === 'flood') flood = notice.flood;
  });
  socket.on('connect', () => socket.emit('subscribe', {}));
  await expect.poll(() => isReady, { timeout: 10_000 }).toBe(true);
  return { alarms, flood: () => flood };
}

const within = { timeout: 10_000 };

test('first-out comes with the second alarm; chattering comes with the third raise and goes with time alone', async () => {
  const page = await openPage('duty', 'duty-demo');
  await small.raise('GS-01.PT-101.high');
  await expect.poll(() => page.alarms.get('GS-01.PT-101.high')?.isFirstOut, within).toBe(false);
  clock.advance(1_000);
  await small.raise('GS-01.PT-102.high');
  await expect.poll(() => page.alarms.get('GS-01.PT-101.high')?.isFirstOut, within).toBe(true);
  for (let count = 0; count < 2; count += 1) {
    clock.advance(1_000);
    await small.clear('GS-01.PT-102.high');
    await small.raise('GS-01.PT-102.high');
  }
  await expect.poll(() => page.alarms.get('GS-01.PT-102.high')?.isChattering, within).toBe(true);
  const { version } = page.alarms.get('GS-01.PT-102.high') ?? { version: 0 };
  clock.advance(5 * 60_000);
  await expect.poll(() => page.alarms.get('GS-01.PT-102.high')?.isChattering, within).toBe(false);
  expect(page.alarms.get('GS-01.PT-102.high')?.version).toBe(version);
});

test('a flood is told to those whose stations it is at, at once and to pages that come later, and its end to all', async () => {
  clock.advance(20 * 60_000);
  const password = await small.addPerson({ username: 'south', role: 'operator', stationIds: ['GS-02'] });
  const all = await openPage('duty', 'duty-demo');
  const south = await openPage('south', password);
  for (const tag of tags) await small.raise(`GS-01.${tag}.high`);
  for (const tag of tags.slice(0, 4)) await small.raise(`GS-02.${tag}.high`);
  await expect.poll(() => all.flood()?.inLastTenMinutes, within).toBe(10);
  expect(south.flood()).toBeNull();
  expect((await openPage('duty', 'duty-demo')).flood()).toMatchObject({ announced: 10 });
  await small.raise('GS-02.PT-105.high');
  await expect.poll(() => all.flood()?.announced, within).toBe(11);
  clock.advance(10 * 60_000);
  await expect.poll(() => all.flood(), within).toBeNull();
  expect(south.flood()).toBeNull();
});
