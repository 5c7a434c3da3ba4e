// What detection remembers of each point, flat, and how time runs for it. Rules: docs/alarms.md, "Detection".
//
// Every point has a steady time that follows its readings' own stamps while those agree with the monotonic clock, and the monotonic clock where they do not (a
// wall clock that was set): so delays run on the plant's time and no clock jump shortens or stretches them.
import { Quality } from '../../domain/readings/quality.ts';

/** Stamps and monotonic clock may drift apart by this much between two readings before the monotonic clock is believed instead. */
const stampToleranceMs = 1_000;
/** A reading this much older than now, and older than the newest of its point, is history. */
const lateMs = 5_000;

export class PointMemory {
  // By point.
  readonly lastTimeMs: Float64Array;
  readonly lastMonotonicMs: Float64Array;
  readonly steadyMs: Float64Array;
  readonly lastValue: Float64Array;
  readonly lastQuality: Uint8Array;
  readonly lastGoodMonotonicMs: Float64Array;
  readonly movedAtSteadyMs: Float64Array;
  /** As of the call that is under way. */
  nowMs = 0;
  monotonicMs = 0;
  startMonotonicMs = Number.NaN;

  constructor(points: number) {
    this.lastTimeMs = new Float64Array(points).fill(Number.NEGATIVE_INFINITY);
    this.lastMonotonicMs = new Float64Array(points);
    this.steadyMs = new Float64Array(points);
    this.lastValue = new Float64Array(points).fill(Number.NaN);
    this.lastQuality = new Uint8Array(points).fill(Quality.badNotYetRead);
    this.lastGoodMonotonicMs = new Float64Array(points).fill(Number.NaN);
    this.movedAtSteadyMs = new Float64Array(points);
  }

  begin(nowMs: number, monotonicMs: number): void {
    this.nowMs = nowMs;
    this.monotonicMs = monotonicMs;
    if (Number.isNaN(this.startMonotonicMs)) this.startMonotonicMs = monotonicMs;
  }

  /** Stored and forwarded: it says nothing of now. */
  isHistory(point: number, timeMs: number): boolean {
    return timeMs < (this.lastTimeMs[point] ?? Number.NEGATIVE_INFINITY) && this.nowMs - timeMs > lateMs;
  }

  /** Moves the point's time to a reading. Steady milliseconds since the reading before; 0 at the first. */
  advance(point: number, timeMs: number): number {
    const before = this.lastTimeMs[point] ?? Number.NEGATIVE_INFINITY;
    const byStamp = timeMs - before;
    const byClock = this.monotonicMs - (this.lastMonotonicMs[point] ?? 0);
    const isFirst = before === Number.NEGATIVE_INFINITY;
    const elapsed = isFirst ? 0 : byStamp >= 0 && Math.abs(byStamp - byClock) <= stampToleranceMs ? byStamp : byClock;
    this.lastTimeMs[point] = timeMs;
    this.lastMonotonicMs[point] = this.monotonicMs;
    this.steadyMs[point] = (this.steadyMs[point] ?? 0) + elapsed;
    return elapsed;
  }

  /** Steady time of a point as of now, also while it is silent. */
  steadyNow(point: number): number {
    return (this.steadyMs[point] ?? 0) + (this.monotonicMs - (this.lastMonotonicMs[point] ?? 0));
  }

  /** Null before the first good one. */
  lastNumber(point: number): number | null {
    return finiteOrNull(this.lastValue[point] ?? Number.NaN);
  }
}

export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
