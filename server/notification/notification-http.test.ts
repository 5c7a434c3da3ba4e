// The log over HTTP: filters, pages, and nothing of a station that the person may not see; the test of a channel.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NotificationChannelView, NotificationLog } from '../../domain/api/notification-api.ts';
import { type HttpReceiver, startHttpReceiver } from '../../test/harness/http-receiver.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';

const station = (id: string) => `
  - id: ${id}
    type: gate
    name: ${id}
    area: a
    devices: [{ id: PLC-1, protocol: modbusTcp, host: h, points: [{ tag: PT-101, name: P, range: { min: 0, max: 10 }, register: { table: holding, address: 0, type: float32 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 5, priority: high, responseTime: 10min }] }] }]`;

let receiver: HttpReceiver;
let small: SmallServer;
beforeAll(async () => {
  receiver = await startHttpReceiver();
  process.env.GATEWATCH_SECRET_NOTIFICATION_TEST = 'shh';
  small = await startSmallServer(
    plantOf(`schema: 1
company: { id: t, name: T }
areas: [{ id: a, name: A }]
notifications:
  webhooks:
    - { name: north, url: '${receiver.url}/north', insecure: true, secret: { env: GATEWATCH_SECRET_NOTIFICATION_TEST }, stations: [GS-01] }
    - { name: all, url: '${receiver.url}/all', insecure: true, secret: { env: GATEWATCH_SECRET_NOTIFICATION_TEST } }
duty:
  escalation: [{ steps: [{ after: 1ms, to: { person: duty }, channels: [webhook] }] }]
stations:${station('GS-01')}${station('GS-02')}
`),
  );
  await small.addPerson({ username: 'north', role: 'operator', stationIds: ['GS-01'] });
  await small.raise('GS-01.PT-101.high');
  await small.raise('GS-02.PT-101.high');
});
afterAll(async () => {
  await small?.stop();
  await receiver?.stop();
});

async function log(person: string, query = ''): Promise<NotificationLog> {
  const answer = await small.ask(person, 'GET', `/api/notifications?${query}`);
  expect(answer.status).toBe(200);
  return answer.body as NotificationLog;
}
const brief = ({ notifications }: NotificationLog) =>
  notifications
    .map(({ stationId, recipient }) => `${stationId} ${recipient.kind === 'group' ? recipient.target : recipient.username}`)
    .toSorted();

test('who sees every station sees all, by target; a limited person only his station', async () => {
  await expect.poll(async () => (await log('admin', 'state=sent')).notifications.length, { timeout: 15_000 }).toBe(3);
  expect(brief(await log('admin'))).toEqual(['GS-01 all', 'GS-01 north', 'GS-02 all']);
  expect(brief(await log('north'))).toEqual(['GS-01 all', 'GS-01 north']);
  expect(brief(await log('north', 'alarm=GS-02.PT-101.high'))).toEqual([]);
  expect((await small.ask('north', 'GET', '/api/notifications?station=GS-02')).status).toBe(404);
  expect(receiver.requests.map(({ url }) => url).toSorted()).toEqual(['/all', '/all', '/north']);
});

test('filters and pages lose and repeat nothing', async () => {
  expect(brief(await log('admin', 'station=GS-02'))).toEqual(['GS-02 all']);
  expect(brief(await log('admin', 'subject=alarm&channel=webhook&state=sent'))).toHaveLength(3);
  expect(brief(await log('admin', 'channel=email'))).toEqual([]);
  expect(brief(await log('admin', 'person=duty'))).toEqual([]);
  const seen: string[] = [];
  let before = '';
  for (let page = 0; page < 3; page += 1) {
    const { notifications, next } = await log('admin', `limit=1${before}`);
    seen.push(...notifications.map(({ deliveryId }) => deliveryId));
    expect(next === null).toBe(page === 2);
    before = `&before=${next}`;
  }
  expect(new Set(seen).size).toBe(3);
  expect((await small.ask('admin', 'GET', '/api/notifications?before=x')).status).toBe(400);
});

test('every attempt is told with the channel and its outcome', async () => {
  const { notifications } = await log('admin', 'alarm=GS-02.PT-101.high');
  expect(notifications).toMatchObject([
    {
      state: 'sent',
      urgency: 'high',
      attempts: [{ number: 1, channel: 'webhook', target: 'all', outcome: 'sent', reason: null }],
      digest: null,
    },
  ]);
});

test('a test goes to one target alone, by who may, and is journaled with his name', async () => {
  const count = receiver.requests.length;
  expect((await small.ask('duty', 'POST', '/api/notifications/test', { target: 'north' })).status).toBe(403);
  expect((await small.ask('admin', 'POST', '/api/notifications/test', { target: 'nowhere' })).status).toBe(404);
  expect((await small.ask('admin', 'POST', '/api/notifications/test', { target: 'north' })).status).toBe(202);
  await expect.poll(() => receiver.requests.length).toBe(count + 1);
  expect(receiver.requests.at(-1)?.url).toBe('/north');
  const lines = (await small.ask('admin', 'GET', '/api/journal?limit=50')).body as { kind: string; actor: object }[];
  expect(lines.find(({ kind }) => kind === 'notification.test')).toMatchObject({ actor: { kind: 'person', username: 'admin' } });
});

test('the channels tell how they fare', async () => {
  const { body } = await small.ask('auditor', 'GET', '/api/notifications/channels');
  const channels = body as NotificationChannelView[];
  expect(channels.filter(({ channel }) => channel === 'webhook')).toMatchObject([
    { target: 'north', state: 'ready', stationIds: ['GS-01'], queued: 0 },
    { target: 'all', state: 'ready', stationIds: null, sentTotal: 2 },
  ]);
  expect(channels.find(({ channel }) => channel === 'sms')).toMatchObject({ target: null, state: 'notConfigured' });
});
