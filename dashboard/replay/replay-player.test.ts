import { expect, test } from 'vitest';
import type { ReplayEvents, ReplayReadings, ReplayState } from '../../domain/api/replay-api.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { alarmOf } from '../alarms/alarm-fixture.ts';
import { edgeMs, ReplayPlayer } from './replay-player.ts';
import type { ReadingsAsk } from './replay-requests.ts';

const pointId = 'GS-01.PT-101';
const alarmId = 'GS-01.GD-501.highHigh';
const startMs = Date.UTC(2026, 5, 1, 4);

/** A past in which a value counts the seconds, and an alarm rises at 10 s and is acknowledged at 20 s. Gap: no reading from 30 s to 60 s. */
function createRig(liveAfterMs = 3_600_000) {
  const clock = new ManualClock(startMs + liveAfterMs);
  const asked: string[] = [];
  let isDown = false;
  const gate: { hold: Promise<void> | null } = { hold: null };
  const alarms = (atMs: number) =>
    atMs < startMs + 10_000
      ? []
      : [
          alarmOf({
            alarmId,
            state: atMs < startMs + 20_000 ? 'unacknowledged' : 'acknowledged',
            version: atMs < startMs + 20_000 ? 1 : 2,
          }),
        ];
  const state = async (atMs: number): Promise<ReplayState> => {
    asked.push(`state ${(atMs - startMs) / 1_000}`);
    if (isDown) throw new Error('no answer');
    return {
      atMs,
      sequence: Math.floor((atMs - startMs) / 1_000),
      earliestMs: startMs,
      hasHistory: true,
      alarms: alarms(atMs),
      unknownAlarmIds: [],
      incidents: [],
      work: [],
      watches: [],
      flood: null,
      settingsVersion: null,
      settings: [],
      readings: { fromMs: atMs, toMs: atMs, ids: [], point: [], t: [], v: [], q: [] },
    };
  };
  const events = async ({ fromMs, toMs, after }: { fromMs: number; toMs: number; after: number }): Promise<ReplayEvents> => {
    asked.push(`events ${(fromMs - startMs) / 1_000} after ${after}`);
    await gate.hold;
    if (isDown) throw new Error('no answer');
    const moments = [10_000, 20_000].map((offset) => startMs + offset).filter((atMs) => atMs >= fromMs && atMs < toMs);
    return {
      fromMs,
      toMs,
      sequence: Math.floor((toMs - startMs) / 1_000),
      alarms: moments.map((atMs) => ({ atMs, alarms: alarms(atMs) })),
      incidents: [],
      surroundings: [],
      lines: [],
    };
  };
  const readings = async ({ fromMs, toMs }: ReadingsAsk): Promise<ReplayReadings> => {
    const t: number[] = [];
    for (let atMs = Math.floor(fromMs / 1_000) * 1_000; atMs < toMs; atMs += 1_000) t.push(atMs);
    const isGap = (atMs: number) => atMs >= startMs + 30_000 && atMs < startMs + 60_000;
    return {
      fromMs,
      toMs,
      ids: [pointId],
      point: t.map(() => 0),
      t,
      v: t.map((atMs) => (isGap(atMs) ? null : (atMs - startMs) / 1_000)),
      q: t.map((atMs) => (isGap(atMs) ? 38 : 0)),
    };
  };
  const player = new ReplayPlayer({ clock, requests: { state, events, readings }, liveNowMs: () => clock.nowMs(), atMs: startMs });
  player.want({ points: [pointId] });
  const settle = async () => {
    for (let round = 0; round < 20; round += 1) await Promise.resolve();
  };
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100);
      await settle();
    }
  };
  const seconds = () => Math.floor((player.position.get() - startMs) / 1_000);
  const value = () => player.values.get(pointId)?.value;
  const shownState = () => player.alarms.get(alarmId)?.state ?? 'none';
  return { clock, player, asked, pass, settle, seconds, value, shownState, gate, down: (is: boolean) => (isDown = is) };
}

test('a moment is shown as it was, and stands still until it is played', async () => {
  const { player, pass, seconds, value, shownState } = createRig();
  await player.seek(startMs + 12_000);
  expect([value(), shownState(), player.status.get().kind]).toEqual([12, 'unacknowledged', 'paused']);
  await pass(5_000);
  expect([seconds(), value(), shownState()]).toEqual([12, 12, 'unacknowledged']);
  player.stop();
});

test('played, values and alarms come at their moments; a gap is unknown while it lasts', async () => {
  const { player, pass, settle, seconds, value, shownState } = createRig();
  await player.seek(startMs + 8_000);
  await settle();
  player.play();
  await pass(1_000);
  expect([seconds(), value(), shownState()]).toEqual([9, 9, 'none']);
  await pass(2_000);
  expect([seconds(), shownState()]).toEqual([11, 'unacknowledged']);
  player.setSpeed(10);
  await pass(1_000);
  expect([seconds(), value(), shownState()]).toEqual([21, 21, 'acknowledged']);
  await pass(1_000);
  expect([seconds(), value()]).toEqual([31, null]);
  await pass(3_000);
  expect([seconds(), value()]).toEqual([61, 61]);
  player.stop();
});

test('back in time nothing of later stays: the alarm is gone, and since when a value was bad is forgotten', async () => {
  const { player, value, shownState } = createRig();
  await player.seek(startMs + 40_000);
  expect([value(), shownState()]).toEqual([null, 'acknowledged']);
  await player.seek(startMs + 5_000);
  expect([value(), shownState(), player.values.badSinceMs(pointId)]).toEqual([5, 'none', null]);
  player.stop();
});

test('where the next stretch is late the clock waits: nothing is skipped', async () => {
  const { player, pass, seconds, shownState, gate } = createRig();
  const { promise, resolve: release } = Promise.withResolvers<void>();
  gate.hold = promise;
  await player.seek(startMs + 5_000);
  player.play();
  await pass(30_000);
  expect([seconds(), player.status.get().kind, shownState()]).toEqual([5, 'waiting', 'none']);
  gate.hold = null;
  release();
  await pass(6_000);
  expect(player.status.get().kind).toBe('playing');
  expect(shownState()).toBe('unacknowledged');
  player.stop();
});

test('at sixty times speed no frame is passed over and the stretches follow one another', async () => {
  const { player, pass, asked, seconds } = createRig();
  const states: string[] = [];
  player.alarms.list.subscribe(() => states.push(player.alarms.get(alarmId)?.state ?? 'none'));
  player.setSpeed(60);
  await player.seek(startMs);
  player.play();
  await pass(30_000);
  expect(seconds()).toBeGreaterThan(1_700);
  expect(states.slice(1)).toEqual(['unacknowledged', 'acknowledged']);
  const eventAsks = asked.filter((ask) => ask.startsWith('events')).map((ask) => ask.replace(/events (\d+) after (\d+)/, '$1=$2'));
  expect(eventAsks.every((ask) => ask.split('=')[0] === ask.split('=')[1])).toBe(true);
  player.stop();
});

test('it ends at now: it says so and does not play the future', async () => {
  const { player, pass, clock } = createRig(30_000);
  await player.seek(startMs + 20_000);
  player.setSpeed(10);
  player.play();
  await pass(5_000);
  expect(player.status.get().kind).toBe('atNow');
  expect(player.position.get()).toBeLessThanOrEqual(clock.nowMs() - edgeMs);
  await player.seek(clock.nowMs() + 100_000);
  expect(player.position.get()).toBeLessThanOrEqual(clock.nowMs() - edgeMs);
  player.stop();
});

test('a failure is told, playing stops, and trying again goes on from the same moment', async () => {
  const { player, pass, seconds, down, value } = createRig();
  await player.seek(startMs + 5_000);
  player.play();
  await pass(1_000);
  down(true);
  player.setSpeed(60);
  await pass(5_000);
  expect(player.status.get()).toEqual({ kind: 'failed', reason: 'no answer' });
  const stoodAt = seconds();
  await pass(2_000);
  expect(seconds()).toBe(stoodAt);
  down(false);
  await player.seek(player.position.get());
  expect([player.status.get().kind, seconds(), value()]).toEqual(['paused', stoodAt, stoodAt]);
  player.stop();
});

test('a later jump wins over an earlier one that is still under way', async () => {
  const { player, value } = createRig();
  await Promise.all([player.seek(startMs + 40_000), player.seek(startMs + 7_000)]);
  expect(value()).toBe(7);
  player.stop();
});
