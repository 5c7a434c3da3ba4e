// Which of many things in a long screen can be seen, or will be after one more screen of scrolling: for subscribing to no more than that.
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';

/** A screen ahead in both directions, so that who scrolls finds values there. */
const screensAhead = 1;
/** While somebody scrolls, what comes near is added at most so often; what has gone is let go when he has stopped. */
const addedEveryMs = 200;
const letGoAfterMs = 2_000;

export class OnScreen {
  readonly #attribute: string;
  readonly #clock: Clock;
  readonly #onChange: (shown: ReadonlySet<string>) => void;
  readonly #observer: IntersectionObserver | null;
  readonly #near = new Map<Element, string>();
  #observed = new Set<Element>();
  #told: ReadonlySet<string> = new Set();
  #adding: TimerHandle | null = null;
  #lettingGo: TimerHandle | null = null;

  constructor(options: {
    readonly attribute: string;
    readonly clock: Clock;
    readonly onChange: (shown: ReadonlySet<string>) => void;
  }) {
    this.#attribute = options.attribute;
    this.#clock = options.clock;
    this.#onChange = options.onChange;
    this.#observer =
      typeof IntersectionObserver === 'undefined'
        ? null
        : new IntersectionObserver((entries) => this.#cross(entries), { rootMargin: `${screensAhead * 100}% 0px` });
  }

  look(elements: readonly Element[]): void {
    const wanted = new Set(elements);
    for (const element of this.#observed) {
      if (wanted.has(element)) continue;
      this.#observer?.unobserve(element);
      this.#near.delete(element);
    }
    const isFirst = this.#observed.size === 0;
    for (const element of wanted) {
      if (this.#observed.has(element)) continue;
      // The observer tells a frame later: what stands there at once is wanted at once.
      if (this.#observer === null || isNear(element)) this.#near.set(element, this.#nameOf(element));
      this.#observer?.observe(element);
    }
    this.#observed = wanted;
    if (isFirst) this.#tell(this.#names());
    else this.#tellSoon();
  }

  stop(): void {
    this.#observer?.disconnect();
    this.#adding?.cancel();
    this.#lettingGo?.cancel();
  }

  #cross(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting && this.#observed.has(target)) this.#near.set(target, this.#nameOf(target));
      else this.#near.delete(target);
    }
    this.#tellSoon();
  }

  #tellSoon(): void {
    const names = this.#names();
    if ([...names].some((name) => !this.#told.has(name)))
      this.#adding ??= this.#clock.after(addedEveryMs, () => {
        this.#adding = null;
        this.#tell(new Set([...this.#told, ...this.#names()]));
        this.#tellSoon();
      });
    this.#lettingGo?.cancel();
    this.#lettingGo = null;
    if ([...this.#told].some((name) => !names.has(name)))
      this.#lettingGo = this.#clock.after(letGoAfterMs, () => {
        this.#lettingGo = null;
        this.#tell(this.#names());
      });
  }

  #tell(names: ReadonlySet<string>): void {
    if (names.size === this.#told.size && [...names].every((name) => this.#told.has(name))) return;
    this.#told = names;
    this.#onChange(names);
  }

  #names(): ReadonlySet<string> {
    return new Set(this.#near.values());
  }

  #nameOf(element: Element): string {
    return element.getAttribute(this.#attribute) ?? '';
  }
}

function isNear(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom >= -screensAhead * innerHeight && top <= (1 + screensAhead) * innerHeight;
}
