// Emergency readiness (应急预案/演练): a plan for the station, not older than a year, and a drill in every half-year. [OB15] [OB16]
import { type Finding, findingIn, type ObligationWindow } from '../obligation.ts';
import type { ObservationRecord, StationRecords } from '../records.ts';
import type { RuleOf } from '../rule-pack.ts';
import { without } from '../spans.ts';
import { dueAgain } from './due-again.ts';

export function emergencyReadiness(
  rule: RuleOf<'emergencyReadiness'>,
  records: Pick<StationRecords, 'observations' | 'drills'>,
  window: ObligationWindow,
): Finding[] {
  const plans = records.observations.filter((record) => record.kind === 'plan');
  const seen = plans.map((record) => ({ fromMs: record.fromMs, toMs: record.toMs ?? Number.POSITIVE_INFINITY }));
  return [
    ...without([{ fromMs: window.fromMs, toMs: window.toMs }], seen).flatMap((span) =>
      findingIn(window, { state: 'notMeasured', cause: 'beforeRecords', subject: null, ...span }),
    ),
    ...plans.flatMap((plan) => ofPlan(rule, plan, window)),
    ...dueAgain({
      doneAtMs: records.drills.map(({ closedAtMs }) => closedAtMs).toSorted((one, other) => one - other),
      everyMs: rule.drillEvery,
      warnBeforeMs: rule.warnBefore,
      causes: { never: 'noDrill', overdue: 'drillOverdue', due: 'drillDue' },
      subject: null,
      window,
    }),
  ];
}

function ofPlan(rule: RuleOf<'emergencyReadiness'>, plan: ObservationRecord, window: ObligationWindow): Finding[] {
  const { fromMs, toMs } = plan;
  if (plan.subject === '-') return findingIn(window, { state: 'breached', cause: 'noPlan', fromMs, toMs });
  if (plan.subject === '') return findingIn(window, { state: 'notMeasured', cause: 'planUndated', fromMs, toMs });
  const oldMs = Date.parse(plan.subject) + rule.planEvery;
  const agingMs = oldMs - rule.warnBefore;
  const endMs = toMs ?? Number.POSITIVE_INFINITY;
  const detail = { revised: plan.subject };
  return [
    ...(endMs > oldMs ? findingIn(window, { state: 'breached', cause: 'planOld', fromMs: Math.max(fromMs, oldMs), toMs, detail }) : []),
    ...(endMs > agingMs && fromMs < oldMs
      ? findingIn(window, { state: 'atRisk', cause: 'planAging', fromMs: Math.max(fromMs, agingMs), toMs: Math.min(endMs, oldMs), detail })
      : []),
  ];
}
