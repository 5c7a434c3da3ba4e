// The link that acknowledges, from the order over a real SMTP server to the page and the alarm, over a real HTTP server on a clock that the test moves.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { mailBody, startMailServer } from '../../test/harness/mail-server.ts';
import { AccessControl } from '../access/access-control.ts';
import { AlarmStore } from '../alarms/alarm-store.ts';
import { createApp } from '../http/create-app.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, readJournal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { AcknowledgeTokens } from './acknowledge-token.ts';
import { openNotifications } from './open-notifications.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const plantText = (mailPort: number) => `schema: 1
company: { id: t, name: { zh: 测试, en: Test } }
areas: [{ id: a, name: { zh: 区, en: Area } }]
notifications:
  publicUrl: https://gatewatch.gas.example
  linkLifetime: 20min
  email: { host: 127.0.0.1, port: ${mailPort}, security: none, insecure: true, from: gatewatch@gas.example }
stations:
  - id: GS-01
    type: gate
    name: { zh: <b>一号</b>门站, en: Gate One }
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - { tag: PT-101, name: { zh: 压力, en: Pressure }, unit: MPa, range: { min: 0, max: 10 }, digits: 2, role: inletPressure, register: { table: holding, address: 0, type: float32 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 5, priority: medium, message: { zh: 压力高, en: Pressure high }, response: { zh: 核对, en: Check } }, { kind: highHigh, setpoint: 6, priority: critical, message: { zh: 压力高高, en: Pressure very high }, response: { zh: 关阀, en: Close } }] }
`;

async function open() {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-link-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const mail = await startMailServer();
  closers.push(() => mail.stop());
  const parsed = parsePlantText(plantText(mail.port), { version: 'v1' });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const { plant } = parsed;
  const clock = new ManualClock(Date.UTC(2026, 6, 3, 0, 5, 9));
  const logLines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logLines.push(line) });
  const database = await openDatabase('sqlite:', folder);
  closers.push(() => database.destroy());
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const alarms = await AlarmStore.open({ plant, ledger, clock });
  const access = new AccessControl(ledger, clock);
  await access.prepare('demo');
  const languages = new Map<string, 'zh' | 'en'>();
  const notifications = await openNotifications({
    plant,
    ledger,
    access,
    alarms,
    dataDir: folder,
    contacts: {
      contactOf: async (username) => ({
        username,
        displayName: username,
        email: `${username}@gas.example`,
        mobile: '+8613800138000',
        language: languages.get(username) ?? 'zh',
      }),
    },
    otherTargets: [],
    environment: {},
    clock,
    log,
    onChanged: () => undefined,
  });
  closers.push(() => notifications.center.stop());
  const app = await createApp({ access, log, dashboardDir: null });
  await app.register(notifications.routes);
  closers.push(() => app.close());
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  let sequence = 0;
  const raise = async (alarmId = 'GS-01.PT-101.high') => {
    sequence += 1;
    const occurrenceId = crypto.randomUUID();
    await alarms.deliver({
      schema: 1,
      collectorId: 'default',
      outboxId: '018f0000-0000-7000-8000-000000000001',
      messages: [{ kind: 'raise', sequence, alarmId, occurrenceId, atMs: clock.nowMs(), value: 6.418, quality: 0, measured: null }],
    });
    return occurrenceId;
  };
  const notify = async (alarmId: string, occurrenceId: string, username = 'duty') => {
    await notifications.center.order([
      {
        key: `alarm/${occurrenceId}/${username}`,
        subject: { kind: 'alarm', alarmId, occurrenceId, stationId: 'GS-01' },
        username,
        channels: ['email'],
        urgency: 'high',
        title: { zh: '门站报警', en: 'Station alarm' },
        text: { zh: '请处置', en: 'Act' },
        mayNotWait: true,
      },
    ]);
    await notifications.center.idle();
  };
  const mailText = () => mailBody(mail.mails.at(-1)?.text ?? '');
  /** The link in it, as a path. */
  const linkOf = () => /https:\/\/gatewatch\.gas\.example(\/a\/[A-Za-z0-9_-]+)/.exec(mailText())?.[1] ?? null;
  const get = async (link: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${address}${link}`, { headers });
    return { status: response.status, headers: response.headers, page: await response.text() };
  };
  const post = async (link: string, comment = '', headers: Record<string, string> = {}) => {
    const response = await fetch(`${address}${link}`, {
      method: 'POST',
      body: new URLSearchParams({ comment }),
      headers: { origin: address, ...headers },
      redirect: 'manual',
    });
    return { status: response.status, page: await response.text() };
  };
  const journal = async (kind: string) => (await readJournal(database, { limit: 1_000 })).filter((line) => line.kind === kind).toReversed();
  const record = (alarmId = 'GS-01.PT-101.high') => alarms.find(alarmId)?.record;
  /** A link, as a person gets it. */
  const linked = async (alarmId = 'GS-01.PT-101.high', username = 'duty') => {
    const occurrenceId = await raise(alarmId);
    await notify(alarmId, occurrenceId, username);
    const link = linkOf();
    if (link === null) throw new Error('no link in the mail');
    return { link, occurrenceId };
  };
  return {
    plant,
    clock,
    mail,
    alarms,
    access,
    folder,
    address,
    logLines,
    languages,
    raise,
    notify,
    mailText,
    linkOf,
    linked,
    get,
    post,
    journal,
    record,
  };
}
type World = Awaited<ReturnType<typeof open>>;
const person = (username: string) => ({ kind: 'person', username, displayName: username }) as const;
const acknowledgeAtDesk = (w: World, occurrenceId: string) =>
  w.alarms.act(occurrenceId, w.record()?.version ?? -1, person('supervisor'), {
    kind: 'acknowledge',
    atMs: w.clock.nowMs(),
    by: 'supervisor',
    comment: null,
  });

describe('a link', () => {
  test('[NO17] opened any number of times changes nothing; [NO18] its button acknowledges in the person’s name, journaled with the way it came', async () => {
    const w = await open();
    const { link, occurrenceId } = await w.linked();
    for (let count = 0; count < 3; count += 1) {
      expect((await w.get(link)).status).toBe(200);
      expect((await fetch(`${w.address}${link}`, { method: 'HEAD' })).status).toBe(200);
    }
    expect(w.record()).toMatchObject({ isAcknowledged: false, version: 1 });
    const done = await w.post(link, '  去现场看  ');
    expect(done).toMatchObject({ status: 200, page: expect.stringContaining('值班员 王敏 于 2026-07-03 08:05:09 确认') });
    expect(w.record()).toMatchObject({ isAcknowledged: true, acknowledgedBy: 'duty', comment: '去现场看' });
    expect(await w.journal('alarm.acknowledge')).toMatchObject([
      {
        actor: { kind: 'person', username: 'duty', displayName: '值班员 王敏' },
        occurrenceId,
        detail: { via: 'link', linkId: expect.stringMatching(/^[0-9a-f]{16}$/) },
      },
    ]);
  });

  test('[NO18] used again says so, also after the alarm asks again; another link of the same occurrence still works', async () => {
    const w = await open();
    const { link, occurrenceId } = await w.linked();
    await w.post(link);
    expect(await w.post(link)).toMatchObject({ status: 410, page: expect.stringContaining('已经使用过') });
    expect(await w.get(link)).toMatchObject({ status: 410 });
    await w.alarms.act(occurrenceId, w.record()?.version ?? -1, person('server'), { kind: 'reannounce', atMs: w.clock.nowMs() });
    expect(w.record()?.isAcknowledged).toBe(false);
    expect(await w.post(link)).toMatchObject({ status: 410 });
    expect(w.record()?.isAcknowledged).toBe(false);
    expect(await w.journal('notification.linkRefused')).toMatchObject([
      { detail: { reason: 'used', username: 'duty' } },
      { detail: { reason: 'used' } },
    ]);
    await w.notify('GS-01.PT-101.high', occurrenceId, 'team');
    expect(await w.post(w.linkOf() ?? '')).toMatchObject({ status: 200 });
    expect(w.record()?.acknowledgedBy).toBe('team');
  });

  test('[NO18] pressed twice at once acknowledges once', async () => {
    const w = await open();
    const { link } = await w.linked();
    const answers = await Promise.all(Array.from({ length: 10 }, () => w.post(link)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await w.journal('alarm.acknowledge')).toHaveLength(1);
  });

  test('[NO18] of an occurrence before does nothing to the newer one', async () => {
    const w = await open();
    const { link } = await w.linked();
    await w.raise();
    expect(await w.post(link)).toMatchObject({ status: 409, page: expect.stringContaining('又发生了一次') });
    expect(w.record()).toMatchObject({ isAcknowledged: false });
  });

  test('[NO18] where somebody was quicker it says who and when', async () => {
    const w = await open();
    const { link, occurrenceId } = await w.linked();
    await acknowledgeAtDesk(w, occurrenceId);
    w.clock.advance(60_000);
    expect(await w.post(link)).toMatchObject({ status: 409, page: expect.stringContaining('值班长 李强 于 2026-07-03 08:05:09 确认') });
  });

  test('[NO18] does not mind that the alarm has moved since: it names the occurrence', async () => {
    const w = await open();
    const { link, occurrenceId } = await w.linked();
    await w.alarms.act(occurrenceId, 1, person('engineer'), { kind: 'comment', atMs: w.clock.nowMs(), by: 'engineer', comment: '看过' });
    expect(await w.post(link)).toMatchObject({ status: 200 });
    expect(w.record()).toMatchObject({ isAcknowledged: true });
  });

  test('[NO16] holds until its time is over and not longer', async () => {
    const w = await open();
    const { link } = await w.linked();
    w.clock.advance(20 * 60_000 - 2_000);
    expect((await w.get(link)).status).toBe(200);
    w.clock.advance(2_000);
    const late = await w.get(link);
    expect(late.status).toBe(410);
    expect(late.page).not.toContain('压力高');
    expect(await w.post(link)).toMatchObject({ status: 410, page: expect.stringContaining('已过期') });
    expect(w.record()?.isAcknowledged).toBe(false);
  });

  test('[NO16] with any one letter changed, cut, or made by another server does nothing', async () => {
    const w = await open();
    const { link, occurrenceId } = await w.linked();
    const token = link.slice('/a/'.length);
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const tokens = await AcknowledgeTokens.open(w.folder);
    for (let position = 0; position < token.length; position += 1) {
      const other = letters[(letters.indexOf(token[position] ?? '') + 1 + (position % 40)) % 64];
      expect(tokens.verify(`${token.slice(0, position)}${other}${token.slice(position + 1)}`, w.clock.nowMs()).kind).toBe('invalid');
    }
    expect(tokens.verify(token, w.clock.nowMs()).kind).toBe('valid');
    const elsewhere = new AcknowledgeTokens(Buffer.alloc(32, 7)).issue(occurrenceId, 'duty', w.clock.nowMs() + 60_000);
    for (const bad of [token.slice(0, -1), `${token}A`, `${token.slice(0, -4)}AAAA`, elsewhere ?? '', 'x'.repeat(60), '%00']) {
      expect(await w.post(`/a/${bad}`)).toMatchObject({ status: 404, page: expect.stringContaining('此链接无效') });
    }
    expect(w.record()?.isAcknowledged).toBe(false);
  });

  test('[NO19] of a person who has been disabled, or may no longer acknowledge or see the station, does nothing', async () => {
    const w = await open();
    const system = { kind: 'system', part: 'test' } as const;
    await w.access.addUser(
      { username: 'south', displayName: '南', role: 'operator', stationIds: ['GS-02'], password: 'long-enough-password' },
      system,
    );
    const { link, occurrenceId } = await w.linked();
    const tokens = await AcknowledgeTokens.open(w.folder);
    const forged = (username: string) => `/a/${tokens.issue(occurrenceId, username, w.clock.nowMs() + 60_000)}`;
    expect(await w.post(forged('auditor'))).toMatchObject({ status: 403, page: expect.stringContaining('没有确认此报警的权限') });
    expect(await w.post(forged('south'))).toMatchObject({ status: 403 });
    // What he may not see he is not shown.
    expect((await w.get(forged('south'))).page).not.toContain('压力高');
    expect(await w.post(forged('nobody'))).toMatchObject({ status: 403 });
    await w.access.setDisabled('duty', true, system);
    expect(await w.post(link)).toMatchObject({ status: 403, page: expect.stringContaining('已停用或不存在') });
    expect(w.record()?.isAcknowledged).toBe(false);
    expect((await w.journal('notification.linkRefused')).map(({ detail }) => `${detail.username} ${detail.reason}`)).toEqual([
      'auditor notPermitted',
      'south notPermitted',
      'nobody personDisabled',
      'duty personDisabled',
    ]);
  });

  test('[NO20] of a critical alarm needs a comment', async () => {
    const w = await open();
    const alarmId = 'GS-01.PT-101.highHigh';
    const { link } = await w.linked(alarmId);
    expect((await w.get(link)).page).toMatch(/<textarea[^>]* required>/);
    expect(await w.post(link, '   ')).toMatchObject({ status: 422, page: expect.stringContaining('必须填写处理说明') });
    expect(w.record(alarmId)?.isAcknowledged).toBe(false);
    expect(await w.post(link, '已关阀')).toMatchObject({ status: 200 });
    expect(w.record(alarmId)).toMatchObject({ isAcknowledged: true, comment: '已关阀' });
  });

  test('of an alarm that is shelved meanwhile says so', async () => {
    const w = await open();
    const { link, occurrenceId } = await w.linked();
    await w.alarms.act(occurrenceId, 1, person('duty'), {
      kind: 'shelve',
      atMs: w.clock.nowMs(),
      by: 'duty',
      reason: 'r',
      untilMs: w.clock.nowMs() + 60_000,
      approvedBy: null,
    });
    expect(await w.post(link)).toMatchObject({ status: 409, page: expect.stringContaining('搁置') });
  });
});

describe('the page', () => {
  test('runs nothing, fetches nothing, is kept nowhere, and shows names as text', async () => {
    const w = await open();
    const { link } = await w.linked();
    const { headers, page } = await w.get(link);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(page).not.toMatch(/<script|onclick|src=/i);
    expect(page).toContain('&lt;b&gt;一号&lt;/b&gt;门站（GS-01）');
    expect(page).toContain('6.42 MPa');
    expect(page).toContain('2026-07-03 08:05:09');
    expect(page).toContain('▼3 中 压力高');
    // 44 px at least, by WCAG 2.5.8 and for gloves.
    expect(page).toMatch(/button,\.button\{[^}]*min-height:56px/);
  });

  test('speaks the person’s language, else the browser’s', async () => {
    const w = await open();
    w.languages.set('duty', 'en');
    const { link } = await w.linked();
    expect((await w.get(link, { 'accept-language': 'zh-CN' })).page).toContain('Acknowledge alarm');
    expect((await w.get('/a/no', { 'accept-language': 'en-GB,en' })).page).toContain('This link is not valid');
    expect((await w.get('/a/no')).page).toContain('此链接无效');
  });

  test('takes no form from another site', async () => {
    const w = await open();
    const { link } = await w.linked();
    expect((await w.post(link, '', { origin: 'https://evil.example' })).status).toBe(403);
    expect(w.record()?.isAcknowledged).toBe(false);
    const refused = await w.journal('access.refused');
    expect(JSON.stringify(refused)).not.toContain(link.slice(3));
  });
});

describe('what is sent', () => {
  test('has station, alarm, value, plant time, response and links, in the person’s language', async () => {
    const w = await open();
    await w.linked();
    const text = w.mailText();
    for (const expected of [
      '请处置',
      '场站：<b>一号</b>门站（GS-01）',
      '报警：压力高',
      '位号：PT-101',
      '数值：6.42 MPa',
      '时间：2026-07-03 08:05:09',
      '处置：核对',
      'https://gatewatch.gas.example/alarms/GS-01.PT-101.high',
    ])
      expect(text).toContain(expected);
  });

  test('has no link that acknowledges for who may not, or where there is nothing to acknowledge', async () => {
    const w = await open();
    const occurrenceId = await w.raise();
    await w.notify('GS-01.PT-101.high', occurrenceId, 'auditor');
    expect(w.linkOf()).toBeNull();
    await acknowledgeAtDesk(w, occurrenceId);
    await w.notify('GS-01.PT-101.high', occurrenceId, 'duty');
    expect(w.linkOf()).toBeNull();
    expect(w.mail.mails).toHaveLength(2);
  });

  test('[NO9] goes to nobody who is disabled or may not see the station', async () => {
    const w = await open();
    const system = { kind: 'system', part: 'test' } as const;
    await w.access.addUser(
      { username: 'south', displayName: '南', role: 'operator', stationIds: ['GS-02'], password: 'long-enough-password' },
      system,
    );
    await w.access.setDisabled('team', true, system);
    const occurrenceId = await w.raise();
    for (const username of ['south', 'team', 'nobody']) await w.notify('GS-01.PT-101.high', occurrenceId, username);
    expect(w.mail.mails).toEqual([]);
    expect((await w.journal('notification.gaveUp')).map(({ detail }) => `${detail.recipient} ${detail.reason}`)).toEqual([
      'person:south notPermitted',
      'person:team notPermitted',
      'person:nobody notPermitted',
    ]);
  });

  test('[NO15] leaves no address, number, token or key in journal, log or tables', async () => {
    const w = await open();
    const { link } = await w.linked();
    await w.post(link, 'x');
    await w.post(link, 'x');
    w.mail.answer = (phase) => (phase === 'rcptTo' ? { kind: 'refuse', code: 550 } : { kind: 'take' });
    const occurrenceId = await w.raise();
    await w.notify('GS-01.PT-101.high', occurrenceId);
    const everything = [
      readFileSync(path.join(w.folder, 'journal.sqlite')),
      ...readdirSync(w.folder)
        .filter((name) => name.includes('-wal'))
        .map((name) => readFileSync(path.join(w.folder, name))),
    ]
      .map((bytes) => bytes.toString('latin1'))
      .join('');
    for (const secret of ['duty@gas.example', '13800138000', link.slice(3)]) {
      expect(everything).not.toContain(secret);
      expect(w.logLines.join('')).not.toContain(secret);
    }
  });
});

test('[NO16] the key is this server’s own, for its user alone, kept over a restart and made anew where it was damaged', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-key-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'acknowledge-link.key');
  const issue = (tokens: AcknowledgeTokens) => tokens.issue('018f0000-0000-7000-8000-000000000001', 'wáng', 2_000) ?? '';
  const first = await AcknowledgeTokens.open(folder);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const token = issue(first);
  expect((await AcknowledgeTokens.open(folder)).verify(token, 1_000)).toMatchObject({
    kind: 'valid',
    claim: { username: 'wáng', expiresAtMs: 2_000 },
  });
  expect(first.verify(token, 2_000).kind).toBe('expired');
  writeFileSync(file, 'half');
  expect((await AcknowledgeTokens.open(folder)).verify(token, 1_000).kind).toBe('invalid');
  expect(readFileSync(file)).toHaveLength(32);
});

test('[NO21] a channel is failing after three failures of its own, and says so after ten minutes', async () => {
  const { ChannelHealth } = await import('./channel-health.ts');
  const health = new ChannelHealth('email', 'email');
  for (let count = 0; count < 10; count += 1) health.failed('rejected', count);
  expect(health.failingSinceMs).toBeNull();
  health.failed('timeout', 1_000);
  health.failed('unreachable', 2_000);
  expect(health.failingSinceMs).toBeNull();
  health.failed('tls', 3_000);
  expect(health.failingSinceMs).toBe(1_000);
  expect([health.isFailingLong(600_999), health.isFailingLong(601_000)]).toEqual([false, true]);
  health.sent(601_000);
  health.failed('unauthorized', 602_000);
  expect(health.failingSinceMs).toBe(602_000);
  health.sent(603_000);
  expect(health.isFailingLong(10_000_000)).toBe(false);
});

test('every rule of RULES.md is cited by a test, and every citation is a rule', () => {
  const folder = path.dirname(new URL(import.meta.url).pathname);
  const rules = [...readFileSync(path.join(folder, 'RULES.md'), 'utf8').matchAll(/^- \*\*(NO\d+)\*\*/gm)].map((match) => match[1]);
  const cited = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(path.join(folder, name), 'utf8').matchAll(/^ *test\('(.*)', /gm)])
    .flatMap((match) => [...(match[1] ?? '').matchAll(/\[(NO\d+)\]/g)].map((citation) => citation[1]));
  expect(rules.length).toBeGreaterThan(0);
  expect([...new Set(cited)].sort()).toEqual([...rules].sort());
});
