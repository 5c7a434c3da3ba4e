// What a replay asks the server: states, events, readings, density and single things of the past. Reads only.
import {
  type AlarmOccurrences,
  alarmOccurrencesSchema,
  type RelatedAlarms,
  relatedAlarmsSchema,
} from '../../domain/api/alarm-context-api.ts';
import type { IncidentView } from '../../domain/api/incident-api.ts';
import { incidentViewSchema } from '../../domain/api/incident-api.ts';
import {
  type PastCoverage,
  type PastDuty,
  pastCoverageSchema,
  pastDutySchema,
  type ReplayDensity,
  type ReplayEvents,
  type ReplayNext,
  type ReplayReadings,
  type ReplayState,
  replayAlarmSchema,
  replayDensitySchema,
  replayEventsSchema,
  replayNextSchema,
  replayReadingsSchema,
  replayStateSchema,
} from '../../domain/api/replay-api.ts';
import type { AlarmDetail } from '../http/gatewatch-api.ts';
import { request, valueOrThrow } from '../http/request.ts';

export interface ReadingsAsk {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stations: readonly string[];
  readonly points: readonly string[];
}

/** What the player needs of the server. */
export interface ReplayRequests {
  state(atMs: number, signal: AbortSignal): Promise<ReplayState>;
  events(ask: { readonly fromMs: number; readonly toMs: number; readonly after: number }, signal: AbortSignal): Promise<ReplayEvents>;
  readings(ask: ReadingsAsk, signal: AbortSignal): Promise<ReplayReadings>;
}

const search = (parameters: Readonly<Record<string, string | number>>): string =>
  new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)])).toString();

export const replayRequests: ReplayRequests = {
  state: async (atMs, signal) =>
    valueOrThrow(await request(`/api/replay/state?${search({ at: atMs })}`, { schema: replayStateSchema, signal })),
  events: async ({ fromMs, toMs, after }, signal) =>
    valueOrThrow(await request(`/api/replay/events?${search({ from: fromMs, to: toMs, after })}`, { schema: replayEventsSchema, signal })),
  readings: async ({ fromMs, toMs, stations, points }, signal) =>
    valueOrThrow(
      await request(`/api/replay/readings?${search({ from: fromMs, to: toMs, stations: stations.join(','), points: points.join(',') })}`, {
        schema: replayReadingsSchema,
        signal,
      }),
    ),
};

export async function fetchDensity(
  ask: { readonly fromMs: number; readonly toMs: number; readonly buckets: number },
  signal?: AbortSignal,
): Promise<ReplayDensity> {
  const parameters = search({ from: Math.round(ask.fromMs), to: Math.round(ask.toMs), buckets: ask.buckets });
  return valueOrThrow(await request(`/api/replay/density?${parameters}`, { schema: replayDensitySchema, ...(signal && { signal }) }));
}

export async function fetchNextAlarm(atMs: number, direction: 'next' | 'previous'): Promise<ReplayNext['found']> {
  const parameters = search({ at: Math.round(atMs), direction });
  return valueOrThrow(await request(`/api/replay/next?${parameters}`, { schema: replayNextSchema })).found;
}

export async function fetchPastAlarm(id: string, atMs: number, signal: AbortSignal): Promise<AlarmDetail> {
  const path = `/api/replay/alarms/${encodeURIComponent(id)}?${search({ at: Math.round(atMs) })}`;
  const { definition, ...alarm } = valueOrThrow(await request(path, { schema: replayAlarmSchema, signal }));
  return { alarm, definition };
}

export async function fetchPastRelated(id: string, atMs: number, signal: AbortSignal): Promise<RelatedAlarms> {
  const path = `/api/replay/alarms/${encodeURIComponent(id)}/related?${search({ at: Math.round(atMs) })}`;
  return valueOrThrow(await request(path, { schema: relatedAlarmsSchema, signal }));
}

export async function fetchPastOccurrences(id: string, atMs: number, signal: AbortSignal): Promise<AlarmOccurrences> {
  const path = `/api/replay/alarms/${encodeURIComponent(id)}/occurrences?${search({ at: Math.round(atMs) })}`;
  return valueOrThrow(await request(path, { schema: alarmOccurrencesSchema, signal }));
}

export async function fetchPastDuty(atMs: number): Promise<PastDuty> {
  return valueOrThrow(await request(`/api/replay/duty?${search({ at: Math.round(atMs) })}`, { schema: pastDutySchema }));
}

export async function fetchPastCoverage(atMs: number, signal: AbortSignal): Promise<PastCoverage> {
  return valueOrThrow(await request(`/api/replay/coverage?${search({ at: Math.round(atMs) })}`, { schema: pastCoverageSchema, signal }));
}

export async function fetchPastIncident(id: string, atMs: number, signal: AbortSignal): Promise<IncidentView> {
  const path = `/api/replay/incidents/${encodeURIComponent(id)}?${search({ at: Math.round(atMs) })}`;
  return valueOrThrow(await request(path, { schema: incidentViewSchema, signal }));
}
