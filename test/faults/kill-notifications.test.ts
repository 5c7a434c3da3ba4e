// `kill -9` while people are told of alarms, and a gateway that fails, hangs and takes messages without saying so: every order is told in the end,
// each has one row, and a message comes twice only where the kill fell between the gateway's taking it and our writing that down.
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../server/journal/database.ts';
import { verifyChain } from '../../server/journal/journal.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { startGatewatch } from '../harness/gatewatch-process.ts';
import { type Answer, startHttpReceiver } from '../harness/http-receiver.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { startTogglingDevices } from '../harness/toggling-devices.ts';

const kills = 6;
const seed = randomInt(1 << 30);
const taken: Answer = { kind: 'answer', status: 200, body: '{"code":0}' };

test(`${kills} times kill -9 while people are told (seed ${seed})`, { timeout: 240_000 }, async () => {
  const random = createRandom(seed);
  const devices = await startTogglingDevices({ devices: 4, pointsEach: 30, scanMs: 200, random });
  onTestFinished(() => devices.stop());
  const gateway = await startHttpReceiver();
  onTestFinished(() => gateway.stop());
  /** By idempotency key: how often the gateway took it. */
  const received = new Map<string, number>();
  let isHealed = false;
  gateway.answer = ({ headers }): Answer => {
    const dice = isHealed ? 1 : random();
    const key = String(headers['idempotency-key']);
    if (dice < 0.15) return { kind: 'answer', status: 503 };
    if (dice < 0.25) return { kind: 'reset' };
    received.set(key, (received.get(key) ?? 0) + 1);
    // Taken, and never said so.
    return dice < 0.35 ? { kind: 'half' } : taken;
  };
  const folder = temporaryFolder();
  const plantFile = path.join(folder, 'plant.yaml');
  const plant = {
    ...(JSON.parse(devices.plantText) as object),
    notifications: {
      sms: {
        url: gateway.url,
        insecure: true,
        body: { json: { to: '{{mobile}}', text: '{{text}}' } },
        success: { answer: { path: 'code', is: 0 } },
        rate: { messages: 100_000, per: '1h' },
      },
      flood: { orders: 100_000, per: '1h' },
    },
    duty: { escalation: [{ steps: [{ after: '100ms', to: { person: 'wang' }, channels: ['sms'] }] }] },
  };
  writeFileSync(plantFile, JSON.stringify(plant, null, 1));
  const dataDir = path.join(folder, 'data');
  const start = () => startGatewatch({ dataDir, arguments: ['--plant', plantFile, '--no-simulators'] });
  let gatewatch = await start();
  const firstPassword = gatewatch.firstPassword ?? '';
  const administrator = await GatewatchClient.signIn(gatewatch.address, 'admin', firstPassword);
  const person = { username: 'wang', displayName: '王敏', role: 'operator', password: 'a-long-enough-password' };
  expect((await administrator.ask('POST', '/api/users', person)).status).toBe(201);
  const contact = { version: 0, email: null, mobile: '+8610000000001', language: 'zh', channels: null, quietHours: null };
  expect((await administrator.ask('PUT', '/api/people/wang/contact', contact)).status).toBe(200);
  // Only now: an alarm that rises before there is anybody to tell is told to nobody, and says so.
  const toggling = setInterval(() => devices.toggle(Date.now(), 600), 60);
  onTestFinished(() => clearInterval(toggling));
  let lastReadyMs = 0;
  let lastStartTookMs = 0;
  for (let round = 0; round < kills; round += 1) {
    await pass(800 + random() * 2_000);
    await gatewatch.kill();
    const startMs = Date.now();
    gatewatch = await start();
    lastReadyMs = Date.now();
    lastStartTookMs = lastReadyMs - startMs;
  }
  clearInterval(toggling);
  isHealed = true;
  const client = await GatewatchClient.signIn(gatewatch.address, 'admin', firstPassword);
  const openOf = async () => {
    const found: number[] = [];
    for (const state of ['waiting', 'sending', 'held'])
      found.push((await client.get<{ notifications: unknown[] }>(`/api/notifications?state=${state}`)).notifications.length);
    return found;
  };
  await expect.poll(openOf, { timeout: 60_000, interval: 500 }).toEqual([0, 0, 0]);
  const journal = await client.journal();
  expect(await gatewatch.stop()).toBe(0);

  const database = await openDatabase('sqlite:', dataDir);
  onTestFinished(() => database.destroy());
  expect(await verifyChain(database)).toMatchObject({ kind: 'intact' });
  const rows = await database.selectFrom('notification_delivery').select(['delivery_id', 'order_key', 'state', 'attempts_total']).execute();
  expect(rows.length).toBeGreaterThan(30);
  expect(new Set(rows.map(({ order_key }) => order_key)).size).toBe(rows.length);
  expect(rows.filter(({ state }) => state !== 'sent')).toEqual([]);
  expect(rows.filter(({ delivery_id }) => !received.has(delivery_id))).toEqual([]);
  expect([...received.keys()].filter((key) => !rows.some(({ delivery_id }) => delivery_id === key))).toEqual([]);
  // What escalation says it told, was ordered; once.
  const ordered = new Set(journal.filter(({ kind }) => kind === 'notification.order').map(({ detail }) => detail.key));
  expect(ordered.size).toBe(rows.length);
  expect(journal.filter(({ kind }) => kind === 'alarm.escalate').length).toBe(rows.length);
  // Never more often than there was a reason to think that it had not been taken.
  const attempts = await database.selectFrom('notification_attempt').select(['delivery_id', 'outcome', 'reason', 'ended_at_ms']).execute();
  expect(attempts.filter(({ outcome }) => outcome === null)).toEqual([]);
  for (const { delivery_id } of rows) {
    const failed = attempts.filter(
      (attempt) => attempt.delivery_id === delivery_id && (attempt.reason === 'interrupted' || attempt.reason === 'unreachable'),
    );
    expect(received.get(delivery_id) ?? 0).toBeLessThanOrEqual(1 + failed.length);
  }
  /** Those that were under way at a kill, and that the gateway had never refused: how long after the server was ready the last of them was told. */
  const ofDelivery = Map.groupBy(attempts, ({ delivery_id }) => delivery_id);
  const toldAfterMs = [...ofDelivery.values()]
    .filter(
      (own) =>
        own.some(({ reason }) => reason === 'interrupted') &&
        own.every(({ outcome, reason }) => outcome === 'sent' || reason === 'interrupted'),
    )
    .map((own) => Math.max(...own.map(({ ended_at_ms }) => ended_at_ms ?? 0)) - lastReadyMs);
  const twice = [...received.values()].filter((count) => count > 1).length;
  const interrupted = attempts.filter(({ reason }) => reason === 'interrupted').length;
  console.log(
    `kill -9 while telling: seed ${seed}, ${kills} kills, ${rows.length} orders all told, ${interrupted} attempts interrupted, ${twice} told twice; of those under way at a kill and never refused the last was told ${(Math.max(0, ...toldAfterMs) / 1_000).toFixed(1)} s after the server was ready (its start took ${(lastStartTookMs / 1_000).toFixed(1)} s)`,
  );
});
