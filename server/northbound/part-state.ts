// The state of one interface towards another system: for the health page, the log, and the journal once a failure has lasted. It decides nothing.
import type { Logger } from 'pino';
import type { NorthboundPart } from '../../domain/api/northbound-api.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { Ledger } from '../journal/ledger.ts';

/** A receiver that restarts is not an event; one that stays away is. */
const journaledAfterMs = 60_000;

export class PartState {
  readonly name: string;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #log: Logger;
  #state: NorthboundPart['state'] = 'starting';
  #reason: string | null = null;
  #sinceMs: number;
  #timer: TimerHandle | null = null;
  #isFailureJournaled = false;

  constructor(name: string, options: { readonly ledger: Ledger; readonly clock: Clock; readonly log: Logger }) {
    this.name = name;
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#sinceMs = options.clock.nowMs();
  }

  view(): Pick<NorthboundPart, 'state' | 'reason' | 'sinceMs'> {
    return { state: this.#state, reason: this.#reason, sinceMs: this.#sinceMs };
  }

  running(): void {
    if (this.#state === 'running') return;
    if (this.#state === 'failing') this.#log.info({ part: this.name }, 'northbound part is running again');
    this.#move('running', null);
    this.#timer?.cancel();
    this.#timer = null;
    if (!this.#isFailureJournaled) return;
    this.#isFailureJournaled = false;
    this.#note('northbound.recovered', null);
  }

  failing(reason: string): void {
    this.#reason = reason;
    if (this.#state === 'failing') return;
    this.#log.warn({ part: this.name, reason }, 'northbound part is failing; everything else goes on');
    this.#move('failing', reason);
    this.#timer = this.#clock.after(journaledAfterMs, () => {
      this.#isFailureJournaled = true;
      this.#note('northbound.failing', this.#reason);
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #move(state: NorthboundPart['state'], reason: string | null): void {
    this.#state = state;
    this.#reason = reason;
    this.#sinceMs = this.#clock.nowMs();
  }

  #note(kind: string, reason: string | null): void {
    const line = {
      occurredAtMs: this.#clock.nowMs(),
      kind,
      stationId: null,
      alarmId: null,
      occurrenceId: null,
      actor: { kind: 'system', part: 'northbound' } as const,
      detail: { part: this.name, sinceMs: this.#sinceMs, ...(reason === null ? {} : { reason }) },
    };
    this.#ledger.note(line).catch((error: unknown) => {
      this.#log.error({ part: this.name, err: error }, 'a northbound state could not be journaled');
    });
  }
}
