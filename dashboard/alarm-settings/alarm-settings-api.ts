// What the alarm settings screen asks of the server, and what it can be answered.
import { z } from 'zod';
import type { AlarmSettingsPatch } from '../../domain/alarm-settings/alarm-settings.ts';
import {
  type AlarmSettingsTableView,
  alarmSettingsTableSchema,
  type DraftSummary,
  type DraftView,
  draftSummarySchema,
  draftViewSchema,
  type ImportAnswer,
  importAnswerSchema,
  type SettingsVersionView,
  settingsVersionViewSchema,
  type VersionChanges,
  versionChangesSchema,
} from '../../domain/api/alarm-settings-api.ts';
import { type Answer, request, valueOrThrow } from '../http/request.ts';

const base = '/api/alarm-settings';
const draftPath = (id: string) => `${base}/drafts/${encodeURIComponent(id)}`;

export async function fetchSettings(signal: AbortSignal): Promise<AlarmSettingsTableView> {
  return valueOrThrow(await request(base, { schema: alarmSettingsTableSchema, signal }));
}

export async function fetchDrafts(signal: AbortSignal): Promise<DraftSummary[]> {
  return valueOrThrow(await request(`${base}/drafts`, { schema: z.array(draftSummarySchema), signal }));
}

/** Null where there is none, or none that the person may see. */
export async function fetchDraft(id: string, signal: AbortSignal): Promise<DraftView | null> {
  const answer = await request(draftPath(id), { schema: draftViewSchema, signal });
  return answer.kind === 'problem' && answer.status === 404 ? null : valueOrThrow(answer);
}

export async function fetchVersions(signal: AbortSignal): Promise<SettingsVersionView[]> {
  return valueOrThrow(await request(`${base}/versions`, { schema: z.array(settingsVersionViewSchema), signal }));
}

export async function fetchVersionChanges(number: number, signal: AbortSignal): Promise<VersionChanges> {
  return valueOrThrow(await request(`${base}/versions/${number}`, { schema: versionChangesSchema, signal }));
}

export function exportPath(format: 'xlsx' | 'csv', language: string): string {
  return `${base}/export?format=${format}&language=${language}`;
}

export function importSheet(file: File): Promise<Answer<ImportAnswer>> {
  return request(`${base}/import?name=${encodeURIComponent(file.name.slice(0, 200))}`, {
    method: 'POST',
    body: file,
    schema: importAnswerSchema,
  });
}

export interface DraftChange {
  readonly alarmId: string;
  readonly settings: AlarmSettingsPatch;
}

export function propose(changes: readonly DraftChange[]): Promise<Answer<DraftView>> {
  return request(`${base}/drafts`, { method: 'POST', body: { changes }, schema: draftViewSchema });
}

export interface DraftEdit {
  readonly reason?: string;
  /** `settings` null takes the alarm out. */
  readonly changes?: readonly { readonly alarmId: string; readonly settings: AlarmSettingsPatch | null }[];
}

export function editDraft(draft: Pick<DraftView, 'id' | 'version'>, edit: DraftEdit): Promise<Answer<DraftView>> {
  return request(draftPath(draft.id), { method: 'PUT', body: { version: draft.version, ...edit }, schema: draftViewSchema });
}

export type DraftActionName = 'submit' | 'recall' | 'withdraw' | 'approve' | 'reject';

export function actOnDraft(
  draft: Pick<DraftView, 'id' | 'version'>,
  action: DraftActionName,
  body: Readonly<Record<string, unknown>> = {},
): Promise<Answer<DraftView>> {
  return request(`${draftPath(draft.id)}/${action}`, {
    method: 'POST',
    body: { version: draft.version, ...body },
    schema: draftViewSchema,
  });
}

/** A sheet that was not taken, and every place that is wrong. */
export const sheetProblemsSchema = z.object({
  problems: z.array(z.object({ row: z.int(), column: z.string().nullable(), message: z.object({ zh: z.string(), en: z.string() }) })),
});
export type SheetProblems = z.output<typeof sheetProblemsSchema>['problems'];
