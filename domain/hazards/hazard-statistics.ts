// Counts over the ledger: by grade, area, age and source. Pure; time comes as the plant's day.
import { type HazardGrade, type HazardRecord, hazardGrades, hazardSources, isOpenState } from './hazard.ts';
import { ageDays, standingOn } from './hazard-deadline.ts';

/** Days since found, of open ones. */
export const ageBands = ['week', 'month', 'quarter', 'older'] as const;
export type AgeBand = (typeof ageBands)[number];

export function ageBandOf(days: number): AgeBand {
  if (days <= 7) return 'week';
  if (days <= 30) return 'month';
  return days <= 90 ? 'quarter' : 'older';
}

interface Counts {
  open: number;
  overdue: number;
  atRisk: number;
  closed: number;
}

export function hazardStatistics(
  records: readonly HazardRecord[],
  context: { readonly nowMs: number; readonly today: string; readonly zone: string; readonly areaOf: (stationId: string) => string },
) {
  const { nowMs, today, zone, areaOf } = context;
  const countsOf = (chosen: readonly HazardRecord[]): Counts => {
    const standings = chosen.map((record) => standingOn(record, today));
    return {
      open: chosen.filter(({ state }) => isOpenState(state)).length,
      overdue: standings.filter((standing) => standing === 'overdue').length,
      atRisk: standings.filter((standing) => standing === 'atRisk').length,
      closed: chosen.filter(({ state }) => state === 'closed').length,
    };
  };
  const open = records.filter(({ state }) => isOpenState(state));
  const closed = records.filter(({ state }) => state === 'closed');
  const closedDays = closed.map((record) => ageDays(record, nowMs, zone));
  const areas = [...new Set(records.map(({ finding }) => areaOf(finding.stationId)))].toSorted();
  const grades: readonly (HazardGrade | null)[] = [...hazardGrades, null];
  return {
    total: {
      ...countsOf(records),
      rejected: records.filter(({ state }) => state === 'rejected').length,
      supplySuspended: open.filter(({ supplySuspendedAtMs }) => supplySuspendedAtMs !== null).length,
      unconfirmed: open.filter(({ state }) => state === 'reported').length,
      meanDaysToClose:
        closedDays.length === 0 ? null : Math.round((closedDays.reduce((sum, days) => sum + days, 0) / closedDays.length) * 10) / 10,
    },
    byGrade: grades.map((grade) => ({ grade, ...countsOf(records.filter((record) => record.grade === grade)) })),
    byArea: areas.map((areaId) => ({
      areaId,
      ...countsOf(records.filter(({ finding }) => areaOf(finding.stationId) === areaId)),
    })),
    byAge: ageBands.map((band) => {
      const here = open.filter((record) => ageBandOf(ageDays(record, nowMs, zone)) === band);
      return {
        band,
        ordinary: here.filter(({ grade }) => grade === 'ordinary').length,
        major: here.filter(({ grade }) => grade === 'major').length,
        ungraded: here.filter(({ grade }) => grade === null).length,
      };
    }),
    bySource: hazardSources
      .map((source) => ({ source, ...countsOf(records.filter(({ finding }) => finding.source === source)) }))
      .filter(({ open: owed, closed: done }) => owed + done > 0),
  };
}
