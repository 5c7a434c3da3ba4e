// Whether a new password may be taken. Length counts most, and what attackers try first is refused; no rules about kinds of characters (NIST SP 800-63B).
import type { AccessPolicy } from '../../domain/access/access-policy.ts';

export type PasswordFault = 'tooShort' | 'common' | 'ownName' | 'sameAgain';

/** For people, in English; the page says the same in its language by the fault. */
export const passwordFaultText: Readonly<Record<PasswordFault, (policy: AccessPolicy) => string>> = {
  tooShort: (policy) => `expected at least ${policy.passwords.minimumLength} characters`,
  common: () => 'this password is among those that attackers try first',
  ownName: () => 'this password is little more than the user name',
  sameAgain: () => 'this is the present password',
};

const fewestDifferentCharacters = 5;
let common: ReadonlySet<string> | null = null;

export async function passwordFault(password: string, username: string, policy: AccessPolicy): Promise<PasswordFault | null> {
  if ([...password].length < policy.passwords.minimumLength) return 'tooShort';
  if (!policy.passwords.areCommonRefused) return null;
  const lower = password.toLowerCase();
  if (username.length >= 3 && lower.includes(username) && lettersOf(lower.replaceAll(username, '')).length < 4) return 'ownName';
  if (new Set(lower).size < fewestDifferentCharacters) return 'common';
  common ??= await commonPasswords();
  // `password1234` and `2026password!` are the word.
  return common.has(lower) || common.has(lower.replace(/^[\d\W_]+|[\d\W_]+$/g, '')) ? 'common' : null;
}

const lettersOf = (text: string) => text.replace(/[\d\W_]/g, '');

/** Loaded when it is first needed: half a megabyte. */
async function commonPasswords(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set([...dictionary['passwords-common'], 'gatewatch', 'zhanshao', 'ranqi', 'mima']);
}
