// Hazards over HTTP: bodies and answers of /api/hazards…
import { z } from 'zod';
import {
  fiveSettledSchema,
  hazardEventSchema,
  hazardGrades,
  hazardPhotoPurposes,
  hazardRecordSchema,
  hazardSources,
  hazardStates,
  settledParts,
} from '../hazards/hazard.ts';
import { deadlineStandings } from '../hazards/hazard-deadline.ts';
import { ageBands } from '../hazards/hazard-statistics.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';
import { calendarDateSchema } from '../time/calendar-date.ts';

const words = z.string().trim().min(1).max(2_000);
const line = z.string().trim().min(1).max(200);

/** What a person enters; an audit and a sheet open hazards in their own ways. */
export const reportedSources = [
  'inspection',
  'patrol',
  'alarm',
  'inspector',
  'public',
  'incident',
] as const satisfies readonly (typeof hazardSources)[number][];

export const reportHazardSchema = z.strictObject({
  stationId: z.string(),
  pointId: z.string().nullable().default(null),
  place: z.string().trim().max(200).default(''),
  description: words,
  source: z.enum(reportedSources),
  /** Whoever reports it where absent. */
  foundBy: line.optional(),
  foundOn: calendarDateSchema.optional(),
  proposedGrade: z.enum(hazardGrades).nullable().default(null),
  alarmId: z.string().optional(),
  patrolFindingId: z.string().max(100).optional(),
  incidentId: z.string().max(100).optional(),
});
export type ReportHazard = z.input<typeof reportHazardSchema>;

const version = z.int().min(1);
const worked = {
  /** As it was seen. Left out (a step queued on a phone without network): taken where it still fits. */
  version: version.optional(),
  /** A UUID made by the client for this press of the button: sent again after a lost answer it has no second effect. */
  actionId: z.uuid().optional(),
} as const;
export const hazardWorkSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('start'), ...worked }),
  z.strictObject({ kind: z.literal('submit'), ...worked, result: words }),
  z.strictObject({ kind: z.literal('note'), actionId: worked.actionId, text: words }),
]);
export type HazardWork = z.output<typeof hazardWorkSchema>;

const grading = { version, grade: z.enum(hazardGrades), basis: words, supervisedBy: line.nullable().default(null) };
export const hazardDecisionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('confirm'), ...grading }),
  z.strictObject({ kind: z.literal('regrade'), ...grading }),
  z.strictObject({ kind: z.literal('reject'), version, reason: words }),
  z.strictObject({ kind: z.literal('plan'), version, settled: fiveSettledSchema, reason: words.nullable().default(null) }),
  z.strictObject({ kind: z.literal('close'), version, comment: words.nullable().default(null) }),
  z.strictObject({ kind: z.literal('reopen'), version, reason: words }),
]);
export type HazardDecision = z.output<typeof hazardDecisionSchema>;

export const hazardAcceptanceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('accept'), version, comment: words }),
  z.strictObject({ kind: z.literal('refuse'), version, reason: words }),
]);
export type HazardAcceptance = z.output<typeof hazardAcceptanceSchema>;

export const hazardPhotoFieldsSchema = z.object({
  purpose: z.enum(hazardPhotoPurposes).default('finding'),
  caption: z.string().trim().max(2_000).optional(),
  actionId: z.uuid().optional(),
});

export const hazardSummarySchema = z.object({
  id: z.string(),
  number: z.string(),
  version: z.int(),
  state: z.enum(hazardStates),
  grade: z.enum(hazardGrades).nullable(),
  proposedGrade: z.enum(hazardGrades).nullable(),
  stationId: z.string(),
  place: z.string(),
  description: z.string(),
  source: z.enum(hazardSources),
  foundBy: z.string(),
  foundOn: calendarDateSchema,
  ageDays: z.int(),
  responsible: z.string().nullable(),
  settledCount: z.int(),
  deadline: calendarDateSchema.nullable(),
  standing: z.enum(deadlineStandings),
  extensions: z.int(),
  acceptanceCount: z.int(),
  acceptancesNeeded: z.int(),
  isSupplySuspended: z.boolean(),
  isProposedSettled: z.boolean(),
  photoCount: z.int(),
  closedNumber: z.string().nullable(),
  closedOn: calendarDateSchema.nullable(),
});
export type HazardSummary = z.output<typeof hazardSummarySchema>;

export const hazardViewSchema = hazardRecordSchema.extend({
  standing: z.enum(deadlineStandings),
  ageDays: z.int(),
  acceptancesNeeded: z.int(),
  unsettled: z.array(z.enum(settledParts)),
  history: z.array(z.object({ position: z.int(), event: hazardEventSchema })),
});
export type HazardView = z.output<typeof hazardViewSchema>;

export const hazardConflictSchema = z.object({
  current: hazardViewSchema,
  by: z.object({ username: z.string(), displayName: z.string() }).nullable(),
  atMs: z.number(),
});

const countsSchema = z.object({
  open: z.int(),
  overdue: z.int(),
  atRisk: z.int(),
  closed: z.int(),
});
export const hazardStatisticsSchema = z.object({
  total: countsSchema.extend({ rejected: z.int(), supplySuspended: z.int(), unconfirmed: z.int(), meanDaysToClose: z.number().nullable() }),
  byGrade: z.array(countsSchema.extend({ grade: z.enum(hazardGrades).nullable() })),
  byArea: z.array(countsSchema.extend({ areaId: z.string() })),
  byAge: z.array(z.object({ band: z.enum(ageBands), ordinary: z.int(), major: z.int(), ungraded: z.int() })),
  bySource: z.array(countsSchema.extend({ source: z.enum(hazardSources) })),
});
export type HazardStatistics = z.output<typeof hazardStatisticsSchema>;

export const coverageAuditSchema = z.object({
  atMs: z.number(),
  packId: z.string(),
  title: localizedTextViewSchema,
  requirements: z.int(),
  stations: z.int(),
  opened: z.int(),
  proposed: z.int(),
  gaps: z.array(
    z.object({
      stationId: z.string(),
      requirementId: z.string(),
      title: localizedTextViewSchema,
      clause: z.string(),
      source: z.enum(['primary', 'secondary', 'engineering']),
      grade: z.enum(hazardGrades),
      subject: z.string().nullable(),
      missing: localizedTextViewSchema,
    }),
  ),
});
export type CoverageAudit = z.output<typeof coverageAuditSchema>;

const sheetProblemSchema = z.object({ row: z.int(), column: z.string().nullable(), message: localizedTextViewSchema });
export const hazardSheetProblemsSchema = z.object({ problems: z.array(sheetProblemSchema) });

/** What a sheet would do, or has done. Applying asks for the digest of what was looked at. */
export const hazardImportSchema = z.object({
  digest: z.string(),
  isApplied: z.boolean(),
  rowCount: z.int(),
  amended: z.int(),
  fresh: z.array(
    z.object({ row: z.int(), number: z.string().nullable(), stationId: z.string(), description: z.string(), state: z.enum(hazardStates) }),
  ),
  differences: z.array(
    z.object({
      row: z.int(),
      number: z.string(),
      heading: localizedTextViewSchema,
      before: z.string().nullable(),
      wanted: z.string().nullable(),
      isTaken: z.boolean(),
    }),
  ),
});
export type HazardImport = z.output<typeof hazardImportSchema>;
