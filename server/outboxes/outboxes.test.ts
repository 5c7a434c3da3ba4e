// What a message is known by: the server's rules of RULES.md over a real database. OB2 is the outbox's own (`collector/outbox/condition-outbox.test.ts`).
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { ConditionMessage, ReplacedOutbox } from '../../domain/messages/condition-message.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { plantOfHighAlarms } from '../../test/harness/plant-of.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { AlarmStore } from '../alarms/alarm-store.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, readJournal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';

const plant = plantOfHighAlarms(1);
const alarmId = 'RS-01.PT-101.high';
const idOf = (number: number) => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const [old, renewed, newest] = [idOf(901), idOf(902), idOf(903)];

type Fact = readonly [sequence: number, kind: 'raise' | 'clear', occurrence: number];

async function open() {
  const database = await openDatabase('sqlite:', temporaryFolder());
  onTestFinished(() => database.destroy());
  const clock = new ManualClock(0);
  const openStore = async () => AlarmStore.open({ plant, ledger: new Ledger(database, await Journal.open(database), clock), clock });
  let store = await openStore();
  const named = (outboxId: string, replaces?: readonly ReplacedOutbox[]) => ({
    schema: 1 as const,
    collectorId: 'default',
    outboxId,
    ...(replaces === undefined ? {} : { replaces: [...replaces] }),
  });
  return {
    async tell(outboxId: string, facts: readonly Fact[], replaces?: readonly ReplacedOutbox[]) {
      const messages = facts.map(([sequence, kind, occurrence]): ConditionMessage => {
        const common = { sequence, alarmId, occurrenceId: idOf(occurrence), atMs: sequence, value: 6, quality: 0 };
        return kind === 'raise' ? { kind, ...common, measured: null } : { kind, ...common };
      });
      return (await store.deliver({ ...named(outboxId, replaces), messages })).committedThrough;
    },
    state: (outboxId: string, throughSequence: number, occurrence: number | null, replaces?: readonly ReplacedOutbox[]) =>
      store.state({
        ...named(outboxId, replaces),
        throughSequence,
        atMs: 99,
        active: occurrence === null ? [] : [{ alarmId, occurrenceId: idOf(occurrence), sinceMs: 1, value: 6, suppressedByAlarmId: null }],
      }),
    isTrue: () => store.find(alarmId)?.record.isConditionTrue,
    story: async () =>
      [...(await readJournal(database, { limit: 100 }))]
        .reverse()
        .map(({ kind, occurrenceId }) => `${kind} ${Number(occurrenceId?.slice(-4) ?? 0)}`),
    async restart() {
      store = await openStore();
    },
  };
}

test('[OB1] once by outbox and number, in order; what comes again is answered with how far the database has it', async () => {
  const { tell, story } = await open();
  const facts: readonly Fact[] = [
    [1, 'raise', 1],
    [2, 'clear', 1],
    [3, 'raise', 2],
  ];
  expect(await tell(old, facts)).toBe(3);
  expect(await tell(old, facts.slice(0, 2))).toBe(3);
  expect(await tell(old, [[5, 'clear', 2]])).toBe(3);
  expect(await story()).toEqual(['alarm.raise 1', 'alarm.clear 1', 'alarm.raise 2']);
});

test('[OB3] [OB4] what comes late under the name of a replaced outbox raises nothing that is over, also at the next server', async () => {
  const { tell, state, isTrue, story, restart } = await open();
  // The database was put back to when it had one message; the collector has had five confirmed, and nothing waits.
  await tell(old, [[1, 'raise', 1]]);
  const replaces = [{ outboxId: old, throughSequence: 5, carried: 0 }];
  expect(await state(renewed, 0, null, replaces)).toEqual({ kind: 'accepted' });
  expect(await state(renewed, 0, null, replaces)).toEqual({ kind: 'accepted' });
  for (const isNext of [false, true]) {
    if (isNext) await restart();
    expect(await tell(old, [[2, 'clear', 1], [3, 'raise', 2]])).toBe(-1); // biome-ignore format: one line
    expect(await state(old, 1, 1)).toEqual({ kind: 'behind', committedThrough: -1 });
    expect(isTrue()).toBe(false);
  }
  expect(await story()).toEqual(['alarm.raise 1', 'collector.outboxRenewed 0', 'alarm.clear 1']);
});

test('[OB4] a process that still goes by the name of a retired outbox takes a new one, and is believed', async () => {
  const { tell, isTrue } = await open();
  await tell(renewed, [[1, 'raise', 1], [2, 'clear', 1]], [{ outboxId: old, throughSequence: 5, carried: 2 }]); // biome-ignore format: one line
  expect(await tell(old, [[6, 'raise', 2]])).toBe(-1);
  expect(await tell(newest, [[1, 'raise', 2]], [{ outboxId: old, throughSequence: 5, carried: 1 }])).toBe(1);
  expect(isTrue()).toBe(true);
});

test('[OB5] what the replaced outbox has brought of the messages that the new one carries is not taken twice', async () => {
  const { tell, story } = await open();
  await tell(old, [[1, 'raise', 1], [2, 'clear', 1], [3, 'raise', 2], [4, 'clear', 2]]); // biome-ignore format: one line
  // Settled up to 2 when it was renewed; 3 and 4 had waited, and came after all. The third is new.
  const replaces = [{ outboxId: old, throughSequence: 2, carried: 2 }];
  expect(await tell(renewed, [[1, 'raise', 2], [2, 'clear', 2], [3, 'raise', 3]], replaces)).toBe(3); // biome-ignore format: one line
  expect(await story()).toEqual([
    'alarm.raise 1',
    'alarm.clear 1',
    'alarm.raise 2',
    'alarm.clear 2',
    'collector.outboxRenewed 0',
    'alarm.raise 3',
  ]);
});

test('[OB5] no more is passed over than is carried: numbers after that mean something else in the new one', async () => {
  const { tell, story } = await open();
  await tell(old, [[1, 'raise', 1], [2, 'clear', 1], [3, 'raise', 2], [4, 'clear', 2]]); // biome-ignore format: one line
  await tell(renewed, [[1, 'clear', 1], [2, 'raise', 9]], [{ outboxId: old, throughSequence: 1, carried: 1 }]); // biome-ignore format: one line
  expect((await story()).at(-1)).toBe('alarm.raise 9');
});

test('[OB6] a collector of before, which names nobody, is served as it was', async () => {
  const { tell, state, isTrue, story } = await open();
  await tell(old, [[1, 'raise', 1]]);
  expect(await tell(old, [[5, 'raise', 2]])).toBe(1);
  expect(await tell(renewed, [[1, 'clear', 1]])).toBe(1);
  expect(await state(renewed, 1, 2)).toEqual({ kind: 'accepted' });
  expect([isTrue(), await story()]).toEqual([true, ['alarm.raise 1', 'alarm.clear 1', 'alarm.raise 2']]);
});

test('every rule is cited by a test', () => {
  const rules = [...readFileSync(new URL('RULES.md', import.meta.url), 'utf8').matchAll(/^- \*\*(OB\d+)\*\*/gm)].map(([, rule]) => rule);
  const tests = ['outboxes.test.ts', '../../collector/outbox/condition-outbox.test.ts'];
  const cited = tests.flatMap((file) =>
    [...readFileSync(new URL(file, import.meta.url), 'utf8').matchAll(/\[(OB\d+)\]/g)].map(([, rule]) => rule),
  );
  expect([...new Set(cited)].sort()).toEqual([...rules].sort());
});
