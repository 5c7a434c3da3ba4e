// One's own account: GET /api/account, sessions, second factor. Passwords: users-api.ts.
import { z } from 'zod';
import { codeSchema } from './session-api.ts';

/** How it was begun. `opcua`: by another system's client, with a password alone. */
export const sessionMethods = ['password', 'secondFactor', 'directory', 'wall', 'opcua', 'other'] as const;

export const ownSessionSchema = z.object({
  id: z.string(),
  startedAtMs: z.number(),
  expiresAtMs: z.number(),
  /** Address that it was begun from. */
  from: z.string().nullable(),
  method: z.enum(sessionMethods),
  /** The session that asks. */
  isOwn: z.boolean(),
});
export type OwnSession = z.output<typeof ownSessionSchema>;

export const accountViewSchema = z.object({
  sessions: z.array(ownSessionSchema),
  secondFactor: z.object({
    isEnrolled: z.boolean(),
    /** The person's role must have one. */
    isRequired: z.boolean(),
    recoveryCodesLeft: z.number(),
  }),
  passwords: z.object({ minimumLength: z.number(), changedAtMs: z.number().nullable() }),
  /** Signed in by the company's directory: neither password nor second factor are kept here. */
  isOfDirectory: z.boolean(),
});
export type AccountView = z.output<typeof accountViewSchema>;

export const beginSecondFactorSchema = z.strictObject({ password: z.string().min(1).max(256) });
export const begunSecondFactorSchema = z.object({ secret: z.string(), uri: z.string() });
export type BegunSecondFactor = z.output<typeof begunSecondFactorSchema>;
export const confirmSecondFactorSchema = z.strictObject({ code: codeSchema });
export const recoveryCodesSchema = z.object({ recoveryCodes: z.array(z.string()) });
export const proveSchema = z.strictObject({ password: z.string().min(1).max(256), code: codeSchema });
