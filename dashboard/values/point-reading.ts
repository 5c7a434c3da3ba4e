// What may be shown of a point right now: a believable value, or that it is unknown, why, and since when.
import { isBad, isUncertain, type QualityReason, qualityReason } from '../../domain/readings/quality.ts';
import { areValuesBelievable, type Liveness } from '../live/live-client.ts';
import { useLiveClient, useLiveness, useLiveValue } from '../live/live-context.tsx';
import type { LiveValue } from '../live/point-values.ts';

export type PointReading =
  | { readonly kind: 'known'; readonly value: number | string; readonly timeMs: number; readonly doubt: QualityReason | null }
  | { readonly kind: 'unknown'; readonly reason: QualityReason | 'notLive' | 'noRecord'; readonly sinceMs: number | null };

export function pointReadingOf(
  live: LiveValue | undefined,
  liveness: Liveness,
  badSinceMs: number | null,
  absentReason: 'notYetRead' | 'noRecord' = 'notYetRead',
): PointReading {
  if (!areValuesBelievable(liveness)) {
    return { kind: 'unknown', reason: 'notLive', sinceMs: 'sinceMs' in liveness ? liveness.sinceMs : null };
  }
  if (live === undefined) return { kind: 'unknown', reason: absentReason, sinceMs: null };
  if (isBad(live.quality) || live.value === null) {
    return {
      kind: 'unknown',
      reason: isBad(live.quality) ? qualityReason(live.quality) : 'unspecified',
      sinceMs: badSinceMs ?? live.timeMs,
    };
  }
  return { kind: 'known', value: live.value, timeMs: live.timeMs, doubt: isUncertain(live.quality) ? qualityReason(live.quality) : null };
}

export function usePointReading(pointId: string): PointReading {
  const live = useLiveValue(pointId);
  const liveness = useLiveness();
  const { values, absentReason } = useLiveClient();
  return pointReadingOf(live, liveness, values.badSinceMs(pointId), absentReason);
}
