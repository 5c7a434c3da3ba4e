// Detection: is each alarm's condition true? Composes what watches the conditions and leads each reading past them. Rules: docs/alarms.md, "Detection".
//
// Time: see point-memory.ts. Quality: good and uncertain readings are evaluated; bad ones freeze every alarm of their point where it is, except
// `instrumentFault`, which they may raise, and `stale`, which goes by the last good reading. Active conditions never clear because data stopped.
import { settingsOf } from '../../domain/alarm-settings/alarm-settings.ts';
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { isBad, Quality } from '../../domain/readings/quality.ts';
import type { ReadingBatch } from '../../domain/readings/reading-batch.ts';
import { AlarmPhases, Phase } from './alarm-phases.ts';
import { type DetectionPlan, planDetection } from './detection-plan.ts';
import type { Detector, EdgeListener } from './detector.ts';
import { isLimit, LimitWatch } from './limit-watch.ts';
import { PointEvaluators } from './point-evaluators.ts';
import { finiteOrNull, PointMemory } from './point-memory.ts';
import { RateWatch } from './rate-watch.ts';
import { SilenceWatch } from './silence-watch.ts';

export function createDetector(options: {
  readonly plant: Plant;
  readonly onEdge: EdgeListener;
  readonly stationIndexes?: readonly number[];
}): Detector {
  return new FlatDetector(options.plant, options.onEdge, options.stationIndexes ?? options.plant.stations.map((station) => station.index));
}

class FlatDetector implements Detector {
  readonly #stationIndexes: readonly number[];
  #plant: Plant;
  #plan: DetectionPlan;
  readonly #memory: PointMemory;
  readonly #phases: AlarmPhases;
  readonly #limits: LimitWatch;
  readonly #rates: RateWatch;
  readonly #evaluators: PointEvaluators;
  readonly #silence: SilenceWatch;

  constructor(plant: Plant, onEdge: EdgeListener, stationIndexes: readonly number[]) {
    this.#plant = plant;
    this.#stationIndexes = stationIndexes;
    this.#plan = planDetection(plant, stationIndexes);
    this.#memory = new PointMemory(plant.points.length);
    this.#phases = new AlarmPhases(plant.alarms, onEdge);
    this.#limits = new LimitWatch(plant.points.length, this.#plan, this.#phases);
    this.#rates = new RateWatch(this.#phases);
    this.#evaluators = new PointEvaluators(this.#memory, this.#phases);
    this.#silence = new SilenceWatch(plant, this.#plan, this.#memory, this.#phases);
    this.#follow();
  }

  /** Makes what evaluates alarms by the plan; what stands already goes on as it is. */
  #follow(): void {
    this.#limits.follow(this.#plan);
    this.#rates.follow(this.#plan, this.#plant);
    this.#evaluators.follow(this.#plan);
    this.#silence.follow(this.#plan, this.#plant);
  }

  applySettings(plant: Plant, touchedAlarmIndexes: readonly number[], nowMs: number, monotonicMs: number): void {
    this.#memory.begin(nowMs, monotonicMs);
    const before = this.#plant;
    this.#plant = plant;
    this.#phases.applySettings(plant.alarms);
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
    if (this.#phases.phase[index] === Phase.pendingOn) {
      this.#phases.settle(index, Phase.normal);
      this.#limits.becameNormal(alarm);
    } else if (this.#phases.phase[index] === Phase.pendingOff) this.#phases.settle(index, Phase.active);
    this.#rates.forget(old, alarm);
    const [was, is] = [settingsOf(old), settingsOf(alarm)];
    if (was.setpoint !== is.setpoint || was.deadband !== is.deadband) this.#evaluators.forget(index);
  }

  /**
   * Evaluates an alarm with the last reading of its point, as of now: a point that is silent because nothing changes must still trip at its new setpoint.
   * Alarms by silence (stale, commFail) and frozen are the clock's, at the next tick; one that is active ends when the data comes back.
   */
  #reconsider(alarm: AlarmDefinition): void {
    const point = this.#plan.delayPoint[alarm.index] ?? -1;
    const { nowMs } = this.#memory;
    const quality = this.#memory.lastQuality[point] ?? Quality.badNotYetRead;
    const value = this.#memory.lastValue[point] ?? Number.NaN;
    const steady = this.#memory.steadyNow(point);
    if (alarm.kind === 'instrumentFault') {
      if (isFault(quality)) this.#phases.step(alarm.index, true, steady, nowMs, null, quality, null);
      return;
    }
    if (alarm.kind === 'vote') {
      this.#evaluators.reconsider(alarm.index, point, value, nowMs, quality);
      return;
    }
    if (isBad(quality) || Number.isNaN(value)) return;
    if (isLimit(alarm)) this.#limits.evaluate(alarm, steady, nowMs, value, quality);
    else if (alarm.kind === 'rateOfChange') this.#rates.reconsider(alarm.index, steady, nowMs, value, quality);
    else this.#evaluators.reconsider(alarm.index, point, value, nowMs, quality);
  }

  isActive(alarmIndex: number): boolean {
    return this.#phases.isActive(alarmIndex);
  }

  restore(activeAlarmIndexes: readonly number[]): void {
    for (const index of activeAlarmIndexes) {
      const alarm = this.#plant.alarms[index];
      if (alarm === undefined || this.isActive(index)) continue;
      const wasNormal = this.#phases.phase[index] === Phase.normal;
      this.#phases.settle(index, Phase.active);
      if (wasNormal) this.#limits.leftNormal(alarm);
      this.#silence.restore(alarm);
    }
  }

  adopt(activeAlarmIndexes: readonly number[], nowMs: number, monotonicMs: number): void {
    this.#memory.begin(nowMs, monotonicMs);
    const fresh = activeAlarmIndexes.filter((index) => !this.isActive(index));
    this.restore(fresh);
    for (const index of fresh) {
      const alarm = this.#plant.alarms[index];
      if (alarm !== undefined) this.#reconsider(alarm);
    }
  }

  readings(batch: ReadingBatch, nowMs: number, monotonicMs: number): void {
    this.#memory.begin(nowMs, monotonicMs);
    for (let row = 0; row < batch.length; row += 1) {
      this.#reading(batch.point[row] ?? 0, batch.timeMs[row] ?? 0, batch.value[row] ?? Number.NaN, batch.quality[row] ?? Quality.bad);
    }
  }

  device(deviceIndex: number, isReachable: boolean, nowMs: number, monotonicMs: number): void {
    this.#memory.begin(nowMs, monotonicMs);
    this.#silence.device(deviceIndex, isReachable);
  }

  tick(nowMs: number, monotonicMs: number): void {
    this.#memory.begin(nowMs, monotonicMs);
    this.#silence.tick();
    for (const index of this.#phases.pending) this.#tickDelay(index);
  }

  /** The way of one reading past everything that watches its point. */
  #reading(point: number, timeMs: number, value: number, quality: number): void {
    const memory = this.#memory;
    if (memory.isHistory(point, timeMs)) return;
    const isFirst = memory.lastTimeMs[point] === Number.NEGATIVE_INFINITY;
    const elapsed = memory.advance(point, timeMs);
    const steady = memory.steadyMs[point] ?? 0;
    const wasBad = isBad(memory.lastQuality[point] ?? Quality.bad);
    memory.lastQuality[point] = quality;
    if (isBad(quality)) {
      this.#badReading(point, steady, timeMs, value, quality, wasBad);
      return;
    }
    memory.lastGoodMonotonicMs[point] = memory.monotonicMs;
    if (value !== memory.lastValue[point]) {
      memory.movedAtSteadyMs[point] = steady;
      memory.lastValue[point] = value;
    }
    if (isFirst || wasBad || this.#silence.isStaleUp[point] === 1) this.#recovered(point, steady, timeMs, value, quality);
    this.#limits.reading(point, steady, timeMs, value, quality);
    if (this.#plan.hasMoreThanLimits[point] !== 1) return;
    this.#rates.reading(point, elapsed, steady, timeMs, value, quality);
    this.#evaluators.reading(point, value, timeMs, quality);
  }

  #badReading(point: number, steady: number, timeMs: number, value: number, quality: number, wasBad: boolean): void {
    const fault = this.#plan.faultAlarmOf[point] ?? -1;
    if (fault >= 0 && isFault(quality)) this.#phases.step(fault, true, steady, timeMs, finiteOrNull(value), quality, null);
    if (!wasBad) this.#rates.lost(point);
    this.#evaluators.reading(point, value, timeMs, quality);
  }

  /** First good reading after bad ones, after silence or after a start. */
  #recovered(point: number, steady: number, timeMs: number, value: number, quality: number): void {
    this.#memory.movedAtSteadyMs[point] = steady;
    const fault = this.#plan.faultAlarmOf[point] ?? -1;
    if (fault >= 0) this.#phases.step(fault, false, steady, timeMs, value, quality, null);
    this.#silence.recovered(point, timeMs, value, quality);
  }

  /** Lets a delay run out on the clock where its point says nothing (a subscription without changes). A bad last quality freezes it. */
  #tickDelay(index: number): void {
    const alarm = this.#plant.alarms[index];
    const point = this.#plan.delayPoint[index] ?? -1;
    if (alarm === undefined || point < 0) return;
    const memory = this.#memory;
    const quality = memory.lastQuality[point] ?? Quality.bad;
    if (isBad(quality) && alarm.kind !== 'instrumentFault') return;
    const scanMs = this.#plant.points[point]?.scanMs ?? 1_000;
    const silentMs = memory.monotonicMs - (memory.lastMonotonicMs[point] ?? 0);
    if (silentMs < 1.5 * scanMs) return;
    const elapsed = this.#phases.pendingFor(index, memory.steadyNow(point));
    const value = memory.lastNumber(point);
    const phase = this.#phases.phase[index];
    if (phase === Phase.pendingOn && elapsed >= alarm.onDelayMs) this.#phases.raise(index, memory.nowMs, value, quality, null);
    else if (phase === Phase.pendingOff && elapsed >= alarm.offDelayMs) {
      this.#phases.clear(index, memory.nowMs, value, quality);
      this.#limits.becameNormal(alarm);
    }
  }
}

function isFault(quality: number): boolean {
  return quality === Quality.badInstrumentFault || quality === Quality.badOutOfRange;
}
