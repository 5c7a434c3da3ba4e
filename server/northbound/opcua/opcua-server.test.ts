// The OPC UA server as somebody else's SCADA meets it: a client in a process of its own, over a signed and encrypted channel, signed in as a person.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NorthboundPart } from '../../../domain/api/northbound-api.ts';
import type { JournalEntry } from '../../../domain/journal/journal-entry.ts';
import { Quality } from '../../../domain/readings/quality.ts';
import { type OpcuaClientProcess, startOpcuaClient } from '../../../test/harness/opcua-client.ts';
import { plantOf } from '../../../test/harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../../../test/harness/small-server.ts';
import { temporaryFolder } from '../../../test/harness/temporary-folder.ts';
import { moveClientCertificate } from './client-certificates.ts';

const station = (id: string) => `
  - id: ${id}
    type: gate
    name: { zh: 站${id}, en: Station ${id} }
    area: north
    devices:
      - id: PLC-1
        name: { zh: 站控, en: Station PLC }
        protocol: modbusTcp
        host: h
        points:
          - { tag: PT-101, name: { zh: 进站压力, en: Inlet pressure }, unit: MPa, unitOf: A, setpoint: 0.4, normal: { min: 0.3, max: 0.5 }, range: { min: 0, max: 1 }, register: { table: holding, address: 0, type: float32 }, alarms: [{ kind: high, setpoint: 0.5, deadband: 0.01, onDelay: 2s, priority: medium, message: { zh: 进站压力高, en: Inlet pressure high }, response: { zh: 检查调压器, en: Check the regulator } }, { kind: highHigh, setpoint: 0.6, priority: critical, response: r }, { kind: low, setpoint: 0.1, priority: high, response: r }, { kind: rateOfChange, limit: 0.2, window: 30s, direction: falling, priority: medium }] }
          - { tag: GD-501, name: { zh: 探测器, en: Detector }, unit: '%LEL', range: { min: 0, max: 100 }, role: gasDetector, register: { table: holding, address: 2, type: float32 }, alarms: [{ kind: highHigh, setpoint: 50, priority: medium, class: safety, latching: true }] }
          - { tag: XS-201, name: { zh: 切断阀, en: Slam-shut }, kind: discrete, role: slamShut, states: [{ value: 0, name: { zh: 开, en: Open } }, { value: 1, name: { zh: 关, en: Closed }, isNormal: false }], register: { table: coil, address: 0, type: bit }, alarms: [{ kind: state, equals: 1, priority: low }] }
          - { tag: XS-202, name: { zh: 泵, en: Pump }, kind: discrete, states: [{ value: 0, name: 停 }, { value: 1, name: 转 }, { value: 2, name: 故障 }], register: { table: holding, address: 9, type: uint16 } }`;
const plant = plantOf(`schema: 1
company: { id: riverside, name: { zh: 滨河燃气, en: Riverside Gas } }
areas: [{ id: north, name: { zh: 北区, en: North } }]
stations:${station('GS-01')}${station('GS-02')}
northbound: { opcua: { port: 0 } }
`);

/** Well-known nodes of namespace 0. */
const method = {
  acknowledge: 'i=9111',
  addComment: 'i=9029',
  disable: 'i=9028',
  timedShelve: 'i=2949',
  oneShotShelve: 'i=2948',
  unshelve: 'i=2947',
  reset: 'i=18199',
  removeFromService: 'i=17869',
};
const limit = 8 * 3_600_000;
const fields = [
  'EventId',
  'EventType',
  'SourceName',
  'SourceNode',
  'Message',
  'Severity',
  'ConditionName',
  'Retain',
  'AckedState.Id',
  'ActiveState.Id',
  'ActiveState.EffectiveDisplayName',
  'SuppressedOrShelved',
  'ShelvingState.CurrentState',
  'OutOfServiceState.Id',
  'LatchedState.Id',
  'LimitState.CurrentState',
  'HighLimit',
  'Quality',
  'Comment',
  'ClientUserId',
  'LastSeverity',
  'BranchId',
] as const;

let small: SmallServer;
let endpoint: string;
let client: OpcuaClientProcess;
let limited: OpcuaClientProcess;
const pkiDir = temporaryFolder();
let ns = 0;
const node = (id: string) => `ns=${ns};s=${id}`;
const passwords = new Map<string, string>();

async function statusOf(name: string): Promise<NorthboundPart | undefined> {
  const { body } = await small.ask('admin', 'GET', '/api/health');
  return (body as { northbound: NorthboundPart[] }).northbound.find((part) => part.name === name);
}
async function journal(alarmId?: string): Promise<readonly JournalEntry[]> {
  return (await small.ask('auditor', 'GET', `/api/journal?limit=200${alarmId === undefined ? '' : `&alarm=${alarmId}`}`))
    .body as JournalEntry[];
}
const connectAs = (who: OpcuaClientProcess, name: string, password = passwords.get(name) ?? `${name}-demo`) =>
  who.connect({ endpoint, pkiDir, user: { name, password } });
const newest = (conditionName: string, source: string) =>
  client.events.findLast((event) => event.ConditionName === conditionName && event.SourceName === source);
const untilEvent = (conditionName: string, source: string, expected: Readonly<Record<string, unknown>>) =>
  expect.poll(() => newest(conditionName, source), { timeout: 10_000 }).toMatchObject(expected);
/** A child is found by more than one reference: it is notifier, component … */
const namesOf = (references: readonly { readonly name: string }[]) => [...new Set(references.map(({ name }) => name))];
const isReader = (events: OpcuaClientProcess['events']) => new Set(events.map((event) => event.SourceName));

beforeAll(async () => {
  small = await startSmallServer(plant);
  [client, limited] = await Promise.all([startOpcuaClient(), startOpcuaClient()]);
  endpoint = await new Promise<string>((resolve) => small.server.onNorthboundReady((line) => resolve(line.replace(/^.* /, ''))));
  for (const [username, role, stationIds] of [
    ['looker', 'viewer', undefined],
    ['northern', 'operator', ['GS-02']],
  ] as const)
    passwords.set(username, await small.addPerson({ username, role, ...(stationIds === undefined ? {} : { stationIds }) }));
});
afterAll(async () => {
  await Promise.all([client.stop(), limited.stop()]);
  await small.stop();
});

test('a client that nobody trusted is refused, journaled and kept aside; trusted by an administrator it is let in without a restart', async () => {
  const certificate = Buffer.from(await client.certificate(pkiDir), 'hex');
  const thumbprint = createHash('sha1').update(certificate).digest('hex');
  await expect(connectAs(client, 'duty')).rejects.toThrow();
  await client.disconnect();
  const storeDir = path.join(small.dataDir, 'northbound', 'opcua');
  await expect.poll(() => readdirSync(path.join(storeDir, 'rejected')).length).toBe(1);
  await expect
    .poll(async () => (await journal()).find((entry) => entry.kind === 'access.refused')?.detail.what)
    .toMatch(new RegExp(`certificate ${thumbprint}.*BadCertificateUntrusted`));
  expect(moveClientCertificate(storeDir, thumbprint.toUpperCase(), 'trusted')?.subject).toMatch(/Third-party/);
  const namespaces = await connectAs(client, 'duty');
  ns = namespaces.indexOf('urn:gatewatch:plant:riverside');
  expect(ns).toBeGreaterThan(0);
  expect((await statusOf('opcua'))?.state).toBe('running');
});

test('no unencrypted session, no nameless session, no wrong password; a guess is journaled', async () => {
  const other = await startOpcuaClient();
  await expect(other.connect({ endpoint, pkiDir, isUnsecured: true, user: { name: 'duty', password: 'duty-demo' } })).rejects.toThrow();
  await other.disconnect();
  await expect(other.connect({ endpoint, pkiDir, user: null })).rejects.toThrow();
  await other.disconnect();
  await expect(connectAs(other, 'duty', 'wrong-password')).rejects.toThrow(/BadUserAccessDenied|BadIdentityToken/);
  await other.stop();
  const refused = (await journal()).find((entry) => entry.kind === 'session.refused');
  expect(refused?.detail).toMatchObject({ username: 'duty', from: expect.stringMatching(/^opcua .*127\.0\.0\.1/) });
});

test('a second factor that is set up ends the open session; from then on the right password is refused, and the journal says why', async () => {
  const other = await startOpcuaClient();
  const password = await small.addPerson({ username: 'guarded', role: 'viewer' });
  passwords.set('guarded', password);
  await connectAs(other, 'guarded');
  const clients = async () => (await statusOf('opcua'))?.clients ?? 0;
  await expect.poll(clients, { timeout: 10_000 }).toBeGreaterThan(1);
  const before = await clients();
  const begun = await small.ask('guarded', 'POST', '/api/account/second-factor', { password });
  const code = new TOTP({ secret: Secret.fromBase32((begun.body as { secret: string }).secret) }).generate();
  expect((await small.ask('guarded', 'POST', '/api/account/second-factor/confirm', { code })).status).toBe(200);
  await expect.poll(clients, { timeout: 10_000 }).toBe(before - 1);
  await other.disconnect();
  expect((await journal()).find((entry) => entry.kind === 'session.revoke')).toMatchObject({
    actor: { username: 'guarded' },
    detail: { username: 'guarded', reason: 'secondFactorSetUp' },
  });
  await expect(connectAs(other, 'guarded')).rejects.toThrow(/BadUserAccessDenied|BadIdentityToken/);
  await other.stop();
  const told = (await journal()).filter((entry) => entry.kind === 'access.refused').map(({ detail }) => String(detail.what));
  expect(told.some((what) => /opcua .*sign-in of guarded: it has a second factor/.test(what))).toBe(true);
});

describe('the plant', () => {
  test('is browsed from the company down to a point with its range, unit, names and limits', async () => {
    const names = async (nodeId: string) => namesOf(await client.browse(nodeId));
    expect(await names('ObjectsFolder')).toContain('riverside');
    expect(await names(node('riverside'))).toEqual(['north']);
    expect(await names(node('area:north'))).toEqual(['GS-01', 'GS-02']);
    expect(await names(node('GS-01'))).toEqual(expect.arrayContaining(['PLC-1', 'A']));
    expect(await names(node('GS-01/unit/A'))).toEqual(['PT-101']);
    const device = await client.browse(node('GS-01.PLC-1'), { referenceType: 'HasComponent' });
    expect(device.map(({ name, type }) => [name, type])).toEqual([
      ['PT-101', 'ns=0;i=17570'],
      ['GD-501', 'ns=0;i=17570'],
      ['XS-201', 'ns=0;i=2373'],
      ['XS-202', 'ns=0;i=11238'],
    ]);
    expect(await names(node('GS-01.PT-101'))).toEqual(
      expect.arrayContaining([
        'EURange',
        'EngineeringUnits',
        'Tag',
        'Names',
        'SetPoint',
        'NormalRange',
        'HighLimit',
        'HighHighLimit',
        'LowLimit',
      ]),
    );
    const about = ['EURange', 'EngineeringUnits', 'Names', 'HighLimit'].map((name) => node(`GS-01.PT-101/${name}`));
    const [range, unit, both, high] = await client.read(about);
    expect(range?.value).toEqual({ low: 0, high: 1 });
    // UNECE MPA.
    expect(unit?.value).toMatchObject({ unitId: 5_066_817, displayName: expect.anything() });
    expect(both?.value).toEqual(['进站压力', 'Inlet pressure']);
    expect(high?.value).toBe(0.5);
    const [displayed] = await client.read([node('GS-01.PT-101')], 'DisplayName');
    expect(displayed?.value).toBe('进站压力');
  });

  test('values come with their source time; bad quality comes as its status and without a number', async () => {
    const timeMs = Date.now() - 1_234;
    small.publish({
      'GS-01.PT-101': { value: 0.4321, timeMs },
      'GS-01.XS-201': { value: 1, timeMs },
      'GS-01.XS-202': { value: 2, timeMs },
      'GS-01.GD-501': { value: 0, quality: Quality.badMaintenance, timeMs },
    });
    const points = ['PT-101', 'XS-201', 'XS-202', 'GD-501'].map((tag) => node(`GS-01.${tag}`));
    await expect.poll(async () => (await client.read(points))[0]?.status).toBe('Good');
    expect(await client.read(points)).toEqual([
      { status: 'Good', value: 0.4321, type: 'Double', sourceMs: timeMs },
      { status: 'Good', value: true, type: 'Boolean', sourceMs: timeMs },
      { status: 'Good', value: 2, type: 'Int32', sourceMs: timeMs },
      { status: 'BadOutOfService', value: null, type: 'Null', sourceMs: timeMs },
    ]);
    expect((await client.read([node('GS-02.PT-101')]))[0]).toMatchObject({ status: 'BadWaitingForInitialData', value: null });
  });

  test('a subscription hears changes', async () => {
    expect(await client.monitor([node('GS-01.PT-101')], 250)).toEqual(['Good']);
    small.publish({ 'GS-01.PT-101': { value: 0.444 } });
    await expect.poll(() => client.values.at(-1)?.value, { timeout: 5_000 }).toBe(0.444);
  });

  test('nothing can be written, and the try is journaled with the person', async () => {
    expect(await client.write(node('GS-01.PT-101'), 0.9)).toBe('BadNotWritable');
    expect(await client.write(node('GS-01.PT-101/HighLimit'), 0.9)).toBe('BadNotWritable');
    expect(await client.write('i=2256', 0)).toBe('BadNotWritable');
    await expect
      .poll(async () => (await journal()).find(({ detail }) => String(detail.what).startsWith('opcua write')))
      .toMatchObject({ kind: 'access.refused', actor: { username: 'duty' } });
    expect((await client.read([node('GS-01.PT-101')]))[0]?.value).toBe(0.444);
  });
});

describe('alarms and conditions', () => {
  beforeAll(async () => {
    expect(await client.listen(fields)).toBe('Good');
    expect(await client.refresh()).toBe('Good');
  });

  test('each kind of alarm has its Part 9 type, and its ConditionId is its name', async () => {
    const conditions = await client.browse(node('GS-01.PT-101'), { referenceType: 'HasCondition' });
    expect(Object.fromEntries(conditions.map(({ name, type, nodeId }) => [name, [type, nodeId]]))).toMatchObject({
      high: ['ns=0;i=9482', node('GS-01.PT-101.high')],
      rateOfChange: ['ns=0;i=9623', node('GS-01.PT-101.rateOfChange')],
      stale: ['ns=0;i=18347', node('GS-01.PT-101.stale')],
    });
    expect((await client.browse(node('GS-01.XS-201'), { referenceType: 'HasCondition' }))[0]).toMatchObject({
      name: 'state',
      type: 'ns=0;i=10751',
    });
    expect((await client.browse(node('GS-01.PLC-1'), { referenceType: 'HasCondition' }))[0]).toMatchObject({
      name: 'commFail',
      type: 'ns=0;i=18496',
    });
  });

  test('a raise arrives as an event; acknowledged from outside it is acknowledged in Gatewatch, by that person, with the comment, in the journal', async () => {
    const occurrenceId = await small.raise('GS-01.PT-101.high', 0.55);
    await untilEvent('high', 'GS-01.PT-101', {
      EventType: 'ns=0;i=9482',
      SourceNode: node('GS-01.PT-101'),
      Message: '进站压力高 / Inlet pressure high',
      Severity: 500,
      LastSeverity: 500,
      Retain: true,
      'AckedState.Id': false,
      'ActiveState.Id': true,
      'ActiveState.EffectiveDisplayName': 'Active/High',
      'LimitState.CurrentState': 'High',
      HighLimit: 0.5,
      SuppressedOrShelved: false,
      'ShelvingState.CurrentState': 'Unshelved',
      'OutOfServiceState.Id': false,
      'LatchedState.Id': null,
      Quality: 'Good',
      BranchId: 'ns=0;i=0',
    });
    const eventId = String(newest('high', 'GS-01.PT-101')?.EventId);
    const called = await client.call(node('GS-01.PT-101.high'), method.acknowledge, [{ bytes: eventId }, { text: '已派人去看' }]);
    expect(called).toEqual({ status: 'Good', input: ['Good', 'Good'] });
    await untilEvent('high', 'GS-01.PT-101', { 'AckedState.Id': true, Retain: true, Comment: '已派人去看', ClientUserId: 'duty' });
    expect(await small.alarm('GS-01.PT-101.high')).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'duty', comment: '已派人去看' });
    expect((await journal('GS-01.PT-101.high'))[0]).toMatchObject({
      kind: 'alarm.acknowledge',
      occurrenceId,
      actor: { kind: 'person', username: 'duty' },
      detail: { via: 'opcua', client: expect.stringContaining('Third-party SCADA') },
    });
  });

  test('what has been acknowledged is not acknowledged again; an unknown event is unknown', async () => {
    const eventId = String(newest('high', 'GS-01.PT-101')?.EventId);
    const acknowledge = (bytes: string) => client.call(node('GS-01.PT-101.high'), method.acknowledge, [{ bytes }, { text: null }]);
    expect((await acknowledge(eventId)).status).toBe('BadConditionBranchAlreadyAcked');
    expect((await acknowledge('00')).status).toBe('BadEventIdUnknown');
    expect((await acknowledge(`${'ab'.repeat(16)}${eventId.slice(32)}`)).status).toBe('BadEventIdUnknown');
    expect((await client.call(node('GS-01.PT-101.high'), method.acknowledge, [{ bytes: eventId }])).status).toBe('BadArgumentsMissing');
    expect((await client.call(node('GS-01.PT-101.high'), method.acknowledge, [{ uint: 1 }, { text: 'x' }])).input).toEqual([
      'BadTypeMismatch',
      'Good',
    ]);
  });

  test('two people at once, one in Gatewatch and one outside: exactly one wins, the other is told', async () => {
    for (let race = 0; race < 10; race += 1) {
      await small.raise('GS-02.XS-201.state');
      await expect
        .poll(() => newest('state', 'GS-02.XS-201'), { timeout: 5_000 })
        .toMatchObject({ 'ActiveState.Id': true, 'AckedState.Id': false });
      const { version } = await small.alarm('GS-02.XS-201.state');
      const bytes = String(newest('state', 'GS-02.XS-201')?.EventId);
      const [inside, outside] = await Promise.all([
        small.ask('supervisor', 'POST', '/api/alarms/GS-02.XS-201.state/acknowledge', { version }),
        client.call(node('GS-02.XS-201.state'), method.acknowledge, [{ bytes }, { text: 'x' }]),
      ]);
      const winners = [...(inside.status === 200 ? ['supervisor'] : []), ...(outside.status === 'Good' ? ['duty'] : [])];
      expect(winners).toHaveLength(1);
      expect((await small.alarm('GS-02.XS-201.state')).acknowledgedBy).toBe(winners[0]);
      if (outside.status !== 'Good') expect(outside.status).toMatch(/BadConditionBranchAlreadyAcked|BadEventIdUnknown/);
      else expect(inside.status).toBe(409);
    }
  });

  test('the event of an earlier occurrence acknowledges nothing: the new occurrence stays unacknowledged', async () => {
    await small.raise('GS-01.XS-201.state');
    await untilEvent('state', 'GS-01.XS-201', { 'ActiveState.Id': true });
    const old = String(newest('state', 'GS-01.XS-201')?.EventId);
    await small.clear('GS-01.XS-201.state');
    await small.raise('GS-01.XS-201.state');
    await expect
      .poll(() => newest('state', 'GS-01.XS-201')?.['ActiveState.Id'] === true && newest('state', 'GS-01.XS-201')?.EventId !== old)
      .toBe(true);
    const called = await client.call(node('GS-01.XS-201.state'), method.acknowledge, [{ bytes: old }, { text: 'late' }]);
    expect(called.status).toBe('BadEventIdUnknown');
    expect((await small.alarm('GS-01.XS-201.state')).state).toBe('unacknowledged');
  });

  test('a critical alarm is not acknowledged without a comment', async () => {
    await small.raise('GS-01.PT-101.highHigh');
    await untilEvent('highHigh', 'GS-01.PT-101', { Severity: 900, 'AckedState.Id': false });
    const acknowledge = (text: string | null) =>
      client.call(node('GS-01.PT-101.highHigh'), method.acknowledge, [
        { bytes: String(newest('highHigh', 'GS-01.PT-101')?.EventId) },
        { text },
      ]);
    expect(await acknowledge('  ')).toEqual({ status: 'BadInvalidArgument', input: ['Good', 'BadInvalidArgument'] });
    expect((await small.alarm('GS-01.PT-101.highHigh')).state).toBe('unacknowledged');
    expect((await acknowledge('closing the inlet')).status).toBe('Good');
  });

  test('a medium alarm is shelved for a time and unshelved; longer than eight hours it is not', async () => {
    const call = (name: 'timedShelve' | 'unshelve', input: { duration: number }[]) =>
      client.call(`${node('GS-01.PT-101.high')}/ShelvingState`, method[name], input);
    expect((await call('timedShelve', [{ duration: limit + 1_000 }])).status).toBe('BadShelvingTimeOutOfRange');
    expect((await call('timedShelve', [{ duration: -1 }])).status).toBe('BadShelvingTimeOutOfRange');
    expect((await call('unshelve', [])).status).toBe('BadConditionNotShelved');
    expect((await call('timedShelve', [{ duration: 600_000 }])).status).toBe('Good');
    await untilEvent('high', 'GS-01.PT-101', { 'ShelvingState.CurrentState': 'TimedShelved', SuppressedOrShelved: true });
    const alarm = await small.alarm('GS-01.PT-101.high');
    expect(alarm).toMatchObject({ state: 'shelved', shelved: { by: 'duty', reason: expect.stringContaining('Third-party SCADA') } });
    expect((alarm.shelved?.untilMs ?? 0) - (alarm.shelved?.atMs ?? 0)).toBe(600_000);
    expect((await call('timedShelve', [{ duration: 600_000 }])).status).toBe('BadConditionAlreadyShelved');
    // By the condition itself as object, as Part 9 allows.
    expect((await client.call(node('GS-01.PT-101.high'), method.unshelve, [])).status).toBe('Good');
    await untilEvent('high', 'GS-01.PT-101', { 'ShelvingState.CurrentState': 'Unshelved', 'AckedState.Id': false });
  });

  test('a one-shot shelving ends when the condition has gone', async () => {
    await small.raise('GS-01.PT-101.rateOfChange');
    expect((await client.call(node('GS-01.PT-101.rateOfChange'), method.oneShotShelve, [])).status).toBe('Good');
    await untilEvent('rateOfChange', 'GS-01.PT-101', { 'ShelvingState.CurrentState': 'OneShotShelved' });
    await small.clear('GS-01.PT-101.rateOfChange');
    await untilEvent('rateOfChange', 'GS-01.PT-101', { 'ShelvingState.CurrentState': 'Unshelved', 'ActiveState.Id': false });
    expect((await journal('GS-01.PT-101.rateOfChange'))[0]).toMatchObject({
      kind: 'alarm.unshelve',
      actor: { part: 'northbound' },
      detail: { oneShot: true },
    });
  });

  test('safety alarms and what needs a second person are not shelved from outside; nothing is disabled or taken out of service', async () => {
    const shelve = async (alarmId: string) => (await client.call(node(alarmId), method.timedShelve, [{ duration: 60_000 }])).status;
    expect(await shelve('GS-01.GD-501.highHigh')).toBe('BadRequestNotAllowed');
    expect(await shelve('GS-01.PT-101.low')).toBe('BadRequestNotAllowed');
    expect(await shelve('GS-01.PT-101.highHigh')).toBe('BadRequestNotAllowed');
    for (const name of ['disable', 'removeFromService'] as const)
      expect((await client.call(node('GS-01.PT-101.high'), method[name], [])).status).toBe('BadRequestNotAllowed');
    // A method of the server itself.
    expect((await client.call('i=2253', 'i=12886', [{ uint: 1 }, { uint: 1 }, { uint: 1 }, { uint: 1 }, { text: '' }])).status).toBe(
      'BadUserAccessDenied',
    );
  });

  test('a latched alarm says so and is reset once it has gone and was acknowledged', async () => {
    await small.raise('GS-01.GD-501.highHigh', 60);
    await untilEvent('highHigh', 'GS-01.GD-501', { 'LatchedState.Id': true });
    const reset = async () => (await client.call(node('GS-01.GD-501.highHigh'), method.reset, [])).status;
    expect(await reset()).toBe('BadInvalidState');
    const eventId = String(newest('highHigh', 'GS-01.GD-501')?.EventId);
    expect((await client.call(node('GS-01.GD-501.highHigh'), method.acknowledge, [{ bytes: eventId }, { text: 'looking' }])).status).toBe(
      'Good',
    );
    await small.clear('GS-01.GD-501.highHigh');
    await untilEvent('highHigh', 'GS-01.GD-501', { 'ActiveState.Id': false, 'LatchedState.Id': true, Retain: true });
    expect(await reset()).toBe('Good');
    await untilEvent('highHigh', 'GS-01.GD-501', { 'LatchedState.Id': false, Retain: false });
  });

  test('a comment is added, also to what has been acknowledged', async () => {
    const eventId = String(newest('highHigh', 'GS-01.PT-101')?.EventId);
    const called = await client.call(node('GS-01.PT-101.highHigh'), method.addComment, [{ bytes: eventId }, { text: '现场已到人' }]);
    expect(called.status).toBe('Good');
    await untilEvent('highHigh', 'GS-01.PT-101', { Comment: '现场已到人' });
    expect((await journal('GS-01.PT-101.highHigh'))[0]).toMatchObject({ kind: 'alarm.comment', detail: { via: 'opcua' } });
  });

  test('what happens in Gatewatch is told outside: acknowledged there, quality of the instrument lost', async () => {
    await small.raise('GS-02.PT-101.low');
    await untilEvent('low', 'GS-02.PT-101', { Severity: 700, Quality: 'BadWaitingForInitialData' });
    const { version } = await small.alarm('GS-02.PT-101.low');
    await small.ask('supervisor', 'POST', '/api/alarms/GS-02.PT-101.low/acknowledge', { version, comment: 'seen' });
    await untilEvent('low', 'GS-02.PT-101', { 'AckedState.Id': true, ClientUserId: 'supervisor' });
    small.publish({ 'GS-02.PT-101': { value: 0.05 } });
    await untilEvent('low', 'GS-02.PT-101', { Quality: 'Good' });
    small.publish({ 'GS-02.PT-101': { value: 0.05, quality: Quality.badInstrumentFault } });
    await untilEvent('low', 'GS-02.PT-101', { Quality: 'BadSensorFailure', 'ActiveState.Id': true });
  });

  test('a refresh tells everything that is not normal, once, and nothing else', async () => {
    const before = client.events.length;
    expect(await client.refresh()).toBe('Good');
    await expect.poll(() => client.events.slice(before).filter((event) => event.EventType === 'ns=0;i=2788').length).toBe(1);
    const told = client.events.slice(before).filter((event) => event.ConditionName !== null);
    const { body } = await small.ask('duty', 'GET', '/api/alarms');
    expect(told.map((event) => `${event.SourceName}.${event.ConditionName}`).toSorted()).toEqual(
      (body as { alarmId: string }[]).map(({ alarmId }) => alarmId).toSorted(),
    );
  });

  test('a condition is looked into like any node: its children are there when asked for, by browsing, by path or by name', async () => {
    expect((await client.read([node('GS-02.PT-101.high/ActiveState/Id')]))[0]).toMatchObject({ status: 'Good', value: false });
    expect(await client.translate(node('GS-02.PT-101.highHigh'), '/AckedState.Id')).toMatchObject({
      status: 'Good',
      nodeId: expect.stringContaining('GS-02.PT-101.highHigh/AckedState/Id'),
    });
    const children = await client.browse(node('GS-01.PT-101.high'));
    expect(children.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'EnabledState',
        'ActiveState',
        'AckedState',
        'ShelvingState',
        'LimitState',
        'HighLimit',
        'Acknowledge',
        'AddComment',
        'Response',
      ]),
    );
    const [limitValue, response, shelve] = await client.read(
      ['HighLimit', 'Response', 'MaxTimeShelved'].map((name) => node(`GS-01.PT-101.high/${name}`)),
    );
    expect([limitValue?.value, response?.value, shelve?.value]).toEqual([0.5, '检查调压器 / Check the regulator', limit]);
    expect((await client.read([node('GS-01.PT-101.high/Nonsense')]))[0]?.status).toBe('BadNodeIdUnknown');
  });
});

describe('other people', () => {
  test('a viewer sees and may do nothing', async () => {
    await connectAs(limited, 'looker');
    expect((await limited.read([node('GS-01.PT-101')]))[0]?.status).toBe('Good');
    const eventId = String(newest('state', 'GS-01.XS-201')?.EventId);
    const called = await limited.call(node('GS-01.XS-201.state'), method.acknowledge, [{ bytes: eventId }, { text: 'x' }]);
    expect(called.status).toBe('BadUserAccessDenied');
    expect((await small.alarm('GS-01.XS-201.state')).state).toBe('unacknowledged');
    expect((await journal())[0]).toMatchObject({ kind: 'access.refused', actor: { username: 'looker' } });
    await limited.disconnect();
  });

  test('a person limited to a station neither sees, hears nor touches another', async () => {
    await connectAs(limited, 'northern');
    expect(namesOf(await limited.browse(node('area:north')))).toEqual(['GS-02']);
    const denied = ['GS-01.PT-101', 'GS-01.PT-101/EURange', 'GS-01.PT-101.high/ActiveState/Id'].map(node);
    for (const { status, value } of await limited.read(denied)) {
      expect(status).toMatch(/^Bad/);
      expect(value).toBeNull();
    }
    expect(await limited.listen(fields)).toBe('Good');
    expect(await limited.refresh()).toBe('Good');
    await small.raise('GS-01.XS-201.state');
    await small.raise('GS-02.XS-201.state');
    await expect.poll(() => isReader(limited.events).has('GS-02.XS-201')).toBe(true);
    expect([...isReader(limited.events)].filter((name) => String(name).startsWith('GS-01'))).toEqual([]);
    await untilEvent('state', 'GS-01.XS-201', { 'AckedState.Id': false });
    const eventId = String(newest('state', 'GS-01.XS-201')?.EventId);
    const called = await limited.call(node('GS-01.XS-201.state'), method.acknowledge, [{ bytes: eventId }, { text: 'x' }]);
    expect(called.status).toBe('BadUserAccessDenied');
  });

  test('a person who is disabled loses the session at once', async () => {
    await small.ask('admin', 'POST', '/api/users/northern/disable');
    await expect.poll(async () => (await statusOf('opcua'))?.clients, { timeout: 10_000 }).toBe(1);
    const other = await startOpcuaClient();
    await expect(connectAs(other, 'northern')).rejects.toThrow();
    await other.stop();
  });
});
