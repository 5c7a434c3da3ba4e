// What people do in an incident, as it comes from a desk or a phone. A phone may send an action late, twice, or after others: its `actionId` and time make that harmless.
import { z } from 'zod';
import { casualtiesSchema, incidentKinds, positionSchema, reportFieldsSchema, reviewSchema } from './incident.ts';

const words = z.string().trim().max(2_000).optional();
const needed = z.string().trim().min(1).max(2_000);

export const actionShape = {
  /** A UUID made by the client for this press of the button. Sent again after a lost answer it has no second effect. */
  actionId: z.uuid(),
  /** When the person did it, by his device; bounded by the server. Absent: now. */
  atMs: z.number().optional(),
  /** Only where the person gives it. */
  position: positionSchema.optional(),
} as const;

/** The version on the screen. Given: refused with 409 where somebody else has moved the incident since. Left out (an action queued without network): taken where it still fits. */
const version = z.int().min(0).optional();
/** Username, or name of somebody without an account, whose movement is told for him. Absent: one's own. */
const person = z.string().trim().min(1).max(100).optional();
const neededVersion = z.int().min(0);

export const incidentActionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('acknowledge'), ...actionShape, version, comment: words }),
  z.object({
    kind: z.literal('dispatch'),
    ...actionShape,
    version,
    /** Usernames, or names of people without an account (fire brigade). */
    people: z.array(z.string().trim().min(1).max(100)).max(50).default([]),
    comment: words,
  }),
  z.object({ kind: z.literal('onTheWay'), ...actionShape, person, comment: words }),
  z.object({ kind: z.literal('arrive'), ...actionShape, person, comment: words }),
  z.object({ kind: z.literal('leave'), ...actionShape, person, comment: words }),
  z.object({ kind: z.literal('control'), ...actionShape, version, comment: words }),
  z.object({ kind: z.literal('restore'), ...actionShape, version, comment: words }),
  z.object({ kind: z.literal('relapse'), ...actionShape, version, reason: needed }),
  z.object({ kind: z.literal('note'), ...actionShape, text: z.string().trim().min(1).max(4_000) }),
  z.object({ kind: z.literal('locate'), ...actionShape, position: positionSchema }),
  z.object({
    kind: z.literal('tick'),
    ...actionShape,
    itemId: z.string().min(1).max(100),
    /** `open` takes a tick back. */
    result: z.enum(['done', 'notApplicable', 'open']).default('done'),
    note: words,
  }),
  z.object({
    kind: z.literal('assess'),
    ...actionShape,
    version,
    incidentKind: z.enum(incidentKinds).optional(),
    casualties: casualtiesSchema.optional(),
    directLoss: z.number().min(0).max(1e12).optional(),
    comment: words,
  }),
  z.object({
    kind: z.literal('saveReport'),
    ...actionShape,
    language: z.enum(['zh', 'en']).default('zh'),
    /** Version of the report that was edited; null for the first. */
    basedOn: z.int().nullable(),
    fields: reportFieldsSchema,
  }),
  z.object({
    kind: z.literal('reported'),
    ...actionShape,
    dutyId: z.string().min(1).max(100),
    toWhom: needed,
    /** By telephone, system, fax … */
    channel: z.string().trim().max(200).default(''),
    reportVersion: z.int().nullable().default(null),
  }),
]);
export type IncidentAction = z.output<typeof incidentActionSchema>;

/** What only a person who may close incidents does. */
export const closingActionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('waive'), ...actionShape, version: neededVersion, dutyId: z.string().min(1).max(100), reason: needed }),
  z.object({ kind: z.literal('review'), ...actionShape, version: neededVersion, review: reviewSchema }),
  z.object({ kind: z.literal('close'), ...actionShape, version: neededVersion, missingReason: words }),
  z.object({
    kind: z.literal('cancel'),
    ...actionShape,
    version: neededVersion,
    outcome: z.enum(['falseAlarm', 'cancelled']),
    reason: needed,
  }),
]);
export type ClosingAction = z.output<typeof closingActionSchema>;
