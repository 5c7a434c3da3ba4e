// What every question about a trend asks first: points that the person may see, and a span that is one.
import type { Plant, Point } from '../../domain/plant/plant.ts';
import { mostTrendPoints } from '../../domain/trends/trend-view.ts';
import { type Identity, maySee } from '../access/identity.ts';
import { ProblemError } from '../http/problem-error.ts';

export function visiblePoints(plant: Plant, identity: Identity, ids: readonly string[]): Point[] {
  if (ids.length === 0 || ids.length > mostTrendPoints)
    throw new ProblemError(400, 'Bad input', { detail: `points: name 1 to ${mostTrendPoints} points, separated by commas` });
  return ids.map((id) => {
    const point = plant.points[plant.pointIndexById.get(id) ?? -1];
    if (point === undefined || !maySee(identity, plant.stations[point.stationIndex]?.id ?? ''))
      throw new ProblemError(404, 'Not found', { detail: `There is no point ${id}` });
    return point;
  });
}

export function spanOf({ from, to }: { readonly from: number; readonly to: number }): { readonly fromMs: number; readonly toMs: number } {
  if (to <= from)
    throw new ProblemError(400, 'Bad input', {
      detail: 'to must lie after from',
      extra: { errors: [{ path: 'to', message: 'must lie after from' }] },
    });
  return { fromMs: from, toMs: to };
}
