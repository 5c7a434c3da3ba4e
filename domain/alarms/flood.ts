// Alarm flood as pages are told of it: too many newly announced alarms for one operator to take in one by one.
import { z } from 'zod';

export const floodViewSchema = z.object({
  sinceMs: z.number(),
  /** Newly announced since it began, the ten minutes that made it one included. */
  announced: z.int(),
  inLastTenMinutes: z.int(),
});
export type FloodView = z.output<typeof floodViewSchema>;
