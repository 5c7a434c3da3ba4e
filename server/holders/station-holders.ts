// Who holds the stations of each collector, as the server knows it: in its database, so that the next server knows it too. Decides nothing about alarms.

import type { ConditionStatement } from '../../domain/messages/condition-message.ts';
import type { Database } from '../journal/database.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { DatabaseWrite } from '../journal/ledger.ts';

export interface StationHolder {
  readonly collectorId: string;
  readonly term: number;
  readonly node: string;
  readonly sinceMs: number;
}

export class StationHolders {
  readonly #holders = new Map<string, StationHolder>();
  /** The term in which a collector has last stated to this server what is true. */
  readonly #statedTerms = new Map<string, number>();

  static async open(database: Database): Promise<StationHolders> {
    const holders = new StationHolders();
    for (const row of await database.selectFrom('station_holder').selectAll().execute())
      holders.#holders.set(row.collector_id, { collectorId: row.collector_id, term: row.term, node: row.node, sinceMs: row.since_ms });
    return holders;
  }

  find(collectorId: string): StationHolder | null {
    return this.#holders.get(collectorId) ?? null;
  }

  /** [HO7] The later term that is believed, where any of this is of an earlier one. */
  supersederOf(collectorId: string, said: readonly { readonly term?: number | undefined }[]): number | undefined {
    const believed = this.find(collectorId)?.term;
    return said.some(({ term }) => term !== undefined && believed !== undefined && term < believed) ? believed : undefined;
  }

  /** Its statement was taken. */
  noteStatement({ collectorId, term }: Pick<ConditionStatement, 'collectorId' | 'term'>): void {
    if (term !== undefined) this.#statedTerms.set(collectorId, term);
  }

  /** [HO9] Whether this database has what the holder holds active: it asked here, or has stated it since. */
  isTruthOfKnown({ collectorId, term, node }: StationHolder): boolean {
    return node !== '' || this.#statedTerms.get(collectorId) === term;
  }

  /** Call after the commit of `writeOf`. */
  put(holder: StationHolder): void {
    this.#holders.set(holder.collectorId, holder);
  }

  writeOf({ collectorId, term, node, sinceMs }: StationHolder): DatabaseWrite {
    return async (transaction) => {
      await transaction
        .insertInto('station_holder')
        .values({ collector_id: collectorId, term, node, since_ms: sinceMs })
        .onConflict((conflict) => conflict.column('collector_id').doUpdateSet({ term, node, since_ms: sinceMs }))
        .execute();
    };
  }

  /** The story of HO1. */
  entryOf(holder: StationHolder): NewJournalEntry {
    const before = this.find(holder.collectorId);
    return {
      occurredAtMs: holder.sinceMs,
      kind: 'collector.takeover',
      stationId: null,
      alarmId: null,
      occurrenceId: null,
      actor: { kind: 'system', part: `collector ${holder.collectorId}` },
      detail: {
        collectorId: holder.collectorId,
        node: holder.node,
        term: holder.term,
        from: before === null ? null : { node: before.node, term: before.term, sinceMs: before.sinceMs },
      },
    };
  }
}
