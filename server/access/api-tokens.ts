// Tokens of integrations: what they may read, at which stations, until when. A token is shown once and kept as a hash. Who may make one is the routes' business.
import { createHash, randomBytes } from 'node:crypto';
import { type Permission, permissions } from '../../domain/access/roles.ts';
import type { ApiTokenView, MakeApiToken } from '../../domain/api/api-tokens-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { ApiTokenTable } from './access-tables.ts';
import type { Identity } from './identity.ts';

/** Also tells a scanner of leaked secrets what it has found. */
const tokenPrefix = 'gwt_';
const usedNoteMs = 60_000;
const longestMs = 731 * 86_400_000;

export type MadeToken =
  | { readonly kind: 'made'; readonly token: string; readonly view: ApiTokenView }
  | { readonly kind: 'refused'; readonly path: 'expiresAtMs' | 'stationIds'; readonly message: string };

export type RevokedToken =
  | { readonly kind: 'revoked'; readonly view: ApiTokenView }
  | { readonly kind: 'alreadyRevoked'; readonly view: ApiTokenView }
  | { readonly kind: 'unknown' };

export class ApiTokens {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #revoked: (tokenHash: string) => void;

  /** `revoked` ends what is open with the token. */
  constructor(ledger: Ledger, clock: Clock, revoked: (tokenHash: string) => void) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#revoked = revoked;
  }

  async list(): Promise<ApiTokenView[]> {
    return (await this.#ledger.database.selectFrom('api_token').selectAll().orderBy('made_at_ms', 'desc').execute()).map(viewOf);
  }

  async make(wanted: MakeApiToken, by: Identity, actor: JournalActor): Promise<MadeToken> {
    const nowMs = this.#clock.nowMs();
    if (wanted.expiresAtMs <= nowMs || wanted.expiresAtMs > nowMs + longestMs)
      return { kind: 'refused', path: 'expiresAtMs', message: 'expected a time within the next two years' };
    const stationIds = wanted.stationIds === undefined ? null : [...new Set(wanted.stationIds)].toSorted();
    // Nobody hands out more than he has.
    if (by.stationIds !== null && (stationIds === null || stationIds.some((id) => by.stationIds?.has(id) !== true)))
      return { kind: 'refused', path: 'stationIds', message: 'expected stations that you may see yourself' };
    const tokenId = randomBytes(5).toString('hex');
    const token = `${tokenPrefix}${tokenId}_${randomBytes(32).toString('base64url')}`;
    const row: ApiTokenTable = {
      token_id: tokenId,
      name: wanted.name,
      token_hash: tokenHashOf(token),
      permissions: JSON.stringify([...new Set(wanted.permissions)]),
      station_ids: stationIds === null ? null : JSON.stringify(stationIds),
      made_by: by.username,
      made_at_ms: nowMs,
      expires_at_ms: wanted.expiresAtMs,
      last_used_at_ms: null,
      last_used_from: null,
      revoked_by: null,
      revoked_at_ms: null,
    };
    await this.#ledger.commit([this.#line('token.make', actor, row)], async (transaction) => {
      await transaction.insertInto('api_token').values(row).execute();
    });
    return { kind: 'made', token, view: viewOf(row) };
  }

  async revoke(tokenId: string, by: Identity, actor: JournalActor): Promise<RevokedToken> {
    const revoked = await this.#ledger.exclusively(async (commit): Promise<RevokedToken & { readonly tokenHash?: string }> => {
      const row = await this.#ledger.database.selectFrom('api_token').selectAll().where('token_id', '=', tokenId).executeTakeFirst();
      if (row === undefined) return { kind: 'unknown' };
      if (row.revoked_at_ms !== null) return { kind: 'alreadyRevoked', view: viewOf(row) };
      const change = { revoked_by: by.username, revoked_at_ms: this.#clock.nowMs() };
      await commit([this.#line('token.revoke', actor, row)], async (transaction) => {
        await transaction.updateTable('api_token').set(change).where('token_id', '=', tokenId).execute();
      });
      return { kind: 'revoked', view: viewOf({ ...row, ...change }), tokenHash: row.token_hash };
    });
    const { tokenHash, ...result } = revoked as RevokedToken & { readonly tokenHash?: string };
    if (tokenHash !== undefined) this.#revoked(tokenHash);
    return result as RevokedToken;
  }

  /** The identity behind a token now; null where it is unknown, expired or revoked. */
  async identify(token: string, from: string): Promise<Identity | null> {
    if (!token.startsWith(tokenPrefix)) return null;
    const tokenHash = tokenHashOf(token);
    const identity = await this.identifyHash(tokenHash);
    if (identity !== null) await this.#noteUse(tokenHash, from);
    return identity;
  }

  async identifyHash(tokenHash: string): Promise<Identity | null> {
    const row = await this.#ledger.database.selectFrom('api_token').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst();
    if (row === undefined || row.revoked_at_ms !== null || row.expires_at_ms <= this.#clock.nowMs()) return null;
    const named = JSON.parse(row.permissions) as readonly string[];
    return {
      kind: 'token',
      // No person's name can have a colon.
      username: `token:${row.token_id}`,
      displayName: row.name,
      role: 'viewer',
      permissions: new Set<Permission>(permissions.filter((permission) => named.includes(permission))),
      stationIds: row.station_ids === null ? null : new Set(JSON.parse(row.station_ids) as string[]),
      expiresAtMs: row.expires_at_ms,
      tokenHash,
      mustDo: null,
    };
  }

  /** To the minute, so that a busy integration does not write with every request. */
  async #noteUse(tokenHash: string, from: string): Promise<void> {
    const nowMs = this.#clock.nowMs();
    await this.#ledger.database
      .updateTable('api_token')
      .set({ last_used_at_ms: nowMs, last_used_from: from })
      .where('token_hash', '=', tokenHash)
      .where((row) => row.or([row('last_used_at_ms', 'is', null), row('last_used_at_ms', '<', nowMs - usedNoteMs)]))
      .execute();
  }

  #line(kind: string, actor: JournalActor, row: ApiTokenTable): NewJournalEntry {
    const { token_id: tokenId, name, expires_at_ms: expiresAtMs } = row;
    return {
      occurredAtMs: this.#clock.nowMs(),
      kind,
      stationId: null,
      alarmId: null,
      occurrenceId: null,
      actor,
      detail: {
        tokenId,
        name,
        expiresAtMs,
        permissions: JSON.parse(row.permissions),
        stationIds: row.station_ids === null ? null : JSON.parse(row.station_ids),
      },
    };
  }
}

function viewOf(row: ApiTokenTable): ApiTokenView {
  return {
    id: row.token_id,
    name: row.name,
    permissions: JSON.parse(row.permissions) as string[],
    stationIds: row.station_ids === null ? null : (JSON.parse(row.station_ids) as string[]),
    madeBy: row.made_by,
    madeAtMs: row.made_at_ms,
    expiresAtMs: row.expires_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
    lastUsedFrom: row.last_used_from,
    revokedBy: row.revoked_by,
    revokedAtMs: row.revoked_at_ms,
  };
}

function tokenHashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
