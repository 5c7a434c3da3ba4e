// Alarms that are evaluated at each reading of the points they name: deviation, state, expression, and votes (vote-evaluator.ts). An evaluator gets every reading,
// bad ones too, and decides itself what it makes of them.
import { compileExpression } from 'filtrex';
import type { DeviationAlarm, ExpressionAlarm, StateAlarm } from '../../domain/alarms/alarm-definition.ts';
import { exhaustive } from '../../domain/exhaustive.ts';
import { isBad, Quality } from '../../domain/readings/quality.ts';
import type { AlarmPhases } from './alarm-phases.ts';
import type { DetectionPlan, EvaluatedAlarm } from './detection-plan.ts';
import type { PointMemory } from './point-memory.ts';
import { voteEvaluator } from './vote-evaluator.ts';

export type PointEvaluator = (point: number, value: number, timeMs: number, quality: number) => void;

const none: readonly PointEvaluator[] = [];

export class PointEvaluators {
  readonly #memory: PointMemory;
  readonly #phases: AlarmPhases;
  readonly #byAlarm = new Map<number, PointEvaluator>();
  /** By vote alarm: 1 where a point voted for it last. */
  readonly #isVotingOf = new Map<number, Uint8Array>();
  #ofPoint: readonly (readonly PointEvaluator[])[] = [];

  constructor(memory: PointMemory, phases: AlarmPhases) {
    this.#memory = memory;
    this.#phases = phases;
  }

  /** Evaluators that stand already go on as they are. */
  follow(plan: DetectionPlan): void {
    this.#ofPoint = plan.evaluatedOf.map((alarms) => alarms.map((alarm) => this.#evaluatorOf(alarm, plan)));
  }

  forget(alarmIndex: number): void {
    this.#byAlarm.delete(alarmIndex);
  }

  reading(point: number, value: number, timeMs: number, quality: number): void {
    const evaluators = this.#ofPoint[point] ?? none;
    for (let index = 0; index < evaluators.length; index += 1) evaluators[index]?.(point, value, timeMs, quality);
  }

  reconsider(alarmIndex: number, point: number, value: number, timeMs: number, quality: number): void {
    this.#byAlarm.get(alarmIndex)?.(point, value, timeMs, quality);
  }

  #evaluatorOf(alarm: EvaluatedAlarm, plan: DetectionPlan): PointEvaluator {
    const made = this.#byAlarm.get(alarm.index);
    if (made !== undefined) return made;
    const evaluator = this.#newEvaluator(alarm, plan);
    this.#byAlarm.set(alarm.index, evaluator);
    return evaluator;
  }

  #newEvaluator(alarm: EvaluatedAlarm, plan: DetectionPlan): PointEvaluator {
    const delayPoint = plan.delayPoint[alarm.index] ?? -1;
    switch (alarm.kind) {
      case 'deviation':
        return deviationEvaluator(alarm, this.#memory, this.#phases);
      case 'state':
        return stateEvaluator(alarm, this.#memory, this.#phases);
      case 'vote': {
        const isVoting = this.#isVotingOf.get(alarm.index) ?? new Uint8Array(this.#memory.lastValue.length);
        this.#isVotingOf.set(alarm.index, isVoting);
        return voteEvaluator(alarm, delayPoint, isVoting, this.#memory, this.#phases);
      }
      case 'expression':
        return expressionEvaluator(alarm, delayPoint, this.#memory, this.#phases);
      default:
        return exhaustive(alarm, 'alarm kind');
    }
  }
}

function deviationEvaluator(alarm: DeviationAlarm, memory: PointMemory, phases: AlarmPhases): PointEvaluator {
  const { reference } = alarm;
  return (point, value, timeMs, quality) => {
    if (isBad(quality)) return;
    let wanted: number;
    if (reference.kind === 'constant') wanted = reference.value;
    else {
      if (isBad(memory.lastQuality[reference.pointIndex] ?? Quality.bad)) return;
      wanted = memory.lastValue[reference.pointIndex] ?? Number.NaN;
    }
    const difference = Math.abs(value - wanted);
    if (Number.isNaN(difference)) return;
    const isTrue = difference > (phases.isActive(alarm.index) ? alarm.limit - alarm.deadband : alarm.limit);
    phases.step(alarm.index, isTrue, memory.steadyMs[point] ?? 0, timeMs, value, quality, difference);
  };
}

function stateEvaluator(alarm: StateAlarm, memory: PointMemory, phases: AlarmPhases): PointEvaluator {
  return (point, value, timeMs, quality) => {
    if (isBad(quality)) return;
    phases.step(alarm.index, (value === alarm.value) !== alarm.isNegated, memory.steadyMs[point] ?? 0, timeMs, value, quality, null);
  };
}

function expressionEvaluator(alarm: ExpressionAlarm, delayPoint: number, memory: PointMemory, phases: AlarmPhases): PointEvaluator {
  const compiled = compileExpression(alarm.formula);
  const variables = alarm.variables;
  const scope: Record<string, number> = {};
  return (_point, value, timeMs, quality) => {
    for (const { name, pointIndex } of variables) {
      if (isBad(memory.lastQuality[pointIndex] ?? Quality.bad)) return;
      scope[name] = memory.lastValue[pointIndex] ?? Number.NaN;
    }
    const result: unknown = compiled(scope);
    // filtrex gives an Error object where the formula cannot be evaluated: the alarm stays where it is.
    if (typeof result !== 'boolean' && (typeof result !== 'number' || Number.isNaN(result))) return;
    const measured = typeof result === 'number' ? result : null;
    phases.step(alarm.index, Boolean(result), memory.steadyNow(delayPoint), timeMs, value, quality, measured);
  };
}
