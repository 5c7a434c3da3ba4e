// Continuous monitoring (动态监测): the share of time in which every instrument gave a good reading, and each gap with its cause. [OB4] [OB5]
import { joinedGaps, permittedSpans } from '../long-gaps.ts';
import { type Finding, findingIn, type ObligationWindow } from '../obligation.ts';
import type { StationRecords } from '../records.ts';
import type { RuleOf } from '../rule-pack.ts';
import { clip, intersectionOf, totalMs, without } from '../spans.ts';

export interface InstrumentCoverage {
  readonly pointId: string;
  readonly expectedMs: number;
  readonly measuredMs: number;
  readonly gaps: number;
  readonly longestGapMs: number;
}

export interface MonitoringResult {
  readonly findings: readonly Finding[];
  readonly instruments: readonly InstrumentCoverage[];
}

/** Of a list so long as gaps may be, no more than a person can read stands for each station; the figures count them all. */
export function continuousMonitoring(
  rule: RuleOf<'continuousMonitoring'>,
  records: Pick<StationRecords, 'gaps' | 'watched' | 'work'>,
  countedToMs: number,
  window: ObligationWindow,
): MonitoringResult {
  const counted = clip({ fromMs: Number.NEGATIVE_INFINITY, toMs: countedToMs }, window);
  const findings: Finding[] = [];
  if (countedToMs < window.toMs - notYetMs)
    findings.push(
      ...findingIn(window, { state: 'notMeasured', cause: 'notYetCounted', fromMs: Math.max(window.fromMs, countedToMs), toMs: null }),
    );
  if (records.watched.length === 0) {
    if (counted !== null) findings.push(...findingIn(window, { state: 'notMeasured', cause: 'beforeRecords', ...counted }));
    return { findings, instruments: [] };
  }
  if (counted === null) return { findings, instruments: [] };
  const sinceMs = Math.min(...records.watched.map((watched) => watched.fromMs));
  if (sinceMs > counted.fromMs)
    findings.push(
      ...findingIn(window, { state: 'notMeasured', cause: 'beforeRecords', fromMs: counted.fromMs, toMs: Math.min(sinceMs, counted.toMs) }),
    );
  const gaps = joinedGaps(records.gaps, counted.toMs);
  const instruments = coverageOf(records, gaps, counted);
  for (const gap of gaps) {
    const lengthMs = gap.toMs - gap.fromMs;
    const isPermitted = totalMs(without([gap], permittedSpans(records.work, gap.pointId, counted.toMs))) <= rule.longestGap;
    const isLong = lengthMs > rule.longestGap;
    const isWarning = gap.isOpen && !isLong && lengthMs > rule.warnAfter;
    findings.push(
      ...findingIn(window, {
        state: isLong && !isPermitted ? 'breached' : isWarning ? 'atRisk' : 'notMeasured',
        cause: isLong && isPermitted ? 'underWork' : gap.reason,
        subject: gap.pointId,
        fromMs: gap.fromMs,
        toMs: gap.isOpen ? null : gap.toMs,
      }),
    );
  }
  const toCome = records.watched.filter(({ toMs }) => toMs === null).length * Math.max(0, window.plannedToMs - counted.toMs);
  findings.push(...coverageFinding(rule, instruments, toCome, window));
  return { findings, instruments };
}

/** The count is a few minutes behind by nature. */
const notYetMs = 30 * 60_000;

function coverageOf(
  records: Pick<StationRecords, 'watched'>,
  gaps: ReturnType<typeof joinedGaps>,
  counted: { readonly fromMs: number; readonly toMs: number },
): InstrumentCoverage[] {
  const gapsByPoint = Map.groupBy(gaps, (gap) => gap.pointId);
  return [...Map.groupBy(records.watched, (watched) => watched.pointId)].flatMap(([pointId, spans]) => {
    const expected = spans.flatMap((span) => clip({ fromMs: span.fromMs, toMs: span.toMs ?? counted.toMs }, counted) ?? []);
    const expectedMs = totalMs(expected);
    if (expectedMs === 0) return [];
    const own = intersectionOf(gapsByPoint.get(pointId) ?? [], expected);
    return [
      {
        pointId,
        expectedMs,
        measuredMs: expectedMs - totalMs(own),
        gaps: own.length,
        longestGapMs: Math.max(0, ...own.map((gap) => gap.toMs - gap.fromMs)),
      },
    ];
  });
}

/** Over the whole period, also where a part of it is still to come: what may be missing of a month is 3.6 h, on its first day too. */
function coverageFinding(
  rule: RuleOf<'continuousMonitoring'>,
  instruments: readonly InstrumentCoverage[],
  toComeMs: number,
  window: ObligationWindow,
): Finding[] {
  const expectedMs = instruments.reduce((sum, instrument) => sum + instrument.expectedMs, 0);
  const missingMs = expectedMs - instruments.reduce((sum, instrument) => sum + instrument.measuredMs, 0);
  const allowedMs = (1 - rule.coverage) * (expectedMs + (window.plannedToMs > window.toMs ? toComeMs : 0));
  if (expectedMs === 0 || missingMs <= allowedMs * rule.warnAtUsed || missingMs === 0) return [];
  const isBreached = missingMs > allowedMs;
  if (!isBreached && window.plannedToMs <= window.toMs) return [];
  return findingIn(window, {
    state: isBreached ? 'breached' : 'atRisk',
    cause: isBreached ? 'lowCoverage' : 'coverageFalling',
    fromMs: window.toMs - 1,
    toMs: null,
    detail: { coverage: 1 - missingMs / expectedMs, required: rule.coverage },
  });
}
