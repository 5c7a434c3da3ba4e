// Runs escalation (RULES.md): follows the journal to know what waits, takes steps that are due, and tells the people whom a step's line names.
// Keeps nothing that the journal does not say: after a restart it is made again from there.
import type { Logger } from 'pino';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import { chainOf, type DutyFacts, decideStep, type EscalationWait, nextStep } from '../../domain/duty/escalation.ts';
import type { JournalActor, JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { NotificationOrder, Notifier } from '../../domain/notification/notification-order.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import { stateOf } from '../alarms/alarm-record.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { DutyNotices } from './duty-notices.ts';
import { type EscalationDetail, type EscalationLine, escalationLineOf, followEntry, readWait } from './escalation-lines.ts';
import { escalationOrders } from './escalation-orders.ts';

export interface EscalationEngineOptions {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly store: AlarmStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly notifier: Notifier;
  readonly notices: DutyNotices;
  /** Everything that decides who is told, as it is now. */
  readonly facts: () => Promise<DutyFacts>;
  /** The person who tests this alarm, or null where it is no test. */
  readonly testerOf: (alarmId: string) => Promise<string | null>;
}

interface Waiting {
  readonly wait: EscalationWait;
  /** Where the wait began on the monotonic clock. */
  readonly sinceMonotonicMs: number;
}

const systemActor: JournalActor = { kind: 'system', part: 'server' };
/** After a failure (disk, database) everything is tried again. */
const retryMs = 5_000;
/** After somebody was quicker: his line says how it goes on. */
const againMs = 100;
/** Definitions may be replaced while alarms wait. */
const longestSleepMs = 60_000;

export class EscalationEngine {
  readonly #options: EscalationEngineOptions;
  readonly #waiting = new Map<string, Waiting>();
  /** Lines whose orders and notices are not known to be on disk. */
  readonly #toTell = new Map<number, EscalationLine>();
  #timer: TimerHandle | null = null;
  /** On the monotonic clock. */
  #wakesAtMs = Number.POSITIVE_INFINITY;
  #running: Promise<void> | null = null;
  #isWanted = false;
  #isStopped = false;
  #stopFollowing: () => void = () => undefined;

  private constructor(options: EscalationEngineOptions) {
    this.#options = options;
  }

  /** Makes the waits again from the journal, tells what may not have been told, takes what fell due meanwhile. */
  static async start(options: EscalationEngineOptions): Promise<EscalationEngine> {
    const engine = new EscalationEngine(options);
    await engine.#restore();
    engine.#stopFollowing = options.ledger.onAppended((entries) => engine.#follow(entries));
    await engine.#run();
    return engine;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopFollowing();
    this.#timer?.cancel();
    await this.settled();
  }

  /** When everything that is due now has been done. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  /** The wait of an alarm and how long it has lasted; null where it does not wait. */
  waitOf(alarmId: string): { readonly wait: EscalationWait; readonly lastedMs: number } | null {
    const waiting = this.#waiting.get(alarmId);
    if (waiting === undefined) return null;
    return { wait: waiting.wait, lastedMs: this.#options.clock.monotonicMs() - waiting.sinceMonotonicMs };
  }

  async #restore(): Promise<void> {
    const { store, plant, ledger, clock } = this.#options;
    for (const { definition, record } of store.all()) {
      if (!needsAcknowledgement(stateOf(record)) || chainOf(plant.duty.escalation, definition) === null) continue;
      const { wait, lines } = await readWait(ledger.database, record.alarmId);
      for (const line of lines) this.#toTell.set(line.sequence, line);
      const known = wait ?? {
        sinceMs: record.changedAtMs ?? clock.nowMs(),
        occurrenceId: record.occurrenceId,
        stepsTaken: 0,
        foundNobody: false,
        isAtEnd: false,
      };
      this.#wait(record.alarmId, known);
    }
  }

  #wait(alarmId: string, wait: EscalationWait): Waiting {
    const { clock } = this.#options;
    const before = this.#waiting.get(alarmId);
    const isSame = before !== undefined && before.wait.sinceMs === wait.sinceMs;
    // A wall clock that was set back while the server was away must not put a step off for ever.
    const lastedMs = Math.max(0, clock.nowMs() - wait.sinceMs);
    const waiting = { wait, sinceMonotonicMs: isSame ? before.sinceMonotonicMs : clock.monotonicMs() - lastedMs };
    this.#waiting.set(alarmId, waiting);
    return waiting;
  }

  #follow(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      if (entry.alarmId === null || !entry.kind.startsWith('alarm.')) continue;
      const before = this.#waiting.get(entry.alarmId)?.wait ?? null;
      const wait = followEntry(before, entry);
      const line = escalationLineOf(entry);
      if (line !== null) this.#toTell.set(line.sequence, line);
      if (wait === null) this.#endWait(entry.alarmId);
      else if (wait !== before) this.#wakeIn(this.#dueInMs(entry.alarmId, this.#wait(entry.alarmId, wait)));
    }
    if (this.#toTell.size > 0) this.#runSoon();
  }

  /** DU13: what was decided and could not be told yet is told no more. */
  #endWait(alarmId: string): void {
    this.#waiting.delete(alarmId);
    for (const line of this.#toTell.values()) if (line.alarmId === alarmId) this.#toTell.delete(line.sequence);
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
    let wakeInMs = longestSleepMs;
    try {
      let hasMoved = true;
      while (!this.#isStopped && (hasMoved || this.#isWanted)) {
        this.#isWanted = false;
        await this.#tell();
        const due = this.#due();
        const facts = due.length === 0 ? null : await this.#options.facts();
        hasMoved = false;
        for (const alarmId of due) if (facts !== null && !this.#isStopped && (await this.#take(alarmId, facts))) hasMoved = true;
      }
      for (const [alarmId, waiting] of this.#waiting) wakeInMs = Math.min(wakeInMs, Math.max(againMs, this.#dueInMs(alarmId, waiting)));
    } catch (error) {
      this.#options.log.error({ err: error }, 'an escalation could not be committed; trying again');
      wakeInMs = retryMs;
    }
    this.#wakesAtMs = Number.POSITIVE_INFINITY;
    this.#wakeIn(wakeInMs);
  }

  #dueInMs(alarmId: string, waiting: Waiting): number {
    const { plant, clock } = this.#options;
    const definition = plant.alarms[plant.alarmIndexById.get(alarmId) ?? -1];
    const chain = definition === undefined ? null : chainOf(plant.duty.escalation, definition);
    if (definition === undefined || chain === null) return Number.POSITIVE_INFINITY;
    const next = nextStep(waiting.wait, chain, definition);
    return next === null ? Number.POSITIVE_INFINITY : next.dueAfterMs - (clock.monotonicMs() - waiting.sinceMonotonicMs);
  }

  #due(): string[] {
    return [...this.#waiting].filter(([alarmId, waiting]) => this.#dueInMs(alarmId, waiting) <= 0).map(([alarmId]) => alarmId);
  }

  #wakeIn(delayMs: number): void {
    const { clock } = this.#options;
    const atMs = clock.monotonicMs() + Math.max(0, delayMs);
    if (this.#isStopped || atMs >= this.#wakesAtMs) return;
    this.#timer?.cancel();
    this.#wakesAtMs = atMs;
    this.#timer = clock.after(Math.max(0, delayMs), () => {
      this.#wakesAtMs = Number.POSITIVE_INFINITY;
      this.#runSoon();
    });
  }

  /** DU12: the decision is committed with its people; the order follows from the line. */
  async #take(alarmId: string, facts: DutyFacts): Promise<boolean> {
    const { plant, store, clock, testerOf } = this.#options;
    const waiting = this.#waiting.get(alarmId);
    const found = store.find(alarmId);
    if (waiting === undefined || found === null || this.#dueInMs(alarmId, waiting) > 0) return false;
    const { definition, record } = found;
    const chain = chainOf(plant.duty.escalation, definition);
    const next = chain === null ? null : nextStep(waiting.wait, chain, definition);
    if (chain === null || next === null) return false;
    if (!needsAcknowledgement(stateOf(record)) || record.occurrenceId === null) {
      this.#waiting.delete(alarmId);
      return false;
    }
    const tester = await testerOf(alarmId);
    const stationId = plant.stations[definition.stationIndex]?.id ?? '';
    const { priority, class: alarmClass, responseTimeMs } = definition;
    const outcome = decideStep(next.step, { priority, class: alarmClass, responseTimeMs, stationId }, facts, tester);
    const escalation: EscalationDetail = {
      step: next.index + 1,
      of: chain.steps.length,
      isLast: next.index + 1 === chain.steps.length,
      waitSinceMs: waiting.wait.sinceMs,
      told: outcome.told.map((told) => ({ ...told, channels: [...told.channels] })),
      notReached: [...outcome.notReached],
      groupChannels: [...outcome.groupChannels],
      foundNobody: outcome.foundNobody,
      tester,
    };
    // Whoever was quicker (an acknowledgement, a new occurrence) has written a line, and the line is followed.
    const event = { kind: 'escalate', atMs: clock.nowMs() } as const;
    const result = await store.act(record.occurrenceId, record.version, systemActor, event, { escalation });
    return result.kind === 'done';
  }

  async #tell(): Promise<void> {
    const { notifier, notices, plant } = this.#options;
    for (const line of [...this.#toTell.values()]) {
      if (!this.#toTell.has(line.sequence)) continue;
      const orders: NotificationOrder[] = escalationOrders(line, plant);
      if (orders.length > 0) await notifier.order(orders);
      if (line.decided.foundNobody && line.decided.tester === null) {
        await notices.raise({
          key: `nobodyToTell/${line.stationId}`,
          kind: 'nobodyToTell',
          stationId: line.stationId,
          alarmId: line.alarmId,
          occurrenceId: line.occurrenceId,
          detail: { stationId: line.stationId, alarmId: line.alarmId, step: line.decided.step, of: line.decided.of },
          fromSequence: line.sequence,
        });
      }
      this.#toTell.delete(line.sequence);
    }
  }
}
