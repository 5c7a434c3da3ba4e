// Alarm flood of one console, by the count of newly announced alarms in ten minutes (ANSI/ISA-18.2-2016 clause 16.5; EEMUA 191). Pure: time is an argument.
const windowMs = 600_000;
const startCount = 10;
const endBelow = 5;

export type FloodChange = 'none' | 'started' | 'ended';

export class FloodMeter {
  /** Announcements of the last ten minutes, oldest first. */
  #timesMs: number[] = [];
  #sinceMs: number | null = null;
  #announced = 0;
  #peak = 0;
  #endedAtMs = 0;

  /** When the last flood ended: exactly, whenever it was noticed. */
  get endedAtMs(): number {
    return this.#endedAtMs;
  }

  get sinceMs(): number | null {
    return this.#sinceMs;
  }

  get inLastTenMinutes(): number {
    return this.#timesMs.length;
  }

  /** Newly announced since the flood began, the ten minutes that made it one included. */
  get announced(): number {
    return this.#announced;
  }

  /** Most in any ten minutes of this flood. */
  get peak(): number {
    return this.#peak;
  }

  announce(atMs: number): FloodChange {
    const before = this.judge(atMs);
    this.#timesMs.push(atMs);
    const count = this.#timesMs.length;
    if (this.#sinceMs !== null) {
      this.#announced += 1;
      this.#peak = Math.max(this.#peak, count);
      return before;
    }
    if (count < startCount) return before;
    this.#sinceMs = atMs;
    this.#announced = count;
    this.#peak = count;
    return 'started';
  }

  /** Lets time pass. */
  judge(nowMs: number): FloodChange {
    const times = this.#timesMs;
    let gone = 0;
    while (gone < times.length && (times[gone] ?? 0) <= nowMs - windowMs) gone += 1;
    if (this.#sinceMs === null || times.length - gone >= endBelow) {
      times.splice(0, gone);
      return 'none';
    }
    this.#endedAtMs = (times[times.length - endBelow] ?? nowMs) + windowMs;
    times.splice(0, gone);
    this.#sinceMs = null;
    return 'ended';
  }
}

export interface FloodPeriod {
  readonly startMs: number;
  /** When fewer than five had come in ten minutes; null where it goes on at `untilMs`. */
  readonly endMs: number | null;
  readonly announced: number;
  readonly peak: number;
}

/** Collects the floods of a run of announcement times (ascending). */
export class FloodTally {
  readonly #meter = new FloodMeter();
  readonly #floods: FloodPeriod[] = [];
  #startMs = 0;

  announce(atMs: number): void {
    this.#note(this.#meter.announce(atMs));
  }

  /** The floods up to `untilMs`. Nothing may be announced afterwards. */
  finish(untilMs: number): readonly FloodPeriod[] {
    this.#note(this.#meter.judge(untilMs));
    if (this.#meter.sinceMs === null) return this.#floods;
    return [...this.#floods, { startMs: this.#startMs, endMs: null, announced: this.#meter.announced, peak: this.#meter.peak }];
  }

  #note(change: FloodChange): void {
    const { sinceMs, endedAtMs, announced, peak } = this.#meter;
    if (change === 'started') this.#startMs = sinceMs ?? 0;
    if (change === 'ended') this.#floods.push({ startMs: this.#startMs, endMs: endedAtMs, announced, peak });
  }
}
