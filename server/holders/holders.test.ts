// Which collector process is believed: every rule of RULES.md over a real database.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { ConditionDelivery, ConditionMessage } from '../../domain/messages/condition-message.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { plantOfHighAlarms } from '../../test/harness/plant-of.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { AlarmStore } from '../alarms/alarm-store.ts';
import { openDatabase } from '../journal/database.ts';
import { Journal, readJournal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { askStaleHolders } from './ask-stale-holders.ts';

const plant = plantOfHighAlarms(2);
const [one, two] = ['RS-01.PT-101.high', 'RS-01.PT-102.high'] as const;
const boxOf = (node: string) => `018f0000-0000-7000-8000-00000000000${node === 'one' ? 1 : 2}`;
const occurrence = (number: number) => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** `raise 1 of one at 5`, in the sender's own order. */
type Fact = readonly [kind: 'raise' | 'clear', alarmId: string, number: number, atMs: number];

async function open() {
  const folder = temporaryFolder();
  const database = await openDatabase('sqlite:', folder);
  onTestFinished(() => database.destroy());
  const clock = new ManualClock(0);
  const openStore = async () => AlarmStore.open({ plant, ledger: new Ledger(database, await Journal.open(database), clock), clock });
  let store = await openStore();
  let doubts = 0;
  store.onDoubt(() => {
    doubts += 1;
  });
  const sequences = new Map<string, number>();
  let last: ConditionDelivery = { schema: 1, collectorId: 'default', outboxId: boxOf('one'), messages: [] };
  const deliver = (node: string, known: { readonly term: number; readonly isBeforeAdoption?: true }, facts: readonly Fact[]) => {
    const messages = facts.map(([kind, alarmId, number, atMs]): ConditionMessage => {
      const sequence = (sequences.get(node) ?? 0) + 1;
      sequences.set(node, sequence);
      const common = { sequence, alarmId, occurrenceId: occurrence(number), atMs, value: 6, quality: 0, ...known };
      return kind === 'raise' ? { kind, ...common, measured: null } : { kind, ...common };
    });
    last = { schema: 1, collectorId: 'default', outboxId: boxOf(node), messages };
    return store.deliver(last);
  };
  return {
    doubts: () => doubts,
    state: (alarmId: string) => store.find(alarmId)?.record,
    takeOver: (node: string, term: number, atMs = term * 1_000) => store.takeOver({ schema: 1, collectorId: 'default', term, node, atMs }),
    tell: (node: string, term: number, ...facts: readonly Fact[]) => deliver(node, { term }, facts),
    /** Found out before the term had heard what is held active. */
    tellUnheard: (node: string, term: number, ...facts: readonly Fact[]) => deliver(node, { term, isBeforeAdoption: true }, facts),
    /** The last delivery once more, as a network may bring it. */
    tellAgain: () => store.deliver(last),
    holders: () => store.holders,
    say: (node: string, term: number, active: readonly (readonly [alarmId: string, number: number])[]) =>
      store.state({
        schema: 1,
        collectorId: 'default',
        outboxId: boxOf(node),
        throughSequence: sequences.get(node) ?? 0,
        atMs: 99_000,
        term,
        active: active.map(([alarmId, number]) => ({
          alarmId,
          occurrenceId: occurrence(number),
          sinceMs: 1,
          value: 6,
          suppressedByAlarmId: null,
        })),
      }),
    story: async () =>
      [...(await readJournal(database, { limit: 100 }))]
        .reverse()
        .map((entry) => [entry.kind, entry.alarmId ?? entry.detail.node].join(' ')),
    async restart() {
      store = await openStore();
    },
  };
}

test('[HO1] a takeover is a line of the journal and is told what is held active; the next server knows it too', async () => {
  const rig = await open();
  expect(await rig.takeOver('one', 1)).toEqual({ kind: 'granted', active: [] });
  await rig.tell('one', 1, ['raise', one, 1, 1_500], ['raise', two, 2, 1_600], ['clear', two, 2, 1_700]);
  const granted = await rig.takeOver('two', 2);
  expect(granted).toMatchObject({ kind: 'granted', active: [{ alarmId: one, occurrenceId: occurrence(1), sinceMs: 1_500 }] });
  // Asked again, nothing is written again.
  await rig.restart();
  expect(await rig.takeOver('two', 2)).toEqual(granted);
  expect(await rig.story()).toEqual([
    'collector.takeover one',
    `alarm.raise ${one}`,
    `alarm.raise ${two}`,
    `alarm.clear ${two}`,
    'collector.takeover two',
  ]);
});

test('[HO2] a takeover of an earlier term is refused, and what an earlier term states changes nothing', async () => {
  const rig = await open();
  await rig.takeOver('one', 1);
  await rig.takeOver('two', 2);
  await rig.tell('two', 2, ['raise', one, 1, 2_500]);
  expect(await rig.takeOver('one', 1)).toEqual({ kind: 'superseded', term: 2 });
  expect(await rig.say('one', 1, [[two, 9]])).toEqual({ kind: 'superseded', term: 2 });
  expect([rig.state(one)?.isConditionTrue, rig.state(two)?.isConditionTrue]).toEqual([true, false]);
  expect(await rig.say('two', 2, [[two, 9]])).toEqual({ kind: 'accepted' });
  expect([rig.state(one)?.isConditionTrue, rig.state(two)?.isConditionTrue]).toEqual([false, true]);
});

test('[HO3] what comes late changes no alarm that the new holder found out about: it is a line of the journal', async () => {
  const rig = await open();
  await rig.takeOver('one', 1);
  await rig.tell('one', 1, ['raise', one, 1, 1_500]);
  await rig.takeOver('two', 2);
  await rig.tell('two', 2, ['clear', one, 1, 2_500], ['raise', one, 2, 2_600]);
  await rig.tell('one', 1, ['clear', one, 1, 1_900], ['raise', one, 3, 1_950]);
  expect(rig.state(one)).toMatchObject({ isConditionTrue: true, occurrenceId: occurrence(2) });
  expect((await rig.story()).slice(-2)).toEqual([`alarm.late ${one}`, `alarm.late ${one}`]);
});

test('[HO4] a late raise of an alarm that nobody else saw is shown as returned, unacknowledged, with its own time', async () => {
  const rig = await open();
  await rig.takeOver('one', 1);
  await rig.takeOver('two', 2);
  await rig.tell('one', 1, ['raise', one, 1, 1_500], ['clear', one, 1, 1_800], ['raise', two, 2, 1_900]);
  for (const [alarmId, raisedAtMs] of [
    [one, 1_500],
    [two, 1_900],
  ] as const)
    expect(rig.state(alarmId)).toMatchObject({ isConditionTrue: false, isAcknowledged: false, raisedAtMs });
  expect((await rig.story()).slice(2)).toEqual([`alarm.raise ${one}`, `alarm.clear ${one}`, `alarm.raise ${two}`, `alarm.clear ${two}`]);
});

test('[HO4] a late raise of the occurrence that the server has is none that nobody saw', async () => {
  const rig = await open();
  await rig.takeOver('one', 1);
  await rig.tell('one', 1, ['raise', one, 1, 1_500]);
  await rig.takeOver('two', 2);
  await rig.takeOver('one', 3);
  await rig.tell('one', 3, ['clear', one, 1, 3_500]);
  // It had found the alarm out by itself and heard then that the server has it as 1.
  await rig.tell('two', 2, ['raise', one, 1, 2_500], ['clear', one, 1, 2_600], ['raise', one, 2, 2_700], ['clear', one, 2, 2_800]);
  expect((await rig.story()).slice(4)).toEqual([
    `alarm.clear ${one}`,
    `alarm.late ${one}`,
    `alarm.late ${one}`,
    `alarm.raise ${one}`,
    `alarm.clear ${one}`,
  ]);
  expect(rig.state(one)?.occurrenceId).toBe(occurrence(2));
});

test('[HO5] messages of a higher term are believed by a server that had not heard of it, and make it known', async () => {
  const rig = await open();
  await rig.takeOver('one', 1);
  await rig.tell('two', 5, ['raise', one, 1, 5_500]);
  expect(rig.state(one)?.isConditionTrue).toBe(true);
  expect(rig.doubts()).toBe(1);
  expect(await rig.takeOver('one', 4)).toEqual({ kind: 'superseded', term: 5 });
});

test('[HO5] so does a statement: what an earlier term delivers after it changes nothing that it said', async () => {
  const rig = await open();
  await rig.say('two', 5, [[two, 7]]);
  await rig.tell('one', 1, ['raise', one, 1, 1_500], ['raise', two, 2, 1_600]);
  expect([rig.state(one)?.isConditionTrue, rig.state(two)?.occurrenceId]).toEqual([false, occurrence(7)]);
  await rig.restart();
  expect(await rig.takeOver('one', 4)).toEqual({ kind: 'superseded', term: 5 });
});

test('[HO6] a term that never heard what is held active raises nothing a second time; what it ended and raised itself counts', async () => {
  const rig = await open();
  await rig.takeOver('one', 1);
  await rig.tell('one', 1, ['raise', one, 1, 1_500]);
  // Found out without the server, left behind when its process died, delivered by its next term.
  await rig.tell(
    'two',
    2,
    ['raise', one, 2, 2_500],
    ['clear', one, 2, 2_600],
    ['raise', two, 3, 2_700],
    ['clear', two, 3, 2_800],
    ['raise', two, 4, 2_900],
  );
  expect(rig.state(one)).toMatchObject({ isConditionTrue: true, occurrenceId: occurrence(1) });
  expect(rig.state(two)).toMatchObject({ isConditionTrue: true, occurrenceId: occurrence(4) });
  expect(await rig.takeOver('two', 3)).toMatchObject({ active: [{ occurrenceId: occurrence(1) }, { occurrenceId: occurrence(4) }] });
  await rig.tell('two', 3, ['clear', one, 1, 3_500], ['raise', one, 5, 3_600]);
  expect(rig.state(one)).toMatchObject({ isConditionTrue: true, occurrenceId: occurrence(5) });
  expect((await rig.story()).filter((line) => line.startsWith('alarm.late'))).toEqual([`alarm.late ${one}`, `alarm.late ${one}`]);
});

test('[HO6] so does one whose question arrived and whose answer did not: its messages say that it had not heard', async () => {
  const rig = await open();
  await rig.takeOver('one', 1);
  await rig.tell('one', 1, ['raise', one, 1, 1_500]);
  await rig.takeOver('two', 2);
  await rig.tellUnheard('two', 2, ['raise', one, 2, 2_500], ['clear', one, 2, 2_600], ['raise', two, 3, 2_700]);
  await rig.tellUnheard('two', 2, ['raise', one, 4, 2_800], ['clear', two, 3, 2_900]);
  expect(rig.state(one)).toMatchObject({ isConditionTrue: true, occurrenceId: occurrence(1) });
  expect(rig.state(two)).toMatchObject({ isConditionTrue: false, occurrenceId: occurrence(3) });
  expect((await rig.story()).filter((line) => line.startsWith('alarm.late'))).toHaveLength(3);
});

test('[HO7] who delivers or states in an earlier term hears which is believed, also when it comes again; who is believed hears nothing of it', async () => {
  const rig = await open();
  await rig.takeOver('one', 1);
  expect(await rig.tell('one', 1, ['raise', one, 1, 1_500])).toEqual({ committedThrough: 1 });
  await rig.takeOver('two', 2);
  expect(await rig.tell('two', 2, ['raise', two, 2, 2_500])).toEqual({ committedThrough: 1 });
  const late = { committedThrough: 2, supersededBy: 2 };
  expect(await rig.tell('one', 1, ['clear', one, 1, 1_800])).toEqual(late);
  expect(await rig.tellAgain()).toEqual(late);
  expect(rig.state(one)?.isConditionTrue).toBe(true);
  expect(await rig.say('one', 1, [])).toEqual({ kind: 'superseded', term: 2 });
  // What an earlier term of his own left behind, delivered by the next: he judges by the number.
  expect(await rig.tell('two', 1, ['clear', two, 2, 1_900])).toEqual(late);
});

test('[HO8] a status of an earlier term makes the server ask for statements: at once, then now and then', async () => {
  const rig = await open();
  const clock = new ManualClock();
  let asked = 0;
  const hear = askStaleHolders({ holders: rig.holders(), clock, ask: () => (asked += 1) });
  const status = (term: number) => hear({ collectorId: 'default', holder: { node: 'n', term, sinceMs: 0 } });
  status(1);
  await rig.takeOver('one', 1);
  await rig.takeOver('two', 2);
  status(2);
  hear({ collectorId: 'default' });
  expect(asked).toBe(0);
  for (let second = 0; second < 10; second += 1) {
    status(1);
    clock.advance(1_000);
  }
  expect(asked).toBe(2);
});

test('[HO9] in a database that was put back a late raise is not over until the holder has said what is true', async () => {
  for (const isStillTrue of [true, false]) {
    const rig = await open();
    await rig.takeOver('one', 1);
    await rig.tell('two', 2, ['raise', two, 2, 2_500]);
    // The holder went on with it; the database that knew is gone.
    await rig.tell('one', 1, ['raise', one, 1, 1_500]);
    expect(rig.state(one)).toMatchObject({ isConditionTrue: true, isAcknowledged: false });
    await rig.say('two', 2, isStillTrue ? [one, two].map((id, index) => [id, index + 1] as const) : [[two, 2]]);
    expect(rig.state(one)?.isConditionTrue).toBe(isStillTrue);
    expect((await rig.story()).filter((line) => line === `alarm.raise ${one}`)).toHaveLength(1);
    // Since then what is true is known here.
    if (isStillTrue) await rig.tell('two', 2, ['clear', one, 1, 2_600]);
    await rig.tell('one', 1, ['raise', one, 3, 1_700]);
    expect(rig.state(one)).toMatchObject({ isConditionTrue: false, occurrenceId: occurrence(3) });
  }
});

test('every rule is cited by a test', () => {
  const folder = new URL('.', import.meta.url);
  const rules = [...readFileSync(new URL('RULES.md', folder), 'utf8').matchAll(/^- \*\*(HO\d+)\*\*/gm)].map(([, rule]) => rule);
  const cited = new Set(
    readdirSync(folder)
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap((file) => [...readFileSync(new URL(file, folder), 'utf8').matchAll(/\[(HO\d+)\]/g)].map(([, rule]) => rule)),
  );
  expect([...cited].sort()).toEqual([...rules].sort());
});
