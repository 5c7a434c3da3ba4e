// 24-hour duty (24小时值班): somebody at every console, watch checks (查岗) answered, handovers signed. [OB10] [OB11] [OB12]
import { timeWithoutServer } from '../no-record.ts';
import { type Finding, findingIn, type ObligationWindow } from '../obligation.ts';
import type { CompanyRecords, DutyWatchRecord } from '../records.ts';
import type { RuleOf } from '../rule-pack.ts';
import { unionOf, without } from '../spans.ts';

export function dutyWatch(
  rule: RuleOf<'dutyWatch'>,
  company: Pick<CompanyRecords, 'presence' | 'watches' | 'checks' | 'consoles'>,
  window: ObligationWindow,
): Finding[] {
  return [
    ...timeWithoutServer(company.presence, window),
    ...company.consoles.flatMap((consoleId) =>
      ofConsole(
        rule,
        consoleId,
        company.watches.filter((watch) => watch.consoleId === consoleId).toSorted((one, other) => one.fromMs - other.fromMs),
        company.presence,
        window,
      ),
    ),
    ...company.checks.flatMap((check) => {
      const common = { subject: check.username, detail: { consoles: check.consoleIds.join(', ') } };
      const isOver = check.dueAtMs < window.toMs || (check.answeredAtMs !== null && check.answeredAtMs < window.toMs);
      // What ended after the period was waiting at its end, whenever it is asked for.
      const outcome = check.outcome === 'void' || isOver ? check.outcome : 'open';
      if (outcome === 'missed')
        return findingIn(window, { state: 'breached', cause: 'checkMissed', ...common, fromMs: check.askedAtMs, toMs: check.dueAtMs });
      const halfMs = (check.askedAtMs + check.dueAtMs) / 2;
      if (outcome !== 'open' || window.toMs <= halfMs) return [];
      return findingIn(window, { state: 'atRisk', cause: 'checkWaiting', ...common, fromMs: halfMs, toMs: null });
    }),
  ];
}

function ofConsole(
  rule: RuleOf<'dutyWatch'>,
  consoleId: string,
  watches: readonly DutyWatchRecord[],
  presence: CompanyRecords['presence'],
  window: ObligationWindow,
): Finding[] {
  // From a little before the window, so that an absence that began then is long enough to be judged.
  const look = { fromMs: Math.max(presence[0]?.fromMs ?? window.fromMs, window.fromMs - 2 * rule.emptyFor), toMs: window.toMs };
  const seen = unionOf(presence);
  const taken = watches.map((watch) => ({ fromMs: watch.fromMs, toMs: watch.toMs ?? window.toMs }));
  // While the server was away nobody could take a console with it: that time is not measured, and no breach is invented in it.
  const findings = without([look], taken).flatMap((empty) =>
    without([empty], without([look], seen)).flatMap((span) => {
      const isOpen = span.toMs >= window.toMs;
      const lengthMs = span.toMs - span.fromMs;
      if (lengthMs > rule.emptyFor)
        return findingIn(window, {
          state: 'breached',
          cause: 'consoleEmpty',
          subject: consoleId,
          fromMs: span.fromMs,
          toMs: isOpen ? null : span.toMs,
        });
      return isOpen
        ? findingIn(window, { state: 'atRisk', cause: 'consoleLeft', subject: consoleId, fromMs: span.fromMs, toMs: null })
        : [];
    }),
  );
  watches.forEach((watch, index) => {
    const before = watches[index - 1];
    if (before === undefined || before.toMs === null || watch.hasHandover || before.username === watch.username) return;
    // After an empty console there was nobody to take over from; the emptiness is the breach.
    if (watch.fromMs - before.toMs > rule.emptyFor) return;
    findings.push(
      ...findingIn(window, {
        state: 'breached',
        cause: 'withoutHandover',
        subject: consoleId,
        fromMs: watch.fromMs,
        toMs: watch.fromMs,
        detail: { from: before.displayName, to: watch.displayName },
      }),
    );
  });
  return findings;
}
