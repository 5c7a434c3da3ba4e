// Which Part 9 type tells another system best what a Gatewatch alarm is. One condition an alarm definition, each with at most one limit, so the exclusive types fit.
// Source: OPC UA Part 9 v1.05, 5.8. No state is ever evaluated here: the server's alarm table says what is active.
import type { AlarmDefinition } from '../../../domain/alarms/alarm-definition.ts';
import type { AlarmClass, AlarmPriority } from '../../../domain/alarms/priority.ts';
import { exhaustive } from '../../../domain/exhaustive.ts';
import type { PointRole } from '../../../domain/plant/plant-kinds.ts';

export const conditionTypes = [
  'ExclusiveLevelAlarmType',
  'ExclusiveRateOfChangeAlarmType',
  'ExclusiveDeviationAlarmType',
  'TripAlarmType',
  'OffNormalAlarmType',
  'InstrumentDiagnosticAlarmType',
  'SystemDiagnosticAlarmType',
] as const;
export type ConditionTypeName = (typeof conditionTypes)[number];

/** A state that means that protection has acted. */
const tripRoles: ReadonlySet<PointRole> = new Set<PointRole>(['slamShut', 'relief', 'emergencyStop']);

export function conditionTypeOf(definition: AlarmDefinition, role: PointRole | null): ConditionTypeName {
  switch (definition.kind) {
    case 'highHigh':
    case 'high':
    case 'low':
    case 'lowLow':
      return 'ExclusiveLevelAlarmType';
    case 'rateOfChange':
      return 'ExclusiveRateOfChangeAlarmType';
    case 'deviation':
      return 'ExclusiveDeviationAlarmType';
    case 'state':
      return role !== null && tripRoles.has(role) ? 'TripAlarmType' : 'OffNormalAlarmType';
    case 'vote':
    case 'expression':
      return 'OffNormalAlarmType';
    case 'stale':
    case 'frozen':
    case 'instrumentFault':
      return 'InstrumentDiagnosticAlarmType';
    case 'commFail':
    case 'monitor':
      return 'SystemDiagnosticAlarmType';
    default:
      return exhaustive(definition, 'alarm kind');
  }
}

export type LimitName = 'HighHigh' | 'High' | 'Low' | 'LowLow';

/** The one limit of a limit alarm; null for the others. A deviation, and a rate in both directions, is limited in its magnitude: its state is High. */
export function limitOf(
  definition: AlarmDefinition,
): { readonly name: LimitName; readonly value: number; readonly deadband: number } | null {
  switch (definition.kind) {
    case 'highHigh':
      return { name: 'HighHigh', value: definition.setpoint, deadband: definition.deadband };
    case 'high':
      return { name: 'High', value: definition.setpoint, deadband: definition.deadband };
    case 'low':
      return { name: 'Low', value: definition.setpoint, deadband: definition.deadband };
    case 'lowLow':
      return { name: 'LowLow', value: definition.setpoint, deadband: definition.deadband };
    case 'rateOfChange':
      return definition.direction === 'falling'
        ? { name: 'Low', value: -definition.limitPerMinute, deadband: definition.deadbandPerMinute }
        : { name: 'High', value: definition.limitPerMinute, deadband: definition.deadbandPerMinute };
    case 'deviation':
      return { name: 'High', value: definition.limit, deadband: definition.deadband };
    default:
      return null;
  }
}

/** 1 to 1000. Part 5, 6.4.2 leaves the scale to the server; this one keeps a band for each of the four priorities. */
export const severityOfPriority: Readonly<Record<AlarmPriority, number>> = { critical: 900, high: 700, medium: 500, low: 300 };

export const conditionClassOf: Readonly<Record<AlarmClass, string>> = {
  safety: 'SafetyConditionClassType',
  process: 'ProcessConditionClassType',
  equipment: 'MaintenanceConditionClassType',
  diagnostic: 'SystemConditionClassType',
  security: 'BaseConditionClassType',
};
