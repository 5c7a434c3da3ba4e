// Health over a real server: what the page gets, the journal's check, people's rights; and alarms of the monitor itself that come and go [HE13].
import { expect, onTestFinished, test } from 'vitest';
import type { HealthView } from '../../domain/api/health-api.ts';
import type { UserView } from '../../domain/api/users-api.ts';
import type { HealthCheck } from '../../domain/health/health-check.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { removeJournalGuard } from '../../test/harness/broken-database.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { startSmallServer } from '../../test/harness/small-server.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { stateOf } from '../alarms/alarm-record.ts';
import { AlarmStore } from '../alarms/alarm-store.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, readJournal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { CurrentPlant } from '../plant/current-plant.ts';
import { JournalCheck } from './journal-check.ts';
import { bringMonitorAlarmsIntoLine, monitorAlarms } from './monitor-alarms.ts';

const plantText = `schema: 1
company: { id: t, name: 测试 }
areas: [{ id: a, name: 区 }]
stations:
  - id: GS-01
    type: gate
    name: 门站
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points: [{ tag: PT-101, name: 压力, unit: MPa, range: { min: 0, max: 1 }, register: { address: 0, type: float32 } }]
`;
const plant = plantOf(plantText);

async function openStore() {
  const clock = new ManualClock();
  const database = await openDatabase('sqlite:', temporaryFolder());
  onTestFinished(() => database.destroy());
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const { plant: inForce } = new CurrentPlant(plant, monitorAlarms(plant.alarms.length));
  return { clock, database, ledger, store: await AlarmStore.open({ plant: inForce, ledger, clock }) };
}

test('[HE13] what must be acted upon raises an alarm of the monitor, once, and clears it; the journal tells both', async () => {
  const { clock, database, ledger, store } = await openStore();
  const disk = (verdict: HealthCheck['verdict']): HealthCheck => ({
    name: 'disk',
    group: 'machine',
    subject: 'server',
    cause: '',
    verdict,
    values: { freeShare: 0.05 },
  });
  const look = (checks: readonly HealthCheck[]) => bringMonitorAlarmsIntoLine({ store, ledger, checks, nowMs: clock.nowMs() });
  await look([disk('look')]);
  expect(store.find('monitor.disk')?.record.isConditionTrue).toBe(false);
  await look([disk('act')]);
  await look([disk('act')]);
  const raised = store.find('monitor.disk');
  expect(raised?.record).toMatchObject({ isConditionTrue: true, raiseCount: 1 });
  expect(raised === null ? null : stateOf(raised.record)).toBe('unacknowledged');
  clock.advance(60_000);
  await look([disk('ok')]);
  expect(store.find('monitor.disk')?.record.isConditionTrue).toBe(false);
  const lines = await readJournal(database, { limit: 10 });
  expect(lines.map(({ kind, alarmId, stationId }) => ({ kind, alarmId, stationId }))).toEqual([
    { kind: 'alarm.clear', alarmId: 'monitor.disk', stationId: null },
    { kind: 'alarm.raise', alarmId: 'monitor.disk', stationId: null },
  ]);
});

test('[HE13] every alarm of the monitor is told what to do, and none can be set by alarm settings', () => {
  const current = new CurrentPlant(plant, monitorAlarms(plant.alarms.length));
  const own = current.plant.alarms.filter(({ kind }) => kind === 'monitor');
  expect(own.map(({ id }) => id)).toEqual([
    'monitor.disk',
    'monitor.diskFull',
    'monitor.outbox',
    'monitor.setAside',
    'monitor.certificate',
    'monitor.clock',
    'monitor.historian',
    'monitor.spool',
    'monitor.journalChain',
    'monitor.spare',
    'monitor.backup',
  ]);
  for (const alarm of own) {
    expect(current.plant.alarms[current.plant.alarmIndexById.get(alarm.id) ?? -1]).toBe(alarm);
    expect(alarm).toMatchObject({ class: 'diagnostic', stationIndex: -1 });
    expect(alarm.response?.zh).toBeTruthy();
  }
  expect(current.settable.alarms.some(({ kind }) => kind === 'monitor')).toBe(false);
  expect(current.settable.alarmIndexById.has('monitor.disk')).toBe(false);
});

test('[HE8] a line changed behind the journal’s back is found by number, remembered over a restart, and told by an alarm', async () => {
  const { clock, database, ledger, store } = await openStore();
  const note = (text: string) =>
    ledger.note({
      occurredAtMs: clock.nowMs(),
      kind: 'test',
      stationId: null,
      alarmId: null,
      occurrenceId: null,
      actor: { kind: 'system', part: 'server' },
      detail: { text },
    });
  for (const text of ['one', 'two', 'three']) await note(text);
  const start = () => JournalCheck.start({ ledger, clock, report: (error) => expect.fail(String(error)) });
  const check = await start();
  expect(check.state()).toEqual({ verifiedAtMs: null, brokenAt: null });
  const actor = { kind: 'system', part: 'server' } as const;
  const [first, second] = await Promise.all([check.run(actor), check.run(actor)]);
  expect(first).toEqual({ verifiedAtMs: clock.nowMs(), brokenAt: null });
  expect(second).toBe(first);
  // A trigger forbids changing a line; whoever has the file can drop it.
  await removeJournalGuard(database);
  await database.updateTable('journal').set({ detail: '{"text":"zwei"}' }).where('sequence', '=', 2).execute();
  expect(await check.run(actor)).toMatchObject({ brokenAt: { sequence: 2, reason: 'its content was changed' } });
  await check.stop();
  const again = await start();
  expect(again.state()).toMatchObject({ brokenAt: { sequence: 2 } });
  await again.stop();
  const broken: HealthCheck = {
    name: 'journalChain',
    group: 'journal',
    subject: '',
    cause: 'broken',
    verdict: 'act',
    values: { sequence: 2 },
  };
  await bringMonitorAlarmsIntoLine({ store, ledger, checks: [broken], nowMs: clock.nowMs() });
  expect(store.find('monitor.journalChain')?.record).toMatchObject({ isConditionTrue: true, valueAtRaise: 2 });
});

test('the page says what is and what is not configured; the journal is checked on demand and says who asked', async () => {
  const server = await startSmallServer(plant);
  onTestFinished(() => server.stop());
  const view = (await server.ask('engineer', 'GET', '/api/health')).body as HealthView;
  const check = (name: string) => view.checks.find((candidate) => candidate.name === name);
  expect(check('collector')).toMatchObject({ verdict: 'ok', subject: 'default' });
  expect(check('noEscalation')).toMatchObject({ verdict: 'look', group: 'notConfigured' });
  expect(check('noChannel')?.verdict).toBe('look');
  expect(check('noHistory')?.verdict).toBe('look');
  expect(check('journalChain')).toMatchObject({ verdict: 'look', cause: 'never' });
  expect(check('disk')?.values).toMatchObject({ folder: server.dataDir });
  expect((await server.ask('duty', 'POST', '/api/health/journal-check')).status).toBe(403);
  expect((await server.ask('engineer', 'POST', '/api/health/journal-check')).body).toMatchObject({ brokenAt: null });
  const after = (await server.ask('engineer', 'GET', '/api/health')).body as HealthView;
  expect(after.checks.find(({ name }) => name === 'journalChain')?.verdict).toBe('ok');
  const lines = (await server.ask('auditor', 'GET', '/api/journal?limit=20')).body as { kind: string; actor: { username?: string } }[];
  expect(lines.find(({ kind }) => kind === 'journal.verify')?.actor.username).toBe('engineer');
});

test('a person’s rights are changed with what was seen, his sessions end, and nobody changes his own', async () => {
  const server = await startSmallServer(plant);
  onTestFinished(() => server.stop());
  await server.addPerson({ username: 'wang', role: 'operator' });
  expect((await server.ask('wang', 'GET', '/api/stations')).status).toBe(200);
  const sessions = async () => (await server.ask('admin', 'GET', '/api/sessions')).body as { username: string; isOwn: boolean }[];
  expect((await sessions()).filter(({ username }) => username === 'wang')).toHaveLength(1);
  const seen = { displayName: 'wang', role: 'operator', stationIds: null };
  const change = (user: string, body: object) => server.ask('admin', 'PUT', `/api/users/${user}`, body);
  const wanted = { displayName: '王敏', role: 'supervisor', stationIds: ['GS-01'] };
  expect((await change('wang', { ...wanted, stationIds: ['GS-99'], expected: seen })).status).toBe(400);
  expect((await change('wang', { ...wanted, expected: seen })).body).toMatchObject({ ...wanted, username: 'wang' });
  expect((await server.ask('wang', 'GET', '/api/stations')).status).toBe(401);
  expect((await sessions()).filter(({ username }) => username === 'wang')).toEqual([]);
  const late = await change('wang', { ...wanted, role: 'viewer', expected: seen });
  expect(late.status).toBe(409);
  expect((late.body as { current: UserView }).current.role).toBe('supervisor');
  const own = { displayName: '管理员 孙磊', role: 'administrator', stationIds: null };
  expect((await change('admin', { ...own, role: 'viewer', expected: own })).status).toBe(422);
  expect((await change('admin', { ...own, displayName: '孙磊', expected: own })).status).toBe(200);
  expect((await change('nobody', { ...own, expected: own })).status).toBe(404);
});

test('an administrator ends a person’s sessions, and keeps his own', async () => {
  const server = await startSmallServer(plant);
  onTestFinished(() => server.stop());
  expect((await server.ask('duty', 'GET', '/api/stations')).status).toBe(200);
  expect((await server.ask('admin', 'DELETE', '/api/users/duty/sessions')).status).toBe(204);
  expect((await server.ask('duty', 'GET', '/api/stations')).status).toBe(401);
  expect((await server.ask('admin', 'DELETE', '/api/users/admin/sessions')).status).toBe(204);
  expect((await server.ask('admin', 'GET', '/api/sessions')).status).toBe(200);
});

test('[HE13] an alarm of the monitor is listed, opened and acknowledged like any other; who is limited to stations does not see it', async () => {
  const server = await startSmallServer(plant);
  onTestFinished(() => server.stop());
  await server.addPerson({ username: 'north', role: 'operator', stationIds: ['GS-01'] });
  await server.raise('monitor.disk', 0);
  const listed = async (person: string) =>
    ((await server.ask(person, 'GET', '/api/alarms')).body as { alarmId: string }[]).map(({ alarmId }) => alarmId);
  expect(await listed('duty')).toContain('monitor.disk');
  expect(await listed('north')).not.toContain('monitor.disk');
  expect((await server.ask('north', 'GET', '/api/alarms/monitor.disk')).status).toBe(404);
  for (const what of ['', '/related', '/occurrences'])
    expect((await server.ask('duty', 'GET', `/api/alarms/monitor.disk${what}`)).status).toBe(200);
  const alarm = await server.alarm('monitor.disk');
  expect(alarm).toMatchObject({ stationId: '', kind: 'monitor', class: 'diagnostic', state: 'unacknowledged' });
  expect((await server.ask('duty', 'POST', '/api/alarms/monitor.disk/acknowledge', { version: alarm.version })).status).toBe(200);
  expect((await server.alarm('monitor.disk')).state).toBe('acknowledged');
  expect(server.logLines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
});
