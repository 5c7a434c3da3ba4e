// The live channel as a page meets it: snapshot, changes, the end of a session, nonsense.
import { io, type Socket } from 'socket.io-client';
import { expect, test } from 'vitest';
import {
  type ClientToServerEvents,
  type LiveAlarm,
  type LiveReadings,
  type LiveRefusal,
  type LiveSnapshot,
  liveRefusalSchema,
  type ServerToClientEvents,
} from '../../domain/messages/live-channel.ts';
import { cookieOf, startHttpRig } from '../../test/harness/http-rig.ts';

const { address, cookies, ask, raise, publish } = await startHttpRig();

type LiveSocket = Socket<ServerToClientEvents, ClientToServerEvents>;
const listen = (cookie: string): LiveSocket =>
  io(address, { extraHeaders: { cookie }, transports: ['websocket'], reconnection: false, forceNew: true });

test('refused without a session', async () => {
  const socket = listen('');
  const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));
  expect(error.message).toMatch(/sign/i);
  socket.close();
});

test('first a snapshot, then changes; sequence without a gap; only what was subscribed', async () => {
  const raised = await raise('GS-01.PT-101.high');
  const socket = listen(cookies.get('duty') ?? '');
  const sequences: number[] = [];
  const readings: LiveReadings[] = [];
  const alarms: LiveAlarm[] = [];
  const snapshots: LiveSnapshot[] = [];
  for (const name of ['readings', 'notice'] as const)
    socket.on(name, (message: { sequence: number }) => void sequences.push(message.sequence));
  socket.on('readings', (message) => void readings.push(message));
  socket.on('alarm', (message) => void alarms.push(message));
  socket.on('snapshot', (message) => {
    if (snapshots.length > 0) sequences.push(message.sequence);
    snapshots.push(message);
  });
  socket.on('connect', () => socket.emit('subscribe', { points: ['GS-01.PT-101'] }));
  await expect.poll(() => snapshots.length).toBeGreaterThan(0);
  const [first] = snapshots;
  if (first === undefined) throw new Error('no snapshot');
  expect(first.alarms.map((alarm) => alarm.id)).toEqual([raised]);
  publish({ 'GS-02.PT-101': { value: 0.999 } });
  // Again and again: a collector that falls silent, or speaks again, makes everybody's next message a snapshot, which then holds the reading.
  const patched = () => {
    publish({ 'GS-01.PT-101': { value: 0.321 } });
    return readings.flatMap((message) => message.p);
  };
  await expect.poll(patched, { timeout: 10_000 }).toContain('GS-01.PT-101');
  expect(readings.flatMap((message) => message.p)).not.toContain('GS-02.PT-101');
  expect(readings.at(-1)?.v).toEqual([0.321]);
  const id = await raise('GS-01.PT-101.highHigh');
  await expect.poll(() => alarms.flatMap((message) => message.alarms.map((alarm) => alarm.id))).toContain(id);
  await expect.poll(() => sequences.length).toBeGreaterThan(1);
  expect(sequences).toEqual(Array.from({ length: sequences.length }, (_, index) => first.sequence + 1 + index));
  expect(alarms.map((message) => message.sequence)).toEqual(alarms.map((_, index) => first.alarmSequence + 1 + index));
  socket.close();
});

test('signing out ends the live channel of that session', async () => {
  const session = await ask(null, 'POST', '/api/session', { username: 'duty', password: 'duty-demo' });
  const cookie = cookieOf(session);
  const socket = listen(cookie);
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  const ended = new Promise<string>((resolve) => socket.once('disconnect', resolve));
  await ask(null, 'DELETE', '/api/session', undefined, { cookie });
  expect(await ended).toBe('io server disconnect');
});

test('a subscription that makes no sense is answered or refused, never a crash', async () => {
  const socket = listen(cookies.get('duty') ?? '');
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  const refusals: LiveRefusal[] = [];
  socket.on('refusal', (message) => void refusals.push(message));
  for (const nonsense of [null, 'x', { stations: 'GS-01' }, { points: [1, {}] }]) socket.emit('subscribe', nonsense as never);
  await expect.poll(() => refusals.length).toBe(4);
  (socket as unknown as Socket).emit('acknowledge', {});
  await expect.poll(() => refusals.length).toBe(5);
  for (const refusal of refusals) expect(liveRefusalSchema.parse(refusal)).toEqual(refusal);
  expect(refusals.map(({ event, errors }) => [event, errors.map(({ path }) => path)])).toEqual([
    ['subscribe', ['']],
    ['subscribe', ['']],
    ['subscribe', ['stations']],
    ['subscribe', ['points.0', 'points.1']],
    ['acknowledge', []],
  ]);
  expect(refusals[2]?.detail).toMatch(/stations: .*array/);
  expect(refusals[4]?.detail).toMatch(/HTTP/);
  const snapshot = new Promise<LiveSnapshot>((resolve) => socket.on('snapshot', resolve));
  socket.emit('subscribe', { stations: ['GS-01'] });
  expect((await snapshot).schema).toBe(1);
  expect((await ask(null, 'GET', '/healthz')).status).toBe(200);
  socket.close();
});
