// Watch checks (查岗): asks whoever has the watch at random moments whether he is there, and notes the answer or its absence. RULES.md: DU19, DU20, DU21.
import { randomUUIDv7 } from 'node:crypto';
import type { Logger } from 'pino';
import { type CheckOutcome, checkOutcomes, type WatchCheckView } from '../../domain/api/watch-api.ts';
import type { DutyPlan } from '../../domain/duty/duty-plan.ts';
import type { JournalActor, JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { NotificationOrder, Notifier } from '../../domain/notification/notification-order.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { DutyNotices } from './duty-notices.ts';
import type { WatchCheckTable } from './duty-tables.ts';
import type { Signer, Watch, WatchStore } from './watch-store.ts';

export interface ToldOfMissedCheck extends Signer {
  readonly channels: NotificationOrder['channels'];
}

export interface WatchCheckOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
  readonly plan: DutyPlan['watchChecks'];
  readonly watches: WatchStore;
  readonly notifier: Notifier;
  readonly notices: DutyNotices;
  /** The leads to tell of a check that `username` has missed. */
  readonly leadsFor: (username: string) => Promise<readonly ToldOfMissedCheck[]>;
  readonly announce: () => void;
}

export type AnswerResult =
  | { readonly kind: 'done'; readonly check: WatchCheckView }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'notYours' }
  | { readonly kind: 'tooLate'; readonly check: WatchCheckView };

const systemActor: JournalActor = { kind: 'system', part: 'server' };
const retryMs = 5_000;
/** Missed checks of this long are told again at a start; their keys keep them from being told twice. */
const tellAgainMs = 24 * 3_600_000;

export class WatchChecks {
  readonly #options: WatchCheckOptions;
  #timer: TimerHandle | null = null;
  #running: Promise<void> | null = null;
  #isWanted = false;
  #isStopped = false;
  /** Moments of the database on the monotonic clock: a jump of the wall clock moves no check while the server runs. */
  readonly #dueMonotonicMs = new Map<string, number>();
  /** Missed checks whose leads are not known to have been told. */
  readonly #toTell = new Set<string>();
  #stopFollowing: () => void = () => undefined;

  private constructor(options: WatchCheckOptions) {
    this.#options = options;
  }

  static async start(options: WatchCheckOptions): Promise<WatchChecks> {
    const checks = new WatchChecks(options);
    await checks.#voidWhatRanOut();
    const missed = await options.ledger.database
      .selectFrom('watch_check')
      .select('check_id')
      .where('outcome', '=', 'missed')
      .where('due_at_ms', '>', options.clock.nowMs() - tellAgainMs)
      .orderBy('asked_at_ms')
      .execute();
    for (const row of missed) checks.#toTell.add(row.check_id);
    checks.#stopFollowing = options.ledger.onAppended((entries) => checks.#follow(entries));
    await checks.#run();
    return checks;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopFollowing();
    this.#timer?.cancel();
    await this.settled();
  }

  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async openFor(username: string): Promise<WatchCheckView[]> {
    const rows = await this.#select().where('username', '=', username).where('outcome', '=', 'open').execute();
    return rows.map(checkView);
  }

  async between(fromMs: number, toMs: number, limit: number): Promise<WatchCheckView[]> {
    const rows = await this.#select().where('asked_at_ms', '>=', fromMs).where('asked_at_ms', '<', toMs).limit(limit).execute();
    return rows.map(checkView);
  }

  async lastOf(username: string): Promise<WatchCheckView | null> {
    const row = await this.#select().where('username', '=', username).limit(1).executeTakeFirst();
    return row === undefined ? null : checkView(row);
  }

  async answer(id: string, by: Signer): Promise<AnswerResult> {
    const { ledger, clock, announce } = this.#options;
    const result = await ledger.exclusively(async (commit): Promise<AnswerResult> => {
      const row = await this.#select().where('check_id', '=', id).executeTakeFirst();
      if (row === undefined) return { kind: 'unknown' };
      if (row.username !== by.username) return { kind: 'notYours' };
      if (row.outcome === 'answered') return { kind: 'done', check: checkView(row) };
      if (row.outcome !== 'open' || this.#leftMs(`check/${id}`, row.due_at_ms) <= 0) return { kind: 'tooLate', check: checkView(row) };
      const nowMs = clock.nowMs();
      const answered = { ...row, outcome: 'answered', answered_at_ms: nowMs };
      await commit(
        [checkLine('watch.checkAnswered', nowMs, personOf(by), row, { afterMs: nowMs - row.asked_at_ms })],
        async (transaction) => {
          await transaction
            .updateTable('watch_check')
            .set({ outcome: 'answered', answered_at_ms: nowMs })
            .where('check_id', '=', id)
            .execute();
        },
      );
      return { kind: 'done', check: checkView(answered) };
    });
    announce();
    return result;
  }

  #select() {
    return this.#options.ledger.database.selectFrom('watch_check').selectAll().orderBy('asked_at_ms', 'desc');
  }

  /** Watches begin and end: who is asked when has changed. */
  #follow(entries: readonly JournalEntry[]): void {
    if (entries.some((entry) => entry.kind.startsWith('watch.'))) this.#runSoon();
  }

  #runSoon(): void {
    if (this.#isStopped) return;
    if (this.#running !== null) this.#isWanted = true;
    else void this.#run();
  }

  #run(): Promise<void> {
    this.#running ??= this.#work().finally(() => {
      this.#running = null;
      if (this.#isWanted) this.#runSoon();
    });
    return this.#running;
  }

  async #work(): Promise<void> {
    let wakeInMs = Number.POSITIVE_INFINITY;
    try {
      do {
        this.#isWanted = false;
        wakeInMs = await this.#pass();
      } while (!this.#isStopped && (this.#isWanted || wakeInMs <= 0));
      await this.#tell();
    } catch (error) {
      this.#options.log.error({ err: error }, 'a watch check could not be committed; trying again');
      wakeInMs = retryMs;
    }
    this.#timer?.cancel();
    this.#timer = null;
    if (!this.#isStopped && wakeInMs !== Number.POSITIVE_INFINITY)
      this.#timer = this.#options.clock.after(Math.max(0, wakeInMs), () => this.#runSoon());
  }

  /** Does what is due; returns in how long something else is. */
  async #pass(): Promise<number> {
    const open = await this.#options.watches.open();
    const checks = await this.#select().where('outcome', '=', 'open').execute();
    const living = new Set<string>();
    let soonestMs = Number.POSITIVE_INFINITY;
    for (const check of checks) {
      const key = `check/${check.check_id}`;
      living.add(key);
      const hasWatch = open.some((watch) => watch.username === check.username);
      if (!hasWatch) await this.#close(check, 'void');
      else if (this.#leftMs(key, check.due_at_ms) <= 0) await this.#close(check, 'missed');
      else soonestMs = Math.min(soonestMs, this.#leftMs(key, check.due_at_ms));
    }
    const watchesByPerson = Map.groupBy(open, (watch) => watch.username);
    for (const [username, watches] of watchesByPerson) {
      const nextAtMs = Math.min(...watches.map((watch) => watch.nextCheckAtMs ?? Number.POSITIVE_INFINITY));
      if (nextAtMs === Number.POSITIVE_INFINITY) continue;
      const key = `next/${username}/${nextAtMs}`;
      living.add(key);
      const leftMs = this.#leftMs(key, nextAtMs);
      if (leftMs > 0) {
        soonestMs = Math.min(soonestMs, leftMs);
        continue;
      }
      await this.#ask(username, watches);
      soonestMs = 0;
    }
    for (const key of this.#dueMonotonicMs.keys()) if (!living.has(key)) this.#dueMonotonicMs.delete(key);
    return soonestMs;
  }

  #leftMs(key: string, atMs: number): number {
    const { clock } = this.#options;
    let dueMs = this.#dueMonotonicMs.get(key);
    if (dueMs === undefined) {
      dueMs = clock.monotonicMs() + atMs - clock.nowMs();
      this.#dueMonotonicMs.set(key, dueMs);
    }
    return dueMs - clock.monotonicMs();
  }

  async #ask(username: string, held: readonly Watch[]): Promise<void> {
    const { ledger, clock, plan, watches, announce } = this.#options;
    await ledger.exclusively(async (commit) => {
      const nowMs = clock.nowMs();
      const row: WatchCheckTable = {
        check_id: randomUUIDv7(),
        username,
        console_ids: JSON.stringify(held.map((watch) => watch.consoleId)),
        asked_at_ms: nowMs,
        due_at_ms: nowMs + plan.answerWithinMs,
        answered_at_ms: null,
        outcome: 'open',
        told: null,
      };
      await commit([checkLine('watch.check', nowMs, systemActor, row, { dueAtMs: row.due_at_ms })], async (transaction) => {
        await transaction.insertInto('watch_check').values(row).execute();
        await watches.moveNextCheck(transaction, username, watches.nextCheckAtMs());
      });
    });
    announce();
  }

  async #close(check: WatchCheckTable, outcome: 'missed' | 'void', reason?: string): Promise<void> {
    const { ledger, clock, leadsFor, announce } = this.#options;
    // Who is told is decided before and written with the fact: after a restart the same people are told, not others.
    const told = outcome === 'missed' ? await leadsFor(check.username) : [];
    await ledger.exclusively(async (commit) => {
      const row = await this.#select().where('check_id', '=', check.check_id).executeTakeFirst();
      if (row?.outcome !== 'open') return;
      const nowMs = clock.nowMs();
      const kind = outcome === 'missed' ? 'watch.checkMissed' : 'watch.checkVoid';
      const detail = outcome === 'missed' ? { told: told.map((person) => person.username).join(', ') } : { reason: reason ?? 'watchEnded' };
      await commit([checkLine(kind, nowMs, systemActor, row, detail)], async (transaction) => {
        await transaction
          .updateTable('watch_check')
          .set({ outcome, told: JSON.stringify(told) })
          .where('check_id', '=', row.check_id)
          .execute();
      });
      if (outcome === 'missed') this.#toTell.add(row.check_id);
    });
    announce();
  }

  async #voidWhatRanOut(): Promise<void> {
    const { clock } = this.#options;
    for (const check of await this.#select().where('outcome', '=', 'open').execute())
      if (check.due_at_ms <= clock.nowMs()) await this.#close(check, 'void', 'serverAway');
  }

  async #tell(): Promise<void> {
    const { notifier, notices } = this.#options;
    for (const id of [...this.#toTell]) {
      const row = await this.#select().where('check_id', '=', id).executeTakeFirst();
      const told = JSON.parse(row?.told ?? '[]') as ToldOfMissedCheck[];
      if (row !== undefined) {
        const orders = told.map((person) => missedOrder(row, person));
        if (orders.length > 0) await notifier.order(orders);
        await notices.raise({
          key: `checkMissed/${id}`,
          kind: 'checkMissed',
          stationId: null,
          alarmId: null,
          occurrenceId: null,
          detail: { username: row.username, consoleId: (JSON.parse(row.console_ids) as string[]).join(', ') },
          fromSequence: 1,
        });
      }
      this.#toTell.delete(id);
    }
  }
}

function missedOrder(check: WatchCheckTable, person: ToldOfMissedCheck): NotificationOrder {
  const consoles = (JSON.parse(check.console_ids) as string[]).join(', ');
  return {
    key: `watch-check/${check.check_id}/${person.username}`,
    subject: { kind: 'duty', stationId: null },
    username: person.username,
    channels: person.channels,
    urgency: 'high',
    title: { zh: '查岗无人应答', en: 'Watch check not answered' },
    text: {
      zh: `${check.username}（值班台 ${consoles}）未在规定时间内应答查岗。`,
      en: `${check.username} (${consoles}) did not answer the watch check in time.`,
    },
    mayNotWait: true,
  };
}

function personOf(by: Signer): JournalActor {
  return { kind: 'person', username: by.username, displayName: by.displayName };
}

function checkLine(
  kind: string,
  occurredAtMs: number,
  actor: JournalActor,
  check: WatchCheckTable,
  detail: Readonly<Record<string, unknown>>,
): NewJournalEntry {
  return {
    occurredAtMs,
    kind,
    stationId: null,
    alarmId: null,
    occurrenceId: null,
    actor,
    detail: {
      checkId: check.check_id,
      username: check.username,
      consoleId: (JSON.parse(check.console_ids) as string[]).join(', '),
      ...detail,
    },
  };
}

function checkView(row: WatchCheckTable): WatchCheckView {
  const outcome: CheckOutcome = checkOutcomes.find((candidate) => candidate === row.outcome) ?? 'void';
  return {
    id: row.check_id,
    username: row.username,
    consoleIds: JSON.parse(row.console_ids) as string[],
    askedAtMs: row.asked_at_ms,
    dueAtMs: row.due_at_ms,
    answeredAtMs: row.answered_at_ms,
    outcome,
  };
}
