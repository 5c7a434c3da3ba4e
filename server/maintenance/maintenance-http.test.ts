// Maintenance and test mode over HTTP.
import { expect, test } from 'vitest';
import { cookieOf, startHttpRig } from '../../test/harness/http-rig.ts';

const { ask } = await startHttpRig();

test('begun once, shown to whom the station concerns, extended and ended on the version that was seen', async () => {
  const url = '/api/stations/GS-02/maintenance';
  const body = { reason: '换滤芯', permit: 'JX-1', untilMs: Date.now() + 3_600_000 };
  const started = await ask('supervisor', 'POST', url, body);
  expect(started).toMatchObject({ status: 200, body: { kind: 'maintenance', stationId: 'GS-02', startedBy: 'supervisor', version: 1 } });
  const second = await ask('engineer', 'POST', url, body);
  expect(second).toMatchObject({ status: 409, body: { by: 'supervisor', current: { id: started.body.id } } });
  const tooLong = { version: 1, reason: 'x', untilMs: Date.now() + 25 * 3_600_000 };
  expect(await ask('engineer', 'POST', `${url}/extend`, tooLong)).toMatchObject({ status: 422, body: { reason: 'tooLong' } });
  const extended = await ask('engineer', 'POST', `${url}/extend`, { ...tooLong, untilMs: Date.now() + 7_200_000 });
  expect(extended).toMatchObject({ status: 200, body: { version: 2, changedBy: 'engineer' } });
  const listed = await ask('duty', 'GET', '/api/maintenance');
  expect(listed.body).toMatchObject({
    longestMaintenanceMs: 86_400_000,
    windows: [{ stationId: 'GS-02', untilMs: extended.body.untilMs }],
  });
  expect((await ask('supervisor', 'POST', `${url}/end`, { version: 1 })).status).toBe(409);
  expect(await ask('supervisor', 'POST', `${url}/end`, { version: 2, comment: '完工' })).toMatchObject({
    status: 200,
    body: { ended: { by: 'supervisor', comment: '完工' } },
  });
  const again = await ask('supervisor', 'POST', `${url}/end`, { version: 3 });
  expect(again).toMatchObject({ status: 409, body: { title: 'Nothing runs there' } });
  expect((await ask('duty', 'GET', '/api/maintenance')).body.windows).toEqual([]);
});

test('a person limited to another station neither sees nor does it; a point that does not exist is told', async () => {
  const password = 'a-long-enough-password';
  await ask('admin', 'POST', '/api/users', { username: 'west', displayName: '西', role: 'supervisor', stationIds: ['GS-01'], password });
  const session = await ask(null, 'POST', '/api/session', { username: 'west', password });
  const cookie = cookieOf(session);
  const body = { reason: 'x', untilMs: Date.now() + 600_000 };
  const started = await ask('engineer', 'POST', '/api/points/GS-02.PT-101/test-mode', body);
  expect(started).toMatchObject({ status: 200, body: { kind: 'test', pointId: 'GS-02.PT-101' } });
  expect((await ask(null, 'GET', '/api/maintenance', undefined, { cookie })).body.windows).toEqual([]);
  expect((await ask(null, 'POST', '/api/points/GS-02.PT-101/test-mode/end', { version: 1 }, { cookie })).status).toBe(404);
  expect((await ask(null, 'POST', '/api/stations/GS-02/maintenance', { ...body, permit: 'x' }, { cookie })).status).toBe(404);
  expect((await ask('engineer', 'POST', '/api/points/GS-02.PT-999/test-mode', body)).status).toBe(404);
  expect((await ask('engineer', 'POST', '/api/points/GS-02.PT-101/test-mode/end', { version: 1 })).status).toBe(200);
});
