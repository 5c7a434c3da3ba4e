// People and how they can be reached. Accounts belong to `access/`; here stand their contacts, changed by the person himself or by who plans duty.
import { type ContactSettings, contactSettingsSchema, noContact } from '../../domain/duty/person-contact.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { PersonContact } from '../../domain/notification/notification-order.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Ledger } from '../journal/ledger.ts';

export interface StoredContact {
  readonly username: string;
  readonly settings: ContactSettings;
  /** 0 where nothing was ever set. */
  readonly version: number;
  readonly updatedAtMs: number | null;
  readonly updatedBy: string | null;
}

export type SetContactResult =
  | { readonly kind: 'done'; readonly contact: StoredContact }
  | { readonly kind: 'conflict'; readonly contact: StoredContact };

export class People {
  readonly #access: AccessControl;
  readonly #ledger: Ledger;
  readonly #clock: Clock;

  constructor(access: AccessControl, ledger: Ledger, clock: Clock) {
    this.#access = access;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  users() {
    return this.#access.users();
  }

  async contacts(): Promise<ReadonlyMap<string, StoredContact>> {
    const rows = await this.#ledger.database.selectFrom('person_contact').selectAll().orderBy('username').execute();
    return new Map(rows.map((row) => [row.username, storedContact(row)]));
  }

  /** Empty settings of version 0 where nothing was set. That the person exists is for the caller to know. */
  async contact(username: string): Promise<StoredContact> {
    const row = await this.#ledger.database.selectFrom('person_contact').selectAll().where('username', '=', username).executeTakeFirst();
    return row === undefined ? { username, settings: noContact, version: 0, updatedAtMs: null, updatedBy: null } : storedContact(row);
  }

  /** Where the channels of `notification/` reach a person; null for an unknown or disabled one. */
  async contactOf(username: string): Promise<PersonContact | null> {
    const user = (await this.users()).find((candidate) => candidate.username === username);
    if (user === undefined || user.isDisabled) return null;
    const { settings } = await this.contact(username);
    return { username, displayName: user.displayName, email: settings.email, mobile: settings.mobile, language: settings.language };
  }

  setContact(username: string, version: number, settings: ContactSettings, by: JournalActor): Promise<SetContactResult> {
    return this.#ledger.exclusively(async (commit): Promise<SetContactResult> => {
      const before = await this.contact(username);
      if (before.version !== version) return { kind: 'conflict', contact: before };
      const nowMs = this.#clock.nowMs();
      const row = {
        username,
        settings: JSON.stringify(settings),
        version: version + 1,
        updated_at_ms: nowMs,
        updated_by: by.kind === 'person' ? by.username : by.part,
      };
      // What changed, not to what: the journal is for ever, and a number is the person's own.
      const changed = (Object.keys(settings) as (keyof ContactSettings)[]).filter(
        (name) => JSON.stringify(settings[name]) !== JSON.stringify(before.settings[name]),
      );
      await commit(
        [
          {
            occurredAtMs: nowMs,
            kind: 'person.contact',
            stationId: null,
            alarmId: null,
            occurrenceId: null,
            actor: by,
            detail: { username, changed: changed.join(', '), version: version + 1 },
          },
        ],
        async (transaction) => {
          const { username: _key, ...values } = row;
          await transaction
            .insertInto('person_contact')
            .values(row)
            .onConflict((conflict) => conflict.column('username').doUpdateSet(values))
            .execute();
        },
      );
      return { kind: 'done', contact: storedContact(row) };
    });
  }
}

function storedContact(row: {
  username: string;
  settings: string;
  version: number;
  updated_at_ms: number;
  updated_by: string;
}): StoredContact {
  return {
    username: row.username,
    settings: contactSettingsSchema.parse(JSON.parse(row.settings)),
    version: row.version,
    updatedAtMs: row.updated_at_ms,
    updatedBy: row.updated_by,
  };
}
