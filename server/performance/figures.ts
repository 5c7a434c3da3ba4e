// The figures of alarm performance with their targets: ANSI/ISA-18.2-2016 table 6 and clause 16, EEMUA 191 3rd edition. Pure.
import type { Figure, FigureId, FigureVerdict } from '../../domain/api/performance-api.ts';

interface Target {
  readonly unit: Figure['unit'];
  readonly target: number;
  readonly limit: number | null;
  /** With fewer announced alarms the figure says nothing. */
  readonly leastAlarms: number;
}

const targets: Readonly<Record<FigureId, Target>> = {
  averageRate: { unit: 'perHour', target: 6, limit: 12, leastAlarms: 0 },
  busyPeriods: { unit: 'share', target: 0.01, limit: null, leastAlarms: 0 },
  floodTime: { unit: 'share', target: 0.01, limit: null, leastAlarms: 0 },
  // Ten alarms that rose once each are 5 % of two hundred: with fewer the target cannot be met by anybody.
  topTenShare: { unit: 'share', target: 0.05, limit: null, leastAlarms: 200 },
  nuisance: { unit: 'count', target: 0, limit: null, leastAlarms: 0 },
  stale: { unit: 'count', target: 4, limit: null, leastAlarms: 0 },
  urgentShare: { unit: 'share', target: 0.05, limit: null, leastAlarms: 20 },
  mediumShare: { unit: 'share', target: 0.15, limit: null, leastAlarms: 20 },
  lateAcknowledgements: { unit: 'count', target: 0, limit: null, leastAlarms: 0 },
  unauthorised: { unit: 'count', target: 0, limit: null, leastAlarms: 0 },
  pastItsTime: { unit: 'count', target: 0, limit: null, leastAlarms: 0 },
};

export function figureOf(id: FigureId, value: number, announced: number): Figure {
  const { unit, target, limit, leastAlarms } = targets[id];
  return { id, value, unit, target, limit, verdict: announced < leastAlarms ? 'tooFew' : verdictOf(value, target, limit) };
}

function verdictOf(value: number, target: number, limit: number | null): FigureVerdict {
  if (value <= target) return 'good';
  return limit !== null && value <= limit ? 'manageable' : 'over';
}
