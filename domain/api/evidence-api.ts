// Evidence bundles over HTTP: what is asked for, and how far the making of each has come. /api/evidence…
import { z } from 'zod';
import { publicKeySchema, signedHeadSchema } from '../evidence/signed-head.ts';
import { languages } from '../text/localized-text.ts';

const dateSchema = z.iso.date();

export const requestEvidenceSchema = z.strictObject({
  /** Null: all stations that the person may see. */
  stationIds: z.array(z.string()).min(1).max(5_000).nullable(),
  /** Days of the plant's calendar, both included. The last may be today: the bundle then ends with the last full minute. */
  fromDate: dateSchema,
  toDate: dateSchema,
  /** Of the report. */
  language: z.enum(languages),
  /** Why it is made; stands in the bundle and in the journal. */
  reason: z.string().trim().min(1).max(500),
});
export type RequestEvidence = z.output<typeof requestEvidenceSchema>;

export const evidenceStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export type EvidenceState = (typeof evidenceStates)[number];

export const evidenceFailures = ['restarted', 'diskFull', 'error'] as const;

export const evidenceJobSchema = z.object({
  id: z.string(),
  state: z.enum(evidenceStates),
  /** Of a running one. */
  phase: z.enum(['journal', 'readings', 'sections', 'packing']).nullable(),
  /** 0 to 1. */
  share: z.number(),
  stationIds: z.array(z.string()),
  isWholeCompany: z.boolean(),
  fromMs: z.number(),
  toMs: z.number(),
  language: z.enum(languages),
  reason: z.string(),
  requestedAtMs: z.number(),
  by: z.object({ username: z.string(), displayName: z.string() }),
  finishedAtMs: z.number().nullable(),
  bytes: z.number().nullable(),
  /** SHA-256 of the manifest: names the bundle with everything in it. */
  manifestHash: z.string().nullable(),
  failure: z.enum(evidenceFailures).nullable(),
});
export type EvidenceJobView = z.output<typeof evidenceJobSchema>;

export const evidenceKeysSchema = z.object({ keys: z.array(publicKeySchema) });
export const evidenceHeadsSchema = z.object({ heads: z.array(signedHeadSchema) });
export type EvidenceKeys = z.output<typeof evidenceKeysSchema>;
