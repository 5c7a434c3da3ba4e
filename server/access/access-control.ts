// Who is who and who may do what: accounts, second factors, sign-in, sessions, tokens. The one place that HTTP and the live channel ask.
import { randomBytes } from 'node:crypto';
import { type AccessPolicy, defaultAccessPolicy } from '../../domain/access/access-policy.ts';
import type { Role } from '../../domain/access/roles.ts';
import type { DirectoryRefusal } from '../../domain/api/session-api.ts';
import type { ChangeUser, UserView } from '../../domain/api/users-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Ledger } from '../journal/ledger.ts';
import { AccessKey } from './access-key.ts';
import { accessLine } from './access-line.ts';
import { ApiTokens } from './api-tokens.ts';
import type { DirectoryPerson } from './directory.ts';
import { type FirstPassword, makeFirstPeople } from './first-people.ts';
import { actorOf, type Identity } from './identity.ts';
import type { SomebodyLeft } from './logout-token.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';
import { type Refusal, RefusalAudit } from './refusal-audit.ts';
import { SecondFactors } from './second-factors.ts';
import { Sessions } from './sessions.ts';
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

export class AccessControl {
  readonly policy: AccessPolicy;
  readonly accounts: UserAccounts;
  readonly secondFactors: SecondFactors;
  readonly tokens: ApiTokens;
  readonly sessions: Sessions;
  readonly key: AccessKey;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #delays: SignInDelays;
  readonly #refusals: RefusalAudit;
  #decoyHash: string | null = null;

  /** Without a key what is sealed is lost with the process: for tests. */
  constructor(ledger: Ledger, clock: Clock, options: { readonly policy?: AccessPolicy; readonly key?: AccessKey } = {}) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.policy = options.policy ?? defaultAccessPolicy;
    this.key = options.key ?? new AccessKey(randomBytes(32));
    this.accounts = new UserAccounts(ledger, clock, this.policy);
    this.secondFactors = new SecondFactors(ledger, clock, this.key);
    this.sessions = new Sessions(ledger, clock, this.policy);
    this.tokens = new ApiTokens(ledger, clock, (tokenHash) => this.sessions.tellEnded(tokenHash));
    this.#delays = new SignInDelays(clock);
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

  /** Ends the person's sessions, except `keepTokenHash`, which is then free to do what it may. False where there is no such user. */
  async setPassword(username: string, password: string, by: JournalActor, keepTokenHash: string | null = null): Promise<boolean> {
    if (!(await this.accounts.setPassword(username, password, by))) return false;
    await this.sessions.endOf(username, keepTokenHash);
    if (keepTokenHash !== null) await this.dutyDone(username, keepTokenHash);
    return true;
  }

  /** The person has done what his session asked of him; something else may be left. */
  async dutyDone(username: string, tokenHash: string): Promise<void> {
    const row = await this.accounts.row(username);
    if (row === undefined) return;
    await this.sessions.setDuty(tokenHash, this.accounts.dutyBefore(row, await this.secondFactors.isEnrolled(username)));
  }

  /** False where there is no such user. */
  async setDisabled(username: string, isDisabled: boolean, by: JournalActor): Promise<boolean> {
    if (!(await this.accounts.setDisabled(username, isDisabled, by))) return false;
    if (isDisabled) await this.sessions.endOf(username, null);
    return true;
  }

  /** As `UserAccounts.change`. Other rights end his sessions. */
  async changeUser(username: string, change: ChangeUser, by: JournalActor): Promise<ChangedUser | null> {
    const result = await this.accounts.change(username, change, by);
    if (result?.hasOtherRights === true) await this.sessions.endOf(username, null);
    return result;
  }

  /** All sessions of a person, except `keepTokenHash`. False where there is no such user. */
  async endSessionsOf(username: string, by: JournalActor, keepTokenHash: string | null): Promise<boolean> {
    if ((await this.person(username)) === null) return false;
    await this.#audit('user.endSessions', by, { username });
    await this.sessions.endOf(username, keepTokenHash);
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

  /** `device` is the browser, where this person has signed in with it before; `over`: whether a code of a second factor can be asked for. */
  async signIn(
    proof: Proof,
    from: string,
    how: { readonly device?: string | null; readonly over?: 'http' | 'opcua' } = {},
  ): Promise<SignInResult> {
    const { username } = proof;
    const { device = null, over = 'http' } = how;
    const verified = await this.verify(proof, { place: from, device });
    if (verified.kind !== 'ok') {
      // A page asks for the code after the password: that is not a refusal yet.
      if (verified.kind !== 'codeNeeded' || verified.wasWrong)
        await this.#audit('session.refused', systemActor, { username, from, reason: reasonOf(verified) });
      return verified;
    }
    const user = await this.accounts.row(username);
    const hasSecondFactor = await this.secondFactors.isEnrolled(username);
    const session = await this.sessions.open(username, from, {
      method: over === 'opcua' ? 'opcua' : hasSecondFactor ? 'secondFactor' : 'password',
      mustDo: user === undefined ? null : this.accounts.dutyBefore(user, hasSecondFactor),
    });
    if (session === null) return { kind: 'refused' };
    // Set up while he was signing in: such sessions were ended before this one was there.
    if (over === 'opcua' && (await this.secondFactors.isEnrolled(username))) {
      await this.sessions.signOut(session.identity);
      return { kind: 'codeNeeded', wasWrong: false };
    }
    return { kind: 'ok', ...session };
  }

  /** What `begin` began counts from now on, also for those of his sessions that were begun where no code can be asked for: they end. */
  async confirmSecondFactor({ username, tokenHash }: Identity, code: string, by: JournalActor): Promise<readonly string[] | null> {
    const recoveryCodes = await this.secondFactors.confirm(username, code, by);
    if (recoveryCodes === null) return null;
    await this.sessions.revokeWithoutCode(username, by);
    await this.dutyDone(username, tokenHash);
    return recoveryCodes;
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
    if (username.hasOtherRights) await this.sessions.endOf(username.username, null);
    const session = await this.sessions.open(username.username, from, {
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
    return this.sessions.revokeOfDirectory({ username, sessionId }, directoryActor);
  }

  auditLogoutRefusal(from: string, reason: string): Promise<void> {
    return this.#refusals.note({ actor: directoryActor, from, what: `logout by the directory: ${reason.slice(0, 100)}` });
  }

  auditDirectoryRefusal(username: string | null, from: string, reason: DirectoryRefusal): Promise<void> {
    return this.#refusals.note({ actor: directoryActor, from, what: `sign-in of ${username ?? 'somebody'} by the directory: ${reason}` });
  }

  /** The live identity behind a session token, asked anew at every action. */
  identify(token: string | undefined): Promise<Identity | null> {
    return this.sessions.identify(token);
  }

  /** Of a session, or of an integration's token. */
  async identifyHash(tokenHash: string): Promise<Identity | null> {
    return (await this.sessions.identifyHash(tokenHash)) ?? (await this.tokens.identifyHash(tokenHash));
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

  #audit(kind: string, actor: JournalActor, detail: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#ledger.note(accessLine(this.#clock.nowMs(), kind, actor, detail));
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
