// People who may sign in: GET and POST /api/users, POST /api/users/{username}/password, /disable and /enable, PUT
// /api/users/{username}, DELETE /api/users/{username}/sessions and …/second-factor, GET /api/sessions, POST
// /api/sessions/{id}/end; own password: POST /api/session/password.
import { z } from 'zod';
import { roles } from '../access/roles.ts';
import { ownSessionSchema } from './account-api.ts';
import { codeSchema } from './session-api.ts';

/** Length counts most (NIST SP 800-63B, 5.1.1.2); no rules about kinds of characters. How long it must be is the access policy's. */
const newPasswordSchema = z.string().min(1).max(256);
const usernameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9._-]{0,63}$/, 'expected small letters, digits, dot, dash or underscore, a letter first');

export const addUserSchema = z.strictObject({
  username: usernameSchema,
  displayName: z.string().trim().min(1).max(100),
  role: z.enum(roles),
  /** Stations that the person is limited to; all where absent. */
  stationIds: z.array(z.string()).min(1).optional(),
  password: newPasswordSchema,
});
export type AddUser = z.output<typeof addUserSchema>;

export const setPasswordSchema = z.strictObject({ password: newPasswordSchema });
export const changeOwnPasswordSchema = z.strictObject({
  current: z.string().min(1).max(256),
  password: newPasswordSchema,
  /** Where the person has a second factor. */
  code: codeSchema.optional(),
});

const personSchema = z.strictObject({
  displayName: z.string().trim().min(1).max(100),
  role: z.enum(roles),
  /** Null: all stations. */
  stationIds: z.array(z.string()).min(1).nullable(),
});

/** `expected` is what the page showed: 409 where somebody else has changed it since. Ends the person's sessions: he signs in again with his new rights. */
export const changeUserSchema = z.strictObject({ ...personSchema.shape, expected: personSchema });
export type ChangeUser = z.output<typeof changeUserSchema>;

export const sessionInfoSchema = ownSessionSchema.extend({ username: z.string() });
export type SessionInfo = z.output<typeof sessionInfoSchema>;

export const userViewSchema = z.object({
  username: z.string(),
  displayName: z.string(),
  role: z.enum(roles),
  stationIds: z.array(z.string()).nullable(),
  isDisabled: z.boolean(),
});
export type UserView = z.output<typeof userViewSchema>;

/** As the list of people shows him. */
export const personViewSchema = userViewSchema.extend({
  hasSecondFactor: z.boolean(),
  /** Comes in by the company's directory, which says role and stations at every sign-in. */
  isOfDirectory: z.boolean(),
});
export type PersonView = z.output<typeof personViewSchema>;
