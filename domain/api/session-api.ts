// Sign-in over HTTP: POST, GET and DELETE /api/session.
import { z } from 'zod';
import { permissions, roles } from '../access/roles.ts';

export const signInSchema = z.object({ username: z.string().min(1).max(64), password: z.string().min(1).max(256) });
export type SignIn = z.output<typeof signInSchema>;

export const sessionViewSchema = z.object({
  username: z.string(),
  displayName: z.string(),
  role: z.enum(roles),
  permissions: z.array(z.enum(permissions)),
  /** Stations the person is limited to; null for all. */
  stationIds: z.array(z.string()).nullable(),
  expiresAtMs: z.number(),
});
export type SessionView = z.output<typeof sessionViewSchema>;

/** As a page reads it: a page that is older than the server passes over what it does not know, instead of turning its person away after an upgrade. */
export const readSessionSchema = sessionViewSchema.extend({
  permissions: z.array(z.string()).transform((names) => permissions.filter((known) => names.includes(known))),
});

/**
 * Request header: in whose name this is sent (username, URI-encoded). Refused with 409 where somebody else is signed in by then: an action that waited
 * on a phone must not be done by the next person who signs in there.
 */
export const personHeader = 'gatewatch-person';
