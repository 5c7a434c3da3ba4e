// Maintenance and test mode as stories on a manual clock over a real database; every rule of RULES.md is cited here or in the other test.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import { annunciationOf } from '../../domain/alarms/alarm-state.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { refuseRows } from '../../test/harness/broken-database.ts';
import type { LifecycleEvent } from '../alarms/alarm-machine.ts';
import { newAlarmRecord, stateOf } from '../alarms/alarm-record.ts';
import { AlarmStore } from '../alarms/alarm-store.ts';
import { replayJournal } from '../alarms/replay-journal.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, readJournal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { CurrentPlant } from '../plant/current-plant.ts';
import { Maintenance } from './maintenance.ts';
import type { WorkPlace, WorkTransition } from './work-window-rules.ts';
import { WorkWindows } from './work-windows.ts';

const point = (tag: string, address: number, alarms: string, more = 'defaultAlarms: false') =>
  `{ tag: ${tag}, name: p, range: { min: 0, max: 100 }, register: { table: holding, address: ${address}, type: uint16 }, ${more}, alarms: [${alarms}] }`;
const high = '{ kind: high, setpoint: 50, priority: medium, response: r }';
const gas = '{ kind: highHigh, setpoint: 50, priority: critical, class: safety, response: r }';
const parsed = parsePlantText(
  `schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: a }]
alarmManagement: { longestMaintenance: 12h }
stations:
  - id: RS-01
    type: regulating
    name: s
    area: a
    devices:
      - { id: D-1, protocol: modbusTcp, host: h, points: [${point('PT-1', 0, high, 'defaultAlarms: true')}, ${point('PT-2', 1, high)}] }
      - { id: D-2, protocol: modbusTcp, host: h, points: [${point('GD-1', 0, gas, 'defaultAlarms: true')}, ${point('GD-2', 1, high, 'defaultAlarms: true')}] }
    alarms: [{ kind: vote, name: gasConfirmed, priority: critical, class: safety, required: 1, members: [GD-1, GD-2], condition: { above: 40 }, response: r }]
  - { id: RS-02, type: regulating, name: s, area: a, devices: [{ id: D-1, protocol: modbusTcp, host: h, points: [${point('PT-1', 0, high)}] }] }
`,
  { version: 't' },
);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
const plantOfFile = parsed.plant;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const supervisor: JournalActor = { kind: 'person', username: 'supervisor', displayName: '李强' };
const boss = { username: 'supervisor', actor: supervisor };
const engineer = { username: 'engineer', actor: { ...supervisor, username: 'engineer' } };
const outboxId = '018f0000-0000-7000-8000-000000000001';
const occurrence = (number: number) => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const station: WorkPlace = { kind: 'maintenance', stationId: 'RS-01', permit: 'W-12' };
const onPoint = (pointId: string): WorkPlace => ({ kind: 'test', stationId: 'RS-01', pointId });

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function open(folder?: string, clock = new ManualClock()) {
  const dataDir = folder ?? mkdtempSync(path.join(tmpdir(), 'gatewatch-maintenance-'));
  if (folder === undefined) folders.push(dataDir);
  const current = new CurrentPlant(plantOfFile);
  const { plant } = current;
  const database = await openDatabase('sqlite:', dataDir);
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const windows = await WorkWindows.open({ plant, database, nowMs: clock.nowMs() });
  const store = await AlarmStore.open({ plant, ledger, clock, circumstances: windows });
  const told: string[] = [];
  const maintenance = new Maintenance({ plant, ledger, alarms: store, windows, clock, announce: (id) => void told.push(id) });
  const announced: string[] = [];
  store.onChange((changes) => {
    for (const { definition, record } of changes)
      if (annunciationOf[stateOf(record)] === 'soundAndFlash') announced.push(`${definition.id} ${record.isTest ? 'test' : 'real'}`);
  });
  let sequence = (await database.selectFrom('outbox_progress').select('sequence').executeTakeFirst())?.sequence ?? 0;
  const say = async (kind: 'raise' | 'clear', alarmId: string, number: number, atMs = clock.nowMs()) => {
    sequence += 1;
    const common = { sequence, alarmId, occurrenceId: occurrence(number), atMs, value: 60, quality: 0 };
    const message = kind === 'raise' ? { kind, ...common, measured: null } : { kind, ...common };
    await store.deliver({ schema: 1, collectorId: 'default', outboxId, messages: [message] });
  };
  const record = (id: string) => store.find(id)?.record ?? newAlarmRecord(id);
  const state = (id: string) => stateOf(record(id));
  const act = async (id: string, event: LifecycleEvent) => {
    const result = await store.act(id, record(id).version, supervisor, event);
    expect(result.kind).toBe('done');
  };
  const acknowledge = (id: string) => act(id, { kind: 'acknowledge', atMs: clock.nowMs(), by: 'supervisor', comment: '知道了' });
  const start = (place: WorkPlace, forMs: number, person = boss) =>
    maintenance.start(place, { reason: '更换阀门', untilMs: clock.nowMs() + forMs }, person);
  const end = (version: number) => maintenance.end(() => windows.maintenanceAt('RS-01'), { version, comment: null }, boss);
  const endTest = (pointId: string) => maintenance.end(() => windows.testOf(pointId), { version: 1, comment: null }, boss);
  const pass = async (byMs: number) => {
    clock.advance(byMs);
    await store.tick();
    await maintenance.tick();
  };
  const kinds = async () => (await readJournal(database, { limit: 500 })).map((entry) => entry.kind).toReversed();
  const close = () => database.destroy();
  return {
    dataDir,
    clock,
    current,
    plant,
    database,
    windows,
    store,
    maintenance,
    told,
    announced,
    say,
    record,
    state,
    act,
    acknowledge,
    start,
    end,
    endTest,
    pass,
    kinds,
    close,
  };
}

const windowOf = (transition: WorkTransition | null) =>
  transition !== null && transition.kind !== 'refused' ? transition.window : expect.fail();
const reasonOf = (transition: WorkTransition | null) => (transition?.kind === 'refused' ? transition.reason : transition?.kind);

test('[MT1] maintenance names who, why, by which permit and until when; the journal line says the same', async () => {
  const one = await open();
  const nowMs = one.clock.nowMs();
  const window = windowOf(await one.start(station, hourMs));
  const expected = {
    startedBy: 'supervisor',
    startedAtMs: nowMs,
    untilMs: nowMs + hourMs,
    reason: '更换阀门',
    permit: 'W-12',
    ended: null,
  };
  expect(window).toMatchObject(expected);
  const [line] = await readJournal(one.database, { limit: 1 });
  expect(line).toMatchObject({
    kind: 'maintenance.start',
    stationId: 'RS-01',
    actor: supervisor,
    detail: { reason: '更换阀门', permit: 'W-12', untilMs: nowMs + hourMs },
  });
  expect(one.told).toEqual(['RS-01']);
  await one.close();
});

test('[MT2] it ends in the future, within the plant file’s 12 h; a test within 4 h', async () => {
  const one = await open();
  expect(reasonOf(await one.start(station, 0))).toBe('endsInThePast');
  expect(reasonOf(await one.start(station, 12 * hourMs + 1))).toBe('tooLong');
  expect(reasonOf(await one.start(station, 12 * hourMs))).toBe('changed');
  expect(reasonOf(await one.start(onPoint('RS-01.PT-1'), 4 * hourMs + 1))).toBe('tooLong');
  expect(reasonOf(await one.start(onPoint('RS-01.PT-1'), 4 * hourMs))).toBe('changed');
  await one.close();
});

test('[MT3] one maintenance a station, one test a point: the second is shown the first', async () => {
  const one = await open();
  const first = windowOf(await one.start(station, hourMs));
  expect(await one.start(station, hourMs, engineer)).toEqual({ kind: 'conflict', window: first });
  expect(reasonOf(await one.start({ ...station, stationId: 'RS-02' }, hourMs, engineer))).toBe('changed');
  const testing = windowOf(await one.start(onPoint('RS-01.PT-1'), hourMs));
  expect(await one.start(onPoint('RS-01.PT-1'), hourMs, engineer)).toEqual({ kind: 'conflict', window: testing });
  expect(one.windows.running()).toHaveLength(3);
  await one.close();
});

test('[MT4] a new end has a reason and the version that was seen, and the same limits', async () => {
  const one = await open();
  await one.start(station, hourMs);
  const extend = (version: number, forMs: number) => {
    const ask = { version, reason: '零件未到', untilMs: one.clock.nowMs() + forMs };
    return one.maintenance.extend(() => one.windows.maintenanceAt('RS-01'), ask, engineer);
  };
  expect(reasonOf(await extend(1, 12 * hourMs + 1))).toBe('tooLong');
  expect(windowOf(await extend(1, 2 * hourMs))).toMatchObject({
    version: 2,
    reason: '零件未到',
    changedBy: 'engineer',
    startedBy: 'supervisor',
  });
  expect(await extend(1, 3 * hourMs)).toMatchObject({ kind: 'conflict', window: { version: 2, changedBy: 'engineer' } });
  await one.pass(hourMs + minuteMs);
  expect(one.windows.running()).toHaveLength(1);
  await one.pass(hourMs);
  expect(one.windows.running()).toHaveLength(0);
  expect(await extend(2, hourMs)).toBeNull();
  expect(await one.kinds()).toEqual(['maintenance.start', 'maintenance.extend', 'maintenance.end']);
  await one.close();
});

test('[MT5] it ends by itself, also while the server is down or the wall clock is set back, and once', async () => {
  const one = await open();
  await one.say('raise', 'RS-01.PT-1.high', 1);
  await one.start(station, hourMs);
  await one.pass(minuteMs);
  one.clock.jumpWall(-5 * hourMs);
  await one.pass(59 * minuteMs - 1);
  expect(one.state('RS-01.PT-1.high')).toBe('suppressed');
  await one.pass(1);
  expect(one.state('RS-01.PT-1.high')).toBe('unacknowledged');
  await one.pass(minuteMs);
  const [last] = await readJournal(one.database, { limit: 2 });
  expect(last).toMatchObject({ kind: 'alarm.unsuppress', actor: { kind: 'system', part: 'server' } });
  await one.start(station, hourMs);
  const untilMs = one.clock.nowMs() + hourMs;
  await one.close();

  const two = await open(one.dataDir, new ManualClock(untilMs + minuteMs));
  expect(two.windows.running()).toHaveLength(1);
  await two.pass(0);
  expect(two.windows.running()).toHaveLength(0);
  expect(two.state('RS-01.PT-1.high')).toBe('unacknowledged');
  expect((await two.kinds()).filter((kind) => kind === 'maintenance.end')).toHaveLength(2);
  expect(await two.end(2)).toBeNull();
  await two.close();
});

test('[MT6] where the commit fails nothing happened: no window, no suppression, no line', async () => {
  const one = await open();
  await one.say('raise', 'RS-01.PT-1.high', 1);
  await refuseRows(one.database, 'INSERT', 'work_window');
  await expect(one.start(station, hourMs)).rejects.toThrow(/disk full/);
  expect(one.windows.running()).toEqual([]);
  expect(one.state('RS-01.PT-1.high')).toBe('unacknowledged');
  expect(await one.kinds()).toEqual(['alarm.raise']);
  expect(one.told).toEqual([]);
  await one.close();
});

test('[MT7] a restart changes nothing; an alarm that settings make a safety alarm comes out at the next look', async () => {
  const one = await open();
  await one.say('raise', 'RS-01.PT-1.high', 1);
  await one.start(station, hourMs);
  await one.start(onPoint('RS-01.PT-2'), hourMs);
  await one.close();

  const two = await open(one.dataDir, new ManualClock(one.clock.nowMs() + minuteMs));
  await two.pass(0);
  expect(two.windows.running()).toEqual(one.windows.running());
  expect(two.state('RS-01.PT-1.high')).toBe('suppressed');
  await two.say('raise', 'RS-01.PT-2.high', 2);
  expect(two.record('RS-01.PT-2.high')).toMatchObject({ isTest: true, suppressedBy: [{ kind: 'maintenance' }] });

  const safer = (alarm: AlarmDefinition): AlarmDefinition => (alarm.id === 'RS-01.PT-1.high' ? { ...alarm, class: 'safety' } : alarm);
  two.current.putAlarmsInForce(two.plant.alarms.map(safer));
  await two.pass(1_000);
  expect(two.state('RS-01.PT-1.high')).toBe('unacknowledged');
  expect(two.state('RS-01.PT-2.high')).toBe('suppressed');
  await two.close();
});

test('[MT8] what is up is suppressed, what rises is suppressed before it rises: nobody hears it, the journal has it all', async () => {
  const one = await open();
  await one.say('raise', 'RS-01.PT-1.high', 1);
  await one.acknowledge('RS-01.PT-1.high');
  one.announced.length = 0;
  await one.start(station, hourMs);
  await one.say('raise', 'RS-01.PT-2.high', 2);
  await one.say('raise', 'RS-02.PT-1.high', 3);
  expect(['RS-01.PT-1.high', 'RS-01.PT-2.high', 'RS-02.PT-1.high'].map(one.state)).toEqual(['suppressed', 'suppressed', 'unacknowledged']);
  expect(one.announced).toEqual(['RS-02.PT-1.high real']);
  const lines = (await readJournal(one.database, { limit: 100 })).toReversed().filter((entry) => entry.alarmId === 'RS-01.PT-2.high');
  expect(lines.map((entry) => [entry.kind, entry.detail.from, entry.detail.to])).toEqual([
    ['alarm.suppress', 'normal', 'suppressed'],
    ['alarm.raise', 'suppressed', 'suppressed'],
  ]);
  await one.close();
});

test('[MT9] safety alarms and whatever says that they are blind go on being announced', async () => {
  const one = await open();
  await one.start(station, hourMs);
  const loud = ['RS-01.GD-1.highHigh', 'RS-01.gasConfirmed', 'RS-01.GD-1.stale', 'RS-01.GD-2.instrumentFault', 'RS-01.D-2.commFail'];
  const quiet = ['RS-01.PT-1.high', 'RS-01.PT-1.stale', 'RS-01.PT-1.instrumentFault', 'RS-01.GD-2.high', 'RS-01.D-1.commFail'];
  let number = 10;
  for (const alarmId of [...loud, ...quiet]) {
    number += 1;
    await one.say('raise', alarmId, number);
  }
  expect(loud.map(one.state)).toEqual(loud.map(() => 'unacknowledged'));
  expect(quiet.map(one.state)).toEqual(quiet.map(() => 'suppressed'));
  await one.close();
});

test('[MT10] the end takes its own cause only; what is true is announced again, what returned is owed as before', async () => {
  const one = await open();
  const suppressUnder = async (alarmId: string) => {
    const { occurrenceId } = one.record(alarmId);
    const active = one.store
      .all()
      .filter(({ record }) => record.isConditionTrue)
      .map(({ record }) => ({
        alarmId: record.alarmId,
        occurrenceId: record.occurrenceId ?? '',
        sinceMs: record.raisedAtMs ?? 0,
        value: null,
        suppressedByAlarmId: record.occurrenceId === occurrenceId ? 'RS-01.D-1.commFail' : null,
      }));
    await one.store.state({ schema: 1, collectorId: 'default', outboxId, throughSequence: 3, atMs: one.clock.nowMs(), active });
  };
  await one.say('raise', 'RS-01.PT-2.high', 1);
  await one.acknowledge('RS-01.PT-2.high');
  await one.start(station, hourMs);
  await one.say('raise', 'RS-01.D-1.commFail', 2);
  await one.say('raise', 'RS-01.PT-1.stale', 3);
  await suppressUnder('RS-01.PT-1.stale');
  await one.say('raise', 'RS-01.PT-1.high', 4);
  await one.say('clear', 'RS-01.PT-1.high', 4);
  one.announced.length = 0;
  await one.end(1);
  expect(one.announced.toSorted()).toEqual(['RS-01.D-1.commFail real', 'RS-01.PT-2.high real']);
  expect(one.record('RS-01.PT-1.stale').suppressedBy).toEqual([{ kind: 'alarm', alarmId: 'RS-01.D-1.commFail' }]);
  expect(one.state('RS-01.PT-1.high')).toBe('returnedUnacknowledged');
  await one.close();
});

test('[MT11] what rises while the test runs is a test, whenever it arrives; in doubt it is real', async () => {
  const one = await open();
  const alarmId = 'RS-01.PT-1.high';
  const startedAtMs = one.clock.nowMs() + minuteMs;
  await one.pass(minuteMs);
  await one.start(onPoint('RS-01.PT-1'), hourMs);
  const endedAtMs = startedAtMs + 10 * minuteMs;
  let number = 0;
  const isTest = async (atMs: number) => {
    number += 1;
    await one.say('raise', alarmId, number, atMs);
    return one.record(alarmId).isTest;
  };
  expect(await isTest(startedAtMs - 1)).toBe(false);
  expect(await isTest(startedAtMs)).toBe(true);
  one.clock.advance(10 * minuteMs);
  expect(await isTest(endedAtMs)).toBe(true);
  await one.endTest('RS-01.PT-1');
  expect(await isTest(endedAtMs - 5_000)).toBe(false);
  expect(await isTest(endedAtMs - 11_000)).toBe(true);
  expect(await isTest(endedAtMs + 1)).toBe(false);
  await one.close();
});

test('[MT12] a test alarm is announced and acknowledged like any other, and every line of it says that it is one', async () => {
  const one = await open();
  await one.start(onPoint('RS-01.GD-1'), hourMs);
  await one.say('raise', 'RS-01.GD-1.highHigh', 1);
  expect(one.announced).toEqual(['RS-01.GD-1.highHigh test']);
  await one.acknowledge('RS-01.GD-1.highHigh');
  await one.say('clear', 'RS-01.GD-1.highHigh', 1);
  const lines = (await readJournal(one.database, { limit: 100 })).toReversed().filter((entry) => entry.alarmId === 'RS-01.GD-1.highHigh');
  expect(lines.map((entry) => [entry.kind, entry.detail.isTest])).toEqual([
    ['alarm.raise', true],
    ['alarm.acknowledge', true],
    ['alarm.clear', true],
  ]);
  await one.say('raise', 'RS-01.GD-1.highHigh', 2);
  await one.endTest('RS-01.GD-1');
  expect(one.record('RS-01.GD-1.highHigh')).toMatchObject({ isTest: true, isConditionTrue: true });
  await one.say('clear', 'RS-01.GD-1.highHigh', 2);
  await one.say('raise', 'RS-01.GD-1.highHigh', 3);
  expect(one.record('RS-01.GD-1.highHigh').isTest).toBe(false);
  await one.close();
});

test('[MT13] true before the test is real; a vote over a tested detector and a neighbour’s alarm are real', async () => {
  const one = await open();
  await one.say('raise', 'RS-01.GD-1.highHigh', 1);
  await one.start(onPoint('RS-01.GD-1'), hourMs);
  await one.say('raise', 'RS-01.gasConfirmed', 2);
  await one.say('raise', 'RS-01.GD-2.high', 3);
  await one.say('raise', 'RS-01.GD-1.stale', 4);
  const ids = ['RS-01.GD-1.highHigh', 'RS-01.gasConfirmed', 'RS-01.GD-2.high', 'RS-01.GD-1.stale'];
  expect(ids.map((id) => one.record(id).isTest)).toEqual([false, false, false, true]);
  await one.close();
});

test('[MT14] the test ends with its alarm still true and acknowledged: it is announced again, marked as it was', async () => {
  const one = await open();
  await one.say('raise', 'RS-01.PT-1.stale', 9);
  await one.acknowledge('RS-01.PT-1.stale');
  await one.start(onPoint('RS-01.PT-1'), hourMs);
  await one.say('raise', 'RS-01.PT-1.high', 1);
  await one.acknowledge('RS-01.PT-1.high');
  await one.pass(hourMs);
  expect(one.windows.running()).toEqual([]);
  expect(one.record('RS-01.PT-1.high')).toMatchObject({ isTest: true, isAcknowledged: false, announcedAtMs: one.clock.nowMs() });
  expect((await one.kinds()).slice(-2)).toEqual(['test.end', 'alarm.reannounce']);
  expect(one.state('RS-01.PT-1.stale')).toBe('acknowledged'); // it was real, and is no news
  const rebuilt = replayJournal((await readJournal(one.database, { limit: 100 })).toReversed(), one.plant);
  expect([...rebuilt.values()]).toEqual(one.store.all().map(({ record }) => record));
  await one.close();
});

test('every rule of RULES.md is cited by a test, and every citation is a rule', () => {
  const folder = path.dirname(new URL(import.meta.url).pathname);
  const rules = [...readFileSync(path.join(folder, 'RULES.md'), 'utf8').matchAll(/^- \*\*(MT\d+)\*\*/gm)].map((match) => match[1]);
  const cited = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(path.join(folder, name), 'utf8').matchAll(/test\('\[(MT\d+)\]/g)].map((match) => match[1]));
  expect(rules.length).toBeGreaterThan(0);
  expect([...new Set(cited)].sort()).toEqual([...rules].sort());
});
