// Where a hazard stands against its deadline: on time, at risk, overdue. The last day counts to its end in the plant's time zone.
import { addDays, daysBetween } from '../time/calendar-date.ts';
import { dateAt, momentOf } from '../time/zoned-time.ts';
import { type HazardGrade, type HazardRecord, isUnfinished } from './hazard.ts';

export const deadlineStandings = ['none', 'onTime', 'atRisk', 'overdue'] as const;
export type DeadlineStanding = (typeof deadlineStandings)[number];

/** [HZ13] */
export const atRiskDays: Readonly<Record<HazardGrade, number>> = { major: 7, ordinary: 3 };

export function standingOn(record: Pick<HazardRecord, 'state' | 'grade' | 'settled'>, today: string): DeadlineStanding {
  const { deadline } = record.settled;
  if (deadline === null || !isUnfinished(record.state)) return 'none';
  if (deadline < today) return 'overdue';
  return daysBetween(today, deadline) < atRiskDays[record.grade ?? 'ordinary'] ? 'atRisk' : 'onTime';
}

/** The moment from which a deadline is missed. */
export function deadlineEndMs(deadline: string, zone: string): number {
  return momentOf(addDays(deadline, 1), '00:00', zone);
}

/** Days since it was found; until it was struck off where it was. */
export function ageDays(record: Pick<HazardRecord, 'finding' | 'closed'>, nowMs: number, zone: string): number {
  const until = record.closed?.atMs ?? nowMs;
  return Math.max(0, daysBetween(record.finding.foundOn, dateAt(until, zone)));
}
