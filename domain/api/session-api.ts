// Sign-in over HTTP: POST, GET and DELETE /api/session; what the sign-in page may know before: GET /api/sign-in.
import { z } from 'zod';
import { permissions, roles } from '../access/roles.ts';

/** Of the second factor, or a recovery code. */
export const codeSchema = z.string().trim().min(1).max(32);

/** What a person shows to prove who he is: at the sign-in, and where he signs on somebody else's console. The code is asked for with `reason: 'secondFactor'`. */
export const proofSchema = z.strictObject({
  username: z.string().min(1).max(64),
  password: z.string().min(1).max(256),
  code: codeSchema.optional(),
});

export type SignIn = z.output<typeof proofSchema>;

/** What a person has to do before anything else is allowed. */
export const dutiesBefore = ['changePassword', 'enrolSecondFactor'] as const;
export type DutyBefore = (typeof dutiesBefore)[number];

export const sessionViewSchema = z.object({
  username: z.string(),
  displayName: z.string(),
  role: z.enum(roles),
  permissions: z.array(z.enum(permissions)),
  /** Stations the person is limited to; null for all. */
  stationIds: z.array(z.string()).nullable(),
  expiresAtMs: z.number(),
  mustDo: z.enum(dutiesBefore).nullable(),
  /** Signing out goes on to the company's directory. */
  isOfDirectory: z.boolean(),
});
export type SessionView = z.output<typeof sessionViewSchema>;

/** As a page reads it: a page that is older than the server passes over what it does not know, instead of turning its person away after an upgrade. */
export const readSessionSchema = sessionViewSchema.extend({
  permissions: z.array(z.string()).transform((names) => permissions.filter((known) => names.includes(known))),
  mustDo: z.enum(dutiesBefore).nullable().catch(null),
  isOfDirectory: z.boolean().catch(false),
});

export const signInOptionsSchema = z.object({
  isDemo: z.boolean(),
  /** The company's directory, where one is configured. */
  directory: z.object({ name: z.object({ zh: z.string(), en: z.string() }), isAvailable: z.boolean() }).nullable(),
  /** What everybody is told before he signs in; lines are kept. */
  useNotice: z.object({ zh: z.string(), en: z.string() }).nullable().default(null),
});
export type SignInOptions = z.output<typeof signInOptionsSchema>;

/** Where the directory sends a person who was not let in: `/?directory=…`. */
export const directoryRefusals = ['unavailable', 'notAllowed', 'nameTaken', 'expired', 'failed'] as const;
export type DirectoryRefusal = (typeof directoryRefusals)[number];

/**
 * Request header: in whose name this is sent (username, URI-encoded). Refused with 409 where somebody else is signed in by then: an action that waited
 * on a phone must not be done by the next person who signs in there.
 */
export const personHeader = 'gatewatch-person';
