// Wrong passwords cost a growing delay, never a lock: nobody may be able to keep the duty staff out. Guessing at a name from one place delays that place;
// guessing at it from everywhere delays every place but those where the person has signed in before (OWASP, "device cookies").
import type { Clock } from '../../domain/time/clock.ts';

const failuresBeforeDelay = 5;
/** Of one name from all unknown places together. */
const failuresBeforeDelayOfAll = 100;
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
    const nowMs = this.#clock.monotonicMs();
    return Math.max(0, ...keysOf(username, from).map(({ key }) => (this.#failures.get(key)?.untilMs ?? 0) - nowMs));
  }

  failed(username: string, from: TriedFrom): void {
    const nowMs = this.#clock.monotonicMs();
    for (const { key, free } of keysOf(username, from)) {
      const before = this.#failures.get(key);
      const count = before === undefined || nowMs - before.lastAtMs > forgottenAfterMs ? 1 : before.count + 1;
      const delayMs = count < free ? 0 : Math.min(longestDelayMs, 1_000 * 2 ** Math.min(count - free, 10));
      // Put at the end: what has been quiet longest is forgotten first, so that many names do not wash out the one that is being guessed at.
      this.#failures.delete(key);
      if (this.#failures.size >= rememberedMax) this.#failures.delete(this.#failures.keys().next().value ?? '');
      this.#failures.set(key, { count, lastAtMs: nowMs, untilMs: nowMs + delayMs });
    }
  }

  succeeded(username: string, from: TriedFrom): void {
    // Not the count of all: a right password at one place says nothing of those who guess elsewhere.
    this.#failures.delete(keysOf(username, from)[0]?.key ?? '');
  }
}

function keysOf(username: string, { place, device }: TriedFrom): { readonly key: string; readonly free: number }[] {
  if (device !== null) return [{ key: `device ${username} ${device}`, free: failuresBeforeDelay }];
  return [
    { key: `place ${username} ${place}`, free: failuresBeforeDelay },
    { key: `all ${username}`, free: failuresBeforeDelayOfAll },
  ];
}
