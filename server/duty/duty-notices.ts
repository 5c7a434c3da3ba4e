// Things about duty that everybody must see until somebody has dealt with them: nobody on the roster, a watch check without an answer, a watch taken without a handover.
import { randomUUIDv7 } from 'node:crypto';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Ledger } from '../journal/ledger.ts';

export const noticeKinds = ['nobodyToTell', 'checkMissed', 'withoutHandover'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export interface NewNotice {
  /** One open notice a key: the same again only counts. */
  readonly key: string;
  readonly kind: NoticeKind;
  readonly stationId: string | null;
  readonly alarmId: string | null;
  readonly occurrenceId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  /** Number of the journal line that it comes from: the same line twice counts once. */
  readonly fromSequence: number;
}

export interface DutyNotice {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly openedAtMs: number;
  readonly lastAtMs: number;
  readonly times: number;
  readonly detail: Readonly<Record<string, unknown>>;
}

const systemActor: JournalActor = { kind: 'system', part: 'server' };

export class DutyNotices {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #announce: () => void;

  constructor(ledger: Ledger, clock: Clock, announce: () => void) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#announce = announce;
  }

  async open(): Promise<DutyNotice[]> {
    const rows = await this.#ledger.database
      .selectFrom('duty_notice')
      .selectAll()
      .where('closed_at_ms', 'is', null)
      .orderBy('opened_at_ms')
      .execute();
    return rows.map((row) => ({
      id: row.notice_id,
      kind: noticeKinds.find((kind) => kind === row.kind) ?? 'nobodyToTell',
      openedAtMs: row.opened_at_ms,
      lastAtMs: row.last_at_ms,
      times: row.times,
      detail: JSON.parse(row.detail) as Record<string, unknown>,
    }));
  }

  async raise(notice: NewNotice): Promise<void> {
    await this.#ledger.exclusively(async (commit) => {
      const nowMs = this.#clock.nowMs();
      const newest = await this.#ledger.database
        .selectFrom('duty_notice')
        .selectAll()
        .where('notice_key', '=', notice.key)
        .orderBy('opened_at_ms', 'desc')
        .limit(1)
        .executeTakeFirst();
      const counted = newest === undefined ? 0 : Number((JSON.parse(newest.detail) as { fromSequence?: number }).fromSequence ?? 0);
      if (notice.fromSequence <= counted) return;
      const detail = JSON.stringify({ ...notice.detail, fromSequence: notice.fromSequence });
      if (newest !== undefined && newest.closed_at_ms === null) {
        // Counted, not journaled again: the line that it comes from stands there.
        await commit([], async (transaction) => {
          await transaction
            .updateTable('duty_notice')
            .set({ times: newest.times + 1, last_at_ms: nowMs, detail })
            .where('notice_id', '=', newest.notice_id)
            .execute();
        });
        return;
      }
      const id = randomUUIDv7();
      await commit(
        [
          {
            occurredAtMs: nowMs,
            kind: 'duty.notice',
            stationId: notice.stationId,
            alarmId: notice.alarmId,
            occurrenceId: notice.occurrenceId,
            actor: systemActor,
            detail: { id, notice: notice.kind, ...notice.detail },
          },
        ],
        async (transaction) => {
          await transaction
            .insertInto('duty_notice')
            .values({
              notice_id: id,
              notice_key: notice.key,
              kind: notice.kind,
              opened_at_ms: nowMs,
              last_at_ms: nowMs,
              times: 1,
              detail,
              closed_at_ms: null,
              closed_by: null,
            })
            .execute();
        },
      );
    });
    this.#announce();
  }

  /** False where there is no such open notice. */
  async close(id: string, by: JournalActor): Promise<boolean> {
    const isClosed = await this.#ledger.exclusively(async (commit) => {
      const row = await this.#ledger.database
        .selectFrom('duty_notice')
        .selectAll()
        .where('notice_id', '=', id)
        .where('closed_at_ms', 'is', null)
        .executeTakeFirst();
      if (row === undefined) return false;
      const nowMs = this.#clock.nowMs();
      await commit(
        [
          {
            occurredAtMs: nowMs,
            kind: 'duty.noticeClosed',
            stationId: null,
            alarmId: null,
            occurrenceId: null,
            actor: by,
            detail: { id, notice: row.kind, times: row.times },
          },
        ],
        async (transaction) => {
          await transaction
            .updateTable('duty_notice')
            .set({ closed_at_ms: nowMs, closed_by: by.kind === 'person' ? by.username : by.part })
            .where('notice_id', '=', id)
            .execute();
        },
      );
      return true;
    });
    if (isClosed) this.#announce();
    return isClosed;
  }
}
