// How far the server's database has each outbox, and which outboxes are retired (RULES.md). Decides nothing about alarms.
import type { ReplacedOutbox } from '../../domain/messages/condition-message.ts';
import type { Database } from '../journal/database.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { DatabaseWrite } from '../journal/ledger.ts';

export interface OutboxName {
  readonly collectorId: string;
  readonly outboxId: string;
}

/** Everything up to and with `sequence` is in the database. */
export interface Progress extends OutboxName {
  readonly sequence: number;
}

/** What is to be written when an outbox names others that it replaced. */
export interface Succession extends OutboxName {
  readonly retired: readonly ReplacedOutbox[];
  /** [OB5] So many of its first messages were taken under the name of one before. */
  readonly startsAfter: number;
}

const keyOf = ({ collectorId, outboxId }: OutboxName) => `${collectorId}/${outboxId}`;

export class OutboxProgress {
  readonly #sequences = new Map<string, number>();
  readonly #retired = new Set<string>();

  static async open(database: Database): Promise<OutboxProgress> {
    const progress = new OutboxProgress();
    for (const row of await database.selectFrom('outbox_progress').selectAll().execute())
      progress.put({ collectorId: row.collector_id, outboxId: row.outbox_id, sequence: row.sequence });
    for (const row of await database.selectFrom('retired_outbox').select(['collector_id', 'outbox_id']).execute())
      progress.#retired.add(keyOf({ collectorId: row.collector_id, outboxId: row.outbox_id }));
    return progress;
  }

  /** 0 where it was never heard of. */
  throughOf(outbox: OutboxName): number {
    return this.#sequences.get(keyOf(outbox)) ?? 0;
  }

  /** [OB4] */
  isRetired(outbox: OutboxName): boolean {
    return this.#retired.has(keyOf(outbox));
  }

  /** [OB3] Null where it names nobody who is not retired already. */
  successionOf(sent: OutboxName & { readonly replaces?: readonly ReplacedOutbox[] | undefined }): Succession | null {
    const { collectorId, outboxId } = sent;
    const retired = (sent.replaces ?? []).filter(
      (replaced) => replaced.outboxId !== outboxId && !this.isRetired({ collectorId, outboxId: replaced.outboxId }),
    );
    if (retired.length === 0) return null;
    const known = this.throughOf(sent);
    const takenBefore = retired.map(({ throughSequence, carried, ...replaced }) =>
      Math.min(carried, this.throughOf({ collectorId, ...replaced }) - throughSequence),
    );
    return { collectorId, outboxId, retired, startsAfter: known > 0 ? known : Math.max(0, ...takenBefore) };
  }

  /** Call after the commit of `writeOf`. */
  put(progress: Progress): void {
    this.#sequences.set(keyOf(progress), progress.sequence);
  }

  writeOf({ collectorId, outboxId, sequence }: Progress): DatabaseWrite {
    return async (transaction) => {
      await transaction
        .insertInto('outbox_progress')
        .values({ collector_id: collectorId, outbox_id: outboxId, sequence })
        .onConflict((conflict) => conflict.columns(['collector_id', 'outbox_id']).doUpdateSet({ sequence }))
        .execute();
    };
  }

  /** Call after the commit of `writeOfSuccession`. */
  putSuccession(succession: Succession): void {
    const { collectorId, retired, startsAfter: sequence } = succession;
    for (const { outboxId } of retired) this.#retired.add(keyOf({ collectorId, outboxId }));
    if (sequence > 0) this.put({ ...succession, sequence });
  }

  writeOfSuccession(succession: Succession, nowMs: number): DatabaseWrite {
    const { collectorId, outboxId, retired, startsAfter: sequence } = succession;
    return async (transaction) => {
      await transaction
        .insertInto('retired_outbox')
        .values(
          retired.map((replaced) => ({
            collector_id: collectorId,
            outbox_id: replaced.outboxId,
            replaced_by: outboxId,
            retired_at_ms: nowMs,
          })),
        )
        .execute();
      if (sequence > 0) await this.writeOf({ collectorId, outboxId, sequence })(transaction);
    };
  }
}

/** The story of OB3. */
export function entryOfSuccession({ collectorId, outboxId, retired, startsAfter }: Succession, nowMs: number): NewJournalEntry {
  return {
    occurredAtMs: nowMs,
    kind: 'collector.outboxRenewed',
    stationId: null,
    alarmId: null,
    occurrenceId: null,
    actor: { kind: 'system', part: `collector ${collectorId}` },
    detail: { collectorId, outboxId, replaces: retired, startsAfter },
  };
}
