import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { plantOfPoints } from '../../test/harness/plant-of.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import type { LifecycleEvent } from './alarm-machine.ts';
import { AlarmStore } from './alarm-store.ts';
import { AlarmViews } from './alarm-view.ts';
import { startMarks } from './start-marks.ts';

const point = (tag: string, address: number, alarms: string) =>
  `{ tag: ${tag}, name: p, range: { min: 0, max: 100 }, register: { table: holding, address: ${address}, type: uint16 }, defaultAlarms: false, alarms: [${alarms}] }`;
const limit = (kind: string, setpoint: number, priority: string, more = '') =>
  `{ kind: ${kind}, setpoint: ${setpoint}, priority: ${priority}, response: r${more} }`;
const plant = plantOfPoints([
  point(
    'PT-1',
    0,
    `${limit('high', 20, 'medium')}, ${limit('high', 30, 'medium', ', name: high2')}, ${limit('highHigh', 50, 'high')}, ${limit('low', 5, 'medium')}`,
  ),
  point('PT-2', 1, `${limit('high', 20, 'critical')}, ${limit('highHigh', 50, 'low')}`),
  point('GD-1', 2, `${limit('high', 20, 'high', ', class: safety')}, ${limit('highHigh', 50, 'high')}`),
]);
const outboxId = '018f0000-0000-7000-8000-000000000001';

async function open(clock = new ManualClock(), folder?: string) {
  const dataDir = folder ?? mkdtempSync(path.join(tmpdir(), 'gatewatch-view-'));
  if (folder === undefined) onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const database = await openDatabase('sqlite:', dataDir);
  onTestFinished(() => database.destroy());
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const store = await AlarmStore.open({ plant, ledger, clock });
  const views = new AlarmViews(plant, store, await startMarks({ plant, ledger, clock }), clock);
  let sequence = Math.max(0, ...(await database.selectFrom('outbox_progress').select('sequence').execute()).map((row) => row.sequence));
  const occurrences = new Map<string, string>();
  async function deliver(...edges: readonly (readonly ['raise' | 'clear', string])[]): Promise<void> {
    const messages = edges.map(([kind, name]): ConditionMessage => {
      sequence += 1;
      const alarmId = `RS-01.${name}`;
      if (kind === 'raise') occurrences.set(alarmId, `018f0000-0000-7000-8000-${String(sequence).padStart(12, '0')}`);
      const common = { sequence, alarmId, occurrenceId: occurrences.get(alarmId) ?? '', atMs: clock.nowMs(), value: 60, quality: 0 };
      return kind === 'raise' ? { kind, ...common, measured: null } : { kind, ...common };
    });
    await store.deliver({ schema: 1, collectorId: 'default', outboxId, messages });
  }
  const view = (name: string) => {
    const found = store.find(`RS-01.${name}`);
    if (found === null) throw new Error(name);
    return views.view(found.definition, found.record);
  };
  const act = (name: string, event: LifecycleEvent) =>
    store.act(`RS-01.${name}`, view(name).version, { kind: 'person', username: 'duty', displayName: 'd' }, event);
  const others = (name: string) => {
    const found = store.find(`RS-01.${name}`);
    return found === null ? [] : views.othersChangedBy(found.definition);
  };
  return { dataDir, database, clock, store, views, deliver, view, act, others };
}

test('[MK8] an alarm is folded under the furthest-out one of its side, and stands again when that one is over', async () => {
  const { deliver, view, others } = await open();
  await deliver(['raise', 'PT-1.high'], ['raise', 'PT-1.high2'], ['raise', 'PT-1.low']);
  expect(['PT-1.high', 'PT-1.high2', 'PT-1.low'].map((name) => view(name).eclipsedByAlarmId)).toEqual(['RS-01.PT-1.high2', null, null]);
  await deliver(['raise', 'PT-1.highHigh']);
  expect(['PT-1.high', 'PT-1.high2', 'PT-1.highHigh', 'PT-1.low'].map((name) => view(name).eclipsedByAlarmId)).toEqual([
    'RS-01.PT-1.highHigh',
    'RS-01.PT-1.highHigh',
    null,
    null,
  ]);
  expect(others('PT-1.highHigh')).toEqual(['RS-01.PT-1.high', 'RS-01.PT-1.high2']);
  await deliver(['clear', 'PT-1.highHigh']);
  expect([view('PT-1.high').isEclipsed, view('PT-1.high2').isEclipsed]).toEqual([true, false]);
});

test('[MK8] what is set aside, less urgent, or no safety alarm hides nothing', async () => {
  const { deliver, view, act, clock } = await open();
  await deliver(['raise', 'PT-1.high'], ['raise', 'PT-1.highHigh']);
  await act('PT-1.highHigh', {
    kind: 'shelve',
    atMs: clock.nowMs(),
    by: 'duty',
    reason: 'r',
    untilMs: clock.nowMs() + 60_000,
    approvedBy: 'x',
  });
  expect(view('PT-1.high').isEclipsed).toBe(false);
  await deliver(['raise', 'PT-2.high'], ['raise', 'PT-2.highHigh'], ['raise', 'GD-1.high'], ['raise', 'GD-1.highHigh']);
  expect([view('PT-2.high').isEclipsed, view('GD-1.high').isEclipsed]).toEqual([false, false]);
});

test('[MK7] standing for more than a day is stale, and the pages are told when it becomes so', async () => {
  const { deliver, view, views, clock, act } = await open();
  await deliver(['raise', 'PT-1.high']);
  clock.advance(24 * 3_600_000);
  views.takeChanged();
  expect(view('PT-1.high').isStale).toBe(false);
  clock.advance(10_000);
  expect([...views.takeChanged()]).toEqual(['RS-01.PT-1.high']);
  expect(view('PT-1.high').isStale).toBe(true);
  clock.advance(10_000);
  expect([...views.takeChanged()]).toEqual([]);
  await act('PT-1.high', {
    kind: 'shelve',
    atMs: clock.nowMs(),
    by: 'duty',
    reason: 'r',
    untilMs: clock.nowMs() + 60_000,
    approvedBy: null,
  });
  expect(view('PT-1.high').isStale).toBe(false);
});

test('[MK5] raises that come together in one delivery after a loss are all counted', async () => {
  const { deliver, view } = await open();
  await deliver(['raise', 'PT-1.high'], ['clear', 'PT-1.high'], ['raise', 'PT-1.high'], ['clear', 'PT-1.high'], ['raise', 'PT-1.high']);
  expect(view('PT-1.high')).toMatchObject({ isChattering: true, isFleeting: false });
});

test('[MK10] the marks outlive a restart', async () => {
  const first = await open();
  await first.deliver(['raise', 'PT-1.high'], ['raise', 'PT-2.high']);
  first.clock.advance(3_000);
  await first.deliver(
    ['clear', 'PT-1.high'],
    ['raise', 'GD-1.high'],
    ['clear', 'GD-1.high'],
    ['raise', 'GD-1.high'],
    ['clear', 'GD-1.high'],
    ['raise', 'GD-1.high'],
  );
  const names = ['PT-1.high', 'PT-2.high', 'GD-1.high'];
  const before = names.map(first.view);
  expect(before.map((view) => [view.isFirstOut, view.isChattering, view.isFleeting])).toEqual([
    [true, false, true],
    [false, false, false],
    [false, true, false],
  ]);
  await first.database.destroy();
  const second = await open(first.clock, first.dataDir);
  expect(names.map(second.view)).toEqual(before);
  expect([...second.views.takeChanged()]).toEqual([]);
});
