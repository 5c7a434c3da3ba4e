// The journal as other systems follow it: which lines they want, and what a stranger needs to read one. Reading only.
import type { FeedEvent } from '../../../domain/api/northbound-api.ts';
import type { JournalEntry } from '../../../domain/journal/journal-entry.ts';
import type { Plant } from '../../../domain/plant/plant.ts';

/** `alarm.raise` names one kind, `alarm.*` a family, `*` all. */
export function kindFilter(kinds: readonly string[]): (kind: string) => boolean {
  const exact = new Set(kinds.filter((kind) => !kind.endsWith('*')));
  const families = kinds.filter((kind) => kind.endsWith('*')).map((kind) => kind.slice(0, -1));
  return (kind) => exact.has(kind) || families.some((family) => kind.startsWith(family));
}

export function feedEvent(plant: Plant, entry: JournalEntry): FeedEvent {
  const station = entry.stationId === null ? undefined : plant.stations[plant.stationIndexById.get(entry.stationId) ?? -1];
  const definition = entry.alarmId === null ? undefined : plant.alarms[plant.alarmIndexById.get(entry.alarmId) ?? -1];
  const point = definition === undefined || definition.pointIndex === null ? undefined : plant.points[definition.pointIndex];
  return {
    ...entry,
    station: station === undefined ? null : { id: station.id, name: station.name },
    alarm:
      definition === undefined
        ? null
        : {
            id: definition.id,
            message: definition.message,
            kind: definition.kind,
            priority: definition.priority,
            class: definition.class,
            pointId: point?.id ?? null,
            unit: point?.unit ?? '',
          },
  };
}
