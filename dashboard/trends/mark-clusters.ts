// Marks that would stand on each other are one sign. Pure.

import { alarmPriorities } from '../../domain/alarms/priority.ts';
import type { TrendMark } from '../../domain/api/trends-api.ts';

export interface MarkCluster {
  /** Share of the window, 0..1. */
  readonly at: number;
  readonly marks: readonly TrendMark[];
}

export function clusterMarks(
  marks: readonly TrendMark[],
  window: { readonly fromMs: number; readonly toMs: number },
  nearShare: number,
): MarkCluster[] {
  const span = window.toMs - window.fromMs;
  const clusters: { at: number; marks: TrendMark[] }[] = [];
  for (const mark of marks) {
    if (mark.timeMs < window.fromMs || mark.timeMs > window.toMs || span <= 0) continue;
    const at = (mark.timeMs - window.fromMs) / span;
    const last = clusters.at(-1);
    if (last !== undefined && at - last.at < nearShare) last.marks.push(mark);
    else clusters.push({ at, marks: [mark] });
  }
  return clusters;
}

/** What a sign shows: the worst alarm that rose, else the first mark. */
export function leading(marks: readonly TrendMark[]): TrendMark | null {
  const rank = (mark: TrendMark): number =>
    mark.kind !== 'alarm.raise' || mark.priority === null ? 99 : alarmPriorities.indexOf(mark.priority);
  let found: TrendMark | null = null;
  for (const mark of marks) if (found === null || rank(mark) < rank(found)) found = mark;
  return found;
}
