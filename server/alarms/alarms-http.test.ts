// Alarms over HTTP: listed, acknowledged one by one and many at once, shelved, taken out of service; refusals say why.
import { expect, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { startHttpRig } from '../../test/harness/http-rig.ts';

const { ask, raise } = await startHttpRig();

test('raised, listed, acknowledged once, journaled; the slower one is told who was quicker', async () => {
  const id = await raise('GS-01.PT-101.high');
  const listed = (await ask('duty', 'GET', '/api/alarms?station=GS-01')).body as AlarmView[];
  const alarm = listed.find((candidate) => candidate.id === id);
  expect(alarm).toMatchObject({
    alarmId: 'GS-01.PT-101.high',
    state: 'unacknowledged',
    priority: 'medium',
    setpoint: 0.5,
    message: { zh: expect.any(String), en: expect.any(String) },
  });
  const done = await ask('duty', 'POST', `/api/alarms/${id}/acknowledge`, { version: alarm?.version, comment: '去看' });
  expect(done).toMatchObject({ status: 200, body: { state: 'acknowledged', acknowledgedBy: 'duty', comment: '去看' } });
  const late = await ask('supervisor', 'POST', `/api/alarms/${id}/acknowledge`, { version: alarm?.version });
  expect(late).toMatchObject({ status: 409, body: { by: 'duty', what: 'acknowledge', current: { id, state: 'acknowledged' } } });
  const journal = (await ask('auditor', 'GET', '/api/journal?alarm=GS-01.PT-101.high')).body as { kind: string; hash: string }[];
  expect(journal.map((entry) => entry.kind)).toEqual(['alarm.acknowledge', 'alarm.raise']);
});

test('a critical alarm wants a comment; a safety alarm is not shelved; both say why', async () => {
  const id = await raise('GS-02.GD-501.highHigh');
  const version = 1;
  expect(await ask('duty', 'POST', `/api/alarms/${id}/acknowledge`, { version })).toMatchObject({
    status: 422,
    body: { reason: 'commentRequired' },
  });
  const shelved = await ask('duty', 'POST', `/api/alarms/${id}/shelve`, {
    version,
    reason: 'x',
    untilMs: Date.now() + 60_000,
    approver: { username: 'supervisor', password: 'supervisor-demo' },
  });
  expect(shelved).toMatchObject({ status: 422, body: { reason: 'safetyCannotBeShelved' } });
});

test('many at once: each answered for itself; a critical one only ticked, with a comment; one line each', async () => {
  const [high, highHigh] = [await raise('GS-02.PT-101.high'), await raise('GS-02.PT-101.highHigh')];
  const seen = (await ask('duty', 'GET', '/api/alarms?station=GS-02')).body as AlarmView[];
  const version = (id: string) => seen.find((alarm) => alarm.id === id)?.version ?? -1;
  const first = await ask('duty', 'POST', '/api/alarms/acknowledge', {
    items: [
      { id: high, version: version(high) },
      { id: highHigh, version: version(highHigh) },
      { id: 'GS-01.PT-101.high', version: 999 },
      { id: 'GS-01.PT-999.high', version: 0 },
    ],
  });
  expect(first.body.results).toMatchObject([
    { kind: 'done', id: high, alarm: { state: 'acknowledged', acknowledgedBy: 'duty' } },
    { kind: 'refused', id: highHigh, reason: 'criticalNotTicked', detail: expect.stringContaining('ticked') },
    { kind: 'conflict', id: 'GS-01.PT-101.high', current: { alarmId: 'GS-01.PT-101.high' } },
    { kind: 'refused', id: 'GS-01.PT-999.high', reason: 'unknown' },
  ]);
  const items = [{ id: highHigh, version: version(highHigh), tickedCritical: true }];
  const second = await ask('duty', 'POST', '/api/alarms/acknowledge', { items });
  expect(second.body.results).toMatchObject([{ kind: 'refused', reason: 'commentRequired' }]);
  const third = await ask('duty', 'POST', '/api/alarms/acknowledge', { items, comment: '已派人' });
  expect(third.body.results).toMatchObject([{ kind: 'done', alarm: { comment: '已派人' } }]);
  const tooMany = Array.from({ length: 201 }, () => ({ id: high, version: 0 }));
  expect((await ask('duty', 'POST', '/api/alarms/acknowledge', { items: tooMany })).status).toBe(400);
});

test('out of service needs an approver who signs with his own password', async () => {
  const { version } = (await ask('engineer', 'GET', '/api/alarms/GS-02.PT-101.high')).body as AlarmView;
  const body = { version, permit: 'W-7', compensatingMeasure: '人工巡检', untilMs: Date.now() + 600_000 };
  const wrong = await ask('engineer', 'POST', '/api/alarms/GS-02.PT-101.high/remove-from-service', {
    ...body,
    approver: { username: 'supervisor', password: 'guess' },
  });
  expect(wrong.status).toBe(403);
  const password = 'a-long-enough-password';
  await ask('admin', 'POST', '/api/users', { username: 'south', displayName: '南', role: 'supervisor', stationIds: ['GS-01'], password });
  const elsewhere = await ask('engineer', 'POST', '/api/alarms/GS-02.PT-101.high/remove-from-service', {
    ...body,
    approver: { username: 'south', password },
  });
  expect(elsewhere.status).toBe(403);
  const right = await ask('engineer', 'POST', '/api/alarms/GS-02.PT-101.high/remove-from-service', {
    ...body,
    approver: { username: 'supervisor', password: 'supervisor-demo' },
  });
  expect(right).toMatchObject({
    status: 200,
    body: { state: 'outOfService', outOfService: { by: 'engineer', permit: 'W-7', approvedBy: 'supervisor' } },
  });
});
