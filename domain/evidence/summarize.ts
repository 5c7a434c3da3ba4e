// The figures of stations from the coverage of their points. Pure; maker and verifier count with the same lines.
import { type BundlePoint, longGapMs, type Summary } from './bundle.ts';
import type { CoverageInterval, CoverageMs } from './coverage.ts';

export interface PointResult {
  readonly point: BundlePoint;
  readonly readings: number;
  readonly ms: CoverageMs;
  readonly intervals: readonly CoverageInterval[];
}

export interface LongGap {
  readonly pointId: string;
  readonly stationId: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Reasons within the gap, each once, in their order. */
  readonly reasons: readonly string[];
}

/** Stretches longer than ten minutes in which a point was not good, whatever the reasons were one after another. */
export function longGapsOf({ point, intervals }: PointResult): LongGap[] {
  const gaps: { fromMs: number; toMs: number; reasons: string[] }[] = [];
  for (const { fromMs, toMs, kind, reason } of intervals) {
    if (kind === 'good') continue;
    const last = gaps.at(-1);
    if (last !== undefined && last.toMs === fromMs) {
      last.toMs = toMs;
      if (!last.reasons.includes(reason)) last.reasons.push(reason);
    } else gaps.push({ fromMs, toMs, reasons: [reason] });
  }
  return gaps.filter((gap) => gap.toMs - gap.fromMs > longGapMs).map((gap) => ({ pointId: point.id, stationId: point.stationId, ...gap }));
}

export function stationFigures(stationIds: readonly string[], results: readonly PointResult[], periodMs: number): Summary['stations'] {
  return stationIds.map((id) => {
    const own = results.filter(({ point }) => point.stationId === id);
    const gaps = own.flatMap(longGapsOf);
    const goodMs = own.reduce((sum, { ms }) => sum + ms.good, 0);
    return {
      id,
      points: own.length,
      readings: own.reduce((sum, { readings }) => sum + readings, 0),
      goodShare: own.length === 0 ? null : goodMs / (periodMs * own.length),
      longGaps: gaps.length,
      longestGapSeconds: gaps.reduce((longest, { fromMs, toMs }) => Math.max(longest, (toMs - fromMs) / 1_000), 0),
    };
  });
}

export function pointFigures(results: readonly PointResult[]): Summary['points'] {
  return results.map(({ point, readings, ms }) => ({ id: point.id, readings, ms: { ...ms } }));
}
