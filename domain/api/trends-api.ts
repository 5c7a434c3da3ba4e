// What the trend page asks beside readings: saved views, marks of alarms and people, limits over time, and why readings were not good.
import { z } from 'zod';
import { alarmKinds } from '../alarms/alarm-definition.ts';
import { alarmPriorities } from '../alarms/priority.ts';
import { journalActorSchema } from '../journal/journal-entry.ts';
import { trendContentSchema } from '../trends/trend-view.ts';

export const trendViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Everybody sees it; only its owner changes it. */
  isShared: z.boolean(),
  owner: z.object({ username: z.string(), displayName: z.string() }),
  isMine: z.boolean(),
  version: z.int(),
  changedAtMs: z.number(),
  /** Points that the reader may not see are left out. */
  content: trendContentSchema,
});
export type TrendView = z.output<typeof trendViewSchema>;

export const saveTrendViewSchema = z.object({
  name: z.string().trim().min(1).max(80),
  isShared: z.boolean(),
  content: trendContentSchema,
});
export type SaveTrendView = z.output<typeof saveTrendViewSchema>;

export const changeTrendViewSchema = saveTrendViewSchema.extend({ version: z.int() });
export const deleteTrendViewSchema = z.object({ version: z.int() });

/** One line of the journal, as far as a trend shows it. */
export const trendMarkSchema = z.object({
  sequence: z.int(),
  timeMs: z.number(),
  kind: z.string(),
  stationId: z.string(),
  /** Null for what concerns the whole station: maintenance, incidents. */
  alarmId: z.string().nullable(),
  pointId: z.string().nullable(),
  occurrenceId: z.string().nullable(),
  priority: z.enum(alarmPriorities).nullable(),
  actor: journalActorSchema,
  /** What the person wrote, where he wrote something. */
  comment: z.string().nullable(),
  value: z.number().nullable(),
  isTest: z.boolean(),
});
export type TrendMark = z.output<typeof trendMarkSchema>;

export const trendMarksSchema = z.object({
  /** In order of time. */
  marks: z.array(trendMarkSchema),
  /** There are more; the newest are here. */
  isCut: z.boolean(),
});
export type TrendMarks = z.output<typeof trendMarksSchema>;

export const trendLimitSchema = z.object({
  alarmId: z.string(),
  pointId: z.string(),
  kind: z.enum(alarmKinds),
  priority: z.enum(alarmPriorities),
  /** In order of time; the first held from the beginning of what is known. A limit without a set-point is null. */
  steps: z.array(z.object({ fromMs: z.number(), setpoint: z.number().nullable() })),
});
export type TrendLimit = z.output<typeof trendLimitSchema>;

/** A time in which readings were not good. */
export const qualitySpanSchema = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  severity: z.enum(['uncertain', 'bad']),
  /** Quality bytes seen in it, the most frequent first. Empty: not looked up, because there are too many such times. */
  codes: z.array(z.int()),
});
export type QualitySpan = z.output<typeof qualitySpanSchema>;

export const qualitySpansSchema = z.object({
  point: z.string(),
  /** To the reading, or to the bucket of a long time. */
  isExact: z.boolean(),
  spans: z.array(qualitySpanSchema),
});
export type QualitySpans = z.output<typeof qualitySpansSchema>;
