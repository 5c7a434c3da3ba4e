// Somebody who is signed in shows once more who he is, before a secret of his own is changed: a console that was left open must not be enough.
import { ProblemError } from '../http/problem-error.ts';
import type { AccessControl } from './access-control.ts';
import type { Identity } from './identity.ts';
import { codeNeeded } from './second-person.ts';

export async function proveOneself(
  access: AccessControl,
  identity: Identity,
  proof: { readonly password: string; readonly code?: string | undefined },
): Promise<void> {
  const verified = await access.verify({ ...proof, username: identity.username }, { place: identity.tokenHash, device: null });
  switch (verified.kind) {
    case 'ok':
      return;
    case 'wait':
      throw new ProblemError(429, 'Too many failed tries', { detail: `Try again in ${Math.ceil(verified.retryInMs / 1_000)} s.` });
    case 'codeNeeded':
      if (!verified.wasWrong) throw codeNeeded('Give the code of your second factor too.');
      throw new ProblemError(403, 'Refused', { detail: 'The code is wrong, or was used before.', extra: { reason: 'wrongCode' } });
    case 'refused':
      throw new ProblemError(403, 'Refused', { detail: 'The current password is wrong.', extra: { reason: 'wrongPassword' } });
  }
}
