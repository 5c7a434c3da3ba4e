// Carries the outbox to the server: in order, again and again until the server's database has committed it, then states all conditions by level.
import type { ActiveCondition, ConditionMessage, ReplacedOutbox } from '../../domain/messages/condition-message.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import { logAlarmStep, type StepLog } from '../../domain/tracing/alarm-step.ts';
import type { CollectorLink } from '../../link/link.ts';
import type { ConditionOutbox } from './condition-outbox.ts';

/** So few that one delivery does not hold up the server's other work: a person who acknowledges in a flood waits for the one under way. */
const messagesPerDelivery = 200;
const firstRetryMs = 200;
const longestRetryMs = 5_000;

export interface SenderLog extends StepLog {
  warn(fields: object, message: string): void;
}

interface SenderOptions {
  readonly outbox: ConditionOutbox;
  readonly link: CollectorLink;
  readonly collectorId: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Where several processes may hold the stations: this one's name, what to do with what the server holds active there, and when it believes a later term. */
  readonly takeover?: {
    readonly node: string;
    readonly onHeld: (held: readonly ActiveCondition[]) => void;
    readonly onSuperseded: (laterTerm: number) => void;
  };
  /** Who holds the stations no longer says nothing of what is true now. */
  readonly onlyDelivers?: boolean;
  /** With that: messages of this term, and those behind them, are not sent. */
  readonly heldBackTerm?: number | null;
  readonly log?: SenderLog;
}

export class ConditionSender {
  readonly #options: SenderOptions;
  #isSending = false;
  #needsStatement = true;
  #failures = 0;
  #retry: TimerHandle | null = null;
  #isStopped = false;
  readonly #unsubscribe: () => void;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#unsubscribe = options.link.onServerConnected(() => {
      this.#needsStatement = true;
      this.#failures = 0;
      this.poke();
    });
  }

  /** Something may be pending. Cheap to call often. */
  poke(): void {
    if (this.#isSending || this.#isStopped) return;
    this.#retry?.cancel();
    this.#retry = null;
    this.#isSending = true;
    const sent = this.#run().catch((error: unknown) => {
      // The outbox's disk, or a row that this version cannot read: tried again like a server that is away, and not in the same turn.
      if (this.#isStopped) return;
      if (this.#failures === 0)
        this.#options.log?.warn({ err: error, collectorId: this.#options.collectorId }, 'the outbox could not be sent; trying again');
      this.#retryLater();
    });
    void sent.finally(() => {
      this.#isSending = false;
      // What came while the last round was ending had its poke passed over.
      if (this.#retry === null && this.#options.outbox.pendingCount > 0) this.poke();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#retry?.cancel();
    this.#unsubscribe();
  }

  async #run(): Promise<void> {
    const { outbox, link, collectorId, clock } = this.#options;
    while (!this.#isStopped) {
      const pending = outbox.pending(outbox.confirmedSequence, messagesPerDelivery);
      // [HD6] What earlier terms left goes first, under their own number; then the server is asked what it holds; then what this term has found out.
      const unsettled = outbox.needsAdoption ? outbox.term : (this.#options.heldBackTerm ?? null);
      const messages = unsettled === null ? pending : leading(pending, ({ term }) => term !== unsettled);
      if (messages.length > 0) {
        const sentAtMs = clock.monotonicMs();
        const result = await link.deliverConditions({ schema: 1, collectorId, ...this.#identity(), messages: [...messages] });
        if (this.#isStopped) return;
        if (result.kind === 'failed') {
          this.#logFailure(result.reason, messages);
          return this.#retryLater();
        }
        // The server's database has less than it confirmed once: it was restored or made anew. What is pending goes under a new identity.
        if (result.throughSequence < outbox.confirmedSequence) {
          outbox.renew();
          this.#needsStatement = true;
          continue;
        }
        if (result.throughSequence === outbox.confirmedSequence) return this.#retryLater();
        this.#failures = 0;
        outbox.confirm(result.throughSequence);
        this.#logConfirmed(result.throughSequence, messages, clock.monotonicMs() - sentAtMs);
        if (this.#isSuperseded(result.supersededBy)) return this.#retryLater();
        continue;
      }
      if (outbox.needsAdoption) {
        if (await this.#takeOver()) continue;
        return;
      }
      if (this.#options.onlyDelivers === true) return pending.length > 0 ? this.#retryLater() : undefined;
      if (!this.#needsStatement) return;
      const result = await link.stateConditions({
        schema: 1,
        collectorId,
        ...this.#identity(),
        throughSequence: outbox.lastSequence,
        atMs: clock.nowMs(),
        ...(outbox.term === null ? {} : { term: outbox.term }),
        active: [...outbox.activeConditions()],
      });
      if (this.#isStopped) return;
      switch (result.kind) {
        case 'accepted':
          this.#needsStatement = false;
          break;
        case 'behind':
          // New edges came while it was under way: they are delivered first. Or the server lost what it had confirmed, and waits for what nobody has
          // any more: under a new identity the level statement puts it right.
          if (outbox.pendingCount === 0) outbox.renew();
          break;
        case 'superseded':
          this.#isSuperseded(result.term);
          return this.#retryLater();
        case 'failed':
          return this.#retryLater();
      }
    }
  }

  /** [OB2] */
  #identity(): { readonly outboxId: string; readonly replaces?: ReplacedOutbox[] } {
    const { outboxId, replaces } = this.#options.outbox;
    return replaces.length === 0 ? { outboxId } : { outboxId, replaces: [...replaces] };
  }

  #logConfirmed(throughSequence: number, messages: readonly ConditionMessage[], tookMs: number): void {
    const { log, collectorId, outbox } = this.#options;
    if (log === undefined) return;
    const common = { collectorId, outboxId: outbox.outboxId, tookMs: Math.round(tookMs) };
    const confirmed = messages.filter(({ sequence }) => sequence <= throughSequence);
    const items = confirmed.map(({ occurrenceId, sequence }) => ({ correlationId: occurrenceId, sequence }));
    logAlarmStep(log, 'link', 'the server has confirmed it', common, items);
  }

  /** The first of several in a row. */
  #logFailure(reason: string, messages: readonly ConditionMessage[]): void {
    if (this.#failures > 0) return;
    const { collectorId, outbox, log } = this.#options;
    const correlationId = messages.slice(0, 100).map(({ occurrenceId }) => occurrenceId);
    log?.warn(
      { step: 'link', correlationId, collectorId, outboxId: outbox.outboxId, waiting: outbox.pendingCount, reason },
      'the server has not confirmed it; kept and sent again',
    );
  }

  /** Whether it was granted. */
  async #takeOver(): Promise<boolean> {
    const { outbox, link, collectorId, clock, takeover } = this.#options;
    if (takeover === undefined || outbox.term === null) return false;
    const result = await link.takeOver({ schema: 1, collectorId, term: outbox.term, node: takeover.node, atMs: clock.nowMs() });
    if (this.#isStopped) return false;
    if (result.kind === 'granted') {
      takeover.onHeld(result.active);
      this.#failures = 0;
      return true;
    }
    if (result.kind === 'superseded') this.#isSuperseded(result.term);
    this.#retryLater();
    return false;
  }

  /** [HD10] What the server believes may also be this term, told of what an earlier one left here, or an answer that was late. */
  #isSuperseded(by: number | undefined): boolean {
    const { outbox, takeover } = this.#options;
    if (by === undefined || outbox.term === null || by <= outbox.term) return false;
    takeover?.onSuperseded(by);
    return true;
  }

  #retryLater(): void {
    this.#failures += 1;
    const ceilingMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(8, this.#failures - 1));
    this.#retry = this.#options.clock.after(ceilingMs / 2 + (this.#options.random() * ceilingMs) / 2, () => this.poke());
  }
}

function leading<T>(list: readonly T[], belongs: (item: T) => boolean): readonly T[] {
  const end = list.findIndex((item) => !belongs(item));
  return end === -1 ? list : list.slice(0, end);
}
