// What the server answers to conditions, as it goes over the wire: a collector of before, which knows of no later term, reads the same words.
import { z } from 'zod';
import type { DeliveryAnswer, StatementAnswer } from '../../domain/messages/condition-message.ts';
import type { StatementResult } from '../link.ts';
import { parseJson } from './message-json.ts';

const committedSchema = z.object({ outboxId: z.string(), throughSequence: z.int(), supersededBy: z.int().optional() });
export type Committed = z.output<typeof committedSchema>;

export function writeCommitted(outboxId: string, { committedThrough, supersededBy }: DeliveryAnswer): string {
  return JSON.stringify({ outboxId, throughSequence: committedThrough, supersededBy });
}

/** Null where it makes no sense. */
export function readCommitted(data: Uint8Array): Committed | null {
  return committedSchema.safeParse(parseJson(data)).data ?? null;
}

const statementAnswerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('accepted'), supersededBy: z.int().optional() }),
  z.object({ kind: z.literal('behind'), committedThrough: z.int() }),
]);

export function writeStatementAnswer(answer: StatementAnswer): string {
  return JSON.stringify(answer.kind === 'superseded' ? { kind: 'accepted', supersededBy: answer.term } : answer);
}

export function readStatementAnswer(data: Uint8Array): StatementResult {
  const answer = statementAnswerSchema.safeParse(parseJson(data)).data;
  if (answer === undefined) return { kind: 'failed', retryable: true, reason: 'rejected' };
  if (answer.kind === 'behind') return answer;
  return answer.supersededBy === undefined ? { kind: 'accepted' } : { kind: 'superseded', term: answer.supersededBy };
}
