// What the loop test screens ask of the server.
import { z } from 'zod';
import { type LoopPercent, type LoopPhase, type LoopTest, loopTestSchema } from '../../domain/loop-test/loop-test.ts';
import { type EngineeringAnswer, engineeringAnswerSchema } from '../../domain/messages/engineering-command.ts';
import { type Answer, request, valueOrThrow } from '../http/request.ts';

const testUrl = (id: string, what = ''): string => `/api/loop-tests/${encodeURIComponent(id)}${what}`;
const pointUrl = (id: string, what: string): string => `/api/points/${encodeURIComponent(id)}/${what}`;

export async function fetchLoopTests(signal: AbortSignal): Promise<LoopTest[]> {
  return valueOrThrow(await request('/api/loop-tests', { schema: z.array(loopTestSchema), signal }));
}

export async function fetchLoopTest(id: string, signal: AbortSignal): Promise<LoopTest> {
  return valueOrThrow(await request(testUrl(id), { schema: loopTestSchema, signal }));
}

export async function fetchSource(pointId: string, signal: AbortSignal): Promise<EngineeringAnswer> {
  return valueOrThrow(await request(pointUrl(pointId, 'source'), { schema: engineeringAnswerSchema, signal }));
}

export function startLoopTest(
  pointId: string,
  body: { readonly tolerancePercent: number; readonly reference: string },
): Promise<Answer<LoopTest>> {
  return request(pointUrl(pointId, 'loop-tests'), { method: 'POST', body, schema: loopTestSchema });
}

export function measureStep(test: LoopTest, phase: LoopPhase, percent: LoopPercent): Promise<Answer<LoopTest>> {
  return request(testUrl(test.id, '/measure'), { method: 'POST', body: { version: test.version, phase, percent }, schema: loopTestSchema });
}

export function endLoopTest(test: LoopTest, how: 'finish' | 'abandon', comment: string): Promise<Answer<LoopTest>> {
  return request(testUrl(test.id, `/${how}`), { method: 'POST', body: { version: test.version, comment }, schema: loopTestSchema });
}
