// Alarm settings as clients meet them: a real server on a real port. Sheet out, changed, in; draft, submission, approval by a second person; in force at the server and told to the collector.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alarmSettingsTableSchema } from '../../domain/api/alarm-settings-api.ts';
import type { AlarmSettingsMessage } from '../../domain/messages/alarm-settings-message.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { LiveNotice } from '../../domain/messages/live-channel.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { createInProcessLink } from '../../link/in-process/in-process-link.ts';
import type { CollectorLink } from '../../link/link.ts';
import { aliveStatus } from '../../test/harness/alive-status.ts';
import { createServer } from '../create-server.ts';
import type { Server } from '../server-options.ts';
import { readSheetContent, writeSheetContent } from '../sheet/sheet-content.ts';
import { settingsPlant } from './alarm-settings-rig.ts';

const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
const plant = settingsPlant();
const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-settings-http-'));
const high = 'GS-01.PT-101.high';
let server: Server;
let collector: CollectorLink;
const told: AlarmSettingsMessage[] = [];
const cookies = new Map<string, string>();

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at, not trusted
  readonly body: any;
}

async function ask(person: string, method: string, url: string, body?: object | Uint8Array, type?: string): Promise<Answer> {
  const isRaw = body instanceof Uint8Array;
  const response = await fetch(`${server.address}/api/alarm-settings${url}`, {
    method,
    headers: {
      cookie: cookies.get(person) ?? '',
      ...(body === undefined ? {} : { 'content-type': type ?? (isRaw ? 'application/octet-stream' : 'application/json') }),
    },
    ...(body === undefined ? {} : { body: isRaw ? Buffer.from(body) : JSON.stringify(body) }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(Buffer.from(bytes).toString('utf8')) : bytes };
}

async function signIn(username: string, password: string): Promise<void> {
  const response = await fetch(`${server.address}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  expect(response.status).toBe(200);
  cookies.set(username, (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '');
}

async function exported(person: string, query: string): Promise<(string | number | boolean | null)[][]> {
  const answer = await ask(person, 'GET', `/export?${query}`);
  expect(answer.status).toBe(200);
  const reading = await readSheetContent(answer.body);
  if (reading.kind !== 'ok') throw new Error(reading.reason);
  return reading.rows.map((row) => [...row]);
}

/** The sheet with one cell changed, as a file. */
async function changedSheet(
  person: string,
  cell: { alarmId: string; heading: string; to: string | number | null },
  format: 'xlsx' | 'csv' = 'xlsx',
) {
  const rows = await exported(person, 'language=en');
  const row = rows.find(([id]) => id === cell.alarmId);
  const column = rows[0]?.indexOf(cell.heading) ?? -1;
  if (row === undefined || column === -1) throw new Error('no such cell');
  row[column] = cell.to;
  return writeSheetContent({
    format,
    name: 's',
    columns: (rows[0] ?? []).map((heading) => ({ heading: String(heading), width: 10, isInformation: false })),
    rows: rows.slice(1),
  });
}

const sign = (version: number, username = 'supervisor', password = `${username}-demo`) => ({ version, approver: { username, password } });

beforeAll(async () => {
  const link = createInProcessLink({ collectorId: 'east', table: plant.pointTable });
  collector = link.collector;
  server = await createServer({
    plant,
    isDemo: true,
    link: link.server,
    historian: null,
    journalUrl: 'sqlite:',
    dataDir: folder,
    http: { host: '127.0.0.1', port: 0 },
    dashboardDir: null,
    clock,
    log: pino({ level: 'silent' }),
  });
  collector.onAlarmSettings((message) => void told.push(message));
  for (const person of ['duty', 'supervisor', 'engineer', 'auditor', 'admin']) await signIn(person, `${person}-demo`);
  for (const [username, role] of [
    ['east.engineer', 'engineer'],
    ['east.supervisor', 'supervisor'],
  ]) {
    const response = await fetch(`${server.address}/api/users`, {
      method: 'POST',
      headers: { cookie: cookies.get('admin') ?? '', 'content-type': 'application/json' },
      body: JSON.stringify({ username, displayName: '东区', role, stationIds: ['GS-01'], password: 'a-long-enough-password' }),
    });
    expect(response.status).toBe(201);
    await signIn(username ?? '', 'a-long-enough-password');
  }
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('from a sheet to settings in force', () => {
  test('exported, changed, imported as a draft, submitted, approved by a second person; page and collector are told', async () => {
    const notices: LiveNotice['notice'][] = [];
    const socket = io(server.address, { extraHeaders: { cookie: cookies.get('duty') ?? '' }, transports: ['websocket'] });
    socket.on('notice', (message: LiveNotice) => void notices.push(message.notice));
    await new Promise<void>((resolve) => socket.on('connect', () => resolve()));
    socket.emit('subscribe', {});
    await expect.poll(() => told.at(-1)).toMatchObject({ version: 1, settings: [] });

    const sheet = await changedSheet('engineer', { alarmId: high, heading: 'Setpoint', to: 4 });
    const imported = await ask('engineer', 'POST', '/import?name=冬季.xlsx&reason=冬季', sheet);
    expect(imported).toMatchObject({
      status: 200,
      body: { conflicts: [], draft: { state: 'open', source: 'import', fileName: '冬季.xlsx', alarmCount: 1, reason: '冬季' } },
    });
    const { id } = imported.body.draft;
    expect(imported.body.draft.rows[0].differences).toEqual([{ field: 'setpoint', from: 5, to: 4 }]);
    expect((await ask('engineer', 'POST', `/drafts/${id}/submit`, { version: 1 })).body).toMatchObject({ state: 'submitted', version: 2 });

    // On the proposer's console: his own signature does not do, a wrong one neither, nor one without the permission.
    expect((await ask('engineer', 'POST', `/drafts/${id}/approve`, sign(2, 'engineer'))).status).toBe(403);
    expect((await ask('engineer', 'POST', `/drafts/${id}/approve`, sign(2, 'supervisor', 'wrong'))).status).toBe(403);
    expect((await ask('engineer', 'POST', `/drafts/${id}/approve`, sign(2, 'duty'))).status).toBe(403);
    expect((await ask('duty', 'POST', `/drafts/${id}/approve`, sign(2))).status).toBe(403);
    expect((await ask('engineer', 'GET', '')).body.version.number).toBe(1);
    expect((await ask('engineer', 'POST', `/drafts/${id}/approve`, sign(1))).status).toBe(409);

    const approved = await ask('engineer', 'POST', `/drafts/${id}/approve`, sign(2));
    expect(approved.body).toMatchObject({
      state: 'approved',
      appliedVersion: 2,
      decidedBy: { username: 'supervisor' },
      proposedBy: { username: 'engineer' },
    });
    const table = alarmSettingsTableSchema.parse((await ask('duty', 'GET', '')).body);
    expect(table.findings.length).toBeGreaterThan(0);
    expect(table.version).toMatchObject({ number: 2, origin: 'approved', reason: '冬季' });
    expect(table.rows.find((row) => row.alarmId === high)).toMatchObject({
      settings: { setpoint: 4 },
      approvedFields: ['setpoint'],
      fileSettings: { setpoint: 5 },
    });
    const definitions = await fetch(`${server.address}/api/alarm-definitions?station=GS-01`, {
      headers: { cookie: cookies.get('duty') ?? '' },
    });
    expect(await definitions.json()).toContainEqual(expect.objectContaining({ id: high, setpoint: 4 }));
    await expect.poll(() => told.at(-1)).toMatchObject({ version: 2, settings: [{ alarmId: high, setpoint: 4 }] });
    await expect.poll(() => notices.map((notice) => (notice.kind === 'changed' ? notice.topic : notice.kind))).toContain('plantChanged');
    expect(notices).toContainEqual({ kind: 'changed', topic: 'alarmSettings' });
    socket.disconnect();
  });

  test('a collector that goes by other settings is told again with each status, until it says that they are in force', async () => {
    const { version } = (await ask('duty', 'GET', '')).body;
    const status = (alarmSettings?: CollectorStatus['alarmSettings']): CollectorStatus => ({
      ...aliveStatus(Date.now(), 'east'),
      plantVersion: plant.version,
      ...(alarmSettings === undefined ? {} : { alarmSettings }),
    });
    const state = async () =>
      (await ask('duty', 'GET', '')).body.collectors.find((found: { collectorId: string }) => found.collectorId === 'east');
    for (const behind of [
      undefined,
      { version: 1, digest: 'other', setAsideAlarmIds: [] },
      { version: version.number, digest: 'other', setAsideAlarmIds: [] },
    ]) {
      const before = told.length;
      collector.publishStatus(status(behind));
      await expect.poll(() => told.length).toBe(before + 1);
      expect(await state()).toMatchObject({ isInForce: false });
    }
    const before = told.length;
    collector.publishStatus(status({ version: version.number, digest: version.digest, setAsideAlarmIds: [high] }));
    expect(await state()).toEqual({ collectorId: 'east', version: version.number, isInForce: true, setAsideAlarmIds: [high] });
    expect(told).toHaveLength(before);
  });

  test('the same sheet from before tells the conflict and takes nothing back', async () => {
    const old = await changedSheet('engineer', { alarmId: high, heading: 'Setpoint', to: 3 });
    const draft = (await ask('engineer', 'POST', '/drafts', { reason: 'r', changes: [{ alarmId: high, settings: { setpoint: 4.4 } }] }))
      .body;
    await ask('engineer', 'POST', `/drafts/${draft.id}/submit`, { version: 1 });
    expect((await ask('supervisor', 'POST', `/drafts/${draft.id}/approve`, sign(2))).status).toBe(200);
    const answer = await ask('engineer', 'POST', '/import', old);
    expect(answer.body).toMatchObject({
      draft: null,
      conflicts: [{ alarmId: high, field: 'setpoint', before: 4, current: 4.4, wanted: 3 }],
    });
  });

  test('a sheet that changes nothing makes no draft', async () => {
    const before = (await ask('engineer', 'GET', '/drafts')).body.length;
    const { body } = await ask('engineer', 'GET', '/export?format=csv&language=zh');
    expect((await ask('engineer', 'POST', '/import', body, 'text/csv')).body).toEqual({
      draft: null,
      conflicts: [],
      rowCount: plant.alarms.length,
    });
    expect((await ask('engineer', 'GET', '/drafts')).body).toHaveLength(before);
  });
});

describe('what is refused', () => {
  test('a sheet with something wrong: every place, and no draft', async () => {
    const before = (await ask('engineer', 'GET', '/drafts')).body.length;
    const answer = await ask(
      'engineer',
      'POST',
      '/import',
      await changedSheet('engineer', { alarmId: high, heading: 'Setpoint', to: 'high' }),
    );
    expect(answer).toMatchObject({
      status: 422,
      body: { reason: 'sheetProblems', errors: [{ path: expect.stringMatching(/^I\d+$/), message: '“high” is not a number' }] },
    });
    expect(answer.body.problems[0].message.zh).toContain('不是数字');
    expect((await ask('engineer', 'GET', '/drafts')).body).toHaveLength(before);
  });
  test('files that are no sheets, bodies that are no files, and files that are too large', async () => {
    expect(await ask('engineer', 'POST', '/import', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0]))).toMatchObject({
      status: 422,
      body: { reason: 'unknownFormat' },
    });
    expect((await ask('engineer', 'POST', '/import', { rows: [] })).status).toBe(415);
    expect((await ask('engineer', 'POST', '/import', Buffer.from('a'), 'image/png')).status).toBe(415);
    expect((await ask('engineer', 'POST', '/import', Buffer.alloc(17 * 1024 * 1024, 65))).status).toBe(413);
  });
  test('settings that an alarm has not or cannot be without; alarms that are not there', async () => {
    const answer = await ask('engineer', 'POST', '/drafts', {
      changes: [
        { alarmId: high, settings: { windowMs: 5, setpoint: null } },
        { alarmId: 'GS-01.PT-9.high', settings: {} },
      ],
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ path: at }: { path: string }) => at)).toEqual([
      'changes.0.settings.setpoint',
      'changes.0.settings.windowMs',
      'changes.1.alarmId',
    ]);
  });
  test('a draft that must never be in force is made, shown with its errors, and not submitted', async () => {
    const made = await ask('engineer', 'POST', '/drafts', { reason: 'r', changes: [{ alarmId: high, settings: { setpoint: 9 } }] });
    expect(made.body.introduced).toContainEqual(expect.objectContaining({ code: 'limitsOutOfOrder', severity: 'error' }));
    const answer = await ask('engineer', 'POST', `/drafts/${made.body.id}/submit`, { version: 1 });
    expect(answer).toMatchObject({
      status: 422,
      body: { reason: 'hasErrors', errors: [{ path: 'GS-01.PT-101.highHigh', message: expect.stringContaining('must lie above') }] },
    });
    expect((await ask('engineer', 'POST', `/drafts/${made.body.id}/withdraw`, { version: 1 })).body.state).toBe('withdrawn');
  });
});

describe('people limited to stations', () => {
  test('see their own only, in table, sheet, drafts and versions', async () => {
    const table = (await ask('east.engineer', 'GET', '')).body;
    expect(new Set(table.rows.map((row: { stationId: string }) => row.stationId))).toEqual(new Set(['GS-01']));
    expect((await exported('east.engineer', 'format=csv')).slice(1).every(([id]) => String(id).startsWith('GS-01.'))).toBe(true);
    const other = (
      await ask('engineer', 'POST', '/drafts', { reason: 'r', changes: [{ alarmId: 'GS-02.PT-101.high', settings: { setpoint: 3 } }] })
    ).body;
    expect((await ask('east.engineer', 'GET', '/drafts')).body.some(({ id }: { id: string }) => id === other.id)).toBe(false);
    expect((await ask('east.engineer', 'GET', `/drafts/${other.id}`)).status).toBe(404);
    expect((await ask('east.engineer', 'PUT', `/drafts/${other.id}`, { version: 1 })).status).toBe(404);
    expect(
      (await ask('east.engineer', 'POST', '/drafts', { changes: [{ alarmId: 'GS-02.PT-101.high', settings: { setpoint: 3 } }] })).status,
    ).toBe(400);
    // An approver who may not see all of it does not approve it, wherever he signs.
    await ask('engineer', 'POST', `/drafts/${other.id}/submit`, { version: 1 });
    expect(
      (await ask('engineer', 'POST', `/drafts/${other.id}/approve`, sign(2, 'east.supervisor', 'a-long-enough-password'))).status,
    ).toBe(403);
    expect((await ask('supervisor', 'POST', `/drafts/${other.id}/reject`, { version: 2, comment: '不' })).body).toMatchObject({
      state: 'rejected',
      decisionComment: '不',
    });
    const changes = (await ask('east.engineer', 'GET', '/versions/1')).body.changes;
    expect(changes.every(({ alarmId }: { alarmId: string }) => alarmId.startsWith('GS-01.'))).toBe(true);
    const settings = (await ask('east.engineer', 'GET', '/versions/1/settings')).body.settings;
    expect(settings.every(({ alarmId }: { alarmId: string }) => alarmId.startsWith('GS-01.'))).toBe(true);
  });
});

test('versions: newest first, the one of a moment, its changes, all its settings', async () => {
  const versions = (await ask('auditor', 'GET', '/versions')).body;
  expect(versions.map(({ number }: { number: number }) => number)).toEqual([3, 2, 1]);
  const at = new Date(versions[1].appliedAtMs).toISOString();
  expect((await ask('auditor', 'GET', `/versions?at=${encodeURIComponent(at)}`)).body).toEqual([versions[1]]);
  expect((await ask('auditor', 'GET', '/versions?at=2020-01-01T00:00:00Z')).body).toEqual([]);
  expect((await ask('auditor', 'GET', '/versions/2')).body.changes).toEqual([
    { kind: 'changed', alarmId: high, differences: [{ field: 'setpoint', from: 5, to: 4 }] },
  ]);
  expect((await ask('auditor', 'GET', '/versions/99')).status).toBe(404);
  const settings = (await ask('auditor', 'GET', '/versions/1/settings')).body.settings;
  expect(settings).toContainEqual({ alarmId: high, settings: expect.objectContaining({ setpoint: 5 }) });
});
