// A patrol: one round of one station at one time, what was found at each point, and the events that made it so. Shapes only; patrol-machine.ts holds the rules.
import { z } from 'zod';
import { personSchema, positionSchema } from '../incidents/incident.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';
import { patrolKinds } from './patrol-settings.ts';

/** `late`: its time is over and it can still be made up for. */
export const patrolStates = ['open', 'late', 'done', 'doneLate', 'missed'] as const;
export type PatrolState = (typeof patrolStates)[number];

export const patrolItemSchema = z.object({
  id: z.string(),
  text: localizedTextViewSchema,
  reading: z.object({ unit: z.string(), min: z.number().nullable(), max: z.number().nullable() }).nullable(),
});
export type PatrolItem = z.output<typeof patrolItemSchema>;

export const patrolPointSchema = z.object({
  placeId: z.string(),
  name: localizedTextViewSchema,
  hint: localizedTextViewSchema.nullable(),
  needsPhoto: z.boolean(),
  items: z.array(patrolItemSchema).readonly(),
});
export type PatrolPoint = z.output<typeof patrolPointSchema>;

export const itemResults = ['ok', 'failed', 'notApplicable'] as const;
export const itemResultSchema = z.object({
  itemId: z.string(),
  result: z.enum(itemResults),
  /** As it was typed in; null where nothing is read off here. */
  value: z.number().nullable(),
  note: z.string().max(500),
});
export type ItemResult = z.output<typeof itemResultSchema>;

/** How it is known that somebody was there. `hand`: he says so. */
export const patrolProofs = ['scan', 'tag', 'hand'] as const;
export type PatrolProof = (typeof patrolProofs)[number];
/** Why a code that was read proves nothing: not one of ours, replaced by a newer label, of another place. */
export const codeFaults = ['forged', 'replaced', 'otherPlace'] as const;
export type CodeFault = (typeof codeFaults)[number];

export const patrolVisitSchema = z.object({
  actionId: z.string(),
  placeId: z.string(),
  atMs: z.number(),
  receivedAtMs: z.number(),
  /** As the phone said; null where it said nothing. */
  statedAtMs: z.number().nullable(),
  by: personSchema,
  proof: z.enum(patrolProofs),
  codeFault: z.enum(codeFaults).nullable(),
  /** Why no label was read. */
  handReason: z.string().nullable(),
  position: positionSchema.nullable(),
  results: z.array(itemResultSchema),
  finding: z.string().nullable(),
  /** The finding is to be put right: it goes into the hazard ledger. */
  isHazard: z.boolean(),
});
export type PatrolVisit = z.output<typeof patrolVisitSchema>;

export const patrolPhotoSchema = z.object({
  actionId: z.string(),
  placeId: z.string(),
  atMs: z.number(),
  receivedAtMs: z.number(),
  by: personSchema,
  hash: z.string(),
  mediaType: z.enum(['image/jpeg', 'image/png', 'image/webp']),
  bytes: z.int(),
  width: z.int(),
  height: z.int(),
  caption: z.string().nullable(),
});
export type PatrolPhoto = z.output<typeof patrolPhotoSchema>;

const openShape = {
  roundId: z.string(),
  stationId: z.string(),
  patrolKind: z.enum(patrolKinds),
  name: localizedTextViewSchema,
  plannedAtMs: z.number(),
  warnAtMs: z.number(),
  dueAtMs: z.number(),
  /** From here on it is missed. */
  cutAtMs: z.number(),
  points: z.array(patrolPointSchema).readonly(),
} as const;

export const patrolEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open'), atMs: z.number(), ...openShape }),
  z.object({ kind: z.literal('visit'), atMs: z.number(), visit: patrolVisitSchema }),
  z.object({ kind: z.literal('photo'), atMs: z.number(), photo: patrolPhotoSchema }),
  z.object({ kind: z.literal('atRisk'), atMs: z.number() }),
  z.object({ kind: z.literal('late'), atMs: z.number() }),
  z.object({ kind: z.literal('missed'), atMs: z.number() }),
  /** Why it was not walked, or not in time. Changes no state. */
  z.object({ kind: z.literal('explain'), atMs: z.number(), by: personSchema, reason: z.string().trim().min(1).max(1_000) }),
]);
export type PatrolEvent = z.output<typeof patrolEventSchema>;

export const patrolRecordSchema = z.object({
  id: z.string(),
  ...openShape,
  /** Events so far. */
  length: z.int(),
  state: z.enum(patrolStates),
  openedAtMs: z.number(),
  visits: z.array(patrolVisitSchema),
  photos: z.array(patrolPhotoSchema),
  /** When the last point was confirmed for the first time; null while one is open. */
  completedAtMs: z.number().nullable(),
  atRiskSaidAtMs: z.number().nullable(),
  lateSaidAtMs: z.number().nullable(),
  missedSaidAtMs: z.number().nullable(),
  explanations: z.array(z.object({ atMs: z.number(), by: personSchema, reason: z.string() })),
});
export type PatrolRecord = z.output<typeof patrolRecordSchema>;

export function patrolIdOf(roundId: string, stationId: string, plannedAtMs: number): string {
  return `${roundId}.${stationId}.${plannedAtMs}`;
}

/** Still to be walked, in time or late. */
export function isOpenPatrol({ state }: Pick<PatrolRecord, 'state'>): boolean {
  return state === 'open' || state === 'late';
}

/** The visit that confirmed the point: the earliest by its own time. */
export function confirmationOf({ visits }: Pick<PatrolRecord, 'visits'>, placeId: string): PatrolVisit | null {
  return visits
    .filter((visit) => visit.placeId === placeId)
    .reduce<PatrolVisit | null>((first, visit) => (first === null || visit.atMs < first.atMs ? visit : first), null);
}
