// Role × station × state × (HTTP, socket, recovered socket): nothing is let through that should not be, and every refusal is in the journal.
// What each role may is `server/http/http.test.ts`'s table; here every state of a session or token is walked over every route.
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessFileSchema } from '../../domain/access/access-policy.ts';
import { mayDo, type Permission, type Role, roles, type TokenPermission, tokenPermissions } from '../../domain/access/roles.ts';
import type { MadeApiToken } from '../../domain/api/api-tokens-api.ts';
import type { SessionInfo } from '../../domain/api/users-api.ts';
import { openDatabase } from '../../server/journal/database.ts';
import { type Operation, readOperations } from '../harness/openapi.ts';
import { twoGateStations } from '../harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../harness/small-server.ts';
import { SteeredClock } from '../harness/steered-clock.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const plant = twoGateStations([
  '{ tag: PT-101, name: { zh: 压力, en: Pressure }, unit: MPa, range: { min: 0, max: 1 }, digits: 3, role: inletPressure, register: { table: holding, address: 0, type: float32 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 0.5, priority: medium, response: r }] }',
]);

const clock = new SteeredClock();
const dayMs = 86_400_000;
const policy = accessFileSchema.parse({ schema: 1, passwords: { isGivenOneTemporary: true } });
let small: SmallServer;
let operations: readonly Operation[];
/** Requests that were refused at the door with 401 or 403, and sockets: as many must the journal tell of. */
let refused = 0;
let unauthorisedAccepted = 0;
let tried = 0;

interface Bearer {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function send(operation: Operation, who: Bearer, ids: 'GS-01' | 'GS-02', extra: Readonly<Record<string, string>> = {}) {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(idFor(operation.path, name, ids)));
  const query = operation.parameters
    .filter((parameter) => parameter.in === 'query')
    .flatMap(({ name, required }) =>
      required === true || ['station', 'points', 'point'].includes(name) ? [`${name}=${queryFor(name, ids)}`] : [],
    )
    .join('&');
  const hasBody = operation.body !== null;
  const response = await fetch(`${small.server.address}${path}${query === '' ? '' : `?${query}`}`, {
    method: operation.method,
    redirect: 'manual',
    headers: { ...who.headers, ...extra, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
    ...(hasBody ? { body: '{}' } : {}),
  });
  const text = await response.text();
  const title = response.status >= 400 && text.startsWith('{') ? (JSON.parse(text) as { title?: string }).title : undefined;
  return { status: response.status, text, title };
}

function idFor(path: string, name: string, stationId: string): string {
  if (name === 'username') return 'nobody';
  if (/^\/api\/stations\//.test(path)) return stationId;
  if (/^\/api\/points\//.test(path)) return `${stationId}.PT-101`;
  if (/alarms?\//.test(path)) return `${stationId}.PT-101.high`;
  if (/devices\//.test(path)) return `${stationId}.PLC-1`;
  return 'nothing';
}

function queryFor(name: string, stationId: string): string {
  if (name === 'station') return stationId;
  if (name.startsWith('point')) return `${stationId}.PT-101`;
  if (name === 'format') return 'csv';
  return name === 'from' || name === 'at' ? '1000' : '2000';
}

const doorTitles = ['Not signed in', 'Not allowed', 'Password to be changed', 'Second factor to be set up'];
const isRefusedAtDoor = (answer: { status: number; title?: string | undefined }) =>
  (answer.status === 401 || answer.status === 403) && doorTitles.includes(answer.title ?? '');

/** Sends and counts; true where it got past the door. */
async function passes(operation: Operation, who: Bearer, ids: 'GS-01' | 'GS-02' = 'GS-01'): Promise<boolean> {
  tried += 1;
  const answer = await send(operation, who, ids);
  if (!isRefusedAtDoor(answer)) return true;
  refused += 1;
  return false;
}

async function signIn(username: string, password: string): Promise<Bearer> {
  const response = await fetch(`${small.server.address}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  if (response.status !== 200) throw new Error(`sign-in of ${username}: ${response.status}`);
  return { name: username, headers: { cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '' } };
}

/** A new person who has changed the password that he was given. */
async function person(username: string, role: Role, stationIds?: string[]): Promise<Bearer> {
  const given = `${username}-given-by-somebody`;
  const own = `${username}-chosen-by-oneself`;
  const added = await small.ask('admin', 'POST', '/api/users', { username, displayName: username, role, stationIds, password: given });
  if (added.status !== 201) throw new Error(JSON.stringify(added.body));
  const bearer = await signIn(username, given);
  const changed = await fetch(`${small.server.address}/api/session/password`, {
    method: 'POST',
    headers: { ...bearer.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ current: given, password: own }),
  });
  if (changed.status !== 204) throw new Error(await changed.text());
  return bearer;
}

async function token(permissions: readonly TokenPermission[], stationIds?: string[], forMs = dayMs): Promise<MadeApiToken> {
  const body = { name: 'walk', permissions, stationIds, expiresAtMs: clock.nowMs() + forMs };
  const made = await small.ask('admin', 'POST', '/api/api-tokens', body);
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body as MadeApiToken;
}

const bearerOf = ({ token: secret }: MadeApiToken): Bearer => ({ name: 'token', headers: { authorization: `Bearer ${secret}` } });

beforeAll(async () => {
  small = await startSmallServer(plant, { clock, accessPolicy: policy, dataDir: temporaryFolder() });
  // Signing out in the middle of a walk would end it.
  operations = (await readOperations(small.server.address)).filter(({ name }) => name !== 'DELETE /api/session');
  for (const id of ['GS-01', 'GS-02'] as const) await small.raise(`${id}.PT-101.high`, 0.7);
});

describe('every route', () => {
  const guarded = () => operations.filter(({ permission }) => permission !== null);

  test.each(roles)('%s: what the role may passes the door, and nothing else', async (role) => {
    const who = await person(`w-${role.toLowerCase()}`, role, ['GS-01']);
    const wrong: string[] = [];
    for (const operation of guarded()) {
      const may = mayDo(role, operation.permission as Permission);
      const did = await passes(operation, who);
      if (did && !may) unauthorisedAccepted += 1;
      // The file of the whole plant is for nobody who is limited to stations.
      if (did !== may && !operation.path.startsWith('/api/engineering/plant')) wrong.push(operation.name);
    }
    expect(wrong).toEqual([]);
  });

  test('no answer to somebody of one station tells of another', async () => {
    const told: string[] = [];
    for (const role of ['operator', 'supervisor', 'engineer', 'auditor', 'administrator'] as const) {
      const who = await signIn(`w-${role}`, `w-${role}-chosen-by-oneself`);
      for (const operation of guarded()) {
        if (!mayDo(role, operation.permission as Permission)) continue;
        tried += 1;
        const answer = await send(operation, who, 'GS-02');
        if (answer.status >= 300 || !answer.text.includes('GS-02')) continue;
        // People and tokens are listed with the stations that they are limited to.
        if (!operation.path.startsWith('/api/users') && !operation.path.startsWith('/api/api-tokens'))
          told.push(`${role} ${operation.name}`);
      }
    }
    unauthorisedAccepted += told.length;
    expect(told).toEqual([]);
  });

  test.each([
    ['nothing is shown', {}],
    ['a forged session', { cookie: 'gatewatch_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['a forged token', { authorization: 'Bearer gwt_0123456789_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['a password in the header', { authorization: `Basic ${btoa('admin:admin-demo')}` }],
  ])('%s: refused everywhere', async (name, headers) => {
    expect(await accepted({ name, headers })).toEqual([]);
  });

  test('a session that has ended is refused everywhere, however it ended', async () => {
    const ends: Record<string, (username: string, who: Bearer) => Promise<number>> = {
      'signed out': async (_, who) =>
        (await fetch(`${small.server.address}/api/session`, { method: 'DELETE', headers: who.headers })).status,
      'ended by an administrator': async (username) => (await small.ask('admin', 'DELETE', `/api/users/${username}/sessions`)).status,
      'that one session ended': async (username) => {
        const sessions = (await small.ask('admin', 'GET', '/api/sessions')).body as SessionInfo[];
        const session = sessions.find((open) => open.username === username);
        return (await small.ask('admin', 'POST', `/api/sessions/${session?.id}/end`)).status;
      },
      'password reset': async (username) =>
        (await small.ask('admin', 'POST', `/api/users/${username}/password`, { password: 'set-by-somebody-else' })).status,
      'role changed': async (username) => {
        const expected = { displayName: username, role: 'supervisor', stationIds: null };
        return (await small.ask('admin', 'PUT', `/api/users/${username}`, { ...expected, role: 'viewer', expected })).status;
      },
      disabled: async (username) => (await small.ask('admin', 'POST', `/api/users/${username}/disable`)).status,
    };
    for (const [index, [how, end]] of Object.entries(ends).entries()) {
      const username = `ended-${index}`;
      const who = await person(username, 'supervisor');
      const own = operations.find(({ name }) => name === 'GET /api/alarms');
      expect(own !== undefined && (await passes(own, who))).toBe(true);
      expect({ how, status: await end(username, who) }).toEqual({ how, status: how === 'role changed' ? 200 : 204 });
      expect({ how, accepted: await accepted({ ...who, name: how }) }).toEqual({ how, accepted: [] });
    }
  });

  test('who must change his password first may do that, and nothing else', async () => {
    const password = 'given-by-an-administrator';
    await small.ask('admin', 'POST', '/api/users', { username: 'fresh', displayName: 'f', role: 'supervisor', password });
    const who = await signIn('fresh', password);
    const did = await accepted(who, ({ permission }) => permission !== 'session.own');
    expect(did).toEqual([]);
  });

  test('no page elsewhere acts with a session of here', async () => {
    const who = await person('origin', 'supervisor');
    const did: string[] = [];
    for (const operation of operations.filter(({ method }) => method !== 'GET')) {
      tried += 1;
      const answer = await send(operation, who, 'GS-01', { origin: 'https://elsewhere.example' });
      if (answer.status === 403 && answer.title === 'Cross-origin request refused') refused += 1;
      else did.push(operation.name);
    }
    unauthorisedAccepted += did.length;
    expect(did).toEqual([]);
  });

  test('a token reads what it is for, at its stations, until it ends; it never acts', async () => {
    const narrow = await token(['alarms.read'], ['GS-01']);
    const wide = await token([...tokenPermissions]);
    expect(await accepted(bearerOf(narrow), ({ permission }) => permission !== 'alarms.read')).toEqual([]);
    const acts = ({ permission }: Operation) => !(tokenPermissions as readonly (string | null)[]).includes(permission);
    expect(await accepted(bearerOf(wide), acts)).toEqual([]);
    const alarms = operations.find(({ name }) => name === 'GET /api/alarms');
    if (alarms === undefined) throw new Error('no alarms route');
    const seen = await send(alarms, bearerOf(narrow), 'GS-01');
    expect(seen.status).toBe(200);
    expect(seen.text).toContain('GS-01');
    expect((await send({ ...alarms, parameters: [] }, bearerOf(narrow), 'GS-01')).text).not.toContain('GS-02');
    expect((await small.ask('admin', 'POST', `/api/api-tokens/${narrow.id}/revoke`)).status).toBe(200);
    expect(await accepted({ ...bearerOf(narrow), name: 'revoked token' })).toEqual([]);
  });

  /** Names of what got past the door and should not have; `isCounted` leaves out what may. */
  async function accepted(who: Bearer, isCounted: (operation: Operation) => boolean = () => true): Promise<string[]> {
    const names: string[] = [];
    for (const operation of guarded())
      if (isCounted(operation) && (await passes(operation, who))) names.push(`${who.name}: ${operation.name}`);
    unauthorisedAccepted += names.length;
    return names;
  }
});

describe('every socket', () => {
  const connect = (headers: Readonly<Record<string, string>>, more: object = {}) =>
    io(small.server.address, { extraHeaders: headers, transports: ['websocket'], reconnection: false, forceNew: true, ...more });

  async function isLetIn(headers: Readonly<Record<string, string>>, more: object = {}): Promise<boolean> {
    tried += 1;
    const socket = connect(headers, more);
    try {
      return await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('connect_error', () => resolve(false));
      });
    } finally {
      socket.close();
    }
  }

  test('only with a live session or a token that may see the plant, and from here', async () => {
    const who = await person('socket', 'viewer');
    expect(await isLetIn(who.headers)).toBe(true);
    expect(await isLetIn(bearerOf(await token(['plant.read'])).headers)).toBe(true);
    const out = await person('socket-out', 'viewer');
    await fetch(`${small.server.address}/api/session`, { method: 'DELETE', headers: out.headers });
    await small.ask('admin', 'POST', '/api/users', {
      username: 'socket-fresh',
      displayName: 'f',
      role: 'viewer',
      password: 'given-by-somebody',
    });
    const refusedOnes: Record<string, Readonly<Record<string, string>>> = {
      nothing: {},
      forged: { cookie: 'gatewatch_session=AAAAAAAA' },
      'signed out': out.headers,
      'must change the password': (await signIn('socket-fresh', 'given-by-somebody')).headers,
      'token without the plant': bearerOf(await token(['journal.read'])).headers,
      'forged token': { authorization: 'Bearer gwt_x_y' },
      'cross-origin': { ...who.headers, origin: 'https://elsewhere.example' },
    };
    for (const [name, headers] of Object.entries(refusedOnes)) {
      const isIn = await isLetIn(headers);
      if (isIn) unauthorisedAccepted += 1;
      refused += 1;
      expect({ name, isIn }).toEqual({ name, isIn: false });
    }
  });

  test('who may see one station hears nothing of another, whatever he subscribes', async () => {
    const limited = connect((await person('one-station', 'operator', ['GS-01'])).headers);
    const witness = connect({ cookie: await small.cookie('admin') });
    const heard: string[] = [];
    const witnessed: string[] = [];
    witness.onAny((name: string, message: unknown) => void witnessed.push(`${name} ${JSON.stringify(message)}`));
    limited.onAny((name: string, message: unknown) => void heard.push(`${name} ${JSON.stringify(message)}`));
    const snapshots = [limited, witness].map((socket) => {
      socket.on('connect', () => socket.emit('subscribe', { stations: ['GS-01', 'GS-02'], points: ['GS-02.PT-101'] }));
      return new Promise<void>((resolve) => socket.once('snapshot', () => resolve()));
    });
    await Promise.all(snapshots);
    const own = new Promise<void>((resolve) => limited.once('alarm', () => resolve()));
    tried += 1;
    await small.clear('GS-02.PT-101.high');
    await small.raise('GS-02.PT-101.high', 0.7);
    // Again and again: a collector that has just been heard anew makes the next message a snapshot.
    await expect
      .poll(() => {
        small.publish({ 'GS-02.PT-101': { value: 0.7 } });
        return witnessed.some((text) => text.startsWith('readings') && text.includes('GS-02.PT-101'));
      })
      .toBe(true);
    // His own comes after all of that, and nothing else.
    await small.clear('GS-01.PT-101.high');
    await small.raise('GS-01.PT-101.high', 0.7);
    await own;
    const told = heard.filter((text) => text.includes('GS-02'));
    unauthorisedAccepted += told.length;
    expect(told).toEqual([]);
    limited.close();
    witness.close();
  });

  test('an open socket ends before anything that happens after its session or token has ended', async () => {
    const admin = { cookie: await small.cookie('admin') };
    const who = [await person('open-1', 'operator'), await person('open-2', 'operator'), await person('open-3', 'operator')] as const;
    const made = await token(['plant.read', 'alarms.read']);
    const ends: readonly [string, Readonly<Record<string, string>>, () => Promise<unknown>][] = [
      ['signed out', who[0].headers, () => fetch(`${small.server.address}/api/session`, { method: 'DELETE', headers: who[0].headers })],
      ['disabled', who[1].headers, () => small.ask('admin', 'POST', '/api/users/open-2/disable')],
      ['sessions ended', who[2].headers, () => small.ask('admin', 'DELETE', '/api/users/open-3/sessions')],
      ['token revoked', bearerOf(made).headers, () => small.ask('admin', 'POST', `/api/api-tokens/${made.id}/revoke`)],
    ];
    for (const [how, headers, end] of ends) {
      const socket = connect(headers);
      const heard: string[] = [];
      socket.on('alarm', () => void heard.push('alarm'));
      const ended = new Promise<void>((resolve) => socket.once('disconnect', () => resolve()));
      const snapshot = new Promise<void>((resolve) => socket.once('snapshot', () => resolve()));
      socket.on('connect', () => socket.emit('subscribe', { stations: ['GS-01', 'GS-02'] }));
      await snapshot;
      const witness = connect(admin);
      const witnessed = new Promise<void>((resolve) => witness.once('alarm', () => resolve()));
      const ready = new Promise<void>((resolve) => witness.once('snapshot', () => resolve()));
      witness.on('connect', () => witness.emit('subscribe', {}));
      await ready;
      await end();
      tried += 1;
      await small.clear('GS-01.PT-101.high');
      await small.raise('GS-01.PT-101.high', 0.7);
      await Promise.all([witnessed, ended]);
      if (heard.length > 0) unauthorisedAccepted += 1;
      expect({ how, heard }).toEqual({ how, heard: [] });
      witness.close();
      // What socket.io would need to take up the old connection again.
      const isIn = await isLetIn(headers, { auth: { pid: socket.id, offset: '0' } });
      refused += 1;
      if (isIn) unauthorisedAccepted += 1;
      expect({ how, isIn }).toEqual({ how, isIn: false });
    }
  });
});

// Last: after it every session is over.
test('a session and a token that have run out are refused everywhere, and their open sockets end within a second of it', async () => {
  const who = await person('late', 'supervisor');
  const made = await token([...tokenPermissions], undefined, 3_600_000);
  const sockets = [who.headers, bearerOf(made).headers].map((headers) =>
    io(small.server.address, { extraHeaders: headers, transports: ['websocket'], reconnection: false, forceNew: true }),
  );
  const snapshots = sockets.map((socket) => new Promise<void>((resolve) => socket.once('snapshot', () => resolve())));
  const ends = sockets.map((socket) => new Promise<number>((resolve) => socket.once('disconnect', () => resolve(performance.now()))));
  for (const socket of sockets) socket.on('connect', () => socket.emit('subscribe', {}));
  await Promise.all(snapshots);
  const ranOutAtMs = performance.now();
  clock.advance(13 * 3_600_000);
  const tookMs = (await Promise.all(ends)).map((endedAtMs) => Math.round(endedAtMs - ranOutAtMs));
  const wrong: string[] = [];
  for (const bearer of [who, bearerOf(made)])
    for (const operation of operations) if (operation.permission !== null && (await passes(operation, bearer))) wrong.push(operation.name);
  unauthorisedAccepted += wrong.length;
  expect(wrong).toEqual([]);
  process.stdout.write(`open sockets of what ran out ended after ${tookMs.join(' and ')} ms (asked for: 1000)\n`);
});

test('each refusal is in the journal', async () => {
  await small.server.stop();
  const database = await openDatabase('sqlite:', small.dataDir);
  try {
    const lines = await database.selectFrom('journal').select('detail').where('kind', '=', 'access.refused').execute();
    const told = lines.reduce((sum, { detail }) => sum + ((JSON.parse(detail) as { count?: number }).count ?? 1), 0);
    process.stdout.write(`${unauthorisedAccepted} of ${tried} accepted that should not be; ${refused} refused, ${told} in the journal\n`);
    expect(unauthorisedAccepted).toBe(0);
    expect(told).toBeGreaterThanOrEqual(refused);
    expect(tried).toBeGreaterThan(2_000);
  } finally {
    await database.destroy();
  }
});

afterAll(() => small.stop());
