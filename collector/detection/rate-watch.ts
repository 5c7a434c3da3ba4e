// Rate of change: a window of samples an alarm, and the slope over it. One spike raises nothing: the slope must stand with any one sample left out.
import type { AlarmDefinition, RateOfChangeAlarm } from '../../domain/alarms/alarm-definition.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { type AlarmPhases, Phase } from './alarm-phases.ts';
import type { DetectionPlan } from './detection-plan.ts';
import { RateWindow } from './rate-window.ts';

interface RateEvaluator {
  readonly alarm: RateOfChangeAlarm;
  readonly window: RateWindow;
  readonly gapMs: number;
}

const none: readonly RateEvaluator[] = [];

export class RateWatch {
  readonly #phases: AlarmPhases;
  readonly #byAlarm = new Map<number, RateEvaluator>();
  #ofPoint: readonly (readonly RateEvaluator[])[] = [];

  constructor(phases: AlarmPhases) {
    this.#phases = phases;
  }

  /** Windows that stand already go on as they are. */
  follow(plan: DetectionPlan, plant: Plant): void {
    this.#ofPoint = plan.ratesOf.map((alarms) => alarms.map((alarm) => this.#evaluatorOf(alarm, plant)));
  }

  #evaluatorOf(alarm: RateOfChangeAlarm, plant: Plant): RateEvaluator {
    const made = this.#byAlarm.get(alarm.index);
    if (made !== undefined) return made;
    const scanMs = plant.points[alarm.pointIndex]?.scanMs ?? 1_000;
    const evaluator = { alarm, window: new RateWindow(alarm.windowMs, scanMs), gapMs: Math.max(3 * scanMs, 2_000) };
    this.#byAlarm.set(alarm.index, evaluator);
    return evaluator;
  }

  forget(old: AlarmDefinition, alarm: AlarmDefinition): void {
    const rate = this.#byAlarm.get(alarm.index);
    if (rate === undefined || old.kind !== 'rateOfChange' || alarm.kind !== 'rateOfChange') return;
    // A window of the same length keeps its samples: the alarm is not blind for half a window because its limit was changed.
    if (old.windowMs === alarm.windowMs) this.#byAlarm.set(alarm.index, { ...rate, alarm });
    else this.#byAlarm.delete(alarm.index);
  }

  /** The point's data stopped: what was before is no part of a slope after. */
  lost(point: number): void {
    for (const rate of this.#ofPoint[point] ?? none) rate.window.clear();
  }

  reading(point: number, elapsed: number, steady: number, timeMs: number, value: number, quality: number): void {
    const rates = this.#ofPoint[point] ?? none;
    for (let index = 0; index < rates.length; index += 1) {
      const rate = rates[index];
      if (rate === undefined) continue;
      if (elapsed > rate.gapMs) rate.window.clear();
      rate.window.push(steady, value);
      this.#evaluate(rate, steady, timeMs, value, quality);
    }
  }

  /** With the samples that are there. */
  reconsider(alarmIndex: number, steady: number, timeMs: number, value: number, quality: number): void {
    const rate = this.#byAlarm.get(alarmIndex);
    if (rate !== undefined) this.#evaluate(rate, steady, timeMs, value, quality);
  }

  #evaluate({ alarm, window }: RateEvaluator, steady: number, timeMs: number, value: number, quality: number): void {
    if (!window.isReady) return;
    const slope = window.slopePerMinute;
    const signed = inDirection(alarm, slope);
    const isUp = this.#phases.isActive(alarm.index);
    if (signed <= alarm.limitPerMinute && !isUp && this.#phases.phase[alarm.index] === Phase.normal) return;
    let isTrue = signed > (isUp ? alarm.limitPerMinute - alarm.deadbandPerMinute : alarm.limitPerMinute);
    if (isTrue && !isUp) isTrue = inDirection(alarm, window.leastSlopeLeavingOneOut) > alarm.limitPerMinute;
    this.#phases.step(alarm.index, isTrue, steady, timeMs, value, quality, slope);
  }
}

function inDirection(alarm: RateOfChangeAlarm, slope: number): number {
  return alarm.direction === 'rising' ? slope : alarm.direction === 'falling' ? -slope : Math.abs(slope);
}
