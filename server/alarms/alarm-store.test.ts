import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import { type ConditionMessage, type ReceivedDelivery, readDelivery } from '../../domain/messages/condition-message.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { refuseRows } from '../../test/harness/broken-database.ts';
import { plantOfPoints } from '../../test/harness/plant-of.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, readJournal, verifyChain } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { type AcknowledgeItem, acknowledgeMany } from './acknowledge-many.ts';
import { ordinaryCircumstances } from './alarm-change.ts';
import type { LifecycleEvent } from './alarm-machine.ts';
import { type AlarmRecord, newAlarmRecord, stateOf } from './alarm-record.ts';
import { AlarmStore } from './alarm-store.ts';
import { replayJournal } from './replay-journal.ts';

/** `more`: settings of every `high`. */
function plantOfStore(more = ''): Plant {
  return plantOfPoints(
    Array.from(
      { length: 50 },
      (_, index) =>
        `{ tag: PT-${100 + index}, name: p, range: { min: 0, max: 10 }, register: { table: holding, address: ${index}, type: uint16 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 5, priority: medium, ${more}response: r }, { kind: highHigh, name: top, setpoint: 6, priority: critical, response: r }, { kind: rateOfChange, name: rate, limit: 1, window: 1min, direction: both, priority: high, response: r }] }`,
    ),
  );
}
const plant = plantOfStore();
const minuteMs = 60_000;
const alarmId = 'RS-01.PT-100.high';
const person: JournalActor = { kind: 'person', username: 'duty', displayName: '王敏' };
const outboxId = '018f0000-0000-7000-8000-000000000001';
const occurrence = (number: number) => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function open(folder?: string, clock = new ManualClock(), itsPlant = plant, circumstances = ordinaryCircumstances) {
  const dataDir = folder ?? mkdtempSync(path.join(tmpdir(), 'gatewatch-store-'));
  if (folder === undefined) folders.push(dataDir);
  const database = await openDatabase('sqlite:', dataDir);
  const journal = await Journal.open(database);
  const ledger = new Ledger(database, journal, clock);
  const store = await AlarmStore.open({ plant: itsPlant, ledger, clock, circumstances });
  return { dataDir, database, store, clock };
}

const raise = (sequence: number, id = alarmId, number = sequence): ConditionMessage => ({
  kind: 'raise',
  sequence,
  alarmId: id,
  occurrenceId: occurrence(number),
  atMs: sequence * 1_000,
  value: 6,
  quality: 0,
  measured: null,
});
const clear = (sequence: number, number: number, id = alarmId): ConditionMessage => ({
  kind: 'clear',
  sequence,
  alarmId: id,
  occurrenceId: occurrence(number),
  atMs: sequence * 1_000,
  value: 1,
  quality: 0,
});
const deliver = (store: AlarmStore, messages: readonly ConditionMessage[], box = outboxId) =>
  store.deliver({ schema: 1, collectorId: 'default', outboxId: box, messages: [...messages] });
const shelveUntil = (atMs: number, untilMs: number): LifecycleEvent => ({
  kind: 'shelve',
  atMs,
  by: 'duty',
  reason: '检修',
  untilMs,
  approvedBy: null,
});
const recordOf = (store: AlarmStore, id = alarmId): AlarmRecord => store.find(id)?.record ?? newAlarmRecord(id);

test('messages delivered again, in part or whole, have their effect once', async () => {
  const { store, database } = await open();
  const messages = [raise(1), clear(2, 1), raise(3)];
  expect(await deliver(store, messages.slice(0, 2))).toEqual({ committedThrough: 2 });
  expect(await deliver(store, messages)).toEqual({ committedThrough: 3 });
  expect(await deliver(store, messages)).toEqual({ committedThrough: 3 });
  const kinds = (await readJournal(database, { limit: 100 })).map((entry) => entry.kind).reverse();
  expect(kinds).toEqual(['alarm.raise', 'alarm.clear', 'alarm.raise']);
  expect(recordOf(store)).toMatchObject({ version: 3, raiseCount: 2 });
  await database.destroy();
});

test('a hole in the sequence is not jumped over: the collector is told from where to send', async () => {
  const { store, database } = await open();
  await deliver(store, [raise(1)]);
  expect(await deliver(store, [clear(3, 1)])).toEqual({ committedThrough: 1 });
  expect(recordOf(store).isConditionTrue).toBe(true);
  await database.destroy();
});

test('a new outbox begins at 1 again without being taken for a repeat', async () => {
  const { store, database } = await open();
  await deliver(store, [raise(1)]);
  await deliver(store, [clear(1, 1)], '018f0000-0000-7000-8000-0000000000ff');
  expect(recordOf(store).isConditionTrue).toBe(false);
  await database.destroy();
});

test('closed and opened again, every record, version and progress is the same', async () => {
  const first = await open();
  await deliver(first.store, [raise(1), raise(2, 'RS-01.PT-101.high')]);
  const acted = await first.store.act(alarmId, 1, person, { kind: 'acknowledge', atMs: 5, by: 'duty', comment: '去看' });
  expect(acted.kind).toBe('done');
  const before = first.store.all().map(({ record }) => record);
  await first.database.destroy();
  const second = await open(first.dataDir);
  expect(second.store.all().map(({ record }) => record)).toEqual(before);
  expect(await deliver(second.store, [raise(1), raise(2, 'RS-01.PT-101.high')])).toEqual({ committedThrough: 2 });
  expect(second.store.all().map(({ record }) => record)).toEqual(before);
  await second.database.destroy();
});

test('an action on an old version, or on an occurrence that is no longer the newest, is a conflict with the newer state', async () => {
  const { store, database } = await open();
  await deliver(store, [raise(1)]);
  const acknowledge: LifecycleEvent = { kind: 'acknowledge', atMs: 5, by: 'duty', comment: null };
  expect((await store.act(alarmId, 1, person, acknowledge)).kind).toBe('done');
  expect(await store.act(alarmId, 1, person, acknowledge)).toMatchObject({ kind: 'conflict', record: { changedBy: 'duty', version: 2 } });
  await deliver(store, [clear(2, 1), raise(3)]);
  expect(await store.act(occurrence(1), 4, person, acknowledge)).toMatchObject({
    kind: 'conflict',
    record: { occurrenceId: occurrence(3) },
  });
  expect(await store.act('RS-01.PT-999.high', 0, person, acknowledge)).toEqual({ kind: 'unknown' });
  await database.destroy();
});

test('two people at once: one wins, one is told', async () => {
  const { store, database } = await open();
  await deliver(store, [raise(1)]);
  const by = (name: string): Promise<{ kind: string }> =>
    store.act(alarmId, 1, { ...person, username: name }, { kind: 'acknowledge', atMs: 5, by: name, comment: null });
  const kinds = (await Promise.all([by('a'), by('b'), by('c')])).map((result) => result.kind);
  expect(kinds.sort()).toEqual(['conflict', 'conflict', 'done']);
  await database.destroy();
});

test('a statement by level raises what is missing and clears what is no longer true', async () => {
  const { store, database } = await open();
  await deliver(store, [raise(1), raise(2, 'RS-01.PT-101.high')]);
  const other = 'RS-01.PT-102.high';
  const statement = {
    schema: 1 as const,
    collectorId: 'default',
    outboxId,
    throughSequence: 2,
    atMs: 9_000,
    active: [
      { alarmId, occurrenceId: occurrence(1), sinceMs: 1_000, value: 6, suppressedByAlarmId: null },
      { alarmId: other, occurrenceId: occurrence(7), sinceMs: 8_000, value: 6, suppressedByAlarmId: null },
    ],
  };
  expect(await store.state(statement)).toEqual({ kind: 'accepted' });
  expect([alarmId, 'RS-01.PT-101.high', other].map((id) => recordOf(store, id).isConditionTrue)).toEqual([true, false, true]);
  expect(await store.state({ ...statement, throughSequence: 3 })).toEqual({ kind: 'behind', committedThrough: 2 });
  await database.destroy();
});

test('a message that cannot be read or taken is set aside with a line, told, and holds up none behind it', async () => {
  const cursed = 'RS-01.PT-101.high';
  const circumstances = {
    ...ordinaryCircumstances,
    isTestAt(definition: { readonly id: string }) {
      if (definition.id === cursed) throw new Error('a fault of this program');
      return false;
    },
  };
  const { store, database } = await open(undefined, new ManualClock(), plant, circumstances);
  let told = 0;
  store.onSetAside(() => {
    told += 1;
  });
  const newer = { sequence: 2, kind: 'doubt', alarmId, certainty: 0.4 };
  const received = readDelivery({
    schema: 1,
    collectorId: 'default',
    outboxId,
    messages: [raise(1), newer, raise(3, cursed), raise(4, 'RS-01.PT-102.high')],
  });
  expect(await store.deliver(received as ReceivedDelivery)).toEqual({ committedThrough: 4 });
  expect([alarmId, cursed, 'RS-01.PT-102.high'].map((id) => recordOf(store, id).isConditionTrue)).toEqual([true, false, true]);
  expect([store.setAside.count, told]).toEqual([2, 2]);
  const lines = [...(await readJournal(database, { limit: 10 }))].reverse();
  expect(lines.map(({ kind }) => kind)).toEqual(['alarm.raise', 'alarm.setAside', 'alarm.setAside', 'alarm.raise']);
  expect(lines[1]?.detail.message).toEqual(newer);
  expect(lines[2]?.detail).toMatchObject({ message: { alarmId: cursed }, note: 'this server cannot take it: a fault of this program' });
  expect(await store.deliver(received as ReceivedDelivery)).toEqual({ committedThrough: 4 });
  expect(store.setAside.count).toBe(2);
  expect(readDelivery({ schema: 1, collectorId: 'default', outboxId, messages: [{ kind: 'raise' }] })).toBeNull();
  await database.destroy();
});

test('a statement that was overtaken on its way raises nothing that is over', async () => {
  const { store, database } = await open();
  await deliver(store, [raise(1)]);
  const held = { alarmId, occurrenceId: occurrence(1), sinceMs: 1_000, value: 6, suppressedByAlarmId: null };
  const statement = { schema: 1 as const, collectorId: 'default', outboxId, throughSequence: 1, atMs: 9_000, active: [held] };
  expect(await store.state(statement)).toEqual({ kind: 'accepted' });
  await deliver(store, [clear(2, 1)]);
  expect(await store.state(statement)).toEqual({ kind: 'behind', committedThrough: 2 });
  expect(recordOf(store, alarmId).isConditionTrue).toBe(false);
  await database.destroy();
});

test('shelving ends by itself, and what is still true is announced again', async () => {
  const { store, database, clock } = await open();
  await deliver(store, [raise(1)]);
  const nowMs = clock.nowMs();
  await store.act(alarmId, 1, person, shelveUntil(nowMs, nowMs + 60_000));
  clock.advance(59_000);
  await store.tick();
  expect(stateOf(recordOf(store))).toBe('shelved');
  clock.advance(1_000);
  await store.tick();
  expect(stateOf(recordOf(store))).toBe('unacknowledged');
  await database.destroy();
});

test('a shelving that ran out while the server was down ends at its first look at the clock', async () => {
  const first = await open();
  await deliver(first.store, [raise(1)]);
  const untilMs = first.clock.nowMs() + 60_000;
  await first.store.act(alarmId, 1, person, shelveUntil(first.clock.nowMs(), untilMs));
  await first.database.destroy();
  const second = await open(first.dataDir, new ManualClock(untilMs + 5_000));
  await second.store.tick();
  expect(recordOf(second.store)).toMatchObject({ shelved: null, isAcknowledged: false, announcedAtMs: untilMs + 5_000 });
  const [line] = await readJournal(second.database, { limit: 1 });
  expect(line).toMatchObject({ kind: 'alarm.unshelve', actor: { kind: 'system', part: 'server' }, detail: { expired: true } });
  await second.database.destroy();
});

test('[AL27] the wall clock is set back an hour: a shelving of ten minutes still ends after ten minutes', async () => {
  const { store, database, clock } = await open();
  await deliver(store, [raise(1)]);
  await store.act(alarmId, 1, person, shelveUntil(clock.nowMs(), clock.nowMs() + 10 * minuteMs));
  await store.tick();
  clock.jumpWall(-60 * minuteMs);
  clock.advance(10 * minuteMs - 1);
  await store.tick();
  expect(stateOf(recordOf(store))).toBe('shelved');
  clock.advance(1);
  await store.tick();
  expect(stateOf(recordOf(store))).toBe('unacknowledged');
  await database.destroy();
});

test('[AL24] acknowledged and still true, it is announced again after the time of its priority, also over a restart; returned or never, it is not', async () => {
  const first = await open();
  const [high, medium, returned] = ['RS-01.PT-100.rate', alarmId, 'RS-01.PT-101.rate'];
  await deliver(first.store, [raise(1, high), raise(2, medium), raise(3, returned)]);
  for (const id of [high, medium, returned])
    await first.store.act(id, 1, person, { kind: 'acknowledge', atMs: first.clock.nowMs(), by: 'duty', comment: null });
  await deliver(first.store, [clear(4, 3, returned)]);
  const acknowledgedAtMs = first.clock.nowMs();
  first.clock.advance(60 * minuteMs);
  await first.store.tick();
  expect(stateOf(recordOf(first.store, high))).toBe('acknowledged');
  await first.database.destroy();

  const second = await open(first.dataDir, new ManualClock(acknowledgedAtMs + 120 * minuteMs - 1));
  await second.store.tick();
  expect(stateOf(recordOf(second.store, high))).toBe('acknowledged');
  second.clock.advance(1);
  await second.store.tick();
  expect([high, medium, returned].map((id) => stateOf(recordOf(second.store, id)))).toEqual(['unacknowledged', 'acknowledged', 'normal']);
  const [line] = await readJournal(second.database, { limit: 1 });
  expect(line).toMatchObject({ kind: 'alarm.reannounce', alarmId: high, occurrenceId: occurrence(1), detail: { afterMs: 120 * minuteMs } });
  await second.store.tick();
  expect(await readJournal(second.database, { limit: 100 })).toHaveLength(8);
  await second.database.destroy();
});

test('[AL25] many at once: each with its version and its line, a critical one only ticked by itself and with a comment', async () => {
  const { store, database, clock } = await open();
  const critical = 'RS-01.PT-100.top';
  const [one, other] = [alarmId, 'RS-01.PT-101.high'];
  await deliver(store, [raise(1, one), raise(2, other), raise(3, critical)]);
  const many = (items: readonly AcknowledgeItem[], comment: string | null) =>
    acknowledgeMany(store, items, { actor: person, by: 'duty', atMs: clock.nowMs(), comment, maySee: () => true });
  const results = await many(
    [
      { id: one, version: 1 },
      { id: one, version: 1 },
      { id: other, version: 7 },
      { id: critical, version: 1 },
      { id: 'RS-01.PT-999.high', version: 1 },
    ],
    '已看到',
  );
  expect(results).toMatchObject([
    { kind: 'done', record: { acknowledgedBy: 'duty' } },
    { kind: 'conflict', record: { version: 2 } },
    { kind: 'conflict', record: { version: 1 } },
    { kind: 'refused', reason: 'criticalNotTicked' },
    { kind: 'refused', reason: 'unknown' },
  ]);
  expect(await many([{ id: critical, version: 1, tickedCritical: true }], null)).toMatchObject([{ reason: 'commentRequired' }]);
  expect(await many([{ id: critical, version: 1, tickedCritical: true }], '已派人')).toMatchObject([{ kind: 'done' }]);
  const lines = (await readJournal(database, { limit: 100 })).filter((entry) => entry.kind === 'alarm.acknowledge');
  expect(lines.map((entry) => [entry.alarmId, entry.actor])).toEqual([
    [critical, person],
    [one, person],
  ]);
  await database.destroy();
});

test('a medium alarm on the shelf that the plant file makes a safety alarm is taken off it', async () => {
  const { store, database, clock, dataDir } = await open();
  await deliver(store, [raise(1)]);
  await store.act(alarmId, 1, person, shelveUntil(clock.nowMs(), clock.nowMs() + 60 * minuteMs));
  await database.destroy();
  const again = await open(dataDir, clock, plantOfStore('class: safety, '));
  await again.store.tick();
  expect(stateOf(recordOf(again.store))).toBe('unacknowledged');
  await again.database.destroy();
});

test('listeners hear of a change only when it is on disk, and the journal has it then', async () => {
  const { store, database } = await open();
  const heard: Promise<number>[] = [];
  store.onChange(() => void heard.push(readJournal(database, { limit: 10 }).then((entries) => entries.length)));
  await deliver(store, [raise(1)]);
  expect(await Promise.all(heard)).toEqual([1]);
  await database.destroy();
});

test('a commit that fails has no effect at all: no record, no line, no progress; the same delivery works later', async () => {
  const { store, database } = await open();
  await deliver(store, [raise(1)]);
  const allow = await refuseRows(database, 'INSERT', 'journal');
  await expect(deliver(store, [clear(2, 1)])).rejects.toThrow(/disk full/);
  expect(recordOf(store).isConditionTrue).toBe(true);
  await allow();
  expect(await deliver(store, [clear(2, 1)])).toEqual({ committedThrough: 2 });
  expect(recordOf(store).isConditionTrue).toBe(false);
  expect(await verifyChain(database)).toMatchObject({ kind: 'intact', entries: 2 });
  await database.destroy();
});

test('[AL20] replaying the journal rebuilds every record exactly', async () => {
  const { store, database, clock } = await open();
  const messages: ConditionMessage[] = [];
  let sequence = 0;
  for (let round = 0; round < 4; round += 1) {
    for (let index = 0; index < 20; index += 1) {
      const id = `RS-01.PT-${100 + index}.high`;
      sequence += 1;
      const number = round * 100 + index;
      messages.push(raise(sequence, id, number));
      if ((round + index) % 3 !== 0) {
        sequence += 1;
        messages.push(clear(sequence, number, id));
      }
    }
  }
  await deliver(store, messages);
  for (let index = 0; index < 20; index += 2) {
    const id = `RS-01.PT-${100 + index}.high`;
    await store.act(id, recordOf(store, id).version, person, { kind: 'acknowledge', atMs: clock.nowMs(), by: 'duty', comment: `${index}` });
  }
  const rebuilt = replayJournal((await readJournal(database, { limit: 10_000 })).toReversed(), plant);
  expect([...rebuilt.values()]).toEqual(store.all().map(({ record }) => record));
  await database.destroy();
});

test('an acknowledgement with an action id that arrives twice is applied once, also after a restart; another person’s id and another alarm’s are not taken for it', async () => {
  const first = await open();
  await first.store.deliver({ schema: 1, collectorId: 'c', outboxId, messages: [raise(1), raise(2, 'RS-01.PT-101.high')] });
  const actionId = '00000000-0000-4000-8000-000000000001';
  const acknowledge: LifecycleEvent = { kind: 'acknowledge', atMs: 5, by: 'duty', comment: null };
  const act = (store: AlarmStore, id: string, who = person) => store.act(id, 1, who, acknowledge, { actionId }, actionId);
  expect((await act(first.store, occurrence(1))).kind).toBe('done');
  expect(await act(first.store, occurrence(1))).toMatchObject({ kind: 'done', record: { version: 2, acknowledgedBy: 'duty' } });
  expect((await act(first.store, occurrence(1), { kind: 'person', username: 'other', displayName: 'o' })).kind).toBe('conflict');
  await first.database.destroy();
  const second = await open(first.dataDir);
  expect(await act(second.store, occurrence(1))).toMatchObject({ kind: 'done', record: { version: 2 } });
  expect((await act(second.store, occurrence(2))).kind).toBe('done');
  const lines = await readJournal(second.database, { limit: 100 });
  expect(lines.filter((line) => line.kind === 'alarm.acknowledge').map((line) => line.alarmId)).toEqual(['RS-01.PT-101.high', alarmId]);
  await second.database.destroy();
});

test('sent again after the alarm came anew, it is answered and the new occurrence stays unacknowledged; one never applied is told as a conflict', async () => {
  const { store, database } = await open();
  await store.deliver({ schema: 1, collectorId: 'c', outboxId, messages: [raise(1)] });
  const acknowledge: LifecycleEvent = { kind: 'acknowledge', atMs: 5, by: 'duty', comment: null };
  const applied = '00000000-0000-4000-8000-000000000002';
  const neverApplied = '00000000-0000-4000-8000-000000000003';
  await store.act(occurrence(1), 1, person, acknowledge, {}, applied);
  await store.deliver({ schema: 1, collectorId: 'c', outboxId, messages: [clear(2, 1), raise(3)] });
  expect((await store.act(occurrence(1), 1, person, acknowledge, {}, applied)).kind).toBe('done');
  expect((await store.act(occurrence(1), 1, person, acknowledge, {}, neverApplied)).kind).toBe('conflict');
  expect(store.find(alarmId)?.record).toMatchObject({ occurrenceId: occurrence(3), isAcknowledged: false });
  await database.destroy();
});

test('[AL28] an escalation in between is no conflict; an acknowledgement or a comment in between is one', async () => {
  const { store } = await open();
  const server: JournalActor = { kind: 'system', part: 'server' };
  await deliver(store, [raise(1)]);
  const escalate = async () => {
    const { version } = recordOf(store);
    expect((await store.act(alarmId, version, server, { kind: 'escalate', atMs: 2_000 })).kind).toBe('done');
  };
  const seen = recordOf(store).version;
  await escalate();
  await escalate();
  const comment: LifecycleEvent = { kind: 'comment', atMs: 3_000, by: 'duty', comment: 'looking' };
  expect((await store.act(alarmId, seen, person, comment)).kind).toBe('done');
  await escalate();
  const acknowledge: LifecycleEvent = { kind: 'acknowledge', atMs: 4_000, by: 'duty', comment: 'going' };
  expect((await store.act(alarmId, seen, person, acknowledge)).kind).toBe('conflict');
  expect((await store.act(alarmId, seen + 1, person, acknowledge)).kind).toBe('conflict');
  expect((await store.act(alarmId, seen + 3, person, acknowledge)).kind).toBe('done');
  expect((await store.act(alarmId, seen + 3, person, acknowledge)).kind).toBe('conflict');
});
