// The questions that the alarm performance screen asks of the server.
import {
  type BadActors,
  badActorsSchema,
  type Nuisance,
  nuisanceSchema,
  type PerformanceView,
  performanceViewSchema,
  type Suggestion,
  suggestionSchema,
} from '../../domain/api/performance-api.ts';
import { request, valueOrThrow } from '../http/request.ts';

/** What is looked at: a month of the plant's calendar, or the last days up to now. */
export interface PerformanceAsk {
  readonly month: string | null;
  readonly days: number;
  readonly stationId: string | null;
  readonly areaId: string | null;
}

/** `now` is the server's: the page's own clock may be wrong. */
export function performanceSearch(ask: PerformanceAsk): string {
  const search = new URLSearchParams();
  if (ask.month !== null) search.set('month', ask.month);
  else search.set('days', String(ask.days));
  if (ask.stationId !== null) search.set('station', ask.stationId);
  if (ask.areaId !== null) search.set('area', ask.areaId);
  return search.toString();
}

export async function fetchPerformance(search: string, signal: AbortSignal): Promise<PerformanceView> {
  return valueOrThrow(await request(`/api/performance?${search}`, { schema: performanceViewSchema, signal }));
}

export async function fetchBadActors(search: string, signal: AbortSignal): Promise<BadActors> {
  return valueOrThrow(await request(`/api/performance/bad-actors?${search}`, { schema: badActorsSchema, signal }));
}

export async function fetchNuisance(search: string, signal: AbortSignal): Promise<Nuisance> {
  return valueOrThrow(await request(`/api/performance/nuisance?${search}`, { schema: nuisanceSchema, signal }));
}

export async function fetchSuggestion(alarmId: string, fromMs: number, toMs: number, signal: AbortSignal): Promise<Suggestion> {
  const path = `/api/performance/bad-actors/${encodeURIComponent(alarmId)}/suggestion?from=${fromMs}&to=${toMs}`;
  return valueOrThrow(await request(path, { schema: suggestionSchema, signal }));
}
