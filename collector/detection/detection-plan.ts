// The alarms of a plant laid out flat for detection: by point, by what evaluates them, with the guard band inside which no limit alarm can change.
import type { AlarmDefinition, FrozenAlarm, LimitAlarm, RateOfChangeAlarm } from '../../domain/alarms/alarm-definition.ts';
import { exhaustive } from '../../domain/exhaustive.ts';
import type { Plant } from '../../domain/plant/plant.ts';

export type CommFailAlarm = Extract<AlarmDefinition, { kind: 'commFail' }>;
/** An alarm that is evaluated at each reading of the points it names. */
export type EvaluatedAlarm = Extract<AlarmDefinition, { kind: 'deviation' | 'state' | 'vote' | 'expression' }>;

export interface DetectionPlan {
  // By point.
  readonly limitsOf: readonly (readonly LimitAlarm[])[];
  readonly ratesOf: readonly (readonly RateOfChangeAlarm[])[];
  readonly evaluatedOf: readonly (readonly EvaluatedAlarm[])[];
  readonly staleAlarmsOf: readonly (readonly number[])[];
  readonly faultAlarmOf: Int32Array;
  /** No limit alarm of the point is true between these. */
  readonly guardLow: Float64Array;
  readonly guardHigh: Float64Array;
  /** 1 where more than limits looks at each reading of the point. */
  readonly hasMoreThanLimits: Uint8Array;
  // By alarm.
  /** The point whose time a delay of the alarm runs on; -1 where it has none. */
  readonly delayPoint: Int32Array;
  // Clocked alarms, flat.
  readonly stale: { readonly alarm: Int32Array; readonly point: Int32Array; readonly afterMs: Float64Array };
  readonly frozen: readonly FrozenAlarm[];
  readonly commFails: readonly CommFailAlarm[];
}

export function planDetection(plant: Plant, stationIndexes: readonly number[]): DetectionPlan {
  const stations = new Set(stationIndexes);
  const points = plant.points.length;
  const limitsOf: LimitAlarm[][] = plant.points.map(() => []);
  const ratesOf: RateOfChangeAlarm[][] = plant.points.map(() => []);
  const evaluatedOf: EvaluatedAlarm[][] = plant.points.map(() => []);
  const staleAlarmsOf: number[][] = plant.points.map(() => []);
  const faultAlarmOf = new Int32Array(points).fill(-1);
  const guardLow = new Float64Array(points).fill(Number.NEGATIVE_INFINITY);
  const guardHigh = new Float64Array(points).fill(Number.POSITIVE_INFINITY);
  const delayPoint = Int32Array.from(plant.alarms, (alarm) => alarm.pointIndex ?? -1);
  const stale: { alarm: number; point: number; afterMs: number }[] = [];
  const frozen: FrozenAlarm[] = [];
  const commFails: CommFailAlarm[] = [];
  for (const alarm of plant.alarms) {
    if (!stations.has(alarm.stationIndex)) continue;
    switch (alarm.kind) {
      case 'highHigh':
      case 'high':
        limitsOf[alarm.pointIndex]?.push(alarm);
        guardHigh[alarm.pointIndex] = Math.min(guardHigh[alarm.pointIndex] ?? 0, alarm.setpoint);
        break;
      case 'low':
      case 'lowLow':
        limitsOf[alarm.pointIndex]?.push(alarm);
        guardLow[alarm.pointIndex] = Math.max(guardLow[alarm.pointIndex] ?? 0, alarm.setpoint);
        break;
      case 'rateOfChange':
        ratesOf[alarm.pointIndex]?.push(alarm);
        break;
      case 'deviation':
      case 'state':
        evaluatedOf[alarm.pointIndex]?.push(alarm);
        break;
      case 'stale':
        stale.push({ alarm: alarm.index, point: alarm.pointIndex, afterMs: alarm.afterMs });
        staleAlarmsOf[alarm.pointIndex]?.push(alarm.index);
        break;
      case 'frozen':
        frozen.push(alarm);
        break;
      case 'instrumentFault':
        faultAlarmOf[alarm.pointIndex] = alarm.index;
        break;
      case 'commFail':
        commFails.push(alarm);
        break;
      case 'vote':
        for (const point of alarm.memberPointIndexes) evaluatedOf[point]?.push(alarm);
        delayPoint[alarm.index] = alarm.memberPointIndexes[0] ?? -1;
        break;
      case 'expression':
        for (const { pointIndex } of alarm.variables) evaluatedOf[pointIndex]?.push(alarm);
        delayPoint[alarm.index] = alarm.variables[0]?.pointIndex ?? -1;
        break;
      case 'monitor':
        break; // the server's own
      default:
        exhaustive(alarm, 'alarm kind');
    }
  }
  return {
    limitsOf,
    ratesOf,
    evaluatedOf,
    staleAlarmsOf,
    faultAlarmOf,
    guardLow,
    guardHigh,
    hasMoreThanLimits: Uint8Array.from(plant.points, ({ index }) => (ratesOf[index]?.length || evaluatedOf[index]?.length ? 1 : 0)),
    delayPoint,
    stale: {
      alarm: Int32Array.from(stale, (entry) => entry.alarm),
      point: Int32Array.from(stale, (entry) => entry.point),
      afterMs: Float64Array.from(stale, (entry) => entry.afterMs),
    },
    frozen,
    commFails,
  };
}
