// Incidents as people meet them: a real server on a real port, signed-in people, uploads and the live channel, from the confirmed leak to the closed incident.

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ActionAnswer, actionAnswerSchema, type IncidentSummary, incidentViewSchema } from '../../domain/api/incident-api.ts';
import { retellIncident } from '../../domain/incidents/retell.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import { liveIncidentSchema, liveSnapshotSchema } from '../../domain/messages/live-channel.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { createInProcessLink } from '../../link/in-process/in-process-link.ts';
import type { CollectorLink } from '../../link/link.ts';
import { createServer } from '../create-server.ts';
import { jpegFromPhone } from '../photos/photo-fixture.ts';
import type { Server } from '../server-options.ts';
import { occurrence, rigPlant } from './incident-rig.ts';

const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-incidents-http-'));
const outboxId = '018f0000-0000-7000-8000-000000000001';
let server: Server;
let collector: CollectorLink;
const cookies = new Map<string, string>();

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at, not trusted
  readonly body: any;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

async function ask(person: string, method: string, url: string, body?: object | FormData): Promise<Answer> {
  const isForm = body instanceof FormData;
  const response = await fetch(`${server.address}${url}`, {
    method,
    headers: { cookie: cookies.get(person) ?? '', ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return { status: response.status, headers: response.headers, bytes, body: isJson ? JSON.parse(bytes.toString()) : null };
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

let sequence = 0;
async function raise(alarmId: string, agoMs = 0): Promise<void> {
  sequence += 1;
  const message: ConditionMessage = {
    kind: 'raise',
    sequence,
    alarmId,
    occurrenceId: occurrence(sequence),
    atMs: Date.now() - agoMs,
    value: 63,
    quality: 0,
    measured: null,
  };
  await collector.deliverConditions({ schema: 1, collectorId: 'default', outboxId, messages: [message] });
}

async function act(person: string, id: string, kind: string, more: object = {}): Promise<ActionAnswer> {
  const answer = await ask(person, 'POST', `/api/incidents/${id}/actions`, { kind, actionId: crypto.randomUUID(), ...more });
  expect([kind, answer.status, answer.body.detail ?? null]).toEqual([kind, 200, null]);
  return actionAnswerSchema.parse(answer.body);
}
const board = async (person: string, query = ''): Promise<IncidentSummary[]> => (await ask(person, 'GET', `/api/incidents${query}`)).body;

function follow(person: string): { readonly seen: IncidentSummary[]; readonly socket: Socket } {
  const socket = io(server.address, { transports: ['websocket'], extraHeaders: { cookie: cookies.get(person) ?? '' } });
  const seen: IncidentSummary[] = [];
  let last = 0;
  const inSequence = (message: { sequence: number }) => {
    if (last !== 0) expect(message.sequence).toBe(last + 1);
    last = message.sequence;
  };
  socket.on('snapshot', (message) => {
    last = liveSnapshotSchema.parse(message).sequence;
    seen.push(...liveSnapshotSchema.parse(message).incidents);
  });
  // Alarms are numbered for all who see the same stations.
  for (const event of ['readings', 'notice']) socket.on(event, inSequence);
  socket.on('incident', (message) => {
    inSequence(message);
    seen.push(...liveIncidentSchema.parse(message).incidents);
  });
  socket.emit('subscribe', {});
  return { seen, socket };
}

beforeAll(async () => {
  const link = createInProcessLink({ collectorId: 'default', table: rigPlant.pointTable });
  collector = link.collector;
  server = await createServer({
    plant: rigPlant,
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
  for (const person of ['duty', 'supervisor', 'team', 'engineer', 'auditor', 'admin']) await signIn(person, `${person}-demo`);
  const north = {
    username: 'north',
    displayName: '北站',
    role: 'emergencyTeam',
    stationIds: ['RS-02'],
    password: 'a-long-enough-password',
  };
  expect((await ask('admin', 'POST', '/api/users', north)).status).toBe(201);
  await signIn('north', north.password);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('from the confirmed leak to the closed incident, by desk and phone, all of it in the journal', async () => {
  const desk = follow('duty');
  const other = follow('north');
  await raise('RS-01.GD-501.highHigh', 30_000);
  await raise('RS-01.gasConfirmed');
  await expect.poll(() => desk.seen.at(-1)?.kind).toBe('leak');
  const [incident] = await board('duty');
  const id = incident?.id ?? '';
  expect(incident).toMatchObject({ state: 'opened', openedBy: null, rule: 'confirmedGas', alarmCount: 2, overdueReports: 0 });

  // A team limited to another station neither sees it nor may act on it.
  expect(await board('north')).toEqual([]);
  expect((await ask('north', 'GET', `/api/incidents/${id}`)).status).toBe(404);
  expect((await ask('north', 'POST', `/api/incidents/${id}/actions`, { kind: 'acknowledge', actionId: crypto.randomUUID() })).status).toBe(
    404,
  );

  const acknowledged = await act('team', id, 'acknowledge', { version: incident?.version, comment: '收到' });
  expect(acknowledged).toMatchObject({ outcome: 'applied', incident: { state: 'acknowledged' } });
  const slower = await ask('duty', 'POST', `/api/incidents/${id}/actions`, {
    kind: 'dispatch',
    actionId: crypto.randomUUID(),
    version: incident?.version,
    people: ['team'],
  });
  expect(slower).toMatchObject({ status: 409, body: { by: { displayName: '抢险队 赵刚' }, current: { state: 'acknowledged' } } });
  await act('duty', id, 'dispatch', { people: ['team', '消防二中队'], comment: '关阀' });
  await act('team', id, 'onTheWay', { position: { latitude: 30.61, longitude: 104.04, accuracyM: 15 } });
  const arrived = { kind: 'arrive', actionId: crypto.randomUUID(), atMs: Date.now() };
  expect((await ask('team', 'POST', `/api/incidents/${id}/actions`, arrived)).body.outcome).toBe('applied');
  expect((await ask('team', 'POST', `/api/incidents/${id}/actions`, arrived)).body.outcome).toBe('repeated');
  expect(await act('duty', id, 'acknowledge')).toMatchObject({
    outcome: 'recorded',
    because: 'alreadyDone',
    earlier: { by: { username: 'team' } },
  });

  const form = new FormData();
  form.set('actionId', crypto.randomUUID());
  form.set('caption', '进站法兰');
  form.set('usePhotoPosition', 'true');
  form.set('photo', new Blob([new Uint8Array(jpegFromPhone())], { type: 'image/jpeg' }), 'IMG_0001.JPG');
  const uploaded = await ask('team', 'POST', `/api/incidents/${id}/photos`, form);
  expect(uploaded.status).toBe(201);
  const [photo] = uploaded.body.incident.photos;
  expect(photo).toMatchObject({ mediaType: 'image/jpeg', width: 6, height: 4, caption: '进站法兰' });
  expect(photo.position.latitude).toBeCloseTo(30.67, 5);
  const seen = await ask('auditor', 'GET', `/api/incidents/${id}/photos/${photo.hash}`);
  expect(seen.headers.get('content-type')).toBe('image/jpeg');
  expect(createHash('sha256').update(seen.bytes).digest('hex')).toBe(photo.hash);
  expect(readdirSync(path.join(folder, 'incident-photos'), { recursive: true })).toContain(
    path.join(photo.hash.slice(0, 2), `${photo.hash}.jpg`),
  );
  expect((await ask('north', 'GET', `/api/incidents/${id}/photos/${photo.hash}`)).status).toBe(404);
  expect((await ask('duty', 'GET', `/api/incidents/${id}/photos/${'0'.repeat(64)}`)).status).toBe(404);

  for (const itemId of ['cordon', 'closeInlet']) await act('team', id, 'tick', { itemId, note: '已完成' });
  await act('team', id, 'control', { comment: '阀门已关' });
  await act('team', id, 'restore');

  const draft = (await ask('duty', 'GET', `/api/incidents/${id}/report-draft?language=zh`)).body;
  expect(draft.unit).toMatch(/测试燃气.*站 RS-01.*滨河路 1 号/);
  expect(draft.course).toMatch(/燃气泄漏确认 \(RS-01\.gasConfirmed\)\s+报警[\s\S]*抢险队 赵刚 接警：收到[\s\S]*报告已恢复/);
  expect(draft.measures).toMatch(/抢险队：关闭进站阀（抢险队 赵刚，已完成）/);
  expect((await ask('duty', 'GET', `/api/incidents/${id}/report-draft?language=en`)).body.casualtiesAndLoss).toMatch(/Dead 0, injured 0/);
  const saved = await act('duty', id, 'saveReport', { language: 'zh', basedOn: null, fields: draft });
  expect(saved.incident.report?.version).toBe(1);
  const moved = await ask('supervisor', 'POST', `/api/incidents/${id}/actions`, {
    kind: 'saveReport',
    actionId: crypto.randomUUID(),
    language: 'zh',
    basedOn: null,
    fields: draft,
  });
  expect(moved).toMatchObject({ status: 409, body: { reason: 'reportMoved', by: { username: 'duty' } } });
  await act('duty', id, 'reported', { dutyId: 'headOfUnit', toWhom: '总经理 何川', channel: '电话' });

  const closing = (kind: string, more: object) =>
    ask('supervisor', 'POST', `/api/incidents/${id}/closing`, { kind, actionId: crypto.randomUUID(), ...more });
  const version = async () => (await board('duty'))[0]?.version;
  expect(
    (await ask('team', 'POST', `/api/incidents/${id}/closing`, { kind: 'close', actionId: crypto.randomUUID(), version: 1 })).status,
  ).toBe(403);
  expect(await closing('close', { version: await version() })).toMatchObject({ status: 422, body: { reason: 'reviewMissing' } });
  const review = { cause: '法兰垫片老化', wentWell: '到场快', improvements: '备件', hazards: ['更换同批垫片'], scores: null };
  expect((await closing('review', { version: await version(), review })).status).toBe(200);
  expect(await closing('close', { version: await version() })).toMatchObject({
    status: 422,
    body: { reason: 'reportsOpen', items: ['authority'] },
  });
  await act('duty', id, 'reported', { dutyId: 'authority', toWhom: '区应急管理局', channel: '系统', reportVersion: 1 });
  expect(await closing('close', { version: await version() })).toMatchObject({ status: 200, body: { incident: { state: 'closed' } } });

  const whole = incidentViewSchema.parse((await ask('auditor', 'GET', `/api/incidents/${id}`)).body);
  expect(whole.missingItemIds).toEqual([]);
  expect(whole.sinceDetection.acknowledged).toBeGreaterThanOrEqual(30_000);
  expect(whole.sinceDetection.closed).toBeGreaterThanOrEqual(whole.sinceDetection.restored ?? Number.NaN);
  expect(whole.timeline.filter((entry) => entry.source === 'alarm').map((entry) => entry.what)).toEqual(['raise', 'raise']);
  expect((await act('team', id, 'note', { text: '迟到的说明' })).incident.timeline.at(-1)).toMatchObject({ isAddendum: true });

  await expect.poll(() => desk.seen.at(-1)?.state).toBe('closed');
  expect(new Set(desk.seen.map((each) => each.state))).toEqual(
    new Set(['opened', 'acknowledged', 'dispatched', 'onSite', 'controlled', 'restored', 'closed']),
  );
  expect(other.seen).toEqual([]);
  desk.socket.disconnect();
  other.socket.disconnect();
  expect(await board('duty')).toEqual([]);
  expect((await board('duty', '?state=closed')).map((each) => [each.number, each.outcome])).toEqual([[incident?.number, 'resolved']]);
  expect((await board('duty', `?alarm=${occurrence(2)}`)).map((each) => each.id)).toEqual([id]);

  const journal: JournalEntry[] = (await ask('auditor', 'GET', '/api/journal?limit=1000')).body;
  const retold = retellIncident(journal, id);
  const { timeline: _1, isTimelineCut: _2, sinceDetection: _3, stateSinceMs: _4, missingItemIds: _5, duties: _6, ...record } = whole;
  expect(retold?.record).toMatchObject({ ...record, length: record.length + 1 });
  expect(retold?.lines.filter((line) => line.who !== null).map((line) => `${line.who} ${line.what.zh}`)).toEqual([
    '抢险队 赵刚 接警：收到',
    '值班员 王敏 派出 抢险队 赵刚、消防二中队：关阀',
    '抢险队 赵刚 出发，在途中',
    '抢险队 赵刚 到达现场',
    '值班员 王敏 “接警”未生效（此前已有人报告，抢险队 赵刚）',
    '抢险队 赵刚 上传照片：进站法兰',
    '抢险队 赵刚 完成预案项：设置警戒区 (已完成)',
    '抢险队 赵刚 完成预案项：关闭进站阀 (已完成)',
    '抢险队 赵刚 报告已控制：阀门已关',
    '抢险队 赵刚 报告已恢复',
    '值班员 王敏 保存报告第 1 版',
    '值班员 王敏 已报告 总经理 何川（电话）',
    '值班长 李强 写复盘，原因：法兰垫片老化',
    '值班员 王敏 已报告 区应急管理局（系统），报告第 1 版',
    '值班长 李强 关闭事件（已关闭）',
    '抢险队 赵刚 迟到的说明',
  ]);
});

test('by hand: station, kind and numbers; a drill apart; what is wrong is told where', async () => {
  const openIt = (person: string, more: object) =>
    ask(person, 'POST', '/api/incidents', { actionId: crypto.randomUUID(), stationId: 'RS-02', incidentKind: 'fire', ...more });
  const casualties = { dead: 0, injured: 2, missing: 0, evacuated: 40 };
  const fire = await openIt('north', { description: '配电间起火', casualties });
  expect(fire).toMatchObject({
    status: 201,
    body: { outcome: 'applied', incident: { kind: 'fire', casualties, openedBy: { username: 'north' } } },
  });
  expect(fire.body.incident.windowEndsMs - fire.body.incident.detectedAtMs).toBe(7 * 86_400_000);
  const drill = await openIt('duty', { isDrill: true, scenario: '储罐泄漏演练' });
  expect(drill.body.incident).toMatchObject({ isDrill: true, scenario: '储罐泄漏演练', alarms: [] });
  expect(drill.body.incident.number).toMatch(/^X-\d{4}-0001$/);
  expect((await board('duty', '?drills=only')).map((each) => each.isDrill)).toEqual([true]);
  expect((await board('duty', '?drills=without')).map((each) => each.isDrill)).toEqual([false]);

  expect((await openIt('auditor', {})).status).toBe(403);
  expect((await openIt('north', { stationId: 'RS-01' })).status).toBe(404);
  expect(await openIt('duty', { alarmId: 'RS-02.gasConfirmed' })).toMatchObject({ status: 422, body: { reason: 'unknownAlarm' } });
  expect(await openIt('duty', { isDrill: true, alarmId: 'RS-02.gasConfirmed' })).toMatchObject({
    status: 422,
    body: { reason: 'drillHasNoAlarms' },
  });
  expect(await openIt('duty', { incidentKind: 'flood' })).toMatchObject({ status: 400, body: { errors: [{ path: 'incidentKind' }] } });

  await raise('RS-01.PT-101.high');
  const fromAlarm = await ask('duty', 'POST', '/api/incidents', {
    actionId: crypto.randomUUID(),
    stationId: 'RS-01',
    incidentKind: 'other',
    alarmId: 'RS-01.PT-101.high',
  });
  expect(fromAlarm.body.incident.alarms).toMatchObject([{ alarmId: 'RS-01.PT-101.high', isTrigger: true }]);
  const again = await ask('supervisor', 'POST', '/api/incidents', {
    actionId: crypto.randomUUID(),
    stationId: 'RS-01',
    incidentKind: 'other',
    alarmId: 'RS-01.PT-101.high',
  });
  expect(again).toMatchObject({ status: 409, body: { reason: 'alarmHasIncident', incidentId: fromAlarm.body.incident.id } });
});

test('the plan of a station: its type’s list and its own access and valves', async () => {
  const plan = (await ask('team', 'GET', '/api/stations/RS-01/response-plan?kind=intrusion')).body;
  expect(plan.items.map((item: { id: string }) => item.id)).toEqual(['cordon', 'tellNeighbours']);
  expect(plan).toMatchObject({ planIds: ['regulating', 'rs01'], revised: '2026-03-01', valves: [{ pointId: 'RS-01.PT-101' }] });
  expect(plan.access).toEqual([{ zh: '东门，钥匙在值班室', en: 'East gate' }]);
});

test('what is no photo is refused and nothing of it is kept', async () => {
  const [incident] = await board('duty');
  const send = (file: Uint8Array<ArrayBuffer>, fields: Record<string, string> = { actionId: crypto.randomUUID() }) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('photo', new Blob([file], { type: 'image/jpeg' }), 'x.jpg');
    return ask('team', 'POST', `/api/incidents/${incident?.id}/photos`, form);
  };
  const before = readdirSync(path.join(folder, 'incident-photos'), { recursive: true }).length;
  expect(await send(new TextEncoder().encode('<svg onload="alert(1)"/>'))).toMatchObject({ status: 422, body: { reason: 'notAPhoto' } });
  expect(await send(new Uint8Array(jpegFromPhone().subarray(0, 400)))).toMatchObject({ status: 422, body: { reason: 'damaged' } });
  expect((await send(new Uint8Array(9 * 1024 * 1024))).status).toBe(413);
  expect(await send(new Uint8Array(jpegFromPhone()), { actionId: 'x' })).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'actionId' }] },
  });
  expect(await send(new Uint8Array(jpegFromPhone()), { actionId: crypto.randomUUID(), position: '{"latitude":91}' })).toMatchObject({
    status: 400,
  });
  expect((await ask('team', 'POST', `/api/incidents/${incident?.id}/photos`, { actionId: crypto.randomUUID() })).status).toBe(415);
  expect(readdirSync(path.join(folder, 'incident-photos'), { recursive: true })).toHaveLength(before);
  const actionId = crypto.randomUUID();
  expect((await send(new Uint8Array(jpegFromPhone()), { actionId })).body.outcome).toBe('applied');
  expect((await send(new Uint8Array(jpegFromPhone()), { actionId })).body.outcome).toBe('repeated');
  const files = readdirSync(path.join(folder, 'incident-photos'), { recursive: true }).map(String);
  for (const name of files.filter((each) => each.endsWith('.jpg')))
    expect(
      createHash('sha256')
        .update(readFileSync(path.join(folder, 'incident-photos', name)))
        .digest('hex'),
    ).toBe(path.basename(name, '.jpg'));
  expect(files.some((name) => path.basename(name).startsWith('.'))).toBe(false);
});
