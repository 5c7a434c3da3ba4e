// Who comes in and who does not: delays, second factors, duties before anything else, password rules, tokens, separate administrators.
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { accessFileSchema } from '../../domain/access/access-policy.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { AccessControl } from './access-control.ts';
import { AccessKey, openAccessKey } from './access-key.ts';
import { actorOf, type Identity, isAllowed } from './identity.ts';
import { passwordFault } from './password-rules.ts';
import { RefusalAudit } from './refusal-audit.ts';
import { SignInDelays } from './sign-in-delays.ts';

const folder = temporaryFolder();
const clock = new ManualClock(Date.UTC(2026, 6, 1));
const database = await openDatabase('sqlite:', folder);
const key = await openAccessKey(folder);
const ledger = new Ledger(database, await Journal.open(database), clock);
afterAll(() => database.destroy());
const byAdmin = { kind: 'person', username: 'admin', displayName: 'A' } as const;
let count = 0;

function accessWith(file: object = {}): AccessControl {
  return new AccessControl(ledger, clock, { policy: accessFileSchema.parse({ schema: 1, ...file }), key });
}

async function somebody(access: AccessControl, role: 'operator' | 'supervisor' | 'administrator' | 'engineer' = 'operator') {
  count += 1;
  const username = `p${count}`;
  const password = 'correct-horse-battery';
  await access.addUser({ username, displayName: username, role, stationIds: null, password }, byAdmin);
  return { username, password };
}

async function enter(access: AccessControl, who: { username: string; password: string; code?: string }): Promise<Identity> {
  const result = await access.signIn(who, 'desk');
  if (result.kind !== 'ok') throw new Error(result.kind);
  return result.identity;
}

async function enrol(access: AccessControl, username: string) {
  const begun = await access.secondFactors.begin(username);
  const totp = new TOTP({ secret: Secret.fromBase32(begun?.secret ?? '') });
  const codeNow = () => totp.generate({ timestamp: clock.nowMs() });
  const codes = await access.secondFactors.confirm(username, codeNow(), byAdmin);
  clock.advance(90_000); // past the code that was used for it
  return { codeNow, recoveryCodes: codes ?? [] };
}

const kinds = async () => (await database.selectFrom('journal').select('kind').orderBy('sequence').execute()).map(({ kind }) => kind);

test('a clock that is set back makes no session longer', async () => {
  const access = accessWith();
  const identity = await enter(access, await somebody(access));
  const lengthMs = identity.expiresAtMs - clock.nowMs();
  expect(await access.identifyHash(identity.tokenHash)).not.toBeNull();
  clock.advance(lengthMs - 60_000);
  clock.jumpWall(-3_600_000);
  expect(await access.identifyHash(identity.tokenHash)).not.toBeNull();
  clock.advance(60_000);
  expect(await access.identifyHash(identity.tokenHash)).toBeNull();
  clock.jumpWall(3_600_000);
});

describe('delays', () => {
  const place = { place: '10.0.0.9', device: null };
  let delays: SignInDelays;
  beforeEach(() => {
    delays = new SignInDelays(clock);
  });
  const fail = (times: number, from: { place: string; device: string | null } = place) => {
    for (let index = 0; index < times; index += 1) delays.failed('duty', from);
  };

  test('grow with the failures of one place, up to half a minute, and end with a right password', () => {
    fail(4);
    expect(delays.waitMs('duty', place)).toBe(0);
    fail(1);
    expect(delays.waitMs('duty', place)).toBe(1_000);
    fail(50);
    expect(delays.waitMs('duty', place)).toBe(30_000);
    clock.advance(30_000);
    expect(delays.waitMs('duty', place)).toBe(0);
    delays.succeeded('duty', place);
    fail(4);
    expect(delays.waitMs('duty', place)).toBe(0);
  });

  test('who guesses at a name from elsewhere keeps nobody out, neither at another place nor where he has signed in before', () => {
    fail(90);
    expect(delays.waitMs('duty', { place: '10.0.0.1', device: null })).toBe(0);
    // From ten thousand addresses at once: one try each in half a minute. Whoever comes from another has his, and a known browser does not wait at all.
    for (let address = 0; address < 10_000; address += 1) fail(1, { place: `many ${address}`, device: null });
    expect(delays.waitMs('duty', { place: 'many 9999', device: null })).toBe(30_000);
    expect(delays.waitMs('duty', { place: '10.0.0.1', device: null })).toBe(0);
    expect(delays.waitMs('duty', { place: '10.0.0.9', device: 'console' })).toBe(0);
    fail(4, { place: '10.0.0.9', device: 'console' });
    expect(delays.waitMs('duty', { place: '10.0.0.9', device: 'console' })).toBe(0);
    expect(delays.waitMs('supervisor', { place: '10.0.0.1', device: null })).toBe(0);
  });

  test('a device is known by a mark that only this server makes, for one person', () => {
    const key = new AccessKey(Buffer.alloc(32, 7));
    const mark = key.deviceMark('duty');
    expect(key.readDeviceMark(mark)?.username).toBe('duty');
    const forged = [Buffer.from('admin').toString('base64url'), ...mark.split('.').slice(1)].join('.');
    expect(key.readDeviceMark(forged)).toBeNull();
    expect(new AccessKey(Buffer.alloc(32, 8)).readDeviceMark(mark)).toBeNull();
    for (const nonsense of ['', '..', 'a.b', '\u0000.\u0000.\u0000']) expect(key.readDeviceMark(nonsense)).toBeNull();
  });
});

describe('second factor', () => {
  const access = accessWith();

  test('is asked for after the right password alone, and a wrong password learns nothing of it', async () => {
    const who = await somebody(access);
    const { codeNow } = await enrol(access, who.username);
    expect(await access.signIn(who, 'desk')).toEqual({ kind: 'codeNeeded', wasWrong: false });
    expect(await access.signIn({ ...who, password: 'wrong' }, 'desk')).toEqual({ kind: 'refused' });
    expect(await access.signIn({ ...who, password: 'wrong', code: codeNow() }, 'desk')).toEqual({ kind: 'refused' });
    expect((await enter(access, { ...who, code: codeNow() })).username).toBe(who.username);
  });

  test('no code counts twice, also not at the same moment; the code before and after is taken for slow clocks', async () => {
    const who = await somebody(access);
    const { codeNow } = await enrol(access, who.username);
    const code = codeNow();
    const both = await Promise.all([access.signIn({ ...who, code }, 'a'), access.signIn({ ...who, code }, 'b')]);
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['codeNeeded', 'ok']);
    clock.advance(60_000);
    const late = codeNow();
    clock.advance(30_000);
    expect((await access.signIn({ ...who, code: late }, 'c')).kind).toBe('ok');
    clock.advance(90_000);
    expect((await access.signIn({ ...who, code: late }, 'd')).kind).toBe('codeNeeded');
  });

  test('a clock that was set back an hour keeps nobody out', async () => {
    const who = await somebody(access);
    const { codeNow } = await enrol(access, who.username);
    await enter(access, { ...who, code: codeNow() });
    clock.jumpWall(-3_600_000);
    expect((await access.signIn({ ...who, code: codeNow() }, 'desk')).kind).toBe('ok');
    clock.jumpWall(3_600_000);
  });

  test('guessing at codes is delayed like guessing at passwords', async () => {
    const who = await somebody(access);
    await enrol(access, who.username);
    const answers: string[] = [];
    for (let guess = 0; guess < 12; guess += 1)
      answers.push((await access.signIn({ ...who, code: `00000${guess % 10}` }, 'elsewhere')).kind);
    expect(answers.filter((kind) => kind === 'codeNeeded').length).toBeLessThanOrEqual(5);
    expect(answers.at(-1)).toBe('wait');
  });

  test('recovery codes count once each, are kept as hashes, and are replaced as a whole', async () => {
    const who = await somebody(access);
    const { recoveryCodes } = await enrol(access, who.username);
    expect(new Set(recoveryCodes).size).toBe(10);
    const [first = '', second = ''] = recoveryCodes;
    await enter(access, { ...who, code: first.toUpperCase().replaceAll('-', ' ') });
    expect((await access.signIn({ ...who, code: first }, 'desk')).kind).toBe('codeNeeded');
    const stored = JSON.stringify(await database.selectFrom('recovery_code').selectAll().execute());
    for (const code of recoveryCodes) expect(stored).not.toContain(code.replaceAll('-', ''));
    await access.secondFactors.renewRecoveryCodes(who.username, byAdmin);
    expect((await access.signIn({ ...who, code: second }, 'desk')).kind).toBe('codeNeeded');
    expect(await kinds()).toEqual(
      expect.arrayContaining(['secondFactor.enrol', 'secondFactor.recoveryUsed', 'secondFactor.recoveryCodes']),
    );
  });

  test('the secret is sealed at rest for its person: another key or another name opens nothing', async () => {
    const who = await somebody(access);
    const begun = await access.secondFactors.begin(who.username);
    const row = await database.selectFrom('second_factor').selectAll().where('username', '=', who.username).executeTakeFirstOrThrow();
    expect(row.secret).not.toContain(begun?.secret ?? '?');
    const again = await openAccessKey(folder);
    expect(again.open(row.secret, `totp ${who.username}`)).toBe(begun?.secret);
    expect(again.open(row.secret, 'totp somebody-else')).toBeNull();
    expect(new AccessKey(Buffer.alloc(32)).open(row.secret, `totp ${who.username}`)).toBeNull();
    // Begun is not enrolled: he still comes in.
    expect((await enter(access, who)).username).toBe(who.username);
  });

  describe('where no code can be asked for', () => {
    const begin = async () => {
      const who = await somebody(access);
      const desk = await enter(access, who);
      const secret = (await access.secondFactors.begin(who.username))?.secret ?? '';
      const code = () => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.nowMs() });
      const setUp = () => access.confirmSecondFactor(desk, code(), actorOf(desk));
      return { who, desk, setUp };
    };
    const overOpcua = (who: { username: string; password: string }) => access.signIn(who, 'opcua 10.0.0.7', { over: 'opcua' });

    test('a session of before ends when it is set up, with a line of the journal; the others stay', async () => {
      const { who, desk, setUp } = await begin();
      const other = await overOpcua(await somebody(access));
      const client = await overOpcua(who);
      if (client.kind !== 'ok' || other.kind !== 'ok') throw new Error('both have a password alone');
      expect((await access.sessions.all()).find(({ tokenHash }) => tokenHash === client.identity.tokenHash)?.method).toBe('opcua');
      const ended: string[] = [];
      access.sessions.onEnded((tokenHash) => void ended.push(tokenHash));
      expect(await setUp()).toHaveLength(10);
      expect(ended).toEqual([client.identity.tokenHash]);
      expect(await access.identify(client.token)).toBeNull();
      expect(await access.identifyHash(desk.tokenHash)).not.toBeNull();
      expect(await access.identify(other.token)).not.toBeNull();
      const line = await database.selectFrom('journal').select(['kind', 'detail']).orderBy('sequence', 'desc').executeTakeFirstOrThrow();
      expect(line).toMatchObject({ kind: 'session.revoke', detail: expect.stringContaining('secondFactorSetUp') });
      expect(await overOpcua(who)).toEqual({ kind: 'codeNeeded', wasWrong: false });
    });

    test('a wrong code ends nothing', async () => {
      const { who, desk } = await begin();
      const client = await overOpcua(who);
      if (client.kind !== 'ok') throw new Error(client.kind);
      expect(await access.confirmSecondFactor(desk, '000000', actorOf(desk))).toBeNull();
      expect(await access.identify(client.token)).not.toBeNull();
    });

    test('set up between the password and the session: there is none', async () => {
      const { who, desk, setUp } = await begin();
      const { open } = access.sessions;
      access.sessions.open = async (...how) => {
        await setUp();
        return open.apply(access.sessions, how);
      };
      onTestFinished(() => {
        access.sessions.open = open;
      });
      expect(await overOpcua(who)).toEqual({ kind: 'codeNeeded', wasWrong: false });
      expect((await access.sessions.all()).filter(({ username }) => username === who.username)).toMatchObject([
        { tokenHash: desk.tokenHash },
      ]);
    });
  });

  test('reset by an administrator, the password alone signs in again', async () => {
    const who = await somebody(access);
    await enrol(access, who.username);
    expect(await access.secondFactors.remove(who.username, 'secondFactor.reset', byAdmin)).toBe(true);
    expect(await access.secondFactors.remove(who.username, 'secondFactor.reset', byAdmin)).toBe(false);
    await enter(access, who);
  });
});

describe('duties before anything else', () => {
  test('a role that needs a second factor may do nothing until it is there', async () => {
    const access = accessWith({ secondFactor: { requiredFor: ['engineer'] } });
    const engineer = await somebody(access, 'engineer');
    const identity = await enter(access, engineer);
    expect(identity.mustDo).toBe('enrolSecondFactor');
    expect([...identity.permissions]).toEqual(['session.own']);
    await enrol(access, engineer.username);
    await access.dutyDone(engineer.username, identity.tokenHash);
    const after = await access.identifyHash(identity.tokenHash);
    expect(after !== null && isAllowed(after, 'plant.read', null)).toBe(true);
    expect((await enter(access, await somebody(access, 'operator'))).mustDo).toBeNull();
  });

  test('a password older than the company allows is changed at the next sign-in; who is working is not thrown out', async () => {
    const access = accessWith({ passwords: { changeEvery: '90d' } });
    const who = await somebody(access);
    clock.advance(90 * 86_400_000 - 3_600_000);
    const working = await enter(access, who);
    clock.advance(2 * 3_600_000);
    expect((await access.identifyHash(working.tokenHash))?.mustDo).toBeNull();
    const next = await enter(access, who);
    expect(next.mustDo).toBe('changePassword');
    await access.setPassword(who.username, 'another-long-password', actorOf(next), next.tokenHash);
    expect((await access.identifyHash(next.tokenHash))?.mustDo).toBeNull();
    expect(await access.identifyHash(working.tokenHash)).toBeNull();
  });

  test('by default no password has to be changed', async () => {
    const access = accessWith();
    const who = await somebody(access);
    clock.advance(1_000 * 86_400_000);
    expect((await enter(access, who)).mustDo).toBeNull();
  });
});

test('passwords: long enough, not what attackers try first, not the name', async () => {
  const { policy } = accessWith();
  const cases: readonly [string, string | null][] = [
    ['short', 'tooShort'],
    ['Password123456', 'common'],
    ['2026password!!', 'common'],
    ['aaaaaaaaaaaaaaaa', 'common'],
    ['duty-duty-2026', 'ownName'],
    ['correct-horse-battery', null],
    ['燃气站夜里有人值守一班又一班', null],
  ];
  for (const [password, fault] of cases) expect([password, await passwordFault(password, 'duty', policy)]).toEqual([password, fault]);
  const open = accessWith({ passwords: { minimumLength: 8, areCommonRefused: false } }).policy;
  expect(await passwordFault('password', 'duty', open)).toBeNull();
});

describe('separate administrators (等保 8.1.4)', () => {
  test('the system’s administrator no longer says who may sign in; a security administrator is made where nobody could', async () => {
    const own = temporaryFolder();
    const ownDatabase = await openDatabase('sqlite:', own);
    try {
      const ownLedger = new Ledger(ownDatabase, await Journal.open(ownDatabase), clock);
      const separate = new AccessControl(ownLedger, clock, {
        policy: accessFileSchema.parse({ schema: 1, areAdministratorsSeparate: true }),
      });
      const made = await separate.prepare('real');
      expect(made.map(({ username }) => username)).toEqual(['admin', 'security']);
      const [admin, security] = await Promise.all(made.map((first) => enter(separate, first)));
      if (admin === undefined || security === undefined) throw new Error('two were made');
      expect([isAllowed(admin, 'users.manage', null), isAllowed(admin, 'notifications.manage', null)]).toEqual([false, true]);
      expect([isAllowed(security, 'users.manage', null), isAllowed(security, 'notifications.manage', null)]).toEqual([true, false]);
      expect(await separate.prepare('real')).toEqual([]);
      const expected = { displayName: 'security', role: 'securityAdministrator', stationIds: null } as const;
      const lost = await separate.changeUser('security', { ...expected, role: 'administrator', expected }, byAdmin);
      expect(lost?.kind).toBe('lastAdministrator');
    } finally {
      await ownDatabase.destroy();
    }
  });
});

describe('tokens', () => {
  const access = accessWith();
  const make = async (by: Identity, more: object = {}) =>
    access.tokens.make({ name: 't', permissions: ['alarms.read'], expiresAtMs: clock.nowMs() + 86_400_000, ...more }, by, actorOf(by));

  test('kept as a hash, ends with its time and with its revocation, and open connections are told', async () => {
    const admin = await enter(access, await somebody(access, 'administrator'));
    const ended: string[] = [];
    access.sessions.onEnded((tokenHash) => void ended.push(tokenHash));
    const [one, two] = [await make(admin), await make(admin, { expiresAtMs: clock.nowMs() + 3_600_000 })];
    if (one.kind !== 'made' || two.kind !== 'made') throw new Error('not made');
    expect(JSON.stringify(await database.selectFrom('api_token').selectAll().execute())).not.toContain(one.token);
    const identity = await access.tokens.identify(one.token, '10.0.0.1');
    expect(identity).toMatchObject({ kind: 'token', displayName: 't', mustDo: null });
    expect((await access.tokens.list()).find(({ id }) => id === one.view.id)).toMatchObject({
      lastUsedAtMs: clock.nowMs(),
      lastUsedFrom: '10.0.0.1',
    });
    clock.advance(3_600_000);
    expect(await access.tokens.identify(two.token, 'x')).toBeNull();
    expect((await access.tokens.revoke(one.view.id, admin, actorOf(admin))).kind).toBe('revoked');
    expect((await access.tokens.revoke(one.view.id, admin, actorOf(admin))).kind).toBe('alreadyRevoked');
    expect(await access.tokens.identify(one.token, 'x')).toBeNull();
    expect(ended).toContain(identity?.tokenHash);
    expect(await access.identify(one.token)).toBeNull(); // no session by a token
    expect(await kinds()).toEqual(expect.arrayContaining(['token.make', 'token.revoke']));
  });

  test('no longer than two years, and not for more stations than its maker sees', async () => {
    const admin = await enter(access, await somebody(access, 'administrator'));
    expect(await make(admin, { expiresAtMs: clock.nowMs() + 800 * 86_400_000 })).toMatchObject({ kind: 'refused', path: 'expiresAtMs' });
    expect(await make(admin, { expiresAtMs: clock.nowMs() })).toMatchObject({ kind: 'refused', path: 'expiresAtMs' });
    const limited: Identity = { ...admin, stationIds: new Set(['GS-01']) };
    expect(await make(limited)).toMatchObject({ kind: 'refused', path: 'stationIds' });
    expect(await make(limited, { stationIds: ['GS-02'] })).toMatchObject({ kind: 'refused', path: 'stationIds' });
    expect((await make(limited, { stationIds: ['GS-01'] })).kind).toBe('made');
  });
});

test('thousands of refusals fill no journal, and none is missing from the sum', async () => {
  const told: { from: string | null; count: number }[] = [];
  const audit = new RefusalAudit(clock, async ({ from, count: times }) => void told.push({ from, count: times }));
  const actor = { kind: 'system', part: 'server' } as const;
  for (let index = 0; index < 5_000; index += 1) await audit.note({ actor, from: `10.0.0.${index % 3}`, what: 'GET /api/alarms' });
  expect(told).toHaveLength(90);
  clock.advance(60_000);
  await expect.poll(() => told.length).toBe(93);
  expect(told.reduce((sum, line) => sum + line.count, 0)).toBe(5_000);
  await audit.note({ actor, from: '10.0.0.1', what: 'again' });
  expect(told).toHaveLength(94);
  await audit.stop();
});
