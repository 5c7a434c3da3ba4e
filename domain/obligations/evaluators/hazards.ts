// Hazard closed loop (隐患闭环): no hazard past its deadline. [OB18]
import { noSource, timeBeforeRecords } from '../no-record.ts';
import { type Finding, findingIn, type ObligationWindow } from '../obligation.ts';
import type { CompanyRecords, StationRecords } from '../records.ts';
import type { RuleOf } from '../rule-pack.ts';

export function hazards(
  rule: RuleOf<'hazards'>,
  records: Pick<StationRecords, 'hazards'>,
  company: Pick<CompanyRecords, 'presence'>,
  window: ObligationWindow,
): Finding[] {
  if (records.hazards === null) return noSource(window);
  const found = records.hazards.flatMap((hazard) =>
    hazard.deadlines.flatMap(({ dueAtMs, fromMs, toMs }) => {
      const endMs = toMs ?? Number.POSITIVE_INFINITY;
      const warnMs = Math.max(fromMs, dueAtMs - rule.warnBefore);
      const common = {
        subject: hazard.number,
        detail: { title: hazard.title, dueMs: dueAtMs, ...(hazard.grade === null ? {} : { grade: hazard.grade }) },
      };
      const lateMs = Math.max(fromMs, dueAtMs);
      return [
        ...(endMs > lateMs ? findingIn(window, { state: 'breached', cause: 'hazardOverdue', ...common, fromMs: lateMs, toMs }) : []),
        ...(Math.min(endMs, dueAtMs) > warnMs
          ? findingIn(window, { state: 'atRisk', cause: 'hazardDue', ...common, fromMs: warnMs, toMs: Math.min(endMs, dueAtMs) })
          : []),
      ];
    }),
  );
  return [...timeBeforeRecords(company.presence, window), ...found];
}
