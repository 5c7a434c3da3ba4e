// What helps to understand one alarm: GET /api/alarms/{id}/related and GET /api/alarms/{id}/occurrences.
import { z } from 'zod';
import { alarmViewSchema } from './alarm-api.ts';

export const stationRelations = ['sameStation', 'upstream', 'downstream'] as const;
export type StationRelation = (typeof stationRelations)[number];

/** An alarm that rose within a minute of the one asked for. */
export const relatedAlarmSchema = z.object({
  /** As it is now; its newest occurrence may be a later one. */
  alarm: alarmViewSchema,
  occurrenceId: z.string(),
  relation: z.enum(stationRelations),
  /** Pipelines between the two stations; 0 at the same one. */
  pipelines: z.int(),
  raisedAtMs: z.number(),
  /** Negative: it rose before. */
  afterMs: z.number(),
  isTest: z.boolean(),
});
export type RelatedAlarm = z.output<typeof relatedAlarmSchema>;

/** In the order in which they rose. */
export const relatedAlarmsSchema = z.object({
  /** Null where the alarm has never risen. */
  raisedAtMs: z.number().nullable(),
  alarms: z.array(relatedAlarmSchema),
  /** More than are told were found. */
  isCut: z.boolean(),
});
export type RelatedAlarms = z.output<typeof relatedAlarmsSchema>;

/** One time that the alarm rose. */
export const alarmOccurrenceSchema = z.object({
  occurrenceId: z.string(),
  raisedAtMs: z.number(),
  /** Null while its condition is true. */
  clearedAtMs: z.number().nullable(),
  value: z.number().nullable(),
  acknowledgedAtMs: z.number().nullable(),
  /** Display name. */
  acknowledgedBy: z.string().nullable(),
  comment: z.string().nullable(),
  /** It rose while shelved, suppressed or out of service. */
  wasSetAside: z.boolean(),
  isTest: z.boolean(),
});
export type AlarmOccurrence = z.output<typeof alarmOccurrenceSchema>;

/** Newest first. */
export const alarmOccurrencesSchema = z.object({
  occurrences: z.array(alarmOccurrenceSchema),
  /** How often it rose in the last 30 days; null where that is more than was looked through. */
  raisesInThirtyDays: z.int().nullable(),
});
export type AlarmOccurrences = z.output<typeof alarmOccurrencesSchema>;
