// Keeps the rows that alarm performance is counted from beside the journal: takes up what is missing at the start, then every line, writes in batches.
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import { alarmLineOf } from '../alarms/alarm-line.ts';
import type { Ledger } from '../journal/ledger.ts';
import { walkJournal } from '../journal/walk-journal.ts';
import {
  type AnnouncementRecord,
  announcementOf,
  announcementRow,
  type SetAsideRecord,
  setAsideOf,
  setAsideRow,
} from './announcement-record.ts';
import { Projection } from './projection.ts';

const flushEveryMs = 5_000;
/** More than this are written at once, so that a flood is not written in one piece, which people would wait for. */
const mostWaitingRows = 300;
/** Rows of one read: the server does its other work in between. */
const pageRows = 1_000;

export class PerformanceStore {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #projection: Projection;
  #takenUp: number;
  #written: number;
  #newest = 0;
  #isComplete = false;
  #isStopped = false;
  #timer: TimerHandle | null = null;
  #stopListening: () => void = () => undefined;
  #catchingUp: Promise<void> = Promise.resolve();

  private constructor(ledger: Ledger, clock: Clock, log: Logger, projection: Projection, takenUp: number) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#log = log;
    this.#projection = projection;
    this.#takenUp = takenUp;
    this.#written = takenUp;
  }

  static async start(options: {
    readonly plant: Plant;
    readonly ledger: Ledger;
    readonly clock: Clock;
    readonly log: Logger;
  }): Promise<PerformanceStore> {
    const { plant, ledger, clock, log } = options;
    const { database } = ledger;
    const progress = await database.selectFrom('performance_progress').select('sequence').where('id', '=', 1).executeTakeFirst();
    const announcements = await database
      .selectFrom('alarm_announcement')
      .selectAll()
      .where((where) => where.or([where('ended_at_ms', 'is', null), where('waits', '=', 1)]))
      .orderBy('sequence')
      .execute();
    const setAsides = await database
      .selectFrom('alarm_set_aside')
      .selectAll()
      .where('ended_at_ms', 'is', null)
      .orderBy('sequence')
      .execute();
    const projection = new Projection(
      (alarmId) => {
        const definition = plant.alarms[plant.alarmIndexById.get(alarmId) ?? -1];
        return { responseTimeMs: definition?.responseTimeMs ?? null, class: definition?.class ?? 'process' };
      },
      { announcements: announcements.map(announcementOf), setAsides: setAsides.map(setAsideOf) },
    );
    const store = new PerformanceStore(ledger, clock, log, projection, progress?.sequence ?? 0);
    store.#stopListening = ledger.onAppended((entries) => store.#appended(entries));
    store.#catchingUp = store
      .#catchUp()
      .catch((error: unknown) => log.error({ err: error }, 'alarm performance could not be taken up from the journal'));
    store.#flushLater();
    return store;
  }

  /** False while the journal is still being taken up: figures lack what has not been read yet. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Changes with every line taken up. */
  get takenUpSequence(): number {
    return this.#takenUp;
  }

  /** Resolves when everything that is in the journal now has been taken up and written. */
  async settled(): Promise<void> {
    await this.#catchingUp;
    await this.flush();
  }

  /** Announcements in the order in which they came, page by page. */
  async *announcements(range: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly alarmId?: string;
  }): AsyncGenerator<readonly AnnouncementRecord[]> {
    let after = { announced_at_ms: range.fromMs, sequence: -1 };
    for (;;) {
      let select = this.#ledger.database
        .selectFrom('alarm_announcement')
        .selectAll()
        .where('announced_at_ms', '>=', after.announced_at_ms)
        .where('announced_at_ms', '<', range.toMs)
        .where((where) =>
          where.or([
            where('announced_at_ms', '>', after.announced_at_ms),
            where.and([where('announced_at_ms', '=', after.announced_at_ms), where('sequence', '>', after.sequence)]),
          ]),
        )
        .orderBy('announced_at_ms')
        .orderBy('sequence')
        .limit(pageRows);
      if (range.alarmId !== undefined) select = select.where('alarm_id', '=', range.alarmId);
      const rows = await select.execute();
      if (rows.length > 0) yield rows.map(announcementOf);
      const last = rows.at(-1);
      if (rows.length < pageRows || last === undefined) return;
      after = last;
      await setImmediate();
    }
  }

  /** Announcements that lasted, or had lasted at the end of the range, longer than `longerThanMs` after their raise at some time in the range. */
  async lasting(range: { readonly fromMs: number; readonly toMs: number; readonly longerThanMs: number }): Promise<AnnouncementRecord[]> {
    const { fromMs, toMs, longerThanMs } = range;
    const { database } = this.#ledger;
    const ended = await database
      .selectFrom('alarm_announcement')
      .selectAll()
      .where('stood_ms', '>', longerThanMs)
      .where('ended_at_ms', '>=', fromMs)
      .where('announced_at_ms', '<', toMs)
      .orderBy('sequence')
      .execute();
    const open = await database
      .selectFrom('alarm_announcement')
      .selectAll()
      .where('ended_at_ms', 'is', null)
      .where('raised_at_ms', '<', toMs - longerThanMs)
      .where('announced_at_ms', '<', toMs)
      .orderBy('sequence')
      .execute();
    return [...ended, ...open].map(announcementOf);
  }

  /** Shelvings and times out of service that touch the range. */
  async setAsides(range: { readonly fromMs: number; readonly toMs: number }): Promise<SetAsideRecord[]> {
    const rows = await this.#ledger.database
      .selectFrom('alarm_set_aside')
      .selectAll()
      .where('since_ms', '<', range.toMs)
      .where((where) => where.or([where('ended_at_ms', 'is', null), where('ended_at_ms', '>=', range.fromMs)]))
      .orderBy('sequence')
      .execute();
    return rows.map(setAsideOf);
  }

  /** When the journal began; null where it is empty. */
  async firstLineMs(): Promise<number | null> {
    const row = await this.#ledger.database.selectFrom('journal').select('recorded_at_ms').orderBy('sequence').limit(1).executeTakeFirst();
    return row?.recorded_at_ms ?? null;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopListening();
    this.#timer?.cancel();
    await this.#catchingUp;
    await this.flush();
  }

  flush(): Promise<void> {
    return this.#ledger.exclusively(async (commit) => {
      const changes = this.#projection.takeChanges();
      const sequence = this.#takenUp;
      const isNothing = changes.announcements.length + changes.removed.length + changes.setAsides.length === 0;
      if (isNothing && sequence - this.#written < pageRows) return;
      try {
        await commit([], async (transaction) => {
          const rows = changes.announcements.map(announcementRow);
          for (let start = 0; start < rows.length; start += 1_000) {
            await transaction
              .insertInto('alarm_announcement')
              .values(rows.slice(start, start + 1_000))
              .onConflict((conflict) =>
                conflict.column('sequence').doUpdateSet((eb) => ({
                  waits: eb.ref('excluded.waits'),
                  ended_at_ms: eb.ref('excluded.ended_at_ms'),
                  ending: eb.ref('excluded.ending'),
                  stood_ms: eb.ref('excluded.stood_ms'),
                  acknowledged_at_ms: eb.ref('excluded.acknowledged_at_ms'),
                  acknowledged_by: eb.ref('excluded.acknowledged_by'),
                  has_comment: eb.ref('excluded.has_comment'),
                })),
              )
              .execute();
          }
          for (let start = 0; start < changes.removed.length; start += 1_000)
            await transaction
              .deleteFrom('alarm_announcement')
              .where('sequence', 'in', changes.removed.slice(start, start + 1_000))
              .execute();
          for (const record of changes.setAsides) {
            await transaction
              .insertInto('alarm_set_aside')
              .values(setAsideRow(record))
              .onConflict((conflict) => conflict.column('sequence').doUpdateSet({ ended_at_ms: record.endedAtMs }))
              .execute();
          }
          await transaction
            .insertInto('performance_progress')
            .values({ id: 1, sequence })
            .onConflict((conflict) => conflict.column('id').doUpdateSet({ sequence }))
            .execute();
        });
        this.#written = sequence;
      } catch (error) {
        this.#projection.giveBack(changes);
        throw error;
      }
    });
  }

  #appended(entries: readonly JournalEntry[]): void {
    this.#newest = entries.at(-1)?.sequence ?? this.#newest;
    if (!this.#isComplete) return;
    this.#takeUp(entries);
    if (this.#projection.changedRows > mostWaitingRows) void this.#flushNow();
  }

  #takeUp(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      if (entry.sequence <= this.#takenUp) continue;
      this.#takenUp = entry.sequence;
      const line = alarmLineOf(entry);
      if (line !== null) this.#projection.apply(line);
    }
  }

  /** From where the last run ended to the last line. Lines that are written meanwhile are read after it, in order. */
  async #catchUp(): Promise<void> {
    do {
      for await (const page of walkJournal(this.#ledger.database, { afterSequence: this.#takenUp })) {
        if (this.#isStopped) return;
        this.#takeUp(page);
        await this.flush();
      }
    } while (this.#newest > this.#takenUp);
    this.#isComplete = true;
  }

  #flushLater(): void {
    this.#timer = this.#clock.after(flushEveryMs, () => {
      void this.#flushNow().finally(() => {
        if (!this.#isStopped) this.#flushLater();
      });
    });
  }

  #flushNow(): Promise<void> {
    return this.flush().catch((error: unknown) => this.#log.error({ err: error }, 'alarm performance could not be written; trying again'));
  }
}
