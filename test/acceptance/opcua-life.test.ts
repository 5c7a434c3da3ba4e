// The thread's life: a port that is taken, a restart, what the plant file opens wider, and what a shelving remembers over a restart of the server.
import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { NorthboundPart } from '../../domain/api/northbound-api.ts';
import { type OpcuaClientProcess, startOpcuaClient } from '../harness/opcua-client.ts';
import { plantOf } from '../harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../harness/small-server.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const plantFor = (opcua: string) =>
  plantOf(`schema: 1
company: { id: t, name: T }
areas: [{ id: a, name: A }]
stations: [{ id: GS-01, type: gate, name: S, area: a, devices: [{ id: PLC-1, protocol: modbusTcp, host: h, points: [{ tag: PT-101, name: P, unit: MPa, range: { min: 0, max: 1 }, register: { table: holding, address: 0, type: float32 }, alarms: [{ kind: high, setpoint: 0.5, priority: medium }] }] }] }]
northbound: { opcua: { ${opcua} } }
`);

async function serve(opcua: string, dataDir = temporaryFolder()): Promise<SmallServer> {
  const small = await startSmallServer(plantFor(opcua), { dataDir });
  cleanUps.push(() => small.stop());
  return small;
}
async function statusOf(small: SmallServer): Promise<NorthboundPart | undefined> {
  return ((await small.ask('admin', 'GET', '/api/health')).body as { northbound: NorthboundPart[] }).northbound[0];
}
const endpointOf = (small: SmallServer) =>
  new Promise<string>((resolve) => small.server.onNorthboundReady((line) => resolve(line.replace(/^.* /, ''))));
async function unsecured(small: SmallServer): Promise<OpcuaClientProcess> {
  const endpoint = await endpointOf(small);
  const client = await startOpcuaClient();
  cleanUps.push(() => client.stop());
  await client.connect({ endpoint, pkiDir: temporaryFolder(), isUnsecured: true, user: null });
  return client;
}

test('a port that is taken is shown as a failure, alarms go on, and the server comes up when the port is free', async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  const { port } = blocker.address() as { port: number };
  const small = await serve(`port: ${port}`);
  await expect
    .poll(() => statusOf(small), { timeout: 20_000 })
    .toMatchObject({ state: 'failing', reason: expect.stringContaining('EADDRINUSE') });
  await small.raise('GS-01.PT-101.high');
  expect((await small.alarm('GS-01.PT-101.high')).state).toBe('unacknowledged');
  const ready = (await small.ask('admin', 'GET', '/readyz')).body as { parts: { name: string; isReady: boolean }[] };
  expect(ready.parts).toContainEqual(expect.objectContaining({ name: 'northbound opcua', isReady: false }));
  const metrics = await small.ask('admin', 'GET', '/metrics');
  expect(metrics.body).toMatch(/^gatewatch_northbound_up\{part="opcua"\} 0$/m);
  await new Promise<void>((resolve) => blocker.close(() => resolve()));
  await expect
    .poll(() => statusOf(small), { timeout: 20_000 })
    .toMatchObject({ state: 'running', endpoint: expect.stringContaining(`:${port}`) });
});

test('without encryption and name only where the plant file says so, and then it is shown; a nameless client may look, not act', async () => {
  const small = await serve('port: 0, insecure: true, anonymous: read');
  const client = await unsecured(small);
  await expect.poll(() => statusOf(small), { timeout: 5_000 }).toMatchObject({ isInsecure: true, clients: 1 });
  small.publish({ 'GS-01.PT-101': { value: 0.25 } });
  await expect.poll(async () => (await client.read(['ns=2;s=GS-01.PT-101']))[0]).toMatchObject({ status: 'Good', value: 0.25 });
  await small.raise('GS-01.PT-101.high');
  expect(await client.listen(['EventId', 'ConditionName'])).toBe('Good');
  await client.refresh();
  await expect.poll(() => client.events.some(({ ConditionName }) => ConditionName === 'high')).toBe(true);
  const bytes = String(client.events.find(({ ConditionName }) => ConditionName === 'high')?.EventId);
  const called = await client.call('ns=2;s=GS-01.PT-101.high', 'i=9111', [{ bytes }, { text: 'x' }]);
  expect(called.status).toBe('BadUserAccessDenied');
  expect((await small.alarm('GS-01.PT-101.high')).state).toBe('unacknowledged');
});

test('a one-shot shelving is remembered over a restart of the server', async () => {
  const dataDir = temporaryFolder();
  const before = await serve('port: 0, insecure: true', dataDir);
  await before.raise('GS-01.PT-101.high');
  const endpoint = await endpointOf(before);
  const client = await startOpcuaClient();
  cleanUps.push(() => client.stop());
  await client.connect({ endpoint, pkiDir: temporaryFolder(), isUnsecured: true, user: { name: 'duty', password: 'duty-demo' } });
  expect((await client.call('ns=2;s=GS-01.PT-101.high', 'i=2948', [])).status).toBe('Good');
  await client.disconnect();
  await before.stop();
  const after = await serve('port: 0, insecure: true', dataDir);
  expect((await after.alarm('GS-01.PT-101.high')).state).toBe('shelved');
  await after.clear('GS-01.PT-101.high');
  await expect.poll(async () => (await after.alarm('GS-01.PT-101.high')).state).toBe('returnedUnacknowledged');
});

test('a client that fetches too slowly loses no alarm: it is refreshed by itself and ends with what is true', async () => {
  const small = await serve('port: 0, insecure: true, anonymous: read');
  const client = await unsecured(small);
  // Fetches every fifteen seconds, and asks for a queue of ten.
  await client.listen(['EventType', 'EventId', 'ConditionName', 'ActiveState.Id', 'AckedState.Id'], {
    queueSize: 10,
    publishingMs: 15_000,
  });
  const refreshes = () => client.events.filter(({ EventType }) => EventType === 'ns=0;i=2787').length;
  // However slow the machine is: until more has happened between two fetches than the queue holds.
  for (let round = 0; round < 5_000 && refreshes() === 0; round += 1) {
    await small.raise('GS-01.PT-101.high');
    await small.clear('GS-01.PT-101.high');
  }
  await small.raise('GS-01.PT-101.high');
  await expect.poll(refreshes, { timeout: 40_000 }).toBeGreaterThan(0);
  await expect
    .poll(() => client.events.findLast(({ ConditionName }) => ConditionName === 'high'), { timeout: 20_000 })
    .toMatchObject({ 'ActiveState.Id': true, 'AckedState.Id': false });
  const last = client.events.findLast(({ ConditionName }) => ConditionName === 'high');
  const { id } = await small.alarm('GS-01.PT-101.high');
  expect(String(last?.EventId).slice(0, 32)).toBe(id.replaceAll('-', ''));
});
