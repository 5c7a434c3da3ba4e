// One line of the journal: what happened, when, by whom. Append-only and hash-chained; the hash covers every other field and the hash before.
import { z } from 'zod';

export const journalActorSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('person'), username: z.string(), displayName: z.string() }),
  z.object({ kind: z.literal('system'), part: z.string() }),
]);
export type JournalActor = z.output<typeof journalActorSchema>;

export const journalEntrySchema = z.object({
  sequence: z.int().positive(),
  /** When the server committed it. */
  recordedAtMs: z.number(),
  /** When it happened (in the plant, or the person's action). */
  occurredAtMs: z.number(),
  /** `alarm.raise`, `alarm.acknowledge`, `session.start`, `system.start` … */
  kind: z.string(),
  stationId: z.string().nullable(),
  alarmId: z.string().nullable(),
  occurrenceId: z.string().nullable(),
  actor: journalActorSchema,
  detail: z.record(z.string(), z.unknown()),
  /** SHA-256, hex. */
  previousHash: z.string(),
  hash: z.string(),
});
export type JournalEntry = z.output<typeof journalEntrySchema>;
