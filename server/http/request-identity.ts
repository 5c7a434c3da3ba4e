// Who sends a request: an integration by its token, or a person by the session cookie. Only the beginning of a connection or a request is looked at.
import type { IncomingHttpHeaders } from 'node:http';
import type { AccessControl } from '../access/access-control.ts';
import type { Identity } from '../access/identity.ts';

export interface Credentials {
  readonly authorization: IncomingHttpHeaders['authorization'];
  readonly session: string | undefined;
  readonly from: string;
}

/** A token that is given counts alone: where it does not hold, a cookie beside it does not help. */
export async function identityOfCredentials(
  access: AccessControl,
  { authorization, session, from }: Credentials,
): Promise<Identity | null> {
  if (authorization === undefined) return access.identify(session);
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  return token === undefined ? null : access.tokens.identify(token, from);
}

/** How a refusal is told in the journal: what was shown, never the thing itself. */
export function shownCredential({ authorization, session }: Credentials): 'token' | 'session' | 'nothing' {
  if (authorization !== undefined) return 'token';
  return session === undefined || session === '' ? 'nothing' : 'session';
}
