// The plant over HTTP: GET /api/plant, /api/stations, /api/stations/{id}, /api/points?station=.
import { z } from 'zod';
import { alarmKinds } from '../alarms/alarm-definition.ts';
import { alarmClasses, alarmPriorities } from '../alarms/priority.ts';
import { pointKinds, pointRoles, stationTypes } from '../plant/plant-kinds.ts';
import { qualityReasons, qualitySeverities } from '../readings/quality.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';

export const stationSummarySchema = z.object({
  id: z.string(),
  type: z.enum(stationTypes),
  name: localizedTextViewSchema,
  areaId: z.string(),
  position: z.object({ latitude: z.number(), longitude: z.number() }).nullable(),
  pointCount: z.int(),
  deviceCount: z.int(),
  /** Worst priority among alarms that are shown (active or unacknowledged), or null. */
  worstPriority: z.enum(alarmPriorities).nullable(),
  activeAlarms: z.int(),
  unacknowledgedAlarms: z.int(),
  /** Share (0..1) of the station's points whose last quality is good. */
  goodShare: z.number(),
  /** Point ids shown on the overview tile, most important first. */
  keyPointIds: z.array(z.string()),
});
export type StationSummary = z.output<typeof stationSummarySchema>;

export const readingViewSchema = z.object({
  pointId: z.string(),
  /** null where unknown. */
  value: z.union([z.number(), z.string()]).nullable(),
  timeMs: z.number().nullable(),
  quality: z.object({ severity: z.enum(qualitySeverities), reason: z.enum(qualityReasons) }),
});
export type ReadingView = z.output<typeof readingViewSchema>;

export const pointLimitSchema = z.object({
  alarmId: z.string(),
  kind: z.enum(alarmKinds),
  priority: z.enum(alarmPriorities),
  /** Setpoint of limit alarms, for bars and trends; null for other kinds. */
  setpoint: z.number().nullable(),
});

export const pointViewSchema = z.object({
  id: z.string(),
  tag: z.string(),
  stationId: z.string(),
  deviceId: z.string(),
  name: localizedTextViewSchema,
  kind: z.enum(pointKinds),
  role: z.enum(pointRoles),
  unitOf: z.string().nullable(),
  /** Place in the plan of the station, per cent of the plot; null where the plant file gives none. */
  plan: z.object({ zone: localizedTextViewSchema.nullable(), at: z.object({ x: z.number(), y: z.number() }).nullable() }).nullable(),
  unit: z.string(),
  digits: z.int(),
  range: z.object({ min: z.number(), max: z.number() }).nullable(),
  normal: z.object({ min: z.number(), max: z.number() }).nullable(),
  setpoint: z.number().nullable(),
  scanMs: z.number(),
  states: z.array(z.object({ value: z.number(), name: localizedTextViewSchema, isNormal: z.boolean() })).nullable(),
  limits: z.array(pointLimitSchema),
  latest: readingViewSchema,
});
export type PointView = z.output<typeof pointViewSchema>;

export const deviceViewSchema = z.object({
  id: z.string(),
  name: localizedTextViewSchema,
  protocol: z.string(),
  connection: z.string(),
  reason: z.string().nullable(),
});

export const stationViewSchema = stationSummarySchema.extend({
  address: localizedTextViewSchema.nullable(),
  devices: z.array(deviceViewSchema),
});
export type StationView = z.output<typeof stationViewSchema>;

export const plantViewSchema = z.object({
  version: z.string(),
  company: z.object({ id: z.string(), name: localizedTextViewSchema, timeZone: z.string() }),
  areas: z.array(z.object({ id: z.string(), name: localizedTextViewSchema })),
  pipelines: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      name: localizedTextViewSchema.nullable(),
      /** Pressures at its ends; null where none is measured, or where the person may not see that station. */
      fromPointId: z.string().nullable(),
      toPointId: z.string().nullable(),
    }),
  ),
  isDemo: z.boolean(),
});
export type PlantView = z.output<typeof plantViewSchema>;

export const alarmDefinitionViewSchema = z.object({
  id: z.string(),
  stationId: z.string(),
  pointId: z.string().nullable(),
  deviceId: z.string().nullable(),
  kind: z.enum(alarmKinds),
  priority: z.enum(alarmPriorities),
  class: z.enum(alarmClasses),
  message: localizedTextViewSchema,
  cause: localizedTextViewSchema.nullable(),
  consequence: localizedTextViewSchema.nullable(),
  response: localizedTextViewSchema.nullable(),
  responseTimeMs: z.number().nullable(),
  setpoint: z.number().nullable(),
  deadband: z.number().nullable(),
  onDelayMs: z.number(),
  offDelayMs: z.number(),
  isLatching: z.boolean(),
});
export type AlarmDefinitionView = z.output<typeof alarmDefinitionViewSchema>;
