// Refused attempts go to the journal, but a machine that tries again every second must not fill it: the same attempt is written once in ten minutes,
// and all together not more than so many a minute; what was left out is counted in the next line.
import type { Clock } from '../../../domain/time/clock.ts';
import type { AccessControl } from '../../access/access-control.ts';

const sameAgainMs = 600_000;
const linesAMinuteMax = 30;
const rememberedMax = 1_000;

export class RefusalAudit {
  readonly #access: AccessControl;
  readonly #clock: Clock;
  readonly #writtenAtMs = new Map<string, number>();
  #minuteBeganMs = Number.NEGATIVE_INFINITY;
  #linesThisMinute = 0;
  #leftOut = 0;

  constructor(access: AccessControl, clock: Clock) {
    this.#access = access;
    this.#clock = clock;
  }

  async note(token: string | null, what: string): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    const key = `${token ?? ''} ${what}`;
    if (nowMs - this.#minuteBeganMs >= 60_000) {
      this.#minuteBeganMs = nowMs;
      this.#linesThisMinute = 0;
    }
    if (nowMs - (this.#writtenAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < sameAgainMs || this.#linesThisMinute >= linesAMinuteMax) {
      this.#leftOut += 1;
      return;
    }
    if (this.#writtenAtMs.size >= rememberedMax) this.#writtenAtMs.clear();
    this.#writtenAtMs.set(key, nowMs);
    this.#linesThisMinute += 1;
    const others = this.#leftOut === 0 ? '' : ` (and ${this.#leftOut} attempts like those before)`;
    this.#leftOut = 0;
    await this.#access.auditRefusal(token === null ? null : await this.#access.identify(token), `${what}${others}`);
  }
}
