import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../domain/time/manual-clock.ts';
import { alarmOf } from '../../alarms/alarm-fixture.ts';
import { QueueRunner } from './queue-runner.ts';
import type { QueueStore } from './queue-store.ts';
import { newActionId, type QueuedAction, queuedActionSchema } from './queued-action.ts';
import { type Post, sendAction, type WireAnswer } from './send-action.ts';
import { sendQueue } from './send-queue.ts';

const occurrence = '018f0000-0000-7000-8000-000000000001';

function acknowledgement(change: Partial<QueuedAction> = {}, occurrenceId = occurrence): QueuedAction {
  return {
    actionId: newActionId(),
    username: 'team',
    displayName: '赵刚',
    madeAtMs: 1_000,
    stationId: 'RS-01',
    deed: { kind: 'acknowledge', occurrenceId, version: 3, comment: '已收到', message: { zh: '泄漏', en: 'Leak' } },
    state: { kind: 'waiting' },
    ...change,
  };
}

function memoryStore(actions: readonly QueuedAction[] = []): QueueStore & { readonly left: () => QueuedAction[] } {
  const rows = new Map(actions.map((action, index) => [index + 1, action]));
  let last = rows.size;
  return {
    add: async (action) => void rows.set(++last, action),
    all: async () => ({ kept: [...rows].map(([key, action]) => ({ key, action })), unreadable: [] }),
    replace: async (key, action) => void rows.set(key, action),
    remove: async (key) => void rows.delete(key),
    left: () => [...rows.values()],
  };
}

const ok = (change = {}): WireAnswer => ({
  status: 200,
  body: alarmOf({ id: occurrence, state: 'acknowledged', version: 4, ...change }),
  retryAfterMs: null,
});
const conflict = (current: object): WireAnswer => ({
  status: 409,
  body: {
    type: 'about:blank',
    title: 'Somebody was quicker',
    status: 409,
    detail: 'x',
    current: alarmOf({ id: occurrence, version: 4, ...current }),
    by: null,
    what: null,
    atMs: null,
  },
  retryAfterMs: null,
});
const problem = (status: number, extra: object = {}): WireAnswer => ({
  status,
  body: { type: 'about:blank', title: 'Refused', status, detail: 'why', ...extra },
  retryAfterMs: null,
});

/** Answers in order; the last one again and again. */
function server(...answers: readonly WireAnswer[]) {
  const sent: { path: string; body: Record<string, unknown>; username: string }[] = [];
  const post: Post = async (path, body, username) => {
    sent.push({ path, body: body as Record<string, unknown>, username });
    return answers[Math.min(sent.length, answers.length) - 1] ?? null;
  };
  return { post, sent };
}

describe('what an answer means', () => {
  test('an acknowledgement names its occurrence, its version, its action id and its person', async () => {
    const { post, sent } = server(ok());
    const action = acknowledgement();
    expect(await sendAction(action, post)).toMatchObject({ kind: 'applied' });
    expect(sent).toEqual([
      {
        path: `/api/alarms/${occurrence}/acknowledge`,
        body: { version: 3, comment: '已收到', actionId: action.actionId, madeAtMs: 1_000 },
        username: 'team',
      },
    ]);
  });

  test('the alarm came again: refused, and the new occurrence is not acknowledged', async () => {
    const { post, sent } = server(conflict({ id: '018f0000-0000-7000-8000-000000000002', state: 'unacknowledged' }));
    expect(await sendAction(acknowledgement(), post)).toMatchObject({ kind: 'refused', code: 'newOccurrence' });
    expect(sent.map(({ path }) => path)).toEqual([`/api/alarms/${occurrence}/acknowledge`]);
  });

  test('the same occurrence only cleared meanwhile: bound to its new version, not to a new occurrence', async () => {
    const { post, sent } = server(
      conflict({ state: 'returnedUnacknowledged', version: 7 }),
      conflict({ id: '018f0000-0000-7000-8000-000000000002', state: 'unacknowledged', version: 8 }),
    );
    expect(await sendAction(acknowledgement(), post)).toMatchObject({ kind: 'refused', code: 'newOccurrence' });
    expect(sent.map(({ body }) => body.version)).toEqual([3, 7]);
  });

  test('a version that never stands still is given up for now, not for ever', async () => {
    let version = 3;
    const post: Post = async () => conflict({ state: 'unacknowledged', version: ++version });
    expect(await sendAction(acknowledgement(), post)).toMatchObject({ kind: 'held', reason: 'busy' });
  });

  test('acknowledged by another is told with his name; by oneself elsewhere it is done', async () => {
    const by = (acknowledgedBy: string) => server(conflict({ state: 'acknowledged', acknowledgedBy, acknowledgedAtMs: 5 })).post;
    expect(await sendAction(acknowledgement(), by('duty'))).toMatchObject({ kind: 'refused', code: 'acknowledgedByAnother', by: 'duty' });
    expect(await sendAction(acknowledgement(), by('team'))).toMatchObject({ kind: 'applied' });
  });

  test.each([
    ['no answer', null, 'unreachable'],
    ['a sign-in page of a hotel that calls itself 200', { status: 200, body: { welcome: true }, retryAfterMs: null }, 'unreachable'],
    ['a proxy’s own 403', { status: 403, body: { error: 'blocked' }, retryAfterMs: null }, 'unreachable'],
    ['401', problem(401), 'signedOut'],
    ['429', problem(429), 'busy'],
    ['500', problem(500), 'busy'],
    ['503', problem(503), 'busy'],
    ['somebody else signed in', problem(409, { reason: 'anotherPerson' }), 'anotherPerson'],
  ] as const)('%s keeps the action', async (_name, answer, reason) => {
    expect(await sendAction(acknowledgement(), server(answer as WireAnswer).post)).toMatchObject({ kind: 'held', reason });
  });

  test.each([400, 403, 404, 413, 422])('%i of Gatewatch itself is a refusal with its reason', async (status) => {
    expect(await sendAction(acknowledgement(), server(problem(status, { reason: 'notAnnunciated' })).post)).toEqual({
      kind: 'refused',
      code: 'notAnnunciated',
      detail: 'why',
      by: null,
    });
  });
});

const step = (kind: 'onTheWay' | 'arrive' | 'control' | 'restore', change: Partial<QueuedAction> = {}): QueuedAction => ({
  ...acknowledgement(change),
  deed: { kind: 'incident', incidentId: 'i-1', number: 'I-2026-0001', step: { kind }, position: null },
});
const taken = (because: string | null = null, outcome = 'applied'): WireAnswer => ({
  status: 200,
  body: { outcome, because, earlier: because === null ? null : { by: { username: 'duty', displayName: '王敏' }, atMs: 5 }, incident: {} },
  retryAfterMs: null,
});

describe('steps of an incident', () => {
  test('carry their action id, their own time, and a position only where it was given; no version', async () => {
    const { post, sent } = server(taken());
    const action = step('arrive');
    expect(await sendAction(action, post)).toMatchObject({ kind: 'applied' });
    const position = { latitude: 30.6, longitude: 104.1, accuracyM: 12 };
    await sendAction({ ...action, deed: { ...action.deed, position } as QueuedAction['deed'] }, post);
    expect(sent[0]).toEqual({
      path: '/api/incidents/i-1/actions',
      body: { kind: 'arrive', actionId: action.actionId, atMs: 1_000 },
      username: 'team',
    });
    expect(sent[1]?.body).toMatchObject({ position });
  });

  test('a repeated one is done; one that came too late is kept to be read; whereabouts that were known are no news', async () => {
    expect(await sendAction(step('control'), server(taken(null, 'repeated')).post)).toMatchObject({ kind: 'applied' });
    expect(await sendAction(step('control'), server(taken('alreadyDone', 'recorded')).post)).toMatchObject({
      kind: 'noted',
      because: 'alreadyDone',
      by: '王敏',
      earlierAtMs: 5,
    });
    expect(await sendAction(step('arrive'), server(taken('alreadyDone', 'recorded')).post)).toMatchObject({ kind: 'applied' });
    expect(await sendAction(step('arrive'), server(taken('closed', 'recorded')).post)).toMatchObject({ kind: 'noted', because: 'closed' });
  });

  test('a point of a patrol is sent with its own time and its label; a label that proves nothing is told, and its picture has the lane of pictures', async () => {
    const common = { patrolId: 'walk.GS-01.5', name: { zh: '巡查', en: 'x' }, place: { zh: '门', en: 'x' }, placeId: 'gate' };
    const visit: QueuedAction = {
      ...acknowledgement(),
      deed: {
        kind: 'patrolVisit',
        ...common,
        proof: 'scan',
        code: 'GATEWATCH1:…',
        handReason: null,
        position: null,
        results: [{ itemId: 'lock', result: 'ok', value: null, note: '' }],
        finding: null,
        isHazard: false,
      },
    };
    const answer = (codeFault: string | null): WireAnswer => ({
      status: 200,
      body: { isRepeated: false, patrol: { visits: [{ actionId: visit.actionId, codeFault }] } },
      retryAfterMs: null,
    });
    const { post, sent } = server(answer(null));
    expect(await sendAction(visit, post)).toMatchObject({ kind: 'applied' });
    expect(sent).toEqual([
      {
        path: '/api/patrols/walk.GS-01.5/visits',
        body: expect.objectContaining({ actionId: visit.actionId, atMs: 1_000, placeId: 'gate', proof: 'scan', code: 'GATEWATCH1:…' }),
        username: 'team',
      },
    ]);
    expect(Object.keys(sent[0]?.body ?? {})).not.toContain('name');
    expect(await sendAction(visit, server(answer('replaced')).post)).toMatchObject({ kind: 'noted', because: 'codeProvesNothing' });
    expect(await sendAction(visit, server(problem(404, { reason: 'unknownPatrol' })).post)).toMatchObject({ kind: 'refused' });
    expect(await sendAction(visit, server(null as unknown as WireAnswer).post)).toMatchObject({ kind: 'held', reason: 'unreachable' });
    const photo: QueuedAction = { ...acknowledgement(), deed: { kind: 'patrolPhoto', ...common, picture: new Blob(['x']) } };
    const store = memoryStore([photo, visit]);
    await sendQueue({ store, lane: 'steps', post: server(answer(null)).post, username: 'team', nowMs: () => 9 });
    expect(store.left().map(({ deed }) => deed.kind)).toEqual(['patrolPhoto']);
    expect(queuedActionSchema.safeParse(photo).success && queuedActionSchema.safeParse(visit).success).toBe(true);
  });

  test('steps and pictures of a hazard carry their id and no version', async () => {
    const common = { hazardId: 'h-1', number: 'YH-2026-0001' };
    const submit: QueuedAction = {
      ...acknowledgement(),
      deed: { kind: 'hazardStep', ...common, step: { kind: 'submit', result: '已更换' } },
    };
    const taken: WireAnswer = { status: 200, body: { id: 'h-1', number: 'YH-2026-0001', version: 5 }, retryAfterMs: null };
    const { post, sent } = server(taken);
    expect(await sendAction(submit, post)).toMatchObject({ kind: 'applied' });
    expect(sent).toEqual([
      { path: '/api/hazards/h-1/work', body: { kind: 'submit', result: '已更换', actionId: submit.actionId }, username: 'team' },
    ]);
    expect(await sendAction(submit, server(problem(422, { reason: 'wrongState' })).post)).toMatchObject({
      kind: 'refused',
      code: 'wrongState',
    });
    const photo: QueuedAction = {
      ...acknowledgement(),
      deed: { kind: 'hazardPhoto', ...common, purpose: 'progress', caption: '更换后', picture: new Blob(['x']) },
    };
    const forms: FormData[] = [];
    const keepForm: Post = async (_path, body) => {
      if (body instanceof FormData) forms.push(body);
      return taken;
    };
    const store = memoryStore([photo, submit]);
    await sendQueue({ store, lane: 'pictures', post: keepForm, username: 'team', nowMs: () => 9 });
    expect(store.left().map(({ deed }) => deed.kind)).toEqual(['hazardStep']);
    expect([forms[0]?.get('actionId'), forms[0]?.get('purpose'), forms[0]?.get('caption')]).toEqual([photo.actionId, 'progress', '更换后']);
  });

  test('pictures go in a lane of their own, with the picture, its words and its time', async () => {
    const forms: FormData[] = [];
    const post: Post = async (_path, body) => {
      if (body instanceof FormData) forms.push(body);
      return { ...(taken() as object), status: 201 } as WireAnswer;
    };
    const photo: QueuedAction = {
      ...acknowledgement(),
      deed: {
        kind: 'photo',
        incidentId: 'i-1',
        number: 'I-1',
        caption: '法兰',
        picture: new Blob(['x'], { type: 'image/jpeg' }),
        position: null,
      },
    };
    const store = memoryStore([photo, step('arrive')]);
    const run = (lane: 'steps' | 'pictures') => sendQueue({ store, lane, post, username: 'team', nowMs: () => 9 });
    await run('steps');
    expect(store.left().map(({ deed }) => deed.kind)).toEqual(['photo']);
    await run('pictures');
    expect(store.left()).toEqual([]);
    expect(forms[0]?.get('actionId')).toBe(photo.actionId);
    expect(forms[0]?.get('caption')).toBe('法兰');
    expect(forms[0]?.get('photo')).toBeInstanceOf(File);
    expect(queuedActionSchema.safeParse(photo).success).toBe(true);
  });
});

describe('the queue', () => {
  const run = (store: QueueStore, post: Post, username: string | null = 'team') =>
    sendQueue({ store, lane: 'steps', post, username, nowMs: () => 9 });

  test('is sent in order, and what is confirmed leaves it', async () => {
    const actions = [acknowledgement(), acknowledgement({}, 'b'), acknowledgement({}, 'c')];
    const store = memoryStore(actions);
    const { post, sent } = server(ok());
    expect(await run(store, post)).toEqual({ kind: 'empty' });
    expect(sent.map(({ body }) => body.actionId)).toEqual(actions.map(({ actionId }) => actionId));
    expect(store.left()).toEqual([]);
  });

  test('stops at the first that cannot be sent: nothing overtakes it', async () => {
    const store = memoryStore([acknowledgement(), acknowledgement({}, 'b'), acknowledgement({}, 'c')]);
    const { post, sent } = server(ok(), null);
    expect(await run(store, post)).toMatchObject({ kind: 'held', reason: 'unreachable' });
    expect(sent).toHaveLength(2);
    expect(store.left()).toHaveLength(2);
  });

  test('a refused one is kept with its reason and holds nothing up', async () => {
    const store = memoryStore([acknowledgement(), acknowledgement({}, 'b')]);
    const { post, sent } = server(problem(422, { reason: 'notAnnunciated' }), ok());
    expect(await run(store, post)).toEqual({ kind: 'empty' });
    expect(sent).toHaveLength(2);
    expect(store.left()).toMatchObject([{ state: { kind: 'refused', code: 'notAnnunciated', atMs: 9 } }]);
    expect(await run(store, post)).toEqual({ kind: 'empty' });
    expect(sent).toHaveLength(2);
  });

  test('another sign-in sends nothing of it', async () => {
    const store = memoryStore([acknowledgement(), acknowledgement({ username: 'duty' })]);
    const { post, sent } = server(ok());
    await run(store, post, 'duty');
    expect(sent.map(({ username }) => username)).toEqual(['duty']);
    expect(store.left().map(({ username }) => username)).toEqual(['team']);
  });

  test('the service worker sends for everybody; the server’s no to one does not hold up the other', async () => {
    const store = memoryStore([acknowledgement(), acknowledgement({ username: 'duty' }), acknowledgement()]);
    const sent: string[] = [];
    const post: Post = async (_path, _body, username) => {
      sent.push(username);
      return username === 'duty' ? ok() : problem(409, { reason: 'anotherPerson' });
    };
    expect(await run(store, post, null)).toMatchObject({ kind: 'held', reason: 'anotherPerson' });
    expect(sent).toEqual(['team', 'duty']);
    expect(store.left().map(({ username }) => username)).toEqual(['team', 'team']);
  });

  test('an action id is a UUID that the schema takes', () => {
    expect(queuedActionSchema.parse(acknowledgement()).actionId).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(newActionId()).not.toBe(newActionId());
  });
});

describe('the runner', () => {
  function make(post: Post, actions: readonly QueuedAction[] = []) {
    const clock = new ManualClock();
    const store = memoryStore(actions);
    let signedOut = 0;
    const runner = new QueueRunner({
      store,
      post,
      clock,
      exclusively: (_lane, work) => work(),
      onSignedOut: () => void signedOut++,
      onHeld: () => undefined,
      onAnswered: () => undefined,
    });
    return { clock, store, runner, signedOutCount: () => signedOut };
  }
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

  test('sends at once; without network it tries again after 2, 4, 8 … at most 60 s, and at once when told', async () => {
    let isOnline = false;
    let tries = 0;
    const { clock, store, runner } = make(async () => {
      tries++;
      return isOnline ? ok() : null;
    });
    runner.setPerson('team');
    await settled();
    await runner.add(acknowledgement());
    await settled();
    expect(tries).toBe(1);
    expect(runner.state.get()).toMatchObject({ heldBy: 'unreachable', kept: [{ action: { state: { kind: 'waiting' } } }] });
    const waits: number[] = [];
    for (let count = 0; count < 7; count++) {
      let waitedMs = 0;
      for (const before = tries; tries === before; waitedMs += 1_000) {
        clock.advance(1_000);
        await settled();
      }
      waits.push(waitedMs / 1_000);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60]);
    isOnline = true;
    runner.kick();
    await settled();
    expect(store.left()).toEqual([]);
    expect(runner.state.get()).toMatchObject({ heldBy: null, kept: [] });
    runner.stop();
  });

  test('a sign-in that ended is told; after signing in again sending goes on', async () => {
    let isSignedIn = false;
    const { store, runner, signedOutCount } = make(async () => (isSignedIn ? ok() : problem(401)), [acknowledgement()]);
    runner.setPerson('team');
    await settled();
    expect(signedOutCount()).toBe(1);
    runner.setPerson(null);
    isSignedIn = true;
    runner.setPerson('team');
    await settled();
    expect(store.left()).toEqual([]);
    runner.stop();
  });

  test('Retry-After is waited for', async () => {
    let tries = 0;
    const { clock, runner } = make(async () => {
      tries++;
      return { status: 503, body: { type: 'about:blank', title: 'x', status: 503 }, retryAfterMs: 30_000 };
    }, [acknowledgement()]);
    runner.setPerson('team');
    await settled();
    clock.advance(29_000);
    await settled();
    expect(tries).toBe(1);
    clock.advance(1_500);
    await settled();
    expect(tries).toBe(2);
    runner.stop();
  });

  test('what cannot be kept is not done: the caller hears of it', async () => {
    const { store, runner } = make(async () => ok());
    const broken: QueueStore = { ...store, add: () => Promise.reject(new Error('QuotaExceededError')) };
    const clock = new ManualClock();
    const failing = new QueueRunner({
      store: broken,
      post: async () => ok(),
      clock,
      exclusively: (_lane, work) => work(),
      onSignedOut: () => undefined,
      onHeld: () => undefined,
      onAnswered: () => undefined,
    });
    await expect(failing.add(acknowledgement())).rejects.toThrow('Quota');
    runner.stop();
    failing.stop();
  });
});
