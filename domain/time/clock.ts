// Time as an argument: every part that needs to know the time is given a Clock, so that a test can move it.

export interface TimerHandle {
  cancel(): void;
}

export interface Clock {
  /** UTC wall clock, epoch milliseconds. May jump; only for stamps that people read. */
  nowMs(): number;
  /** Monotonic milliseconds from an arbitrary origin, fractional. The only clock for delays and intervals. */
  monotonicMs(): number;
  /** Calls back once after `delayMs` of monotonic time. Never keeps the process alive by itself where the platform allows. */
  after(delayMs: number, callback: () => void): TimerHandle;
}
