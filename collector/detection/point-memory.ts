// What detection remembers of each point, flat, and how time runs for it. Rules: docs/alarms.md, "Detection".
//
// Every point has a steady time that follows its readings' own stamps while those agree with the monotonic clock, and the monotonic clock where they do not (a
// wall clock that was set): so delays run on the plant's time and no clock jump shortens or stretches them. That this machine's own clock was set is seen by
// comparing the two, also where it was by less than stamps may be off.
import { Quality } from '../../domain/readings/quality.ts';

/** Stamps and monotonic clock may drift apart by this much between two readings before the monotonic clock is believed instead. */
const stampToleranceMs = 1_000;
/** This machine's wall clock goes on otherwise than the monotonic one by more than this only where it was set. */
const stepMs = 50;
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
  /** By how much this machine's clock had been set in all, at the reading before and at the one before that. */
  readonly #setAtLastMs: Float64Array;
  readonly #setAtSecondLastMs: Float64Array;
  #setMs = 0;
  #wallAheadMs = Number.NaN;
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
    this.#setAtLastMs = new Float64Array(points);
    this.#setAtSecondLastMs = new Float64Array(points);
  }

  begin(nowMs: number, monotonicMs: number): void {
    this.nowMs = nowMs;
    this.monotonicMs = monotonicMs;
    if (Number.isNaN(this.startMonotonicMs)) this.startMonotonicMs = monotonicMs;
    const aheadMs = nowMs - monotonicMs;
    if (Math.abs(aheadMs - this.#wallAheadMs) > stepMs) this.#setMs += aheadMs - this.#wallAheadMs;
    this.#wallAheadMs = aheadMs;
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
    const isBelieved = byStamp >= 0 && Math.abs(byStamp - byClock) <= stampToleranceMs && !this.#isBySetClock(point, byStamp - byClock);
    const elapsed = isFirst ? 0 : isBelieved ? byStamp : byClock;
    this.#setAtSecondLastMs[point] = this.#setAtLastMs[point] ?? 0;
    this.#setAtLastMs[point] = this.#setMs;
    this.lastTimeMs[point] = timeMs;
    this.lastMonotonicMs[point] = this.monotonicMs;
    this.steadyMs[point] = (this.steadyMs[point] ?? 0) + elapsed;
    return elapsed;
  }

  /** The stamps went on otherwise by just as much as this machine's clock was set, maybe between a stamp and its being looked at here. */
  #isBySetClock(point: number, differenceMs: number): boolean {
    const last = this.#setAtLastMs[point] ?? 0;
    const secondLast = this.#setAtSecondLastMs[point] ?? 0;
    if (this.#setMs === secondLast || Math.abs(differenceMs) <= stepMs) return false;
    return [this.#setMs - last, this.#setMs - secondLast, last - secondLast].some(
      (set) => set !== 0 && Math.abs(differenceMs - set) <= stepMs,
    );
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
