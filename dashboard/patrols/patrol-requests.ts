// Every request that the patrol screens send, with the shape of its answer.
import { z } from 'zod';
import {
  type PatrolLabelView,
  type PatrolRoundView,
  type PatrolSummary,
  type PatrolView,
  patrolAnswerSchema,
  patrolLabelSchema,
  patrolRoundViewSchema,
  patrolSummarySchema,
  patrolViewSchema,
} from '../../domain/api/patrol-api.ts';
import { type Answer, request, valueOrThrow } from '../http/request.ts';

const of = (id: string) => `/api/patrols/${encodeURIComponent(id)}`;
const summaries = z.array(patrolSummarySchema);

export async function fetchPatrolsNow(signal: AbortSignal): Promise<PatrolSummary[]> {
  return valueOrThrow(await request('/api/patrols?when=now&limit=2000', { schema: summaries, signal }));
}

export async function fetchPastPatrols(fromMs: number, signal: AbortSignal): Promise<PatrolSummary[]> {
  return valueOrThrow(await request(`/api/patrols?when=past&fromMs=${fromMs}&limit=2000`, { schema: summaries, signal }));
}

export async function fetchPatrol(id: string, signal: AbortSignal): Promise<PatrolView> {
  return valueOrThrow(await request(of(id), { schema: patrolViewSchema, signal }));
}

export async function fetchPatrolRounds(signal: AbortSignal): Promise<PatrolRoundView[]> {
  return valueOrThrow(await request('/api/patrols/rounds', { schema: z.array(patrolRoundViewSchema), signal }));
}

export async function fetchPatrolLabels(stationId: string, signal: AbortSignal): Promise<PatrolLabelView[]> {
  const path = `/api/patrols/labels?station=${encodeURIComponent(stationId)}`;
  return valueOrThrow(await request(path, { schema: z.array(patrolLabelSchema), signal }));
}

export function postReplaceLabel(stationId: string, placeId: string): Promise<Answer<PatrolLabelView>> {
  return request('/api/patrols/labels', { method: 'POST', body: { stationId, placeId }, schema: patrolLabelSchema });
}

export function postExplanation(id: string, reason: string): Promise<Answer<z.output<typeof patrolAnswerSchema>>> {
  return request(`${of(id)}/explanations`, { method: 'POST', body: { reason }, schema: patrolAnswerSchema });
}

export function patrolPhotoUrl(id: string, hash: string): string {
  return `${of(id)}/photos/${hash}`;
}
