// Patrols as people and phones meet them over HTTP: what is walked, the label that proves it, the hazard that comes of it, photos, stations that one may not see.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HazardView } from '../../domain/api/hazard-api.ts';
import type { PatrolLabelView, PatrolRoundView, PatrolSummary, PatrolView, WalkablePatrol } from '../../domain/api/patrol-api.ts';
import type { Problem } from '../../domain/api/problem.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';
import { jpegPhoto } from '../photos/photo-fixture.ts';
import { atPlant, patrolPlant, result } from './patrol-rig.ts';

let small: SmallServer;
/** Monday: a patrol and the fire check are open. */
const clock = new ManualClock(atPlant('2026-07-06 08:30'));
const daily = `daily.GS-01.${atPlant('2026-07-06 08:00')}`;
const fire = `fire.GS-01.${atPlant('2026-07-06 09:00')}`;

beforeAll(async () => {
  small = await startSmallServer(patrolPlant(), { clock });
  await small.addPerson({ username: 'elsewhere', role: 'supervisor', stationIds: ['RS-01'] });
});
afterAll(() => small.stop());

async function ask<Body>(person: string, method: string, url: string, body?: unknown): Promise<{ status: number; body: Body }> {
  const answer = await small.ask(person, method, url, body);
  return { status: answer.status, body: answer.body as Body };
}
const visit = (placeId: string, more: object = {}) => ({
  actionId: crypto.randomUUID(),
  placeId,
  proof: 'hand',
  handReason: '无标签',
  ...more,
});
const labels = async (station = 'GS-01') =>
  (await ask<PatrolLabelView[]>('supervisor', 'GET', `/api/patrols/labels?station=${station}`)).body;
const textOf = async (placeId: string, station = 'GS-01') => (await labels(station)).find((label) => label.placeId === placeId)?.text ?? '';
interface Taken {
  readonly isRepeated: boolean;
  readonly patrol: PatrolView;
}

test('what is open and what comes; rounds of the plant file with their next time', async () => {
  const isOpen = async (id: string): Promise<number> => {
    clock.advance(1_000);
    return (await ask<Partial<PatrolView>>('duty', 'GET', `/api/patrols/${id}`)).body.history?.length ?? 0;
  };
  await expect.poll(() => isOpen(daily), { timeout: 10_000 }).toBe(1);
  clock.advance(atPlant('2026-07-06 09:05') - clock.nowMs());
  await expect.poll(() => isOpen(fire), { timeout: 10_000 }).toBe(1);
  const now = (await ask<PatrolSummary[]>('duty', 'GET', '/api/patrols')).body;
  expect(now.map(({ id, state }) => [id, state])).toEqual([
    [daily, 'open'],
    [fire, 'open'],
    [`daily.GS-01.${atPlant('2026-07-06 20:00')}`, 'planned'],
    [`daily.GS-01.${atPlant('2026-07-07 08:00')}`, 'planned'],
  ]);
  const rounds = (await ask<PatrolRoundView[]>('auditor', 'GET', '/api/patrols/rounds')).body;
  expect(rounds).toMatchObject([
    { id: 'daily', points: 2, nextAtMs: atPlant('2026-07-06 20:00') },
    { id: 'fire', kind: 'checkList', weekdays: [1], nextAtMs: atPlant('2026-07-13 09:00') },
  ]);
});

test('a phone takes along what is open and what comes within two days, and digests of the labels but not the labels', async () => {
  const { body } = await ask<WalkablePatrol[]>('team', 'GET', '/api/patrols/walkable');
  expect(body.map(({ state }) => state).filter((state) => state === 'planned')).toHaveLength(4);
  const [first] = body;
  expect(Object.keys(first?.labelDigests ?? {})).toEqual(['gate', 'skid']);
  expect(JSON.stringify(body)).not.toContain('GATEWATCH1');
  expect((await ask('auditor', 'GET', '/api/patrols/walkable')).status).toBe(403);
});

test('a scanned label proves the visit; by hand needs a reason; a wrong code is taken and marked', async () => {
  const scanned = visit('gate', { proof: 'scan', code: await textOf('gate'), handReason: null, atMs: clock.nowMs() - 60_000 });
  const taken = await ask<Taken>('team', 'POST', `/api/patrols/${daily}/visits`, scanned);
  expect(taken).toMatchObject({
    status: 200,
    body: { isRepeated: false, patrol: { state: 'open', visits: [{ proof: 'scan', codeFault: null }] } },
  });
  expect(taken.body.patrol.visits[0]?.atMs).toBe(clock.nowMs() - 60_000);
  expect(await ask('team', 'POST', `/api/patrols/${daily}/visits`, scanned)).toMatchObject({ status: 200, body: { isRepeated: true } });
  expect(await ask<Problem>('team', 'POST', `/api/patrols/${daily}/visits`, visit('gate', { handReason: null }))).toMatchObject({
    status: 422,
    body: { reason: 'reasonMissing' },
  });
  const stolen = visit('skid', {
    proof: 'scan',
    code: await textOf('skid', 'RS-01'),
    handReason: null,
    results: [result('outlet', 'ok', 0.3)],
  });
  expect(await ask('duty', 'POST', `/api/patrols/${daily}/visits`, stolen)).toMatchObject({
    status: 200,
    body: { patrol: { state: 'done', visits: [{}, { codeFault: 'otherPlace', by: { username: 'duty' } }] } },
  });
  const [summary] = (await ask<PatrolSummary[]>('duty', 'GET', `/api/patrols?when=past&fromMs=${atPlant('2026-07-06 00:00')}`)).body.filter(
    ({ id }) => id === daily,
  );
  expect(summary).toMatchObject({ state: 'done', confirmed: 2, byHand: 1, walkers: ['抢险队 赵刚', '值班员 王敏'] });
  // Finished, and still on the phones until its time is over.
  expect((await ask<WalkablePatrol[]>('team', 'GET', '/api/patrols/walkable')).body.map(({ id }) => id)).toContain(daily);
});

test('a failed item is a hazard in the answer; photos of the point go to both, in whichever order they come', async () => {
  const photo = async (): Promise<Response> => {
    const form = new FormData();
    form.set('actionId', crypto.randomUUID());
    form.set('placeId', 'gate');
    form.set('photo', new Blob([jpegPhoto], { type: 'image/jpeg' }), 'x.jpg');
    return fetch(`${small.server.address}/api/patrols/${fire}/photos`, {
      method: 'POST',
      headers: { cookie: await small.cookie('team') },
      body: form,
    });
  };
  expect((await photo()).status).toBe(201);
  const failed = visit('gate', { results: [result('extinguisher', 'failed', null, '压力不足'), result('sign')] });
  const { body } = await ask<Taken>('team', 'POST', `/api/patrols/${fire}/visits`, failed);
  expect(body.patrol).toMatchObject({
    state: 'done',
    photos: [{ placeId: 'gate' }],
    findings: [{ placeId: 'gate', number: expect.stringMatching(/^YH-2026-\d{4}$/) }],
  });
  const hazard = (await ask<HazardView>('duty', 'GET', `/api/hazards/${body.patrol.findings[0]?.hazardId}`)).body;
  expect(hazard).toMatchObject({
    finding: { source: 'patrol', description: '灭火器在位有效 不合格：压力不足' },
    photos: [{ purpose: 'finding' }],
  });
  const hash = hazard.photos[0]?.hash ?? '';
  const fetched = await fetch(`${small.server.address}/api/hazards/${hazard.id}/photos/${hash}`, {
    headers: { cookie: await small.cookie('duty') },
  });
  expect(fetched.status).toBe(200);
  expect((await ask('duty', 'GET', `/api/patrols/${fire}/photos/${hash}`)).status).toBe(200);
});

test('who may not see the station sees none of it; who may not manage prints no labels and explains nothing', async () => {
  expect((await ask<PatrolSummary[]>('elsewhere', 'GET', '/api/patrols')).body).toEqual([]);
  expect((await ask('elsewhere', 'GET', `/api/patrols/${daily}`)).status).toBe(404);
  expect((await ask('elsewhere', 'POST', `/api/patrols/${daily}/visits`, visit('gate'))).status).toBe(404);
  expect((await ask('elsewhere', 'GET', '/api/patrols/labels?station=GS-01')).status).toBe(404);
  expect((await ask('team', 'GET', '/api/patrols/labels?station=GS-01')).status).toBe(403);
  expect((await ask('team', 'POST', `/api/patrols/${daily}/explanations`, { reason: 'x' })).status).toBe(403);
  expect(
    (await ask<Taken>('supervisor', 'POST', `/api/patrols/${daily}/explanations`, { reason: '演练' })).body.patrol.explanations,
  ).toMatchObject([{ reason: '演练' }]);
});

test('a replaced label proves nothing any more, also one that was scanned before', async () => {
  const old = await textOf('gate');
  expect(await ask('supervisor', 'POST', '/api/patrols/labels', { stationId: 'GS-01', placeId: 'gate' })).toMatchObject({
    status: 201,
    body: { generation: 2 },
  });
  const late = visit('gate', { proof: 'scan', code: old, handReason: null });
  const { body } = await ask<Taken>('team', 'POST', `/api/patrols/${daily}/visits`, late);
  expect(body.patrol.visits.at(-1)).toMatchObject({ codeFault: 'replaced' });
});
