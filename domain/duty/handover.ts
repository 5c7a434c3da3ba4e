// The document that two people sign when a watch is handed over: what is open at that moment. As stored, sent and shown.
import { z } from 'zod';
import { alarmStates } from '../alarms/alarm-state.ts';
import { alarmClasses, alarmPriorities } from '../alarms/priority.ts';
import { hazardGrades, hazardStates } from '../hazards/hazard.ts';
import { deadlineStandings } from '../hazards/hazard-deadline.ts';
import { incidentKinds, incidentStates } from '../incidents/incident.ts';
import { localizedTextViewSchema } from '../text/localized-text.ts';

const itemShape = {
  stationId: z.string(),
  /** False: it has changed after the draft that the two had read. */
  wasSeen: z.boolean(),
} as const;

const alarmItemSchema = z.object({
  ...itemShape,
  alarmId: z.string(),
  occurrenceId: z.string().nullable(),
  priority: z.enum(alarmPriorities),
  class: z.enum(alarmClasses),
  state: z.enum(alarmStates),
  message: localizedTextViewSchema,
  raisedAtMs: z.number().nullable(),
  acknowledgedBy: z.string().nullable(),
  comment: z.string().nullable(),
});
export type HandoverAlarm = z.output<typeof alarmItemSchema>;

const workItemSchema = z.object({
  ...itemShape,
  id: z.string(),
  kind: z.enum(['maintenance', 'test']),
  /** The point under test; null for a station in maintenance. */
  pointId: z.string().nullable(),
  reason: z.string(),
  by: z.string(),
  untilMs: z.number(),
});
export type HandoverWork = z.output<typeof workItemSchema>;
const incidentItemSchema = z.object({
  ...itemShape,
  id: z.string(),
  number: z.string(),
  kind: z.enum(incidentKinds),
  state: z.enum(incidentStates),
  isDrill: z.boolean(),
  openedAtMs: z.number(),
});
export type HandoverIncident = z.output<typeof incidentItemSchema>;

const hazardItemSchema = z.object({
  ...itemShape,
  id: z.string(),
  number: z.string(),
  description: z.string(),
  grade: z.enum(hazardGrades).nullable(),
  state: z.enum(hazardStates),
  standing: z.enum(deadlineStandings),
  deadline: z.string().nullable(),
  isSupplySuspended: z.boolean(),
});
export type HandoverHazard = z.output<typeof hazardItemSchema>;

export const handoverDocumentSchema = z.object({
  schema: z.literal(1),
  consoleId: z.string(),
  watchStartedAtMs: z.number(),
  from: z.object({ username: z.string(), displayName: z.string() }),
  /** Null in a draft. */
  to: z.object({ username: z.string(), displayName: z.string() }).nullable(),
  /** When the draft was made that the two have read. */
  draftedAtMs: z.number(),
  /** Null in a draft. */
  signedAtMs: z.number().nullable(),
  /** Active, returned or latched. */
  alarms: z.array(alarmItemSchema),
  shelved: z.array(alarmItemSchema.extend({ untilMs: z.number() })),
  outOfService: z.array(alarmItemSchema.extend({ permit: z.string(), compensatingMeasure: z.string(), untilMs: z.number() })),
  /** Suppressed by design: by a parent alarm or by maintenance. */
  suppressed: z.array(alarmItemSchema),
  /** Stations in maintenance, points under test. */
  work: z.array(workItemSchema),
  incidents: z.array(incidentItemSchema),
  /** Suspending supply, overdue, near their deadline, major, or reported by somebody during the watch. Documents of before have none. */
  hazards: z.array(hazardItemSchema).default([]),
  /** Entries of the watch log that are to be handed on. */
  openNotes: z.array(
    z.object({ id: z.string(), atMs: z.number(), displayName: z.string(), stationId: z.string().nullable(), text: z.string() }),
  ),
  checks: z.object({ asked: z.int(), answered: z.int(), missed: z.int() }),
  /** What the two want to say besides. */
  notes: z.string(),
});
export type HandoverDocument = z.output<typeof handoverDocumentSchema>;
