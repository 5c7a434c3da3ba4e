// Walks the journal's chain: when somebody asks, and once a day by itself, so that a broken line is found long before an inspector finds it.
// The result is a line of the journal, which is also where the last one is read from after a restart.
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import { serverActor } from '../alarms/alarm-change.ts';
import { fromRow, verifyChain } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';

export interface JournalCheckState {
  readonly verifiedAtMs: number | null;
  readonly brokenAt: { readonly sequence: number; readonly reason: string } | null;
}

/** What was signed of the journal and is kept outside of the database: a cut or rewritten journal whose chain is whole contradicts it. */
export interface SignedHeads {
  readonly contradiction: { readonly sequence: number; readonly reason: string } | null;
  check(isStopped: () => boolean): Promise<{ readonly sequence: number; readonly reason: string } | null>;
}

const firstAfterMs = 10 * 60_000;
const everyMs = 24 * 3_600_000;
const lineKind = 'journal.verify';

export interface JournalCheckOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly report: (error: unknown) => void;
  readonly heads?: SignedHeads;
}

export class JournalCheck {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #report: (error: unknown) => void;
  readonly #heads: SignedHeads | null;
  #state: JournalCheckState;
  #running: Promise<JournalCheckState> | null = null;
  #timer: TimerHandle | null = null;
  #isStopped = false;

  private constructor(options: JournalCheckOptions, state: JournalCheckState) {
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#report = options.report;
    this.#heads = options.heads ?? null;
    this.#state = state;
    this.#plan(firstAfterMs);
  }

  static async start(options: JournalCheckOptions): Promise<JournalCheck> {
    const row = await options.ledger.database
      .selectFrom('journal')
      .selectAll()
      .where('kind', '=', lineKind)
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst();
    const entry = row === undefined ? null : fromRow(row);
    const { sequence, reason } = entry?.detail ?? {};
    const foundBefore = typeof sequence === 'number' && typeof reason === 'string' ? { sequence, reason } : null;
    const brokenAt = options.heads?.contradiction ?? foundBefore;
    return new JournalCheck(options, { verifiedAtMs: entry?.occurredAtMs ?? null, brokenAt });
  }

  state(): JournalCheckState {
    return this.#state;
  }

  /** One walk at a time: who asks while one is under way gets its result. */
  run(actor: JournalActor): Promise<JournalCheckState> {
    this.#running ??= this.#walk(actor).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#running?.catch(() => undefined);
  }

  async #walk(actor: JournalActor): Promise<JournalCheckState> {
    const verdict = await verifyChain(this.#ledger.database, () => this.#isStopped);
    if (verdict === null) return this.#state;
    const contradiction = verdict.kind === 'broken' ? null : ((await this.#heads?.check(() => this.#isStopped)) ?? null);
    if (this.#isStopped) return this.#state;
    const verifiedAtMs = this.#clock.nowMs();
    const brokenAt = verdict.kind === 'broken' ? { sequence: verdict.sequence, reason: verdict.reason } : contradiction;
    await this.#ledger.note({
      occurredAtMs: verifiedAtMs,
      kind: lineKind,
      stationId: null,
      alarmId: null,
      occurrenceId: null,
      actor,
      detail:
        brokenAt !== null || verdict.kind === 'broken'
          ? { result: 'broken', ...brokenAt }
          : { result: 'intact', entries: verdict.entries, headHash: verdict.headHash },
    });
    this.#state = { verifiedAtMs, brokenAt };
    return this.#state;
  }

  #plan(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => {
      this.run(serverActor).catch(this.#report);
      this.#plan(everyMs);
    });
  }
}
