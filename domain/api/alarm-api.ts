// Alarms over HTTP: GET /api/alarms, /api/alarms/{id}, and the actions on them. Every action carries the version that the person saw.
import { z } from 'zod';
import { alarmKinds } from '../alarms/alarm-definition.ts';
import { alarmEvents, alarmStates } from '../alarms/alarm-state.ts';
import { alarmClasses, alarmPriorities } from '../alarms/priority.ts';
import { outOfServiceSchema, shelvingSchema, suppressionCauseSchema } from '../alarms/set-aside.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';
import { proofSchema } from './session-api.ts';

/** An alarm as the list shows it: the definition's identity and its newest occurrence. */
export const alarmViewSchema = z.object({
  /** Occurrence id (UUIDv7); the alarm id where the alarm has not occurred yet (shelved or out of service before it ever rose). */
  id: z.string(),
  alarmId: z.string(),
  stationId: z.string(),
  pointId: z.string().nullable().default(null),
  deviceId: z.string().nullable().default(null),
  kind: z.enum(alarmKinds),
  priority: z.enum(alarmPriorities),
  class: z.enum(alarmClasses),
  message: localizedTextViewSchema,
  unit: z.string(),
  digits: z.int(),
  setpoint: z.number().nullable().default(null),
  state: z.enum(alarmStates),
  /** What the plant says now, whatever the operator has done. */
  isConditionTrue: z.boolean().default(false),
  /** Goes up by one with every change; actions name it. */
  version: z.int(),
  raisedAtMs: z.number().nullable().default(null),
  clearedAtMs: z.number().nullable().default(null),
  valueAtRaise: z.number().nullable().default(null),
  acknowledgedAtMs: z.number().nullable().default(null),
  acknowledgedBy: z.string().nullable().default(null),
  /** Comment of the last acknowledgement or comment action. */
  comment: z.string().nullable().default(null),
  shelved: shelvingSchema.nullable().default(null),
  /** Every cause that holds: a lost device and a maintenance may at once. */
  suppressedBy: z.array(suppressionCauseSchema),
  outOfService: outOfServiceSchema.nullable().default(null),
  responseTimeMs: z.number().nullable().default(null),
  /** A worse alarm of the same point is active and shown: HH hides H in the list, never in the journal. */
  isEclipsed: z.boolean().default(false),
  /** The one under which it is folded. */
  eclipsedByAlarmId: z.string().nullable().default(null),
  /** First of a burst at its station (within 30 s). */
  isFirstOut: z.boolean().default(false),
  /** Three raises or more within a minute, not long ago. */
  isChattering: z.boolean().default(false),
  /** This occurrence was over within 5 s. */
  isFleeting: z.boolean().default(false),
  /** True and shown for more than 24 h. */
  isStale: z.boolean().default(false),
  /** Raises since the last acknowledgement. */
  raiseCount: z.int(),
  /** This occurrence rose while its point was under test. */
  isTest: z.boolean().default(false),
});
export type AlarmView = z.output<typeof alarmViewSchema>;

const version = z.int().min(0);
const comment = z.string().trim().min(1).max(1000);

export const acknowledgeSchema = z.object({
  version,
  comment: comment.optional(),
  /** A UUID made by the client for this press of the button: sent again after a lost answer it has no second effect. */
  actionId: z.uuid().optional(),
  /** When the person pressed it, by his device: a phone may have been without network. The journal keeps both times. */
  madeAtMs: z.number().optional(),
});
export const resetSchema = z.object({ version, comment: comment.optional() });
export const shelveSchema = z.object({
  version,
  reason: comment,
  untilMs: z.number(),
  /** Second person, for priority high: signs with his own password. */
  approver: proofSchema.optional(),
});
export const unshelveSchema = z.object({ version, comment: comment.optional() });
export const removeFromServiceSchema = z.object({
  version,
  permit: z.string().trim().min(1).max(100),
  compensatingMeasure: comment,
  untilMs: z.number(),
  approver: proofSchema,
});
export const returnToServiceSchema = z.object({ version, comment: comment.optional() });
export const commentSchema = z.object({ version, comment });

/** 409: somebody was quicker. `current` is the newer state; `by`, `what` and `atMs` who moved it last, how and when. `by` null: the plant or the server. */
export const versionConflictSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.literal(409),
  detail: z.string(),
  instance: z.string().optional(),
  current: alarmViewSchema,
  by: z.string().nullable(),
  what: z.enum(alarmEvents).nullable(),
  atMs: z.number().nullable(),
});
export type VersionConflict = z.output<typeof versionConflictSchema>;

export const acknowledgeManySchema = z.object({
  items: z
    .array(
      z.object({
        id: z.string(),
        version,
        /** Ticked by itself: asked for where the alarm is critical. */ tickedCritical: z.boolean().optional(),
      }),
    )
    .min(1)
    .max(200),
  comment: comment.optional(),
});
export type AcknowledgeMany = z.output<typeof acknowledgeManySchema>;

/** In the order of the items. */
export const acknowledgeManyResultSchema = z.object({
  results: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('done'), id: z.string(), alarm: alarmViewSchema }),
      z.object({
        kind: z.literal('conflict'),
        id: z.string(),
        current: alarmViewSchema,
        by: z.string().nullable(),
        what: z.enum(alarmEvents).nullable(),
        atMs: z.number().nullable(),
      }),
      z.object({ kind: z.literal('refused'), id: z.string(), reason: z.string(), detail: z.string() }),
    ]),
  ),
});
export type AcknowledgeManyResult = z.output<typeof acknowledgeManyResultSchema>['results'][number];
