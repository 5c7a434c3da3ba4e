// The past over HTTP, from a running server: what was true then, what each person may see of it, and that a gap in history is told as unknown.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AlarmOccurrences, RelatedAlarms } from '../../domain/api/alarm-context-api.ts';
import type { IncidentSummary, IncidentView } from '../../domain/api/incident-api.ts';
import type { PastCoverage, ReplayDensity, ReplayEvents, ReplayNext, ReplayReadings, ReplayState } from '../../domain/api/replay-api.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';
import { rigPlantText } from '../incidents/incident-rig.ts';

const clock = new ManualClock(Date.UTC(2026, 5, 1, 2));
const startMs = clock.nowMs();
const pressure = 'GS-01.PT-101';
const gas = 'GS-01.GD-501.highHigh';
const other = 'RS-01.GD-501.highHigh';

/** A reading a second, none from 60 s to 300 s. */
const historian: HistorianReader = {
  readRaw: () => Promise.reject(new Error('not asked here')),
  readBuckets: () => Promise.reject(new Error('not asked here')),
  readQualityRuns: () => Promise.reject(new Error('not asked here')),
  readRawOfMany: async ({ pointIds, fromMs, toMs }) => {
    const rows: [number, number][] = [];
    for (let atMs = Math.max(startMs, Math.ceil(fromMs / 1_000) * 1_000); atMs < toMs; atMs += 1_000)
      if (atMs < startMs + 60_000 || atMs >= startMs + 300_000)
        for (const [index, id] of pointIds.entries()) if (id === pressure) rows.push([index, atMs]);
    return {
      point: Uint16Array.from(rows, ([point]) => point),
      timeMs: Float64Array.from(rows, ([, atMs]) => atMs),
      value: Float64Array.from(rows, ([, atMs]) => (atMs - startMs) / 1_000),
      quality: new Uint8Array(rows.length).fill(Quality.good),
      isTruncated: false,
    };
  },
};

let server: SmallServer;
const at: Record<'before' | 'raised' | 'acknowledged' | 'opened' | 'cleared', number> = {
  before: 0,
  raised: 0,
  acknowledged: 0,
  opened: 0,
  cleared: 0,
};
let incidentId = '';

beforeAll(async () => {
  server = await startSmallServer(plantOf(rigPlantText), { clock, historian });
  await server.addPerson({ username: 'south', role: 'operator', stationIds: ['RS-01'] });
  const pass = (ms: number): number => {
    clock.advance(ms);
    const nowMs = clock.nowMs();
    clock.advance(1_000); // what follows is later
    return nowMs;
  };
  at.before = pass(10_000);
  pass(10_000);
  const occurrenceId = await server.raise(gas, 60);
  at.raised = pass(5_000);
  const alarm = await server.alarm(gas);
  const acknowledged = await server.ask('duty', 'POST', `/api/alarms/${alarm.id}/acknowledge`, { version: alarm.version, comment: '关阀' });
  expect(acknowledged.status).toBe(200);
  at.acknowledged = pass(5_000);
  const opened = await server.ask('duty', 'POST', '/api/incidents', {
    actionId: crypto.randomUUID(),
    stationId: 'GS-01',
    incidentKind: 'leak',
    alarmId: occurrenceId,
  });
  expect(opened.status).toBeLessThan(300);
  at.opened = pass(5_000);
  const [incident] = (await server.ask('duty', 'GET', '/api/incidents')).body as IncidentSummary[];
  incidentId = incident?.id ?? '';
  await server.ask('team', 'POST', `/api/incidents/${incidentId}/actions`, { actionId: crypto.randomUUID(), kind: 'acknowledge' });
  await server.raise(other, 70);
  await server.clear(gas);
  at.cleared = pass(5_000);
  clock.advance(900_000);
});
afterAll(() => server?.stop());

const get = async <Body>(person: string, path: string): Promise<Body> => {
  const { status, body } = await server.ask(person, 'GET', path);
  expect([path, status]).toEqual([path, 200]);
  return body as Body;
};
const state = (atMs: number, person = 'duty') => get<ReplayState>(person, `/api/replay/state?at=${atMs}`);
const shown = ({ alarms }: ReplayState) => Object.fromEntries(alarms.map((alarm) => [alarm.alarmId, alarm.state]));

test('the alarms and incidents of each moment, and nothing of later', async () => {
  expect(shown(await state(at.before))).toEqual({});
  expect(shown(await state(at.raised))).toEqual({ [gas]: 'unacknowledged' });
  const acknowledged = await state(at.acknowledged);
  expect(shown(acknowledged)).toEqual({ [gas]: 'acknowledged' });
  expect(acknowledged.alarms[0]).toMatchObject({ acknowledgedBy: 'duty', comment: '关阀' });
  expect(acknowledged.incidents).toEqual([]);
  const opened = await state(at.opened);
  expect(opened.incidents).toMatchObject([{ id: incidentId, state: 'opened' }]);
  expect((await state(at.cleared)).incidents).toMatchObject([{ id: incidentId, state: 'acknowledged' }]);
  expect(shown(await state(at.cleared))).toMatchObject({ [other]: 'unacknowledged' });
  expect((await state(startMs - 60_000)).earliestMs).toBeGreaterThanOrEqual(startMs);
});

test('an incident as it was: without the steps that came later', async () => {
  const then = await get<IncidentView>('duty', `/api/replay/incidents/${incidentId}?at=${at.opened}`);
  const now = await get<IncidentView>('duty', `/api/incidents/${incidentId}`);
  expect([then.state, now.state]).toEqual(['opened', 'acknowledged']);
  expect(then.timeline.length).toBeLessThan(now.timeline.length);
  expect((await server.ask('duty', 'GET', `/api/replay/incidents/${incidentId}?at=${at.acknowledged}`)).status).toBe(404);
});

test('what happened in between comes in its order, with the journal’s lines for who may read it', async () => {
  const ask = `/api/replay/events?from=${at.before}&to=${at.cleared + 1}`;
  const events = await get<ReplayEvents>('duty', ask);
  const states = events.alarms.flatMap(({ alarms }) => alarms.filter((alarm) => alarm.alarmId === gas).map((alarm) => alarm.state));
  expect(states).toEqual(['unacknowledged', 'acknowledged', 'latchedAcknowledged']);
  expect(events.incidents.flatMap(({ incidents }) => incidents.map((incident) => incident.state))).toEqual(['opened', 'acknowledged']);
  expect(events.lines.map((line) => line.kind)).toContain('alarm.acknowledge');
  expect((await get<ReplayEvents>('team', ask)).lines).toEqual([]);
});

test('a person sees the past of his own stations only', async () => {
  expect(shown(await state(at.cleared, 'south'))).toEqual({ [other]: 'unacknowledged' });
  expect((await state(at.cleared, 'south')).incidents).toEqual([]);
  const events = await get<ReplayEvents>('south', `/api/replay/events?from=${at.before}&to=${at.cleared + 1}`);
  expect(JSON.stringify(events)).not.toContain('GS-01');
  for (const path of [
    `/api/replay/readings?from=${at.before}&to=${at.raised}&points=${pressure}`,
    `/api/replay/readings?from=${at.before}&to=${at.raised}&stations=GS-01`,
    `/api/replay/alarms/${gas}?at=${at.raised}`,
    `/api/replay/incidents/${incidentId}?at=${at.opened}`,
  ])
    expect([path, (await server.ask('south', 'GET', path)).status]).toEqual([path, 404]);
  const density = await get<ReplayDensity>('south', `/api/replay/density?from=${startMs}&to=${startMs + 600_000}&buckets=1`);
  expect([density.rows, density.incidents]).toEqual([[[0, 1, 0, 0, 0]], []]);
});

test('what a point showed: the value at the beginning, every change, and unknown from soon after the last reading of a gap', async () => {
  const from = startMs + 50_500;
  const readings = await get<ReplayReadings>(
    'duty',
    `/api/replay/readings?from=${from}&to=${startMs + 310_000}&points=${pressure},GS-01.PT-301`,
  );
  expect(readings.ids).toEqual([pressure, 'GS-01.PT-301']);
  const rows = readings.t.map((timeMs, row) => [(timeMs - startMs) / 1_000, readings.v[row], readings.q[row]]);
  expect(rows.slice(0, 2)).toEqual([
    [50, 50, 0],
    [51, 51, 0],
  ]);
  const gap = rows.findIndex(([, value]) => value === null);
  expect(rows.slice(gap - 1, gap + 2)).toEqual([
    [59, 59, 0],
    [64, null, Quality.badStale],
    [300, 300, 0],
  ]);
  // No reading at all: nothing is said of the point.
  expect(readings.point.every((point) => point === 0)).toBe(true);
  const within = await get<ReplayReadings>(
    'duty',
    `/api/replay/readings?from=${startMs + 200_000}&to=${startMs + 200_001}&points=${pressure}`,
  );
  expect(within.v.filter((value) => value !== null)).toEqual([]);
});

test('related alarms and earlier times as far as they were known then', async () => {
  const related = async (atMs: number, person = 'duty') =>
    (await get<RelatedAlarms>(person, `/api/replay/alarms/${gas}/related?at=${atMs}`)).alarms.map(({ alarm, relation }) => [
      alarm.alarmId,
      alarm.state,
      relation,
    ]);
  expect(await related(at.before)).toEqual([]);
  expect(await related(at.opened)).toEqual([]);
  expect(await related(at.cleared)).toEqual([[other, 'unacknowledged', 'downstream']]);
  const times = async (atMs: number) =>
    (await get<AlarmOccurrences>('duty', `/api/replay/alarms/${gas}/occurrences?at=${atMs}`)).occurrences.map((each) => [
      each.acknowledgedBy,
      each.clearedAtMs !== null,
    ]);
  expect(await times(at.before)).toEqual([]);
  expect(await times(at.raised)).toEqual([[null, false]]);
  expect(await times(at.acknowledged)).toEqual([[expect.any(String), false]]);
  expect(await times(at.cleared)).toEqual([[expect.any(String), true]]);
  expect((await server.ask('south', 'GET', `/api/replay/alarms/${gas}/related?at=${at.cleared}`)).status).toBe(404);
});

test('coverage: the share of points with a good value then; nothing in a gap; own stations only', async () => {
  const shares = async (atMs: number, person = 'duty') =>
    (await get<PastCoverage>(person, `/api/replay/coverage?at=${atMs}`)).stations.map(({ id, goodShare }) => [id, goodShare]);
  expect(await shares(startMs + 30_000)).toEqual([
    ['GS-01', 0.25],
    ['RS-01', 0],
    ['RS-02', 0],
  ]);
  expect((await shares(startMs + 200_000))[0]).toEqual(['GS-01', 0]);
  expect(await shares(startMs + 30_000, 'south')).toEqual([['RS-01', 0]]);
});

test('the scrub bar counts what was announced; jumps go from alarm to alarm', async () => {
  const density = await get<ReplayDensity>('duty', `/api/replay/density?from=${startMs}&to=${startMs + 600_000}&buckets=2`);
  expect(density.rows).toEqual([[0, 2, 0, 0, 0]]);
  expect(density.incidents).toMatchObject([{ id: incidentId, isDrill: false }]);
  const next = async (atMs: number, direction: string) =>
    (await get<ReplayNext>('duty', `/api/replay/next?at=${atMs}&direction=${direction}`)).found;
  expect(await next(at.before, 'next')).toMatchObject({ alarmId: gas, priority: 'critical' });
  expect(await next(at.raised, 'next')).toMatchObject({ alarmId: other });
  expect(await next(at.raised, 'previous')).toMatchObject({ alarmId: gas });
  expect(await next(at.cleared, 'next')).toBeNull();
});

test('the future, an empty stretch and one that is too long are refused with what is wrong', async () => {
  for (const path of [
    `/api/replay/state?at=${clock.nowMs() + 60_000}`,
    `/api/replay/events?from=${at.raised}&to=${at.raised}`,
    `/api/replay/events?from=${startMs - 7_200_000}&to=${startMs}`,
    '/api/replay/state?at=yesterday',
  ]) {
    const { status, body } = await server.ask('duty', 'GET', path);
    expect([path, status, typeof (body as { detail?: unknown }).detail]).toEqual([path, 400, 'string']);
  }
});
