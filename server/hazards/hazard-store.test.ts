// The ledger of hazards over a real database: numbers, links, versions, the calendar, a restart; the journal alone rebuilds what came of it.
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { type HazardEvent, type HazardRecord, hazardEventSchema } from '../../domain/hazards/hazard.ts';
import { allFive, chen, confirmOf, finding, li, wang, zhao } from '../../domain/hazards/hazard-fixture.ts';
import { rebuild } from '../../domain/hazards/hazard-machine.ts';
import type { Person } from '../../domain/incidents/incident.ts';
import { openHazards } from './hazard-rig.ts';
import type { HazardResult, HazardStep, HazardStore } from './hazard-store.ts';

async function rig() {
  const opened = await openHazards();
  onTestFinished(async () => {
    await opened.close();
    opened.remove();
  });
  return opened;
}

function done(result: HazardResult): HazardRecord {
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
  return result.record;
}

async function steps(store: HazardStore, record: HazardRecord, list: readonly (readonly [HazardStep, Person])[]): Promise<HazardRecord> {
  let now = record;
  for (const [step, by] of list) now = done(await store.act(now.id, now.version, step, by));
  return now;
}

const toWork = (grade: 'ordinary' | 'major'): (readonly [HazardStep, Person])[] => [
  [confirmOf(grade), li],
  [{ kind: 'plan', settled: allFive, reason: null }, li],
  [{ kind: 'start' }, wang],
];

test('[HZ1] the same alarm occurrence opens one hazard, also after a restart; numbers go on and are never given twice', async () => {
  const first = await rig();
  const link = { kind: 'alarm', alarmId: 'RS-01.PT-101.high', occurrenceId: 'o1' } as const;
  const record = done(await first.store.report({ ...finding, source: 'alarm', link }, wang));
  expect(record.number).toBe('YH-2026-0001');
  const both = await Promise.all([1, 2].map(() => first.store.report({ ...finding, link: { ...link, occurrenceId: 'o2' } }, wang)));
  expect(both.map(({ kind }) => kind)).toEqual(['done', 'openedAlready']);
  await first.close();
  const second = await openHazards(first.folder, first.clock);
  expect(await second.store.report({ ...finding, source: 'alarm', link }, wang)).toMatchObject({
    kind: 'openedAlready',
    record: { id: record.id },
  });
  expect(done(await second.store.report(finding, wang)).number).toBe('YH-2026-0003');
  await second.close();
});

test('[HZ10] [HZ18] the whole loop of a major one, each step a line of the journal with who did it; the lines alone rebuild the record', async () => {
  const { store, journal } = await rig();
  const opened = done(await store.report(finding, wang));
  const closed = await steps(store, opened, [
    ...toWork('major'),
    [{ kind: 'submit', result: '完成' }, wang],
    [{ kind: 'accept', comment: '合格' }, li],
    [{ kind: 'accept', comment: '复验合格' }, chen],
    [{ kind: 'close', comment: null }, li],
  ]);
  expect(closed).toMatchObject({ state: 'closed', closed: { number: 'XH-2026-0001' } });
  expect(store.openOnes()).toEqual([]);
  const lines = (await journal()).filter(({ kind }) => kind.startsWith('hazard.'));
  expect(lines.map(({ kind, actor }) => `${kind} ${actor.kind === 'person' ? actor.username : 'system'}`)).toEqual([
    'hazard.report wang',
    'hazard.confirm li',
    'hazard.plan li',
    'hazard.start wang',
    'hazard.submit wang',
    'hazard.accept li',
    'hazard.accept chen',
    'hazard.close li',
  ]);
  const events = lines.map(({ detail }): HazardEvent => hazardEventSchema.parse(detail.event));
  expect(rebuild(closed.id, events)).toEqual(closed);
  expect(await store.find(closed.id)).toEqual(closed);
});

test('a form of before is refused with the newer state; a note needs no version', async () => {
  const { store } = await rig();
  const record = done(await store.report(finding, wang));
  done(await store.act(record.id, 1, confirmOf('ordinary'), li));
  expect(await store.act(record.id, 1, { kind: 'reject', reason: 'x' }, chen)).toMatchObject({
    kind: 'conflict',
    record: { state: 'confirmed' },
  });
  expect(done(await store.act(record.id, null, { kind: 'note', text: '看过' }, zhao)).version).toBe(2);
});

test('[HZ13] [HZ14] before and after the deadline a line is written once; a major one raises the supply suspension flag, lowered with its acceptance', async () => {
  const { store, toDay, journal } = await rig();
  const record = await steps(store, done(await store.report(finding, wang)), toWork('major'));
  const kinds = async () => (await journal()).map(({ kind }) => kind).slice(4);
  await store.tick();
  expect(await kinds()).toEqual([]);
  toDay('2026-06-14');
  await store.tick();
  await store.tick();
  expect(await kinds()).toEqual(['hazard.atRisk']);
  toDay('2026-06-20');
  await store.tick();
  expect(await kinds()).toEqual(['hazard.atRisk']);
  toDay('2026-06-21');
  await store.tick();
  await store.tick();
  expect(await kinds()).toEqual(['hazard.atRisk', 'hazard.overdue', 'hazard.suspendSupply']);
  const late = await steps(store, (await store.find(record.id)) as HazardRecord, [
    [{ kind: 'plan', settled: { ...allFive, deadline: '2026-06-30' }, reason: '配件' }, li],
    [{ kind: 'submit', result: '完成' }, wang],
    [{ kind: 'accept', comment: '合格' }, li],
  ]);
  expect(late.supplySuspendedAtMs).not.toBeNull();
  expect(await steps(store, late, [[{ kind: 'accept', comment: '合格' }, chen]])).toMatchObject({
    state: 'accepted',
    supplySuspendedAtMs: null,
  });
  expect((await kinds()).slice(3)).toEqual(['hazard.plan', 'hazard.submit', 'hazard.accept', 'hazard.accept', 'hazard.liftSuspension']);
});

test('what was open and overdue per station at a moment, for those who judge the past', async () => {
  const { store, clock, toDay } = await rig();
  await steps(store, done(await store.report(finding, wang)), toWork('major'));
  const before = clock.nowMs();
  toDay('2026-06-22');
  expect((await store.standingAt(clock.nowMs())).get('RS-01')).toMatchObject({ open: 1, major: 1, overdue: [{ number: 'YH-2026-0001' }] });
  expect((await store.standingAt(before)).get('RS-01')).toMatchObject({ open: 1, overdue: [] });
  expect((await store.standingAt(before - 1)).size).toBe(0);
});

test('an ordinary one past its deadline raises no flag; an ended one is left alone by the calendar', async () => {
  const { store, toDay, journal } = await rig();
  await steps(store, done(await store.report(finding, wang)), toWork('ordinary'));
  await steps(store, done(await store.report(finding, wang)), [[{ kind: 'reject', reason: 'x' }, li]]);
  toDay('2026-08-01');
  await store.tick();
  expect((await journal()).map(({ kind }) => kind).slice(-1)).toEqual(['hazard.overdue']);
  expect((await journal()).filter(({ kind }) => kind === 'hazard.suspendSupply')).toEqual([]);
});

test('[HZ18] whatever people do at once, the journal alone gives back every record, and what was held is what is in the database', async () => {
  const people = [wang, li, chen, zhao];
  const step = fc.tuple(
    fc.nat(2),
    fc.nat(3),
    fc.constantFrom<HazardStep>(
      confirmOf('ordinary'),
      confirmOf('major'),
      { kind: 'plan', settled: allFive, reason: 'r' },
      { kind: 'start' },
      { kind: 'submit', result: 'x' },
      { kind: 'accept', comment: 'x' },
      { kind: 'refuse', reason: 'x' },
      { kind: 'close', comment: null },
      { kind: 'reopen', reason: 'x' },
      { kind: 'note', text: 'x' },
    ),
    fc.integer({ min: 0, max: 20 * 86_400_000 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (list) => {
      const opened = await openHazards();
      try {
        const ids = await Promise.all([1, 2, 3].map(async () => done(await opened.store.report(finding, wang)).id));
        for (const [which, who, what, passMs] of list) {
          await Promise.all([
            opened.store.act(ids[which] ?? '', null, what, people[who] ?? wang),
            opened.store.act(ids[which] ?? '', null, { kind: 'note', text: 'y' }, zhao),
          ]);
          opened.clock.advance(passMs);
          await opened.store.tick();
        }
        const events = new Map<string, HazardEvent[]>();
        for (const { kind, detail } of await opened.journal()) {
          if (!kind.startsWith('hazard.')) continue;
          const id = String(detail.hazardId);
          events.set(id, [...(events.get(id) ?? []), hazardEventSchema.parse(detail.event)]);
        }
        for (const [id, mine] of events) {
          const record = await opened.store.find(id);
          expect(rebuild(id, mine)).toEqual(record);
          expect((await opened.store.events(id)).map(({ event }) => event)).toEqual(mine);
        }
        expect(events.size).toBe(3);
      } finally {
        await opened.close();
        opened.remove();
      }
    }),
    { numRuns: 12 },
  );
}, 60_000);

test('[HZ16] a step of a phone is taken where it still fits, once however often it arrives, and its id is one person’s', async () => {
  const { store, journal } = await rig();
  const opened = done(await store.report(finding, wang));
  const planned = await steps(store, opened, toWork('ordinary').slice(0, 2));
  const start = '018f0000-0000-7000-8000-000000000001';
  expect(done(await store.act(planned.id, null, { kind: 'start' }, wang, start)).state).toBe('rectifying');
  expect(done(await store.act(planned.id, null, { kind: 'start' }, wang, start)).state).toBe('rectifying');
  expect(await store.act(planned.id, null, { kind: 'start' }, li, start)).toEqual({ kind: 'reusedActionId' });
  // Another press of the button, after the state has moved on.
  expect(await store.act(planned.id, null, { kind: 'start' }, wang, '018f0000-0000-7000-8000-000000000002')).toMatchObject({
    kind: 'refused',
    reason: 'wrongState',
  });
  expect((await journal()).filter(({ kind }) => kind === 'hazard.start')).toHaveLength(1);
});
