// Who is who and who may do what: sign-in, sessions, tokens. The one place that HTTP and the live channel ask.
import { createHash, randomBytes } from 'node:crypto';
import { type AccessPolicy, defaultAccessPolicy } from '../../domain/access/access-policy.ts';
import { type Permission, permissionsUnder, type Role } from '../../domain/access/roles.ts';
import type { OwnSession } from '../../domain/api/account-api.ts';
import { type DirectoryRefusal, dutiesBefore } from '../../domain/api/session-api.ts';
import type { ChangeUser, UserView } from '../../domain/api/users-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { Deadlines } from '../../domain/time/deadlines.ts';
import type { Database, SessionTable } from '../journal/database.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import { AccessKey } from './access-key.ts';
import { ApiTokens } from './api-tokens.ts';
import type { DirectoryPerson } from './directory.ts';
import { type FirstPassword, makeFirstPeople } from './first-people.ts';
import { actorOf, type Identity } from './identity.ts';
import type { SomebodyLeft } from './logout-token.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';
import { type Refusal, RefusalAudit } from './refusal-audit.ts';
import { SecondFactors } from './second-factors.ts';
import { SignInDelays, type TriedFrom } from './sign-in-delays.ts';
import { type ChangedUser, type NewUser, roleOf, stationsOf, UserAccounts } from './user-accounts.ts';

/** What a person shows to prove who he is. */
export interface Proof {
  readonly username: string;
  readonly password: string;
  /** Of the second factor, where one was asked for. */
  readonly code?: string | undefined;
}

export type Verified =
  | { readonly kind: 'ok'; readonly role: Role; readonly displayName: string; readonly stationIds: ReadonlySet<string> | null }
  | { readonly kind: 'refused' }
  /** The password is right; the second factor is missing, or was wrong. */
  | { readonly kind: 'codeNeeded'; readonly wasWrong: boolean }
  | { readonly kind: 'wait'; readonly retryInMs: number };

export type SignInResult = { readonly kind: 'ok'; readonly token: string; readonly identity: Identity } | Exclude<Verified, { kind: 'ok' }>;

const directoryActor: JournalActor = { kind: 'system', part: 'directory' };
const systemActor: JournalActor = { kind: 'system', part: 'server' };

/** A shift and its handover: an action needs an identity that somebody took on for this watch. */
const sessionMs = 12 * 3_600_000;

export class AccessControl {
  readonly policy: AccessPolicy;
  readonly accounts: UserAccounts;
  readonly secondFactors: SecondFactors;
  readonly tokens: ApiTokens;
  readonly key: AccessKey;
  readonly #database: Database;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #delays: SignInDelays;
  /** A clock that is set back makes no session longer. */
  readonly #sessionEnds: Deadlines;
  readonly #refusals: RefusalAudit;
  readonly #ended = new Set<(tokenHash: string) => void>();
  #decoyHash: string | null = null;

  /** Without a key what is sealed is lost with the process: for tests. */
  constructor(ledger: Ledger, clock: Clock, options: { readonly policy?: AccessPolicy; readonly key?: AccessKey } = {}) {
    this.#database = ledger.database;
    this.#ledger = ledger;
    this.#clock = clock;
    this.policy = options.policy ?? defaultAccessPolicy;
    this.key = options.key ?? new AccessKey(randomBytes(32));
    this.accounts = new UserAccounts(ledger, clock, this.policy);
    this.secondFactors = new SecondFactors(ledger, clock, this.key);
    this.tokens = new ApiTokens(ledger, clock, (tokenHash) => this.#tellEnded(tokenHash));
    this.#delays = new SignInDelays(clock);
    this.#sessionEnds = new Deadlines(clock);
    this.#refusals = new RefusalAudit(clock, (refusal) => this.#tellRefusal(refusal));
  }

  prepare(kind: 'demo' | 'real'): Promise<readonly FirstPassword[]> {
    return makeFirstPeople(this.accounts, this.policy.areAdministratorsSeparate, kind);
  }

  /** Null where the name is taken. */
  addUser(user: NewUser, by: JournalActor): Promise<UserView | null> {
    return this.accounts.add(user, by, null);
  }

  users(): Promise<UserView[]> {
    return this.accounts.all();
  }

  /** As he is now; null where there is no such person. */
  person(username: string): Promise<UserView | null> {
    return this.accounts.person(username);
  }

  /** Who has a session that has not ended. */
  async signedIn(): Promise<ReadonlySet<string>> {
    return new Set((await this.#openSessions()).map((row) => row.username));
  }

  /** Ends the person's sessions, except `keepTokenHash`, which is then free to do what it may. False where there is no such user. */
  async setPassword(username: string, password: string, by: JournalActor, keepTokenHash: string | null = null): Promise<boolean> {
    if (!(await this.accounts.setPassword(username, password, by))) return false;
    await this.#endSessions(username, keepTokenHash);
    if (keepTokenHash !== null) await this.dutyDone(username, keepTokenHash);
    return true;
  }

  /** The person has done what his session asked of him; something else may be left. */
  async dutyDone(username: string, tokenHash: string): Promise<void> {
    const row = await this.accounts.row(username);
    if (row === undefined) return;
    const must_do = this.accounts.dutyBefore(row, await this.secondFactors.isEnrolled(username));
    await this.#database.updateTable('session').set({ must_do }).where('token_hash', '=', tokenHash).execute();
  }

  /** False where there is no such user. */
  async setDisabled(username: string, isDisabled: boolean, by: JournalActor): Promise<boolean> {
    if (!(await this.accounts.setDisabled(username, isDisabled, by))) return false;
    if (isDisabled) await this.#endSessions(username, null);
    return true;
  }

  /** As `UserAccounts.change`. Other rights end his sessions. */
  async changeUser(username: string, change: ChangeUser, by: JournalActor): Promise<ChangedUser | null> {
    const result = await this.accounts.change(username, change, by);
    if (result?.hasOtherRights === true) await this.#endSessions(username, null);
    return result;
  }

  async sessions(): Promise<readonly (Omit<OwnSession, 'isOwn'> & { readonly username: string; readonly tokenHash: string })[]> {
    return (await this.#openSessions()).map((row) => ({
      id: nameOf(row),
      username: row.username,
      startedAtMs: row.created_at_ms,
      expiresAtMs: row.expires_at_ms,
      from: row.started_from,
      method: methodOf(row.method),
      tokenHash: row.token_hash,
    }));
  }

  /** One session; of `username` only, where given. False where there is none. */
  async endSession(sessionId: string, by: JournalActor, username: string | null): Promise<boolean> {
    const row = (await this.#openSessions()).find((open) => nameOf(open) === sessionId && (username ?? open.username) === open.username);
    if (row === undefined) return false;
    await this.#ledger.commit([this.#auditLine('session.revoke', by, { username: row.username })], async (transaction) => {
      await transaction.deleteFrom('session').where('token_hash', '=', row.token_hash).execute();
    });
    this.#tellEnded(row.token_hash);
    return true;
  }

  /** Except `keepTokenHash`. False where there is no such user. */
  async endSessionsOf(username: string, by: JournalActor, keepTokenHash: string | null): Promise<boolean> {
    if ((await this.person(username)) === null) return false;
    await this.#audit('user.endSessions', by, { username });
    await this.#endSessions(username, keepTokenHash);
    return true;
  }

  /** Checks who it is without making a session: for a second person's approval, and before an own secret is changed. */
  async verify(proof: Proof, from: TriedFrom): Promise<Verified> {
    const { username, password, code } = proof;
    const retryInMs = this.#delays.waitMs(username, from);
    if (retryInMs > 0) return { kind: 'wait', retryInMs };
    const user = await this.accounts.row(username);
    // An unknown name costs the same time as a wrong password.
    this.#decoyHash ??= await hashPassword(randomBytes(16).toString('hex'));
    const isRight = await verifyPassword(password, user?.password_hash ?? this.#decoyHash);
    if (!isRight || user === undefined || user.is_disabled === 1) {
      this.#delays.failed(username, from);
      return { kind: 'refused' };
    }
    const check = await this.#checkCode(user.username, user.display_name, code);
    if (check === 'wrong') this.#delays.failed(username, from);
    if (check !== 'right') return { kind: 'codeNeeded', wasWrong: check === 'wrong' };
    this.#delays.succeeded(username, from);
    return { kind: 'ok', role: roleOf(user.role), displayName: user.display_name, stationIds: stationsOf(user.station_ids) };
  }

  async #checkCode(username: string, displayName: string, code: string | undefined): Promise<'right' | 'wrong' | 'missing'> {
    if (code === undefined || code === '') return (await this.secondFactors.isEnrolled(username)) ? 'missing' : 'right';
    const check = await this.secondFactors.check(username, code, { kind: 'person', username, displayName });
    return check === 'wrong' ? 'wrong' : 'right';
  }

  /** `device` is the browser, where this person has signed in with it before. */
  async signIn(proof: Proof, from: string, device: string | null = null): Promise<SignInResult> {
    const { username } = proof;
    const verified = await this.verify(proof, { place: from, device });
    if (verified.kind !== 'ok') {
      // A page asks for the code after the password: that is not a refusal yet.
      if (verified.kind !== 'codeNeeded' || verified.wasWrong)
        await this.#audit('session.refused', systemActor, { username, from, reason: reasonOf(verified) });
      return verified;
    }
    const user = await this.accounts.row(username);
    const hasSecondFactor = await this.secondFactors.isEnrolled(username);
    const session = await this.openSession(username, from, {
      method: hasSecondFactor ? 'secondFactor' : 'password',
      mustDo: user === undefined ? null : this.accounts.dutyBefore(user, hasSecondFactor),
    });
    return session === null ? { kind: 'refused' } : { kind: 'ok', ...session };
  }

  /** For somebody whose right to it has been proven. Null where there is no such person, or he is disabled. */
  async openSession(
    username: string,
    from: string,
    how: { readonly method: OwnSession['method']; readonly mustDo: Identity['mustDo']; readonly directorySession?: string | null } = {
      method: 'other',
      mustDo: null,
    },
  ): Promise<{ readonly token: string; readonly identity: Identity } | null> {
    const token = randomBytes(32).toString('base64url');
    const tokenHash = hashToken(token);
    const nowMs = this.#clock.nowMs();
    await this.#database.deleteFrom('session').where('expires_at_ms', '<', nowMs).execute();
    await this.#database
      .insertInto('session')
      .values({
        token_hash: tokenHash,
        username,
        created_at_ms: nowMs,
        expires_at_ms: nowMs + sessionMs,
        session_id: randomBytes(8).toString('hex'),
        started_from: from,
        method: how.method,
        must_do: how.mustDo,
        directory_session: how.directorySession ?? null,
      })
      .execute();
    const identity = await this.identify(token);
    if (identity === null) {
      await this.#database.deleteFrom('session').where('token_hash', '=', tokenHash).execute();
      return null;
    }
    await this.#audit('session.start', actorOf(identity), { from, ...(how.method === 'password' ? {} : { method: how.method }) });
    return { token, identity };
  }

  /** The directory has said who he is: made or brought up to date here, then signed in. */
  async enterByDirectory(
    person: DirectoryPerson,
    from: string,
  ): Promise<
    | { readonly kind: 'ok'; readonly token: string; readonly identity: Identity }
    | { readonly kind: 'refused'; readonly reason: 'nameTaken' | 'notAllowed' }
  > {
    const username = await this.accounts.followDirectory(person, directoryActor);
    if (username === null) {
      await this.auditDirectoryRefusal(person.username, from, 'nameTaken');
      return { kind: 'refused', reason: 'nameTaken' };
    }
    if (username.hasOtherRights) await this.#endSessions(username.username, null);
    const session = await this.openSession(username.username, from, {
      method: 'directory',
      mustDo: null,
      directorySession: person.sessionId,
    });
    if (session !== null) return { kind: 'ok', ...session };
    await this.auditDirectoryRefusal(person.username, from, 'notAllowed');
    return { kind: 'refused', reason: 'notAllowed' };
  }

  /** Back-channel logout: his sessions of that session at the directory, or all that came by it. How many have ended. */
  async endDirectorySessions({ issuer, subject, sessionId }: SomebodyLeft): Promise<number> {
    const username = subject === null ? null : await this.accounts.byDirectory(issuer, subject);
    if (subject !== null && username === null) return 0;
    const rows = (await this.#openSessions()).filter((row) => row.method === 'directory' && (username ?? row.username) === row.username);
    // One whose session there is not known may be the one that is meant.
    const left = rows.filter((row) =>
      sessionId === null ? true : row.directory_session === sessionId || (username !== null && row.directory_session === null),
    );
    if (left.length === 0) return 0;
    const lines = left.map((row) => this.#auditLine('session.revoke', directoryActor, { username: row.username, reason: 'leftDirectory' }));
    const hashes = left.map((row) => row.token_hash);
    await this.#ledger.commit(lines, async (transaction) => {
      await transaction.deleteFrom('session').where('token_hash', 'in', hashes).execute();
    });
    for (const tokenHash of hashes) this.#tellEnded(tokenHash);
    return left.length;
  }

  auditLogoutRefusal(from: string, reason: string): Promise<void> {
    return this.#refusals.note({ actor: directoryActor, from, what: `logout by the directory: ${reason.slice(0, 100)}` });
  }

  auditDirectoryRefusal(username: string | null, from: string, reason: DirectoryRefusal): Promise<void> {
    return this.#refusals.note({ actor: directoryActor, from, what: `sign-in of ${username ?? 'somebody'} by the directory: ${reason}` });
  }

  async signOut(identity: Identity): Promise<void> {
    await this.#database.deleteFrom('session').where('token_hash', '=', identity.tokenHash).execute();
    await this.#audit('session.end', actorOf(identity), {});
    this.#tellEnded(identity.tokenHash);
  }

  /** Also of a token that was revoked. */
  onSessionEnded(listener: (tokenHash: string) => void): void {
    this.#ended.add(listener);
  }

  /** The live identity behind a session token, asked anew at every action. */
  async identify(token: string | undefined): Promise<Identity | null> {
    return token === undefined || token === '' ? null : this.#identifySession(hashToken(token));
  }

  /** Of a session, or of an integration's token. */
  async identifyHash(tokenHash: string): Promise<Identity | null> {
    return (await this.#identifySession(tokenHash)) ?? (await this.tokens.identifyHash(tokenHash));
  }

  async #identifySession(tokenHash: string): Promise<Identity | null> {
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
        'session.must_do',
        'session.method',
      ])
      .where('session.token_hash', '=', tokenHash)
      .executeTakeFirst();
    if (row === undefined || row.is_disabled === 1 || this.#sessionEnds.isOver(tokenHash, row.expires_at_ms, sessionMs)) return null;
    const role = roleOf(row.role);
    const mustDo = dutiesBefore.find((duty) => duty === row.must_do) ?? null;
    return {
      kind: 'person',
      username: row.username,
      displayName: row.display_name,
      role,
      permissions: mustDo === null ? permissionsUnder(role, this.policy.areAdministratorsSeparate) : new Set<Permission>(['session.own']),
      stationIds: stationsOf(row.station_ids),
      expiresAtMs: row.expires_at_ms,
      tokenHash,
      mustDo,
      isOfDirectory: row.method === 'directory',
    };
  }

  /** `from`: where a request without an identity came from. */
  async auditRefusal(identity: Identity | null, what: string, from: string | null = null): Promise<void> {
    await this.#refusals.note({ actor: identity === null ? systemActor : actorOf(identity), from: identity === null ? from : null, what });
  }

  stop(): Promise<void> {
    return this.#refusals.stop();
  }

  #tellRefusal({ actor, from, what, count }: Refusal): Promise<void> {
    return this.#audit('access.refused', actor, { what, ...(from === null ? {} : { from }), ...(count === 1 ? {} : { count }) });
  }

  #openSessions(): Promise<SessionTable[]> {
    return this.#database
      .selectFrom('session')
      .selectAll()
      .where('expires_at_ms', '>', this.#clock.nowMs())
      .orderBy('created_at_ms')
      .execute();
  }

  async #endSessions(username: string, keepTokenHash: string | null): Promise<void> {
    const rows = await this.#database.selectFrom('session').select('token_hash').where('username', '=', username).execute();
    const ended = rows.map((row) => row.token_hash).filter((tokenHash) => tokenHash !== keepTokenHash);
    if (ended.length === 0) return;
    await this.#database.deleteFrom('session').where('token_hash', 'in', ended).execute();
    for (const tokenHash of ended) this.#tellEnded(tokenHash);
  }

  #tellEnded(tokenHash: string): void {
    this.#sessionEnds.forget(tokenHash);
    for (const listener of this.#ended) listener(tokenHash);
  }

  #audit(kind: string, actor: JournalActor, detail: Record<string, unknown>): Promise<void> {
    return this.#ledger.note(this.#auditLine(kind, actor, detail));
  }

  #auditLine(kind: string, actor: JournalActor, detail: Record<string, unknown>): NewJournalEntry {
    return { occurredAtMs: this.#clock.nowMs(), kind, stationId: null, alarmId: null, occurrenceId: null, actor, detail };
  }
}

function reasonOf(verified: Exclude<Verified, { kind: 'ok' }>): string {
  switch (verified.kind) {
    case 'wait':
      return 'delayed';
    case 'codeNeeded':
      return 'wrongCode';
    case 'refused':
      return 'wrongNameOrPassword';
  }
}

/** Sessions of an older Gatewatch have no name of their own: the beginning of the hash opens nothing. */
function nameOf(row: SessionTable): string {
  return row.session_id ?? row.token_hash.slice(0, 16);
}

function methodOf(text: string | null): OwnSession['method'] {
  return text === 'password' || text === 'secondFactor' || text === 'directory' || text === 'wall' ? text : 'other';
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
