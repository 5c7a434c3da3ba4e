// Over-pressure protection watched (超压切断/放散): slam-shut and relief states are read, pressure alarms exist and are in force. [OB6] [OB7] [OB8]
import { joinedGaps, outages } from '../long-gaps.ts';
import { timeWithoutServer } from '../no-record.ts';
import type { Finding, ObligationWindow } from '../obligation.ts';
import type { CompanyRecords, StationRecords } from '../records.ts';
import type { RuleOf } from '../rule-pack.ts';
import { observed, relaxedLevels, setAsides } from './alarms-in-force.ts';

export function pressureProtection(
  rule: RuleOf<'pressureProtection'>,
  records: StationRecords,
  company: Pick<CompanyRecords, 'presence' | 'countedToMs'>,
  window: ObligationWindow,
): Finding[] {
  const cutOffs = new Set(records.facts.cutOffs);
  const gaps = joinedGaps(
    records.gaps.filter((gap) => cutOffs.has(gap.pointId)),
    Math.min(window.toMs, company.countedToMs),
  );
  return [
    ...timeWithoutServer(company.presence, window),
    ...outages({ gaps, work: records.work, longestMs: rule.longestOutage, cause: 'stateUnread', window }),
    ...observed(records.observations, { pressureWithoutAlarm: 'noAlarm', noCutOff: 'noCutOff' }, window),
    ...relaxedLevels(records.observations, new Set(records.facts.pressureAlarms), window),
    ...setAsides(records.setAsides, new Set(records.facts.pressureAlarms), window),
  ];
}
