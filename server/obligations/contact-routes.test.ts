// Emergency contacts over HTTP: the list of the plan, a call written down, a list that has changed, and what the obligation makes of it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EmergencyContacts, ObligationDetail } from '../../domain/api/obligations-api.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';

const plant = plantOf(`schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: 区 }]
stations:
  - { id: GS-01, type: gate, name: 站, area: a }
  - { id: GS-02, type: gate, name: 站, area: a }
responsePlans:
  - { id: one, stations: [GS-01], revised: '2026-03-01', contacts: [{ name: 消防, role: 灭火, phone: '119' }, { name: 总经理, role: 负责人, phone: 028-1 }] }
  - { id: two, stations: [GS-02], revised: '2026-03-01' }
`);
let small: SmallServer;
beforeAll(async () => {
  small = await startSmallServer(plant);
  await small.addPerson({ username: 'elsewhere', role: 'supervisor', stationIds: ['GS-02'] });
});
afterAll(() => small.stop());

async function ask<Body>(person: string, method: string, url: string, body?: unknown): Promise<{ status: number; body: Body }> {
  const answer = await small.ask(person, method, url, body);
  return { status: answer.status, body: answer.body as Body };
}
const path = '/api/stations/GS-01/emergency-contacts';

test('called, written down with who was not reached, and called again', async () => {
  const before = (await ask<EmergencyContacts>('duty', 'GET', path)).body;
  expect(before).toMatchObject({ contacts: [{ phone: '119' }, { phone: '028-1' }], calls: [] });
  const call = (unreachable: string[], digest = before.digest) => ask<EmergencyContacts>('duty', 'POST', path, { digest, unreachable });
  expect(await call(['110'])).toMatchObject({ status: 422 });
  expect(await call([], 'another')).toMatchObject({ status: 409, body: { current: { digest: before.digest } } });
  expect(await call(['028-1'])).toMatchObject({ status: 200, body: { calls: [{ unreachable: ['028-1'], isOfThese: true }] } });
  expect((await call([])).body.calls.map(({ unreachable }) => unreachable)).toEqual([[], ['028-1']]);
  expect((await ask('auditor', 'GET', path)).status).toBe(200);
  expect((await ask('auditor', 'POST', path, { digest: before.digest, unreachable: [] })).status).toBe(403);
  expect((await ask('elsewhere', 'GET', path)).status).toBe(404);
  const lines = (await ask<{ entries?: unknown[] }>('auditor', 'GET', '/api/journal?limit=20')).body;
  expect(JSON.stringify(lines)).toContain('contacts.call');
});

test('a plan that names nobody: nothing to call', async () => {
  const other = '/api/stations/GS-02/emergency-contacts';
  expect((await ask<EmergencyContacts>('duty', 'GET', other)).body).toMatchObject({ digest: '-', contacts: [] });
  expect(await ask('duty', 'POST', other, { digest: '-', unreachable: [] })).toMatchObject({ status: 422, body: { reason: 'noContacts' } });
});

test('the obligation is judged by a rule that the page knows', async () => {
  const { body } = await ask<ObligationDetail>('duty', 'GET', '/api/obligations/emergencyReadiness?station=GS-01');
  expect(body.obligation.evaluator).toBe('emergencyReadiness');
});
