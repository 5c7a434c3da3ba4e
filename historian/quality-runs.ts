// Runs of readings of equal quality out of the readings themselves: for engines that cannot find them where the readings lie.
import type { QualityRuns, RawColumnsOfMany } from './historian.ts';

/** `rows` in the order of time for each point. A run ends where the quality changes, or where a point is silent for longer than `silenceMs`. */
export function qualityRunsOf(
  rows: Pick<RawColumnsOfMany, 'point' | 'timeMs' | 'quality'>,
  points: number,
  silenceMs: number,
): QualityRuns {
  const runs = Array.from({ length: points }, () => [] as { fromMs: number; toMs: number; quality: number }[]);
  for (let row = 0; row < rows.timeMs.length; row += 1) {
    const own = runs[rows.point[row] ?? 0];
    const timeMs = rows.timeMs[row] ?? 0;
    const quality = rows.quality[row] ?? 0;
    const last = own?.at(-1);
    if (last !== undefined && last.quality === quality && timeMs - last.toMs <= silenceMs) last.toMs = timeMs;
    else own?.push({ fromMs: timeMs, toMs: timeMs, quality });
  }
  const all = runs.flatMap((own, point) => own.map((run) => ({ ...run, point })));
  return {
    point: Uint32Array.from(all, ({ point }) => point),
    fromMs: Float64Array.from(all, ({ fromMs }) => fromMs),
    toMs: Float64Array.from(all, ({ toMs }) => toMs),
    quality: Uint8Array.from(all, ({ quality }) => quality),
  };
}
