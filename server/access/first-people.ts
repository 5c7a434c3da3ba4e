// Who there is before anybody has let anybody in: the people of the demo plant, or who lets the others in, with a password that is told once.

import { randomBytes } from 'node:crypto';
import type { Role } from '../../domain/access/roles.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { UserAccounts } from './user-accounts.ts';

export interface FirstPassword {
  readonly username: string;
  readonly password: string;
}

const systemActor: JournalActor = { kind: 'system', part: 'server' };

const demoUsers: readonly { username: string; displayName: string; role: Role }[] = [
  { username: 'duty', displayName: '值班员 王敏', role: 'operator' },
  { username: 'supervisor', displayName: '值班长 李强', role: 'supervisor' },
  { username: 'team', displayName: '抢险队 赵刚', role: 'emergencyTeam' },
  { username: 'engineer', displayName: '工程师 陈晨', role: 'engineer' },
  { username: 'auditor', displayName: '审计员 周洁', role: 'auditor' },
  { username: 'authority', displayName: '主管部门 吴敏', role: 'authority' },
  { username: 'admin', displayName: '管理员 孙磊', role: 'administrator' },
];

/** Where people exist, only one who is needed and missing is made. */
export async function makeFirstPeople(
  accounts: UserAccounts,
  areSeparate: boolean,
  kind: 'demo' | 'real',
): Promise<readonly FirstPassword[]> {
  const isFirst = (await accounts.all()).length === 0;
  if (isFirst && kind === 'demo')
    for (const user of demoUsers) await accounts.add({ ...user, stationIds: null, password: `${user.username}-demo` }, systemActor, null);
  const made: FirstPassword[] = [];
  const make = async (username: string, role: Role) => {
    const password = randomBytes(12).toString('base64url');
    const added = await accounts.add({ username, displayName: username, role, stationIds: null, password }, systemActor, null);
    if (added !== null) made.push({ username, password });
  };
  if (isFirst && kind === 'real') await make('admin', 'administrator');
  // The administrator may have lost the right with a change of the access file.
  if ((await accounts.whoManages()) === 0) await make('security', areSeparate ? 'securityAdministrator' : 'administrator');
  return made;
}
