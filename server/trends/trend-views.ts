// Saved trend views: whose they are, who sees them, and that nobody overwrites what he has not seen. Every change is a line in the journal.
import type { SaveTrendView } from '../../domain/api/trends-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { type TrendContent, trendContentSchema } from '../../domain/trends/trend-view.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { TrendViewTable } from './trend-tables.ts';

export interface StoredView {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly ownerName: string;
  readonly isShared: boolean;
  readonly version: number;
  readonly changedAtMs: number;
  readonly content: TrendContent;
}

export interface ViewAuthor {
  readonly username: string;
  readonly displayName: string;
  readonly actor: JournalActor;
}

export type ViewChange =
  | { readonly kind: 'done'; readonly view: StoredView }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'notOwner'; readonly view: StoredView }
  | { readonly kind: 'conflict'; readonly view: StoredView }
  | { readonly kind: 'tooMany' };

/** Of one person. */
export const mostViewsEach = 200;

export class TrendViews {
  readonly #ledger: Ledger;
  readonly #clock: Clock;

  constructor(ledger: Ledger, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** A person's own and those that others share, by name. */
  async visibleTo(username: string): Promise<readonly StoredView[]> {
    const rows = await this.#ledger.database
      .selectFrom('trend_view')
      .selectAll()
      .where((where) => where.or([where('owner', '=', username), where('is_shared', '=', 1)]))
      .orderBy('name')
      .orderBy('view_id')
      .execute();
    return rows.map(fromRow);
  }

  create(author: ViewAuthor, wanted: SaveTrendView): Promise<ViewChange> {
    return this.#ledger.exclusively(async (commit) => {
      const own = await this.#ledger.database
        .selectFrom('trend_view')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('owner', '=', author.username)
        .executeTakeFirstOrThrow();
      if (Number(own.count) >= mostViewsEach) return { kind: 'tooMany' };
      const view: StoredView = {
        id: crypto.randomUUID(),
        owner: author.username,
        ownerName: author.displayName,
        version: 1,
        changedAtMs: this.#clock.nowMs(),
        ...wanted,
      };
      await commit([this.#line('trendView.save', author, view)], async (transaction) => {
        await transaction.insertInto('trend_view').values(toRow(view)).execute();
      });
      return { kind: 'done', view };
    });
  }

  change(author: ViewAuthor, id: string, wanted: SaveTrendView & { readonly version: number }): Promise<ViewChange> {
    return this.#ledger.exclusively(async (commit) => {
      const found = await this.#owned(author, id, wanted.version);
      if (found.kind !== 'done') return found;
      const { name, isShared, content } = wanted;
      const view: StoredView = {
        ...found.view,
        name,
        isShared,
        content,
        ownerName: author.displayName,
        version: found.view.version + 1,
        changedAtMs: this.#clock.nowMs(),
      };
      await commit([this.#line('trendView.save', author, view)], async (transaction) => {
        await transaction.updateTable('trend_view').set(toRow(view)).where('view_id', '=', id).execute();
      });
      return { kind: 'done', view };
    });
  }

  delete(author: ViewAuthor, id: string, version: number): Promise<ViewChange> {
    return this.#ledger.exclusively(async (commit) => {
      const found = await this.#owned(author, id, version);
      if (found.kind !== 'done') return found;
      await commit([this.#line('trendView.delete', author, found.view)], async (transaction) => {
        await transaction.deleteFrom('trend_view').where('view_id', '=', id).execute();
      });
      return found;
    });
  }

  async #owned(author: ViewAuthor, id: string, version: number): Promise<ViewChange> {
    const row = await this.#ledger.database.selectFrom('trend_view').selectAll().where('view_id', '=', id).executeTakeFirst();
    if (row === undefined || (row.is_shared === 0 && row.owner !== author.username)) return { kind: 'unknown' };
    const view = fromRow(row);
    if (view.owner !== author.username) return { kind: 'notOwner', view };
    return view.version === version ? { kind: 'done', view } : { kind: 'conflict', view };
  }

  #line(kind: 'trendView.save' | 'trendView.delete', author: ViewAuthor, view: StoredView) {
    const { id, name, isShared, version, content } = view;
    return {
      occurredAtMs: this.#clock.nowMs(),
      kind,
      stationId: null,
      alarmId: null,
      occurrenceId: null,
      actor: author.actor,
      detail: { viewId: id, name, isShared, version, ...(kind === 'trendView.save' ? { content } : {}) },
    };
  }
}

function toRow(view: StoredView): TrendViewTable {
  return {
    view_id: view.id,
    name: view.name,
    owner: view.owner,
    owner_name: view.ownerName,
    is_shared: view.isShared ? 1 : 0,
    version: view.version,
    changed_at_ms: view.changedAtMs,
    content: JSON.stringify(view.content),
  };
}

function fromRow(row: TrendViewTable): StoredView {
  return {
    id: row.view_id,
    name: row.name,
    owner: row.owner,
    ownerName: row.owner_name,
    isShared: row.is_shared === 1,
    version: row.version,
    changedAtMs: row.changed_at_ms,
    content: trendContentSchema.parse(JSON.parse(row.content)),
  };
}
