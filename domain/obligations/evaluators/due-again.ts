// Things that must be done again and again: from when one is due, overdue, or was never done. Pure.
import type { Finding, FindingCause, ObligationWindow } from '../obligation.ts';
import { findingIn } from '../obligation.ts';

/**
 * `doneAtMs` in order. Between one time and the next it may be `everyMs` at most; `warnBeforeMs` before that it is at risk. Before the first, nothing is known:
 * records may begin later than the thing itself.
 */
export function dueAgain(options: {
  readonly doneAtMs: readonly number[];
  readonly everyMs: number;
  readonly warnBeforeMs: number;
  readonly causes: { readonly never: FindingCause; readonly overdue: FindingCause; readonly due: FindingCause };
  readonly subject: string | null;
  readonly window: ObligationWindow;
}): Finding[] {
  const { doneAtMs, everyMs, warnBeforeMs, causes, subject, window } = options;
  const firstMs = doneAtMs[0];
  const found =
    firstMs === undefined || firstMs > window.fromMs
      ? findingIn(window, { state: 'notMeasured', cause: causes.never, subject, fromMs: window.fromMs, toMs: firstMs ?? null })
      : [];
  return [
    ...found,
    ...doneAtMs.flatMap((atMs, index) => {
      const nextMs = doneAtMs[index + 1] ?? null;
      const dueMs = atMs + everyMs;
      const warnMs = dueMs - warnBeforeMs;
      const endMs = nextMs ?? Number.POSITIVE_INFINITY;
      const detail = { lastMs: atMs, dueMs };
      return [
        ...(endMs > dueMs
          ? findingIn(window, { state: 'breached', cause: causes.overdue, subject, fromMs: dueMs, toMs: nextMs, detail })
          : []),
        ...(endMs > warnMs
          ? findingIn(window, { state: 'atRisk', cause: causes.due, subject, fromMs: warnMs, toMs: Math.min(endMs, dueMs), detail })
          : []),
      ];
    }),
  ];
}
