// How much of each station was known at a past moment: share of its points with a good value, from the historian alone.
import type { PastCoverage } from '../../domain/api/replay-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { isGood } from '../../domain/readings/quality.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import { pastReadings } from './past-readings.ts';

/** So many points at once that their readings around the moment are never cut. */
const pointsAtOnce = 300;

export async function coverageAt(options: {
  readonly plant: Plant;
  readonly historian: HistorianReader;
  readonly stationIds: readonly string[];
  readonly atMs: number;
  readonly nowMs: number;
}): Promise<PastCoverage['stations']> {
  const { plant, historian, atMs, nowMs } = options;
  const stations = options.stationIds.flatMap((id) => plant.stations[plant.stationIndexById.get(id) ?? -1] ?? []);
  // A text has no value in history: whether it was known is not known.
  const counted = stations.map(({ id, pointIndexes }) => ({
    id,
    points: pointIndexes.filter((index) => plant.points[index]?.kind !== 'text'),
  }));
  const all = counted.flatMap(({ points }) => points);
  const good = new Set<string>();
  for (let start = 0; start < all.length; start += pointsAtOnce) {
    const { ids, point, t, v, q } = await pastReadings({
      plant,
      historian,
      pointIndexes: all.slice(start, start + pointsAtOnce),
      fromMs: atMs,
      toMs: atMs + 1,
      nowMs,
    });
    for (const [row, index] of point.entries())
      if ((t[row] ?? Number.POSITIVE_INFINITY) <= atMs && v[row] !== null && isGood(q[row] ?? 0)) good.add(ids[index] ?? '');
  }
  return counted.map(({ id, points }) => ({
    id,
    goodShare: points.length === 0 ? null : points.filter((index) => good.has(plant.points[index]?.id ?? '')).length / points.length,
  }));
}
