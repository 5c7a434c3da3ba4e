// Notifications over HTTP: GET /api/notifications (the log), GET /api/notifications/channels (how each fares), POST /api/notifications/test.
import { z } from 'zod';
import { alarmPriorities } from '../alarms/priority.ts';
import { notificationChannels } from '../notification/notification-order.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';

export const notificationStates = ['waiting', 'sending', 'held', 'sent', 'gaveUp', 'digested'] as const;
export type NotificationState = (typeof notificationStates)[number];

export const notificationSubjectKinds = ['alarm', 'incident', 'hazard', 'duty', 'patrol', 'obligation', 'digest', 'test'] as const;
export type NotificationSubjectKind = (typeof notificationSubjectKinds)[number];

const subjectSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('alarm'), alarmId: z.string(), occurrenceId: z.string(), stationId: z.string() }),
  z.object({ kind: z.literal('incident'), incidentId: z.string(), stationId: z.string() }),
  z.object({ kind: z.literal('hazard'), hazardId: z.string(), stationId: z.string() }),
  z.object({ kind: z.literal('duty'), stationId: z.string().nullable() }),
  z.object({ kind: z.literal('patrol'), patrolId: z.string(), stationId: z.string() }),
  z.object({ kind: z.literal('obligation'), obligationId: z.string(), stationId: z.string().nullable() }),
  z.object({ kind: z.literal('digest'), orders: z.int() }),
  z.object({ kind: z.literal('test') }),
]);

export const notificationAttemptSchema = z.object({
  number: z.int(),
  channel: z.enum(notificationChannels),
  target: z.string(),
  startedAtMs: z.number(),
  /** Null while it is under way. */
  endedAtMs: z.number().nullable(),
  outcome: z.enum(['sent', 'failed']).nullable(),
  /** One of a closed set; see docs/notifications.md. */
  reason: z.string().nullable(),
  /** The other side's own code: `SMTP 550`. */
  code: z.string().nullable(),
  reference: z.string().nullable(),
});
export type NotificationAttemptView = z.output<typeof notificationAttemptSchema>;

/** One order on its way to one recipient. */
export const notificationViewSchema = z.object({
  deliveryId: z.string(),
  key: z.string(),
  subject: subjectSchema,
  stationId: z.string().nullable(),
  recipient: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('person'), username: z.string(), displayName: z.string().nullable() }),
    z.object({ kind: z.literal('group'), target: z.string() }),
  ]),
  urgency: z.enum(alarmPriorities),
  title: localizedTextViewSchema,
  text: localizedTextViewSchema,
  orderedAtMs: z.number(),
  state: z.enum(notificationStates),
  /** Why it waits, is held or was given up. */
  reason: z.string().nullable(),
  /** Channels in the order in which they are tried; `step` is where it is. */
  route: z.array(z.object({ channel: z.enum(notificationChannels), target: z.string() })),
  step: z.int(),
  /** Next attempt of one that waits. */
  dueAtMs: z.number().nullable(),
  finishedAtMs: z.number().nullable(),
  attempts: z.array(notificationAttemptSchema),
  /** The digest that told it, and what became of that. */
  digest: z
    .object({
      deliveryId: z.string(),
      state: z.enum(notificationStates),
      finishedAtMs: z.number().nullable(),
      channel: z.enum(notificationChannels).nullable(),
    })
    .nullable(),
});
export type NotificationView = z.output<typeof notificationViewSchema>;

export const notificationLogSchema = z.object({
  notifications: z.array(notificationViewSchema),
  /** Give it as `before` for the older ones; null where there are none. */
  next: z.string().nullable(),
});
export type NotificationLog = z.output<typeof notificationLogSchema>;

export const notificationQuerySchema = z.object({
  subject: z.enum(notificationSubjectKinds).optional(),
  alarm: z.string().optional(),
  incident: z.string().optional(),
  station: z.string().optional(),
  person: z.string().optional(),
  channel: z.enum(notificationChannels).optional(),
  state: z.enum(notificationStates).optional(),
  before: z
    .string()
    .regex(/^\d+(\.\d+)?_[0-9a-f-]{36}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
  /** As it stood at this moment: for the replay. */
  asOf: z.coerce.number().min(0).optional(),
});
export type NotificationQuery = z.output<typeof notificationQuerySchema>;

export const channelStates = ['ready', 'failing', 'secretMissing', 'notConfigured'] as const;
export const notificationChannelViewSchema = z.object({
  channel: z.enum(notificationChannels),
  /** Name of the robot or webhook; the channel itself where it reaches people; null where there is none. */
  target: z.string().nullable(),
  state: z.enum(channelStates),
  /** Null: every station. */
  stationIds: z.array(z.string()).nullable(),
  lastSuccessAtMs: z.number().nullable(),
  lastFailureAtMs: z.number().nullable(),
  lastFailureReason: z.string().nullable(),
  failingSinceMs: z.number().nullable(),
  /** Since the server started. */
  sentTotal: z.int(),
  failedTotal: z.int(),
  queued: z.int(),
});
export type NotificationChannelView = z.output<typeof notificationChannelViewSchema>;

export const notificationTestSchema = z.strictObject({
  target: z.string().min(1).max(64),
  /** For channels that reach a person; oneself where absent. */
  username: z.string().min(1).max(64).optional(),
});
export const notificationTestAnswerSchema = z.object({ key: z.string() });
