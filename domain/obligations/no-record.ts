// Time for which the system has no record of its own: before it kept any, and while the server was away. Counts against the company. [OB3]
import { type Finding, findingIn, type ObligationWindow } from './obligation.ts';
import type { PresenceRecord } from './records.ts';
import { without } from './spans.ts';

export function timeWithoutServer(presence: readonly PresenceRecord[], window: ObligationWindow): Finding[] {
  const firstMs = presence[0]?.fromMs ?? window.toMs;
  return without([window], presence).flatMap(({ fromMs, toMs }) => {
    const before =
      fromMs < firstMs ? findingIn(window, { state: 'notMeasured', cause: 'beforeRecords', fromMs, toMs: Math.min(toMs, firstMs) }) : [];
    const away =
      toMs > firstMs ? findingIn(window, { state: 'notMeasured', cause: 'serverAway', fromMs: Math.max(fromMs, firstMs), toMs }) : [];
    return [...before, ...away];
  });
}

/** Of records that hold while the server is away, but that nobody kept before it first ran. */
export function timeBeforeRecords(presence: readonly PresenceRecord[], window: ObligationWindow): Finding[] {
  const firstMs = presence[0]?.fromMs ?? window.toMs;
  if (firstMs <= window.fromMs) return [];
  return findingIn(window, { state: 'notMeasured', cause: 'beforeRecords', fromMs: window.fromMs, toMs: firstMs });
}

/** Nothing at all keeps these records. */
export function noSource(window: ObligationWindow): Finding[] {
  return findingIn(window, { state: 'notMeasured', cause: 'noSource', fromMs: window.fromMs, toMs: null });
}
