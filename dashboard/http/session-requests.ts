// Who is signed in: asked by the control room and by the phone alike. Stands apart, so that the phone loads few schemas.
import { readSessionSchema, type SessionView, type SignIn, type SignInOptions, signInOptionsSchema } from '../../domain/api/session-api.ts';
import { type Answer, request, valueOrThrow } from './request.ts';

export function signIn(credentials: SignIn): Promise<Answer<SessionView>> {
  return request('/api/session', { method: 'POST', body: credentials, schema: readSessionSchema });
}

export function signOut(): Promise<Answer<null>> {
  return request('/api/session', { method: 'DELETE', schema: null });
}

/** null where nobody is signed in. */
export async function fetchSession(): Promise<SessionView | null> {
  const answer = await request('/api/session', { schema: readSessionSchema });
  if (answer.kind === 'problem' && answer.status === 401) return null;
  return valueOrThrow(answer);
}

/** What the sign-in page may know before anybody has signed in. */
export async function fetchSignInOptions(): Promise<SignInOptions> {
  return valueOrThrow(await request('/api/sign-in', { schema: signInOptionsSchema }));
}
