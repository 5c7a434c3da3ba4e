// Hazards as people meet them over HTTP: from an alarm to the closing number, who may not, sheets in and out, calibrations, stations that one may not see.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CalibrationImport, CalibrationView } from '../../domain/api/calibration-api.ts';
import type { HazardImport, HazardStatistics, HazardSummary, HazardView } from '../../domain/api/hazard-api.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import { dateAt } from '../../domain/time/zoned-time.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';
import { jpegPhoto } from '../photos/photo-fixture.ts';
import { readSheet } from '../sheet/sheets.ts';

const station = (id: string) => `
  - { id: ${id}, type: regulating, name: 站 ${id}, area: a, devices: [{ id: D-1, protocol: modbusTcp, host: h, points: [{ tag: GD-1, name: 探测器, unit: '%LEL', range: { min: 0, max: 100 }, role: gasDetector, register: { table: holding, address: 0, type: float32 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 30, priority: high, response: r }] }] }] }`;
const plant = plantOf(`schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: 区 }]
stations:${station('RS-01')}${station('RS-02')}
`);

let small: SmallServer;
const today = () => dateAt(Date.now(), 'Asia/Shanghai');
beforeAll(async () => {
  small = await startSmallServer(plant);
  await small.addPerson({ username: 'north', role: 'supervisor', stationIds: ['RS-01'] });
});
afterAll(() => small.stop());

async function ask<Body>(person: string, method: string, url: string, body?: unknown): Promise<{ status: number; body: Body }> {
  const answer = await small.ask(person, method, url, body);
  return { status: answer.status, body: answer.body as Body };
}
async function step(person: string, hazard: HazardView, way: string, body: object): Promise<HazardView> {
  const answer = await ask<HazardView>(person, 'POST', `/api/hazards/${hazard.id}/${way}`, { version: hazard.version, ...body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}
/** A sheet as a file, in the person's session. */
async function upload(person: string, url: string, rows: readonly (readonly (string | number | null)[])[]) {
  await small.ask(person, 'GET', '/api/session');
  const csv = rows.map((row) => row.map((cell) => (cell === null ? '' : String(cell))).join(',')).join('\r\n');
  const signedIn = await fetch(`${small.server.address}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: person, password: `${person}-demo` }),
  });
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const response = await fetch(`${small.server.address}${url}`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/octet-stream' },
    body: csv,
  });
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at, not trusted
  return { status: response.status, body: (await response.json()) as any, cookie };
}
const five = () => ({
  responsible: { username: 'team', name: '抢险队 赵刚' },
  measure: '更换',
  fundsYuan: 500,
  deadline: addDays(today(), 20),
  contingency: '停用',
});

test('from an alarm to the closing number: graded, settled, done by one, accepted by two others; the same occurrence opens no second', async () => {
  await small.raise('RS-01.GD-1.high', 40);
  const report = { stationId: 'RS-01', pointId: 'RS-01.GD-1', description: '探测器误报', source: 'alarm', alarmId: 'RS-01.GD-1.high' };
  const opened = await ask<HazardView>('duty', 'POST', '/api/hazards', report);
  expect(opened).toMatchObject({ status: 201, body: { state: 'reported', finding: { link: { kind: 'alarm' }, foundOn: today() } } });
  expect(await ask('team', 'POST', '/api/hazards', report)).toMatchObject({
    status: 409,
    body: { reason: 'openedAlready', hazardId: opened.body.id },
  });

  const stale = await ask('supervisor', 'POST', `/api/hazards/${opened.body.id}/decisions`, { kind: 'reject', version: 9, reason: 'x' });
  expect(stale).toMatchObject({ status: 409, body: { current: { state: 'reported' } } });
  const confirmed = await step('supervisor', opened.body, 'decisions', {
    kind: 'confirm',
    grade: 'major',
    basis: '失效',
    supervisedBy: '安监局',
  });
  const refused = await ask('team', 'POST', `/api/hazards/${confirmed.id}/work`, { kind: 'start', version: confirmed.version });
  expect(refused).toMatchObject({ status: 422, body: { reason: 'wrongState' } });
  const planned = await step('supervisor', confirmed, 'decisions', { kind: 'plan', settled: five() });
  expect(planned).toMatchObject({ state: 'planned', unsettled: [], standing: 'onTime' });
  const atWork = await step('team', planned, 'work', { kind: 'start' });
  const form = new FormData();
  form.set('purpose', 'progress');
  form.set('photo', new Blob([jpegPhoto], { type: 'image/jpeg' }), 'x.jpg');
  const { cookie } = await upload('team', '/api/hazards/import', [['x']]);
  const photo = await fetch(`${small.server.address}/api/hazards/${atWork.id}/photos`, { method: 'POST', headers: { cookie }, body: form });
  expect(photo.status).toBe(201);
  const [kept] = ((await photo.json()) as HazardView).photos;
  const read = await fetch(`${small.server.address}/api/hazards/${atWork.id}/photos/${kept?.hash}`, { headers: { cookie } });
  expect([read.status, read.headers.get('content-type'), kept?.purpose]).toEqual([200, 'image/jpeg', 'progress']);

  const submitted = await step('team', atWork, 'work', { kind: 'submit', result: '已更换' });
  expect(
    await ask('team', 'POST', `/api/hazards/${submitted.id}/acceptance`, { kind: 'accept', version: submitted.version, comment: 'x' }),
  ).toMatchObject({ status: 403 });
  const once = await step('supervisor', submitted, 'acceptance', { kind: 'accept', comment: '合格' });
  expect(once.state).toBe('submitted');
  expect(
    await ask('supervisor', 'POST', `/api/hazards/${once.id}/acceptance`, { kind: 'accept', version: once.version, comment: 'x' }),
  ).toMatchObject({ status: 422, body: { reason: 'acceptedAlready' } });
  const accepted = await step('engineer', once, 'acceptance', { kind: 'accept', comment: '复验合格' });
  const closed = await step('supervisor', accepted, 'decisions', { kind: 'close' });
  expect(closed).toMatchObject({ state: 'closed', closed: { number: expect.stringMatching(/^XH-\d{4}-0001$/) } });
  expect(closed.history.map(({ event }) => event.kind)).toEqual([
    'report',
    'confirm',
    'plan',
    'start',
    'photo',
    'submit',
    'accept',
    'accept',
    'close',
  ]);
  const settled = await ask<HazardSummary[]>('auditor', 'GET', '/api/hazards?state=settled');
  expect(settled.body).toMatchObject([{ id: closed.id, closedNumber: closed.closed?.number }]);
});

test('of another’s station nobody sees, changes or exports anything', async () => {
  const report = { stationId: 'RS-02', description: '围栏破损', source: 'inspection', foundBy: '巡查员' };
  const { body } = await ask<HazardView>('duty', 'POST', '/api/hazards', report);
  expect(await ask('north', 'POST', '/api/hazards', report)).toMatchObject({ status: 404 });
  for (const [method, url, content] of [
    ['GET', `/api/hazards/${body.id}`, undefined],
    ['POST', `/api/hazards/${body.id}/work`, { kind: 'note', text: 'x' }],
    ['POST', `/api/hazards/${body.id}/decisions`, { kind: 'reject', version: 1, reason: 'x' }],
    ['POST', `/api/hazards/${body.id}/acceptance`, { kind: 'accept', version: 1, comment: 'x' }],
    ['GET', `/api/hazards/${body.id}/photos/0`, undefined],
  ] as const)
    expect((await ask('north', method, url, content)).status, url).toBe(404);
  const list = await ask<HazardSummary[]>('north', 'GET', '/api/hazards?state=all');
  expect(list.body.every(({ stationId }) => stationId === 'RS-01')).toBe(true);
  expect((await ask<string>('north', 'GET', '/api/hazards/export?format=csv')).body).not.toContain('围栏破损');
  expect((await ask<HazardStatistics>('north', 'GET', '/api/hazards/statistics')).body.total.open).toBe(0);
});

test('a sheet is looked at first, applied as it was looked at, and refused where the ledger has moved', async () => {
  const rows = [
    ['编号', '场站编号', '部位', '隐患描述', '隐患等级', '发现人', '发现日期', '验收人', '销号日期'],
    ['2025-1', 'RS-02', '东墙', '铁丝网缺失', '一般', '检查组', '2025-11-02', '李强', '2025-12-01'],
    ['2025-2', 'RS-01', '', '灭火器过期', '', '检查组', '2025-11-02', '', ''],
  ];
  const looked = (await upload('supervisor', '/api/hazards/import', rows)).body as HazardImport;
  expect(looked).toMatchObject({ isApplied: false, rowCount: 2, fresh: [{ state: 'closed' }, { state: 'reported' }], differences: [] });
  expect((await upload('duty', '/api/hazards/import', rows)).status).toBe(403);
  expect((await upload('supervisor', '/api/hazards/import?digest=other', rows)).status).toBe(409);
  expect((await upload('supervisor', `/api/hazards/import?digest=${looked.digest}`, rows)).body).toMatchObject({ isApplied: true });
  expect((await upload('supervisor', `/api/hazards/import?digest=${looked.digest}`, rows)).status).toBe(409);
  const problems = await upload('supervisor', '/api/hazards/import', [rows[0] ?? [], ['', 'XX', '', '', '', '', '', '', '']]);
  expect(problems).toMatchObject({
    status: 422,
    body: {
      problems: [
        { row: 2, column: 'B' },
        { row: 2, column: 'D' },
      ],
    },
  });

  const sheet = await fetch(`${small.server.address}/api/hazards/export`, {
    headers: { cookie: (await upload('auditor', '/api/hazards/import', [])).cookie },
  });
  const reading = await readSheet(Buffer.from(await sheet.arrayBuffer()));
  expect(reading.kind === 'ok' && reading.rows[0]?.slice(0, 3)).toEqual(['编号', '场站编号', '场站']);
  expect(reading.kind === 'ok' && reading.rows.some((row) => row[0] === '2025-1' && row.includes('2025-12-01'))).toBe(true);
});

test('a deadline that was missed before it came in is told at once, with the supply suspension flag of a major one', async () => {
  const rows = [
    ['编号', '场站编号', '隐患描述', '隐患等级', '挂牌督办', '发现日期', '整改时限'],
    ['2025-9', 'RS-01', '安全阀未校验', '重大', '安全总监', '2025-11-02', '2025-12-01'],
  ];
  const { digest } = (await upload('supervisor', '/api/hazards/import', rows)).body as HazardImport;
  await upload('supervisor', `/api/hazards/import?digest=${digest}`, rows);
  const one = async () =>
    (await ask<HazardSummary[]>('duty', 'GET', '/api/hazards?standing=overdue')).body.find(({ number }) => number === '2025-9');
  await expect.poll(async () => (await one())?.isSupplySuspended).toBe(true);
});

test('the audit opens what is missing, once; its answer names clause and place', async () => {
  const first = await ask('supervisor', 'POST', '/api/hazards/audit');
  expect(first).toMatchObject({ status: 200, body: { stations: 2 } });
  const { gaps } = first.body as { gaps: { requirementId: string; subject: string | null; clause: string }[] };
  expect(gaps).toContainEqual(
    expect.objectContaining({ requirementId: 'gasAlarmLevel1', subject: 'RS-01.GD-1', clause: expect.stringContaining('GB/T 50493') }),
  );
  expect((await ask('supervisor', 'POST', '/api/hazards/audit')).body).toMatchObject({ opened: 0 });
  const seen = (await ask('north', 'GET', '/api/hazards/audit')).body as { gaps: { stationId: string }[] };
  expect(new Set(seen.gaps.map(({ stationId }) => stationId))).toEqual(new Set(['RS-01']));
});

test('calibrations: no record is told as none, one by hand, the rest by sheet', async () => {
  const list = () => ask<CalibrationView[]>('auditor', 'GET', '/api/calibrations');
  expect((await list()).body.map(({ standing }) => standing)).toEqual(['unknown', 'unknown']);
  const url = '/api/calibrations/RS-01.GD-1';
  expect(await ask('supervisor', 'POST', url, { calibratedOn: today(), dueOn: today() })).toMatchObject({ status: 422 });
  expect(
    await ask('supervisor', 'POST', '/api/calibrations/RS-01.XX', { calibratedOn: today(), dueOn: addDays(today(), 1) }),
  ).toMatchObject({ status: 404 });
  expect(await ask('supervisor', 'POST', url, { calibratedOn: today(), dueOn: addDays(today(), 20), certificate: 'C-1' })).toMatchObject({
    status: 200,
    body: { standing: 'dueSoon', daysLeft: 20, latest: { certificate: 'C-1' } },
  });
  const rows = [
    ['测点编号', '检定日期', '有效期至', '证书编号'],
    ['RS-02.GD-1', '2020-01-01', '2021-01-01', 'C-2'],
  ];
  const looked = (await upload('engineer', '/api/calibrations/import', rows)).body as CalibrationImport;
  expect(looked).toMatchObject({ isApplied: false, differences: [{ before: null, wanted: { pointId: 'RS-02.GD-1' } }] });
  expect((await upload('engineer', `/api/calibrations/import?digest=${looked.digest}`, rows)).body).toMatchObject({ isApplied: true });
  expect((await list()).body.map(({ pointId, standing }) => `${pointId} ${standing}`)).toEqual([
    'RS-02.GD-1 overdue',
    'RS-01.GD-1 dueSoon',
  ]);
  const journal = await ask<{ kind: string }[] | { entries: { kind: string }[] }>('auditor', 'GET', '/api/journal');
  const entries = Array.isArray(journal.body) ? journal.body : journal.body.entries;
  expect(entries.filter(({ kind }) => kind === 'calibration.record')).toHaveLength(2);
});

test('what is mine to settle is what I am responsible for and is not accepted yet; a review’s hazards are found by their incident', async () => {
  const report = { stationId: 'RS-02', description: '阀井积水', source: 'incident', incidentId: 'incident-7' };
  const opened = (await ask<HazardView>('duty', 'POST', '/api/hazards', report)).body;
  expect((await ask<HazardSummary[]>('duty', 'GET', '/api/hazards?state=all&incident=incident-7')).body.map(({ id }) => id)).toEqual([
    opened.id,
  ]);
  const mine = async (person: string) => (await ask<HazardView[]>(person, 'GET', '/api/hazards/mine')).body.map(({ id }) => id);
  expect(await mine('team')).not.toContain(opened.id);
  const confirmed = await step('supervisor', opened, 'decisions', { kind: 'confirm', grade: 'ordinary', basis: 'x' });
  await step('supervisor', confirmed, 'decisions', { kind: 'plan', settled: five() });
  expect(await mine('team')).toContain(opened.id);
  expect(await mine('duty')).not.toContain(opened.id);
  const work = { kind: 'start', actionId: crypto.randomUUID() };
  for (const _ of [1, 2])
    expect(await ask('team', 'POST', `/api/hazards/${opened.id}/work`, work)).toMatchObject({ status: 200, body: { state: 'rectifying' } });
  expect(await ask('duty', 'POST', `/api/hazards/${opened.id}/work`, work)).toMatchObject({
    status: 422,
    body: { reason: 'reusedActionId' },
  });
});
