// Patrols over HTTP: bodies and answers of /api/patrols…
import { z } from 'zod';
import { positionSchema } from '../incidents/incident.ts';
import { itemResultSchema, patrolEventSchema, patrolProofs, patrolRecordSchema, patrolStates } from '../patrols/patrol.ts';
import { patrolKinds } from '../patrols/patrol-settings.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';
import { photoFieldsSchema } from './incident-api.ts';

/** `planned`: its time has not come. */
export const patrolViewStates = ['planned', ...patrolStates] as const;

export const patrolSummarySchema = z.object({
  id: z.string(),
  roundId: z.string(),
  stationId: z.string(),
  kind: z.enum(patrolKinds),
  name: localizedTextViewSchema,
  state: z.enum(patrolViewStates),
  plannedAtMs: z.number(),
  warnAtMs: z.number(),
  dueAtMs: z.number(),
  cutAtMs: z.number(),
  completedAtMs: z.number().nullable(),
  points: z.int(),
  confirmed: z.int(),
  /** Confirmed without a label that proves it. */
  byHand: z.int(),
  failed: z.int(),
  walkers: z.array(z.string()),
  isExplained: z.boolean(),
});
export type PatrolSummary = z.output<typeof patrolSummarySchema>;

export const patrolViewSchema = patrolRecordSchema.extend({
  /** What was found and the hazards that came of it. */
  findings: z.array(
    z.object({
      findingId: z.string(),
      placeId: z.string(),
      hazardId: z.string().nullable(),
      number: z.string().nullable(),
    }),
  ),
  history: z.array(patrolEventSchema),
});
export type PatrolView = z.output<typeof patrolViewSchema>;

/** What a phone needs to walk without network: rounds that are open or come soon, and by which digest a label is known. */
export const walkablePatrolSchema = patrolRecordSchema
  .pick({
    id: true,
    roundId: true,
    stationId: true,
    patrolKind: true,
    name: true,
    plannedAtMs: true,
    dueAtMs: true,
    cutAtMs: true,
    points: true,
    visits: true,
    length: true,
  })
  .extend({ state: z.enum(patrolViewStates), labelDigests: z.record(z.string(), z.string()) });
export type WalkablePatrol = z.output<typeof walkablePatrolSchema>;

export const patrolVisitBodySchema = z.strictObject({
  /** A UUID made by the phone for this confirmation. Sent again after a lost answer it has no second effect. */
  actionId: z.uuid(),
  /** When it was done, by the phone; bounded by the server. Absent: now. */
  atMs: z.number().optional(),
  placeId: z.string().max(40),
  proof: z.enum(patrolProofs),
  /** The text of the label that was read. */
  code: z.string().max(200).nullable().default(null),
  /** Why no label was read. */
  handReason: z.string().trim().min(1).max(300).nullable().default(null),
  position: positionSchema.nullable().default(null),
  results: z.array(itemResultSchema).max(40).default([]),
  finding: z.string().trim().min(1).max(2_000).nullable().default(null),
  isHazard: z.boolean().default(false),
});
export type PatrolVisitBody = z.output<typeof patrolVisitBodySchema>;

export const patrolAnswerSchema = z.object({ isRepeated: z.boolean(), patrol: patrolViewSchema });

export const patrolPhotoFieldsSchema = photoFieldsSchema
  .pick({ actionId: true, atMs: true, caption: true })
  .extend({ placeId: z.string().max(40) });

export const explainPatrolSchema = z.strictObject({ reason: z.string().trim().min(1).max(1_000) });

export const patrolLabelSchema = z.object({
  stationId: z.string(),
  placeId: z.string(),
  name: localizedTextViewSchema,
  hint: localizedTextViewSchema.nullable(),
  generation: z.int(),
  /** What its code says. */
  text: z.string(),
});
export type PatrolLabelView = z.output<typeof patrolLabelSchema>;

export const replaceLabelSchema = z.strictObject({ stationId: z.string().max(40), placeId: z.string().max(40) });

/** Rounds of the plant file by station: what is walked when. */
export const patrolRoundViewSchema = z.object({
  id: z.string(),
  stationId: z.string(),
  kind: z.enum(patrolKinds),
  name: localizedTextViewSchema,
  times: z.array(z.string()).readonly(),
  weekdays: z.array(z.int()).readonly().nullable(),
  monthDays: z.array(z.int()).readonly().nullable(),
  withinMs: z.number(),
  points: z.int(),
  nextAtMs: z.number().nullable(),
});
export type PatrolRoundView = z.output<typeof patrolRoundViewSchema>;
