// Hazard closed loop (隐患闭环): no hazard past its deadline. [OB18]
import { noSource } from '../no-record.ts';
import { type Finding, findingIn, type ObligationWindow } from '../obligation.ts';
import type { StationRecords } from '../records.ts';
import type { RuleOf } from '../rule-pack.ts';

export function hazards(rule: RuleOf<'hazards'>, records: Pick<StationRecords, 'hazards'>, window: ObligationWindow): Finding[] {
  if (records.hazards === null) return noSource(window);
  return records.hazards.flatMap((hazard) => {
    const { dueAtMs, closedAtMs } = hazard;
    if (dueAtMs === null) return [];
    const endMs = closedAtMs ?? Number.POSITIVE_INFINITY;
    const common = { subject: hazard.number, detail: { title: hazard.title, grade: hazard.grade, dueMs: dueAtMs } };
    const warnMs = Math.max(hazard.openedAtMs, dueAtMs - rule.warnBefore);
    return [
      ...(endMs > dueAtMs
        ? findingIn(window, { state: 'breached', cause: 'hazardOverdue', ...common, fromMs: dueAtMs, toMs: closedAtMs })
        : []),
      ...(endMs > warnMs && warnMs < dueAtMs
        ? findingIn(window, { state: 'atRisk', cause: 'hazardDue', ...common, fromMs: warnMs, toMs: Math.min(endMs, dueAtMs) })
        : []),
    ];
  });
}
