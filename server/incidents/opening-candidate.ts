// An announced alarm as the opener looks at it: the journal's line, the alarm's definition, and the incident that it is in.
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { LinkedAlarm } from '../../domain/incidents/incident.ts';
import type { AnnouncedAlarm } from '../../domain/incidents/open-rules.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { AlarmLine } from '../alarms/alarm-line.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';

export interface Candidate extends AnnouncedAlarm {
  readonly linked: LinkedAlarm;
  incidentId: string | null;
}

/** Null where this plant has no such alarm. */
export function candidateOf(line: AlarmLine, plant: Plant, alarms: AlarmStore): Candidate | null {
  const definition = plant.alarms[plant.alarmIndexById.get(line.alarmId) ?? -1];
  if (definition === undefined || line.occurrenceId === null) return null;
  const newest = alarms.find(line.occurrenceId)?.record;
  const record = newest?.occurrenceId === line.occurrenceId ? newest : null;
  // Announced again, an alarm has risen before: the time that counts is when it rose.
  const roseAtMs = line.event === 'raise' ? line.occurredAtMs : (record?.raisedAtMs ?? line.occurredAtMs);
  const value = line.event === 'raise' ? line.detail.value : record?.valueAtRaise;
  return {
    kind: definition.kind,
    class: definition.class,
    priority: definition.priority,
    stationIndex: definition.stationIndex,
    pointIndex: definition.pointIndex,
    atMs: roseAtMs,
    direction: directionOf(definition, line.detail.measured),
    incidentId: null,
    linked: {
      alarmId: line.alarmId,
      occurrenceId: line.occurrenceId,
      stationId: line.stationId,
      atMs: roseAtMs,
      value: typeof value === 'number' ? value : null,
      priority: definition.priority,
      message: { ...definition.message },
    },
  };
}

/** Alarms that an open incident of their station takes into its time line, though they would open none. */
export function belongs(candidate: AnnouncedAlarm): boolean {
  return candidate.class === 'safety' || candidate.priority === 'critical' || candidate.priority === 'high';
}

/** Two stations, whichever comes first. */
export function pairOf(one: number, other: number): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

function directionOf(definition: AlarmDefinition, measured: unknown): 'rising' | 'falling' | null {
  if (definition.kind !== 'rateOfChange') return null;
  if (definition.direction !== 'both') return definition.direction;
  if (typeof measured !== 'number' || measured === 0) return null;
  return measured > 0 ? 'rising' : 'falling';
}
