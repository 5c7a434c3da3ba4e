// How much a small line must span at least, so that an instrument's noise does not look like a movement of the plant.
import type { PointView } from '../../domain/api/plant-api.ts';

/** Half the normal band, or a twentieth of the range. Less is noise and is drawn nearly flat. */
export function noiseSpan(point: PointView): number {
  const band = point.normal === null ? 0 : (point.normal.max - point.normal.min) * 0.5;
  const range = point.range === null ? 0 : (point.range.max - point.range.min) * 0.05;
  return band > 0 ? Math.min(band, Math.max(range, band * 0.4)) : range;
}
