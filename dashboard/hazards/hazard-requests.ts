// Every request that the hazard screens send, with the shape of its answer.
import { z } from 'zod';
import {
  type CalibrationImport,
  type CalibrationView,
  calibrationImportSchema,
  calibrationViewSchema,
  type RecordCalibration,
} from '../../domain/api/calibration-api.ts';
import {
  type CoverageAudit,
  coverageAuditSchema,
  type HazardAcceptance,
  type HazardDecision,
  type HazardImport,
  type HazardStatistics,
  type HazardSummary,
  type HazardView,
  type HazardWork,
  hazardImportSchema,
  hazardStatisticsSchema,
  hazardSummarySchema,
  hazardViewSchema,
  type ReportHazard,
} from '../../domain/api/hazard-api.ts';
import type { Language } from '../../domain/text/localized-text.ts';
import { type Answer, request, valueOrThrow } from '../http/request.ts';

const of = (id: string) => `/api/hazards/${encodeURIComponent(id)}`;

export async function fetchHazards(state: 'open' | 'settled', signal?: AbortSignal): Promise<HazardSummary[]> {
  return valueOrThrow(await request(`/api/hazards?state=${state}`, { schema: z.array(hazardSummarySchema), ...(signal && { signal }) }));
}

export async function fetchHazardsOfIncident(incidentId: string, signal: AbortSignal): Promise<HazardSummary[]> {
  const path = `/api/hazards?state=all&incident=${encodeURIComponent(incidentId)}`;
  return valueOrThrow(await request(path, { schema: z.array(hazardSummarySchema), signal }));
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

export async function fetchAudit(signal?: AbortSignal): Promise<CoverageAudit | null> {
  return valueOrThrow(await request('/api/hazards/audit', { schema: coverageAuditSchema.nullable(), ...(signal && { signal }) }));
}

export function runAudit(): Promise<Answer<CoverageAudit>> {
  return request('/api/hazards/audit', { method: 'POST', schema: coverageAuditSchema });
}

export async function fetchCalibrations(signal?: AbortSignal): Promise<CalibrationView[]> {
  return valueOrThrow(await request('/api/calibrations', { schema: z.array(calibrationViewSchema), ...(signal && { signal }) }));
}

export function postCalibration(pointId: string, body: RecordCalibration): Promise<Answer<CalibrationView>> {
  return request(`/api/calibrations/${encodeURIComponent(pointId)}`, { method: 'POST', body, schema: calibrationViewSchema });
}

export type SheetOf = 'hazards' | 'calibrations';

export function sheetPath(of: SheetOf, format: 'xlsx' | 'csv', language: Language): string {
  return `/api/${of}/export?format=${format}&language=${language}`;
}

/** `digest` null: looked at only; else applied as it was looked at. */
export function postHazardSheet(file: File, digest: string | null): Promise<Answer<HazardImport>> {
  return request(`/api/hazards/import${asked(digest)}`, { method: 'POST', body: file, schema: hazardImportSchema });
}

export function postCalibrationSheet(file: File, digest: string | null): Promise<Answer<CalibrationImport>> {
  return request(`/api/calibrations/import${asked(digest)}`, { method: 'POST', body: file, schema: calibrationImportSchema });
}

const asked = (digest: string | null): string => (digest === null ? '' : `?digest=${digest}`);
