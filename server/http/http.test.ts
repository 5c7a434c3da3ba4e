// The interface as a whole: who may do what, bad input, what operators and other sites meet, too many requests. Stories of a concept stand beside it.
import { describe, expect, test } from 'vitest';
import { mayDo } from '../../domain/access/roles.ts';
import { type Answer, people, startHttpRig } from '../../test/harness/http-rig.ts';
import { operations } from './operations.ts';

const { cookies, logLines, ask, beat } = await startHttpRig();

const roleOf = {
  duty: 'operator',
  supervisor: 'supervisor',
  team: 'emergencyTeam',
  engineer: 'engineer',
  auditor: 'auditor',
  admin: 'administrator',
} as const;

describe('who may do what', () => {
  test('the table below has every operation of the generated description, and no other', async () => {
    const { body } = await ask(null, 'GET', '/openapi.json');
    const described = Object.entries(body.paths as Record<string, object>).flatMap(([url, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${url}`),
    );
    expect(described.filter((name) => !(name in operations))).toEqual([]);
    expect(Object.keys(operations).filter((name) => !described.includes(name))).toEqual([]);
    const asked = Object.entries(body.paths as Record<string, Record<string, { 'x-permission'?: string }>>).flatMap(([url, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${url}`, operation['x-permission'] ?? null]),
    );
    // Own session: who is not signed in is told so, without a door.
    const expected = Object.entries(operations).map(([name, { permission }]) => [name, name === 'GET /api/session' ? null : permission]);
    expect(Object.fromEntries(asked)).toEqual(Object.fromEntries(expected));
  });

  test.each(Object.entries(operations).filter(([name]) => name !== 'DELETE /api/session'))('%s', async (name, operation) => {
    const [method = 'GET', pattern = ''] = name.split(' ');
    const url = operation.url ?? pattern.replace('{id}', 'GS-01.PT-101.high');
    const stranger = await ask(null, method, url, operation.body);
    if (operation.permission === null) expect([200, 400, 401, 503]).toContain(stranger.status);
    else expect(stranger.status).toBe(401);
    for (const person of people) {
      const answer = await ask(person, method, url, operation.body);
      const isAllowed = operation.permission === null || mayDo(roleOf[person], operation.permission);
      // A wrong own password or code is refused with 403 too; everything else that is allowed gets past the door.
      if (isAllowed && name !== 'POST /api/session/password' && !name.startsWith('POST /api/account/second-factor'))
        expect({ person, status: answer.status }).not.toEqual({ person, status: 403 });
      if (!isAllowed) expect({ person, status: answer.status }).toEqual({ person, status: 403 });
      // On a busy machine it may be not ready at that moment, which is no error.
      if (answer.status >= 400 && pattern !== '/readyz') expect(answer.type).toContain('application/problem+json');
    }
  });
});

describe('bad input is told: where, and what to do', () => {
  test.each([
    ['GET', '/api/readings?point=GS-01.PT-101&from=yesterday', undefined, 400, /from/],
    ['GET', '/api/readings?point=GS-01.PT-101&from=2000&to=1000', undefined, 400, /must lie after from/],
    ['GET', '/api/readings?point=GS-01.PT-101&buckets=0', undefined, 400, /buckets/],
    ['GET', '/api/readings', undefined, 400, /point/],
    ['GET', '/api/readings?point=GS-99.X', undefined, 404, /GS-99\.X/],
    ['GET', '/api/alarms?state=loud', undefined, 400, /state/],
    ['GET', '/api/stations/GS-99', undefined, 404, /GS-99/],
    ['POST', '/api/alarms/GS-01.PT-101.high/acknowledge', {}, 400, /version/],
    ['POST', '/api/alarms/GS-01.PT-101.high/acknowledge', '{"version":', 400, /JSON/i],
    ['POST', '/api/alarms/GS-01.PT-999.high/acknowledge', { version: 0 }, 404, /GS-01\.PT-999\.high/],
    ['GET', '/api/nothing', undefined, 404, /./],
  ] as const)('%s %s', async (method, url, body, code, message) => {
    const answer = await ask('duty', method, url, body);
    expect(answer.status).toBe(code);
    expect(answer.type).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status: code, type: expect.any(String), title: expect.any(String) });
    expect(JSON.stringify(answer.body)).toMatch(message);
  });

  test('a body that is too large is refused', async () => {
    const answer = await ask('duty', 'POST', '/api/alarms/GS-01.PT-101.high/comment', { version: 0, comment: 'x'.repeat(400_000) });
    expect(answer.status).toBe(413);
  });

  test('every answer bears an id, which the log and problem documents have too; one that was given is kept, one that makes no sense is not', async () => {
    const made = await ask('duty', 'GET', '/api/stations/GS-99');
    const requestId = made.headers.get('x-request-id') ?? '';
    expect(requestId).toMatch(/^[\da-f-]{36}$/);
    expect(made.body).toMatchObject({ requestId });
    const given = await ask('duty', 'POST', '/api/alarms/GS-01.PT-101.high/acknowledge', {}, { 'x-request-id': 'proxy-7:0001' });
    expect([given.headers.get('x-request-id'), given.body]).toEqual([
      'proxy-7:0001',
      expect.objectContaining({ requestId: 'proxy-7:0001' }),
    ]);
    const line = logLines.map((text) => JSON.parse(text) as Record<string, unknown>).find((found) => found.requestId === 'proxy-7:0001');
    expect(line).toMatchObject({ method: 'POST', path: '/api/alarms/:id/acknowledge', status: 400, username: 'duty', msg: 'request' });
    const foul = await ask('duty', 'GET', '/api/stations', undefined, { 'x-request-id': 'two words "and more"' });
    expect(foul.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    // Refused at the door, by the router, and not there at all.
    for (const url of ['/api/stations', `/api/alarms/${'x'.repeat(5_000)}`, '/api/%E0%A4%A', '/nothing']) {
      const refused = await ask(null, 'GET', url);
      expect([url, refused.body]).toEqual([url, expect.objectContaining({ requestId: refused.headers.get('x-request-id') })]);
    }
  });

  test('a page of another site cannot act with somebody’s session', async () => {
    const answer = await ask(
      'duty',
      'POST',
      '/api/alarms/GS-01.PT-101.high/comment',
      { version: 0, comment: 'x' },
      { origin: 'https://evil.example' },
    );
    expect(answer.status).toBe(403);
  });
});

describe('for operators', () => {
  test('alive, ready with its parts, metrics in Prometheus text', async () => {
    beat();
    expect((await ask(null, 'GET', '/healthz')).status).toBe(200);
    const ready = await ask(null, 'GET', '/readyz');
    expect(ready).toMatchObject({ status: 200, body: { status: 'ready' } });
    expect(ready.body.parts.map((part: { name: string }) => part.name)).toEqual(
      expect.arrayContaining(['journal', 'link', 'collector default']),
    );
    const metrics = await ask(null, 'GET', '/metrics');
    expect(metrics.body).toMatch(/^gatewatch_alarms_active \d+$/m);
    expect(metrics.body).toMatch(/^gatewatch_journal_entries \d+$/m);
  });

  test('the description and its page are there, and so is the dashboard for every screen’s address', async () => {
    expect((await ask(null, 'GET', '/openapi.json')).body.openapi).toMatch(/^3\./);
    expect((await ask(null, 'GET', '/docs')).status).toBeLessThan(400);
    for (const url of ['/', '/alarms', '/stations/GS-01', '/trends?points=x']) {
      const page = await ask(null, 'GET', url, undefined, { accept: 'text/html' });
      expect(page.body).toContain('<title>Gatewatch</title>');
      expect(page.headers.get('content-security-policy')).toMatch(/default-src 'self'/);
    }
  });

  test('no password and no session token ever reaches the log', () => {
    const text = logLines.join('\n');
    for (const person of people) {
      expect(text).not.toContain(`${person}-demo`);
      expect(text).not.toContain((cookies.get(person) ?? '=').split('=')[1] ?? '');
    }
  });
});

// Last, because nobody without a session is heard from this address for a while after it.
test('many requests without a session are turned away; two people at the same address do not use up each other’s share', async () => {
  const count = async (total: number, request: () => Promise<Answer>) => {
    const statuses = new Map<number, number>();
    for (let sent = 0; sent < total; sent += 50) {
      for (const answer of await Promise.all(Array.from({ length: 50 }, request)))
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    }
    return Object.fromEntries(statuses);
  };
  const strangers = await count(1_300, () => ask(null, 'GET', '/api/demo'));
  expect(strangers[429]).toBeGreaterThan(0);
  expect(await count(1_300, () => ask('duty', 'GET', '/api/session'))).toEqual({ 200: 1_300 });
  expect(await count(50, () => ask('auditor', 'GET', '/api/session'))).toEqual({ 200: 50 });
});
