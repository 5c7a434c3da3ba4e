// What a link delivers again an hour later, in any order, in part and over a restart of the server: every event has one line, and no alarm changes for it.
import { expect, onTestFinished, test } from 'vitest';
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { plantOfHighAlarms } from '../../test/harness/plant-of.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, verifyChain } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { AlarmStore } from './alarm-store.ts';

const seed = Number(process.env.FAULTS_SEED ?? 14);
const minutes = 60;
const messagesEachMinute = 60;
const plant = plantOfHighAlarms(20);
const outboxId = '018f0000-0000-7000-8000-000000000001';
const occurrence = (number: number) => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;

async function open(dataDir: string, clock: ManualClock) {
  const database = await openDatabase('sqlite:', dataDir);
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const store = await AlarmStore.open({ plant, ledger, clock });
  const deliver = (messages: readonly ConditionMessage[]) =>
    store.deliver({ schema: 1, collectorId: 'default', outboxId, messages: [...messages] });
  return { database, store, deliver };
}

test(`an hour of messages, all delivered again after it (seed ${seed})`, async () => {
  const random = createRandom(seed);
  const clock = new ManualClock();
  const dataDir = temporaryFolder();
  let server = await open(dataDir, clock);
  onTestFinished(() => server.database.destroy());
  const openOccurrence = new Map<string, string>();
  const sent: ConditionMessage[][] = [];
  let sequence = 0;
  for (let minute = 0; minute < minutes; minute += 1) {
    const batch: ConditionMessage[] = [];
    for (let place = 0; place < messagesEachMinute; place += 1) {
      clock.advance(60_000 / messagesEachMinute);
      sequence += 1;
      const alarmId = plant.alarms[Math.floor(random() * plant.alarms.length)]?.id ?? '';
      const occurrenceId = openOccurrence.get(alarmId) ?? occurrence(sequence);
      const common = { sequence, alarmId, occurrenceId, atMs: clock.nowMs(), quality: 0 };
      if (openOccurrence.delete(alarmId)) batch.push({ ...common, kind: 'clear', value: 1 });
      else {
        openOccurrence.set(alarmId, occurrenceId);
        batch.push({ ...common, kind: 'raise', value: 6, measured: null });
      }
    }
    sent.push(batch);
    expect(await server.deliver(batch)).toEqual({ committedThrough: sequence });
  }
  const records = () => new Map(server.store.all().map(({ record }) => [record.alarmId, record]));
  const before = records();
  const lines = async () =>
    (await server.database.selectFrom('journal').select('hash').orderBy('sequence').execute()).map(({ hash }) => hash);
  const linesBefore = await lines();
  expect(linesBefore).toHaveLength(minutes * messagesEachMinute);

  clock.advance(3_600_000);
  let again = 0;
  for (let turn = 0; turn < minutes * 3; turn += 1) {
    const batch = sent[Math.floor(random() * sent.length)] ?? [];
    const from = Math.floor(random() * batch.length);
    const part = batch.slice(from, from + 1 + Math.floor(random() * batch.length));
    if (turn % 4 === 0) part.reverse();
    again += part.length;
    expect(await server.deliver(part)).toEqual({ committedThrough: sequence });
    if (turn % minutes !== minutes - 1) continue;
    await server.database.destroy();
    server = await open(dataDir, clock);
  }
  expect(await lines()).toEqual(linesBefore);
  expect(records()).toEqual(before);
  expect(await verifyChain(server.database)).toMatchObject({ kind: 'intact' });
  // One that is new is taken, as if nothing had been.
  const alarmId = plant.alarms.find(({ id }) => !openOccurrence.has(id))?.id ?? '';
  const fresh: ConditionMessage = {
    kind: 'raise',
    sequence: sequence + 1,
    alarmId,
    occurrenceId: occurrence(sequence + 1),
    atMs: clock.nowMs(),
    value: 6,
    quality: 0,
    measured: null,
  };
  expect(await server.deliver([...(sent.at(-1) ?? []), fresh])).toEqual({ committedThrough: sequence + 1 });
  expect(await lines()).toHaveLength(linesBefore.length + 1);
  expect(again).toBeGreaterThan(minutes * messagesEachMinute);
});
