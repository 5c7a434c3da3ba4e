// Stations in maintenance and points under test over HTTP: GET /api/maintenance, and starting, extending and ending them.
import { z } from 'zod';
import { workWindowSchema } from '../maintenance/work-window.ts';

const text = z.string().trim().min(1).max(1000);
const version = z.int().min(0);

export const startMaintenanceSchema = z.object({ reason: text, permit: z.string().trim().min(1).max(100), untilMs: z.number() });
export const extendMaintenanceSchema = z.object({ version, reason: text, untilMs: z.number() });
export const startTestSchema = z.object({ reason: text, untilMs: z.number() });
export const endWorkSchema = z.object({ version, comment: text.optional() });

export const workListSchema = z.object({
  /** What runs now at the stations that the person may see, oldest first. */
  windows: z.array(workWindowSchema),
  longestMaintenanceMs: z.number(),
  longestTestMs: z.number(),
});
export type WorkList = z.output<typeof workListSchema>;

/** 409: somebody was quicker. `current` is the newer state, `by` and `atMs` who moved it and when; `by` null where time did. */
export const workConflictSchema = z.object({
  status: z.literal(409),
  title: z.string(),
  detail: z.string(),
  current: workWindowSchema,
  by: z.string().nullable(),
  atMs: z.number(),
});
export type WorkConflict = z.output<typeof workConflictSchema>;
