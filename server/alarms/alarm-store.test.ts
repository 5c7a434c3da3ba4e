import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, readJournal, verifyChain } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { type AlarmRecord, applyEvent, type LifecycleEvent, newAlarmRecord, stateOf } from './alarm-machine.ts';
import { AlarmStore } from './alarm-store.ts';

const points = Array.from(
  { length: 50 },
  (_, index) =>
    `{ tag: PT-${100 + index}, name: p, range: { min: 0, max: 10 }, register: { table: holding, address: ${index}, type: uint16 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 5, priority: medium, response: r }] }`,
);
const parsed = parsePlantText(
  `schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: a }]
stations: [{ id: RS-01, type: regulating, name: s, area: a, devices: [{ id: D-1, protocol: modbusTcp, host: h, points: [${points.join(', ')}] }] }]
`,
  { version: 't' },
);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
const { plant } = parsed;
const alarmId = 'RS-01.PT-100.high';
const person: JournalActor = { kind: 'person', username: 'duty', displayName: '王敏' };
const outboxId = '018f0000-0000-7000-8000-000000000001';
const occurrence = (number: number) => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function open(folder?: string, clock = new ManualClock()) {
  const dataDir = folder ?? mkdtempSync(path.join(tmpdir(), 'gatewatch-store-'));
  if (folder === undefined) folders.push(dataDir);
  const database = await openDatabase('sqlite:', dataDir);
  const journal = await Journal.open(database);
  const ledger = new Ledger(database, journal, clock);
  const store = await AlarmStore.open({ plant, ledger, clock });
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

test('shelving ends by itself, and what is still true is announced again', async () => {
  const { store, database, clock } = await open();
  await deliver(store, [raise(1)]);
  const nowMs = clock.nowMs();
  await store.act(alarmId, 1, person, {
    kind: 'shelve',
    atMs: nowMs,
    by: 'duty',
    reason: '检修',
    untilMs: nowMs + 60_000,
    approvedBy: null,
  });
  clock.advance(59_000);
  await store.expire();
  expect(stateOf(recordOf(store))).toBe('shelved');
  clock.advance(1_000);
  await store.expire();
  expect(stateOf(recordOf(store))).toBe('unacknowledged');
  await database.destroy();
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
  const { sql } = await import('kysely');
  await sql`CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'disk full'); END`.execute(database);
  await expect(deliver(store, [clear(2, 1)])).rejects.toThrow(/disk full/);
  expect(recordOf(store).isConditionTrue).toBe(true);
  await sql`DROP TRIGGER full`.execute(database);
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
  const rebuilt = new Map<string, AlarmRecord>();
  for (const entry of (await readJournal(database, { limit: 10_000 })).toReversed()) {
    if (entry.alarmId === null) continue;
    const definition = plant.alarms[plant.alarmIndexById.get(entry.alarmId) ?? -1];
    if (definition === undefined) throw new Error(entry.alarmId);
    const transition = applyEvent(
      rebuilt.get(entry.alarmId) ?? newAlarmRecord(entry.alarmId),
      entry.detail.event as LifecycleEvent,
      definition,
    );
    if (transition.kind !== 'changed') throw new Error(`${entry.kind} of ${entry.alarmId} does not apply again`);
    rebuilt.set(entry.alarmId, transition.record);
  }
  expect([...rebuilt.values()]).toEqual(store.all().map(({ record }) => record));
  await database.destroy();
});
