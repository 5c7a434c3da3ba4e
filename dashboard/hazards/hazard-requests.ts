// Every request that the hazard screens send, with the shape of its answer.
import { z } from 'zod';
import {
  type HazardAcceptance,
  type HazardDecision,
  type HazardStatistics,
  type HazardSummary,
  type HazardView,
  type HazardWork,
  hazardStatisticsSchema,
  hazardSummarySchema,
  hazardViewSchema,
  type ReportHazard,
} from '../../domain/api/hazard-api.ts';
import { type Answer, request, valueOrThrow } from '../http/request.ts';

const of = (id: string) => `/api/hazards/${encodeURIComponent(id)}`;

export async function fetchHazards(state: 'open' | 'settled', signal?: AbortSignal): Promise<HazardSummary[]> {
  return valueOrThrow(await request(`/api/hazards?state=${state}`, { schema: z.array(hazardSummarySchema), ...(signal && { signal }) }));
}

export async function fetchHazard(id: string, signal?: AbortSignal): Promise<HazardView> {
  return valueOrThrow(await request(of(id), { schema: hazardViewSchema, ...(signal && { signal }) }));
}

export async function fetchHazardStatistics(signal?: AbortSignal): Promise<HazardStatistics> {
  return valueOrThrow(await request('/api/hazards/statistics', { schema: hazardStatisticsSchema, ...(signal && { signal }) }));
}

export function postHazard(body: ReportHazard): Promise<Answer<HazardView>> {
  return request('/api/hazards', { method: 'POST', body, schema: hazardViewSchema });
}

export type HazardPress = HazardWork | HazardDecision | HazardAcceptance;

const workKinds: ReadonlySet<HazardPress['kind']> = new Set(['start', 'submit', 'note']);
const acceptanceKinds: ReadonlySet<HazardPress['kind']> = new Set(['accept', 'refuse']);

export function postStep(id: string, press: HazardPress): Promise<Answer<HazardView>> {
  const way = workKinds.has(press.kind) ? 'work' : acceptanceKinds.has(press.kind) ? 'acceptance' : 'decisions';
  return request(`${of(id)}/${way}`, { method: 'POST', body: press, schema: hazardViewSchema });
}

export function postHazardPhoto(id: string, form: FormData): Promise<Answer<HazardView>> {
  return request(`${of(id)}/photos`, { method: 'POST', body: form, schema: hazardViewSchema });
}

export function hazardPhotoUrl(id: string, hash: string): string {
  return `${of(id)}/photos/${hash}`;
}
