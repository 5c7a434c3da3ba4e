// An alarm as an incident keeps it: its newest occurrence with place, time, value and words.
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { LinkedAlarm } from '../../domain/incidents/incident.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { AlarmRecord } from '../alarms/alarm-record.ts';

/** Null where the alarm has never occurred. */
export function linkedAlarm(plant: Plant, definition: AlarmDefinition, record: AlarmRecord): LinkedAlarm | null {
  if (record.occurrenceId === null || record.raisedAtMs === null) return null;
  return {
    alarmId: definition.id,
    occurrenceId: record.occurrenceId,
    stationId: plant.stations[definition.stationIndex]?.id ?? '',
    atMs: record.raisedAtMs,
    value: record.valueAtRaise,
    priority: definition.priority,
    message: { ...definition.message },
  };
}
