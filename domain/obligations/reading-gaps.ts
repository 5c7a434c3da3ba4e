// From the readings of one instrument to the time in which it gave no good one. Pure. [OB1] [OB2]
import { isGood, type QualityReason, qualityReason } from '../readings/quality.ts';
import type { GapReason } from './records.ts';
import type { Span } from './spans.ts';

export interface FoundGap extends Span {
  readonly reason: GapReason;
}

/** Readings in time order; arrays of equal length. */
export interface PointReadings {
  readonly timeMs: readonly number[];
  readonly quality: readonly number[];
}

/** The historian keeps one reading a minute of what does not change; two and a half minutes without one are silence. */
export const shortestHoldMs = 150_000;
const longestHoldMs = 900_000;

/** How long a reading speaks for its instrument when no other follows. */
export function holdMsOf(point: { readonly scanMs: number }): number {
  return Math.min(longestHoldMs, Math.max(shortestHoldMs, 3 * point.scanMs));
}

/**
 * Gaps within `window`. `readings` must reach `holdMs` beyond both of its ends: a reading speaks until the next one, unless that comes later than `holdMs`;
 * then nothing is known from the reading itself on.
 */
export function gapsOf(readings: PointReadings, window: Span, holdMs: number): FoundGap[] {
  const found: FoundGap[] = [];
  const add = (fromMs: number, toMs: number, reason: GapReason): void => {
    const from = Math.max(fromMs, window.fromMs);
    const to = Math.min(toMs, window.toMs);
    if (to <= from) return;
    const last = found.at(-1);
    if (last !== undefined && last.toMs === from && last.reason === reason) found[found.length - 1] = { ...last, toMs: to };
    else found.push({ fromMs: from, toMs: to, reason });
  };
  let knownToMs = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < readings.timeMs.length; index += 1) {
    const timeMs = readings.timeMs[index] ?? 0;
    const nextMs = readings.timeMs[index + 1] ?? Number.POSITIVE_INFINITY;
    if (timeMs > knownToMs) add(knownToMs, timeMs, 'noReading');
    const endMs = nextMs - timeMs <= holdMs ? nextMs : timeMs;
    const quality = readings.quality[index] ?? 0;
    if (!isGood(quality)) add(timeMs, endMs, gapReasonOf(qualityReason(quality)));
    knownToMs = Math.max(knownToMs, endMs);
  }
  add(knownToMs, Number.POSITIVE_INFINITY, 'noReading');
  return found;
}

export function gapReasonOf(reason: QualityReason): GapReason {
  switch (reason) {
    case 'commFail':
    case 'stale':
      return 'commFail';
    case 'deviceException':
    case 'configurationError':
      return 'deviceFault';
    case 'instrumentFault':
    case 'outOfRange':
      return 'instrumentFault';
    case 'maintenance':
    case 'outOfService':
      return 'underWork';
    case 'notYetRead':
      return 'noReading';
    case 'none':
    case 'substituted':
    case 'inaccurate':
    case 'engineeringUnitsExceeded':
    case 'unspecified':
      return 'poorQuality';
  }
}
