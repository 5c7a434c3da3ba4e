// Detection: is each alarm's condition true? Compiled once to flat arrays. Rules: docs/alarms.md, "Detection".
//
// Time. Every point has a steady time that follows its readings' own stamps while those agree with the monotonic clock, and the monotonic clock where they
// do not (a wall clock that was set): so delays run on the plant's time and no clock jump shortens or stretches them.
// Quality. Good and uncertain readings are evaluated; bad ones freeze every alarm of their point where it is, except `instrumentFault`, which they may raise,
// and `stale`, which goes by the last good reading. Active conditions never clear because data stopped.
import { compileExpression } from 'filtrex';
import { settingsOf } from '../../domain/alarm-settings/alarm-settings.ts';
import type {
  AlarmDefinition,
  DeviationAlarm,
  ExpressionAlarm,
  FrozenAlarm,
  LimitAlarm,
  RateOfChangeAlarm,
  StateAlarm,
  VoteAlarm,
} from '../../domain/alarms/alarm-definition.ts';
import { exhaustive } from '../../domain/exhaustive.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { isBad, Quality } from '../../domain/readings/quality.ts';
import type { ReadingBatch } from '../../domain/readings/reading-batch.ts';
import { type CommFailAlarm, type DetectionPlan, type EvaluatedAlarm, planDetection } from './detection-plan.ts';
import type { Detector, EdgeListener } from './detector.ts';
import { RateWindow } from './rate-window.ts';

/** Stamps and monotonic clock may drift apart by this much between two readings before the monotonic clock is believed instead. */
const stampToleranceMs = 1_000;
/** A reading this much older than now, and older than the newest of its point, was stored and forwarded: history, not live. */
const lateMs = 5_000;

const Phase = { normal: 0, pendingOn: 1, active: 2, pendingOff: 3 } as const;

export function createDetector(options: {
  readonly plant: Plant;
  readonly onEdge: EdgeListener;
  readonly stationIndexes?: readonly number[];
}): Detector {
  return new FlatDetector(options.plant, options.onEdge, options.stationIndexes ?? options.plant.stations.map((station) => station.index));
}

type PointEvaluator = (pointIndex: number, value: number, timeMs: number, quality: number) => void;
interface RateEvaluator {
  readonly alarm: RateOfChangeAlarm;
  readonly window: RateWindow;
  readonly gapMs: number;
}

class FlatDetector implements Detector {
  readonly #stationIndexes: readonly number[];
  readonly #onEdge: EdgeListener;
  #plant: Plant;
  #plan: DetectionPlan;
  // By point.
  readonly #lastTimeMs: Float64Array;
  readonly #lastMonotonicMs: Float64Array;
  readonly #steadyMs: Float64Array;
  readonly #lastValue: Float64Array;
  readonly #lastQuality: Uint8Array;
  readonly #lastGoodMonotonicMs: Float64Array;
  #guardLow: Float64Array;
  #guardHigh: Float64Array;
  /** Limit alarms of the point that are not in phase normal. */
  readonly #busyLimits: Uint16Array;
  #ratesOf: readonly (readonly RateEvaluator[])[] = [];
  #evaluatorsOf: readonly (readonly PointEvaluator[])[] = [];
  /** 1 where a stale alarm of the point is up: any good reading ends it, whatever quality came before. */
  readonly #isStaleUp: Uint8Array;
  // By alarm.
  readonly #phase: Uint8Array;
  readonly #pendingSinceMs: Float64Array;
  readonly #pending = new Set<number>();
  readonly #rateOf = new Map<number, RateEvaluator>();
  readonly #evaluatorOf = new Map<number, PointEvaluator>();
  /** By vote alarm: 1 where a point voted for it last. */
  readonly #isVotingOf = new Map<number, Uint8Array>();
  readonly #movedAtSteadyMs: Float64Array;
  readonly #lostSinceMonotonicMs: Float64Array;
  readonly #isSuppressed: Uint8Array;
  #nowMs = 0;
  #monotonicMs = 0;
  #startMonotonicMs = Number.NaN;

  constructor(plant: Plant, onEdge: EdgeListener, stationIndexes: readonly number[]) {
    this.#plant = plant;
    this.#onEdge = onEdge;
    this.#stationIndexes = stationIndexes;
    const points = plant.points.length;
    this.#lastTimeMs = new Float64Array(points).fill(Number.NEGATIVE_INFINITY);
    this.#lastMonotonicMs = new Float64Array(points);
    this.#steadyMs = new Float64Array(points);
    this.#lastValue = new Float64Array(points).fill(Number.NaN);
    this.#lastQuality = new Uint8Array(points).fill(Quality.badNotYetRead);
    this.#lastGoodMonotonicMs = new Float64Array(points).fill(Number.NaN);
    this.#busyLimits = new Uint16Array(points);
    this.#isStaleUp = new Uint8Array(points);
    this.#movedAtSteadyMs = new Float64Array(points);
    this.#phase = new Uint8Array(plant.alarms.length);
    this.#pendingSinceMs = new Float64Array(plant.alarms.length);
    this.#isSuppressed = new Uint8Array(plant.alarms.length);
    this.#lostSinceMonotonicMs = new Float64Array(plant.devices.length).fill(Number.NaN);
    this.#plan = planDetection(plant, stationIndexes);
    this.#guardLow = this.#plan.guardLow;
    this.#guardHigh = this.#plan.guardHigh;
    this.#follow();
  }

  /** Makes what evaluates alarms by the plan; what stands in `#rateOf` and `#evaluatorOf` already goes on as it is. */
  #follow(): void {
    this.#guardLow = this.#plan.guardLow;
    this.#guardHigh = this.#plan.guardHigh;
    this.#ratesOf = this.#plan.ratesOf.map((alarms) => alarms.map((alarm) => this.#rateEvaluator(alarm)));
    this.#evaluatorsOf = this.#plan.evaluatedOf.map((alarms) => alarms.map((alarm) => this.#evaluator(alarm)));
  }

  #rateEvaluator(alarm: RateOfChangeAlarm): RateEvaluator {
    const made = this.#rateOf.get(alarm.index);
    if (made !== undefined) return made;
    const scanMs = this.#plant.points[alarm.pointIndex]?.scanMs ?? 1_000;
    const evaluator = { alarm, window: new RateWindow(alarm.windowMs, scanMs), gapMs: Math.max(3 * scanMs, 2_000) };
    this.#rateOf.set(alarm.index, evaluator);
    return evaluator;
  }

  #evaluator(alarm: EvaluatedAlarm): PointEvaluator {
    const made = this.#evaluatorOf.get(alarm.index);
    if (made !== undefined) return made;
    const evaluator = this.#newEvaluator(alarm);
    this.#evaluatorOf.set(alarm.index, evaluator);
    return evaluator;
  }

  #newEvaluator(alarm: EvaluatedAlarm): PointEvaluator {
    switch (alarm.kind) {
      case 'deviation':
        return this.#deviation(alarm);
      case 'state':
        return this.#state(alarm);
      case 'vote':
        return this.#vote(alarm);
      case 'expression':
        return this.#expression(alarm);
      default:
        return exhaustive(alarm, 'alarm kind');
    }
  }

  applySettings(plant: Plant, touchedAlarmIndexes: readonly number[], nowMs: number, monotonicMs: number): void {
    this.#begin(nowMs, monotonicMs);
    const before = this.#plant;
    this.#plant = plant;
    for (const index of touchedAlarmIndexes) {
      const [old, alarm] = [before.alarms[index], plant.alarms[index]];
      if (old !== undefined && alarm !== undefined) this.#forget(old, alarm);
    }
    this.#plan = planDetection(plant, this.#stationIndexes);
    this.#follow();
    for (const index of touchedAlarmIndexes) {
      const alarm = plant.alarms[index];
      if (alarm !== undefined && this.#stationIndexes.includes(alarm.stationIndex)) this.#reconsider(alarm);
    }
  }

  /** What is under way for an alarm begins anew: delays, and a window or a vote's memory where their own settings differ. That it is active stays. */
  #forget(old: AlarmDefinition, alarm: AlarmDefinition): void {
    const { index } = alarm;
    if (this.#phase[index] === Phase.pendingOn) {
      this.#settle(index, Phase.normal);
      if (isLimit(alarm)) this.#busyLimits[alarm.pointIndex] = Math.max(0, (this.#busyLimits[alarm.pointIndex] ?? 0) - 1);
    } else if (this.#phase[index] === Phase.pendingOff) this.#settle(index, Phase.active);
    const rate = this.#rateOf.get(index);
    if (rate !== undefined && old.kind === 'rateOfChange' && alarm.kind === 'rateOfChange') {
      // A window of the same length keeps its samples: the alarm is not blind for half a window because its limit was changed.
      if (old.windowMs === alarm.windowMs) this.#rateOf.set(index, { ...rate, alarm });
      else this.#rateOf.delete(index);
    }
    const [was, is] = [settingsOf(old), settingsOf(alarm)];
    if (was.setpoint !== is.setpoint || was.deadband !== is.deadband) this.#evaluatorOf.delete(index);
  }

  /**
   * Evaluates an alarm with the last reading of its point, as of now: a point that is silent because nothing changes must still trip at its new setpoint.
   * Alarms by silence (stale, commFail) and frozen are the clock's, at the next tick; one that is active ends when the data comes back.
   */
  #reconsider(alarm: AlarmDefinition): void {
    const point = this.#plan.delayPoint[alarm.index] ?? -1;
    const quality = this.#lastQuality[point] ?? Quality.badNotYetRead;
    const value = this.#lastValue[point] ?? Number.NaN;
    const steady = this.#steadyNow(point);
    if (alarm.kind === 'instrumentFault') {
      if (isFault(quality)) this.#step(alarm.index, true, steady, this.#nowMs, null, quality, null);
      return;
    }
    if (alarm.kind === 'vote') {
      this.#evaluatorOf.get(alarm.index)?.(point, value, this.#nowMs, quality);
      return;
    }
    if (isBad(quality) || Number.isNaN(value)) return;
    if (isLimit(alarm)) this.#limit(alarm, point, steady, this.#nowMs, value, quality);
    else if (alarm.kind === 'rateOfChange') {
      const rate = this.#rateOf.get(alarm.index);
      if (rate?.window.isReady === true) this.#rate(alarm, rate.window, steady, this.#nowMs, value, quality);
    } else this.#evaluatorOf.get(alarm.index)?.(point, value, this.#nowMs, quality);
  }

  isActive(alarmIndex: number): boolean {
    const phase = this.#phase[alarmIndex];
    return phase === Phase.active || phase === Phase.pendingOff;
  }

  restore(activeAlarmIndexes: readonly number[]): void {
    for (const index of activeAlarmIndexes) {
      const alarm = this.#plant.alarms[index];
      if (alarm === undefined || this.isActive(index)) continue;
      const wasBusy = this.#phase[index] === Phase.pendingOn;
      this.#settle(index, Phase.active);
      if (isLimit(alarm) && !wasBusy) this.#busyLimits[alarm.pointIndex] = (this.#busyLimits[alarm.pointIndex] ?? 0) + 1;
      if (alarm.kind === 'stale') this.#isStaleUp[alarm.pointIndex] = 1;
    }
  }

  adopt(activeAlarmIndexes: readonly number[], nowMs: number, monotonicMs: number): void {
    this.#begin(nowMs, monotonicMs);
    const fresh = activeAlarmIndexes.filter((index) => !this.isActive(index));
    this.restore(fresh);
    for (const index of fresh) {
      const alarm = this.#plant.alarms[index];
      if (alarm !== undefined) this.#reconsider(alarm);
    }
  }

  readings(batch: ReadingBatch, nowMs: number, monotonicMs: number): void {
    this.#begin(nowMs, monotonicMs);
    for (let row = 0; row < batch.length; row += 1) {
      this.#reading(batch.point[row] ?? 0, batch.timeMs[row] ?? 0, batch.value[row] ?? Number.NaN, batch.quality[row] ?? Quality.bad);
    }
  }

  device(deviceIndex: number, isReachable: boolean, nowMs: number, monotonicMs: number): void {
    this.#begin(nowMs, monotonicMs);
    if (!isReachable) {
      if (Number.isNaN(this.#lostSinceMonotonicMs[deviceIndex] ?? Number.NaN)) this.#lostSinceMonotonicMs[deviceIndex] = monotonicMs;
      return;
    }
    this.#lostSinceMonotonicMs[deviceIndex] = Number.NaN;
    this.#reachable.add(deviceIndex);
    for (const alarm of this.#plan.commFails) if (alarm.deviceIndex === deviceIndex && this.isActive(alarm.index)) this.#endCommFail(alarm);
  }

  tick(nowMs: number, monotonicMs: number): void {
    this.#begin(nowMs, monotonicMs);
    for (const alarm of this.#plan.commFails) this.#tickCommFail(alarm);
    const { alarm, point, afterMs } = this.#plan.stale;
    for (let index = 0; index < alarm.length; index += 1) {
      const staleAlarm = alarm[index] ?? 0;
      if (this.#phase[staleAlarm] !== Phase.normal) continue;
      const since = this.#lastGoodMonotonicMs[point[index] ?? 0] ?? Number.NaN;
      const silentMs = monotonicMs - (Number.isNaN(since) ? this.#startMonotonicMs : since);
      if (silentMs >= (afterMs[index] ?? 0)) this.#raiseStale(staleAlarm, point[index] ?? 0);
    }
    for (const frozenAlarm of this.#plan.frozen) this.#checkFrozen(frozenAlarm);
    for (const index of this.#pending) this.#tickDelay(index);
  }

  readonly #reachable = new Set<number>();

  #begin(nowMs: number, monotonicMs: number): void {
    this.#nowMs = nowMs;
    this.#monotonicMs = monotonicMs;
    if (Number.isNaN(this.#startMonotonicMs)) this.#startMonotonicMs = monotonicMs;
  }

  #reading(point: number, timeMs: number, value: number, quality: number): void {
    const before = this.#lastTimeMs[point] ?? Number.NEGATIVE_INFINITY;
    if (timeMs < before && this.#nowMs - timeMs > lateMs) return;
    const byStamp = timeMs - before;
    const byClock = this.#monotonicMs - (this.#lastMonotonicMs[point] ?? 0);
    const isFirst = before === Number.NEGATIVE_INFINITY;
    const elapsed = isFirst ? 0 : byStamp >= 0 && Math.abs(byStamp - byClock) <= stampToleranceMs ? byStamp : byClock;
    const steady = (this.#steadyMs[point] ?? 0) + elapsed;
    this.#lastTimeMs[point] = timeMs;
    this.#lastMonotonicMs[point] = this.#monotonicMs;
    this.#steadyMs[point] = steady;
    const previousQuality = this.#lastQuality[point] ?? Quality.bad;
    this.#lastQuality[point] = quality;

    if (isBad(quality)) {
      const fault = this.#plan.faultAlarmOf[point] ?? -1;
      if (fault >= 0 && isFault(quality)) this.#step(fault, true, steady, timeMs, finiteOrNull(value), quality, null);
      if (!isBad(previousQuality)) for (const rate of this.#ratesOf[point] ?? []) rate.window.clear();
      const evaluators = this.#evaluatorsOf[point] ?? [];
      for (const evaluate of evaluators) evaluate(point, value, timeMs, quality);
      return;
    }

    this.#lastGoodMonotonicMs[point] = this.#monotonicMs;
    const lastValue = this.#lastValue[point];
    if (value !== lastValue) {
      this.#movedAtSteadyMs[point] = steady;
      this.#lastValue[point] = value;
    }
    if (isFirst || isBad(previousQuality) || this.#isStaleUp[point] === 1) this.#recovered(point, steady, timeMs, value, quality);

    // The cheap way: inside the guard band with no limit alarm up, none of them can change.
    if ((this.#busyLimits[point] ?? 0) > 0 || value > (this.#guardHigh[point] ?? 0) || value < (this.#guardLow[point] ?? 0))
      this.#limits(point, steady, timeMs, value, quality);
    const rates = this.#ratesOf[point] ?? [];
    for (let index = 0; index < rates.length; index += 1) {
      const rate = rates[index];
      if (rate === undefined) continue;
      if (elapsed > rate.gapMs) rate.window.clear();
      rate.window.push(steady, value);
      if (rate.window.isReady) this.#rate(rate.alarm, rate.window, steady, timeMs, value, quality);
    }
    const evaluators = this.#evaluatorsOf[point] ?? [];
    for (let index = 0; index < evaluators.length; index += 1) evaluators[index]?.(point, value, timeMs, quality);
  }

  /** First good reading after bad ones, after silence or after a start. */
  #recovered(point: number, steady: number, timeMs: number, value: number, quality: number): void {
    this.#movedAtSteadyMs[point] = steady;
    const fault = this.#plan.faultAlarmOf[point] ?? -1;
    if (fault >= 0) this.#step(fault, false, steady, timeMs, value, quality, null);
    this.#isStaleUp[point] = 0;
    for (const stale of this.#plan.staleAlarmsOf[point] ?? []) {
      if (!this.isActive(stale)) continue;
      if (this.#isSuppressed[stale] === 1) this.#unsuppress(stale);
      this.#edge('clear', stale, timeMs, value, quality, null);
      this.#phase[stale] = Phase.normal;
    }
  }

  #limits(point: number, steady: number, timeMs: number, value: number, quality: number): void {
    for (const alarm of this.#plan.limitsOf[point] ?? []) this.#limit(alarm, point, steady, timeMs, value, quality);
  }

  #limit(alarm: LimitAlarm, point: number, steady: number, timeMs: number, value: number, quality: number): void {
    const isUp = this.isActive(alarm.index);
    const isHigh = alarm.kind === 'high' || alarm.kind === 'highHigh';
    const isTrue = isHigh
      ? value > alarm.setpoint || (isUp && value > alarm.setpoint - alarm.deadband)
      : value < alarm.setpoint || (isUp && value < alarm.setpoint + alarm.deadband);
    const wasNormal = this.#phase[alarm.index] === Phase.normal;
    this.#step(alarm.index, isTrue, steady, timeMs, value, quality, null);
    const isNormal = this.#phase[alarm.index] === Phase.normal;
    if (wasNormal !== isNormal) this.#busyLimits[point] = (this.#busyLimits[point] ?? 0) + (isNormal ? -1 : 1);
  }

  #rate(alarm: RateOfChangeAlarm, window: RateWindow, steady: number, timeMs: number, value: number, quality: number): void {
    const slope = window.slopePerMinute;
    const signed = alarm.direction === 'rising' ? slope : alarm.direction === 'falling' ? -slope : Math.abs(slope);
    const isUp = this.isActive(alarm.index);
    if (signed <= alarm.limitPerMinute && !isUp && this.#phase[alarm.index] === Phase.normal) return;
    let isTrue = signed > (isUp ? alarm.limitPerMinute - alarm.deadbandPerMinute : alarm.limitPerMinute);
    if (isTrue && !isUp) {
      const least = window.leastSlopeLeavingOneOut;
      const leastSigned = alarm.direction === 'rising' ? least : alarm.direction === 'falling' ? -least : Math.abs(least);
      isTrue = leastSigned > alarm.limitPerMinute;
    }
    this.#step(alarm.index, isTrue, steady, timeMs, value, quality, slope);
  }

  #deviation(alarm: DeviationAlarm): PointEvaluator {
    const { reference } = alarm;
    return (point, value, timeMs, quality) => {
      if (isBad(quality)) return;
      let wanted: number;
      if (reference.kind === 'constant') wanted = reference.value;
      else {
        if (isBad(this.#lastQuality[reference.pointIndex] ?? Quality.bad)) return;
        wanted = this.#lastValue[reference.pointIndex] ?? Number.NaN;
      }
      const difference = Math.abs(value - wanted);
      if (Number.isNaN(difference)) return;
      const isTrue = difference > (this.isActive(alarm.index) ? alarm.limit - alarm.deadband : alarm.limit);
      this.#step(alarm.index, isTrue, this.#steadyMs[point] ?? 0, timeMs, value, quality, difference);
    };
  }

  #state(alarm: StateAlarm): PointEvaluator {
    return (point, value, timeMs, quality) => {
      if (isBad(quality)) return;
      this.#step(alarm.index, (value === alarm.value) !== alarm.isNegated, this.#steadyMs[point] ?? 0, timeMs, value, quality, null);
    };
  }

  #vote(alarm: VoteAlarm): PointEvaluator {
    const members = alarm.memberPointIndexes;
    const isVoting = this.#isVotingOf.get(alarm.index) ?? new Uint8Array(this.#plant.points.length);
    this.#isVotingOf.set(alarm.index, isVoting);
    const { condition } = alarm;
    const note = (point: number, value: number): void => {
      const margin = isVoting[point] === 1 ? condition.deadband : 0;
      const votes =
        condition.compare === 'above'
          ? value > condition.value - margin
          : condition.compare === 'below'
            ? value < condition.value + margin
            : value === condition.value;
      isVoting[point] = votes ? 1 : 0;
    };
    // Where the vote is made anew, each member's last word under the new condition.
    for (const member of members) if (!isBad(this.#lastQuality[member] ?? Quality.bad)) note(member, this.#lastValue[member] ?? Number.NaN);
    return (point, value, timeMs, quality) => {
      if (!isBad(quality)) note(point, value);
      let voting = 0;
      let bad = 0;
      for (const member of members) {
        const memberQuality = this.#lastQuality[member] ?? Quality.badNotYetRead;
        if (memberQuality === Quality.badNotYetRead) bad += alarm.badMember === 'degrades' ? 1 : 0;
        else if (isBad(memberQuality)) bad += 1;
        else if (this.#lastTimeMs[member] !== Number.NEGATIVE_INFINITY && isVoting[member] === 1) voting += 1;
      }
      if (bad === members.length) return;
      const isDegraded = bad > 0;
      const votes = voting + (alarm.badMember === 'countsAsVoting' ? bad : 0);
      const required = alarm.badMember === 'degrades' ? Math.max(1, Math.min(alarm.required, members.length - bad)) : alarm.required;
      const delayPoint = this.#plan.delayPoint[alarm.index] ?? point;
      this.#step(
        alarm.index,
        votes >= required,
        this.#steadyNow(delayPoint),
        timeMs,
        finiteOrNull(value),
        isDegraded ? Quality.uncertainSubstituted : quality,
        voting,
      );
    };
  }

  #expression(alarm: ExpressionAlarm): PointEvaluator {
    const compiled = compileExpression(alarm.formula);
    const variables = alarm.variables;
    const scope: Record<string, number> = {};
    return (point, value, timeMs, quality) => {
      for (const { name, pointIndex } of variables) {
        if (isBad(this.#lastQuality[pointIndex] ?? Quality.bad)) return;
        scope[name] = this.#lastValue[pointIndex] ?? Number.NaN;
      }
      const result: unknown = compiled(scope);
      // filtrex gives an Error object where the formula cannot be evaluated: the alarm stays where it is.
      if (typeof result !== 'boolean' && (typeof result !== 'number' || Number.isNaN(result))) return;
      const delayPoint = this.#plan.delayPoint[alarm.index] ?? point;
      this.#step(
        alarm.index,
        Boolean(result),
        this.#steadyNow(delayPoint),
        timeMs,
        value,
        quality,
        typeof result === 'number' ? result : null,
      );
    };
  }

  /** Steady time of a point as of now, also while it is silent. */
  #steadyNow(point: number): number {
    return (this.#steadyMs[point] ?? 0) + (this.#monotonicMs - (this.#lastMonotonicMs[point] ?? 0));
  }

  /** One evaluation of a condition: walks normal → pendingOn → active → pendingOff → normal. */
  #step(
    index: number,
    isTrue: boolean,
    steady: number,
    timeMs: number,
    value: number | null,
    quality: number,
    measured: number | null,
  ): void {
    const alarm = this.#plant.alarms[index];
    if (alarm === undefined) return;
    switch (this.#phase[index]) {
      case Phase.normal:
        if (!isTrue) return;
        if (alarm.onDelayMs > 0) this.#await(index, Phase.pendingOn, steady);
        else this.#raise(index, timeMs, value, quality, measured);
        return;
      case Phase.pendingOn:
        if (!isTrue) this.#settle(index, Phase.normal);
        else if (steady - (this.#pendingSinceMs[index] ?? 0) >= alarm.onDelayMs) this.#raise(index, timeMs, value, quality, measured);
        return;
      case Phase.active:
        if (isTrue) return;
        if (alarm.offDelayMs > 0) this.#await(index, Phase.pendingOff, steady);
        else this.#clear(index, timeMs, value, quality);
        return;
      case Phase.pendingOff:
        if (isTrue) this.#settle(index, Phase.active);
        else if (steady - (this.#pendingSinceMs[index] ?? 0) >= alarm.offDelayMs) this.#clear(index, timeMs, value, quality);
        return;
    }
  }

  #await(index: number, phase: number, steady: number): void {
    this.#phase[index] = phase;
    this.#pendingSinceMs[index] = steady;
    this.#pending.add(index);
  }

  #settle(index: number, phase: number): void {
    this.#phase[index] = phase;
    this.#pending.delete(index);
  }

  #raise(index: number, timeMs: number, value: number | null, quality: number, measured: number | null): void {
    this.#settle(index, Phase.active);
    this.#edge('raise', index, timeMs, value, quality, measured);
  }

  #clear(index: number, timeMs: number, value: number | null, quality: number): void {
    this.#settle(index, Phase.normal);
    this.#edge('clear', index, timeMs, value, quality, null);
  }

  /** Lets a delay run out on the clock where its point says nothing (a subscription without changes). A bad last quality freezes it. */
  #tickDelay(index: number): void {
    const alarm = this.#plant.alarms[index];
    const point = this.#plan.delayPoint[index] ?? -1;
    if (alarm === undefined || point < 0) return;
    const quality = this.#lastQuality[point] ?? Quality.bad;
    const isFault = alarm.kind === 'instrumentFault';
    if (isBad(quality) && !isFault) return;
    const scanMs = this.#plant.points[point]?.scanMs ?? 1_000;
    const silentMs = this.#monotonicMs - (this.#lastMonotonicMs[point] ?? 0);
    if (silentMs < 1.5 * scanMs) return;
    const elapsed = this.#steadyNow(point) - (this.#pendingSinceMs[index] ?? 0);
    const value = finiteOrNull(this.#lastValue[point] ?? Number.NaN);
    if (this.#phase[index] === Phase.pendingOn && elapsed >= alarm.onDelayMs) this.#raise(index, this.#nowMs, value, quality, null);
    else if (this.#phase[index] === Phase.pendingOff && elapsed >= alarm.offDelayMs) {
      this.#clear(index, this.#nowMs, value, quality);
      if (isLimit(alarm)) this.#busyLimits[point] = Math.max(0, (this.#busyLimits[point] ?? 0) - 1);
    }
  }

  #checkFrozen(alarm: FrozenAlarm): void {
    const point = alarm.pointIndex;
    const quality = this.#lastQuality[point] ?? Quality.bad;
    if (isBad(quality)) return;
    const steady = this.#steadyNow(point);
    const isTrue = steady - (this.#movedAtSteadyMs[point] ?? 0) >= alarm.afterMs;
    const value = finiteOrNull(this.#lastValue[point] ?? Number.NaN);
    this.#step(alarm.index, isTrue, steady, isTrue ? this.#nowMs : (this.#lastTimeMs[point] ?? this.#nowMs), value, quality, null);
  }

  #tickCommFail(alarm: CommFailAlarm): void {
    if (this.isActive(alarm.index)) return;
    let since = this.#lostSinceMonotonicMs[alarm.deviceIndex] ?? Number.NaN;
    if (Number.isNaN(since)) {
      if (this.#reachable.has(alarm.deviceIndex)) return;
      since = this.#startMonotonicMs; // never heard of since the start
    }
    if (this.#monotonicMs - since < alarm.afterMs) return;
    this.#raise(alarm.index, this.#nowMs, null, Quality.badCommFail, null);
    for (const point of this.#plant.devices[alarm.deviceIndex]?.pointIndexes ?? []) {
      for (const stale of this.#plan.staleAlarmsOf[point] ?? []) if (this.isActive(stale)) this.#suppress(stale, alarm.index);
    }
  }

  #endCommFail(alarm: CommFailAlarm): void {
    this.#clear(alarm.index, this.#nowMs, null, Quality.good);
    for (const point of this.#plant.devices[alarm.deviceIndex]?.pointIndexes ?? []) {
      for (const stale of this.#plan.staleAlarmsOf[point] ?? []) if (this.#isSuppressed[stale] === 1) this.#unsuppress(stale);
    }
  }

  #raiseStale(index: number, point: number): void {
    this.#raise(index, this.#nowMs, null, this.#lastQuality[point] ?? Quality.badStale, null);
    this.#isStaleUp[point] = 1;
    const device = this.#plant.points[point]?.deviceIndex ?? -1;
    const commFail = this.#plan.commFails.find((alarm) => alarm.deviceIndex === device && this.isActive(alarm.index));
    if (commFail !== undefined) this.#suppress(index, commFail.index);
  }

  #suppress(index: number, byAlarmIndex: number): void {
    this.#isSuppressed[index] = 1;
    this.#onEdge({
      kind: 'suppress',
      alarmIndex: index,
      atMs: this.#nowMs,
      value: null,
      quality: Quality.badCommFail,
      measured: null,
      byAlarmIndex,
    });
  }

  #unsuppress(index: number): void {
    this.#isSuppressed[index] = 0;
    this.#edge('unsuppress', index, this.#nowMs, null, Quality.good, null);
  }

  #edge(
    kind: 'raise' | 'clear' | 'unsuppress',
    alarmIndex: number,
    atMs: number,
    value: number | null,
    quality: number,
    measured: number | null,
  ): void {
    this.#onEdge({ kind, alarmIndex, atMs, value, quality, measured, byAlarmIndex: null });
  }
}

function isLimit(alarm: AlarmDefinition): alarm is LimitAlarm {
  return alarm.kind === 'highHigh' || alarm.kind === 'high' || alarm.kind === 'low' || alarm.kind === 'lowLow';
}

function isFault(quality: number): boolean {
  return quality === Quality.badInstrumentFault || quality === Quality.badOutOfRange;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
