// The interfaces towards other systems as operators see them, and the feed: GET /api/feed, and the same events POSTed to webhooks.
import { z } from 'zod';
import { alarmKinds } from '../alarms/alarm-definition.ts';
import { alarmClasses, alarmPriorities } from '../alarms/priority.ts';
import { journalEntrySchema } from '../journal/journal-entry.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';

export const northboundPartSchema = z.object({
  /** `opcua`, `sparkplug`, `webhook scada` */
  name: z.string(),
  state: z.enum(['starting', 'running', 'failing']),
  /** Why it is failing; closed words, or the other side's answer. */
  reason: z.string().nullable(),
  /** Since when it is in this state. */
  sinceMs: z.number(),
  /** Where clients connect, or where it sends. No secret. */
  endpoint: z.string().nullable(),
  /** Traffic is not encrypted, because the plant file says so. */
  isInsecure: z.boolean(),
  clients: z.int(),
  /** Waiting to be sent. */
  pending: z.int(),
  sent: z.int(),
  failures: z.int(),
  /** Given up because the store was full; never alarms. */
  dropped: z.int(),
});
export type NorthboundPart = z.output<typeof northboundPartSchema>;

/** A line of the journal with what a stranger needs to read it. */
export const feedEventSchema = journalEntrySchema.extend({
  station: z.object({ id: z.string(), name: localizedTextViewSchema }).nullable(),
  alarm: z
    .object({
      id: z.string(),
      message: localizedTextViewSchema,
      kind: z.enum(alarmKinds),
      priority: z.enum(alarmPriorities),
      class: z.enum(alarmClasses),
      pointId: z.string().nullable(),
      unit: z.string(),
    })
    .nullable(),
});
export type FeedEvent = z.output<typeof feedEventSchema>;

export const feedViewSchema = z.object({
  events: z.array(feedEventSchema),
  /** Ask again with `after` set to this. */
  next: z.int(),
  /** The newest line of the journal when this was answered; `next` below it: there is more. */
  head: z.int(),
});
export type FeedView = z.output<typeof feedViewSchema>;

export const webhookBodySchema = z.object({
  schema: z.literal(1),
  /** Company id of the plant file. */
  plant: z.string(),
  webhook: z.string(),
  /** In order of `sequence`. A receiver that sees a sequence again has had it before. */
  events: z.array(feedEventSchema).min(1),
});
export type WebhookBody = z.output<typeof webhookBodySchema>;
