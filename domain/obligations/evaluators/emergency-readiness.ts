// Emergency readiness (应急预案/演练): a plan for the station, not older than a year, a drill in every half-year, contacts that somebody has called. [OB15] [OB16] [OB22]
import { type Finding, findingIn, type ObligationWindow } from '../obligation.ts';
import type { ObservationRecord, StationRecords } from '../records.ts';
import type { RuleOf } from '../rule-pack.ts';
import { unionOf, without } from '../spans.ts';
import { dueAgain } from './due-again.ts';

export function emergencyReadiness(
  rule: RuleOf<'emergencyReadiness'>,
  records: Pick<StationRecords, 'observations' | 'drills' | 'contacts'>,
  window: ObligationWindow,
): Finding[] {
  const plans = records.observations.filter((record) => record.kind === 'plan');
  const contacts = records.observations.filter((record) => record.kind === 'contacts');
  const unseen = unionOf([plans, contacts].flatMap((seen) => without([{ fromMs: window.fromMs, toMs: window.toMs }], seen.map(spanOf))));
  return [
    ...unseen.flatMap((span) => findingIn(window, { state: 'notMeasured', cause: 'beforeRecords', subject: null, ...span })),
    ...plans.flatMap((plan) => ofPlan(rule, plan, window)),
    ...contacts.flatMap((seen) => ofContacts(rule, seen, records.contacts, window)),
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

const spanOf = ({ fromMs, toMs }: ObservationRecord) => ({ fromMs, toMs: toMs ?? Number.POSITIVE_INFINITY });

/** Of one list of contacts, for as long as it was the station's. One that was called before it came into force (of another file) counts. [OB22] */
function ofContacts(
  rule: RuleOf<'emergencyReadiness'>,
  seen: ObservationRecord,
  records: StationRecords['contacts'],
  window: ObligationWindow,
): Finding[] {
  const { fromMs, toMs } = spanOf(seen);
  const own = { ...window, fromMs: Math.max(window.fromMs, fromMs), toMs: Math.min(window.toMs, toMs) };
  if (own.toMs <= own.fromMs || seen.subject === '') return [];
  const inWindow = (findings: readonly Finding[]) =>
    findings.flatMap((finding) => findingIn(window, { ...finding, toMs: finding.isOpen && seen.toMs === null ? null : finding.toMs }));
  if (seen.subject === '-') return findingIn(window, { state: 'breached', cause: 'noContacts', fromMs: own.fromMs, toMs: seen.toMs });
  const called = records.filter(({ digest }) => digest === seen.subject).toSorted((one, other) => one.atMs - other.atMs);
  const unreachable = called.flatMap((call, index) => {
    if (call.isReached || called[index - 1]?.isReached === false) return [];
    const mended = called.slice(index).find(({ isReached }) => isReached);
    const detail = { by: call.by };
    return findingIn(own, { state: 'breached', cause: 'contactUnreachable', fromMs: call.atMs, toMs: mended?.atMs ?? null, detail });
  });
  const due = dueAgain({
    doneAtMs: called.filter(({ isReached }) => isReached).map(({ atMs }) => atMs),
    everyMs: rule.contactsEvery,
    warnBeforeMs: Math.min(rule.warnBefore, rule.contactsEvery / 4),
    causes: { never: 'contactsUnconfirmed', overdue: 'contactsOverdue', due: 'contactsDue' },
    subject: null,
    window: own,
  });
  return inWindow([...unreachable, ...due]);
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
