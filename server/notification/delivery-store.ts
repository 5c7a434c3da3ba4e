// Orders, deliveries and attempts on disk. Each function is one transaction with its journal lines; what it returns has been committed. Decides nothing.
import type { NotificationOrder } from '../../domain/notification/notification-order.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Commit, Ledger } from '../journal/ledger.ts';
import type { SendResult } from './channel.ts';
import { changeEntries, digestEntries, endEntries, orderEntry } from './delivery-journal.ts';
import { changesOf, deliveryOf, orderRow, rowOf, type StoredOrder, storedOrder } from './delivery-rows.ts';
import type { AfterAttempt, Delivery, RouteStep } from './delivery-rules.ts';
import type { SubjectFact } from './subject-facts.ts';

/** SQLite allows 32,766 parameters a statement. */
const rowsPerStatement = 1_000;

export interface NewOrder {
  readonly order: NotificationOrder;
  readonly facts: readonly SubjectFact[];
  readonly deliveries: readonly Delivery[];
}

export interface StartedAttempt {
  readonly delivery: Delivery;
  readonly step: RouteStep;
  readonly startedAtMs: number;
}

export interface EndedAttempt {
  /** As it was while the attempt was under way. */
  readonly delivery: Delivery;
  readonly step: RouteStep;
  readonly endedAtMs: number;
  readonly result: SendResult;
  readonly after: AfterAttempt;
}

export class DeliveryStore {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Everything that has not ended. */
  async open(): Promise<readonly Delivery[]> {
    const rows = await this.#ledger.database
      .selectFrom('notification_delivery')
      .innerJoin('notification_order', 'notification_order.order_key', 'notification_delivery.order_key')
      .selectAll('notification_delivery')
      .select(['notification_order.urgency', 'notification_order.may_not_wait'])
      .where('notification_delivery.state', 'in', ['waiting', 'sending', 'held'])
      .orderBy('notification_order.ordered_at_ms')
      .execute();
    return rows.map(deliveryOf);
  }

  /** NO1: `make` is asked for those whose key is new. Returns what it made. */
  addOrders(
    orders: readonly NotificationOrder[],
    orderedAtMs: number,
    make: (fresh: readonly NotificationOrder[]) => readonly NewOrder[],
  ): Promise<readonly NewOrder[]> {
    return this.#ledger.exclusively(async (commit) => {
      const byKey = new Map<string, NotificationOrder>();
      for (const order of orders) if (!byKey.has(order.key)) byKey.set(order.key, order);
      const keys = [...byKey.keys()];
      for (let start = 0; start < keys.length; start += rowsPerStatement) {
        const known = await this.#ledger.database
          .selectFrom('notification_order')
          .select('order_key')
          .where('order_key', 'in', keys.slice(start, start + rowsPerStatement))
          .execute();
        for (const { order_key } of known) byKey.delete(order_key);
      }
      if (byKey.size === 0) return [];
      const made = make([...byKey.values()]);
      await this.#insert(
        commit,
        made,
        orderedAtMs,
        made.map((one) => orderEntry(one, orderedAtMs)),
      );
      return made;
    });
  }

  async #insert(
    commit: Commit,
    made: readonly NewOrder[],
    orderedAtMs: number,
    entries: readonly NewJournalEntry[],
    members: { readonly deliveries: readonly Delivery[]; readonly digestDeliveryId: string } | null = null,
  ): Promise<void> {
    await commit(entries, async (transaction) => {
      const orderRows = made.map(({ order, facts }) => orderRow(order, facts, orderedAtMs));
      for (let start = 0; start < orderRows.length; start += rowsPerStatement)
        await transaction
          .insertInto('notification_order')
          .values(orderRows.slice(start, start + rowsPerStatement))
          .execute();
      const deliveryRows = made.flatMap(({ deliveries }) => deliveries.map(rowOf));
      for (let start = 0; start < deliveryRows.length; start += rowsPerStatement)
        await transaction
          .insertInto('notification_delivery')
          .values(deliveryRows.slice(start, start + rowsPerStatement))
          .execute();
      if (members === null) return;
      const ids = members.deliveries.map((member) => member.deliveryId);
      for (let start = 0; start < ids.length; start += rowsPerStatement)
        await transaction
          .updateTable('notification_delivery')
          .set({ state: 'digested', digest_delivery_id: members.digestDeliveryId, finished_at_ms: orderedAtMs })
          .where('delivery_id', 'in', ids.slice(start, start + rowsPerStatement))
          .execute();
    });
  }

  /** NO14: the digest's own order and delivery, and its members' ends, together. */
  async addDigest(made: NewOrder, digest: Delivery, members: readonly Delivery[], nowMs: number): Promise<void> {
    const entries = digestEntries(digest, members, nowMs);
    await this.#ledger.exclusively((commit) =>
      this.#insert(commit, [made], nowMs, entries, { deliveries: members, digestDeliveryId: digest.deliveryId }),
    );
  }

  /** NO4: before anything goes out. */
  async start(attempts: readonly StartedAttempt[]): Promise<void> {
    await this.#ledger.commit([], async (transaction) => {
      for (const { delivery, step, startedAtMs } of attempts) {
        await transaction
          .insertInto('notification_attempt')
          .values({
            delivery_id: delivery.deliveryId,
            number: delivery.attemptsTotal,
            channel: step.channel,
            target: step.target,
            started_at_ms: startedAtMs,
            ended_at_ms: null,
            outcome: null,
            reason: null,
            code: null,
            reference: null,
          })
          .execute();
        await transaction
          .updateTable('notification_delivery')
          .set({ state: 'sending', attempts_on_step: delivery.attemptsOnStep, attempts_total: delivery.attemptsTotal })
          .where('delivery_id', '=', delivery.deliveryId)
          .execute();
      }
    });
  }

  async end(attempts: readonly EndedAttempt[]): Promise<void> {
    const orders = await this.orders(attempts.map(({ delivery }) => delivery.orderKey));
    const entries = attempts.flatMap((attempt) => endEntries(attempt, orders.get(attempt.delivery.orderKey)));
    await this.#ledger.commit(entries, async (transaction) => {
      for (const { delivery, endedAtMs, result, after } of attempts) {
        await transaction
          .updateTable('notification_attempt')
          .set({
            ended_at_ms: endedAtMs,
            outcome: result.kind,
            reason: result.kind === 'failed' ? result.reason : null,
            code: result.kind === 'failed' ? (result.code ?? null) : null,
            reference: result.kind === 'sent' ? (result.reference ?? null) : null,
          })
          .where('delivery_id', '=', delivery.deliveryId)
          .where('number', '=', delivery.attemptsTotal)
          .execute();
        await transaction
          .updateTable('notification_delivery')
          .set(changesOf(after.delivery, endedAtMs))
          .where('delivery_id', '=', delivery.deliveryId)
          .execute();
      }
    });
  }

  /** Changes without an attempt: held by the rate, or given up while it waited for its turn. */
  async change(changes: readonly { readonly before: Delivery; readonly after: AfterAttempt }[], nowMs: number): Promise<void> {
    const orders = await this.orders(changes.map(({ before }) => before.orderKey));
    const entries = changes.flatMap(({ before, after }) => changeEntries(before, after, orders.get(before.orderKey), nowMs));
    await this.#ledger.commit(entries, async (transaction) => {
      for (const { after } of changes)
        await transaction
          .updateTable('notification_delivery')
          .set(changesOf(after.delivery, nowMs))
          .where('delivery_id', '=', after.delivery.deliveryId)
          .execute();
    });
  }

  async orders(keys: readonly string[]): Promise<ReadonlyMap<string, StoredOrder>> {
    const found = new Map<string, StoredOrder>();
    const wanted = [...new Set(keys)];
    for (let start = 0; start < wanted.length; start += rowsPerStatement) {
      const rows = await this.#ledger.database
        .selectFrom('notification_order')
        .selectAll()
        .where('order_key', 'in', wanted.slice(start, start + rowsPerStatement))
        .execute();
      for (const row of rows) found.set(row.order_key, storedOrder(row));
    }
    return found;
  }

  /** Orders told by a digest, the most urgent first. */
  async digestMembers(digestDeliveryId: string): Promise<readonly StoredOrder[]> {
    const rows = await this.#ledger.database
      .selectFrom('notification_delivery')
      .innerJoin('notification_order', 'notification_order.order_key', 'notification_delivery.order_key')
      .selectAll('notification_order')
      .where('notification_delivery.digest_delivery_id', '=', digestDeliveryId)
      .orderBy('notification_order.ordered_at_ms')
      .execute();
    return rows.map(storedOrder);
  }

  /** Recipients of orders since then, one for each order: floods go on over a restart. */
  async recentOrders(sinceMs: number): Promise<readonly { readonly recipient: string; readonly atMs: number }[]> {
    const rows = await this.#ledger.database
      .selectFrom('notification_delivery')
      .innerJoin('notification_order', 'notification_order.order_key', 'notification_delivery.order_key')
      .select(['notification_delivery.recipient', 'notification_order.ordered_at_ms'])
      .where('notification_order.ordered_at_ms', '>', sinceMs)
      .where('notification_order.subject_kind', '!=', 'digest')
      .orderBy('notification_order.ordered_at_ms')
      .execute();
    return rows.map((row) => ({ recipient: row.recipient, atMs: row.ordered_at_ms }));
  }

  /** Attempts that ended since then: rates and the channels' health go on over a restart. */
  async recentAttempts(sinceMs: number) {
    return await this.#ledger.database
      .selectFrom('notification_attempt')
      .innerJoin('notification_delivery', 'notification_delivery.delivery_id', 'notification_attempt.delivery_id')
      .select([
        'notification_delivery.recipient',
        'notification_attempt.channel',
        'notification_attempt.target',
        'notification_attempt.ended_at_ms',
        'notification_attempt.outcome',
        'notification_attempt.reason',
      ])
      .where('notification_attempt.ended_at_ms', '>', sinceMs)
      .orderBy('notification_attempt.ended_at_ms')
      .execute();
  }

  /** Forgets what ended before then. The journal keeps its lines. */
  async prune(beforeMs: number): Promise<number> {
    let forgotten = 0;
    for (;;) {
      const keys = await this.#ledger.database
        .selectFrom('notification_order')
        .select('order_key')
        .where('ordered_at_ms', '<', beforeMs)
        .where('order_key', 'not in', (select) =>
          select.selectFrom('notification_delivery').select('order_key').where('state', 'in', ['waiting', 'sending', 'held']),
        )
        .limit(rowsPerStatement)
        .execute();
      if (keys.length === 0) return forgotten;
      const orderKeys = keys.map((row) => row.order_key);
      await this.#ledger.commit([], async (transaction) => {
        await transaction
          .deleteFrom('notification_attempt')
          .where('delivery_id', 'in', (select) =>
            select.selectFrom('notification_delivery').select('delivery_id').where('order_key', 'in', orderKeys),
          )
          .execute();
        await transaction.deleteFrom('notification_delivery').where('order_key', 'in', orderKeys).execute();
        await transaction.deleteFrom('notification_order').where('order_key', 'in', orderKeys).execute();
      });
      forgotten += orderKeys.length;
    }
  }
}
