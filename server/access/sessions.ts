// Sessions of people: begun, known again by their token at every action, listed and ended. Who may have one is decided elsewhere.
import { createHash, randomBytes } from 'node:crypto';
import type { AccessPolicy } from '../../domain/access/access-policy.ts';
import { type Permission, permissionsUnder } from '../../domain/access/roles.ts';
import { type OwnSession, sessionMethods } from '../../domain/api/account-api.ts';
import { dutiesBefore } from '../../domain/api/session-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { Deadlines } from '../../domain/time/deadlines.ts';
import type { Database, SessionTable } from '../journal/database.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import { accessLine } from './access-line.ts';
import { actorOf, type Identity } from './identity.ts';
import { roleOf, stationsOf } from './user-accounts.ts';

/** A shift and its handover: an action needs an identity that somebody took on for this watch. */
const sessionMs = 12 * 3_600_000;

export interface OpenedSession {
  readonly token: string;
  readonly identity: Identity;
}

export class Sessions {
  readonly #policy: Pick<AccessPolicy, 'areAdministratorsSeparate'>;
  readonly #database: Database;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  /** A clock that is set back makes no session longer. */
  readonly #ends: Deadlines;
  readonly #listeners = new Set<(tokenHash: string) => void>();

  constructor(ledger: Ledger, clock: Clock, policy: Pick<AccessPolicy, 'areAdministratorsSeparate'>) {
    this.#policy = policy;
    this.#database = ledger.database;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#ends = new Deadlines(clock);
  }

  /** For somebody whose right to it has been proven. Null where there is no such person, or he is disabled. */
  async open(
    username: string,
    from: string,
    how: { readonly method: OwnSession['method']; readonly mustDo: Identity['mustDo']; readonly directorySession?: string | null } = {
      method: 'other',
      mustDo: null,
    },
  ): Promise<OpenedSession | null> {
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
    await this.#ledger.note(
      this.#line('session.start', actorOf(identity), { from, ...(how.method === 'password' ? {} : { method: how.method }) }),
    );
    return { token, identity };
  }

  /** The live identity behind a session's token, asked anew at every action. */
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
        'session.must_do',
        'session.method',
      ])
      .where('session.token_hash', '=', tokenHash)
      .executeTakeFirst();
    if (row === undefined || row.is_disabled === 1 || this.#ends.isOver(tokenHash, row.expires_at_ms, sessionMs)) return null;
    const role = roleOf(row.role);
    const mustDo = dutiesBefore.find((duty) => duty === row.must_do) ?? null;
    return {
      kind: 'person',
      username: row.username,
      displayName: row.display_name,
      role,
      permissions: mustDo === null ? permissionsUnder(role, this.#policy.areAdministratorsSeparate) : new Set<Permission>(['session.own']),
      stationIds: stationsOf(row.station_ids),
      expiresAtMs: row.expires_at_ms,
      tokenHash,
      mustDo,
      isOfDirectory: row.method === 'directory',
    };
  }

  /** What the session still asks of its person before anything else; null: nothing. */
  async setDuty(tokenHash: string, mustDo: Identity['mustDo']): Promise<void> {
    await this.#database.updateTable('session').set({ must_do: mustDo }).where('token_hash', '=', tokenHash).execute();
  }

  async all(): Promise<readonly (Omit<OwnSession, 'isOwn'> & { readonly username: string; readonly tokenHash: string })[]> {
    return (await this.#open()).map((row) => ({
      id: nameOf(row),
      username: row.username,
      startedAtMs: row.created_at_ms,
      expiresAtMs: row.expires_at_ms,
      from: row.started_from,
      method: methodOf(row.method),
      tokenHash: row.token_hash,
    }));
  }

  /** Who has a session that has not ended. */
  async signedIn(): Promise<ReadonlySet<string>> {
    return new Set((await this.#open()).map((row) => row.username));
  }

  /** By the person himself. */
  async signOut(identity: Identity): Promise<void> {
    await this.#database.deleteFrom('session').where('token_hash', '=', identity.tokenHash).execute();
    await this.#ledger.note(this.#line('session.end', actorOf(identity), {}));
    this.tellEnded(identity.tokenHash);
  }

  /** One session; of `username` only, where given. False where there is none. */
  async revoke(sessionId: string, by: JournalActor, username: string | null): Promise<boolean> {
    const row = (await this.#open()).find((open) => nameOf(open) === sessionId && (username ?? open.username) === open.username);
    if (row === undefined) return false;
    await this.#revoke([row], by, {});
    return true;
  }

  /** Those that the directory began: of that session there, of one person, or both. Somebody whose session there is not known may be the one that is meant. */
  async revokeOfDirectory(
    left: { readonly username: string | null; readonly sessionId: string | null },
    by: JournalActor,
  ): Promise<number> {
    const { username, sessionId } = left;
    const rows = (await this.#open()).filter(
      (row) =>
        row.method === 'directory' &&
        (username ?? row.username) === row.username &&
        (sessionId === null || row.directory_session === sessionId || (username !== null && row.directory_session === null)),
    );
    await this.#revoke(rows, by, { reason: 'leftDirectory' });
    return rows.length;
  }

  /** Those of a person that were begun where no code of a second factor can be asked for. */
  async revokeWithoutCode(username: string, by: JournalActor): Promise<void> {
    const rows = (await this.#open()).filter((row) => row.username === username && row.method === 'opcua');
    await this.#revoke(rows, by, { reason: 'secondFactorSetUp' });
  }

  /** All of a person, except `keepTokenHash`; whoever has it done says why. */
  async endOf(username: string, keepTokenHash: string | null): Promise<void> {
    const rows = await this.#database.selectFrom('session').select('token_hash').where('username', '=', username).execute();
    const ended = rows.map((row) => row.token_hash).filter((tokenHash) => tokenHash !== keepTokenHash);
    if (ended.length === 0) return;
    await this.#database.deleteFrom('session').where('token_hash', 'in', ended).execute();
    for (const tokenHash of ended) this.tellEnded(tokenHash);
  }

  onEnded(listener: (tokenHash: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Also of an integration's token, which ends elsewhere. */
  tellEnded(tokenHash: string): void {
    this.#ends.forget(tokenHash);
    for (const listener of this.#listeners) listener(tokenHash);
  }

  async #revoke(rows: readonly SessionTable[], by: JournalActor, why: Readonly<Record<string, string>>): Promise<void> {
    if (rows.length === 0) return;
    const hashes = rows.map((row) => row.token_hash);
    const lines = rows.map(({ username }) => this.#line('session.revoke', by, { username, ...why }));
    await this.#ledger.commit(lines, async (transaction) => {
      await transaction.deleteFrom('session').where('token_hash', 'in', hashes).execute();
    });
    for (const tokenHash of hashes) this.tellEnded(tokenHash);
  }

  #open(): Promise<SessionTable[]> {
    return this.#database
      .selectFrom('session')
      .selectAll()
      .where('expires_at_ms', '>', this.#clock.nowMs())
      .orderBy('created_at_ms')
      .execute();
  }

  #line(kind: string, actor: JournalActor, detail: Readonly<Record<string, unknown>>): NewJournalEntry {
    return accessLine(this.#clock.nowMs(), kind, actor, detail);
  }
}

/** Sessions of an older Gatewatch have no name of their own: the beginning of the hash opens nothing. */
function nameOf(row: SessionTable): string {
  return row.session_id ?? row.token_hash.slice(0, 16);
}

function methodOf(text: string | null): OwnSession['method'] {
  return sessionMethods.find((method) => method === text) ?? 'other';
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
