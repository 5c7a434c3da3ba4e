// The life of a draft: every state with every event, and each rule by name.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyDraftEvent, type Draft, type DraftEvent, type DraftState, draftStates, newDraft, type Person } from './draft-machine.ts';

const atMs = Date.UTC(2026, 0, 1);
const chen: Person = { username: 'chen', displayName: '陈晨' };
const li: Person = { username: 'li', displayName: '李强' };
const rows: Draft['rows'] = [{ alarmId: 'GS-01.PT-101.high', differences: [{ field: 'setpoint', from: 5, to: 4 }] }];
const fine = { errors: 0, conflicts: 0 };

const open = newDraft({ id: 'd', source: 'edit', fileName: null, reason: '季节', rows, by: chen, atMs });
const event = {
  edit: (by = chen): DraftEvent => ({ kind: 'edit', by, atMs, reason: '季节', rows }),
  submit: (by = chen): DraftEvent => ({ kind: 'submit', by, atMs }),
  recall: (by = chen): DraftEvent => ({ kind: 'recall', by, atMs }),
  withdraw: (by = chen): DraftEvent => ({ kind: 'withdraw', by, atMs }),
  approve: (by = li): DraftEvent => ({ kind: 'approve', by, atMs, comment: null, appliedVersion: 7 }),
  reject: (by = li): DraftEvent => ({ kind: 'reject', by, atMs, comment: '不够' }),
} as const;

/** The state after it, or the refusal. */
function after(draft: Draft, happening: DraftEvent, facts = fine): string {
  const transition = applyDraftEvent(draft, happening, facts);
  return transition.kind === 'changed' ? transition.draft.state : transition.reason;
}
function inState(state: DraftState): Draft {
  return { ...open, state };
}

describe('every state with every event', () => {
  const table: Readonly<Record<DraftState, Readonly<Record<keyof typeof event, string>>>> = {
    open: {
      edit: 'open',
      submit: 'submitted',
      recall: 'notSubmitted',
      withdraw: 'withdrawn',
      approve: 'notSubmitted',
      reject: 'notSubmitted',
    },
    submitted: { edit: 'notOpen', submit: 'notOpen', recall: 'open', withdraw: 'withdrawn', approve: 'approved', reject: 'rejected' },
    approved: allDecided(),
    rejected: allDecided(),
    withdrawn: allDecided(),
  };
  function allDecided() {
    const decided = 'alreadyDecided';
    return { edit: decided, submit: decided, recall: decided, withdraw: decided, approve: decided, reject: decided };
  }
  test.each(
    draftStates.flatMap((state) => Object.entries(event).map(([name, make]) => [state, name as keyof typeof event, make] as const)),
  )('%s, %s', (state, name, make) => {
    expect(after(inState(state), make())).toBe(table[state][name]);
  });
});

test('[AS2] only its proposer edits, submits, recalls or withdraws', () => {
  for (const name of ['edit', 'submit', 'withdraw'] as const) expect(after(open, event[name](li))).toBe('notTheProposer');
  expect(after(inState('submitted'), event.recall(li))).toBe('notTheProposer');
});

test('[AS3] edited only while open; recalled, it can be edited again', () => {
  expect(after(inState('submitted'), event.edit())).toBe('notOpen');
  const recalled = applyDraftEvent(inState('submitted'), event.recall(), fine);
  if (recalled.kind !== 'changed') throw new Error(recalled.reason);
  expect(after(recalled.draft, event.edit())).toBe('open');
});

test('[AS4] submitted with a reason and at least one change', () => {
  expect(after({ ...open, reason: '' }, event.submit())).toBe('reasonRequired');
  expect(after({ ...open, rows: [] }, event.submit())).toBe('noChanges');
});

test('[AS5] never submitted nor approved with settings that must not be in force', () => {
  const facts = { errors: 1, conflicts: 0 };
  expect(after(open, event.submit(), facts)).toBe('hasErrors');
  expect(after(inState('submitted'), event.approve(), facts)).toBe('hasErrors');
  expect(after(inState('submitted'), event.reject(), facts)).toBe('rejected');
});

test('[AS6] never submitted nor approved over what others changed meanwhile', () => {
  const facts = { errors: 0, conflicts: 1 };
  expect(after(open, event.submit(), facts)).toBe('hasConflicts');
  expect(after(inState('submitted'), event.approve(), facts)).toBe('hasConflicts');
});

test('[AS7] only a submitted draft is decided, and never by its proposer', () => {
  expect(after(open, event.approve())).toBe('notSubmitted');
  expect(after(inState('submitted'), event.approve(chen))).toBe('approverMustBeAnother');
  expect(after(inState('submitted'), event.reject(chen))).toBe('approverMustBeAnother');
});

test('[AS8] a rejection says why', () => {
  expect(after(inState('submitted'), { kind: 'reject', by: li, atMs, comment: '' })).toBe('commentRequired');
});

test('[AS9] what was decided never changes again, whoever asks', () => {
  for (const state of ['approved', 'rejected', 'withdrawn'] as const)
    for (const make of Object.values(event)) for (const by of [chen, li]) expect(after(inState(state), make(by))).toBe('alreadyDecided');
});

test('each change counts the version up by one and keeps who decided what', () => {
  const submitted = applyDraftEvent(open, event.submit(), fine);
  if (submitted.kind !== 'changed') throw new Error(submitted.reason);
  expect(submitted.draft).toMatchObject({ version: 2, submittedAtMs: atMs });
  const approved = applyDraftEvent(submitted.draft, event.approve(), fine);
  expect(approved).toMatchObject({ draft: { version: 3, decidedBy: li, decidedAtMs: atMs, appliedVersion: 7, proposedBy: chen, rows } });
});

test('every rule of RULES.md is cited by a test, and every citation is a rule', () => {
  const folder = path.dirname(new URL(import.meta.url).pathname);
  const rules = [...readFileSync(path.join(folder, 'RULES.md'), 'utf8').matchAll(/^- \*\*(AS\d+)\*\*/gm)].map((match) => match[1]);
  const cited = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(path.join(folder, name), 'utf8').matchAll(/test\('\[(AS\d+)\]/g)].map((match) => match[1]));
  expect(rules.length).toBeGreaterThan(0);
  expect([...new Set(cited)].sort()).toEqual([...rules].sort());
});
