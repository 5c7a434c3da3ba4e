// What the people screen asks of the server.
import { z } from 'zod';
import type { Role } from '../../domain/access/roles.ts';
import {
  type PersonView,
  personViewSchema,
  type SessionInfo,
  sessionInfoSchema,
  type UserView,
  userViewSchema,
} from '../../domain/api/users-api.ts';
import { type Answer, request, valueOrThrow } from '../http/request.ts';

/** What was done with a person, for the line that tells it. */
export type DoneWhat = 'add' | 'change' | 'password' | 'disable' | 'enable' | 'end' | 'factor';

export interface PersonFields {
  readonly displayName: string;
  readonly role: Role;
  readonly stationIds: readonly string[] | null;
}

export async function fetchUsers(signal: AbortSignal): Promise<PersonView[]> {
  return valueOrThrow(await request('/api/users', { schema: z.array(personViewSchema), signal }));
}

export async function fetchSessions(signal: AbortSignal): Promise<SessionInfo[]> {
  return valueOrThrow(await request('/api/sessions', { schema: z.array(sessionInfoSchema), signal }));
}

const pathOf = (username: string): string => `/api/users/${encodeURIComponent(username)}`;

export function addPerson(username: string, password: string, { stationIds, ...fields }: PersonFields): Promise<Answer<UserView>> {
  const body = { ...fields, username, password, ...(stationIds === null ? {} : { stationIds }) };
  return request('/api/users', { method: 'POST', body, schema: userViewSchema });
}

export function changePerson(username: string, fields: PersonFields, expected: PersonFields): Promise<Answer<UserView>> {
  return request(pathOf(username), { method: 'PUT', body: { ...fields, expected }, schema: userViewSchema });
}

export function setPassword(username: string, password: string): Promise<Answer<null>> {
  return request(`${pathOf(username)}/password`, { method: 'POST', body: { password }, schema: null });
}

export function setAccess(username: string, action: 'disable' | 'enable'): Promise<Answer<null>> {
  return request(`${pathOf(username)}/${action}`, { method: 'POST', schema: null });
}

export function endSessions(username: string): Promise<Answer<null>> {
  return request(`${pathOf(username)}/sessions`, { method: 'DELETE', schema: null });
}

export function endSession(id: string): Promise<Answer<null>> {
  return request(`/api/sessions/${encodeURIComponent(id)}/end`, { method: 'POST', schema: null });
}

export function resetSecondFactor(username: string): Promise<Answer<null>> {
  return request(`${pathOf(username)}/second-factor`, { method: 'DELETE', schema: null });
}
