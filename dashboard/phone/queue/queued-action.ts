// Something that a person did on the phone and the server has not confirmed yet. Bound to the person, the moment and the thing it was done to.
import { z } from 'zod';
import { hazardPhotoPurposes } from '../../../domain/hazards/hazard.ts';
import { lateReasons, positionSchema } from '../../../domain/incidents/incident.ts';
import { itemResultSchema, patrolProofs } from '../../../domain/patrols/patrol.ts';
import { localizedTextViewSchema } from '../../../domain/text/localized-text.ts';

const acknowledgeSchema = z.object({
  kind: z.literal('acknowledge'),
  /** The occurrence that the person saw: a later one of the same alarm is not acknowledged by this. */
  occurrenceId: z.string(),
  version: z.int(),
  comment: z.string().nullable(),
  message: localizedTextViewSchema,
});

/** The steps and words of a team in an incident, as `domain/incidents/incident-action.ts` takes them. No version: taken where it still fits. */
const incidentStepSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['onTheWay', 'arrive', 'control', 'restore', 'leave']), comment: z.string().optional() }),
  z.object({ kind: z.literal('relapse'), reason: z.string() }),
  z.object({ kind: z.literal('note'), text: z.string() }),
  z.object({ kind: z.literal('tick'), itemId: z.string(), result: z.enum(['done', 'notApplicable', 'open']) }),
]);
export type IncidentStep = z.output<typeof incidentStepSchema>;

const incidentDeedSchema = z.object({
  kind: z.literal('incident'),
  incidentId: z.string(),
  /** For the eye: `I-2026-0014`. */
  number: z.string(),
  step: incidentStepSchema,
  position: positionSchema.nullable(),
});

const photoDeedSchema = z.object({
  kind: z.literal('photo'),
  incidentId: z.string(),
  number: z.string(),
  caption: z.string(),
  picture: z.instanceof(Blob),
  position: positionSchema.nullable(),
});

/** A point of a patrol, confirmed with what was found there. */
const patrolVisitDeedSchema = z.object({
  kind: z.literal('patrolVisit'),
  patrolId: z.string(),
  /** For the eye. */
  name: localizedTextViewSchema,
  place: localizedTextViewSchema,
  placeId: z.string(),
  proof: z.enum(patrolProofs),
  code: z.string().nullable(),
  handReason: z.string().nullable(),
  position: positionSchema.nullable(),
  results: z.array(itemResultSchema),
  finding: z.string().nullable(),
  isHazard: z.boolean(),
});

const patrolPhotoDeedSchema = z.object({
  kind: z.literal('patrolPhoto'),
  patrolId: z.string(),
  name: localizedTextViewSchema,
  place: localizedTextViewSchema,
  placeId: z.string(),
  picture: z.instanceof(Blob),
});

/** What a person does with a hazard that is his to settle. No version: taken where it still fits. */
const hazardStepDeedSchema = z.object({
  kind: z.literal('hazardStep'),
  hazardId: z.string(),
  number: z.string(),
  step: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('start') }),
    z.object({ kind: z.literal('submit'), result: z.string() }),
    z.object({ kind: z.literal('note'), text: z.string() }),
  ]),
});

const hazardPhotoDeedSchema = z.object({
  kind: z.literal('hazardPhoto'),
  hazardId: z.string(),
  number: z.string(),
  purpose: z.enum(hazardPhotoPurposes),
  caption: z.string(),
  picture: z.instanceof(Blob),
});

/** Why something that was taken is told to the person all the same. `codeProvesNothing`: taken as if confirmed by hand. */
export const notedReasons = [...lateReasons, 'codeProvesNothing'] as const;
export type NotedReason = (typeof notedReasons)[number];

const stateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('waiting') }),
  /** The server said no. Kept until the person has read why. */
  z.object({ kind: z.literal('refused'), atMs: z.number(), code: z.string().nullable(), detail: z.string(), by: z.string().nullable() }),
  /** It came too late to change anything; the server has it in the time line. Kept until the person has read it. */
  z.object({
    kind: z.literal('noted'),
    atMs: z.number(),
    because: z.enum(notedReasons),
    by: z.string().nullable(),
    earlierAtMs: z.number().nullable(),
  }),
]);

export const queuedActionSchema = z.object({
  /** Made on the phone; the server applies it once, however often it arrives. */
  actionId: z.uuid(),
  /** Who did it. It is never sent under another sign-in. */
  username: z.string(),
  displayName: z.string(),
  /** The server's time as far as the phone knew it. */
  madeAtMs: z.number(),
  stationId: z.string(),
  deed: z.discriminatedUnion('kind', [
    acknowledgeSchema,
    incidentDeedSchema,
    photoDeedSchema,
    patrolVisitDeedSchema,
    patrolPhotoDeedSchema,
    hazardStepDeedSchema,
    hazardPhotoDeedSchema,
  ]),
  state: stateSchema,
});
export type QueuedAction = z.output<typeof queuedActionSchema>;
export type Deed = QueuedAction['deed'];
export type AnsweredState = Exclude<QueuedAction['state'], { kind: 'waiting' }>;

/** With its place in the order. */
export interface KeptAction {
  readonly key: number;
  readonly action: QueuedAction;
}

/** Also where the page is not in a secure context, in which browsers hide `crypto.randomUUID`. */
export function newActionId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
