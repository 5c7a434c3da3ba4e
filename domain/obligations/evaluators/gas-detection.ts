// Gas detection in force (可燃气体报警): every detector gives readings, has its alarms, and none of them is set aside against the rules. [OB6] [OB7] [OB8]
import { joinedGaps, outages } from '../long-gaps.ts';
import { timeWithoutServer } from '../no-record.ts';
import { type Finding, findingIn, type ObligationWindow } from '../obligation.ts';
import type { CompanyRecords, StationRecords } from '../records.ts';
import type { RuleOf } from '../rule-pack.ts';
import { observed, relaxedLevels, setAsides } from './alarms-in-force.ts';

export function gasDetection(
  rule: RuleOf<'gasDetection'>,
  records: StationRecords,
  company: Pick<CompanyRecords, 'presence' | 'countedToMs'>,
  window: ObligationWindow,
): Finding[] {
  const { facts } = records;
  if (facts.detectors.length === 0)
    return findingIn(window, { state: 'notMeasured', cause: 'noDetector', fromMs: window.fromMs, toMs: null });
  const detectors = new Set(facts.detectors);
  const gaps = joinedGaps(
    records.gaps.filter((gap) => detectors.has(gap.pointId)),
    Math.min(window.toMs, company.countedToMs),
  );
  return [
    ...timeWithoutServer(company.presence, window),
    ...outages({ gaps, work: records.work, longestMs: rule.longestOutage, cause: 'detectorOut', window }),
    ...observed(records.observations, { detectorWithoutAlarm: 'noAlarm' }, window),
    ...relaxedLevels(records.observations, new Set(facts.detectorAlarms), window),
    ...setAsides(records.setAsides, new Set(facts.detectorAlarms), window),
  ];
}
