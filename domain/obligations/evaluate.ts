// Judges one obligation over one period: findings from the records, and the verdict that follows from them. Pure.
import { alarmResponse } from './evaluators/alarm-response.ts';
import { certifiedPeople } from './evaluators/certified-people.ts';
import { continuousMonitoring, type InstrumentCoverage } from './evaluators/continuous-monitoring.ts';
import { detectorCalibration } from './evaluators/detector-calibration.ts';
import { dutyWatch } from './evaluators/duty-watch.ts';
import { emergencyReadiness } from './evaluators/emergency-readiness.ts';
import { gasDetection } from './evaluators/gas-detection.ts';
import { hazards } from './evaluators/hazards.ts';
import { pressureProtection } from './evaluators/pressure-protection.ts';
import { noSource } from './no-record.ts';
import { type Finding, findingIn, type ObligationState, type ObligationWindow } from './obligation.ts';
import type { CompanyRecords, StationRecords } from './records.ts';
import type { Obligation, SourceName } from './rule-pack.ts';
import { totalMs, unionOf, without } from './spans.ts';

/** What other parts of the system found for a station; undefined where there is no such part. */
export type SourceFindings = Readonly<Partial<Record<SourceName, readonly Finding[]>>>;

export interface Judgement {
  readonly state: ObligationState;
  readonly stateAtEnd: ObligationState;
  readonly findings: readonly Finding[];
  readonly figures: ObligationFigures;
  readonly instruments: readonly InstrumentCoverage[];
}

export interface ObligationFigures {
  readonly lengthMs: number;
  readonly breachedMs: number;
  readonly notMeasuredMs: number;
  readonly atRiskMs: number;
  readonly breaches: number;
  /** Share of the time of all instruments with a good reading; null where it is not about instruments. */
  readonly coverage: number | null;
}

const rank: Readonly<Record<ObligationState, number>> = { met: 0, atRisk: 1, notMeasured: 2, breached: 3 };

export function worstOf(states: readonly ObligationState[]): ObligationState {
  return states.reduce<ObligationState>((worst, state) => (rank[state] > rank[worst] ? state : worst), 'met');
}

/** `station` null: for the company. Null where the obligation is not about this. */
export function judge(
  obligation: Obligation,
  input: { readonly station: StationRecords | null; readonly company: CompanyRecords; readonly sources: SourceFindings },
  window: ObligationWindow,
): Judgement {
  const { findings, instruments } = findingsOf(obligation, input, window);
  const ordered = [...findings].sort((one, other) => one.fromMs - other.fromMs || (one.subject ?? '').localeCompare(other.subject ?? ''));
  const figures = figuresOf(ordered, instruments, window);
  return {
    state: verdictOf(obligation, ordered, figures),
    stateAtEnd:
      window.toMs <= window.fromMs
        ? 'notMeasured'
        : worstOf(ordered.filter((finding) => finding.isOpen && !isOneOfMany(obligation, finding)).map(({ state }) => state)),
    findings: ordered,
    figures,
    instruments,
  };
}

/** A short gap of one instrument is measured by the share of time that may be missing, not by itself. [OB4] */
function isOneOfMany({ rule }: Obligation, finding: Finding): boolean {
  return rule.evaluator === 'continuousMonitoring' && finding.state === 'notMeasured' && finding.subject !== null;
}

function findingsOf(
  { rule }: Obligation,
  {
    station,
    company,
    sources,
  }: { readonly station: StationRecords | null; readonly company: CompanyRecords; readonly sources: SourceFindings },
  window: ObligationWindow,
): { readonly findings: readonly Finding[]; readonly instruments: readonly InstrumentCoverage[] } {
  const plain = (findings: readonly Finding[]) => ({ findings, instruments: [] });
  if (rule.evaluator === 'dutyWatch') return plain(dutyWatch(rule, company, window));
  if (rule.evaluator === 'certifiedPeople') return plain(certifiedPeople(rule, company, window));
  if (station === null) return plain(noSource(window));
  switch (rule.evaluator) {
    case 'continuousMonitoring':
      return continuousMonitoring(rule, station, company.countedToMs, window);
    case 'gasDetection':
      return plain(gasDetection(rule, station, company, window));
    case 'detectorCalibration':
      return plain(detectorCalibration(rule, station, company, window));
    case 'pressureProtection':
      return plain(pressureProtection(rule, station, company, window));
    case 'alarmResponse':
      return plain(alarmResponse(rule, station, company, window));
    case 'emergencyReadiness':
      return plain(emergencyReadiness(rule, station, window));
    case 'hazards':
      return plain(hazards(rule, station, company, window));
    case 'source':
      return plain(
        (sources[rule.source] ?? noSource(window)).flatMap((finding) =>
          findingIn(window, { ...finding, toMs: finding.isOpen ? null : finding.toMs }),
        ),
      );
  }
}

function figuresOf(findings: readonly Finding[], instruments: readonly InstrumentCoverage[], window: ObligationWindow): ObligationFigures {
  const isMonitoring = instruments.length > 0;
  const of = (state: Finding['state']) =>
    unionOf(
      findings.filter((finding) => finding.state === state && !(isMonitoring && finding.subject !== null && state === 'notMeasured')),
    );
  const breached = of('breached');
  const notMeasured = without(of('notMeasured'), breached);
  const atRisk = without(of('atRisk'), [...breached, ...notMeasured]);
  const expectedMs = instruments.reduce((sum, instrument) => sum + instrument.expectedMs, 0);
  return {
    lengthMs: window.toMs - window.fromMs,
    breachedMs: totalMs(breached),
    notMeasuredMs: totalMs(notMeasured),
    atRiskMs: totalMs(atRisk),
    breaches: findings.filter(({ state }) => state === 'breached').length,
    coverage: expectedMs === 0 ? null : instruments.reduce((sum, instrument) => sum + instrument.measuredMs, 0) / expectedMs,
  };
}

/** [OB19] A breach is a breach; a period of which too much is without a record is not measured; only then can it be met. */
function verdictOf(obligation: Obligation, findings: readonly Finding[], figures: ObligationFigures): ObligationState {
  if (figures.breaches > 0) return 'breached';
  if (figures.lengthMs <= 0 || figures.notMeasuredMs > obligation.unmeasuredAllowed * figures.lengthMs) return 'notMeasured';
  return findings.some((finding) => finding.isOpen && finding.state === 'atRisk') ? 'atRisk' : 'met';
}
