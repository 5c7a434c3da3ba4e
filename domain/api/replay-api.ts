// The past over HTTP: GET /api/replay/state, /events, /readings, /density, /next, and one alarm or incident as it was. Nothing here can change anything.
import { z } from 'zod';
import { floodViewSchema } from '../alarms/flood.ts';
import { alarmPriorities } from '../alarms/priority.ts';
import { journalEntrySchema } from '../journal/journal-entry.ts';
import { workWindowSchema } from '../maintenance/work-window.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';
import { alarmViewSchema } from './alarm-api.ts';
import { incidentSummarySchema } from './incident-api.ts';
import { alarmDefinitionViewSchema } from './plant-api.ts';
import { dutyNowSchema, handoverLineSchema, logEntryViewSchema, watchCheckViewSchema } from './watch-api.ts';

/** Columns: what each point showed from `t` on. `point` indexes `ids`; `v` null where no value was known. */
export const replayReadingsSchema = z.object({
  fromMs: z.number(),
  /** As far as these readings reach: less than was asked for where there were too many. */
  toMs: z.number(),
  ids: z.array(z.string()),
  point: z.array(z.int()),
  t: z.array(z.number()),
  v: z.array(z.number().nullable()),
  q: z.array(z.int()),
});
export type ReplayReadings = z.output<typeof replayReadingsSchema>;

export const watchThenSchema = z.object({
  consoleId: z.string(),
  username: z.string(),
  displayName: z.string(),
  sinceMs: z.number(),
});
export type WatchThen = z.output<typeof watchThenSchema>;

/** What of an alarm's settings then was other than it is now and can be seen on a screen. */
export const settingThenSchema = z.object({ alarmId: z.string(), priority: z.enum(alarmPriorities), setpoint: z.number().nullable() });

/** Beside the alarms: what else the screens showed at the moment. */
const surroundingsShape = {
  work: z.array(workWindowSchema),
  watches: z.array(watchThenSchema),
  flood: floodViewSchema.nullable(),
} as const;
const surroundingsSchema = z.object(surroundingsShape);

export const replayStateSchema = z.object({
  atMs: z.number(),
  /** The last journal line of that moment; `events` go on after it. */
  sequence: z.int(),
  /** Of the first line of the journal: before it nothing is known. Null while there is none. */
  earliestMs: z.number().nullable(),
  hasHistory: z.boolean(),
  /** All that were not normal. */
  alarms: z.array(alarmViewSchema),
  /** Not normal then, but not in the plant file any more, so that they cannot be shown. */
  unknownAlarmIds: z.array(z.string()),
  incidents: z.array(incidentSummarySchema),
  ...surroundingsShape,
  /** Version of the alarm settings that was in force; null before there were any. */
  settingsVersion: z.int().nullable(),
  settings: z.array(settingThenSchema),
  /** Of the stations and points that were asked for. */
  readings: replayReadingsSchema,
});
export type ReplayState = z.output<typeof replayStateSchema>;

export const replayEventsSchema = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  sequence: z.int(),
  /** State normal: it leaves the list. */
  alarms: z.array(z.object({ atMs: z.number(), alarms: z.array(alarmViewSchema) })),
  /** State closed: it leaves the board. */
  incidents: z.array(z.object({ atMs: z.number(), incidents: z.array(incidentSummarySchema) })),
  surroundings: z.array(surroundingsSchema.extend({ atMs: z.number() })),
  /** What was done and what happened, oldest first; empty for who may not read the journal. */
  lines: z.array(journalEntrySchema),
});
export type ReplayEvents = z.output<typeof replayEventsSchema>;

export const replayDensitySchema = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  bucketMs: z.number(),
  earliestMs: z.number().nullable(),
  /** Announced alarms by bucket: number of the bucket, then critical, high, medium, low. Buckets without any are absent. */
  rows: z.array(z.tuple([z.int(), z.int(), z.int(), z.int(), z.int()])),
  incidents: z.array(z.object({ id: z.string(), number: z.string(), openedAtMs: z.number(), isDrill: z.boolean() })),
});
export type ReplayDensity = z.output<typeof replayDensitySchema>;

/** The alarm announced next after, or last before, a moment; null where there is none. */
export const replayNextSchema = z.object({
  found: z
    .object({
      atMs: z.number(),
      alarmId: z.string(),
      stationId: z.string(),
      priority: z.enum(alarmPriorities),
      message: localizedTextViewSchema.nullable(),
    })
    .nullable(),
});
export type ReplayNext = z.output<typeof replayNextSchema>;

/** The watch as it was: what the duty screen shows. */
export const pastDutySchema = z.object({
  now: dutyNowSchema,
  /** False where an entry of the roster of then may be missing. */
  isRosterComplete: z.boolean(),
  log: z.array(logEntryViewSchema),
  checks: z.array(watchCheckViewSchema),
  handovers: z.array(handoverLineSchema),
});
export type PastDuty = z.output<typeof pastDutySchema>;

/** Share of each station's points that had a good value; null where it is not known. */
export const pastCoverageSchema = z.object({
  atMs: z.number(),
  stations: z.array(z.object({ id: z.string(), goodShare: z.number().nullable() })),
});
export type PastCoverage = z.output<typeof pastCoverageSchema>;

export const replayAlarmSchema = alarmViewSchema.extend({ definition: alarmDefinitionViewSchema });
