import { expect, test } from 'vitest';
import type { IncidentSummary } from '../../domain/api/incident-api.ts';
import type { LiveSnapshot, Subscribe } from '../../domain/messages/live-channel.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { alarmOf } from '../alarms/alarm-fixture.ts';
import { LiveClient } from './live-client.ts';

function createRig() {
  const clock = new ManualClock();
  const asked: Subscribe[] = [];
  let ended = 0;
  const client = new LiveClient({ clock, send: (message) => void asked.push(message), onSessionEnded: () => (ended += 1) });
  const snapshot = (sequence: number, more: Partial<LiveSnapshot> = {}) =>
    client.receive('snapshot', {
      schema: 1,
      sequence,
      serverTimeMs: clock.nowMs(),
      collectors: [{ collectorId: 'default', lastHeardAtMs: clock.nowMs(), isLive: true }],
      readings: { p: ['GS-01.PT-101'], t: [clock.nowMs()], v: [1], q: [0] },
      alarmSequence: 0,
      alarms: [],
      incidents: [],
      flood: null,
      ...more,
    });
  const beat = (sequence: number) =>
    client.receive('notice', { schema: 1, sequence, serverTimeMs: clock.nowMs(), notice: { kind: 'heartbeat' } });
  const reading = (sequence: number, value: number) =>
    client.receive('readings', {
      schema: 1,
      sequence,
      serverTimeMs: clock.nowMs(),
      p: ['GS-01.PT-101'],
      t: [clock.nowMs()],
      v: [value],
      q: [0],
    });
  const shown = () => client.values.get('GS-01.PT-101')?.value;
  return { clock, client, asked, snapshot, beat, reading, shown, endedCount: () => ended };
}

test('first a snapshot, then changes; before the snapshot nothing is believed', () => {
  const { client, snapshot, reading, shown } = createRig();
  client.opened();
  reading(1, 99);
  expect(shown()).toBeUndefined();
  expect(client.liveness.get().kind).toBe('connecting');
  snapshot(10);
  reading(11, 2);
  expect(shown()).toBe(2);
  expect(client.liveness.get()).toEqual({ kind: 'live' });
});

test('a gap in the sequence asks for everything again, and nothing in between is believed', () => {
  const { client, asked, snapshot, reading, shown } = createRig();
  client.opened();
  snapshot(10);
  const before = asked.length;
  reading(12, 5);
  expect(asked.length).toBe(before + 1);
  expect(shown()).toBe(1);
  reading(13, 6);
  expect(shown()).toBe(1);
  snapshot(20, { readings: { p: ['GS-01.PT-101'], t: [0], v: [7], q: [0] } });
  expect(shown()).toBe(7);
  expect(client.counts.gaps).toBe(1);
});

test('a message that came twice changes nothing', () => {
  const { client, snapshot, reading, shown } = createRig();
  client.opened();
  snapshot(10);
  reading(11, 2);
  reading(11, 3);
  expect(shown()).toBe(2);
  expect(client.counts.late).toBe(1);
});

test('silence for four seconds is not live, since the last word of the server; a word makes it live again', () => {
  const { clock, client, snapshot, beat } = createRig();
  client.opened();
  snapshot(10);
  let sequence = 10;
  for (let second = 0; second < 5; second += 1) {
    clock.advance(1_000);
    sequence += 1;
    beat(sequence);
  }
  expect(client.liveness.get().kind).toBe('live');
  const lastWordMs = clock.nowMs();
  clock.advance(4_500);
  expect(client.liveness.get()).toEqual({ kind: 'serverLost', sinceMs: lastWordMs });
  beat(sequence + 1);
  expect(client.liveness.get().kind).toBe('live');
});

test('a tab that slept does not believe what it last saw', () => {
  const { clock, client, snapshot } = createRig();
  client.opened();
  snapshot(10);
  const lastWordMs = clock.nowMs();
  clock.advance(3_600_000); // timers of a sleeping tab fire once, late
  expect(client.liveness.get()).toEqual({ kind: 'serverLost', sinceMs: lastWordMs });
});

test('a closed connection is lost at once', () => {
  const { client, snapshot } = createRig();
  client.opened();
  snapshot(10);
  client.closed();
  expect(client.liveness.get().kind).toBe('serverLost');
});

test('a lost collector is told with since when, and whether anything may be believed', () => {
  const { clock, client, snapshot } = createRig();
  client.opened();
  snapshot(10, {
    collectors: [
      { collectorId: 'north', lastHeardAtMs: 5, isLive: false },
      { collectorId: 'south', lastHeardAtMs: 9, isLive: true },
    ],
  });
  expect(client.liveness.get()).toEqual({ kind: 'collectorLost', sinceMs: 5, collectorIds: ['north'], isBlind: false });
  client.receive('notice', {
    schema: 1,
    sequence: 11,
    serverTimeMs: clock.nowMs(),
    notice: { kind: 'collector', collectorId: 'south', lastHeardAtMs: 9, isLive: false },
  });
  expect(client.liveness.get()).toMatchObject({ isBlind: true });
});

test('alarms: the snapshot replaces, a change updates, normal leaves', () => {
  const { client, snapshot } = createRig();
  client.opened();
  snapshot(10, { alarms: [alarmOf({ alarmId: 'a' }), alarmOf({ alarmId: 'b' })] });
  const send = (sequence: number, alarm: object) => client.receive('alarm', { schema: 1, sequence, serverTimeMs: 0, alarms: [alarm] });
  send(1, alarmOf({ alarmId: 'a', state: 'acknowledged', version: 2 }));
  send(2, alarmOf({ alarmId: 'b', state: 'normal', version: 2 }));
  expect(client.alarms.list.get().map((alarm) => `${alarm.alarmId} ${alarm.state}`)).toEqual(['a acknowledged']);
});

test('alarms have a sequence of their own: a gap asks again, what a client missed while it was behind is told at once', () => {
  const { client, asked, snapshot, reading, shown } = createRig();
  client.opened();
  snapshot(10, { alarmSequence: 5 });
  const send = (sequence: number, alarmId: string, more: object = {}) =>
    client.receive('alarm', { schema: 1, sequence, serverTimeMs: 0, alarms: [alarmOf({ alarmId })], ...more });
  const listed = () => client.alarms.list.get().map((alarm) => alarm.alarmId);
  send(6, 'a');
  reading(11, 2);
  expect([listed(), shown()]).toEqual([['a'], 2]);
  send(40, 'b', { isCatchUp: true });
  send(41, 'c');
  expect(listed()).toEqual(['a', 'b', 'c']);
  const before = asked.length;
  send(43, 'd');
  expect([listed(), asked.length]).toEqual([['a', 'b', 'c'], before + 1]);
});

test('what is null or false may be left out of an alarm', () => {
  const { client, snapshot } = createRig();
  client.opened();
  snapshot(10);
  const whole = alarmOf({ alarmId: 'a' });
  const short = Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null && value !== false));
  expect(Object.keys(short).length).toBeLessThan(Object.keys(whole).length);
  client.receive('alarm', { schema: 1, sequence: 1, serverTimeMs: 0, alarms: [short] });
  expect(client.alarms.list.get()).toEqual([whole]);
});

test('a server that speaks another schema is as good as lost, and is not asked in a circle', () => {
  const { clock, client, asked } = createRig();
  client.opened();
  for (let second = 0; second < 20; second += 1) {
    client.receive('snapshot', { schema: 2 });
    clock.advance(1_000);
  }
  expect(client.liveness.get().kind).toBe('serverLost');
  expect(asked.length).toBeLessThan(8);
  expect(client.counts.malformed).toBe(20);
});

test('what screens want is subscribed once, until nobody wants it any more', () => {
  const { clock, client, asked } = createRig();
  client.opened();
  const one = client.want({ points: ['p'] });
  const two = client.want({ points: ['p'], stations: ['GS-01'] });
  clock.advance(20);
  expect(asked.at(-1)).toEqual({ stations: ['GS-01'], points: ['p'] });
  one();
  two();
  clock.advance(20);
  expect(asked.at(-1)).toEqual({ stations: [], points: [] });
});

test('an ended session is told', () => {
  const { client, snapshot, endedCount } = createRig();
  client.opened();
  snapshot(1);
  client.receive('notice', { schema: 1, sequence: 2, serverTimeMs: 0, notice: { kind: 'sessionEnded', reason: 'revoked' } });
  expect(endedCount()).toBe(1);
});

const incident = (id: string, length: number, state: IncidentSummary['state'] = 'opened', openedAtMs = 1): IncidentSummary => ({
  id,
  number: `I-2026-${id}`,
  stationIds: ['GS-01'],
  kind: 'leak',
  isDrill: false,
  scenario: null,
  description: null,
  state,
  outcome: null,
  version: length,
  length,
  detectedAtMs: openedAtMs,
  openedAtMs,
  openedBy: null,
  rule: 'confirmedGas',
  stateSinceMs: openedAtMs,
  closedAtMs: null,
  casualties: { dead: 0, injured: 0, missing: 0, evacuated: 0 },
  peopleOnTheWay: 0,
  peopleOnSite: 0,
  itemsDone: 0,
  itemsTotal: 0,
  alarmCount: 0,
  photoCount: 0,
  nextReportDueMs: null,
  overdueReports: 0,
});

test('incidents: all of the snapshot, then what changes; newest first; a closed one leaves; an older word of one changes nothing', () => {
  const { client, clock, snapshot } = createRig();
  const told = (sequence: number, ...incidents: IncidentSummary[]) =>
    client.receive('incident', { schema: 1, sequence, serverTimeMs: clock.nowMs(), incidents });
  const shown = () => client.incidents.list.get().map(({ id, state }) => `${id} ${state}`);
  client.opened();
  snapshot(1, { incidents: [incident('a', 2)] });
  told(2, incident('b', 1, 'opened', 5), incident('a', 3, 'acknowledged'));
  expect(shown()).toEqual(['b opened', 'a acknowledged']);
  told(3, incident('a', 2));
  expect(shown()).toEqual(['b opened', 'a acknowledged']);
  told(4, incident('b', 9, 'closed', 5));
  expect(shown()).toEqual(['a acknowledged']);
  snapshot(9);
  expect(shown()).toEqual([]);
  expect(client.counts.gaps).toBe(0);
});
