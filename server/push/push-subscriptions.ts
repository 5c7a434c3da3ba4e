// Where each person's phones can be reached. A phone belongs to whoever signed in on it last; signing out, or the push service's word that it is gone,
// takes it away. Every change is journaled, without the address, which is a key to the phone.
import { createHash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { PushSubscribe } from '../../domain/api/push-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import { type Language, languages } from '../../domain/text/localized-text.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { actorOf, type Identity } from '../access/identity.ts';
import type { Schema } from '../journal/database.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { PushSubscriptionTable } from './push-tables.ts';

export interface PushSubscription {
  /** SHA-256 of the endpoint. */
  readonly id: string;
  readonly username: string;
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  readonly language: Language;
}

/** More phones than anybody carries; the oldest goes. */
const mostOfOnePerson = 10;
const serverActor: JournalActor = { kind: 'system', part: 'server' };

export type RemovalReason = 'turnedOff' | 'signedOut' | 'tooMany' | 'takenOver';

export class PushSubscriptions {
  readonly #ledger: Ledger;
  readonly #clock: Clock;

  constructor(ledger: Ledger, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  async of(username: string): Promise<readonly PushSubscription[]> {
    const rows = await this.#ledger.database
      .selectFrom('push_subscription')
      .selectAll()
      .where('username', '=', username)
      .orderBy('created_at_ms')
      .execute();
    return rows.map(fromRow);
  }

  /** The same phone again only brings itself up to date; a phone that was another person's is his no more. */
  subscribe(identity: Identity, { subscription, language }: PushSubscribe): Promise<void> {
    const id = idOf(subscription.endpoint);
    return this.#ledger.exclusively(async (commit) => {
      const { database } = this.#ledger;
      const before = await database.selectFrom('push_subscription').selectAll().where('subscription_id', '=', id).executeTakeFirst();
      const isSamePerson = before?.username === identity.username;
      const own = await database
        .selectFrom('push_subscription')
        .selectAll()
        .where('username', '=', identity.username)
        .orderBy('created_at_ms')
        .execute();
      const tooMany = isSamePerson ? [] : own.slice(0, Math.max(0, own.length + 1 - mostOfOnePerson));
      const row: PushSubscriptionTable = {
        subscription_id: id,
        username: identity.username,
        endpoint: subscription.endpoint,
        p256dh: subscription.keys.p256dh.replace(/=+$/, ''),
        auth: subscription.keys.auth.replace(/=+$/, ''),
        language,
        session_hash: identity.tokenHash,
        created_at_ms: isSamePerson ? before.created_at_ms : this.#clock.nowMs(),
      };
      const lines: NewJournalEntry[] = [
        ...(before !== undefined && !isSamePerson ? [this.#removal(before, 'takenOver', actorOf(identity))] : []),
        ...tooMany.map((old) => this.#removal(old, 'tooMany', serverActor)),
        ...(isSamePerson ? [] : [this.#line('push.subscribe', row, actorOf(identity), {})]),
      ];
      await commit(lines, async (transaction) => {
        await removeRows(transaction, [id, ...tooMany.map((old) => old.subscription_id)]);
        await transaction.insertInto('push_subscription').values(row).execute();
      });
    });
  }

  /** One's own only; false where it is not. */
  async unsubscribe(identity: Identity, endpoint: string): Promise<boolean> {
    const removed = await this.#remove('turnedOff', actorOf(identity), {
      subscription_id: idOf(endpoint),
      username: identity.username,
    });
    return removed > 0;
  }

  /** A sign-in was ended by somebody. One that runs out by itself leaves the phone reachable: whoever is called out need not be signed in. */
  async endSession(tokenHash: string): Promise<void> {
    await this.#remove('signedOut', serverActor, { session_hash: tokenHash });
  }

  /** The push service says that there is no such phone any more. */
  expire(subscription: PushSubscription, status: number): Promise<void> {
    return this.#ledger.exclusively(async (commit) => {
      const row = await this.#ledger.database
        .selectFrom('push_subscription')
        .selectAll()
        .where('subscription_id', '=', subscription.id)
        .executeTakeFirst();
      // Turned on anew meanwhile: that is another subscription under the same address.
      if (row === undefined || row.p256dh !== subscription.p256dh) return;
      await commit([this.#line('push.expire', row, serverActor, { status })], (transaction) =>
        removeRows(transaction, [row.subscription_id]),
      );
    });
  }

  #remove(reason: RemovalReason, by: JournalActor, which: Partial<PushSubscriptionTable>): Promise<number> {
    return this.#ledger.exclusively(async (commit) => {
      let select = this.#ledger.database.selectFrom('push_subscription').selectAll();
      if (which.subscription_id !== undefined) select = select.where('subscription_id', '=', which.subscription_id);
      if (which.username !== undefined) select = select.where('username', '=', which.username);
      if (which.session_hash !== undefined) select = select.where('session_hash', '=', which.session_hash);
      const rows = await select.execute();
      if (rows.length === 0) return 0;
      await commit(
        rows.map((row) => this.#removal(row, reason, by)),
        (transaction) =>
          removeRows(
            transaction,
            rows.map((row) => row.subscription_id),
          ),
      );
      return rows.length;
    });
  }

  #removal(row: PushSubscriptionTable, reason: RemovalReason, by: JournalActor): NewJournalEntry {
    return this.#line('push.unsubscribe', row, by, { because: reason });
  }

  #line(kind: string, row: PushSubscriptionTable, actor: JournalActor, detail: Readonly<Record<string, unknown>>): NewJournalEntry {
    return {
      occurredAtMs: this.#clock.nowMs(),
      kind,
      stationId: null,
      alarmId: null,
      occurrenceId: null,
      actor,
      detail: { username: row.username, phone: row.subscription_id.slice(0, 12), service: new URL(row.endpoint).host, ...detail },
    };
  }
}

export function idOf(endpoint: string): string {
  return createHash('sha256').update(endpoint).digest('hex');
}

async function removeRows(transaction: Transaction<Schema>, ids: readonly string[]): Promise<void> {
  await transaction.deleteFrom('push_subscription').where('subscription_id', 'in', ids).execute();
}

function fromRow(row: PushSubscriptionTable): PushSubscription {
  return {
    id: row.subscription_id,
    username: row.username,
    endpoint: row.endpoint,
    p256dh: row.p256dh,
    auth: row.auth,
    language: languages.find((language) => language === row.language) ?? 'zh',
  };
}

/** Everybody who has a phone that can be reached. */
export async function peopleWithPush(database: Kysely<Schema>): Promise<ReadonlySet<string>> {
  const rows = await database.selectFrom('push_subscription').select('username').distinct().execute();
  return new Set(rows.map((row) => row.username));
}
