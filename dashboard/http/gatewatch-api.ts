// Every path of the server that the dashboard calls, in one place, with the shape of its answer.
import { z } from 'zod';
import { type AcknowledgeMany, type AlarmView, acknowledgeManyResultSchema, alarmViewSchema } from '../../domain/api/alarm-api.ts';
import {
  type AlarmOccurrences,
  alarmOccurrencesSchema,
  type RelatedAlarms,
  relatedAlarmsSchema,
} from '../../domain/api/alarm-context-api.ts';
import {
  type AlarmDefinitionView,
  alarmDefinitionViewSchema,
  type PlantView,
  type PointView,
  plantViewSchema,
  pointViewSchema,
  type StationSummary,
  type StationView,
  stationSummarySchema,
  stationViewSchema,
} from '../../domain/api/plant-api.ts';
import { type BucketReadings, bucketReadingsSchema } from '../../domain/api/readings-api.ts';
import { type JournalEntry, journalEntrySchema } from '../../domain/journal/journal-entry.ts';
import { type Answer, request, valueOrThrow } from './request.ts';

const path = (strings: TemplateStringsArray, ...parts: readonly string[]): string =>
  strings.reduce((whole, text, index) => whole + text + (index < parts.length ? encodeURIComponent(parts[index] ?? '') : ''), '');

function query(parameters: Readonly<Record<string, string | number | null | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== null && value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

export async function fetchPlant(signal?: AbortSignal): Promise<PlantView> {
  return valueOrThrow(await request('/api/plant', { schema: plantViewSchema, ...(signal && { signal }) }));
}

export async function fetchStations(signal?: AbortSignal): Promise<StationSummary[]> {
  return valueOrThrow(await request('/api/stations', { schema: z.array(stationSummarySchema), ...(signal && { signal }) }));
}

export async function fetchStation(id: string, signal?: AbortSignal): Promise<StationView> {
  return valueOrThrow(await request(path`/api/stations/${id}`, { schema: stationViewSchema, ...(signal && { signal }) }));
}

export async function fetchPoints(stationId: string | null, signal?: AbortSignal): Promise<PointView[]> {
  return valueOrThrow(
    await request(`/api/points${query({ station: stationId })}`, { schema: z.array(pointViewSchema), ...(signal && { signal }) }),
  );
}

export async function fetchBuckets(
  ask: { readonly pointId: string; readonly fromMs: number; readonly toMs: number; readonly buckets: number },
  signal?: AbortSignal,
): Promise<BucketReadings> {
  const { pointId, fromMs, toMs, buckets } = ask;
  return valueOrThrow(
    await request(`/api/readings${query({ point: pointId, from: Math.round(fromMs), to: Math.round(toMs), buckets })}`, {
      schema: bucketReadingsSchema,
      ...(signal && { signal }),
    }),
  );
}

export interface AlarmDetail {
  readonly alarm: AlarmView;
  readonly definition: AlarmDefinitionView;
}

const alarmDetailSchema = alarmViewSchema
  .extend({ definition: alarmDefinitionViewSchema })
  .transform(({ definition, ...alarm }): AlarmDetail => ({ alarm, definition }));

/** By occurrence id or by alarm id. */
export async function fetchAlarm(id: string, signal?: AbortSignal): Promise<AlarmDetail> {
  return valueOrThrow(await request(path`/api/alarms/${id}`, { schema: alarmDetailSchema, ...(signal && { signal }) }));
}

export async function fetchRelatedAlarms(id: string, signal?: AbortSignal): Promise<RelatedAlarms> {
  return valueOrThrow(await request(path`/api/alarms/${id}/related`, { schema: relatedAlarmsSchema, ...(signal && { signal }) }));
}

export async function fetchOccurrences(id: string, signal?: AbortSignal): Promise<AlarmOccurrences> {
  return valueOrThrow(await request(path`/api/alarms/${id}/occurrences`, { schema: alarmOccurrencesSchema, ...(signal && { signal }) }));
}

export const alarmActions = ['acknowledge', 'reset', 'comment', 'shelve', 'unshelve', 'remove-from-service', 'return-to-service'] as const;
export type AlarmAction = (typeof alarmActions)[number];

export function actOnAlarm(id: string, action: AlarmAction, body: unknown): Promise<Answer<AlarmView>> {
  return request(path`/api/alarms/${id}/${action}`, { method: 'POST', body, schema: alarmViewSchema });
}

/** Many at once: each is answered for itself, in the order of the items. */
export function acknowledgeAlarms(body: AcknowledgeMany) {
  return request('/api/alarms/acknowledge', { method: 'POST', body, schema: acknowledgeManyResultSchema });
}

export interface JournalAsk {
  readonly fromMs?: number | null;
  readonly toMs?: number | null;
  readonly stationId?: string | null;
  readonly alarmId?: string | null;
  readonly limit?: number;
}

/** Newest first, whichever way the server sorted them. */
export async function fetchJournal(ask: JournalAsk, signal?: AbortSignal): Promise<JournalEntry[]> {
  const parameters = { from: ask.fromMs, to: ask.toMs, station: ask.stationId, alarm: ask.alarmId, limit: ask.limit };
  const entries = valueOrThrow(
    await request(`/api/journal${query(parameters)}`, { schema: z.array(journalEntrySchema), ...(signal && { signal }) }),
  );
  return entries.sort((one, other) => other.sequence - one.sequence);
}
