// Signing in and out over HTTP, people and their stations, passwords, and in whose name something is done.
import { describe, expect, test } from 'vitest';
import { cookieOf, startHttpRig } from '../../test/harness/http-rig.ts';

const { ask, raise } = await startHttpRig();

describe('sign-in', () => {
  test('the cookie is not for scripts and not for other sites', async () => {
    const answer = await ask(null, 'POST', '/api/session', { username: 'duty', password: 'duty-demo' });
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly/i);
    expect(answer.headers.get('set-cookie')).toMatch(/SameSite=Strict/i);
    expect(JSON.stringify(answer.body)).not.toContain('duty-demo');
  });

  test('signed out, the cookie is worth nothing', async () => {
    const first = await ask(null, 'POST', '/api/session', { username: 'duty', password: 'duty-demo' });
    const cookie = cookieOf(first);
    expect((await ask(null, 'GET', '/api/session', undefined, { cookie })).status).toBe(200);
    expect((await ask(null, 'DELETE', '/api/session', undefined, { cookie })).status).toBe(204);
    expect((await ask(null, 'GET', '/api/session', undefined, { cookie })).status).toBe(401);
  });

  test('wrong passwords cost a growing delay, told with Retry-After, and are journaled', async () => {
    const answers: number[] = [];
    for (let count = 0; count < 7; count += 1)
      answers.push((await ask(null, 'POST', '/api/session', { username: 'guess', password: `${count}` })).status);
    expect(answers.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
    expect(answers).toContain(429);
    const { body } = await ask('auditor', 'GET', '/api/journal?limit=50');
    expect(
      body.some(
        (entry: { kind: string; detail: { username?: string } }) => entry.kind === 'session.refused' && entry.detail.username === 'guess',
      ),
    ).toBe(true);
  });

  test('an administrator adds a person for one station, who sees that one only; a disabled person is out at once', async () => {
    const password = 'a-long-enough-password';
    const added = await ask('admin', 'POST', '/api/users', {
      username: 'north',
      displayName: '北站',
      role: 'operator',
      stationIds: ['GS-01'],
      password,
    });
    expect(added).toMatchObject({ status: 201, body: { username: 'north', stationIds: ['GS-01'], isDisabled: false } });
    expect((await ask('admin', 'POST', '/api/users', { username: 'north', displayName: 'x', role: 'viewer', password })).status).toBe(409);
    const bad = await ask('admin', 'POST', '/api/users', {
      username: 'x',
      displayName: 'x',
      role: 'viewer',
      stationIds: ['GS-77'],
      password,
    });
    expect(bad).toMatchObject({ status: 400, body: { errors: [{ path: 'stationIds' }] } });
    const session = await ask(null, 'POST', '/api/session', { username: 'north', password });
    const cookie = cookieOf(session);
    const stations = await ask(null, 'GET', '/api/stations', undefined, { cookie });
    expect(stations.body.map((found: { id: string }) => found.id)).toEqual(['GS-01']);
    expect((await ask(null, 'GET', '/api/stations/GS-02', undefined, { cookie })).status).toBe(404);
    expect((await ask(null, 'GET', '/api/readings?point=GS-02.PT-101', undefined, { cookie })).status).toBe(404);
    expect((await ask(null, 'GET', '/api/alarms/GS-02.PT-101.high', undefined, { cookie })).status).toBe(404);
    expect((await ask('admin', 'POST', '/api/users/north/disable')).status).toBe(204);
    expect((await ask(null, 'GET', '/api/stations', undefined, { cookie })).status).toBe(401);
    expect((await ask('admin', 'POST', '/api/users/admin/disable')).status).toBe(422);
  });

  test('one’s own password is changed with the current one, and every other session of the person ends', async () => {
    const password = 'first-long-password';
    await ask('admin', 'POST', '/api/users', { username: 'changer', displayName: 'c', role: 'viewer', password });
    const signIn = async (word: string) => ask(null, 'POST', '/api/session', { username: 'changer', password: word });
    const [one, two] = [cookieOf(await signIn(password)), cookieOf(await signIn(password))];
    expect(
      (await ask(null, 'POST', '/api/session/password', { current: 'wrong', password: 'second-long-password' }, { cookie: one })).status,
    ).toBe(403);
    expect(
      (await ask(null, 'POST', '/api/session/password', { current: password, password: 'second-long-password' }, { cookie: one })).status,
    ).toBe(204);
    expect((await ask(null, 'GET', '/api/session', undefined, { cookie: one })).status).toBe(200);
    expect((await ask(null, 'GET', '/api/session', undefined, { cookie: two })).status).toBe(401);
    expect((await signIn(password)).status).toBe(401);
    expect((await signIn('second-long-password')).status).toBe(200);
  });
});

describe('who it was', () => {
  test('what was done by one person is not applied while another is signed in, is audited, and is applied under his own name', async () => {
    const id = await raise('GS-02.PT-101.highHigh');
    const body = { version: (await ask('team', 'GET', `/api/alarms/${id}`)).body.version, comment: '在途' };
    const byDuty = await ask('duty', 'POST', `/api/alarms/${id}/acknowledge`, body, { 'gatewatch-person': 'team' });
    expect(byDuty).toMatchObject({ status: 409, body: { reason: 'anotherPerson' } });
    expect((await ask('team', 'GET', `/api/alarms/${id}`)).body.state).toBe('unacknowledged');
    const { body: lines } = await ask('auditor', 'GET', '/api/journal?limit=20');
    expect(
      lines.some(
        (line: { kind: string; actor: { username?: string } }) => line.kind === 'access.refused' && line.actor.username === 'duty',
      ),
    ).toBe(true);
    const byTeam = await ask('team', 'POST', `/api/alarms/${id}/acknowledge`, body, { 'gatewatch-person': 'team' });
    expect(byTeam).toMatchObject({ status: 200, body: { state: 'acknowledged', acknowledgedBy: 'team' } });
  });
});
