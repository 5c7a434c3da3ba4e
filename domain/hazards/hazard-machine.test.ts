// The closed loop of a hazard, rule by rule (RULES.md).
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Person } from '../incidents/incident.ts';
import { type FiveSettled, type HazardEvent, type HazardRecord, isUnfinished, settledParts, unsettledParts } from './hazard.ts';
import { deadlineEndMs, standingOn } from './hazard-deadline.ts';
import {
  after,
  allFive,
  atMs,
  chen,
  confirmOf,
  finding,
  type Given,
  li,
  opened,
  rectifying,
  refusal,
  submitted,
  today,
  wang,
  zhao,
} from './hazard-fixture.ts';
import { evolve, type LaterEvent, openRecord, owesLift, rebuild, refusalOf } from './hazard-machine.ts';

test('[HZ1] begins as reported, with its number and what was found', () => {
  expect(opened()).toMatchObject({ state: 'reported', number: 'YH-2026-0001', grade: null, version: 1, length: 1, finding });
});

test('[HZ2] confirmed with a grade and its basis; a major one is listed for supervision and names who supervises', () => {
  expect(after(opened(), confirmOf('ordinary'))).toMatchObject({ state: 'confirmed', grade: 'ordinary', supervision: null });
  expect(refusal(opened(), { kind: 'confirm', grade: 'major', basis: 'x', supervisedBy: null }, li)).toBe('supervisorMissing');
  expect(after(opened(), confirmOf('major'))).toMatchObject({ grade: 'major', supervision: { by: '安全总监', listedAtMs: atMs } });
  expect(refusal(rectifying(), confirmOf('ordinary'), li)).toBe('wrongState');
});

test('[HZ3] only a reported one is rejected, and it stays there with the reason', () => {
  const rejected = after(opened(), { kind: 'reject', reason: '不是隐患' });
  expect(rejected).toMatchObject({ state: 'rejected', rejected: { reason: '不是隐患', by: li } });
  expect(refusal(after(opened(), confirmOf('ordinary')), { kind: 'reject', reason: 'x' }, li)).toBe('wrongState');
});

test('[HZ4] the five are settled bit by bit; under way all five stay, with a reason for a change; a later day is an extension', () => {
  const confirmed = after(opened(), confirmOf('ordinary'));
  const half: FiveSettled = { ...allFive, measure: null, deadline: null };
  const planned = after(confirmed, { kind: 'plan', settled: half, reason: null });
  expect(planned).toMatchObject({ state: 'planned', settled: half, extensions: 0 });
  expect(unsettledParts(planned.settled)).toEqual(['measure', 'deadline']);
  const late = { kind: 'plan', settled: { ...allFive, deadline: '2026-06-01' }, reason: null } as const;
  expect(refusal(planned, late, li)).toBe('deadlinePassed');
  const atWork = rectifying();
  expect(refusal(atWork, { kind: 'plan', settled: half, reason: '改' }, li)).toBe('fiveNotSettled');
  const longer = { ...allFive, deadline: '2026-07-01' };
  expect(refusal(atWork, { kind: 'plan', settled: longer, reason: null }, li)).toBe('reasonMissing');
  expect(after(atWork, { kind: 'plan', settled: longer, reason: '配件未到' })).toMatchObject({ state: 'rectifying', extensions: 1 });
  expect(after(atWork, { kind: 'plan', settled: { ...allFive, deadline: '2026-06-10' }, reason: '提前' }).extensions).toBe(0);
});

test.each(settledParts)('[HZ5] without its %s it does not leave planned', (part) => {
  const settled = { ...allFive, [part]: null };
  const planned = after(after(opened(), confirmOf('ordinary')), { kind: 'plan', settled, reason: null });
  expect(refusal(planned, { kind: 'start' }, wang)).toBe('fiveNotSettled');
});

test('[HZ6] only work under way is submitted', () => {
  expect(submitted()).toMatchObject({ state: 'submitted', submission: { by: zhao, text: '垫片已换，检漏合格' } });
  expect(refusal(opened(), { kind: 'submit', result: 'x' }, zhao)).toBe('wrongState');
});

test('[HZ7] neither the one who submitted nor the one responsible accepts', () => {
  const accept = { kind: 'accept', comment: '现场复查合格' } as const;
  expect(refusal(submitted(), accept, zhao)).toBe('ownWork');
  expect(refusal(submitted(), accept, wang)).toBe('ownWork');
  const byName = { ...submitted(), settled: { ...allFive, responsible: { username: null, name: '李强' } } };
  expect(refusal(byName, accept, li)).toBe('ownWork');
  expect(refusal(submitted(), accept, li)).toBeNull();
});

test('[HZ8] one acceptance of an ordinary one, two by two persons of a major one', () => {
  const accept = { kind: 'accept', comment: '合格' } as const;
  expect(after(submitted(), accept).state).toBe('accepted');
  const once = after(submitted('major'), accept, li);
  expect(once.state).toBe('submitted');
  expect(refusal(once, accept, li)).toBe('acceptedAlready');
  expect(after(once, accept, chen)).toMatchObject({ state: 'accepted', acceptances: [{ by: li }, { by: chen }] });
});

test('[HZ9] refused, it goes back to work and earlier acceptances are void', () => {
  const once = after(submitted('major'), { kind: 'accept', comment: '合格' }, li);
  expect(after(once, { kind: 'refuse', reason: '仍有渗漏' }, chen)).toMatchObject({
    state: 'rectifying',
    acceptances: [],
    submission: null,
  });
});

test('[HZ10] only an accepted one is struck off, with a number of its own', () => {
  const close = { kind: 'close', number: 'XH-2026-0001', comment: null } as const;
  expect(refusal(submitted(), close, li)).toBe('wrongState');
  const accepted = after(submitted(), { kind: 'accept', comment: '合格' });
  expect(after(accepted, close)).toMatchObject({ state: 'closed', closed: { number: 'XH-2026-0001', by: li, atMs } });
});

test('[HZ11] reopened, it is settled anew', () => {
  const accepted = after(submitted(), { kind: 'accept', comment: '合格' });
  const closed = after(accepted, { kind: 'close', number: 'XH-2026-0001', comment: null });
  const reopened = after(closed, { kind: 'reopen', reason: '又渗漏' });
  expect(reopened).toMatchObject({ state: 'reopened', closed: null, acceptances: [], submission: null, reopenings: 1 });
  expect(unsettledParts(reopened.settled)).toEqual(['deadline']);
  expect(refusal(reopened, { kind: 'start' }, wang)).toBe('wrongState');
  const planned = after(reopened, { kind: 'plan', settled: reopened.settled, reason: null });
  expect(refusal(planned, { kind: 'start' }, wang)).toBe('fiveNotSettled');
  const rejected = after(opened(), { kind: 'reject', reason: 'x' });
  expect(refusal(after(rejected, { kind: 'reopen', reason: '误判' }), { kind: 'plan', settled: allFive, reason: null }, li)).toBe(
    'notGraded',
  );
});

test('[HZ12] the grade changes with its basis until acceptance; major lists it for supervision', () => {
  const regrade = { kind: 'regrade', grade: 'major', basis: '扩大', supervisedBy: '安全总监' } as const;
  expect(after(rectifying(), regrade)).toMatchObject({ state: 'rectifying', grade: 'major', supervision: { by: '安全总监' } });
  expect(refusal(rectifying('major'), regrade, li)).toBe('unchanged');
  expect(refusal(rectifying(), { ...regrade, supervisedBy: null }, li)).toBe('supervisorMissing');
  expect(refusal(after(submitted(), { kind: 'accept', comment: '合格' }), regrade, li)).toBe('wrongState');
});

test('[HZ13] at risk 7 days before of a major one and 3 of an ordinary one; the last day counts to its end in the plant’s zone', () => {
  const days = (grade: 'ordinary' | 'major') => (day: string) => standingOn(rectifying(grade), day);
  expect(['2026-06-17', '2026-06-18', '2026-06-20', '2026-06-21'].map(days('ordinary'))).toEqual(['onTime', 'atRisk', 'atRisk', 'overdue']);
  expect(['2026-06-13', '2026-06-14', '2026-06-20', '2026-06-21'].map(days('major'))).toEqual(['onTime', 'atRisk', 'atRisk', 'overdue']);
  expect(deadlineEndMs('2026-06-20', 'Asia/Shanghai')).toBe(Date.UTC(2026, 5, 20, 16));
  expect(standingOn(after(submitted(), { kind: 'accept', comment: '合格' }), '2026-07-01')).toBe('none');
});

test('[HZ14] the supply suspension flag of a major one is lowered by acceptance or another grade, not by a later deadline', () => {
  expect(refusal(rectifying('ordinary'), { kind: 'suspendSupply', deadline: '2026-06-20' }, null)).toBe('wrongState');
  const raised = after(rectifying('major'), { kind: 'suspendSupply', deadline: '2026-06-20' }, null);
  expect(raised.supplySuspendedAtMs).toBe(atMs);
  expect(refusal(raised, { kind: 'suspendSupply', deadline: '2026-06-20' }, null)).toBe('wrongState');
  expect(owesLift(after(raised, { kind: 'plan', settled: { ...allFive, deadline: '2026-09-01' }, reason: '延期' }))).toBe(false);
  expect(owesLift(after(raised, { kind: 'regrade', grade: 'ordinary', basis: '已降级', supervisedBy: null }))).toBe(true);
  const done = after(raised, { kind: 'submit', result: '完成' }, zhao);
  expect(owesLift(done)).toBe(false);
  const accepted = after(after(done, { kind: 'accept', comment: '合格' }, li), { kind: 'accept', comment: '合格' }, chen);
  expect(owesLift(accepted)).toBe(true);
  expect(after(accepted, { kind: 'liftSuspension' }, null).supplySuspendedAtMs).toBeNull();
});

test('[HZ15] found settled, it is proposed, and a person decides; missing again or refused it goes back; never accepted ungraded', () => {
  const proposal = { kind: 'proposeSettled', reason: '测点 PT-301 已有' } as const;
  const accept = { kind: 'accept', comment: '已核实' } as const;
  const proposed = after(after(opened(), confirmOf('ordinary')), proposal, null);
  expect(proposed).toMatchObject({ state: 'submitted', submission: { by: null }, proposal: { from: 'confirmed' } });
  const refused = after(proposed, { kind: 'refuse', reason: '未接线' });
  expect(refused).toMatchObject({ state: 'confirmed', proposal: null });
  expect(refusal(refused, proposal, null)).toBe('unchanged');
  expect(after(proposed, { kind: 'withdrawProposal', reason: '又缺' }, null)).toMatchObject({
    state: 'confirmed',
    proposal: null,
    submission: null,
  });
  expect(after(proposed, accept)).toMatchObject({ state: 'accepted', proposal: null });
  const ungraded = after(opened(), proposal, null);
  expect(refusal(ungraded, accept, li)).toBe('notGraded');
  const graded = after(ungraded, { kind: 'regrade', grade: 'ordinary', basis: 'x', supervisedBy: null });
  expect(after(graded, accept).state).toBe('accepted');
  expect(refusal(submitted(), { kind: 'withdrawProposal', reason: 'x' }, null)).toBe('wrongState');
});

test('[HZ16] notes and photos while it is open make nobody’s form old', () => {
  const noted = after(rectifying(), { kind: 'note', text: '配件到了' }, wang);
  expect(noted).toMatchObject({ version: rectifying().version, length: rectifying().length + 1 });
  expect(refusal(after(opened(), { kind: 'reject', reason: 'x' }), { kind: 'note', text: 'x' }, wang)).toBe('wrongState');
});

test('[HZ17] from a sheet it stands as the row says, and no step is invented', () => {
  const row = {
    kind: 'import' as const,
    atMs,
    by: li,
    number: '2025-17',
    closedNumber: null,
    finding,
    supervisedBy: null,
    acceptedBy: null,
    closedOn: null,
    row: 3,
  };
  const nothing = { responsible: null, measure: null, fundsYuan: null, deadline: null, contingency: null };
  const stateOf = (grade: 'ordinary' | null, settled: FiveSettled, closedOn: string | null = null) =>
    openRecord('x', { ...row, grade, settled, closedOn, acceptedBy: closedOn === null ? null : '孙总' }).state;
  expect(stateOf(null, nothing)).toBe('reported');
  expect(stateOf('ordinary', nothing)).toBe('confirmed');
  expect(stateOf('ordinary', { ...allFive, measure: null })).toBe('planned');
  expect(stateOf('ordinary', allFive)).toBe('rectifying');
  expect(stateOf('ordinary', allFive, '2026-05-01')).toBe('closed');
  const amended = after(openRecord('x', { ...row, grade: null, settled: nothing }), {
    kind: 'amend',
    place: '东侧',
    description: '锈蚀',
    foundBy: '赵',
    row: 3,
  });
  expect(amended).toMatchObject({ state: 'reported', finding: { place: '东侧', description: '锈蚀', foundBy: '赵' } });
});

const people: readonly Person[] = [wang, li, chen, zhao];
const anyStep = fc.tuple(
  fc.oneof(
    fc.constantFrom<Given[0]>(
      confirmOf('ordinary'),
      confirmOf('major'),
      { kind: 'regrade', grade: 'ordinary', basis: 'x', supervisedBy: null },
      { kind: 'regrade', grade: 'major', basis: 'x', supervisedBy: 's' },
      { kind: 'reject', reason: 'x' },
      { kind: 'start' },
      { kind: 'note', text: 'x' },
      { kind: 'submit', result: 'x' },
      { kind: 'accept', comment: 'x' },
      { kind: 'refuse', reason: 'x' },
      { kind: 'close', number: 'XH', comment: null },
      { kind: 'reopen', reason: 'x' },
      { kind: 'overdue', deadline: '2026-06-20' },
      { kind: 'suspendSupply', deadline: '2026-06-20' },
      { kind: 'proposeSettled', reason: 'x' },
      { kind: 'withdrawProposal', reason: 'x' },
    ),
    fc
      .record({
        responsible: fc.constantFrom(null, allFive.responsible),
        measure: fc.constantFrom(null, 'm'),
        fundsYuan: fc.constantFrom(null, 0),
        deadline: fc.constantFrom(null, '2026-06-20', '2026-07-20'),
        contingency: fc.constantFrom(null, 'c'),
      })
      .map((settled): Given[0] => ({ kind: 'plan', settled, reason: 'r' })),
  ),
  fc.constantFrom(...people),
);

test('whatever people try in whatever order: the loop is closed only through five settled, another’s acceptance, and two of a major one', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      let record: HazardRecord = opened();
      const events: HazardEvent[] = [{ kind: 'report', atMs, by: wang, number: record.number, finding: record.finding }];
      for (const [step, by] of steps) {
        const event = { ...step, atMs, by: step.kind === 'proposeSettled' || step.kind === 'withdrawProposal' ? null : by } as LaterEvent;
        if (refusalOf(record, event, today) !== null) continue;
        const before = record;
        record = evolve(record, event);
        events.push(event);
        expect(record.length).toBe(events.length);
        if (before.state === 'planned' && record.state === 'rectifying') expect(unsettledParts(before.settled)).toEqual([]);
        if (record.state === 'rectifying') expect(unsettledParts(record.settled)).toEqual([]);
        if (record.state === 'accepted' || record.state === 'closed') {
          const accepters = record.acceptances.map((acceptance) => acceptance.by?.username);
          expect(new Set(accepters).size).toBeGreaterThanOrEqual(record.grade === 'major' ? 2 : 1);
          expect(accepters).not.toContain(record.submission?.by?.username ?? 'nobody');
          expect(accepters).not.toContain(record.settled.responsible?.username ?? 'nobody');
          expect(record.grade).not.toBeNull();
        }
        if (record.grade === 'major') expect(record.supervision?.by).toBeTruthy();
        if (owesLift(record)) {
          expect(record.grade === 'major' && isUnfinished(record.state)).toBe(false);
          const lift: LaterEvent = { kind: 'liftSuspension', atMs, by: null };
          expect(refusalOf(record, lift, today)).toBeNull();
          record = evolve(record, lift);
          events.push(lift);
        }
      }
      // [HZ18] The events alone rebuild the record.
      expect(rebuild('h1', events)).toEqual(record);
    }),
    { numRuns: 500 },
  );
});

test('every rule of RULES.md is cited by a test, and every citation is a rule', () => {
  const folder = import.meta.dirname;
  const rules = [...readFileSync(path.join(folder, 'RULES.md'), 'utf8').matchAll(/^- \*\*(HZ\d+)\*\*/gm)].map((match) => match[1]);
  const cited = [folder, path.join(folder, '../../server/hazards')].flatMap((place) =>
    readdirSync(place)
      .filter((name) => name.endsWith('.test.ts'))
      .flatMap((name) => [...readFileSync(path.join(place, name), 'utf8').matchAll(/\[(HZ\d+)\]/g)].map((match) => match[1])),
  );
  expect(rules.length).toBeGreaterThan(10);
  expect(new Set(cited)).toEqual(new Set(rules));
});
