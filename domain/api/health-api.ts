// Health over HTTP: GET /readyz and GET /api/health (the page). A part that is not ready says why.
import { z } from 'zod';
import { healthCheckSchema, healthVerdicts } from '../health/health-check.ts';
import { collectorStatusSchema } from '../messages/collector-status.ts';
import { northboundPartSchema } from './northbound-api.ts';

export const readinessSchema = z.object({
  status: z.enum(['ready', 'notReady']),
  parts: z.array(z.object({ name: z.string(), isReady: z.boolean(), reason: z.string().nullable() })),
});
export type Readiness = z.output<typeof readinessSchema>;

export const healthViewSchema = z.object({
  version: z.string(),
  startedAtMs: z.number(),
  serverTimeMs: z.number(),
  readiness: readinessSchema,
  collectors: z.array(collectorStatusSchema.extend({ lastHeardAtMs: z.number(), isLive: z.boolean() })),
  journal: z.object({ engine: z.string(), entries: z.int(), headHash: z.string() }),
  sockets: z.int(),
  northbound: z.array(northboundPartSchema),
  /** The worst of all checks. */
  verdict: z.enum(healthVerdicts),
  checks: z.array(healthCheckSchema),
  plantVersion: z.string(),
  runtime: z.object({ node: z.string(), platform: z.string() }),
});
export const journalCheckSchema = z.object({
  verifiedAtMs: z.number().nullable(),
  /** The first line that does not hold. */
  brokenAt: z.object({ sequence: z.int(), reason: z.string() }).nullable(),
});
export type HealthView = z.output<typeof healthViewSchema>;
