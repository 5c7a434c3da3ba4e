// Which stations the wall shows, in which groups and order, and how much of each: pure, so that 8 and 200 stations are decided by the same rules.
import { priorityNumber } from '../../domain/alarms/priority.ts';
import type { StationSummary } from '../../domain/api/plant-api.ts';
import { type AlarmSummary, noAlarms } from '../alarms/alarm-order.ts';

export type WallOrder = 'area' | 'worst';
/** How much a tile says: four values, two, or one. */
export type WallDensity = 'full' | 'medium' | 'compact';

export interface WallGroup {
  /** Null where the stations of all areas stand together. */
  readonly areaId: string | null;
  readonly stations: readonly StationSummary[];
}

const fullMost = 15;
const mediumMost = 40;

export function densityOf(stationCount: number): WallDensity {
  return stationCount <= fullMost ? 'full' : stationCount <= mediumMost ? 'medium' : 'compact';
}

/** On a wall nobody scrolls: what does not fit is told shorter, and in the end worst first, so that it is never an alarm that lies below the edge. */
export function tightened(
  density: WallDensity,
  order: WallOrder,
  steps: number,
): { readonly density: WallDensity; readonly order: WallOrder } {
  const densities = ['full', 'medium', 'compact'] as const;
  const at = densities.indexOf(density) + steps;
  return { density: densities[Math.min(at, densities.length - 1)] ?? 'compact', order: at >= densities.length ? 'worst' : order };
}

export const mostSteps = 3;

export const valuesShown: Readonly<Record<WallDensity, number>> = { full: 4, medium: 2, compact: 1 };

/** Worst priority first, within it who waits for an acknowledgement, then more alarms, then the order of the plant. */
export function compareUrgency(one: AlarmSummary, other: AlarmSummary): number {
  const rank = ({ worstPriority }: AlarmSummary): number => (worstPriority === null ? 9 : priorityNumber[worstPriority]);
  return (
    rank(one) - rank(other) ||
    Number(other.isWorstUnacknowledged) - Number(one.isWorstUnacknowledged) ||
    other.unacknowledged - one.unacknowledged ||
    other.open - one.open
  );
}

/** `areaIds` is the order of the plant file; a station of an area that is not in it would stand last rather than nowhere. */
export function groupForWall(
  stations: readonly StationSummary[],
  areaIds: readonly string[],
  order: WallOrder,
  byStation: ReadonlyMap<string, AlarmSummary>,
): WallGroup[] {
  if (order === 'worst') {
    const sorted = stations.toSorted((one, other) =>
      compareUrgency(byStation.get(one.id) ?? noAlarms, byStation.get(other.id) ?? noAlarms),
    );
    return sorted.length === 0 ? [] : [{ areaId: null, stations: sorted }];
  }
  const known = new Set(areaIds);
  const groups: WallGroup[] = areaIds.map((areaId) => ({ areaId, stations: stations.filter((station) => station.areaId === areaId) }));
  const rest = stations.filter((station) => !known.has(station.areaId));
  return [...groups, { areaId: null, stations: rest }].filter((group) => group.stations.length > 0);
}

/** Area ids asked for in the address, separated by commas; those that the plant has, in its order. None, or none known: all. */
export function chosenAreas(asked: string | undefined, areaIds: readonly string[]): string[] {
  const wanted = new Set((asked ?? '').split(',').map((id) => id.trim()));
  const chosen = areaIds.filter((id) => wanted.has(id));
  return chosen.length === 0 ? [...areaIds] : chosen;
}

/** The area whose turn it is: by the clock, so that two walls side by side turn together. */
export function areaInTurn(areaIds: readonly string[], everySeconds: number, nowMs: number): string | null {
  if (areaIds.length === 0) return null;
  return areaIds[Math.floor(nowMs / (everySeconds * 1_000)) % areaIds.length] ?? null;
}
