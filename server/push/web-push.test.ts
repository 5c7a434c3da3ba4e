// Web push against a push service that was written from the RFCs: what arrives, who signed it, and what becomes of every answer.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { permissionsUnder } from '../../domain/access/roles.ts';
import { pushMessageSchema } from '../../domain/notification/push-message.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { type Phone, PushService } from '../../test/harness/push-service.ts';
import type { Identity } from '../access/identity.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, readJournal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import type { ChannelMessage } from '../notification/channel.ts';
import { createWebPushChannel } from '../notification/web-push-channel.ts';
import { PushSender } from './push-sender.ts';
import { isPublicAddress, PushServices, publicLookup } from './push-services.ts';
import { PushSubscriptions } from './push-subscriptions.ts';
import { openVapidKeys, type VapidKeys, vapidFileName } from './vapid-keys.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-push-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const newFolder = () => mkdtempSync(path.join(folder, 'data-'));

describe('the key', () => {
  test('is made once, for the server’s user only, and stays', async () => {
    const data = newFolder();
    const [one, other] = await Promise.all([openVapidKeys(data), openVapidKeys(data)]);
    expect(other).toEqual(one);
    expect(await openVapidKeys(data)).toEqual(one);
    expect(statSync(path.join(data, vapidFileName)).mode & 0o777).toBe(0o600);
    expect(await openVapidKeys(newFolder())).not.toEqual(one);
  });

  test('one that cannot be read is told and not overwritten', async () => {
    const data = newFolder();
    writeFileSync(path.join(data, vapidFileName), '{"publicKey":"short"}', { mode: 0o644 });
    await expect(openVapidKeys(data)).rejects.toThrow('holds no web push key');
    expect(readFileSync(path.join(data, vapidFileName), 'utf8')).toBe('{"publicKey":"short"}');
    expect(statSync(path.join(data, vapidFileName)).mode & 0o777).toBe(0o600);
  });
});

describe('an address of a push service', () => {
  const services = new PushServices(['https://push.gas.local', 'http://127.0.0.1:9']);
  test.each([
    ['https://fcm.googleapis.com/fcm/send/x', true],
    ['https://updates.push.services.mozilla.com/wpush/v2/x', true],
    ['https://push.gas.local/x', true],
    ['http://127.0.0.1:9/x', true],
    ['http://fcm.googleapis.com/x', false],
    ['https://127.0.0.1/x', false],
    ['https://127.0.0.1:9/x', false],
    ['https://10.1.2.3/x', false],
    ['https://169.254.169.254/latest/meta-data', false],
    ['https://[::1]/x', false],
    ['https://[::ffff:10.0.0.1]/x', false],
    ['https://[fd00::1]/x', false],
    ['https://2130706433/x', false],
    ['https://localhost/x', false],
    ['https://historian/x', false],
    ['https://plc.internal/x', false],
    ['https://user:pass@fcm.googleapis.com/x', false],
  ])('%s: %s', (endpoint, isPermitted) => {
    expect(services.isPermitted(endpoint)).toBe(isPermitted);
  });

  test('a public name that leads inside is found out when it is used', async () => {
    const found = await new Promise<{ code: string | undefined }>((resolve) =>
      publicLookup('localhost', {}, (error) => resolve({ code: error?.code })),
    );
    expect(found).toEqual({ code: 'EPRIVATE' });
    expect(isPublicAddress('93.184.215.14')).toBe(true);
    expect(isPublicAddress('2606:2800:220:1::1')).toBe(true);
    expect(isPublicAddress('not an address')).toBe(false);
  });
});

describe('phones and messages', () => {
  let service: PushService;
  let keys: VapidKeys;
  const dataDir = newFolder();
  beforeAll(async () => {
    service = await PushService.start();
    keys = await openVapidKeys(dataDir);
  });
  afterAll(() => service.stop());

  const identityOf = (username: string, tokenHash = `${username}-session`): Identity => ({
    kind: 'person',
    username,
    displayName: username,
    permissions: permissionsUnder('emergencyTeam', false),
    mustDo: null,
    role: 'emergencyTeam',
    stationIds: null,
    expiresAtMs: 1,
    tokenHash,
  });

  let stage: Awaited<ReturnType<typeof open>>;
  async function open() {
    const clock = new ManualClock();
    const database = await openDatabase('sqlite:', newFolder());
    const ledger = new Ledger(database, await Journal.open(database), clock);
    const subscriptions = new PushSubscriptions(ledger, clock);
    const sender = new PushSender({
      keys,
      contact: 'mailto:duty@gas.example',
      services: new PushServices([service.origin]),
      ca: null,
      clock,
    });
    const journal = async () => (await readJournal(database, { limit: 100 })).toReversed();
    return { clock, database, subscriptions, sender, channel: createWebPushChannel(subscriptions, sender), journal };
  }
  beforeEach(async () => {
    stage = await open();
  });
  afterEach(async () => {
    await stage.database.destroy();
    expect(service.faults.splice(0)).toEqual([]);
  });

  const message = (more: Partial<ChannelMessage> = {}): ChannelMessage => ({
    idempotencyKey: `key-${Math.random().toString(36).slice(2)}`,
    subject: { kind: 'alarm', alarmId: 'RS-01.GD-501.highHigh', occurrenceId: '018f-1', stationId: 'RS-01' },
    recipient: { username: 'team', displayName: '赵刚', email: null, mobile: null, language: 'zh' },
    language: 'zh',
    urgency: 'critical',
    title: '高新调压站 燃气泄漏高高限',
    text: '立即到场',
    facts: [{ name: 'value', label: '数值', value: '52 %LEL' }],
    link: null,
    acknowledgeLink: 'https://gatewatch.example/a/secret-token',
    orderedAtMs: 1_000,
    ...more,
  });
  const neverAborted = new AbortController().signal;
  async function withPhone(username = 'team'): Promise<Phone> {
    const phone = service.newPhone();
    await stage.subscriptions.subscribe(identityOf(username), { subscription: phone.subscription, language: 'zh' });
    return phone;
  }

  test('a message arrives encrypted and signed, is read by the phone alone, and opens no door', async () => {
    const phone = await withPhone();
    expect(await stage.channel.send(message(), neverAborted)).toEqual({ kind: 'sent', reference: '1/1 phones' });
    const [received] = service.receivedBy(phone);
    if (received === undefined) throw new Error('nothing arrived');
    expect(pushMessageSchema.parse(JSON.parse(received.text))).toEqual({
      schema: 1,
      title: '高新调压站 燃气泄漏高高限',
      text: '立即到场\n数值 52 %LEL',
      tag: 'alarm-018f-1',
      path: '/phone/alarms/018f-1',
      urgency: 'critical',
      language: 'zh',
      atMs: 1_000,
    });
    expect(received.text).not.toContain('secret-token');
    expect(received.vapid).toMatchObject({ audience: service.origin, subject: 'mailto:duty@gas.example', publicKey: keys.publicKey });
    expect(received.headers).toMatchObject({ urgency: 'high', ttl: '3600' });
    expect(received.headers.topic).toMatch(/^[A-Za-z0-9_-]{32}$/);
  });

  test('two words on one occurrence have one topic, two incidents have two; an incident opens itself', async () => {
    const phone = await withPhone();
    const incident = (incidentId: string) =>
      message({ idempotencyKey: incidentId, subject: { kind: 'incident', incidentId, stationId: 'RS-01' }, urgency: 'medium' });
    for (const one of [message(), message(), incident('I-1'), incident('I-2')]) await stage.channel.send(one, neverAborted);
    const topics = service.receivedBy(phone).map(({ headers }) => headers.topic);
    expect(topics[0]).toBe(topics[1]);
    expect(new Set(topics).size).toBe(3);
    expect(JSON.parse(service.receivedBy(phone)[2]?.text ?? '')).toMatchObject({ path: '/phone/incidents/I-1', tag: 'I-1' });
    expect(service.receivedBy(phone)[2]?.headers).toMatchObject({ urgency: 'normal' });
  });

  test('a text of any length is cut to what push services take, by whole characters', async () => {
    const phone = await withPhone();
    await stage.channel.send(message({ title: '站'.repeat(500), text: '🔥泄漏'.repeat(2_000) }), neverAborted);
    const [received] = service.receivedBy(phone);
    const content = pushMessageSchema.parse(JSON.parse(received?.text ?? ''));
    expect(content.text).toMatch(/^(🔥泄漏)+(🔥泄?)?…$/u);
    expect(received?.bodyBytes).toBeLessThanOrEqual(4_096);
  });

  test.each([404, 410])('%i: the phone is gone; it is taken away and journaled without its address', async (status) => {
    const phone = await withPhone();
    service.answer(phone, { status });
    expect(await stage.channel.send(message(), neverAborted)).toMatchObject({ kind: 'failed', retryable: false, reason: 'gone' });
    expect(await stage.subscriptions.of('team')).toEqual([]);
    const lines = await stage.journal();
    expect(lines.map(({ kind, detail }) => [kind, detail.username, detail.status])).toEqual([
      ['push.subscribe', 'team', undefined],
      ['push.expire', 'team', status],
    ]);
    expect(JSON.stringify(lines)).not.toContain(new URL(phone.endpoint).pathname);
    expect(JSON.stringify(lines)).not.toContain(phone.subscription.keys.auth);
    expect(await stage.channel.send(message(), neverAborted)).toMatchObject({ kind: 'failed', reason: 'noAddress' });
  });

  test.each([
    [
      { status: 429, headers: { 'retry-after': '30' } },
      { retryable: true, reason: 'rateLimited', retryAfterMs: 30_000 },
    ],
    [{ status: 500 }, { retryable: true, reason: 'unavailable' }],
    [
      { status: 503, headers: { 'retry-after': '5' } },
      { retryable: true, reason: 'unavailable', retryAfterMs: 5_000 },
    ],
    ['reset', { retryable: true, reason: 'unreachable' }],
    [{ status: 403 }, { retryable: false, reason: 'unauthorized' }],
    [{ status: 413 }, { retryable: false, reason: 'rejected' }],
    [
      { status: 301, headers: { location: 'http://127.0.0.1:1/' } },
      { retryable: false, reason: 'redirected' },
    ],
  ] as const)('%j is told for what it is, and the phone stays', async (answer, result) => {
    const phone = await withPhone();
    service.answer(phone, answer);
    expect(await stage.channel.send(message(), neverAborted)).toMatchObject({ kind: 'failed', ...result });
    expect(await stage.subscriptions.of('team')).toHaveLength(1);
  });

  test('a service that hangs is left when the attempt’s time is over, and its connection with it', async () => {
    const phone = await withPhone();
    service.answer(phone, 'hang');
    const attempt = new AbortController();
    const sending = stage.channel.send(message(), attempt.signal);
    await expect.poll(() => service.receivedBy(phone).length).toBe(1);
    attempt.abort();
    expect(await sending).toMatchObject({ kind: 'failed', retryable: true, reason: 'timeout' });
    await expect.poll(() => service.openConnections).toBe(0);
  });

  test('of two phones one had it: only the other is tried again, and then it is sent', async () => {
    const [one, other] = [await withPhone(), await withPhone()];
    service.answer(other, { status: 500 });
    const it = message();
    expect(await stage.channel.send(it, neverAborted)).toMatchObject({ kind: 'failed', retryable: true });
    service.answer(other, { status: 201 });
    expect(await stage.channel.send(it, neverAborted)).toEqual({ kind: 'sent', reference: '2/2 phones' });
    expect([service.receivedBy(one).length, service.receivedBy(other).length]).toEqual([1, 2]);
  });

  test('a phone that is gone does not spoil the message to one that is there', async () => {
    const [, gone] = [await withPhone(), await withPhone()];
    service.answer(gone, { status: 410 });
    expect(await stage.channel.send(message(), neverAborted)).toEqual({ kind: 'sent', reference: '1/1 phones' });
    expect(await stage.subscriptions.of('team')).toHaveLength(1);
  });

  test('whoever signs in on a phone takes it over: nothing more goes to the person before', async () => {
    const phone = await withPhone('team');
    await stage.subscriptions.subscribe(identityOf('duty'), { subscription: phone.subscription, language: 'en' });
    expect(await stage.channel.send(message(), neverAborted)).toMatchObject({ reason: 'noAddress' });
    expect((await stage.journal()).map(({ kind, detail }) => [kind, detail.username, detail.because])).toEqual([
      ['push.subscribe', 'team', undefined],
      ['push.unsubscribe', 'team', 'takenOver'],
      ['push.subscribe', 'duty', undefined],
    ]);
  });

  test('the same phone again is no news, but it belongs to the newer sign-in', async () => {
    const phone = await withPhone();
    await stage.subscriptions.subscribe(identityOf('team', 'second'), { subscription: phone.subscription, language: 'en' });
    expect(await stage.journal()).toHaveLength(1);
    await stage.subscriptions.endSession('team-session');
    expect(await stage.subscriptions.of('team')).toMatchObject([{ language: 'en' }]);
    await stage.subscriptions.endSession('second');
    expect(await stage.subscriptions.of('team')).toEqual([]);
  });

  test('nobody turns off another person’s phone', async () => {
    const phone = await withPhone('team');
    expect(await stage.subscriptions.unsubscribe(identityOf('duty'), phone.endpoint)).toBe(false);
    expect(await stage.subscriptions.of('team')).toHaveLength(1);
    expect(await stage.subscriptions.unsubscribe(identityOf('team'), phone.endpoint)).toBe(true);
  });

  test('the eleventh phone of one person takes the place of the oldest', async () => {
    const phones: Phone[] = [];
    for (let count = 0; count < 11; count++) {
      phones.push(await withPhone());
      stage.clock.advance(1);
    }
    const kept = (await stage.subscriptions.of('team')).map(({ endpoint }) => endpoint);
    expect(kept).toEqual(phones.slice(1).map(({ endpoint }) => endpoint));
    expect((await stage.journal()).filter(({ detail }) => detail.because === 'tooMany')).toHaveLength(1);
  });
});
