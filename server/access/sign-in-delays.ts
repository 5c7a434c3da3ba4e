// Wrong passwords cost a growing delay, never a lock: nobody may be able to keep the duty staff out. Guessing at a name from one place delays that place alone;
// while it is guessed at from many places, each of them has one try in half a minute, and the browsers where the person has signed in before are as free as
// ever (OWASP, "device cookies"). What is left: who guesses from the same address keeps a browser that is new there waiting.
import type { Clock } from '../../domain/time/clock.ts';

const failuresBeforeDelay = 5;
/** So many failures of one name at unknown places within the hour are one attack. */
const failuresOfAttack = 100;
const longestDelayMs = 30_000;
const rememberedMax = 10_000;
/** After this long without a failure it is forgotten. */
const forgottenAfterMs = 3_600_000;

interface Failures {
  count: number;
  lastAtMs: number;
  untilMs: number;
}

/** Where a try comes from: an address or a session, or a browser in which this person has signed in before. */
export interface TriedFrom {
  readonly place: string;
  readonly device: string | null;
}

export class SignInDelays {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** 0: may try. */
  waitMs(username: string, from: TriedFrom): number {
    return Math.max(0, (this.#failures.get(keyOf(username, from))?.untilMs ?? 0) - this.#clock.monotonicMs());
  }

  failed(username: string, from: TriedFrom): void {
    const isUnderAttack = from.device === null && this.#count(`all ${username}`, () => 0) > failuresOfAttack;
    this.#count(keyOf(username, from), (count) => {
      if (isUnderAttack) return longestDelayMs;
      return count < failuresBeforeDelay ? 0 : Math.min(longestDelayMs, 1_000 * 2 ** Math.min(count - failuresBeforeDelay, 10));
    });
  }

  succeeded(username: string, from: TriedFrom): void {
    // Not the count of all: a right password at one place says nothing of those who guess elsewhere.
    this.#failures.delete(keyOf(username, from));
  }

  #count(key: string, delayMsOf: (count: number) => number): number {
    const nowMs = this.#clock.monotonicMs();
    const before = this.#failures.get(key);
    const count = before === undefined || nowMs - before.lastAtMs > forgottenAfterMs ? 1 : before.count + 1;
    // Put at the end: what has been quiet longest is forgotten first, so that many names do not wash out the one that is being guessed at.
    this.#failures.delete(key);
    if (this.#failures.size >= rememberedMax) this.#failures.delete(this.#failures.keys().next().value ?? '');
    this.#failures.set(key, { count, lastAtMs: nowMs, untilMs: nowMs + delayMsOf(count) });
    return count;
  }
}

function keyOf(username: string, { place, device }: TriedFrom): string {
  return device === null ? `place ${username} ${place}` : `device ${username} ${device}`;
}
