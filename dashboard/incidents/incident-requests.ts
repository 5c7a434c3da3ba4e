// Every request that the incident screens send, with the shape of its answer.
import { z } from 'zod';
import { type PersonView, personViewSchema } from '../../domain/api/duty-api.ts';
import {
  type ActionAnswer,
  actionAnswerSchema,
  type IncidentSummary,
  type IncidentView,
  incidentSummarySchema,
  incidentViewSchema,
  type OpenIncident,
} from '../../domain/api/incident-api.ts';
import { type ReportFields, reportFieldsSchema } from '../../domain/incidents/incident.ts';
import type { ClosingAction, IncidentAction } from '../../domain/incidents/incident-action.ts';
import type { Language } from '../../domain/text/localized-text.ts';
import { type Answer, request, valueOrThrow } from '../http/request.ts';

const of = (id: string) => `/api/incidents/${encodeURIComponent(id)}`;

export async function fetchClosedIncidents(drills: 'with' | 'without' | 'only', signal?: AbortSignal): Promise<IncidentSummary[]> {
  const answer = await request(`/api/incidents?state=closed&limit=500&drills=${drills}`, {
    schema: z.array(incidentSummarySchema),
    ...(signal && { signal }),
  });
  return valueOrThrow(answer);
}

/** The incident that an alarm occurrence is in, or null. */
export async function fetchIncidentOfAlarm(occurrenceId: string, signal?: AbortSignal): Promise<IncidentSummary | null> {
  const answer = await request(`/api/incidents?alarm=${encodeURIComponent(occurrenceId)}`, {
    schema: z.array(incidentSummarySchema),
    ...(signal && { signal }),
  });
  return valueOrThrow(answer)[0] ?? null;
}

export async function fetchIncident(id: string, signal?: AbortSignal): Promise<IncidentView> {
  return valueOrThrow(await request(of(id), { schema: incidentViewSchema, ...(signal && { signal }) }));
}

export async function fetchReportDraft(id: string, language: Language, signal?: AbortSignal): Promise<ReportFields> {
  return valueOrThrow(
    await request(`${of(id)}/report-draft?language=${language}`, { schema: reportFieldsSchema, ...(signal && { signal }) }),
  );
}

export async function fetchPeople(signal?: AbortSignal): Promise<PersonView[]> {
  return valueOrThrow(await request('/api/people', { schema: z.array(personViewSchema), ...(signal && { signal }) }));
}

export function postIncident(body: OpenIncident): Promise<Answer<ActionAnswer>> {
  return request('/api/incidents', { method: 'POST', body, schema: actionAnswerSchema });
}

export function postAction(id: string, action: IncidentAction): Promise<Answer<ActionAnswer>> {
  return request(`${of(id)}/actions`, { method: 'POST', body: action, schema: actionAnswerSchema });
}

export function postClosing(id: string, action: ClosingAction): Promise<Answer<ActionAnswer>> {
  return request(`${of(id)}/closing`, { method: 'POST', body: action, schema: actionAnswerSchema });
}

export function postPhoto(id: string, form: FormData): Promise<Answer<ActionAnswer>> {
  return request(`${of(id)}/photos`, { method: 'POST', body: form, schema: actionAnswerSchema });
}

export function photoUrl(id: string, hash: string): string {
  return `${of(id)}/photos/${hash}`;
}
