// Starts scans on time. Due times lie on a fixed grid (start + n × period), spread over the period so that devices do not all start in one millisecond;
// two scans of one device never overlap: a scan that is still running at the next due time makes that one a missed scan, which is counted.
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { PolledDriver } from '../drivers/driver.ts';
import { DurationHistogram } from './duration-histogram.ts';

export interface ScanStatistics {
  scans: number;
  scansMissed: number;
  requests: number;
  errors: number;
  /** By closed reason: what ended a scan, and answers of the device that say no. */
  readonly errorsByReason: Map<string, number>;
  readonly startLateness: DurationHistogram;
  readonly duration: DurationHistogram;
}

interface Entry {
  readonly driver: PolledDriver;
  readonly groupIndex: number;
  readonly periodMs: number;
  dueMs: number;
}

/** The golden ratio spreads any number of phases evenly, and adding a device moves no other. */
const phaseStep = 0.618_033_988_749_895;

export class ScanScheduler {
  readonly #clock: Clock;
  readonly #entries: Entry[] = [];
  readonly #statistics = new Map<number, ScanStatistics>();
  /** Per device: groups that fell due while another group of the device was being read. */
  readonly #waiting = new Map<number, Entry[]>();
  readonly #busy = new Set<number>();
  #timer: TimerHandle | null = null;
  #isRunning = false;

  /** Asked before each scan; one that may not be made now is missed. */
  readonly #mayScan: () => boolean;

  constructor(clock: Clock, mayScan: () => boolean = () => true) {
    this.#clock = clock;
    this.#mayScan = mayScan;
  }

  add(driver: PolledDriver): void {
    this.#statistics.set(driver.deviceIndex, {
      scans: 0,
      scansMissed: 0,
      requests: 0,
      errors: 0,
      errorsByReason: new Map(),
      startLateness: new DurationHistogram(),
      duration: new DurationHistogram(),
    });
    driver.groups.forEach((group, groupIndex) => {
      const phase = (this.#entries.length * phaseStep) % 1;
      this.#push({ driver, groupIndex, periodMs: group.scanMs, dueMs: this.#clock.monotonicMs() + phase * group.scanMs });
    });
  }

  statisticsOf(deviceIndex: number): ScanStatistics | null {
    return this.#statistics.get(deviceIndex) ?? null;
  }

  start(): void {
    this.#isRunning = true;
    this.#arm();
  }

  stop(): void {
    this.#isRunning = false;
    this.#timer?.cancel();
  }

  #arm(): void {
    const next = this.#entries[0];
    if (!this.#isRunning || next === undefined) return;
    this.#timer = this.#clock.after(Math.max(0, next.dueMs - this.#clock.monotonicMs()), () => this.#runDue());
  }

  #runDue(): void {
    const nowMs = this.#clock.monotonicMs();
    for (;;) {
      const entry = this.#entries[0];
      // A timer may fire a fraction of a millisecond early; what is due within half a millisecond starts now.
      if (entry === undefined || entry.dueMs > nowMs + 0.5) break;
      this.#pop();
      this.#begin(entry, entry.dueMs);
      const behind = Math.floor((nowMs - entry.dueMs) / entry.periodMs);
      if (behind > 0) this.#missed(entry, behind);
      entry.dueMs += (Math.max(0, behind) + 1) * entry.periodMs;
      this.#push(entry);
    }
    this.#arm();
  }

  #begin(entry: Entry, dueMs: number): void {
    const { deviceIndex } = entry.driver;
    if (!this.#busy.has(deviceIndex)) {
      void this.#scan(entry, dueMs);
      return;
    }
    const waiting = this.#waiting.get(deviceIndex);
    if (waiting === undefined) this.#waiting.set(deviceIndex, [entry]);
    else if (waiting.includes(entry)) this.#missed(entry, 1);
    else waiting.push(entry);
  }

  #missed(entry: Entry, count: number): void {
    const statistics = this.#statistics.get(entry.driver.deviceIndex);
    if (statistics !== undefined) statistics.scansMissed += count;
  }

  async #scan(entry: Entry, dueMs: number): Promise<void> {
    if (!this.#mayScan()) return this.#missed(entry, 1);
    const { deviceIndex } = entry.driver;
    const statistics = this.#statistics.get(deviceIndex);
    this.#busy.add(deviceIndex);
    const startMs = this.#clock.monotonicMs();
    try {
      const outcome = await entry.driver.scan(entry.groupIndex);
      if (statistics !== undefined) {
        const endMs = this.#clock.monotonicMs();
        statistics.scans += 1;
        statistics.requests += outcome.requests;
        statistics.errors += outcome.errors;
        // A scan that its back-off kept from asking is no error of its own.
        if (outcome.errors > 0) {
          const reason = outcome.kind === 'failed' ? outcome.reason : 'deviceException';
          statistics.errorsByReason.set(reason, (statistics.errorsByReason.get(reason) ?? 0) + outcome.errors);
        }
        statistics.startLateness.add(Math.max(0, startMs - dueMs), endMs);
        statistics.duration.add(endMs - startMs, endMs);
      }
    } finally {
      this.#busy.delete(deviceIndex);
    }
    const next = this.#waiting.get(deviceIndex)?.shift();
    if (next !== undefined && this.#isRunning) void this.#scan(next, this.#clock.monotonicMs());
  }

  // A binary heap by due time: thousands of groups share one timer.
  #push(entry: Entry): void {
    const heap = this.#entries;
    heap.push(entry);
    let index = heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((heap[parent]?.dueMs ?? 0) <= entry.dueMs) break;
      heap[index] = heap[parent] as Entry;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#entries;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1]?.dueMs ?? 0) < (heap[child]?.dueMs ?? 0)) child += 1;
      if ((heap[child]?.dueMs ?? 0) >= last.dueMs) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = last;
  }
}
