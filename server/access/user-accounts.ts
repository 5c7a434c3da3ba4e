// Accounts: who there is, in which role, at which stations, with which password. Who is signed in is access-control.ts.

import { randomBytes } from 'node:crypto';
import { type AccessPolicy, needsSecondFactor } from '../../domain/access/access-policy.ts';
import { permissionsUnder, type Role, roles } from '../../domain/access/roles.ts';
import type { DutyBefore } from '../../domain/api/session-api.ts';
import type { ChangeUser, UserView } from '../../domain/api/users-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Database, UserTable } from '../journal/database.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import { accessLine } from './access-line.ts';
import type { DirectoryPerson } from './directory.ts';
import { hashPassword } from './password-hash.ts';

export interface NewUser {
  readonly username: string;
  readonly displayName: string;
  readonly role: Role;
  /** Null for all stations. */
  readonly stationIds: readonly string[] | null;
  readonly password: string;
}

export interface ChangedUser {
  readonly kind: 'done' | 'conflict' | 'lastAdministrator';
  readonly user: UserView;
  readonly hasOtherRights: boolean;
}

export class UserAccounts {
  readonly #database: Database;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #policy: AccessPolicy;

  constructor(ledger: Ledger, clock: Clock, policy: AccessPolicy) {
    this.#database = ledger.database;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#policy = policy;
  }

  /** Null where the name is taken. `directory` where the company's directory has said who he is. */
  async add(
    user: NewUser,
    by: JournalActor,
    directory: { readonly issuer: string; readonly subject: string } | null,
  ): Promise<UserView | null> {
    const { username, displayName, role, stationIds, password } = user;
    const row: UserTable = {
      username,
      display_name: displayName,
      role,
      station_ids: stationIds === null ? null : JSON.stringify(stationIds),
      password_hash: await hashPassword(password),
      is_disabled: 0,
      password_changed_at_ms: this.#clock.nowMs(),
      is_password_temporary: by.kind === 'person' ? 1 : 0,
    };
    return this.#ledger.exclusively(async (commit) => {
      if ((await this.row(username)) !== undefined) return null;
      const via = directory === null ? {} : { via: 'directory' };
      await commit([this.#line('user.add', by, { username, role, stationIds, ...via })], async (transaction) => {
        await transaction.insertInto('user_account').values(row).execute();
        if (directory !== null)
          await transaction
            .insertInto('directory_person')
            .values({ username, ...directory })
            .execute();
      });
      return userView(row);
    });
  }

  async all(): Promise<UserView[]> {
    return (await this.#database.selectFrom('user_account').selectAll().orderBy('username').execute()).map(userView);
  }

  row(username: string): Promise<UserTable | undefined> {
    return this.#database.selectFrom('user_account').selectAll().where('username', '=', username).executeTakeFirst();
  }

  async person(username: string): Promise<UserView | null> {
    const row = await this.row(username);
    return row === undefined ? null : userView(row);
  }

  async ofDirectory(): Promise<ReadonlySet<string>> {
    return new Set((await this.#database.selectFrom('directory_person').select('username').execute()).map((row) => row.username));
  }

  async byDirectory(issuer: string, subject: string): Promise<string | null> {
    const row = await this.#database
      .selectFrom('directory_person')
      .select('username')
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst();
    return row?.username ?? null;
  }

  /** False where there is no such user. */
  async setPassword(username: string, password: string, by: JournalActor): Promise<boolean> {
    const change = {
      password_hash: await hashPassword(password),
      password_changed_at_ms: this.#clock.nowMs(),
      is_password_temporary: by.kind === 'person' && by.username !== username ? 1 : 0,
    };
    return this.#change('user.password', username, by, change);
  }

  setDisabled(username: string, isDisabled: boolean, by: JournalActor): Promise<boolean> {
    return this.#change(isDisabled ? 'user.disable' : 'user.enable', username, by, { is_disabled: isDisabled ? 1 : 0 });
  }

  /** Null where there is no such user; `conflict` where he is no longer as `expected`. Who manages people stays: nobody could let anybody in again. */
  change(username: string, change: ChangeUser, by: JournalActor): Promise<ChangedUser | null> {
    return this.#ledger.exclusively(async (commit) => {
      const before = await this.person(username);
      if (before === null) return null;
      const { expected, ...wanted } = change;
      const same = (a: Omit<ChangeUser, 'expected'>) =>
        JSON.stringify([a.displayName, a.role, a.stationIds === null ? null : a.stationIds.toSorted()]);
      if (same(before) !== same(expected)) return { kind: 'conflict', user: before, hasOtherRights: false };
      if (this.#managesPeople(before.role) && !this.#managesPeople(wanted.role) && !(await this.#hasOtherWhoManages(username)))
        return { kind: 'lastAdministrator', user: before, hasOtherRights: false };
      await commit([this.#line('user.change', by, { username, before: expected, after: wanted })], async (transaction) => {
        await transaction
          .updateTable('user_account')
          .set({
            display_name: wanted.displayName,
            role: wanted.role,
            station_ids: wanted.stationIds === null ? null : JSON.stringify(wanted.stationIds),
          })
          .where('username', '=', username)
          .execute();
      });
      const hasOtherRights = same({ ...before, displayName: '' }) !== same({ ...wanted, displayName: '' });
      return { kind: 'done', user: { ...before, ...wanted }, hasOtherRights };
    });
  }

  /** The account of somebody whom the directory knows, made or changed as it says now. Null where another account has his name. */
  async followDirectory(
    { issuer, subject, sessionId: _, ...wanted }: DirectoryPerson,
    by: JournalActor,
  ): Promise<{ readonly username: string; readonly hasOtherRights: boolean } | null> {
    const known = await this.byDirectory(issuer, subject);
    if (known === null) {
      // Nobody knows this password: he comes in by the directory alone.
      const made = await this.add({ ...wanted, password: randomBytes(32).toString('base64url') }, by, { issuer, subject });
      return made === null ? null : { username: wanted.username, hasOtherRights: false };
    }
    const before = await this.person(known);
    if (before === null) return null;
    const rights = ({ displayName, role, stationIds }: Omit<ChangeUser, 'expected'>) => ({
      displayName,
      role,
      stationIds: stationIds === null ? null : [...stationIds],
    });
    const now = rights({ ...wanted, stationIds: wanted.stationIds === null ? null : [...wanted.stationIds] });
    if (JSON.stringify(rights(before)) === JSON.stringify(now)) return { username: known, hasOtherRights: false };
    const changed = await this.change(known, { ...now, expected: rights(before) }, by);
    return { username: known, hasOtherRights: changed?.hasOtherRights ?? false };
  }

  /** Somebody who may let people in, beside him who is named. */
  async #hasOtherWhoManages(username: string): Promise<boolean> {
    return (await this.all()).some((user) => user.username !== username && this.#managesPeople(user.role) && !user.isDisabled);
  }

  /** How many may let people in. */
  async whoManages(): Promise<number> {
    return (await this.all()).filter((user) => this.#managesPeople(user.role) && !user.isDisabled).length;
  }

  #managesPeople(role: Role): boolean {
    return permissionsUnder(role, this.#policy.areAdministratorsSeparate).has('users.manage');
  }

  /** What he must do first when he has proven himself with his password just now. */
  dutyBefore(row: UserTable, hasSecondFactor: boolean): DutyBefore | null {
    const { changeEvery, isGivenOneTemporary } = this.#policy.passwords;
    const changedAtMs = row.password_changed_at_ms ?? 0;
    const isOld = changeEvery !== undefined && this.#clock.nowMs() - changedAtMs > changeEvery;
    if (isOld || (isGivenOneTemporary && row.is_password_temporary === 1)) return 'changePassword';
    return !hasSecondFactor && needsSecondFactor(this.#policy, roleOf(row.role)) ? 'enrolSecondFactor' : null;
  }

  #change(
    kind: string,
    username: string,
    by: JournalActor,
    change: Partial<Pick<UserTable, 'password_hash' | 'password_changed_at_ms' | 'is_password_temporary' | 'is_disabled'>>,
  ): Promise<boolean> {
    return this.#ledger.exclusively(async (commit) => {
      if ((await this.row(username)) === undefined) return false;
      await commit([this.#line(kind, by, { username })], async (transaction) => {
        await transaction.updateTable('user_account').set(change).where('username', '=', username).execute();
      });
      return true;
    });
  }

  #line(kind: string, actor: JournalActor, detail: Record<string, unknown>): NewJournalEntry {
    return accessLine(this.#clock.nowMs(), kind, actor, detail);
  }
}

function userView(row: Omit<UserTable, 'password_hash'>): UserView {
  return {
    username: row.username,
    displayName: row.display_name,
    role: roleOf(row.role),
    stationIds: row.station_ids === null ? null : (JSON.parse(row.station_ids) as string[]),
    isDisabled: row.is_disabled === 1,
  };
}

export function stationsOf(stored: string | null): ReadonlySet<string> | null {
  return stored === null ? null : new Set(JSON.parse(stored) as string[]);
}

export function roleOf(text: string): Role {
  return (roles as readonly string[]).includes(text) ? (text as Role) : 'viewer';
}
