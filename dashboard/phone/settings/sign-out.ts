// Leaving the phone: its push address goes first, then the sign-in, then everything that was read. Unsent actions stay, for their person.
import type { QueryClient } from '@tanstack/react-query';
import { signOut } from '../../http/session-requests.ts';
import { turnPushOff } from '../push/push-subscription.ts';
import { forget } from '../remembered.ts';

export async function signOutOfPhone(queries: QueryClient): Promise<'done' | 'unreachable'> {
  if ((await turnPushOff()) !== null) return 'unreachable';
  const answer = await signOut();
  if (answer.kind !== 'ok') return 'unreachable';
  queries.clear();
  await forget().catch(() => undefined);
  location.assign('/phone/');
  return 'done';
}
