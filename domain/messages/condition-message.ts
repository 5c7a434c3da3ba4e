// What detection tells the lifecycle: facts about conditions, in order, durable in the collector's outbox until the server's database has them.
import { z } from 'zod';

const common = {
  /** Position in the collector's outbox, 1, 2, 3 … without gaps. Effect is exactly once by (collectorId, outboxId, sequence). */
  sequence: z.int().positive(),
  alarmId: z.string(),
  /** UUIDv7 made by the collector at the raise; the same until the condition is false again, also over restarts. */
  occurrenceId: z.uuid(),
  /** When it happened in the plant: the reading's own time, UTC epoch ms. */
  atMs: z.number(),
  /** Value that made it so; null where there is none (commFail, stale). */
  value: z.number().nullable(),
  quality: z.int().min(0).max(255),
  /** Term of the collector process that found it out, where several processes may hold the stations (`collector/holding/RULES.md`); absent where one does. */
  term: z.int().positive().optional(),
  /** Found out before that term had heard what the server holds active. */
  isBeforeAdoption: z.literal(true).optional(),
};

export const conditionMessageSchema = z.discriminatedUnion('kind', [
  /** The condition became true (after its on-delay). */
  z.object({
    kind: z.literal('raise'),
    ...common,
    /** Slope, votes, difference … that tripped it, for the journal. */ measured: z.number().nullable(),
  }),
  /** The condition became false (after its off-delay). */
  z.object({ kind: z.literal('clear'), ...common }),
  /** Suppressed by design began: `byAlarmId` (a device's commFail) explains this one. The condition itself may go on. */
  z.object({ kind: z.literal('suppress'), ...common, byAlarmId: z.string() }),
  z.object({ kind: z.literal('unsuppress'), ...common }),
]);
export type ConditionMessage = z.output<typeof conditionMessageSchema>;

/** An outbox that the sending one replaced (`server/outboxes/RULES.md`), in the numbers of the two. */
export const replacedOutboxSchema = z.object({
  outboxId: z.uuid(),
  /** Up to here it was settled, and nothing of it is sent any more. */
  throughSequence: z.int().min(0),
  /** So many messages after that are the first of the sending one, under its own numbers. */
  carried: z.int().min(0),
});
export type ReplacedOutbox = z.output<typeof replacedOutboxSchema>;

/** The newest few; absent where there are none, and from collectors of before. */
const replaces = z.array(replacedOutboxSchema).max(64).optional();

/** A run of messages from one outbox. `outboxId` changes when an outbox is made anew, so that sequence 1 is not taken for a duplicate. */
export const conditionDeliverySchema = z.object({
  schema: z.literal(1),
  collectorId: z.string(),
  outboxId: z.uuid(),
  replaces,
  messages: z.array(conditionMessageSchema),
});
export type ConditionDelivery = z.output<typeof conditionDeliverySchema>;

/** A message of which the receiver knows only its place: a newer collector's, or a damaged one. */
export interface UnreadableMessage {
  readonly kind: 'unreadable';
  readonly sequence: number;
  readonly raw: unknown;
}

/** As it arrives: one that cannot be read holds up none behind it. */
export interface ReceivedDelivery extends Omit<ConditionDelivery, 'messages'> {
  readonly messages: readonly (ConditionMessage | UnreadableMessage)[];
}

const receivedEnvelopeSchema = conditionDeliverySchema.extend({ messages: z.array(z.looseObject({ sequence: z.int().positive() })) });

/** Null where not even the envelope is one. */
export function readDelivery(data: unknown): ReceivedDelivery | null {
  const envelope = receivedEnvelopeSchema.safeParse(data);
  if (!envelope.success) return null;
  const messages = envelope.data.messages.map((raw): ConditionMessage | UnreadableMessage => {
    const parsed = conditionMessageSchema.safeParse(raw);
    return parsed.success ? parsed.data : { kind: 'unreadable', sequence: raw.sequence, raw };
  });
  return { ...envelope.data, messages };
}

/** A condition that is true, with the occurrence that its alarm bears. */
export const activeConditionSchema = z.object({
  alarmId: z.string(),
  occurrenceId: z.uuid(),
  sinceMs: z.number(),
  value: z.number().nullable(),
  suppressedByAlarmId: z.string().nullable(),
});
export type ActiveCondition = z.output<typeof activeConditionSchema>;

/**
 * Level statement: all conditions that are true now, sent on every (re)connection after the outbox is drained up to `throughSequence`.
 * The server clears what it holds active for this collector's stations and that is not named here, and raises what is missing.
 */
export const conditionStatementSchema = z.object({
  schema: z.literal(1),
  collectorId: z.string(),
  outboxId: z.uuid(),
  replaces,
  throughSequence: z.int().min(0),
  atMs: z.number(),
  term: z.int().positive().optional(),
  active: z.array(activeConditionSchema),
});
export type ConditionStatement = z.output<typeof conditionStatementSchema>;

/** What the server says when its database has committed a delivery. */
export interface DeliveryAnswer {
  /** The highest sequence of that outbox up to which there is no hole. */
  readonly committedThrough: number;
  /** The later term that the server believes, where some of it was found out in an earlier one. */
  readonly supersededBy?: number | undefined;
}

export type StatementAnswer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'behind'; readonly committedThrough: number }
  /** The server believes this later term: nothing of the statement counts. */
  | { readonly kind: 'superseded'; readonly term: number };

/** A collector process has taken the stations of another over and asks what the server holds active there, to go on from it: no alarm ends or rises anew by that. */
export const takeoverRequestSchema = z.object({
  schema: z.literal(1),
  collectorId: z.string(),
  term: z.int().positive(),
  node: z.string(),
  atMs: z.number(),
});
export type TakeoverRequest = z.output<typeof takeoverRequestSchema>;

export const takeoverAnswerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('granted'), active: z.array(activeConditionSchema) }),
  /** The stations are held by another in a later term. */
  z.object({ kind: z.literal('superseded'), term: z.int() }),
]);
export type TakeoverAnswer = z.output<typeof takeoverAnswerSchema>;
