// Why an alarm does not annunciate although it is watched: shelved by a person, suppressed by design, or out of service with a permit.
import { z } from 'zod';

export const shelvingSchema = z.object({
  by: z.string(),
  atMs: z.number(),
  untilMs: z.number(),
  reason: z.string(),
  /** Second person, for priority critical and high. */
  approvedBy: z.string().nullable(),
});
export type Shelving = z.output<typeof shelvingSchema>;

export const outOfServiceSchema = z.object({
  by: z.string(),
  atMs: z.number(),
  untilMs: z.number(),
  permit: z.string(),
  compensatingMeasure: z.string(),
  approvedBy: z.string(),
});
export type OutOfService = z.output<typeof outOfServiceSchema>;

/** Several may hold at once, one of each kind; the alarm is suppressed until the last has gone. */
export const suppressionCauseSchema = z.discriminatedUnion('kind', [
  /** Another alarm explains this one: the device is lost, so of course its points are stale. */
  z.object({ kind: z.literal('alarm'), alarmId: z.string() }),
  /** People work at the station. */
  z.object({ kind: z.literal('maintenance'), maintenanceId: z.string() }),
]);
export type SuppressionCause = z.output<typeof suppressionCauseSchema>;
export type SuppressionKind = SuppressionCause['kind'];
