// Sign-in by the company's directory, against a real OpenID provider on this machine: who is let in as what, who is not, and what happens while it is away.
import { afterAll, beforeAll, expect, test } from 'vitest';
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

  /** Where it stops: an answer that is no redirection, or an address that `stopsAt`. */
  async go(address: string, stopsAt: (url: URL) => boolean = () => false): Promise<URL> {
    let url = new URL(address);
    for (let steps = 0; steps < 12; steps += 1) {
      if (stopsAt(url)) return url;
      const jar = this.#jars.get(url.origin) ?? new Map<string, string>();
      this.#jars.set(url.origin, jar);
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      });
      for (const line of response.headers.getSetCookie()) {
        const [pair = ''] = line.split(';');
        const at = pair.indexOf('=');
        jar.set(pair.slice(0, at), pair.slice(at + 1));
      }
      const to = response.headers.get('location');
      if (to === null || response.status < 300 || response.status > 399) return url;
      url = new URL(to, url);
    }
    throw new Error('more redirections than a sign-in has');
  }

  async session(): Promise<SessionView | null> {
    const jar = this.#jars.get(small.server.address) ?? new Map();
    const response = await fetch(`${small.server.address}/api/session`, {
      headers: { cookie: `gatewatch_session=${jar.get('gatewatch_session') ?? ''}` },
    });
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
