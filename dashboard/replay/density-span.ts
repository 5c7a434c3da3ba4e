// Which stretch of time the scrub bar shows, and where a moment lies on it. Pure.
export const spansMs = [3_600_000, 8 * 3_600_000, 24 * 3_600_000, 7 * 86_400_000, 30 * 86_400_000] as const;

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The moment in the middle, but never beyond now; moved only where the moment leaves it, so that the bar stands still under the hand. */
export function stretchAround(atMs: number, spanMs: number, nowMs: number, before: Stretch | null): Stretch {
  const isSameSpan = before !== null && before.toMs - before.fromMs === spanMs;
  if (isSameSpan && atMs >= before.fromMs && atMs <= before.toMs) return before;
  const toMs = Math.min(nowMs, atMs + spanMs / 2);
  return { fromMs: toMs - spanMs, toMs };
}

/** 0 to 1. */
export function shareOf(atMs: number, { fromMs, toMs }: Stretch): number {
  return Math.min(1, Math.max(0, (atMs - fromMs) / (toMs - fromMs)));
}
