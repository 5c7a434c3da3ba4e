// Sign-in by the company's directory, against a real OpenID provider on this machine: who is let in as what, who is not, and what happens while it is away.
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessFileSchema } from '../../domain/access/access-policy.ts';
import type { SessionView, SignInOptions } from '../../domain/api/session-api.ts';
import type { PersonView } from '../../domain/api/users-api.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { type DirectoryProvider, directoryClient, startDirectoryProvider } from '../../test/harness/directory-provider.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';
import { SteeredClock } from '../../test/harness/steered-clock.ts';
import { freePort } from '../../test/services/service.ts';

const plant = plantOf(`schema: 1
company: { id: t, name: { zh: 测试, en: Test } }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations:
  - { id: GS-01, type: gate, name: { zh: 一, en: One }, area: a, devices: [] }
  - { id: GS-02, type: gate, name: { zh: 二, en: Two }, area: a, devices: [] }
`);

const clock = new SteeredClock();
let provider: DirectoryProvider;
let small: SmallServer;

/** Walks redirections with cookies as a browser does, one jar for each origin. */
class Walker {
  readonly #jars = new Map<string, Map<string, string>>();

  /** Of the answer where it stopped. */
  text = '';

  /** Where it stops: an answer that is no redirection, or an address that `stopsAt`. `form` is sent to the first address. */
  async go(address: string, stopsAt: (url: URL) => boolean = () => false, form?: Readonly<Record<string, string>>): Promise<URL> {
    let url = new URL(address);
    for (let steps = 0; steps < 12; steps += 1) {
      if (stopsAt(url)) return url;
      const jar = this.#jars.get(url.origin) ?? new Map<string, string>();
      this.#jars.set(url.origin, jar);
      const response = await fetch(url, {
        redirect: 'manual',
        ...(form === undefined || steps > 0 ? {} : { method: 'POST', body: new URLSearchParams(form) }),
        headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      });
      for (const line of response.headers.getSetCookie()) {
        const [pair = ''] = line.split(';');
        const at = pair.indexOf('=');
        jar.set(pair.slice(0, at), pair.slice(at + 1));
      }
      const to = response.headers.get('location');
      if (to === null || response.status < 300 || response.status > 399) {
        this.text = await response.text();
        return url;
      }
      url = new URL(to, url);
    }
    throw new Error('more redirections than a sign-in has');
  }

  get cookie(): string {
    return `gatewatch_session=${this.#jars.get(small.server.address)?.get('gatewatch_session') ?? ''}`;
  }

  async session(): Promise<SessionView | null> {
    const response = await fetch(`${small.server.address}/api/session`, { headers: { cookie: this.cookie } });
    return response.status === 200 ? ((await response.json()) as SessionView) : null;
  }
}

/** As `person` through the provider and back; the page where it ends. */
async function enter(subject: string): Promise<{ readonly walker: Walker; readonly page: URL }> {
  provider.atTheDoor = subject;
  const walker = new Walker();
  return { walker, page: await walker.go(`${small.server.address}/api/directory/start`) };
}

const journal = async () => (await small.ask('auditor', 'GET', '/api/journal?limit=200')).body as JournalEntry[];
const users = async () => (await small.ask('admin', 'GET', '/api/users')).body as PersonView[];

beforeAll(async () => {
  const ownPort = await freePort();
  const publicUrl = `http://127.0.0.1:${ownPort}`;
  provider = await startDirectoryProvider(publicUrl);
  process.env.GATEWATCH_SECRET_DIRECTORY = directoryClient.secret;
  const accessPolicy = accessFileSchema.parse({
    schema: 1,
    directory: {
      name: { zh: '公司目录', en: 'Company directory' },
      issuer: provider.issuer,
      clientId: directoryClient.id,
      clientSecret: 'GATEWATCH_SECRET_DIRECTORY',
      publicUrl,
      groups: [
        { group: 'gas-duty-lead', role: 'supervisor' },
        { group: 'gas-duty-north', role: 'operator', stations: ['GS-01'] },
      ],
    },
  });
  small = await startSmallServer(plant, { clock, accessPolicy, port: ownPort });
});
afterAll(async () => {
  await small?.stop();
  await provider?.stop();
  delete process.env.GATEWATCH_SECRET_DIRECTORY;
});

test('who is in a group comes in with its role and stations, is made once, and the journal tells', async () => {
  provider.people.set('u-1', { username: 'wang.min', name: '王敏', groups: ['everybody', 'gas-duty-north'] });
  const { walker, page } = await enter('u-1');
  expect(page.pathname + page.search).toBe('/');
  expect(await walker.session()).toMatchObject({
    username: 'wang.min',
    displayName: '王敏',
    role: 'operator',
    stationIds: ['GS-01'],
    isOfDirectory: true,
  });
  await enter('u-1');
  expect((await users()).filter((user) => user.isOfDirectory)).toHaveLength(1);
  const lines = await journal();
  expect(lines.find((line) => line.kind === 'user.add' && line.detail.username === 'wang.min')?.actor).toEqual({
    kind: 'system',
    part: 'directory',
  });
  expect(lines.filter((line) => line.kind === 'session.start' && line.detail.method === 'directory')).toHaveLength(2);
});

test('another group at the next sign-in is another role, and sessions with the old rights end', async () => {
  provider.people.set('u-2', { username: 'li.qiang', name: '李强', groups: ['gas-duty-north'] });
  const before = await enter('u-2');
  expect((await before.walker.session())?.role).toBe('operator');
  provider.people.set('u-2', { username: 'li.qiang', name: '李强', groups: ['gas-duty-lead'] });
  const after = await enter('u-2');
  expect(await after.walker.session()).toMatchObject({ role: 'supervisor', stationIds: null });
  expect(await before.walker.session()).toBeNull();
});

test('nobody is let in without a group, nor becomes an administrator that no line of the file makes; no local name is taken over', async () => {
  const count = (await users()).length;
  provider.people.set('u-3', { username: 'somebody', name: 'S', groups: ['administrators', 'administrator'] });
  expect((await enter('u-3')).page.search).toBe('?directory=notAllowed');
  provider.people.set('u-4', { username: 'admin', name: 'A', groups: ['gas-duty-lead'] });
  const taken = await enter('u-4');
  expect(taken.page.search).toBe('?directory=nameTaken');
  expect(await taken.walker.session()).toBeNull();
  provider.people.set('u-5', { username: '../x', name: 'X', groups: ['gas-duty-lead'] });
  expect((await enter('u-5')).page.search).toBe('?directory=notAllowed');
  expect((await users()).length).toBe(count);
  const refusals = (await journal()).filter((line) => line.kind === 'access.refused').map((line) => String(line.detail.what));
  expect(refusals.filter((what) => /directory: (notAllowed|nameTaken)$/.test(what))).toHaveLength(3);
});

test('who is disabled here stays out, whatever the directory says', async () => {
  provider.people.set('u-6', { username: 'gone', name: 'G', groups: ['gas-duty-lead'] });
  await enter('u-6');
  expect((await small.ask('admin', 'POST', '/api/users/gone/disable')).status).toBe(204);
  const { walker, page } = await enter('u-6');
  expect(page.search).toBe('?directory=notAllowed');
  expect(await walker.session()).toBeNull();
});

test('no account of the directory signs in with a password, has one set, or sets up a second factor here', async () => {
  const answer = await small.ask('admin', 'POST', '/api/users/wang.min/password', { password: 'a-password-of-gatewatch' });
  expect(answer.status).toBe(422);
});

// Before the clock is moved away from the provider's.
describe('the directory says that somebody has left it', () => {
  const event = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const told = async (claims: Readonly<Record<string, unknown>>, token?: string) => {
    const logout_token = token ?? (await provider.sign(claims));
    const response = await fetch(`${small.server.address}/api/directory/logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token }),
    });
    return {
      status: response.status,
      cache: response.headers.get('cache-control'),
      body: (await response.json()) as { detail?: string; sessionsEnded?: number },
    };
  };
  const claimsOf = (more: Readonly<Record<string, unknown>>) => {
    const now = Math.floor(clock.nowMs() / 1_000);
    return { iss: provider.issuer, aud: directoryClient.id, iat: now, exp: now + 120, jti: crypto.randomUUID(), events: event, ...more };
  };

  test('by signing out there: the session here and its open page end at once, another browser of the same person stays', async () => {
    provider.people.set('u-7', { username: 'zhao.gang', name: '赵刚', groups: ['gas-duty-lead'] });
    const [one, other] = [await enter('u-7'), await enter('u-7')];
    const socket = io(small.server.address, {
      extraHeaders: { cookie: one.walker.cookie },
      transports: ['websocket'],
      reconnection: false,
    });
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    const ended = new Promise<void>((resolve) => socket.once('disconnect', () => resolve()));
    await one.walker.go(`${provider.issuer}/session/end?client_id=${directoryClient.id}`);
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(one.walker.text) ?? [];
    await one.walker.go(`${provider.issuer}/session/end/confirm`, () => false, { xsrf, logout: 'yes' });
    await ended;
    expect(await one.walker.session()).toBeNull();
    expect(await other.walker.session()).toMatchObject({ username: 'zhao.gang' });
    expect((await journal()).findLast((line) => line.kind === 'session.revoke')).toMatchObject({
      actor: { kind: 'system', part: 'directory' },
      detail: { username: 'zhao.gang', reason: 'leftDirectory' },
    });
  });

  test('of a person without a session: all that came by it end, those of others and by password stay; the same token again ends no later one', async () => {
    provider.people.set('u-8', { username: 'qian.yong', name: '钱勇', groups: ['gas-duty-lead'] });
    provider.people.set('u-1', { username: 'wang.min', name: '王敏', groups: ['gas-duty-north'] });
    const [one, two] = [await enter('u-8'), await enter('u-8')];
    const somebodyElse = await enter('u-1');
    const token = await provider.sign(claimsOf({ sub: 'u-8' }));
    expect(await told({}, token)).toMatchObject({ status: 200, cache: 'no-store', body: { sessionsEnded: 2 } });
    expect([await one.walker.session(), await two.walker.session()]).toEqual([null, null]);
    expect(await somebodyElse.walker.session()).toMatchObject({ username: 'wang.min' });
    const later = await enter('u-8');
    expect(await told({}, token)).toMatchObject({ status: 200, body: { sessionsEnded: 0 } });
    expect(await later.walker.session()).toMatchObject({ username: 'qian.yong' });
    expect(await told(claimsOf({ sub: 'nobody' }))).toMatchObject({ status: 200, body: { sessionsEnded: 0 } });
  });

  test('a token that is not the directory’s, not for us, too old, or no logout token is refused, told in the journal, and ends nothing', async () => {
    const { walker } = await enter('u-8');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const foreign = await new SignJWT(claimsOf({ sub: 'u-8' })).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
    const shared = await new SignJWT(claimsOf({ sub: 'u-8' }))
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from(directoryClient.secret.padEnd(32, '.')));
    const [, body = ''] = foreign.split('.');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
    const hourAgo = Math.floor(clock.nowMs() / 1_000) - 3_600;
    const { jti: _, ...nameless } = claimsOf({ sub: 'u-8' });
    for (const [what, claims, token] of [
      ['of another key', {}, foreign],
      ['by the shared secret', {}, shared],
      ['unsigned', {}, unsigned],
      ['no token', {}, 'x.y.z'],
      ['of another issuer', claimsOf({ sub: 'u-8', iss: 'https://other.example' })],
      ['for another client', claimsOf({ sub: 'u-8', aud: 'other' })],
      ['old', claimsOf({ sub: 'u-8', iat: hourAgo, exp: hourAgo + 120 })],
      ['old, without an end', claimsOf({ sub: 'u-8', iat: hourAgo, exp: undefined })],
      ['an identity token', claimsOf({ sub: 'u-8', nonce: 'n' })],
      ['of another event', claimsOf({ sub: 'u-8', events: { 'https://other.example': {} } })],
      ['of nobody', claimsOf({})],
      ['without a name of its own', nameless],
    ] as const)
      expect([what, await told(claims, token)]).toEqual([what, expect.objectContaining({ status: 400 })]);
    expect(await walker.session()).toMatchObject({ username: 'qian.yong' });
    const refusals = (await journal()).filter((line) => line.kind === 'access.refused').map((line) => String(line.detail.what));
    expect(refusals.some((what) => what.startsWith('logout by the directory: '))).toBe(true);
  });
});

test('an answer that belongs to another sign-in, comes twice, or comes too late is worth nothing', async () => {
  provider.atTheDoor = 'u-1';
  const isBack = (url: URL) => url.pathname === '/api/directory/callback';
  const [one, other] = [new Walker(), new Walker()];
  const backOfOne = await one.go(`${small.server.address}/api/directory/start`, isBack);
  const backOfOther = await other.go(`${small.server.address}/api/directory/start`, isBack);
  // The code of one in the browser of the other: login CSRF.
  expect((await other.go(backOfOne.href)).search).toBe('?directory=failed');
  expect(await other.session()).toBeNull();
  expect((await new Walker().go(backOfOther.href)).search).toBe('?directory=expired');
  const forged = new URL(backOfOne);
  forged.searchParams.set('state', 'x'.repeat(43));
  const two = new Walker();
  await two.go(`${small.server.address}/api/directory/start`, isBack);
  expect((await two.go(forged.href)).search).toBe('?directory=failed');
  expect((await one.go(backOfOne.href)).search).toBe('');
  expect((await one.go(backOfOne.href)).search).toBe('?directory=expired');
  const late = new Walker();
  const backOfLate = await late.go(`${small.server.address}/api/directory/start`, isBack);
  clock.advance(11 * 60_000);
  expect((await late.go(backOfLate.href)).search).toBe('?directory=expired');
});

test('signing out goes on to the directory', async () => {
  const out = await new Walker().go(`${small.server.address}/api/directory/sign-out`, (url) => url.origin === provider.issuer);
  expect(out.pathname).toBe('/session/end');
  expect(out.searchParams.get('client_id')).toBe('gatewatch');
});

// Last: the provider is gone after it.
test('while the directory is away the sign-in page knows, and accounts of Gatewatch still sign in', async () => {
  const options = async () => (await (await fetch(`${small.server.address}/api/sign-in`)).json()) as SignInOptions;
  expect((await options()).directory).toEqual({ name: { zh: '公司目录', en: 'Company directory' }, isAvailable: true });
  await provider.stop();
  clock.advance(6_000);
  expect((await options()).directory?.isAvailable).toBe(false);
  expect((await new Walker().go(`${small.server.address}/api/directory/start`)).search).toBe('?directory=unavailable');
  expect(await small.cookie('duty')).toContain('gatewatch_session=');
});
