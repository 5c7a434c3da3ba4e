// Alarm performance over HTTP: GET /api/performance, /api/performance/bad-actors, /api/performance/nuisance. Shares are 0..1, times milliseconds.
import { z } from 'zod';
import { alarmKinds } from '../alarms/alarm-definition.ts';
import { alarmClasses, alarmPriorities } from '../alarms/priority.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';

export const figureIds = [
  'averageRate',
  'busyPeriods',
  'floodTime',
  'topTenShare',
  'nuisance',
  'stale',
  'urgentShare',
  'mediumShare',
  'lateAcknowledgements',
  'unauthorised',
  'pastItsTime',
] as const;
export type FigureId = (typeof figureIds)[number];

/** `tooFew`: fewer alarms than it takes to tell. */
export const figureVerdicts = ['good', 'manageable', 'over', 'tooFew'] as const;
export type FigureVerdict = (typeof figureVerdicts)[number];

export const figureSchema = z.object({
  id: z.enum(figureIds),
  value: z.number(),
  unit: z.enum(['perHour', 'share', 'count']),
  /** The value is good up to this. */
  target: z.number(),
  /** Where there is one: up to this it is manageable. */
  limit: z.number().nullable(),
  verdict: z.enum(figureVerdicts),
});
export type Figure = z.output<typeof figureSchema>;

const delaysSchema = z.object({
  acknowledged: z.int(),
  p50Ms: z.number().nullable(),
  p90Ms: z.number().nullable(),
  maxMs: z.number().nullable(),
  /** Of those with a response time: acknowledged later than that, or still not acknowledged after it. */
  late: z.int(),
});
export type Delays = z.output<typeof delaysSchema>;

const loadSchema = z.object({ announced: z.int(), perHour: z.number(), share: z.number(), chattering: z.int(), fleeting: z.int() });

export const floodPeriodSchema = z.object({
  startMs: z.number(),
  /** Null where it goes on. */
  endMs: z.number().nullable(),
  announced: z.int(),
  /** Most in ten minutes. */
  peak: z.int(),
});

export const performanceViewSchema = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  /** The part of the period in which there was a journal. */
  observedFromMs: z.number(),
  observedToMs: z.number(),
  /** False while the journal is still being taken up after a start. */
  isComplete: z.boolean(),
  counts: z.object({
    announced: z.int(),
    /** Of these: announced again after being set aside. */
    again: z.int(),
    chattering: z.int(),
    fleeting: z.int(),
    /** In no figure. */
    tests: z.int(),
    waiting: z.int(),
  }),
  figures: z.array(figureSchema),
  priorities: z.array(
    delaysSchema.extend({
      priority: z.enum(alarmPriorities),
      announced: z.int(),
      share: z.number(),
      waiting: z.int(),
      /** Of the acknowledged, those whose alarm has a response time. */
      withResponseTime: z.int(),
    }),
  ),
  buckets: z.object({ startMs: z.number(), bucketMs: z.number(), counts: z.array(z.int()) }),
  floods: z.array(floodPeriodSchema),
  /** The most that were stale on one day, and which day. */
  stale: z.object({ most: z.int(), date: z.string().nullable() }),
  /** By set of stations that operators watch; empty where only a part of the stations is asked for. */
  consoles: z.array(
    z.object({
      /** Null: all stations. */
      stationIds: z.array(z.string()).nullable(),
      people: z.array(z.string()),
      announced: z.int(),
      perHour: z.number(),
      busyShare: z.number(),
      floodShare: z.number(),
      floods: z.int(),
      verdict: z.enum(figureVerdicts),
    }),
  ),
  stations: z.array(loadSchema.extend({ stationId: z.string() })),
  areas: z.array(loadSchema.extend({ areaId: z.string() })),
  people: z.array(delaysSchema.extend({ username: z.string(), displayName: z.string() })),
});
export type PerformanceView = z.output<typeof performanceViewSchema>;

export const alarmNameSchema = z.object({
  alarmId: z.string(),
  stationId: z.string(),
  kind: z.enum(alarmKinds).nullable(),
  priority: z.enum(alarmPriorities),
  class: z.enum(alarmClasses).nullable(),
  /** The id where the plant no longer has the alarm. */
  message: localizedTextViewSchema,
});
export type AlarmName = z.output<typeof alarmNameSchema>;

export const badActorSchema = z.object({
  alarm: alarmNameSchema,
  announced: z.int(),
  share: z.number(),
  chattering: z.int(),
  fleeting: z.int(),
  /** Half of those that are over lasted no longer. */
  medianMs: z.number().nullable(),
  /** A limit alarm that the plant still has: a change can be worked out from history. */
  canSuggest: z.boolean(),
});
export type BadActor = z.output<typeof badActorSchema>;

export const badActorsSchema = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  announced: z.int(),
  topTenShare: z.number(),
  actors: z.array(badActorSchema),
});
export type BadActors = z.output<typeof badActorsSchema>;

export const nuisanceSchema = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  chattering: z.array(z.object({ alarm: alarmNameSchema, raises: z.int(), runs: z.int(), lastMs: z.number() })),
  fleeting: z.array(z.object({ alarm: alarmNameSchema, count: z.int(), medianMs: z.number(), lastMs: z.number() })),
  stale: z.array(z.object({ alarm: alarmNameSchema, raisedAtMs: z.number(), endedAtMs: z.number().nullable() })),
  setAside: z.array(
    z.object({
      alarm: alarmNameSchema,
      kind: z.enum(['shelved', 'outOfService']),
      sinceMs: z.number(),
      untilMs: z.number(),
      endedAtMs: z.number().nullable(),
      username: z.string(),
      approvedBy: z.string().nullable(),
      /** Number of the lifecycle rule that it broke. */
      fault: z.string().nullable(),
      isPastItsTime: z.boolean(),
    }),
  ),
});
export type Nuisance = z.output<typeof nuisanceSchema>;

export const limitChangeSchema = z.object({ deadband: z.number(), onDelayMs: z.number(), offDelayMs: z.number() });
export type LimitChange = z.output<typeof limitChangeSchema>;

export const suggestedChangeSchema = z.object({
  change: limitChangeSchema,
  raisesAfter: z.int(),
  nuisanceAfter: z.int(),
  removedShare: z.number(),
  /** Real alarms that would have come later, and by how much. */
  delayed: z.int(),
  medianDelayMs: z.number().nullable(),
  maxDelayMs: z.number().nullable(),
  /** Real alarms that would not have been announced anew, because the one before still stood. */
  absorbed: z.int(),
});
export type SuggestedChange = z.output<typeof suggestedChangeSchema>;

export const noSuggestionReasons = ['notALimit', 'noHistorian', 'noHistory', 'notReproduced', 'noNuisance', 'nothingHelps'] as const;
export type NoSuggestionReason = (typeof noSuggestionReasons)[number];

const analysedSchema = z.object({
  alarmId: z.string(),
  present: limitChangeSchema.nullable(),
  setpoint: z.number().nullable(),
  unit: z.string(),
  digits: z.int(),
  /** The part of the period whose readings were looked at: the newest, where there are too many. */
  analysedFromMs: z.number(),
  analysedToMs: z.number(),
  readings: z.int(),
  raisesJournaled: z.int(),
  /** With the present settings, from the readings. */
  raisesFound: z.int(),
});

/** GET /api/performance/bad-actors/{id}/suggestion */
export const suggestionSchema = z.discriminatedUnion('kind', [
  analysedSchema.extend({ kind: z.literal('none'), reason: z.enum(noSuggestionReasons) }),
  analysedSchema.extend({
    kind: z.literal('change'),
    nuisance: z.int(),
    real: z.int(),
    best: suggestedChangeSchema,
    /** The smallest that does it of each other kind. */
    alternatives: z.array(suggestedChangeSchema),
  }),
]);
export type Suggestion = z.output<typeof suggestionSchema>;
