// Collectors and servers of before and of now side by side, while one after the other is changed.
import { expect, test } from 'vitest';
import { readCommitted, readStatementAnswer, writeCommitted, writeStatementAnswer } from './condition-answers.ts';

const outboxId = '018f0000-0000-7000-8000-000000000001';
const bytes = (text: string) => new TextEncoder().encode(text);

test('a collector of before reads the answers as it always did', () => {
  expect(JSON.parse(writeCommitted(outboxId, { committedThrough: 3, supersededBy: 9 }))).toMatchObject({ outboxId, throughSequence: 3 });
  expect(JSON.parse(writeStatementAnswer({ kind: 'superseded', term: 9 }))).toMatchObject({ kind: 'accepted' });
  expect(JSON.parse(writeStatementAnswer({ kind: 'behind', committedThrough: 2 }))).toEqual({ kind: 'behind', committedThrough: 2 });
});

test('a server of before is understood: it says nothing of terms', () => {
  expect(readCommitted(bytes(JSON.stringify({ outboxId, throughSequence: 3 })))).toEqual({ outboxId, throughSequence: 3 });
  expect(readStatementAnswer(bytes('{"kind":"accepted"}'))).toEqual({ kind: 'accepted' });
});

test('what was written is read; what makes no sense is not taken for an answer', () => {
  expect(readCommitted(bytes(writeCommitted(outboxId, { committedThrough: 3, supersededBy: 9 })))).toEqual({
    outboxId,
    throughSequence: 3,
    supersededBy: 9,
  });
  for (const answer of [{ kind: 'accepted' }, { kind: 'behind', committedThrough: -1 }, { kind: 'superseded', term: 9 }] as const)
    expect(readStatementAnswer(bytes(writeStatementAnswer(answer)))).toEqual(answer);
  for (const nonsense of ['', '{}', '{"kind":"accepted","supersededBy":"x"}', '{"kind":"later"}']) {
    expect(readCommitted(bytes(nonsense))).toBeNull();
    expect(readStatementAnswer(bytes(nonsense))).toMatchObject({ kind: 'failed', retryable: true });
  }
});
