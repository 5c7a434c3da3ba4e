import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { permissionsUnder } from '../../domain/access/roles.ts';
import type { FigureId, PerformanceView } from '../../domain/api/performance-api.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import type { Identity } from '../access/identity.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, type NewJournalEntry } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { PerformanceCounts, type PerformanceQuery } from './performance-query.ts';
import { PerformanceStore } from './performance-store.ts';
import { reportOf } from './report.ts';

const second = 1_000;
const minute = 60_000;
const hour = 3_600_000;

const point = (tag: string, address: number, priority: string, more = '') =>
  `{ tag: ${tag}, name: p, range: { min: 0, max: 100 }, register: { table: holding, address: ${address}, type: uint16 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 20, priority: ${priority}, response: r${more} }] }`;
const station = (id: string, area: string) =>
  `{ id: ${id}, type: regulating, name: s, area: ${area}, devices: [{ id: D-1, protocol: modbusTcp, host: h, points: [${point('PT-1', 0, 'low')}, ${point('PT-2', 1, 'high', ', responseTime: 2min')}, ${point('PT-3', 2, 'critical', ', class: safety')}] }] }`;
const parsed = parsePlantText(
  `schema: 1
company: { id: t, name: t }
areas: [{ id: north, name: n }, { id: south, name: s }]
stations: [${station('GS-01', 'north')}, ${station('GS-02', 'south')}]
`,
  { version: 't' },
);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
const { plant } = parsed;

const identity = (stationIds: string[] | null = null): Identity => ({
  kind: 'person',
  username: 'duty',
  displayName: 'd',
  permissions: permissionsUnder('operator', false),
  mustDo: null,
  role: 'operator',
  stationIds: stationIds === null ? null : new Set(stationIds),
  expiresAtMs: Number.POSITIVE_INFINITY,
  tokenHash: '',
});

async function open(clock = new ManualClock(Date.UTC(2026, 6, 1)), folder?: string) {
  const dataDir = folder ?? mkdtempSync(path.join(tmpdir(), 'gatewatch-performance-'));
  if (folder === undefined) onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const database = await openDatabase('sqlite:', dataDir);
  onTestFinished(() => database.destroy());
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const store = await PerformanceStore.start({ plant, ledger, clock, log: pino({ level: 'silent' }) });
  const user = (username: string, stationIds: string[] | null) =>
    ({ username, displayName: `Mr ${username}`, role: 'operator', stationIds, isDisabled: false }) as const;
  const users = async () => [user('duty', null), user('north', ['GS-01'])].map((each) => ({ ...each, stationIds: each.stationIds }));
  const counts = new PerformanceCounts({ plant, store, users, clock });
  const startMs = clock.nowMs();
  async function report(query: Partial<PerformanceQuery> = {}, who = identity()): Promise<PerformanceView> {
    await store.settled();
    const count = await counts.count({ format: 'json', from: startMs, to: clock.nowMs(), ...query }, who);
    return reportOf({ ...count, isComplete: store.isComplete });
  }
  await store.settled();
  return { dataDir, database, ledger, store, counts, clock, report, startMs };
}
type Opened = Awaited<ReturnType<typeof open>>;

const tagOf: Readonly<Record<string, string>> = { A: 'PT-1', B: 'PT-2', G: 'PT-3' };
const priorityOf: Readonly<Record<string, string>> = { A: 'low', B: 'high', G: 'critical' };
let occurrences = 0;
/** Writes what happens to alarms as the alarm store would, each at its own time. */
function writer({ ledger, clock }: Pick<Opened, 'ledger' | 'clock'>) {
  const current = new Map<string, string>();
  const line = (alarm: string, kind: string, from: string, to: string, event: object = {}, more: object = {}): NewJournalEntry => {
    const [stationId = '', letter = ''] = alarm.split('.');
    const alarmId = `${stationId}.${tagOf[letter]}.high`;
    if (kind === 'raise') {
      occurrences += 1;
      current.set(alarmId, `o${occurrences}`);
    }
    return {
      occurredAtMs: clock.nowMs(),
      kind: `alarm.${kind}`,
      stationId,
      alarmId,
      occurrenceId: current.get(alarmId) ?? null,
      actor: ['acknowledge', 'shelve', 'removeFromService'].includes(kind)
        ? { kind: 'person', username: 'duty', displayName: '王敏' }
        : { kind: 'system', part: 'collector default' },
      detail: { priority: priorityOf[letter], from, to, event: { kind, ...event }, ...more },
    };
  };
  const write = (...entries: NewJournalEntry[]) => ledger.commit(entries);
  return {
    line,
    write,
    raise: (alarm: string, more: object = {}) => write(line(alarm, 'raise', 'normal', 'unacknowledged', {}, more)),
    clear: (alarm: string, from = 'unacknowledged') => write(line(alarm, 'clear', from, 'returnedUnacknowledged')),
    acknowledge: (alarm: string, comment: string | null = null) =>
      write(line(alarm, 'acknowledge', 'unacknowledged', 'acknowledged', { comment })),
    shelve: (alarm: string, untilMs: number, approvedBy: string | null = null) =>
      write(line(alarm, 'shelve', 'unacknowledged', 'shelved', { untilMs, approvedBy, reason: 'r', by: 'duty' })),
    unshelve: (alarm: string, to = 'unacknowledged') => write(line(alarm, 'unshelve', 'shelved', to)),
  };
}
const figure = (report: PerformanceView, id: FigureId) => {
  const found = report.figures.find((each) => each.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};

describe('what is counted', () => {
  test('[PF1] raises and what is announced again after shelving; a reminder is nothing new', async () => {
    const opened = await open();
    const { clock, report } = opened;
    const { raise, shelve, unshelve, acknowledge, write, line } = writer(opened);
    await raise('GS-01.A');
    clock.advance(minute);
    await shelve('GS-01.A', clock.nowMs() + minute);
    clock.advance(minute);
    await unshelve('GS-01.A');
    await acknowledge('GS-01.A');
    clock.advance(hour);
    await write(line('GS-01.A', 'reannounce', 'acknowledged', 'unacknowledged'));
    clock.advance(minute);
    expect((await report()).counts).toMatchObject({ announced: 2, again: 1, tests: 0 });
  });

  test('[PF2] what rises while set aside or is suppressed in the commit of its raise was never announced', async () => {
    const opened = await open();
    const { clock, report } = opened;
    const { write, line } = writer(opened);
    await write(line('GS-01.A', 'raise', 'shelved', 'shelved'));
    await write(line('GS-01.B', 'raise', 'normal', 'unacknowledged'), line('GS-01.B', 'suppress', 'unacknowledged', 'suppressed'));
    clock.advance(minute);
    expect((await report()).counts).toMatchObject({ announced: 0, waiting: 0 });
    await write(line('GS-01.B', 'unsuppress', 'suppressed', 'unacknowledged'));
    clock.advance(minute);
    expect((await report()).counts).toMatchObject({ announced: 1, again: 1, waiting: 1 });
  });

  test('[PF3] tests are counted apart, and a real alarm after an unacknowledged test has its own time', async () => {
    const opened = await open();
    const { clock, report } = opened;
    const { raise, clear, acknowledge } = writer(opened);
    for (let count = 0; count < 5; count += 1) {
      await raise('GS-01.B', { isTest: true });
      await clear('GS-01.B');
    }
    clock.advance(10 * minute);
    await raise('GS-01.B');
    clock.advance(30 * second);
    await acknowledge('GS-01.B');
    const view = await report({ to: clock.nowMs() + 1 });
    expect(view.counts).toMatchObject({ announced: 1, tests: 5, chattering: 0, fleeting: 0 });
    expect(view.priorities.find((each) => each.priority === 'high')).toMatchObject({ acknowledged: 1, maxMs: 30 * second, late: 0 });
  });

  test('[PF4] alarms that come late count when they come, with the times of the plant for how long they stood', async () => {
    const opened = await open();
    const { clock, report, startMs } = opened;
    const { write, line } = writer(opened);
    await write(line('GS-01.B', 'comment', 'normal', 'normal'));
    const raise = line('GS-01.A', 'raise', 'normal', 'unacknowledged');
    clock.advance(3 * second);
    const clear = line('GS-01.A', 'clear', 'unacknowledged', 'returnedUnacknowledged');
    clock.advance(2 * hour);
    await write(raise, clear);
    clock.advance(minute);
    const view = await report();
    expect(view.counts).toMatchObject({ announced: 1, fleeting: 1 });
    expect(view.buckets.counts.findIndex((count) => count > 0)).toBe(12);
    expect((await report({ to: startMs + hour })).counts.announced).toBe(0);
  });

  test('[PF6] an announcement lasts until it clears or is set aside', async () => {
    const opened = await open();
    const { clock, store, startMs } = opened;
    const { raise, clear, shelve, unshelve } = writer(opened);
    await raise('GS-01.A');
    clock.advance(minute);
    await shelve('GS-01.A', clock.nowMs() + minute);
    clock.advance(minute);
    await unshelve('GS-01.A');
    clock.advance(minute);
    await clear('GS-01.A');
    await store.settled();
    const rows = [];
    for await (const page of store.announcements({ fromMs: startMs, toMs: clock.nowMs() })) rows.push(...page);
    expect(rows.map((row) => [row.raisedAtMs - startMs, (row.endedAtMs ?? 0) - startMs, row.ending])).toEqual([
      [0, minute, 'setAside'],
      [0, 3 * minute, 'cleared'],
    ]);
  });

  test('[PF9] the time before the journal began had no alarms to count', async () => {
    const opened = await open();
    const { clock, report, startMs } = opened;
    const { raise } = writer(opened);
    for (let count = 0; count < 12; count += 1) {
      await raise('GS-01.A');
      clock.advance(10 * minute);
    }
    const view = await report({ from: startMs - 30 * 24 * hour, to: clock.nowMs() + 30 * 24 * hour });
    expect(view).toMatchObject({ observedFromMs: startMs, observedToMs: clock.nowMs() });
    expect(figure(view, 'averageRate')).toMatchObject({ value: 6, verdict: 'good' });
  });
});

describe('acknowledgement', () => {
  test('[PF5] from when it began to ask, whatever rises again meanwhile; set aside is not acknowledged', async () => {
    const opened = await open();
    const { clock, report } = opened;
    const { raise, clear, acknowledge, shelve } = writer(opened);
    await raise('GS-01.B');
    clock.advance(minute);
    await clear('GS-01.B');
    await raise('GS-01.B');
    clock.advance(2 * minute);
    await acknowledge('GS-01.B', '去看');
    await raise('GS-02.B');
    clock.advance(minute);
    await shelve('GS-02.B', clock.nowMs() + minute, 'supervisor');
    await raise('GS-02.A');
    clock.advance(30 * second);
    const view = await report();
    expect(view.priorities.find((each) => each.priority === 'high')).toMatchObject({
      announced: 3,
      acknowledged: 1,
      p50Ms: 3 * minute,
      maxMs: 3 * minute,
      withResponseTime: 1,
      late: 1,
      waiting: 0,
    });
    expect(view.priorities.find((each) => each.priority === 'low')).toMatchObject({ waiting: 1, late: 0 });
    expect(view.people).toMatchObject([{ username: 'duty', displayName: 'Mr duty', acknowledged: 1, late: 1 }]);
    expect(figure(view, 'lateAcknowledgements')).toMatchObject({ value: 1, verdict: 'over' });
  });

  test('[PF5] one that still waits after its response time is late too', async () => {
    const opened = await open();
    const { raise } = writer(opened);
    await raise('GS-01.B');
    opened.clock.advance(2 * minute);
    expect(figure(await opened.report(), 'lateAcknowledgements').value).toBe(0);
    opened.clock.advance(1);
    expect(figure(await opened.report(), 'lateAcknowledgements').value).toBe(1);
  });

  test('median, nine tenths and maximum are delays that really occurred', async () => {
    const opened = await open();
    const { raise, acknowledge, clear } = writer(opened);
    for (let count = 1; count <= 10; count += 1) {
      await raise('GS-01.A');
      opened.clock.advance(count * second);
      await acknowledge('GS-01.A');
      await clear('GS-01.A', 'acknowledged');
      opened.clock.advance(5 * minute);
    }
    expect((await opened.report()).priorities.find((each) => each.priority === 'low')).toMatchObject({
      p50Ms: 5 * second,
      p90Ms: 9 * second,
      maxMs: 10 * second,
    });
  });
});

describe('nuisance', () => {
  test('[PF7] a run of chattering counts all its raises, once also where they are fleeting', async () => {
    const opened = await open();
    const { clock, report } = opened;
    const { raise, clear } = writer(opened);
    for (let count = 0; count < 5; count += 1) {
      await raise('GS-01.A');
      clock.advance(count < 2 ? 2 * second : 8 * second);
      await clear('GS-01.A');
      clock.advance(10 * second);
    }
    clock.advance(hour);
    await raise('GS-01.A');
    clock.advance(3 * second);
    await clear('GS-01.A');
    clock.advance(minute);
    const view = await report();
    expect(view.counts).toMatchObject({ announced: 6, chattering: 5, fleeting: 3 });
    expect(figure(view, 'nuisance')).toMatchObject({ value: 6, target: 0, verdict: 'over' });
  });

  test('[PF8] stale by the days of the plant’s calendar: standing over 24 h and shown', async () => {
    const opened = await open();
    const { clock, report } = opened;
    const { raise, clear, acknowledge, shelve } = writer(opened);
    // 2026-07-01 08:00 in Shanghai.
    await raise('GS-01.A');
    await acknowledge('GS-01.A');
    await raise('GS-01.B');
    await shelve('GS-01.B', clock.nowMs() + hour, 'supervisor');
    clock.advance(24 * hour);
    expect((await report()).stale).toEqual({ most: 0, date: null });
    clock.advance(hour);
    expect((await report()).stale).toEqual({ most: 1, date: '2026-07-02' });
    clock.advance(24 * hour);
    await clear('GS-01.A', 'acknowledged');
    clock.advance(24 * hour);
    const view = await report();
    expect(view.stale).toEqual({ most: 1, date: '2026-07-02' });
    expect(figure(view, 'stale')).toMatchObject({ value: 1, target: 4, verdict: 'good' });
    expect((await report({ from: opened.startMs + 50 * hour })).stale.most).toBe(0);
  });
});

describe('verdicts and set-asides', () => {
  test('[PF10] a share says nothing of too few alarms', async () => {
    const opened = await open();
    const { raise } = writer(opened);
    for (let count = 0; count < 19; count += 1) await raise(count % 2 === 0 ? 'GS-01.A' : 'GS-02.B');
    opened.clock.advance(minute);
    let view = await opened.report();
    expect([figure(view, 'urgentShare').verdict, figure(view, 'topTenShare').verdict]).toEqual(['tooFew', 'tooFew']);
    for (let count = 0; count < 200; count += 1) await raise('GS-01.A');
    opened.clock.advance(minute);
    view = await opened.report();
    expect(figure(view, 'topTenShare')).toMatchObject({ value: 1, verdict: 'over' });
    expect(figure(view, 'urgentShare')).toMatchObject({ value: 9 / 219, verdict: 'good' });
  });

  test('[PF11] what breaks a rule of the lifecycle is found, although the program refuses it', async () => {
    const opened = await open();
    const { raise, shelve } = writer(opened);
    const nowMs = opened.clock.nowMs();
    for (const alarm of ['GS-01.A', 'GS-01.B', 'GS-01.G', 'GS-02.A', 'GS-02.B']) await raise(alarm);
    await shelve('GS-01.A', nowMs + 8 * hour);
    await shelve('GS-02.A', nowMs + 8 * hour + 1);
    await shelve('GS-01.B', nowMs + hour, 'supervisor');
    await shelve('GS-02.B', nowMs + hour, 'duty');
    await shelve('GS-01.G', nowMs + hour, 'supervisor');
    opened.clock.advance(minute);
    const view = await opened.report();
    expect(figure(view, 'unauthorised')).toMatchObject({ value: 3, verdict: 'over' });
    const setAsides = await opened.store.setAsides({ fromMs: nowMs, toMs: opened.clock.nowMs() });
    expect(setAsides.map((each) => each.fault)).toEqual([null, 'AL10', null, 'AL11', 'AL9']);
  });

  test('[PF12] ten seconds after the stated end it is past its time, ended or not', async () => {
    const opened = await open();
    const { raise, shelve, unshelve } = writer(opened);
    await raise('GS-01.A');
    await raise('GS-02.A');
    await shelve('GS-01.A', opened.clock.nowMs() + minute);
    await shelve('GS-02.A', opened.clock.nowMs() + minute);
    opened.clock.advance(minute + 10 * second);
    await unshelve('GS-01.A');
    opened.clock.advance(1);
    expect(figure(await opened.report(), 'pastItsTime').value).toBe(1);
    await unshelve('GS-02.A');
    opened.clock.advance(1);
    expect(figure(await opened.report(), 'pastItsTime').value).toBe(1);
  });
});

describe('by place and person', () => {
  test('flood, busy ten minutes and rate of each console; the rest by station, area and priority', async () => {
    const opened = await open();
    const { raise } = writer(opened);
    for (let count = 0; count < 12; count += 1) await raise('GS-02.A');
    await raise('GS-01.B');
    opened.clock.advance(2 * hour);
    const view = await opened.report();
    expect(view.consoles).toMatchObject([
      { stationIds: null, people: ['Mr duty'], announced: 13, perHour: 6.5, busyShare: 1 / 12, floods: 1, verdict: 'over' },
      { stationIds: ['GS-01'], people: ['Mr north'], announced: 1, perHour: 0.5, busyShare: 0, floods: 0, floodShare: 0, verdict: 'good' },
    ]);
    expect(figure(view, 'floodTime').value).toBeCloseTo(1 / 12, 6);
    expect(view.floods).toEqual([{ startMs: opened.startMs, endMs: opened.startMs + 10 * minute, announced: 13, peak: 13 }]);
    expect(view.stations.map((each) => [each.stationId, each.announced])).toEqual([
      ['GS-02', 12],
      ['GS-01', 1],
    ]);
    expect(view.areas.map((each) => [each.areaId, each.announced])).toEqual([
      ['south', 12],
      ['north', 1],
    ]);
    const north = await opened.report({ area: 'north' });
    expect(north).toMatchObject({ counts: { announced: 1 }, consoles: [], floods: [] });
  });

  test('a person with one station counts that one only, and is told of no other', async () => {
    const opened = await open();
    const { raise } = writer(opened);
    for (let count = 0; count < 12; count += 1) await raise('GS-02.A');
    await raise('GS-01.B');
    opened.clock.advance(hour);
    const view = await opened.report({}, identity(['GS-01']));
    expect(view).toMatchObject({ counts: { announced: 1 }, floods: [] });
    expect(JSON.stringify(view)).not.toContain('GS-02');
    expect(() => opened.counts.count({ format: 'json', station: 'GS-02' }, identity(['GS-01']))).toThrow(/Not found/);
  });

  test('a month is one of the plant’s calendar', async () => {
    const { counts } = await open();
    expect(counts.periodOf({ month: '2026-07' })).toEqual({ fromMs: Date.UTC(2026, 5, 30, 16), toMs: Date.UTC(2026, 6, 31, 16) });
    expect(counts.periodOf({ month: '2026-12' }).toMs).toBe(Date.UTC(2026, 11, 31, 16));
    expect(() => counts.periodOf({ from: 0, to: 401 * 24 * hour })).toThrow(/Bad input/);
  });
});

test('[PF13] after a restart, and made again from the first line, everything is the same', async () => {
  const first = await open();
  const { raise, clear, acknowledge, shelve, unshelve } = writer(first);
  for (let count = 0; count < 30; count += 1) {
    await raise('GS-01.A');
    first.clock.advance(3 * second);
    if (count % 3 !== 0) await clear('GS-01.A');
    if (count % 5 === 0) await acknowledge('GS-01.A');
    if (count === 10) await shelve('GS-01.A', first.clock.nowMs() + minute);
    if (count === 11) await unshelve('GS-01.A');
    if (count === 14) await first.store.flush();
    first.clock.advance(17 * second);
  }
  await raise('GS-02.B');
  first.clock.advance(minute);
  const query = { from: first.startMs, to: first.clock.nowMs() };
  const before = await first.report(query);
  expect(before.counts.announced).toBeGreaterThan(30);
  await first.store.stop();
  await first.database.destroy();

  const second_ = await open(first.clock, first.dataDir);
  expect(await second_.report(query)).toEqual(before);
  await writer(second_).acknowledge('GS-02.B');
  const acknowledged = await second_.report(query);
  expect(acknowledged.priorities.find((each) => each.priority === 'high')).toMatchObject({ acknowledged: 1, waiting: 0 });
  await second_.store.stop();
  for (const table of ['alarm_announcement', 'alarm_set_aside', 'performance_progress'] as const)
    await second_.database.deleteFrom(table).execute();
  await second_.database.destroy();

  const third = await open(first.clock, first.dataDir);
  expect(await third.report(query)).toEqual(acknowledged);
});

test('every rule of RULES.md is cited by a test, and every citation is a rule', () => {
  const folder = path.dirname(new URL(import.meta.url).pathname);
  const rules = [...readFileSync(path.join(folder, 'RULES.md'), 'utf8').matchAll(/^- \*\*((?:PF|SG)\d+)\*\*/gm)].map((match) => match[1]);
  const cited = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(path.join(folder, name), 'utf8').matchAll(/test\('\[((?:PF|SG)\d+)\]/g)].map((match) => match[1]));
  expect(rules.length).toBeGreaterThan(0);
  expect([...new Set(cited)].sort()).toEqual([...rules].sort());
});
