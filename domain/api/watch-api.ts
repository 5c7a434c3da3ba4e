// The watch over HTTP: who is on duty now, watches at the consoles, handovers, watch log, watch checks, notices, and an alarm's escalation.
import { z } from 'zod';
import { handoverDocumentSchema } from '../duty/handover.ts';
import { notificationChannels } from '../notification/notification-order.ts';
import { rosterEntryViewSchema } from './duty-api.ts';
import { proofSchema } from './session-api.ts';

const text = z.string().trim().min(1).max(2_000);

export const checkOutcomes = ['open', 'answered', 'missed', 'void'] as const;
export type CheckOutcome = (typeof checkOutcomes)[number];

export const watchCheckViewSchema = z.object({
  id: z.string(),
  username: z.string(),
  consoleIds: z.array(z.string()),
  askedAtMs: z.number(),
  /** An answer counts before this. */
  dueAtMs: z.number(),
  answeredAtMs: z.number().nullable(),
  outcome: z.enum(checkOutcomes),
});
export type WatchCheckView = z.output<typeof watchCheckViewSchema>;

export const watchViewSchema = z.object({
  id: z.string(),
  consoleId: z.string(),
  username: z.string(),
  displayName: z.string(),
  startedAtMs: z.number(),
  handoverId: z.string().nullable(),
  withoutHandoverReason: z.string().nullable(),
  /** He has a session that has not ended. */
  isSignedIn: z.boolean(),
  lastCheck: watchCheckViewSchema.nullable(),
});
export type WatchView = z.output<typeof watchViewSchema>;

const shiftViewSchema = z.object({ date: z.string(), shiftId: z.string(), startMs: z.number(), endMs: z.number() });

export const dutyNoticeViewSchema = z.object({
  id: z.string(),
  kind: z.enum(['nobodyToTell', 'checkMissed', 'withoutHandover']),
  openedAtMs: z.number(),
  lastAtMs: z.number(),
  times: z.int(),
  stationId: z.string().nullable(),
  alarmId: z.string().nullable(),
  consoleId: z.string().nullable(),
  displayName: z.string().nullable(),
  reason: z.string().nullable(),
});
export type DutyNoticeView = z.output<typeof dutyNoticeViewSchema>;

export const dutyNowSchema = z.object({
  serverTimeMs: z.number(),
  shifts: z.array(shiftViewSchema),
  onDuty: z.array(rosterEntryViewSchema),
  /** The soonest shift after now; null where the plan has none. */
  next: shiftViewSchema.extend({ entries: z.array(rosterEntryViewSchema) }).nullable(),
  consoles: z.array(
    z.object({
      consoleId: z.string(),
      watch: watchViewSchema.nullable(),
      /** Since when nobody has had it; null where somebody has, or nobody ever had. */
      emptySinceMs: z.number().nullable(),
    }),
  ),
  notices: z.array(dutyNoticeViewSchema),
});
export type DutyNow = z.output<typeof dutyNowSchema>;

export const takeWatchSchema = z.strictObject({
  consoleId: z.string().min(1).max(32),
  /** Takes a console from somebody who is not there to hand it over. */
  withoutHandover: z.strictObject({ reason: text }).optional(),
});
export const endWatchSchema = z.strictObject({ reason: text });
export const handOverSchema = z.strictObject({
  to: proofSchema,
  /** The draft that the two have read. */
  draftId: z.string().min(1).max(64),
  notes: z.string().trim().max(4_000).default(''),
});

export const handoverDraftSchema = z.object({ draftId: z.string(), document: handoverDocumentSchema });
export type HandoverDraft = z.output<typeof handoverDraftSchema>;

export const handoverViewSchema = z.object({ id: z.string(), sha256: z.string(), document: handoverDocumentSchema });
export type HandoverView = z.output<typeof handoverViewSchema>;
export const handoverLineSchema = z.object({
  id: z.string(),
  consoleId: z.string(),
  fromUsername: z.string(),
  toUsername: z.string(),
  signedAtMs: z.number(),
});
export type HandoverLine = z.output<typeof handoverLineSchema>;

export const newLogEntrySchema = z.strictObject({
  text,
  stationId: z.string().min(1).max(64).nullable().default(null),
  consoleId: z.string().min(1).max(32).nullable().default(null),
  /** To be handed on until somebody closes it. */
  isOpen: z.boolean().default(false),
});
export const logEntryViewSchema = z.object({
  id: z.string(),
  atMs: z.number(),
  consoleId: z.string().nullable(),
  username: z.string(),
  displayName: z.string(),
  stationId: z.string().nullable(),
  text: z.string(),
  isOpen: z.boolean(),
  closedAtMs: z.number().nullable(),
  closedBy: z.string().nullable(),
});
export type LogEntryView = z.output<typeof logEntryViewSchema>;

export const escalationViewSchema = z.object({
  alarmId: z.string(),
  occurrenceId: z.string().nullable(),
  /** `none`: this alarm has no chain. `atEnd`: every step has been taken. */
  state: z.enum(['none', 'notWaiting', 'waiting', 'atEnd']),
  waitSinceMs: z.number().nullable(),
  /** Of the steps to come, only while it waits. */
  nextDueAtMs: z.number().nullable(),
  steps: z.array(
    z.object({
      /** 1 for the first. */
      step: z.int(),
      of: z.int(),
      /** Null for a step to come. */
      takenAtMs: z.number().nullable(),
      /** Null where it is not known: the wait has ended. */
      dueAtMs: z.number().nullable(),
      /** Who was told; of a step to come, who would be told now. */
      people: z.array(z.object({ username: z.string(), displayName: z.string(), channels: z.array(z.enum(notificationChannels)) })),
      notReached: z.array(z.string()),
      groupChannels: z.array(z.enum(notificationChannels)),
      foundNobody: z.boolean(),
      tester: z.string().nullable(),
      /** What the notifier was asked with; the same words find its attempts. */
      orderKeys: z.array(z.string()),
    }),
  ),
});
export type EscalationView = z.output<typeof escalationViewSchema>;
