// Tokens of integrations: GET and POST /api/api-tokens, POST /api/api-tokens/{id}/revoke. A token is shown once, when it is made.
import { z } from 'zod';
import { tokenPermissions } from '../access/roles.ts';

export const makeApiTokenSchema = z.strictObject({
  /** What it is for. */
  name: z.string().trim().min(1).max(80),
  permissions: z.array(z.enum(tokenPermissions)).min(1),
  /** All stations where absent. */
  stationIds: z.array(z.string()).min(1).optional(),
  /** At most two years ahead. */
  expiresAtMs: z.int().positive(),
});
export type MakeApiToken = z.output<typeof makeApiTokenSchema>;

export const apiTokenViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  permissions: z.array(z.string()),
  stationIds: z.array(z.string()).nullable(),
  madeBy: z.string(),
  madeAtMs: z.number(),
  expiresAtMs: z.number(),
  /** To the minute. */
  lastUsedAtMs: z.number().nullable(),
  lastUsedFrom: z.string().nullable(),
  revokedBy: z.string().nullable(),
  revokedAtMs: z.number().nullable(),
});
export type ApiTokenView = z.output<typeof apiTokenViewSchema>;

export const madeApiTokenSchema = apiTokenViewSchema.extend({ token: z.string() });
export type MadeApiToken = z.output<typeof madeApiTokenSchema>;
