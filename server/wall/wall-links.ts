// Wall links: made, listed, opened, revoked (RULES.md). Who may make them is the routes' business.
import { createHash, randomBytes } from 'node:crypto';
import type { MakeWallLink, WallLinkView } from '../../domain/api/wall-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import { actorOf, type Identity } from '../access/identity.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { WallLinkTable } from './wall-tables.ts';

export type MadeLink =
  | { readonly kind: 'made'; readonly link: WallLinkView; readonly key: string }
  | { readonly kind: 'unknownArea'; readonly areaId: string };

export type RevokedLink =
  | { readonly kind: 'revoked'; readonly link: WallLinkView }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'alreadyRevoked'; readonly link: WallLinkView };

export class WallLinks {
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #access: AccessControl;
  readonly #clock: Clock;

  private constructor(plant: Plant, ledger: Ledger, access: AccessControl, clock: Clock) {
    this.#plant = plant;
    this.#ledger = ledger;
    this.#access = access;
    this.#clock = clock;
  }

  static async open(options: {
    readonly plant: Plant;
    readonly ledger: Ledger;
    readonly access: AccessControl;
    readonly clock: Clock;
  }): Promise<WallLinks> {
    const links = new WallLinks(options.plant, options.ledger, options.access, options.clock);
    await links.#followPlant();
    return links;
  }

  async make(wanted: MakeWallLink, by: Identity): Promise<MadeLink> {
    const areaIds = wanted.areaIds === undefined ? null : [...new Set(wanted.areaIds)];
    const unknown = areaIds?.find((id) => this.#plant.areas.every((area) => area.id !== id));
    if (unknown !== undefined) return { kind: 'unknownArea', areaId: unknown };
    const wallId = randomBytes(5).toString('hex');
    const key = randomBytes(32).toString('base64url');
    const row: WallLinkTable = {
      wall_id: wallId,
      label: wanted.label,
      area_ids: areaIds === null ? null : JSON.stringify(areaIds),
      key_hash: hashOf(key),
      username: `wall-${wallId}`,
      made_by: by.username,
      made_at_ms: this.#clock.nowMs(),
      revoked_by: null,
      revoked_at_ms: null,
    };
    // [WL1] Were the server to stop between the two, an account would be left that nobody can sign in to.
    await this.#access.addUser(
      {
        username: row.username,
        displayName: wanted.label,
        role: 'viewer',
        stationIds: this.#stationsOf(areaIds),
        password: randomBytes(32).toString('base64url'),
      },
      actorOf(by),
    );
    await this.#ledger.commit([this.#line('wall.create', actorOf(by), row)], async (transaction) => {
      await transaction.insertInto('wall_link').values(row).execute();
    });
    return { kind: 'made', link: viewOf(row, false), key };
  }

  async list(): Promise<WallLinkView[]> {
    const opened = await this.#access.sessions.signedIn();
    const rows = await this.#ledger.database.selectFrom('wall_link').selectAll().orderBy('made_at_ms', 'desc').execute();
    return rows.map((row) => viewOf(row, opened.has(row.username)));
  }

  /** A session of the link's viewer; null where the key opens nothing. [WL3] */
  async enter(key: string, from: string): Promise<{ readonly token: string; readonly identity: Identity } | null> {
    const row = await this.#ledger.database.selectFrom('wall_link').selectAll().where('key_hash', '=', hashOf(key)).executeTakeFirst();
    // [WL4] The link's own mark counts, not only the account's.
    if (row === undefined || row.revoked_at_ms !== null) return null;
    // [WL1] Whatever was done to the account since: this door is for viewers.
    if ((await this.#access.person(row.username))?.role !== 'viewer') return null;
    const session = await this.#access.sessions.open(row.username, from, { method: 'wall', mustDo: null });
    if (session === null) return null;
    await this.#ledger.note(this.#line('wall.open', actorOf(session.identity), row));
    return session;
  }

  async revoke(wallId: string, by: Identity): Promise<RevokedLink> {
    const revoked = await this.#ledger.exclusively(async (commit): Promise<RevokedLink> => {
      const row = await this.#ledger.database.selectFrom('wall_link').selectAll().where('wall_id', '=', wallId).executeTakeFirst();
      if (row === undefined) return { kind: 'unknown' };
      if (row.revoked_at_ms !== null) return { kind: 'alreadyRevoked', link: viewOf(row, false) };
      const change = { revoked_by: by.username, revoked_at_ms: this.#clock.nowMs() };
      await commit([this.#line('wall.revoke', actorOf(by), row)], async (transaction) => {
        await transaction.updateTable('wall_link').set(change).where('wall_id', '=', wallId).execute();
      });
      return { kind: 'revoked', link: viewOf({ ...row, ...change }, false) };
    });
    // [WL4] Also where it was revoked before: a stop in between must not have left its sessions alive.
    if (revoked.kind !== 'unknown') await this.#access.setDisabled(revoked.link.username, true, actorOf(by));
    return revoked;
  }

  /** [WL6] The plant file may have given an area more stations since the link was made. */
  async #followPlant(): Promise<void> {
    const rows = await this.#ledger.database
      .selectFrom('wall_link')
      .selectAll()
      .where('revoked_at_ms', 'is', null)
      .orderBy('wall_id')
      .execute();
    for (const row of rows) {
      const person = await this.#access.person(row.username);
      const stationIds = this.#stationsOf(areasOf(row));
      if (person === null || JSON.stringify(person.stationIds) === JSON.stringify(stationIds)) continue;
      await this.#ledger.commit(
        [this.#line('wall.stations', { kind: 'system', part: 'server' }, row, { stationIds })],
        async (transaction) => {
          await transaction
            .updateTable('user_account')
            .set({ station_ids: stationIds === null ? null : JSON.stringify(stationIds) })
            .where('username', '=', row.username)
            .execute();
        },
      );
    }
  }

  #stationsOf(areaIds: readonly string[] | null): string[] | null {
    if (areaIds === null) return null;
    return this.#plant.stations.filter((station) => areaIds.includes(station.areaId)).map((station) => station.id);
  }

  #line(kind: string, actor: JournalActor, row: WallLinkTable, more: Readonly<Record<string, unknown>> = {}): NewJournalEntry {
    return {
      occurredAtMs: this.#clock.nowMs(),
      kind,
      stationId: null,
      alarmId: null,
      occurrenceId: null,
      actor,
      detail: { label: row.label, wallId: row.wall_id, ...more },
    };
  }
}

function viewOf(row: WallLinkTable, isOpened: boolean): WallLinkView {
  return {
    id: row.wall_id,
    label: row.label,
    areaIds: areasOf(row),
    username: row.username,
    madeBy: row.made_by,
    madeAtMs: row.made_at_ms,
    revokedBy: row.revoked_by,
    revokedAtMs: row.revoked_at_ms,
    isOpened: isOpened && row.revoked_at_ms === null,
  };
}

function areasOf(row: WallLinkTable): string[] | null {
  return row.area_ids === null ? null : (JSON.parse(row.area_ids) as string[]);
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
