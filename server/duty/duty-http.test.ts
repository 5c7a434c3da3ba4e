// Duty as its people meet it over HTTP: contacts, roster, taking the watch, a handover that both sign, what an alarm's page says of its escalation.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HandoverDraft, HandoverView } from '../../domain/api/watch-api.ts';
import { canonicalJson } from '../../domain/journal/canonical-json.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { createInProcessLink } from '../../link/in-process/in-process-link.ts';
import type { CollectorLink } from '../../link/link.ts';
import { createServer } from '../create-server.ts';
import type { Server } from '../server-options.ts';
import { morningMs, plant } from './escalation-harness.ts';

const clock = new ManualClock(morningMs);
const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-duty-http-'));
let server: Server;
let collector: CollectorLink;
const cookies = new Map<string, string>();

async function ask(person: string, method: string, url: string, body?: unknown) {
  const response = await fetch(`${server.address}${url}`, {
    method,
    headers: { cookie: cookies.get(person) ?? '', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at, not trusted
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as any, headers: response.headers };
}

async function signIn(person: string): Promise<void> {
  const answer = await ask(person, 'POST', '/api/session', { username: person, password: `${person}-demo` });
  expect(answer.status).toBe(200);
  cookies.set(person, (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '');
}

let sequence = 0;
async function raise(alarmId: string): Promise<void> {
  sequence += 1;
  const occurrenceId = `018f0000-0000-7000-8000-${String(sequence).padStart(12, '0')}`;
  const message = { kind: 'raise' as const, sequence, alarmId, occurrenceId, atMs: clock.nowMs(), value: 6, quality: 0, measured: null };
  await collector.deliverConditions({
    schema: 1,
    collectorId: 'default',
    outboxId: '018f0000-0000-7000-8000-000000000001',
    messages: [message],
  });
}

const journal = async (): Promise<JournalEntry[]> => (await ask('auditor', 'GET', '/api/journal?limit=200')).body;

beforeAll(async () => {
  const link = createInProcessLink({ collectorId: 'default', table: plant.pointTable });
  collector = link.collector;
  server = await createServer({
    plant,
    isDemo: true,
    link: link.server,
    historian: null,
    journalUrl: 'sqlite:',
    dataDir: folder,
    http: { host: '127.0.0.1', port: 0 },
    dashboardDir: null,
    clock,
    log: pino({ level: 'silent' }),
    random: () => 0.5,
  });
  for (const person of ['duty', 'supervisor', 'team', 'auditor', 'admin']) await signIn(person);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('contacts', () => {
  const settings = {
    email: 'w@example.org',
    mobile: '+8613800138000',
    language: 'zh',
    channels: ['sms'],
    quietHours: { from: '22:00', to: '07:00' },
  };

  test('a person sets his own; who plans duty sets any; others may not; an old version is told who was quicker', async () => {
    expect(await ask('duty', 'PUT', '/api/people/duty/contact', { version: 0, ...settings })).toMatchObject({
      status: 200,
      body: { version: 1 },
    });
    expect(await ask('team', 'PUT', '/api/people/duty/contact', { version: 1, ...settings })).toMatchObject({ status: 403 });
    expect(await ask('supervisor', 'PUT', '/api/people/duty/contact', { version: 0, ...settings })).toMatchObject({
      status: 409,
      body: { by: 'duty', current: { mobile: '+8613800138000', version: 1 } },
    });
    expect((await ask('supervisor', 'PUT', '/api/people/duty/contact', { version: 1, ...settings, language: 'en' })).status).toBe(200);
    expect(await ask('duty', 'PUT', '/api/people/duty/contact', { version: 2, ...settings, mobile: '13800138000' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'mobile' }] },
    });
  });

  test('numbers are seen by who has the watch or plans duty, and stand in no line of the journal', async () => {
    const contactSeenBy = async (person: string) =>
      (await ask(person, 'GET', '/api/people')).body.find((found: { username: string }) => found.username === 'duty').contact;
    expect(await contactSeenBy('supervisor')).toMatchObject({ mobile: '+8613800138000' });
    expect(await contactSeenBy('auditor')).toBeNull();
    expect((await ask('auditor', 'GET', '/api/people/duty/contact')).status).toBe(403);
    const lines = (await journal()).filter((entry) => entry.kind === 'person.contact');
    expect(lines.length).toBe(2);
    expect(JSON.stringify(lines)).not.toContain('13800138000');
  });
});

describe('the roster', () => {
  test('entries are added, moved and removed with versions; the week says what is wrong with it', async () => {
    const entry = { date: '2026-07-03', shiftId: 'day', username: 'duty', positionId: 'operator' };
    const added = await ask('supervisor', 'POST', '/api/duty/roster', entry);
    expect(added).toMatchObject({ status: 201, body: { version: 1, stationIds: null } });
    expect(await ask('supervisor', 'POST', '/api/duty/roster', { ...entry, username: 'nobody', stationIds: ['XX-01'] })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'username' }, { path: 'stationIds' }] },
    });
    const week = await ask('duty', 'GET', '/api/duty/roster?from=2026-06-29');
    expect(week.body.entries).toHaveLength(1);
    expect(week.body.conflicts).toContainEqual({ kind: 'emergencyTeamMissing', date: '2026-07-03', shiftId: 'day' });
    expect(week.body.conflicts).toContainEqual({ kind: 'shiftUncovered', date: '2026-07-04', shiftId: 'day' });
    const moved = await ask('supervisor', 'PUT', `/api/duty/roster/${added.body.id}`, { ...entry, version: 1, shiftId: 'evening' });
    expect(moved).toMatchObject({ status: 200, body: { version: 2, shiftId: 'evening' } });
    expect(await ask('admin', 'POST', `/api/duty/roster/${added.body.id}/remove`, { version: 1 })).toMatchObject({
      status: 409,
      body: { by: 'supervisor' },
    });
    expect((await ask('admin', 'POST', `/api/duty/roster/${added.body.id}/remove`, { version: 2 })).status).toBe(204);
    expect((await ask('duty', 'POST', '/api/duty/roster', entry)).status).toBe(403);
  });

  test('a rotation fills two weeks, a week is copied; twice changes nothing', async () => {
    const member = (username: string, positionId: string) => ({ username, positionId });
    const teams = [[member('duty', 'operator')], [member('supervisor', 'lead')], [member('team', 'emergency')], []];
    const body = { rotationId: 'four-three', from: '2026-07-06', days: 14, teams };
    const filled = await ask('supervisor', 'POST', '/api/duty/roster/rotate', body);
    expect(filled).toMatchObject({ status: 200, body: { removed: 0, kept: 0 } });
    expect(filled.body.added).toBeGreaterThan(25);
    const again = await ask('supervisor', 'POST', '/api/duty/roster/rotate', body);
    expect(again.body).toEqual({ added: 0, removed: 0, kept: filled.body.added });
    const weekOf = async (from: string) =>
      (await ask('duty', 'GET', `/api/duty/roster?from=${from}`)).body.entries.map(
        (found: { date: string; shiftId: string; username: string }) =>
          `${Number(found.date.slice(8)) % 7} ${found.shiftId} ${found.username}`,
      );
    const copied = await ask('supervisor', 'POST', '/api/duty/roster/copy-week', { from: '2026-07-08', to: '2026-07-21' });
    expect(copied.body.added).toBe((await weekOf('2026-07-06')).length);
    expect(await weekOf('2026-07-20')).toEqual(await weekOf('2026-07-06'));
  });
});

describe('a watch', () => {
  let watchId = '';

  test('is taken at a console, and everybody sees by whom', async () => {
    expect((await ask('team', 'POST', '/api/watches', { consoleId: 'desk-1' })).status).toBe(403);
    expect(await ask('duty', 'POST', '/api/watches', { consoleId: 'desk-9' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'consoleId' }] },
    });
    const taken = await ask('duty', 'POST', '/api/watches', { consoleId: 'desk-1' });
    expect(taken.status).toBe(200);
    watchId = taken.body.id;
    expect(await ask('supervisor', 'POST', '/api/watches', { consoleId: 'desk-1' })).toMatchObject({ status: 409, body: { by: 'duty' } });
    const now = await ask('auditor', 'GET', '/api/duty/now');
    expect(now.body.consoles).toMatchObject([{ consoleId: 'desk-1', watch: { username: 'duty', isSignedIn: true } }]);
  });

  test('[DU17] is not handed over to himself, to a wrong password, or to a role that has no watch', async () => {
    const { body: draft } = await ask('duty', 'GET', `/api/watches/${watchId}/handover`);
    const sign = (username: string, password: string) =>
      ask('duty', 'POST', `/api/watches/${watchId}/handover`, { to: { username, password }, draftId: draft.draftId });
    expect((await sign('duty', 'duty-demo')).status).toBe(422);
    expect((await sign('supervisor', 'wrong')).status).toBe(403);
    expect((await sign('team', 'team-demo')).status).toBe(403);
    expect((await ask('supervisor', 'GET', `/api/watches/${watchId}/handover`)).status).toBe(422);
    const unread = { to: { username: 'supervisor', password: 'supervisor-demo' }, draftId: 'never-read' };
    expect((await ask('duty', 'POST', `/api/watches/${watchId}/handover`, unread)).status).toBe(409);
    expect((await ask('auditor', 'GET', '/api/duty/now')).body.consoles[0].watch.username).toBe('duty');
  });

  test('[DU17] [DU18] signed by both: the document lists what is open, marks what came after the draft, its hash stands in the journal, the browser goes on as the next person', async () => {
    await raise('GS-01.PT-1.crit');
    await ask('duty', 'POST', '/api/watch-log', { text: 'GS-02 门禁待修', stationId: 'GS-02', isOpen: true });
    const report = { stationId: 'GS-02', description: '围墙破损', source: 'inspection' };
    expect((await ask('duty', 'POST', '/api/hazards', report)).status).toBe(201);
    const draft = (await ask('duty', 'GET', `/api/watches/${watchId}/handover`)).body as HandoverDraft;
    expect(draft.document).toMatchObject({ to: null, signedAtMs: null, alarms: [{ alarmId: 'GS-01.PT-1.crit', wasSeen: true }] });
    clock.advance(1_000);
    await raise('GS-02.PT-1.crit');
    const signed = await ask('duty', 'POST', `/api/watches/${watchId}/handover`, {
      to: { username: 'supervisor', password: 'supervisor-demo' },
      draftId: draft.draftId,
      notes: '一号站正在处理',
    });
    expect(signed.status).toBe(200);
    const { document, sha256, id } = signed.body as HandoverView;
    expect(document).toMatchObject({
      from: { username: 'duty' },
      to: { username: 'supervisor' },
      signedAtMs: clock.nowMs(),
      notes: '一号站正在处理',
      // What the coverage audit has entered by itself is in the ledger; a handover tells what people have found.
      hazards: [{ description: '围墙破损', stationId: 'GS-02', state: 'reported', wasSeen: true }],
      openNotes: [{ text: 'GS-02 门禁待修' }],
      checks: { asked: 0, answered: 0, missed: 0 },
    });
    expect(document.alarms.map(({ alarmId, wasSeen }) => [alarmId, wasSeen]).toSorted()).toEqual([
      ['GS-01.PT-1.crit', true],
      ['GS-02.PT-1.crit', false],
    ]);
    expect(createHash('sha256').update(canonicalJson(document)).digest('hex')).toBe(sha256);
    const line = (await journal()).find((entry) => entry.kind === 'watch.handover');
    expect(line).toMatchObject({
      actor: { username: 'duty' },
      detail: { handoverId: id, sha256, fromUsername: 'duty', toUsername: 'supervisor' },
    });
    // The old session is over, the new cookie is the next person's.
    expect((await ask('duty', 'GET', '/api/session')).status).toBe(401);
    cookies.set('duty', (signed.headers.get('set-cookie') ?? '').split(';')[0] ?? '');
    expect((await ask('duty', 'GET', '/api/session')).body.username).toBe('supervisor');
    await signIn('duty');
    expect(await ask('auditor', 'GET', `/api/handovers/${id}`)).toMatchObject({ status: 200, body: { sha256 } });
    expect((await ask('auditor', 'GET', '/api/handovers')).body).toMatchObject([{ id, fromUsername: 'duty', toUsername: 'supervisor' }]);
    const again = { to: { username: 'supervisor', password: 'supervisor-demo' }, draftId: draft.draftId };
    expect((await ask('duty', 'POST', `/api/watches/${watchId}/handover`, again)).status).toBe(409);
  });

  test('taken without him, with a reason: noticed on every page until somebody closes it', async () => {
    const taken = await ask('duty', 'POST', '/api/watches', { consoleId: 'desk-1', withoutHandover: { reason: '值班长去现场' } });
    expect(taken).toMatchObject({ status: 200, body: { withoutHandoverReason: '值班长去现场' } });
    const notice = (await ask('auditor', 'GET', '/api/duty/now')).body.notices.find(
      (found: { kind: string }) => found.kind === 'withoutHandover',
    );
    expect(notice).toMatchObject({ consoleId: 'desk-1', displayName: '值班长 李强', reason: '值班长去现场' });
    expect((await ask('auditor', 'POST', `/api/duty/notices/${notice.id}/close`)).status).toBe(403);
    expect((await ask('supervisor', 'POST', `/api/duty/notices/${notice.id}/close`)).status).toBe(204);
    expect((await ask('supervisor', 'POST', `/api/duty/notices/${notice.id}/close`)).status).toBe(404);
  });

  test('is checked after 45 min with this randomness, and the person answers', async () => {
    for (let minute = 0; minute < 46; minute += 1) {
      clock.advance(60_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(async () => (await ask('duty', 'GET', '/api/watch-checks/open')).body.length).toBe(1);
    const [check] = (await ask('duty', 'GET', '/api/watch-checks/open')).body;
    expect((await ask('supervisor', 'POST', `/api/watch-checks/${check.id}/answer`)).status).toBe(422);
    expect(await ask('duty', 'POST', `/api/watch-checks/${check.id}/answer`)).toMatchObject({ status: 200, body: { outcome: 'answered' } });
    expect((await ask('auditor', 'GET', '/api/watch-checks')).body).toMatchObject([{ username: 'duty', outcome: 'answered' }]);
  });
});

describe('an alarm’s page', () => {
  test('says what has been told to whom, and what comes next when', async () => {
    await raise('GS-01.PT-1.gas');
    const waiting = await ask('auditor', 'GET', '/api/alarms/GS-01.PT-1.gas/escalation');
    expect(waiting).toMatchObject({ status: 200, body: { state: 'waiting', nextDueAtMs: clock.nowMs() + 60_000 } });
    expect(waiting.body.steps.map((step: { step: number; takenAtMs: number | null }) => [step.step, step.takenAtMs])).toEqual([
      [1, null],
      [2, null],
      [3, null],
    ]);
    expect(waiting.body.steps[0].people).toMatchObject([{ username: 'duty', channels: ['sms'] }]);
    clock.advance(60_000);
    await expect
      .poll(async () => (await ask('auditor', 'GET', '/api/alarms/GS-01.PT-1.gas/escalation')).body.steps[0].takenAtMs)
      .toBe(clock.nowMs());
    const { version } = (await ask('duty', 'GET', '/api/alarms/GS-01.PT-1.gas')).body;
    expect((await ask('duty', 'POST', '/api/alarms/GS-01.PT-1.gas/acknowledge', { version, comment: '去看' })).status).toBe(200);
    const after = await ask('auditor', 'GET', '/api/alarms/GS-01.PT-1.gas/escalation');
    expect(after.body).toMatchObject({ state: 'notWaiting', nextDueAtMs: null });
    expect(after.body.steps[0].orderKeys[0]).toMatch(/^alarm\/.*\/duty$/);
    expect((await ask('auditor', 'GET', '/api/alarms/GS-01.PT-1.low/escalation')).body.state).toBe('none');
    expect((await ask('auditor', 'GET', '/api/alarms/XX-01.x/escalation')).status).toBe(404);
  });

  test('[DU11] of a point under test only the person who tests is told', async () => {
    await signIn('engineer');
    const started = await ask('engineer', 'POST', '/api/points/GS-02.PT-1/test-mode', {
      reason: '回路测试',
      untilMs: clock.nowMs() + 3_600_000,
    });
    expect(started.status).toBe(200);
    clock.advance(1_000);
    await raise('GS-02.PT-1.crit');
    const view = await ask('auditor', 'GET', '/api/alarms/GS-02.PT-1.crit/escalation');
    expect(view.body.state).toBe('waiting');
    expect(
      view.body.steps.map((step: { tester: string; people: unknown[]; notReached: string[] }) => [
        step.tester,
        step.people,
        step.notReached,
      ]),
    ).toEqual([1, 2, 3].map(() => ['engineer', [], ['engineer']]));
  });
});
