// Gaps of one instrument joined over their reasons, and which of them somebody had permitted: a permit to work, or a test. Pure.
import { type Finding, type FindingCause, findingIn, type ObligationWindow } from './obligation.ts';
import type { GapRecord, WorkRecord } from './records.ts';
import { intersectionOf, type Span, totalMs, unionOf, without } from './spans.ts';

export interface JoinedGap extends Span {
  readonly pointId: string;
  /** It has not ended. */
  readonly isOpen: boolean;
  /** The reason that held longest. */
  readonly reason: GapRecord['reason'];
}

/** In order of their beginning, point by point. What lasts beyond `toMs` is as long as it was then, and open: the past does not depend on when it is asked for. */
export function joinedGaps(gaps: readonly GapRecord[], toMs: number): JoinedGap[] {
  const joined: (JoinedGap & { longestMs: number })[] = [];
  const sorted = gaps.toSorted((one, other) =>
    one.pointId < other.pointId ? -1 : one.pointId > other.pointId ? 1 : one.fromMs - other.fromMs,
  );
  for (const gap of sorted) {
    const isOpen = gap.toMs === null || gap.toMs > toMs;
    const endMs = Math.max(gap.fromMs, Math.min(gap.toMs ?? toMs, toMs));
    const lengthMs = endMs - gap.fromMs;
    const last = joined.at(-1);
    if (last !== undefined && last.pointId === gap.pointId && gap.fromMs <= last.toMs) {
      const isLonger = lengthMs > last.longestMs;
      joined[joined.length - 1] = {
        ...last,
        toMs: Math.max(last.toMs, endMs),
        isOpen: last.isOpen || isOpen,
        reason: isLonger ? gap.reason : last.reason,
        longestMs: Math.max(last.longestMs, lengthMs),
      };
    } else
      joined.push({
        pointId: gap.pointId,
        fromMs: gap.fromMs,
        toMs: endMs,
        isOpen,
        reason: gap.reason,
        longestMs: lengthMs,
      });
  }
  return joined.map(({ longestMs: _, ...gap }) => gap);
}

export function permittedSpans(work: readonly WorkRecord[], pointId: string, toMs: number): Span[] {
  return unionOf(
    work
      .filter((window) => window.pointId === null || window.pointId === pointId)
      .map((window) => ({ fromMs: window.fromMs, toMs: window.toMs ?? toMs })),
  );
}

/**
 * What a point that must not fail owes: out for longer than `longestMs` beside permitted work it is a breach; under a permit it is a warning. [OB6]
 */
export function outages(options: {
  readonly gaps: readonly JoinedGap[];
  readonly work: readonly WorkRecord[];
  readonly longestMs: number;
  readonly cause: FindingCause;
  readonly window: ObligationWindow;
}): Finding[] {
  const { work, longestMs, cause, window } = options;
  return options.gaps.flatMap((gap) => {
    const permitted = permittedSpans(work, gap.pointId, window.toMs);
    const detail = { reason: gap.reason };
    const endOf = (span: Span): number | null => (gap.isOpen && span.toMs === gap.toMs ? null : span.toMs);
    const bare = without([gap], permitted).filter((span) => span.toMs - span.fromMs > longestMs);
    return [
      ...bare.flatMap((span) =>
        findingIn(window, { state: 'breached', cause, subject: gap.pointId, fromMs: span.fromMs, toMs: endOf(span), detail }),
      ),
      ...(totalMs([gap]) > longestMs ? intersectionOf([gap], permitted) : []).flatMap((span) =>
        findingIn(window, {
          state: 'atRisk',
          cause: 'permittedWork',
          subject: gap.pointId,
          fromMs: span.fromMs,
          toMs: endOf(span),
          detail,
        }),
      ),
    ];
  });
}
