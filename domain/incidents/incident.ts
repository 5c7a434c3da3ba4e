// The vocabulary of incidents: what an incident is, what can happen in it, and what is known of it at one moment. No rule stands here: see incident-machine.ts.
import { z } from 'zod';
import { alarmPriorities } from '../alarms/priority.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';
import { planViewSchema } from './response-plan.ts';

/** In the order in which they are reached. */
export const incidentStates = ['opened', 'acknowledged', 'dispatched', 'onSite', 'controlled', 'restored', 'closed'] as const;
export type IncidentState = (typeof incidentStates)[number];

/** The states that somebody reports; each is reached once, or again after a relapse. */
export const milestones = ['acknowledged', 'dispatched', 'onSite', 'controlled', 'restored'] as const;
export type MilestoneName = (typeof milestones)[number];

export const incidentKinds = ['leak', 'lineBreak', 'fire', 'explosion', 'supplyInterruption', 'intrusion', 'other'] as const;
export type IncidentKind = (typeof incidentKinds)[number];

export const incidentOutcomes = ['resolved', 'falseAlarm', 'cancelled'] as const;
export type IncidentOutcome = (typeof incidentOutcomes)[number];

export const memberStates = ['called', 'onTheWay', 'onSite', 'left'] as const;
export type MemberState = (typeof memberStates)[number];

export const reportDutyKinds = ['headOfUnit', 'authority', 'casualtyUpdate'] as const;
export type ReportDutyKind = (typeof reportDutyKinds)[number];

/** The six fields of an accident report (accident reporting regulation Art. 12). */
export const reportFieldNames = ['unit', 'timeAndPlace', 'course', 'casualtiesAndLoss', 'measures', 'other'] as const;
export type ReportFieldName = (typeof reportFieldNames)[number];

/** What a drill is scored by, 0 to 10 each. */
export const drillCriteria = ['alerting', 'dispatch', 'onSite', 'communication', 'checklist', 'safety'] as const;
export type DrillCriterion = (typeof drillCriteria)[number];

export const positionSchema = z.object({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  /** Radius in metres, as the phone states it; null where it does not. */
  accuracyM: z.number().min(0).max(100_000).nullable().default(null),
});
export type Position = z.output<typeof positionSchema>;

export const personSchema = z.object({ username: z.string(), displayName: z.string() });
export type Person = z.output<typeof personSchema>;

const count = z.int().min(0).max(100_000);
export const casualtiesSchema = z.object({ dead: count, injured: count, missing: count, evacuated: count });
export type Casualties = z.output<typeof casualtiesSchema>;
export const noCasualties: Casualties = { dead: 0, injured: 0, missing: 0, evacuated: 0 };

export const reportFieldsSchema = z.object({
  unit: z.string().max(4_000),
  timeAndPlace: z.string().max(4_000),
  course: z.string().max(8_000),
  casualtiesAndLoss: z.string().max(4_000),
  measures: z.string().max(8_000),
  other: z.string().max(4_000),
});
export type ReportFields = z.output<typeof reportFieldsSchema>;

const sentence = z.string().trim().min(1).max(2_000);
const longText = z.string().trim().max(8_000);

export const reviewSchema = z.object({
  cause: longText.min(1),
  wentWell: longText,
  improvements: longText,
  /** Hazards to be opened in the ledger, one a line. */
  hazards: z.array(sentence).max(50),
  /** Drills are scored, real incidents are not. */
  scores: z.partialRecord(z.enum(drillCriteria), z.number().min(0).max(10)).nullable(),
});
export type Review = z.output<typeof reviewSchema>;

/** An alarm that belongs to an incident, with its words, so that the journal reads by itself. */
export const linkedAlarmSchema = z.object({
  alarmId: z.string(),
  occurrenceId: z.string(),
  stationId: z.string(),
  /** When it rose in the plant. */
  atMs: z.number(),
  value: z.number().nullable(),
  priority: z.enum(alarmPriorities),
  message: localizedTextViewSchema,
});
export type LinkedAlarm = z.output<typeof linkedAlarmSchema>;

/** What every event of an incident has. */
const eventShape = {
  /** When it happened: as stated by the person's device, held between the detection and the moment when the server received it. */
  atMs: z.number(),
  receivedAtMs: z.number(),
  /** As the device stated it, before it was bounded; null where it stated none. */
  statedAtMs: z.number().nullable(),
  /** Null: the system itself. */
  by: personSchema.nullable(),
  /** Made by the client; the same action sent twice carries the same. */
  actionId: z.string().nullable(),
  position: positionSchema.nullable(),
} as const;
const words = z.string().max(2_000).nullable();
/** Who is meant, where somebody else tells it for him (by radio); null: the person himself. */
const memberNameSchema = z.object({ username: z.string().nullable(), displayName: z.string() }).nullable();

const reportingSchema = z.object({
  headOfUnitDueMs: z.number(),
  authorityDueMs: z.number(),
  casualtyUpdateWithinMs: z.number(),
  windowEndsMs: z.number(),
  fireWindowEndsMs: z.number(),
});

export const lateReasons = ['alreadyDone', 'overtaken', 'beforeRelapse', 'notControlled', 'closed'] as const;
export type LateReason = (typeof lateReasons)[number];

export const incidentEventSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('open'),
    ...eventShape,
    number: z.string(),
    /** The place first; the neighbour too, where a line broke between two stations. */
    stationIds: z.array(z.string()).min(1),
    incidentKind: z.enum(incidentKinds),
    isDrill: z.boolean(),
    /** Of a drill. */
    scenario: words,
    description: words,
    detectedAtMs: z.number(),
    casualties: casualtiesSchema,
    /** Name of the rule in the plant file that opened it; null where a person did. */
    rule: z.string().nullable(),
    alarms: z.array(linkedAlarmSchema),
    plan: planViewSchema,
    /** Due times, fixed at the opening. */
    reporting: reportingSchema,
  }),
  z.object({ kind: z.literal('acknowledge'), ...eventShape, comment: words }),
  z.object({
    kind: z.literal('dispatch'),
    ...eventShape,
    people: z.array(z.object({ username: z.string().nullable(), displayName: z.string() })),
    comment: words,
  }),
  z.object({ kind: z.literal('onTheWay'), ...eventShape, person: memberNameSchema, comment: words }),
  z.object({ kind: z.literal('arrive'), ...eventShape, person: memberNameSchema, comment: words }),
  z.object({ kind: z.literal('leave'), ...eventShape, person: memberNameSchema, comment: words }),
  z.object({ kind: z.literal('control'), ...eventShape, comment: words }),
  z.object({ kind: z.literal('restore'), ...eventShape, comment: words }),
  /** It got worse again: control and restoration no longer hold. */
  z.object({ kind: z.literal('relapse'), ...eventShape, reason: z.string() }),
  z.object({ kind: z.literal('note'), ...eventShape, text: z.string() }),
  z.object({
    kind: z.literal('photo'),
    ...eventShape,
    /** SHA-256 of the stored file, hex. */
    hash: z.string(),
    mediaType: z.enum(['image/jpeg', 'image/png', 'image/webp']),
    bytes: z.int(),
    width: z.int(),
    height: z.int(),
    caption: words,
  }),
  z.object({ kind: z.literal('locate'), ...eventShape }),
  z.object({ kind: z.literal('tick'), ...eventShape, itemId: z.string(), result: z.enum(['done', 'notApplicable', 'open']), note: words }),
  z.object({ kind: z.literal('alarm'), ...eventShape, alarm: linkedAlarmSchema, isTrigger: z.boolean() }),
  z.object({
    kind: z.literal('assess'),
    ...eventShape,
    incidentKind: z.enum(incidentKinds).nullable(),
    casualties: casualtiesSchema.nullable(),
    /** Direct loss, CNY. */
    directLoss: z.number().min(0).nullable(),
    comment: words,
  }),
  z.object({ kind: z.literal('saveReport'), ...eventShape, version: z.int(), language: z.enum(['zh', 'en']), fields: reportFieldsSchema }),
  z.object({
    kind: z.literal('reported'),
    ...eventShape,
    dutyId: z.string(),
    toWhom: z.string(),
    channel: z.string(),
    reportVersion: z.int().nullable(),
  }),
  z.object({ kind: z.literal('waive'), ...eventShape, dutyId: z.string(), reason: z.string() }),
  z.object({ kind: z.literal('overdue'), ...eventShape, dutyId: z.string(), dutyKind: z.enum(reportDutyKinds), dueAtMs: z.number() }),
  z.object({ kind: z.literal('review'), ...eventShape, review: reviewSchema }),
  z.object({
    kind: z.literal('close'),
    ...eventShape,
    /** Items of the check-list that were not ticked, as they were shown at closing. */
    missingItemIds: z.array(z.string()),
    missingReason: words,
  }),
  z.object({ kind: z.literal('cancel'), ...eventShape, outcome: z.enum(['falseAlarm', 'cancelled']), reason: z.string() }),
  /** An action that no longer fitted when it came: kept, without effect. */
  z.object({
    kind: z.literal('late'),
    ...eventShape,
    attempted: z.string(),
    because: z.enum(lateReasons),
    /** Who had done it before, and when. */
    earlier: z.object({ by: personSchema.nullable(), atMs: z.number() }).nullable(),
    comment: words,
  }),
]);
export type IncidentEvent = z.output<typeof incidentEventSchema>;
export type IncidentEventKind = IncidentEvent['kind'];

export const milestoneSchema = z.object({ atMs: z.number(), receivedAtMs: z.number(), by: personSchema });
export type Milestone = z.output<typeof milestoneSchema>;

export const memberSchema = z.object({
  username: z.string().nullable(),
  displayName: z.string(),
  state: z.enum(memberStates),
  atMs: z.number(),
  position: positionSchema.nullable(),
  positionAtMs: z.number().nullable(),
});
export type Member = z.output<typeof memberSchema>;

export const tickSchema = z.object({
  result: z.enum(['done', 'notApplicable']),
  atMs: z.number(),
  by: personSchema,
  note: z.string().nullable(),
});

export const reportDutySchema = z.object({
  id: z.string(),
  kind: z.enum(reportDutyKinds),
  sinceMs: z.number(),
  dueAtMs: z.number(),
  reported: z
    .object({ atMs: z.number(), by: personSchema, toWhom: z.string(), channel: z.string(), reportVersion: z.int().nullable() })
    .nullable(),
  waived: z.object({ atMs: z.number(), by: personSchema, reason: z.string() }).nullable(),
  /** Written down once, when the time was missed. */
  overdueNotedAtMs: z.number().nullable(),
});
export type ReportDuty = z.output<typeof reportDutySchema>;

/** All that is known of an incident: the sum of its events, and nothing else. */
export const incidentRecordSchema = z.object({
  id: z.string(),
  number: z.string(),
  stationIds: z.array(z.string()).min(1),
  kind: z.enum(incidentKinds),
  isDrill: z.boolean(),
  scenario: z.string().nullable(),
  description: z.string().nullable(),
  state: z.enum(incidentStates),
  /** Goes up with every change of state, of the assessment, of the review: what a decision rests on. Notes, photos, ticks and people on their way leave it alone. */
  version: z.int(),
  /** Events so far. */
  length: z.int(),
  detectedAtMs: z.number(),
  openedAtMs: z.number(),
  openedBy: personSchema.nullable(),
  rule: z.string().nullable(),
  milestones: z.object({
    acknowledged: milestoneSchema.nullable(),
    dispatched: milestoneSchema.nullable(),
    onSite: milestoneSchema.nullable(),
    controlled: milestoneSchema.nullable(),
    restored: milestoneSchema.nullable(),
  }),
  relapsedAtMs: z.number().nullable(),
  closed: z
    .object({
      atMs: z.number(),
      by: personSchema,
      outcome: z.enum(incidentOutcomes),
      reason: z.string().nullable(),
      missingItemIds: z.array(z.string()),
    })
    .nullable(),
  casualties: casualtiesSchema,
  directLoss: z.number().nullable(),
  team: z.array(memberSchema),
  alarms: z.array(linkedAlarmSchema.extend({ isTrigger: z.boolean() })),
  plan: planViewSchema,
  ticks: z.record(z.string(), tickSchema),
  photos: z.array(
    z.object({
      hash: z.string(),
      mediaType: z.enum(['image/jpeg', 'image/png', 'image/webp']),
      bytes: z.int(),
      width: z.int(),
      height: z.int(),
      caption: z.string().nullable(),
      atMs: z.number(),
      by: personSchema.nullable(),
      position: positionSchema.nullable(),
    }),
  ),
  duties: z.array(reportDutySchema),
  reporting: reportingSchema,
  /** Until when changes of casualties must be reported: 30 days, 7 for a fire. */
  windowEndsMs: z.number(),
  report: z
    .object({ version: z.int(), language: z.enum(['zh', 'en']), fields: reportFieldsSchema, atMs: z.number(), by: personSchema })
    .nullable(),
  review: reviewSchema.extend({ atMs: z.number(), by: personSchema }).nullable(),
  changedBy: personSchema.nullable(),
  changedAtMs: z.number(),
});
export type IncidentRecord = z.output<typeof incidentRecordSchema>;
