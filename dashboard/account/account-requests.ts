// What one's own account asks of the server.
import { z } from 'zod';
import {
  type AccountView,
  accountViewSchema,
  type BegunSecondFactor,
  begunSecondFactorSchema,
  recoveryCodesSchema,
} from '../../domain/api/account-api.ts';
import {
  type ApiTokenView,
  apiTokenViewSchema,
  type MadeApiToken,
  type MakeApiToken,
  madeApiTokenSchema,
} from '../../domain/api/api-tokens-api.ts';
import { type Answer, request, valueOrThrow } from '../http/request.ts';

type RecoveryCodes = z.output<typeof recoveryCodesSchema>;

export async function fetchAccount(signal: AbortSignal): Promise<AccountView> {
  return valueOrThrow(await request('/api/account', { schema: accountViewSchema, signal }));
}

export function endOwnSession(id: string): Promise<Answer<null>> {
  return request(`/api/account/sessions/${encodeURIComponent(id)}/end`, { method: 'POST', schema: null });
}

export function changeOwnPassword(body: {
  readonly current: string;
  readonly password: string;
  readonly code?: string;
}): Promise<Answer<null>> {
  return request('/api/session/password', { method: 'POST', body, schema: null });
}

export function beginSecondFactor(password: string): Promise<Answer<BegunSecondFactor>> {
  return request('/api/account/second-factor', { method: 'POST', body: { password }, schema: begunSecondFactorSchema });
}

export function confirmSecondFactor(code: string): Promise<Answer<RecoveryCodes>> {
  return request('/api/account/second-factor/confirm', { method: 'POST', body: { code }, schema: recoveryCodesSchema });
}

export function renewRecoveryCodes(password: string, code: string): Promise<Answer<RecoveryCodes>> {
  return request('/api/account/second-factor/recovery-codes', { method: 'POST', body: { password, code }, schema: recoveryCodesSchema });
}

export function removeSecondFactor(password: string, code: string): Promise<Answer<null>> {
  return request('/api/account/second-factor/remove', { method: 'POST', body: { password, code }, schema: null });
}

export async function fetchApiTokens(signal: AbortSignal): Promise<ApiTokenView[]> {
  return valueOrThrow(await request('/api/api-tokens', { schema: z.array(apiTokenViewSchema), signal }));
}

export function makeApiToken(body: MakeApiToken): Promise<Answer<MadeApiToken>> {
  return request('/api/api-tokens', { method: 'POST', body, schema: madeApiTokenSchema });
}

export function revokeApiToken(id: string): Promise<Answer<ApiTokenView>> {
  return request(`/api/api-tokens/${encodeURIComponent(id)}/revoke`, { method: 'POST', schema: apiTokenViewSchema });
}
