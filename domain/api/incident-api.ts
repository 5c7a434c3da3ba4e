// Incidents over HTTP: GET /api/incidents, /api/incidents/{id}, POST to open, to act, to close, photos, and the plan of a station.
import { z } from 'zod';
import { alarmPriorities } from '../alarms/priority.ts';
import {
  casualtiesSchema,
  incidentEventSchema,
  incidentKinds,
  incidentOutcomes,
  incidentRecordSchema,
  incidentStates,
  lateReasons,
  noCasualties,
  personSchema,
  positionSchema,
  reportDutySchema,
} from '../incidents/incident.ts';
import { actionShape } from '../incidents/incident-action.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';

export const reportStates = ['due', 'overdue', 'reported', 'reportedLate', 'notRequired'] as const;
export type ReportState = (typeof reportStates)[number];

export const dutyViewSchema = reportDutySchema.extend({ state: z.enum(reportStates) });
export type ReportDutyView = z.output<typeof dutyViewSchema>;

/** One line of the board; also what the socket event `incident` carries. */
export const incidentSummarySchema = z.object({
  id: z.string(),
  /** `I-2026-0014`; drills `X-2026-0003`. */
  number: z.string(),
  stationIds: z.array(z.string()),
  kind: z.enum(incidentKinds),
  isDrill: z.boolean(),
  scenario: z.string().nullable(),
  description: z.string().nullable(),
  state: z.enum(incidentStates),
  outcome: z.enum(incidentOutcomes).nullable(),
  version: z.int(),
  /** Events so far: a page that holds as many holds the whole time line. */
  length: z.int(),
  detectedAtMs: z.number(),
  openedAtMs: z.number(),
  /** Null: opened by itself, by `rule`. */
  openedBy: personSchema.nullable(),
  rule: z.string().nullable(),
  /** When the present state was reached. */
  stateSinceMs: z.number(),
  closedAtMs: z.number().nullable(),
  casualties: casualtiesSchema,
  peopleOnTheWay: z.int(),
  peopleOnSite: z.int(),
  itemsDone: z.int(),
  itemsTotal: z.int(),
  alarmCount: z.int(),
  photoCount: z.int(),
  /** Of the reporting duties that are neither reported nor waived. */
  nextReportDueMs: z.number().nullable(),
  overdueReports: z.int(),
});
export type IncidentSummary = z.output<typeof incidentSummarySchema>;

export const timelineEntrySchema = z.discriminatedUnion('source', [
  z.object({
    source: z.literal('incident'),
    /** 1, 2, 3 … in the order in which the server took them; `event.atMs` is when they happened. */
    position: z.int(),
    event: incidentEventSchema,
    /** Came after the closing. */
    isAddendum: z.boolean(),
  }),
  /** What the alarms of the station did meanwhile, from the journal. None in a drill. */
  z.object({
    source: z.literal('alarm'),
    sequence: z.int(),
    atMs: z.number(),
    recordedAtMs: z.number(),
    /** `raise`, `clear`, `acknowledge` … */
    what: z.string(),
    alarmId: z.string(),
    stationId: z.string(),
    priority: z.enum(alarmPriorities),
    message: localizedTextViewSchema,
    value: z.number().nullable(),
    by: z.string().nullable(),
    comment: z.string().nullable(),
  }),
]);
export type TimelineEntry = z.output<typeof timelineEntrySchema>;

export const incidentViewSchema = incidentRecordSchema.extend({
  duties: z.array(dutyViewSchema),
  stateSinceMs: z.number(),
  /** From the detection to each step; null where it has not been reported. */
  sinceDetection: z.object({
    acknowledged: z.number().nullable(),
    dispatched: z.number().nullable(),
    onSite: z.number().nullable(),
    controlled: z.number().nullable(),
    restored: z.number().nullable(),
    closed: z.number().nullable(),
  }),
  /** Required items of the check-list that are not ticked. */
  missingItemIds: z.array(z.string()),
  /** By time of happening, oldest first. */
  timeline: z.array(timelineEntrySchema),
  /** There was more than the time line holds; the newest are there. */
  isTimelineCut: z.boolean(),
});
export type IncidentView = z.output<typeof incidentViewSchema>;

export const openIncidentSchema = z.object({
  ...actionShape,
  stationId: z.string().min(1),
  incidentKind: z.enum(incidentKinds),
  description: z.string().trim().max(2_000).optional(),
  /** When it was noticed, where that was before now. */
  detectedAtMs: z.number().optional(),
  casualties: casualtiesSchema.default(noCasualties),
  /** An alarm (id or occurrence id) that it is opened from. */
  alarmId: z.string().optional(),
  isDrill: z.boolean().default(false),
  /** Of a drill: what is played. */
  scenario: z.string().trim().min(1).max(2_000).optional(),
});
export type OpenIncident = z.input<typeof openIncidentSchema>;

/** `applied`: it took effect. `recorded`: it no longer fitted, is kept in the time line, and changed nothing. `repeated`: the server had it already. */
export const actionAnswerSchema = z.object({
  outcome: z.enum(['applied', 'recorded', 'repeated']),
  /** Why it had no effect: the first time too, where the action is a repeated one. */
  because: z.enum(lateReasons).nullable(),
  earlier: z.object({ by: personSchema.nullable(), atMs: z.number() }).nullable(),
  incident: incidentViewSchema,
});
export type ActionAnswer = z.output<typeof actionAnswerSchema>;

/** 409: somebody was quicker. */
export const incidentConflictSchema = z.object({
  status: z.literal(409),
  detail: z.string(),
  current: incidentViewSchema,
  by: personSchema.nullable(),
  atMs: z.number(),
});
export type IncidentConflict = z.output<typeof incidentConflictSchema>;

export const photoMaxBytes = 8 * 1024 * 1024;

/** The text parts of POST /api/incidents/{id}/photos (multipart/form-data); the picture itself is the part `photo`. */
export const photoFieldsSchema = z.object({
  actionId: z.uuid(),
  atMs: z.coerce.number().optional(),
  caption: z.string().trim().max(2_000).optional(),
  /** JSON of a position: where the person stands, if he says so. */
  position: z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'expected a position as JSON' });
        return z.NEVER;
      }
    })
    .pipe(positionSchema)
    .optional(),
  /** `true`: take the place out of the picture's own Exif block. Without it the block is dropped unread. */
  usePhotoPosition: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
});
