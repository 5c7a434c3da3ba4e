// Turns the detectors, doors and switches of a station into its plan: at their places where the plant file gives them, by zone where it does not. Pure.
import type { PointView } from '../../../domain/api/plant-api.ts';
import type { PointRole } from '../../../domain/plant/plant-kinds.ts';
import type { LocalizedText } from '../../../domain/text/localized-text.ts';

/** Everything that stands in the plot but not in the pipe. */
const planRoles: ReadonlySet<PointRole> = new Set<PointRole>(['gasDetector', 'flameDetector', 'emergencyStop', 'door', 'perimeter']);

export type PlanSymbol = 'gas' | 'flame' | 'stop' | 'door' | 'perimeter';

export const planSymbolOf: Partial<Readonly<Record<PointRole, PlanSymbol>>> = {
  gasDetector: 'gas',
  flameDetector: 'flame',
  emergencyStop: 'stop',
  door: 'door',
  perimeter: 'perimeter',
};

export interface PlacedInstrument {
  readonly point: PointView;
  /** Per cent of the plot, of its middle. */
  readonly x: number;
  readonly y: number;
}

export interface PlanZone {
  /** Null for what the plant file puts in no zone: named by what it is. */
  readonly name: LocalizedText | null;
  readonly key: 'zone' | 'detectors' | 'safety';
  readonly points: readonly PointView[];
}

export interface StationPlan {
  readonly placed: readonly PlacedInstrument[];
  /** Rows that the plot needs so that no two instruments cover each other. */
  readonly rows: number;
  readonly zones: readonly PlanZone[];
}

/** Size of an instrument in the plan, in a plot of `columns` × rows of them. */
const columns = 8;

export function planOf(points: readonly PointView[]): StationPlan | null {
  const shown = points.filter((point) => planRoles.has(point.role));
  if (shown.length === 0) return null;
  const located = shown.filter((point) => point.plan?.at != null);
  return { ...placeApart(located), zones: zonesOf(shown.filter((point) => point.plan?.at == null)) };
}

/** At its place, in the grid of the plot; where two want the same cell the later one takes the nearest that is free. */
function placeApart(points: readonly PointView[]): Pick<StationPlan, 'placed' | 'rows'> {
  const rows = Math.max(3, Math.ceil((points.length * 2) / columns));
  const taken = new Set<string>();
  const placed = points.map((point): PlacedInstrument => {
    const at = point.plan?.at ?? { x: 50, y: 50 };
    const wanted = {
      column: Math.min(columns - 1, Math.floor((at.x / 100) * columns)),
      row: Math.min(rows - 1, Math.floor((at.y / 100) * rows)),
    };
    let best = wanted;
    let bestDistance = Number.POSITIVE_INFINITY;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        if (taken.has(`${column} ${row}`)) continue;
        const distance = (column - wanted.column) ** 2 + (row - wanted.row) ** 2;
        if (distance < bestDistance) {
          best = { column, row };
          bestDistance = distance;
        }
      }
    }
    taken.add(`${best.column} ${best.row}`);
    return { point, x: ((best.column + 0.5) / columns) * 100, y: ((best.row + 0.5) / rows) * 100 };
  });
  return { placed, rows };
}

function zonesOf(points: readonly PointView[]): PlanZone[] {
  const named = new Map<string, { name: LocalizedText; points: PointView[] }>();
  const detectors: PointView[] = [];
  const safety: PointView[] = [];
  for (const point of points) {
    const zone = point.plan?.zone ?? null;
    if (zone !== null) {
      const held = named.get(zone.zh);
      if (held === undefined) named.set(zone.zh, { name: zone, points: [point] });
      else held.points.push(point);
    } else if (point.role === 'gasDetector') detectors.push(point);
    else safety.push(point);
  }
  const zones: PlanZone[] = [
    ...[...named.values()].map((zone): PlanZone => ({ ...zone, key: 'zone' })),
    { name: null, key: 'detectors', points: detectors },
    { name: null, key: 'safety', points: safety },
  ];
  return zones.filter((zone) => zone.points.length > 0);
}
