// Alarms as the plant file states them. Kinds and rules: ANSI/ISA-18.2-2016 and the detection table in docs/alarms.md.
import { z } from 'zod';
import { consequenceClassIdSchema } from '../alarm-settings/priority-matrix.ts';
import { alarmClasses, alarmPriorities } from '../alarms/priority.ts';
import { localizedTextSchema } from '../text/localized-text.ts';
import { durationSchema } from '../time/duration.ts';
import { alarmNameSchema, tagSchema } from './identifiers.ts';

/** What every alarm has, whatever its kind. */
export const alarmCommonShape = {
  /** Last part of the alarm id; the kind where absent. Needed where a point has two alarms of one kind. */
  name: alarmNameSchema.optional(),
  /** `computed`: by the plant's priority matrix from `consequenceClass` and `responseTime`. */
  priority: z.enum([...alarmPriorities, 'computed']),
  /** Unless stated: `safety` for gas and flame detectors, emergency stops and votes over them, else `process`. A safety alarm cannot be shelved. */
  class: z.enum(alarmClasses).optional(),
  onDelay: durationSchema.default(0),
  offDelay: durationSchema.default(0),
  latching: z.boolean().default(false),
  message: localizedTextSchema.optional(),
  cause: localizedTextSchema.optional(),
  consequence: localizedTextSchema.optional(),
  /** One of `alarmManagement.consequenceClasses`. */
  consequenceClass: consequenceClassIdSchema.optional(),
  /** What the operator does. */
  response: localizedTextSchema.optional(),
  /** How long he has for it. */
  responseTime: durationSchema.optional(),
} as const;

const deadband = z.number().min(0).default(0);
const limit = (kind: 'highHigh' | 'high' | 'low' | 'lowLow') =>
  z.strictObject({ kind: z.literal(kind), setpoint: z.number(), deadband, ...alarmCommonShape });

export const pointAlarmSchema = z.discriminatedUnion('kind', [
  limit('highHigh'),
  limit('high'),
  limit('low'),
  limit('lowLow'),
  z.strictObject({
    kind: z.literal('rateOfChange'),
    /** Slope in units per minute, positive. */
    limit: z.number().positive(),
    deadband,
    window: durationSchema,
    direction: z.enum(['rising', 'falling', 'both']),
    ...alarmCommonShape,
  }),
  z.strictObject({
    kind: z.literal('deviation'),
    limit: z.number().positive(),
    deadband,
    /** A constant, or the tag of a point in the same station. */
    reference: z.union([z.number(), tagSchema]),
    ...alarmCommonShape,
  }),
  z.strictObject({ kind: z.literal('state'), equals: z.number().optional(), notEquals: z.number().optional(), ...alarmCommonShape }),
  z.strictObject({ kind: z.literal('stale'), after: durationSchema, ...alarmCommonShape }),
  z.strictObject({ kind: z.literal('frozen'), after: durationSchema, ...alarmCommonShape }),
  z.strictObject({ kind: z.literal('instrumentFault'), ...alarmCommonShape }),
]);
export type PointAlarmFile = z.output<typeof pointAlarmSchema>;

export const voteConditionSchema = z.union([
  z.strictObject({ above: z.number(), deadband }),
  z.strictObject({ below: z.number(), deadband }),
  z.strictObject({ equals: z.number() }),
]);

export const stationAlarmSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('vote'),
    ...alarmCommonShape,
    name: alarmNameSchema,
    /** M of N. */
    required: z.int().min(1),
    members: z.array(tagSchema).min(1),
    condition: voteConditionSchema,
    /** A member of bad quality votes for the alarm, or is left out: M of (N − bad), at least 1. */
    badMember: z.enum(['countsAsVoting', 'degrades']).default('degrades'),
  }),
  z.strictObject({
    kind: z.literal('expression'),
    ...alarmCommonShape,
    name: alarmNameSchema,
    /** True when the formula is true (non-zero). Variables are the names of `variables`. */
    formula: z.string().min(1).max(500),
    variables: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), tagSchema),
  }),
]);
export type StationAlarmFile = z.output<typeof stationAlarmSchema>;

export const commFailSchema = z.strictObject({
  after: durationSchema,
  ...alarmCommonShape,
  priority: alarmCommonShape.priority.default('high'),
});

/** Alarms that every device or analogue point has unless it says otherwise. */
export const defaultAlarmsSchema = z.strictObject({
  commFail: z.strictObject({ after: durationSchema.default(10_000), priority: z.enum(alarmPriorities).default('high') }).prefault({}),
  stale: z.strictObject({ after: durationSchema.default(60_000), priority: z.enum(alarmPriorities).default('low') }).prefault({}),
  instrumentFault: z
    .strictObject({ onDelay: durationSchema.default(4_000), priority: z.enum(alarmPriorities).default('medium') })
    .prefault({}),
});
