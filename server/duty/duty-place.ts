// What questions about the roster need to know of the plant.
import type { DutyPlace } from '../../domain/duty/roster.ts';
import type { Plant } from '../../domain/plant/plant.ts';

export function dutyPlaceOf(plant: Plant): DutyPlace {
  return {
    plan: plant.duty,
    timeZone: plant.company.timeZone,
    areaOfStation: new Map(plant.stations.map((station) => [station.id, station.areaId])),
  };
}
