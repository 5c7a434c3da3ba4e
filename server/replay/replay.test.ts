// Whatever happened to the alarms: the state rebuilt for any past moment is the one that people had on their screens then, and playing on from there leads
// to every later one. Over the real store, database and journal; keyframes lie very close together so that many are crossed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import type { LifecycleEvent } from '../alarms/alarm-machine.ts';
import { AlarmStore } from '../alarms/alarm-store.ts';
import { AlarmViews } from '../alarms/alarm-view.ts';
import { startMarks } from '../alarms/start-marks.ts';
import { IncidentStore } from '../incidents/incident-store.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { Keyframes } from './keyframes.ts';
import { pastEvents } from './past-events.ts';
import { PastIncidents } from './past-incidents.ts';
import { PastMoments } from './past-moments.ts';

const point = (tag: string, address: number) =>
  `{ tag: ${tag}, name: p, range: { min: 0, max: 10 }, register: { table: holding, address: ${address}, type: uint16 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 5, priority: medium, latching: ${address % 2 === 0}, response: r }, { kind: highHigh, setpoint: 6, priority: critical, response: r }] }`;
const parsed = parsePlantText(
  `schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: a }]
stations:
  - { id: RS-01, type: regulating, name: s, area: a, devices: [{ id: D-1, protocol: modbusTcp, host: h, points: [${point('PT-1', 0)}, ${point('PT-2', 1)}] }] }
  - { id: RS-02, type: regulating, name: s, area: a, devices: [{ id: D-1, protocol: modbusTcp, host: h, points: [${point('PT-1', 0)}] }] }
`,
  { version: 't' },
);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
const { plant } = parsed;
const alarmIds = plant.alarms.map((alarm) => alarm.id);

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function openRig(linesApart: number) {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'gatewatch-replay-'));
  folders.push(dataDir);
  const clock = new ManualClock();
  const database = await openDatabase('sqlite:', dataDir);
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const store = await AlarmStore.open({ plant, ledger, clock });
  const views = new AlarmViews(plant, store, await startMarks({ plant, ledger, clock }), clock);
  const keyframes = new Keyframes({ plant, ledger, log: pino({ level: 'silent' }), linesApart });
  const settings = { versionAt: () => null, alarmsOf: async () => plant.alarms };
  const moments = new PastMoments({ plant, database, keyframes, settings });
  const incidents = new PastIncidents(await IncidentStore.open({ plant, ledger, clock }));
  const shown = (): Map<string, AlarmView> =>
    new Map(
      store
        .all()
        .map(({ definition, record }) => views.view(definition, record))
        .filter((view) => view.state !== 'normal')
        .map((view) => [view.alarmId, view]),
    );
  const events = (fromMs: number, toMs: number, afterSequence: number | null = null) =>
    pastEvents(moments, incidents, {
      fromMs,
      toMs,
      afterSequence,
      maySee: () => true,
      takesLine: () => true,
      surroundingsAt: async () => ({ work: [], watches: [], flood: null }),
    });
  let sequence = 0;
  const deliver = async (
    message: Omit<Extract<ConditionMessage, { kind: 'raise' }>, 'sequence' | 'quality' | 'measured'>,
    isRaise: boolean,
  ) => {
    sequence += 1;
    const common = {
      sequence,
      alarmId: message.alarmId,
      occurrenceId: message.occurrenceId,
      atMs: message.atMs,
      value: message.value,
      quality: 0,
    };
    const full: ConditionMessage = isRaise ? { kind: 'raise', ...common, measured: null } : { kind: 'clear', ...common };
    await store.deliver({ schema: 1, collectorId: 'default', outboxId: '018f0000-0000-7000-8000-000000000001', messages: [full] });
  };
  const stop = async () => {
    await keyframes.stop();
    incidents.stop();
    await database.destroy();
  };
  return { clock, database, store, keyframes, moments, shown, events, deliver, stop };
}
type Rig = Awaited<ReturnType<typeof openRig>>;

const step = fc.record({
  waitMs: fc.constantFrom(0, 1, 40, 400, 3_000, 70_000, 4_000_000, 90_000_000),
  alarmId: fc.constantFrom(...alarmIds),
  what: fc.constantFrom('raise', 'raise', 'clear', 'acknowledge', 'reset', 'shelve', 'comment', 'tick'),
});

async function take(rig: Rig, { alarmId, what }: { readonly alarmId: string; readonly what: string }, number: number): Promise<void> {
  const { store, clock } = rig;
  const nowMs = clock.nowMs();
  const record = store.find(alarmId)?.record;
  if (what === 'raise' || what === 'clear') {
    const fresh = `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;
    const occurrenceId = what === 'raise' ? fresh : (record?.occurrenceId ?? fresh);
    await rig.deliver({ kind: 'raise', alarmId, occurrenceId, atMs: nowMs - 20, value: 7 }, what === 'raise');
    return;
  }
  if (what === 'tick') return store.tick();
  const events: Readonly<Record<string, LifecycleEvent>> = {
    acknowledge: { kind: 'acknowledge', atMs: nowMs, by: 'duty', comment: 'seen' },
    reset: { kind: 'reset', atMs: nowMs, by: 'duty', comment: null },
    comment: { kind: 'comment', atMs: nowMs, by: 'duty', comment: `${number}` },
    shelve: { kind: 'shelve', atMs: nowMs, by: 'duty', reason: 'x', untilMs: nowMs + 60_000, approvedBy: 'supervisor' },
  };
  const event = events[what];
  if (event !== undefined) await store.act(alarmId, record?.version ?? 0, { kind: 'person', username: 'duty', displayName: '王敏' }, event);
}

test('the state rebuilt for any past moment is what was on the screens then, and playing on leads to what was on the screens later', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.infiniteStream(fc.nat()), async (steps, numbers) => {
      const rig = await openRig(7);
      try {
        const seen: { readonly atMs: number; readonly shown: ReadonlyMap<string, AlarmView> }[] = [];
        for (const [number, each] of steps.entries()) {
          rig.clock.advance(each.waitMs);
          await take(rig, each, number + 1);
          const last = seen.at(-1);
          if (last?.atMs === rig.clock.nowMs()) seen.pop();
          seen.push({ atMs: rig.clock.nowMs(), shown: rig.shown() });
        }
        rig.clock.advance(1);
        await rig.keyframes.settled();
        const some = () => seen[(numbers.next().value ?? 0) % seen.length] ?? seen[0];
        for (let round = 0; round < 4; round += 1) {
          const moment = some();
          if (moment === undefined) continue;
          const past = await rig.moments.at(moment.atMs);
          expect(new Map(past.open(() => true).map((view) => [view.alarmId, view]))).toEqual(moment.shown);
          rig.moments.keep(past);
          const later = seen.filter(({ atMs }) => atMs > moment.atMs);
          const target = later[(numbers.next().value ?? 0) % Math.max(1, later.length)];
          if (target === undefined || target.atMs - moment.atMs > 5_000_000) continue;
          expect(await played(rig, moment, target.atMs)).toEqual(target.shown);
        }
      } finally {
        await rig.stop();
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);

/** As a page does it: the state, then every frame on top; what lasts only by time may be up to ten seconds old. */
async function played(rig: Rig, from: { readonly atMs: number; readonly shown: ReadonlyMap<string, AlarmView> }, toMs: number) {
  const table = new Map(from.shown);
  const events = await rig.events(from.atMs, toMs + 1);
  expect(events.toMs).toBe(toMs + 1);
  for (const frame of events.alarms) {
    expect(frame.atMs).toBeGreaterThanOrEqual(from.atMs);
    expect(frame.atMs).toBeLessThanOrEqual(toMs);
    for (const view of frame.alarms) {
      if (view.state === 'normal') table.delete(view.alarmId);
      else table.set(view.alarmId, view);
    }
  }
  return table;
}

test('keyframes are written for a journal that is already there, and make no difference to what is rebuilt', async () => {
  const rig = await openRig(10);
  const sees: AlarmView[][] = [];
  const times: number[] = [];
  for (let number = 1; number <= 60; number += 1) {
    rig.clock.advance(1_000);
    await take(
      rig,
      { alarmId: alarmIds[number % alarmIds.length] ?? '', what: Math.floor(number / alarmIds.length) % 2 === 0 ? 'raise' : 'clear' },
      number,
    );
    times.push(rig.clock.nowMs());
    sees.push([...rig.shown().values()]);
  }
  await rig.keyframes.settled();
  const count = async () => (await rig.database.selectFrom('replay_keyframe').select('sequence').execute()).length;
  expect(await count()).toBeGreaterThan(2);
  for (const index of [3, 20, 41, 59]) {
    const past = await rig.moments.at(times[index] ?? 0);
    expect(past.open(() => true).toSorted(byId)).toEqual(sees[index]?.toSorted(byId));
  }
  await rig.database.deleteFrom('replay_keyframe').execute();
  const past = await rig.moments.at(times[41] ?? 0);
  expect(past.open(() => true).toSorted(byId)).toEqual(sees[41]?.toSorted(byId));
  await rig.stop();
});

const byId = (one: AlarmView, other: AlarmView) => one.alarmId.localeCompare(other.alarmId);

test('a line that was written late, for a moment already played, still comes', async () => {
  const rig = await openRig(100);
  const [alarmId = ''] = alarmIds;
  rig.clock.advance(1_000);
  const atMs = rig.clock.nowMs();
  const first = await rig.events(atMs - 1_000, atMs + 1);
  expect(first.alarms).toEqual([]);
  await take(rig, { alarmId, what: 'raise' }, 1);
  rig.clock.advance(10_000);
  const next = await rig.events(atMs + 1, atMs + 5_000, first.sequence);
  expect(next.alarms.flatMap(({ alarms }) => alarms.map((alarm) => [alarm.alarmId, alarm.state]))).toEqual([[alarmId, 'unacknowledged']]);
  await rig.stop();
});
