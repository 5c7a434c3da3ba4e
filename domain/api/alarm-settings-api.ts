// Alarm settings over HTTP: the table with its findings, drafts and what would come of them, versions. Paths: /api/alarm-settings…
import { z } from 'zod';
import { alarmSettingFields, alarmSettingsPatchSchema, alarmSettingsViewSchema } from '../alarm-settings/alarm-settings.ts';
import { findingCodes } from '../alarm-settings/finding.ts';
import { alarmKinds } from '../alarms/alarm-definition.ts';
import { alarmPriorities } from '../alarms/priority.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';
import { proofSchema } from './session-api.ts';

const fieldSchema = z.enum(alarmSettingFields as [(typeof alarmSettingFields)[number], ...(typeof alarmSettingFields)[number][]]);
const settingValueSchema = z.union([z.number(), z.boolean(), z.string(), localizedTextViewSchema]).nullable();

export const findingViewSchema = z.object({
  code: z.enum(findingCodes),
  severity: z.enum(['error', 'warning']),
  alarmId: z.string().nullable(),
  field: fieldSchema.nullable(),
  message: localizedTextViewSchema,
});
export type FindingView = z.output<typeof findingViewSchema>;

export const personViewSchema = z.object({ username: z.string(), displayName: z.string() });

export const alarmSettingsRowSchema = z.object({
  alarmId: z.string(),
  stationId: z.string(),
  /** Of the point, or of the device; null for an alarm of a station. */
  name: localizedTextViewSchema.nullable(),
  tag: z.string().nullable(),
  kind: z.enum(alarmKinds),
  /** Of setpoint and deadband. */
  unit: z.string(),
  digits: z.int(),
  range: z.object({ min: z.number(), max: z.number() }).nullable(),
  /** Settings that this alarm has; the others are null. */
  fields: z.array(fieldSchema),
  settings: alarmSettingsViewSchema,
  /** The priority in force, and what the matrix says where it can. */
  priority: z.enum(alarmPriorities),
  computedPriority: z.enum(alarmPriorities).nullable(),
  /** Settings that an approved change has put over the plant file's. */
  approvedFields: z.array(fieldSchema),
  /** Of those, what the plant file says. */
  fileSettings: alarmSettingsViewSchema.partial(),
});
export type AlarmSettingsRow = z.output<typeof alarmSettingsRowSchema>;

export const alarmManagementViewSchema = z.object({
  consequenceClasses: z.array(z.object({ id: z.string(), name: localizedTextViewSchema })),
  timeToRespondMs: z.array(z.number()),
  priorityMatrix: z.record(z.string(), z.array(z.enum(alarmPriorities))),
});

export const settingsVersionViewSchema = z.object({
  number: z.int(),
  origin: z.enum(['plantFile', 'approved']),
  appliedAtMs: z.number(),
  draftId: z.string().nullable(),
  proposedBy: personViewSchema.nullable(),
  approvedBy: personViewSchema.nullable(),
  reason: z.string(),
  plantVersion: z.string(),
  digest: z.string(),
  changeCount: z.int(),
});
export type SettingsVersionView = z.output<typeof settingsVersionViewSchema>;

export const alarmSettingsTableSchema = z.object({
  version: settingsVersionViewSchema,
  rows: z.array(alarmSettingsRowSchema),
  findings: z.array(findingViewSchema),
  /** Number of alarms by priority, of the stations shown. */
  distribution: z.record(z.enum(alarmPriorities), z.int()),
  management: alarmManagementViewSchema,
  /** Whether each collector detects by the settings in force yet. */
  collectors: z.array(
    z.object({ collectorId: z.string(), version: z.int().nullable(), isInForce: z.boolean(), setAsideAlarmIds: z.array(z.string()) }),
  ),
});
export type AlarmSettingsTableView = z.output<typeof alarmSettingsTableSchema>;

export const settingDifferenceViewSchema = z.object({ field: fieldSchema, from: settingValueSchema, to: settingValueSchema });
export type SettingDifferenceView = z.output<typeof settingDifferenceViewSchema>;

export const draftSummarySchema = z.object({
  id: z.string(),
  state: z.enum(['open', 'submitted', 'approved', 'rejected', 'withdrawn']),
  version: z.int(),
  source: z.enum(['edit', 'import']),
  fileName: z.string().nullable(),
  reason: z.string(),
  alarmCount: z.int(),
  differenceCount: z.int(),
  proposedBy: personViewSchema,
  createdAtMs: z.number(),
  changedAtMs: z.number(),
  submittedAtMs: z.number().nullable(),
  decidedBy: personViewSchema.nullable(),
  decidedAtMs: z.number().nullable(),
  decisionComment: z.string().nullable(),
  appliedVersion: z.int().nullable(),
});
export type DraftSummary = z.output<typeof draftSummarySchema>;

export const draftViewSchema = draftSummarySchema.extend({
  rows: z.array(
    z.object({
      alarmId: z.string(),
      stationId: z.string(),
      name: localizedTextViewSchema.nullable(),
      kind: z.enum(alarmKinds).nullable(),
      unit: z.string(),
      differences: z.array(settingDifferenceViewSchema),
    }),
  ),
  /** Somebody else has changed these since the draft was made; `field` null: the plant file no longer has the alarm. Empty once decided. */
  conflicts: z.array(z.object({ alarmId: z.string(), field: fieldSchema.nullable(), current: settingValueSchema })),
  /** What the draft would bring and settle if it were in force. Empty once decided. */
  introduced: z.array(findingViewSchema),
  settled: z.array(findingViewSchema),
});
export type DraftView = z.output<typeof draftViewSchema>;

/** Cells of a sheet that were not taken, because somebody has changed the setting since the sheet was exported. */
export const sheetConflictSchema = z.object({
  row: z.int(),
  column: z.string().nullable(),
  alarmId: z.string(),
  field: fieldSchema,
  before: settingValueSchema,
  current: settingValueSchema,
  wanted: settingValueSchema,
});
export type SheetConflictView = z.output<typeof sheetConflictSchema>;

export const importAnswerSchema = z.object({
  /** Null where the sheet changes nothing. */
  draft: draftViewSchema.nullable(),
  conflicts: z.array(sheetConflictSchema),
  rowCount: z.int(),
});
export type ImportAnswer = z.output<typeof importAnswerSchema>;

const reason = z.string().trim().max(1_000);
const version = z.int().min(1);
export const proposeSchema = z.strictObject({
  reason: reason.default(''),
  changes: z
    .array(z.strictObject({ alarmId: z.string(), settings: alarmSettingsPatchSchema }))
    .min(1)
    .max(20_000),
});
export const editDraftSchema = z.strictObject({
  version,
  reason: reason.optional(),
  /** `settings` null takes the alarm out of the draft. */
  changes: z
    .array(z.strictObject({ alarmId: z.string(), settings: alarmSettingsPatchSchema.nullable() }))
    .max(20_000)
    .default([]),
});
export const draftActionSchema = z.strictObject({ version });
/** Approving is signed with name and password, on one's own console or on the proposer's. */
export const approveDraftSchema = z.strictObject({
  version,
  comment: reason.min(1).optional(),
  approver: proofSchema,
});
export const rejectDraftSchema = z.strictObject({ version, comment: reason.min(1) });

export const versionChangesSchema = z.object({
  version: settingsVersionViewSchema,
  changes: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('added'), alarmId: z.string() }),
      z.object({ kind: z.literal('removed'), alarmId: z.string() }),
      z.object({ kind: z.literal('changed'), alarmId: z.string(), differences: z.array(settingDifferenceViewSchema) }),
    ]),
  ),
});
export type VersionChanges = z.output<typeof versionChangesSchema>;

/** All settings of a version, as they were in force then. */
export const versionSettingsSchema = z.object({
  version: settingsVersionViewSchema,
  settings: z.array(z.object({ alarmId: z.string(), settings: alarmSettingsViewSchema })),
});
