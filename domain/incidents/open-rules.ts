// Which alarms open an incident by themselves, as pure functions over the rules of the plant file. Knows nothing of incidents that are open.
import type { AlarmKind } from '../alarms/alarm-definition.ts';
import type { AlarmClass, AlarmPriority } from '../alarms/priority.ts';
import type { OpenRule } from './incident-settings.ts';

/** What the rules need to know of an alarm that was announced. */
export interface AnnouncedAlarm {
  readonly kind: AlarmKind;
  readonly class: AlarmClass;
  readonly priority: AlarmPriority;
  readonly stationIndex: number;
  /** Null for alarms of a station or a device. */
  readonly pointIndex: number | null;
  readonly atMs: number;
  /** Of a rate of change; null where it is none, or where it is not known which way it goes. */
  readonly direction: 'rising' | 'falling' | null;
}

export type TogetherRule = Extract<OpenRule, { when: 'together' }>;

export function matchesRule(rule: OpenRule, alarm: AnnouncedAlarm): boolean {
  if (!rule.alarmKinds.includes(alarm.kind)) return false;
  if (rule.classes !== undefined && !rule.classes.includes(alarm.class)) return false;
  if (rule.priorities !== undefined && !rule.priorities.includes(alarm.priority)) return false;
  if (rule.when === 'alarm' || rule.direction === 'any' || alarm.kind !== 'rateOfChange') return true;
  return alarm.direction === rule.direction;
}

/**
 * The other alarms that make up, with `alarm`, what the rule asks for: on other points, near in time, at the same station or at one that a pipeline
 * joins to it. Null where they are too few.
 */
export function companions<Alarm extends AnnouncedAlarm>(
  rule: TogetherRule,
  alarm: Alarm,
  recent: readonly Alarm[],
  areNeighbours: (one: number, other: number) => boolean,
): readonly Alarm[] | null {
  if (!matchesRule(rule, alarm) || alarm.pointIndex === null) return null;
  const found = recent.filter(
    (other) =>
      matchesRule(rule, other) &&
      other.pointIndex !== null &&
      other.pointIndex !== alarm.pointIndex &&
      Math.abs(other.atMs - alarm.atMs) <= rule.within &&
      (other.stationIndex === alarm.stationIndex || (rule.neighbours && areNeighbours(other.stationIndex, alarm.stationIndex))),
  );
  const points = new Set(found.map((other) => other.pointIndex));
  return points.size + 1 >= rule.points ? found : null;
}
