// Once a minute: counts the newest readings, notes that the server is there and what is to be seen of the plant, judges how every obligation stands now,
// and writes down each change of state with its line in the journal. Told by it: whoever answers for what has come to be at risk or breached. [OB20] [OB21]
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Finding, type ObligationState, obligationStates } from '../../domain/obligations/obligation.ts';
import type { Obligation } from '../../domain/obligations/rule-pack.ts';
import type { Plant, Station } from '../../domain/plant/plant.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import { dateAt, momentOf } from '../../domain/time/zoned-time.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import { appliesTo, judgeOne, stationsAtOnce } from './judge-period.ts';
import type { MonitoringCount } from './monitoring-count.ts';
import type { ObligationBook } from './obligation-book.ts';
import type { ObligationStateTable } from './obligation-tables.ts';
import { seenOf } from './plant-facts.ts';

const tickMs = 60_000;
const causesKept = 5;
const dayMs = 86_400_000;

export interface StateChange {
  readonly obligation: Obligation;
  readonly station: Station | null;
  readonly before: ObligationState | null;
  readonly state: ObligationState;
  readonly atMs: number;
  readonly causes: readonly Finding[];
}

export interface ObligationWatchOptions {
  readonly plant: Plant;
  readonly plantOfFile: Plant;
  readonly book: ObligationBook;
  readonly count: MonitoringCount;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
  /** After the commit. */
  readonly onChanged: (changes: readonly StateChange[]) => void;
}

export class ObligationWatch {
  readonly #options: ObligationWatchOptions;
  readonly #sinceMs: number;
  readonly #states = new Map<string, ObligationStateTable>();
  #timer: TimerHandle | null = null;
  #working: Promise<void> = Promise.resolve();
  #isStopped = false;
  #isFirst = true;

  private constructor(options: ObligationWatchOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.nowMs();
  }

  static async start(options: ObligationWatchOptions): Promise<ObligationWatch> {
    const watch = new ObligationWatch(options);
    const rows = await options.ledger.database
      .selectFrom('obligation_state')
      .selectAll()
      .where('to_ms', 'is', null)
      .orderBy('from_ms')
      .execute();
    for (const row of rows) watch.#states.set(keyOf(row.obligation_id, row.station_id), row);
    await watch.#notePresence();
    watch.#again();
    return watch;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#options.count.stop();
    await this.#working;
    await this.#notePresence();
  }

  /** What the timer does, for those who cannot wait for it. */
  tick(): Promise<void> {
    const work = this.#working.then(() => (this.#isStopped ? undefined : this.#tickOnce()));
    this.#working = work.catch((error: unknown) =>
      this.#options.log.error({ err: error }, 'obligations could not be judged; trying again in a minute'),
    );
    return work;
  }

  #again(): void {
    if (this.#isStopped) return;
    this.#timer = this.#options.clock.after(tickMs, () => {
      void this.tick()
        .catch(() => undefined)
        .finally(() => this.#again());
    });
  }

  async #tickOnce(): Promise<void> {
    await this.#notePresence();
    await this.#options.count.advance();
    await this.#noteSeen();
    await this.#judgeNow();
  }

  async #notePresence(): Promise<void> {
    const row = { from_ms: this.#sinceMs, to_ms: Math.max(this.#sinceMs, this.#options.clock.nowMs()) };
    await this.#options.ledger.commit([], async (transaction) => {
      await transaction
        .insertInto('server_presence')
        .values(row)
        .onConflict((conflict) => conflict.column('from_ms').doUpdateSet({ to_ms: row.to_ms }))
        .execute();
    });
  }

  async #noteSeen(): Promise<void> {
    const { plant, plantOfFile, ledger, clock } = this.#options;
    const running = await ledger.database
      .selectFrom('obligation_observation')
      .selectAll()
      .where('to_ms', 'is', null)
      .orderBy('from_ms')
      .execute();
    const nameOf = (kind: string, stationId: string, subject: string) => JSON.stringify([kind, stationId, subject]);
    const known = new Map(running.map((row) => [nameOf(row.kind, row.station_id, row.subject), row]));
    const seen = new Map(
      plant.stations.flatMap((station) =>
        seenOf(plant, station, plantOfFile).map(
          ({ kind, subject }) => [nameOf(kind, station.id, subject), { kind, station_id: station.id, subject }] as const,
        ),
      ),
    );
    const added = [...seen].filter(([name]) => !known.has(name)).map(([, row]) => ({ ...row, from_ms: clock.nowMs(), to_ms: null }));
    const gone = [...known].filter(([name]) => !seen.has(name)).map(([, row]) => row);
    if (added.length === 0 && gone.length === 0) return;
    const atMs = clock.nowMs();
    await ledger.commit([], async (transaction) => {
      for (let start = 0; start < added.length; start += 1_000)
        await transaction
          .insertInto('obligation_observation')
          .values(added.slice(start, start + 1_000))
          .execute();
      for (const row of gone)
        await transaction
          .updateTable('obligation_observation')
          .set({ to_ms: atMs })
          .where('kind', '=', row.kind)
          .where('station_id', '=', row.station_id)
          .where('subject', '=', row.subject)
          .where('from_ms', '=', row.from_ms)
          .execute();
    });
  }

  /** Coverage over the month that runs, for what may be missing is counted over it; everything else over the last day, as it stands at its end. */
  async #judgeNow(): Promise<void> {
    const { plant, book, clock } = this.#options;
    const nowMs = clock.nowMs();
    const month = monthOf(nowMs, plant.company.timeZone);
    const lastDay = book.window(nowMs - dayMs, nowMs);
    // In the first minutes of a month it has no past of its own to be judged by.
    const wholeMonth = book.window(Math.min(month.fromMs, lastDay.fromMs), month.toMs);
    const { records, sourcesOf } = await book.records(lastDay, null, { gapsFromMs: wholeMonth.fromMs, onlyStanding: true });
    const changes: StateChange[] = [];
    for (const [index, station] of [null, ...plant.stations].entries()) {
      if (index % stationsAtOnce === stationsAtOnce - 1) await turnOfOthers();
      for (const obligation of book.pack.obligations) {
        if (!appliesTo(obligation, station)) continue;
        const window = obligation.rule.evaluator === 'continuousMonitoring' ? wholeMonth : lastDay;
        const { stateAtEnd, findings } = judgeOne(obligation, station, records, sourcesOf, window);
        const before = this.#states.get(keyOf(obligation.id, station?.id ?? ''))?.state ?? null;
        if (before === stateAtEnd) continue;
        changes.push({
          obligation,
          station,
          before: obligationStates.find((state) => state === before) ?? null,
          state: stateAtEnd,
          atMs: window.toMs,
          causes: findings.filter((finding) => finding.isOpen && finding.state === stateAtEnd).slice(0, causesKept),
        });
      }
    }
    if (changes.length > 0) await this.#commit(changes);
  }

  async #commit(changes: readonly StateChange[]): Promise<void> {
    const { ledger, book, onChanged } = this.#options;
    const rows = changes.map(
      (change): ObligationStateTable => ({
        obligation_id: change.obligation.id,
        station_id: change.station?.id ?? '',
        state: change.state,
        from_ms: change.atMs,
        to_ms: null,
        causes: JSON.stringify(change.causes),
      }),
    );
    // A plant of two hundred stations begins with one line that says how it begins, not with thousands.
    const isBeginning = this.#isFirst && this.#states.size === 0;
    const told = changes.filter((change) => change.before !== null || change.state === 'breached' || change.state === 'atRisk');
    const entries: NewJournalEntry[] = told.map((change) => lineOf(change));
    if (isBeginning)
      entries.unshift({
        ...lineBase(changes[0]?.atMs ?? 0),
        kind: 'obligation.begin',
        stationId: null,
        detail: {
          pack: book.pack.id,
          packVersion: book.pack.version,
          ...Object.fromEntries(obligationStates.map((state) => [state, changes.filter((change) => change.state === state).length])),
        },
      });
    await ledger.commit(entries, async (transaction) => {
      for (const row of rows)
        await transaction
          .updateTable('obligation_state')
          .set({ to_ms: row.from_ms })
          .where('obligation_id', '=', row.obligation_id)
          .where('station_id', '=', row.station_id)
          .where('to_ms', 'is', null)
          .execute();
      for (let start = 0; start < rows.length; start += 1_000)
        await transaction
          .insertInto('obligation_state')
          .values(rows.slice(start, start + 1_000))
          .onConflict((conflict) => conflict.columns(['obligation_id', 'station_id', 'from_ms']).doNothing())
          .execute();
    });
    this.#isFirst = false;
    for (const row of rows) this.#states.set(keyOf(row.obligation_id, row.station_id), row);
    onChanged(changes);
  }
}

function keyOf(obligationId: string, stationId: string): string {
  return `${obligationId} ${stationId}`;
}

const lineBase = (atMs: number) =>
  ({ occurredAtMs: atMs, alarmId: null, occurrenceId: null, actor: { kind: 'system', part: 'obligations' } }) as const;

function lineOf({ obligation, station, before, state, atMs, causes }: StateChange): NewJournalEntry {
  const [first] = causes;
  return {
    ...lineBase(atMs),
    kind: 'obligation.state',
    stationId: station?.id ?? null,
    detail: {
      obligationId: obligation.id,
      obligation: obligation.name.zh,
      before,
      state,
      ...(first === undefined ? {} : { cause: first.cause, subject: first.subject, sinceMs: first.fromMs }),
      causes: causes.length,
    },
  };
}

/** The month of the plant's calendar that a moment lies in. */
export function monthOf(atMs: number, zone: string): { readonly fromMs: number; readonly toMs: number } {
  const first = `${dateAt(atMs, zone).slice(0, 7)}-01`;
  const next = `${addDays(first, 32).slice(0, 7)}-01`;
  return { fromMs: momentOf(first, '00:00', zone), toMs: momentOf(next, '00:00', zone) };
}
