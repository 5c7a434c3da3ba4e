// Who is who and who may do what: users, sessions, sign-in with growing delay. The one place that HTTP and the live channel ask.
import { createHash, randomBytes } from 'node:crypto';
import { mayDo, type Permission, permissionsOf, type Role, roles } from '../../domain/access/roles.ts';
import type { SessionView } from '../../domain/api/session-api.ts';
import type { ChangeUser, UserView } from '../../domain/api/users-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Database, UserTable } from '../journal/database.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';

export interface Identity {
  readonly username: string;
  readonly displayName: string;
  readonly role: Role;
  readonly stationIds: ReadonlySet<string> | null;
  readonly expiresAtMs: number;
  readonly tokenHash: string;
}

export type SignInResult =
  | { readonly kind: 'ok'; readonly token: string; readonly identity: Identity }
  | { readonly kind: 'refused' }
  | { readonly kind: 'wait'; readonly retryInMs: number };

export interface NewUser {
  readonly username: string;
  readonly displayName: string;
  readonly role: Role;
  /** Null for all stations. */
  readonly stationIds: readonly string[] | null;
  readonly password: string;
}

const systemActor: JournalActor = { kind: 'system', part: 'server' };

/** A shift and its handover: an action needs an identity that somebody took on for this watch. */
const sessionMs = 12 * 3_600_000;
const failuresBeforeDelay = 5;
const longestDelayMs = 30_000;

const demoUsers: readonly { username: string; displayName: string; role: Role }[] = [
  { username: 'duty', displayName: '值班员 王敏', role: 'operator' },
  { username: 'supervisor', displayName: '值班长 李强', role: 'supervisor' },
  { username: 'team', displayName: '抢险队 赵刚', role: 'emergencyTeam' },
  { username: 'engineer', displayName: '工程师 陈晨', role: 'engineer' },
  { username: 'auditor', displayName: '审计员 周洁', role: 'auditor' },
  { username: 'authority', displayName: '主管部门 吴敏', role: 'authority' },
  { username: 'admin', displayName: '管理员 孙磊', role: 'administrator' },
];

export class AccessControl {
  readonly #database: Database;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #failures = new Map<string, { count: number; untilMs: number }>();
  readonly #ended = new Set<(tokenHash: string) => void>();
  #decoyHash: string | null = null;

  constructor(ledger: Ledger, clock: Clock) {
    this.#database = ledger.database;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** Demo users, or one administrator with a password that is returned once. Changes nothing where users exist. */
  async prepare(kind: 'demo' | 'real'): Promise<string | null> {
    const existing = await this.#database.selectFrom('user_account').select('username').limit(1).executeTakeFirst();
    if (existing !== undefined) return null;
    if (kind === 'demo') {
      for (const user of demoUsers) await this.addUser({ ...user, stationIds: null, password: `${user.username}-demo` }, systemActor);
      return null;
    }
    const password = randomBytes(12).toString('base64url');
    await this.addUser({ username: 'admin', displayName: 'admin', role: 'administrator', stationIds: null, password }, systemActor);
    return password;
  }

  /** Null where the name is taken. */
  async addUser(user: NewUser, by: JournalActor): Promise<UserView | null> {
    const { username, displayName, role, stationIds, password } = user;
    const row = {
      username,
      display_name: displayName,
      role,
      station_ids: stationIds === null ? null : JSON.stringify(stationIds),
      password_hash: await hashPassword(password),
      is_disabled: 0,
    };
    const result = await this.#database
      .insertInto('user_account')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (result.numInsertedOrUpdatedRows !== 1n) return null;
    await this.#audit('user.add', by, { username, role, stationIds });
    return userView(row);
  }

  async users(): Promise<UserView[]> {
    return (await this.#database.selectFrom('user_account').selectAll().orderBy('username').execute()).map(userView);
  }

  /** Who has a session that has not ended. */
  async signedIn(): Promise<ReadonlySet<string>> {
    const rows = await this.#database
      .selectFrom('session')
      .select('username')
      .distinct()
      .where('expires_at_ms', '>', this.#clock.nowMs())
      .execute();
    return new Set(rows.map((row) => row.username));
  }

  /** As he is now; null where there is no such person. */
  async person(username: string): Promise<UserView | null> {
    const row = await this.#database.selectFrom('user_account').selectAll().where('username', '=', username).executeTakeFirst();
    return row === undefined ? null : userView(row);
  }

  /** Ends the person's sessions, except `keepTokenHash`. False where there is no such user. */
  async setPassword(username: string, password: string, by: JournalActor, keepTokenHash: string | null = null): Promise<boolean> {
    const password_hash = await hashPassword(password);
    const result = await this.#database
      .updateTable('user_account')
      .set({ password_hash })
      .where('username', '=', username)
      .executeTakeFirst();
    if (result.numUpdatedRows !== 1n) return false;
    await this.#audit('user.password', by, { username });
    await this.#endSessions(username, keepTokenHash);
    return true;
  }

  /** False where there is no such user. */
  async setDisabled(username: string, isDisabled: boolean, by: JournalActor): Promise<boolean> {
    const result = await this.#database
      .updateTable('user_account')
      .set({ is_disabled: isDisabled ? 1 : 0 })
      .where('username', '=', username)
      .executeTakeFirst();
    if (result.numUpdatedRows !== 1n) return false;
    await this.#audit(isDisabled ? 'user.disable' : 'user.enable', by, { username });
    if (isDisabled) await this.#endSessions(username, null);
    return true;
  }

  /**
   * Null where there is no such user; `conflict` where he is no longer as `expected`. Other rights end his sessions. An administrator stays: nobody could
   * let anybody in again.
   */
  async changeUser(
    username: string,
    change: ChangeUser,
    by: JournalActor,
  ): Promise<{ readonly kind: 'done' | 'conflict' | 'lastAdministrator'; readonly user: UserView } | null> {
    const result = await this.#ledger.exclusively(async (commit) => {
      const before = await this.person(username);
      if (before === null) return null;
      const { expected, ...wanted } = change;
      const same = (a: Omit<ChangeUser, 'expected'>) =>
        JSON.stringify([a.displayName, a.role, a.stationIds === null ? null : a.stationIds.toSorted()]);
      if (same(before) !== same(expected)) return { kind: 'conflict' as const, user: before };
      if (before.role === 'administrator' && wanted.role !== 'administrator' && !(await this.#hasOtherAdministrator(username)))
        return { kind: 'lastAdministrator' as const, user: before };
      await commit([this.#auditLine('user.change', by, { username, before: expected, after: wanted })], async (transaction) => {
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
      return { kind: 'done' as const, user: { ...before, ...wanted }, hasOtherRights };
    });
    if (result?.kind === 'done' && result.hasOtherRights) await this.#endSessions(username, null);
    return result;
  }

  async #hasOtherAdministrator(username: string): Promise<boolean> {
    return (await this.users()).some((user) => user.username !== username && user.role === 'administrator' && !user.isDisabled);
  }

  async sessions(): Promise<
    readonly { readonly username: string; readonly startedAtMs: number; readonly expiresAtMs: number; readonly tokenHash: string }[]
  > {
    const rows = await this.#database
      .selectFrom('session')
      .selectAll()
      .where('expires_at_ms', '>', this.#clock.nowMs())
      .orderBy('created_at_ms')
      .execute();
    return rows.map((row) => ({
      username: row.username,
      startedAtMs: row.created_at_ms,
      expiresAtMs: row.expires_at_ms,
      tokenHash: row.token_hash,
    }));
  }

  /** Except `keepTokenHash`. False where there is no such user. */
  async endSessionsOf(username: string, by: JournalActor, keepTokenHash: string | null): Promise<boolean> {
    if ((await this.person(username)) === null) return false;
    await this.#audit('user.endSessions', by, { username });
    await this.#endSessions(username, keepTokenHash);
    return true;
  }

  /** Checks a password without making a session: for a second person's approval. */
  async verify(
    username: string,
    password: string,
  ): Promise<
    | { readonly kind: 'ok'; readonly role: Role; readonly displayName: string; readonly stationIds: ReadonlySet<string> | null }
    | { readonly kind: 'refused' }
    | { readonly kind: 'wait'; readonly retryInMs: number }
  > {
    const nowMs = this.#clock.monotonicMs();
    const failure = this.#failures.get(username);
    if (failure !== undefined && failure.untilMs > nowMs) return { kind: 'wait', retryInMs: failure.untilMs - nowMs };
    const user = await this.#database.selectFrom('user_account').selectAll().where('username', '=', username).executeTakeFirst();
    // An unknown name costs the same time as a wrong password.
    this.#decoyHash ??= await hashPassword(randomBytes(16).toString('hex'));
    const isRight = await verifyPassword(password, user?.password_hash ?? this.#decoyHash);
    if (!isRight || user === undefined || user.is_disabled === 1) {
      this.#countFailure(username, nowMs);
      return { kind: 'refused' };
    }
    this.#failures.delete(username);
    return { kind: 'ok', role: roleOf(user.role), displayName: user.display_name, stationIds: stationsOf(user.station_ids) };
  }

  async signIn(username: string, password: string, from: string): Promise<SignInResult> {
    const verified = await this.verify(username, password);
    if (verified.kind !== 'ok') {
      await this.#audit(
        'session.refused',
        { kind: 'system', part: 'server' },
        { username, from, reason: verified.kind === 'wait' ? 'delayed' : 'wrongNameOrPassword' },
      );
      return verified;
    }
    const session = await this.openSession(username, from);
    return session === null ? { kind: 'refused' } : { kind: 'ok', ...session };
  }

  /** For somebody whose right to it has been proven otherwise. Null where there is no such person, or he is disabled. */
  async openSession(username: string, from: string): Promise<{ readonly token: string; readonly identity: Identity } | null> {
    const token = randomBytes(32).toString('base64url');
    const tokenHash = hashToken(token);
    const nowMs = this.#clock.nowMs();
    await this.#database.deleteFrom('session').where('expires_at_ms', '<', nowMs).execute();
    await this.#database
      .insertInto('session')
      .values({ token_hash: tokenHash, username, created_at_ms: nowMs, expires_at_ms: nowMs + sessionMs })
      .execute();
    const identity = await this.identify(token);
    if (identity === null) {
      await this.#database.deleteFrom('session').where('token_hash', '=', tokenHash).execute();
      return null;
    }
    await this.#audit('session.start', actorOf(identity), { from });
    return { token, identity };
  }

  async signOut(identity: Identity): Promise<void> {
    await this.#database.deleteFrom('session').where('token_hash', '=', identity.tokenHash).execute();
    await this.#audit('session.end', actorOf(identity), {});
    for (const listener of this.#ended) listener(identity.tokenHash);
  }

  onSessionEnded(listener: (tokenHash: string) => void): void {
    this.#ended.add(listener);
  }

  /** The live identity behind a session token, asked anew at every action. */
  async identify(token: string | undefined): Promise<Identity | null> {
    return token === undefined || token === '' ? null : this.identifyHash(hashToken(token));
  }

  async identifyHash(tokenHash: string): Promise<Identity | null> {
    const row = await this.#database
      .selectFrom('session')
      .innerJoin('user_account', 'user_account.username', 'session.username')
      .select([
        'user_account.username',
        'user_account.display_name',
        'user_account.role',
        'user_account.station_ids',
        'user_account.is_disabled',
        'session.expires_at_ms',
      ])
      .where('session.token_hash', '=', tokenHash)
      .executeTakeFirst();
    if (row === undefined || row.is_disabled === 1 || row.expires_at_ms <= this.#clock.nowMs()) return null;
    return {
      username: row.username,
      displayName: row.display_name,
      role: roleOf(row.role),
      stationIds: stationsOf(row.station_ids),
      expiresAtMs: row.expires_at_ms,
      tokenHash,
    };
  }

  async auditRefusal(identity: Identity | null, what: string): Promise<void> {
    await this.#audit('access.refused', identity === null ? { kind: 'system', part: 'server' } : actorOf(identity), { what });
  }

  async #endSessions(username: string, keepTokenHash: string | null): Promise<void> {
    const rows = await this.#database.selectFrom('session').select('token_hash').where('username', '=', username).execute();
    const ended = rows.map((row) => row.token_hash).filter((tokenHash) => tokenHash !== keepTokenHash);
    if (ended.length === 0) return;
    await this.#database.deleteFrom('session').where('token_hash', 'in', ended).execute();
    for (const tokenHash of ended) for (const listener of this.#ended) listener(tokenHash);
  }

  #countFailure(username: string, nowMs: number): void {
    const count = (this.#failures.get(username)?.count ?? 0) + 1;
    // A delay, never a lock: an attacker must not be able to keep the duty staff out.
    const delayMs = count < failuresBeforeDelay ? 0 : Math.min(longestDelayMs, 1_000 * 2 ** (count - failuresBeforeDelay));
    if (this.#failures.size > 10_000) this.#failures.clear();
    this.#failures.set(username, { count, untilMs: nowMs + delayMs });
  }

  #audit(kind: string, actor: JournalActor, detail: Record<string, unknown>): Promise<void> {
    return this.#ledger.note(this.#auditLine(kind, actor, detail));
  }

  #auditLine(kind: string, actor: JournalActor, detail: Record<string, unknown>): NewJournalEntry {
    return { occurredAtMs: this.#clock.nowMs(), kind, stationId: null, alarmId: null, occurrenceId: null, actor, detail };
  }
}

export function isAllowed(identity: Identity, permission: Permission, stationId: string | null): boolean {
  return mayDo(identity.role, permission) && (stationId === null || maySee(identity, stationId));
}

export function maySee(identity: Pick<Identity, 'stationIds'>, stationId: string): boolean {
  return identity.stationIds === null || identity.stationIds.has(stationId);
}

export function actorOf(identity: Identity): JournalActor {
  return { kind: 'person', username: identity.username, displayName: identity.displayName };
}

export function sessionView(identity: Identity): SessionView {
  return {
    username: identity.username,
    displayName: identity.displayName,
    role: identity.role,
    permissions: [...permissionsOf(identity.role)],
    stationIds: identity.stationIds === null ? null : [...identity.stationIds],
    expiresAtMs: identity.expiresAtMs,
  };
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

function stationsOf(stored: string | null): ReadonlySet<string> | null {
  return stored === null ? null : new Set(JSON.parse(stored) as string[]);
}

function roleOf(text: string): Role {
  return (roles as readonly string[]).includes(text) ? (text as Role) : 'viewer';
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
