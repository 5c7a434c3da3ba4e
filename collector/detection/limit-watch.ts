// High and low limits. A point inside its guard band with no limit alarm up is passed over at the cost of three comparisons.
import type { AlarmDefinition, LimitAlarm } from '../../domain/alarms/alarm-definition.ts';
import { type AlarmPhases, Phase } from './alarm-phases.ts';
import type { DetectionPlan } from './detection-plan.ts';

export class LimitWatch {
  readonly #phases: AlarmPhases;
  /** By point: its limit alarms that are not in phase normal. */
  readonly #busy: Uint16Array;
  #limitsOf: DetectionPlan['limitsOf'];
  #guardLow: Float64Array;
  #guardHigh: Float64Array;

  constructor(points: number, plan: DetectionPlan, phases: AlarmPhases) {
    this.#phases = phases;
    this.#busy = new Uint16Array(points);
    this.#limitsOf = plan.limitsOf;
    this.#guardLow = plan.guardLow;
    this.#guardHigh = plan.guardHigh;
  }

  follow(plan: DetectionPlan): void {
    this.#limitsOf = plan.limitsOf;
    this.#guardLow = plan.guardLow;
    this.#guardHigh = plan.guardHigh;
  }

  reading(point: number, steady: number, timeMs: number, value: number, quality: number): void {
    // The cheap way: inside the guard band with no limit alarm up, none of them can change.
    if ((this.#busy[point] ?? 0) > 0 || value > (this.#guardHigh[point] ?? 0) || value < (this.#guardLow[point] ?? 0))
      for (const alarm of this.#limitsOf[point] ?? []) this.evaluate(alarm, steady, timeMs, value, quality);
  }

  evaluate(alarm: LimitAlarm, steady: number, timeMs: number, value: number, quality: number): void {
    const { index } = alarm;
    const isUp = this.#phases.isActive(index);
    const isHigh = alarm.kind === 'high' || alarm.kind === 'highHigh';
    const isTrue = isHigh
      ? value > alarm.setpoint || (isUp && value > alarm.setpoint - alarm.deadband)
      : value < alarm.setpoint || (isUp && value < alarm.setpoint + alarm.deadband);
    const wasNormal = this.#phases.phase[index] === Phase.normal;
    this.#phases.step(index, isTrue, steady, timeMs, value, quality, null);
    const isNormal = this.#phases.phase[index] === Phase.normal;
    if (wasNormal === isNormal) return;
    if (isNormal) this.becameNormal(alarm);
    else this.leftNormal(alarm);
  }

  leftNormal(alarm: AlarmDefinition): void {
    if (isLimit(alarm)) this.#busy[alarm.pointIndex] = (this.#busy[alarm.pointIndex] ?? 0) + 1;
  }

  becameNormal(alarm: AlarmDefinition): void {
    if (isLimit(alarm)) this.#busy[alarm.pointIndex] = Math.max(0, (this.#busy[alarm.pointIndex] ?? 0) - 1);
  }
}

export function isLimit(alarm: AlarmDefinition): alarm is LimitAlarm {
  return alarm.kind === 'highHigh' || alarm.kind === 'high' || alarm.kind === 'low' || alarm.kind === 'lowLow';
}
