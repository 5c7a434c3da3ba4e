// The page for an inspector who comes without notice: was the station watched last night and by whom, do the detectors work, when were they calibrated,
// when was the last drill, what is open. Everything from the records, at this moment; what has no record is said to have none.
import type { Inspection } from '../../domain/api/obligations-api.ts';
import { assumedResponseMs } from '../../domain/duty/duty-plan.ts';
import { planFor } from '../../domain/incidents/response-plan.ts';
import { worstOf } from '../../domain/obligations/evaluate.ts';
import { continuousMonitoring } from '../../domain/obligations/evaluators/continuous-monitoring.ts';
import { validSpans } from '../../domain/obligations/evaluators/detector-calibration.ts';
import type { Finding, ObligationWindow } from '../../domain/obligations/obligation.ts';
import type { CompanyRecords, StationRecords } from '../../domain/obligations/records.ts';
import type { RuleOf } from '../../domain/obligations/rule-pack.ts';
import { intersectionOf, totalMs } from '../../domain/obligations/spans.ts';
import type { Plant, Station } from '../../domain/plant/plant.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import { dateAt, momentOf } from '../../domain/time/zoned-time.ts';
import { appliesTo, judgeOne } from './judge-period.ts';
import type { ObligationBook } from './obligation-book.ts';
import { monthOf } from './obligation-watch.ts';

const findingsShown = 20;

export async function inspectionOf(plant: Plant, book: ObligationBook, station: Station, nowMs: number): Promise<Inspection> {
  const zone = plant.company.timeZone;
  const month = monthOf(nowMs, zone);
  const night = lastNight(nowMs, zone);
  const window = book.window(Math.min(month.fromMs, night.fromMs), month.toMs);
  const { records, sourcesOf } = await book.records(window, new Set([station.id]));
  const own = records.stations.get(station.id);
  if (own === undefined) throw new Error(`no records of ${station.id}`);
  const states = [station, null].flatMap((place) =>
    book.pack.obligations
      .filter((obligation) => appliesTo(obligation, place))
      .map((obligation) => {
        const { stateAtEnd, findings } = judgeOne(obligation, place, records, sourcesOf, window);
        const open = findings.filter((finding) => finding.isOpen && finding.state === stateAtEnd);
        return {
          obligationId: obligation.id,
          name: obligation.name,
          scope: obligation.scope,
          state: stateAtEnd,
          findings: open.slice(0, findingsShown),
        };
      }),
  );
  const gasFindings = judgedFindings(book, 'gasDetection', station, records, sourcesOf, window);
  const { watches } = records.company;
  const onDuty = (from: number, to: number) => consolesOf(plant, watches, from, to);
  return {
    stationId: station.id,
    stationType: station.type,
    atMs: nowMs,
    night: {
      ...night,
      ...nightFigures(book, own, records.company, { ...window, ...night, plannedToMs: night.toMs }),
      consoles: onDuty(night.fromMs, night.toMs),
    },
    onDutyNow: onDuty(nowMs, nowMs + 1),
    detectors: own.facts.detectors.map((pointId) => detectorOf(plant, pointId, own, records.company, gasFindings, nowMs)),
    plan: planOf(plant, station),
    drills: own.drills
      .toSorted((one, other) => other.closedAtMs - one.closedAtMs)
      .slice(0, 4)
      .map((drill) => ({ ...drill })),
    hazards:
      own.hazards
        ?.filter((hazard) => hazard.closedAtMs === null)
        .map(({ number, title, grade, openedAtMs, deadlines }) => ({
          number,
          title,
          grade,
          openedAtMs,
          dueAtMs: deadlines.at(-1)?.dueAtMs ?? null,
        })) ?? null,
    states,
  };
}

/** 20:00 to 08:00: the newest night of which at least half is over; up to now, where it is not over yet. */
export function lastNight(nowMs: number, zone: string): { readonly fromMs: number; readonly toMs: number } {
  const today = dateAt(nowMs, zone);
  const nightOf = (evening: string) => ({
    fromMs: momentOf(evening, '20:00', zone),
    toMs: Math.min(nowMs, momentOf(addDays(evening, 1), '08:00', zone)),
  });
  const newest = nightOf(addDays(today, -1));
  return nowMs - newest.fromMs >= 6 * 3_600_000 ? newest : nightOf(addDays(today, -2));
}

type Records = Awaited<ReturnType<ObligationBook['records']>>;

function judgedFindings(
  book: ObligationBook,
  evaluator: 'gasDetection',
  station: Station,
  records: Records['records'],
  sourcesOf: Records['sourcesOf'],
  window: ObligationWindow,
): readonly Finding[] {
  const obligation = book.pack.obligations.find(({ rule }) => rule.evaluator === evaluator);
  return obligation === undefined ? [] : judgeOne(obligation, station, records, sourcesOf, window).findings.filter(({ isOpen }) => isOpen);
}

const usualMonitoring: RuleOf<'continuousMonitoring'> = {
  evaluator: 'continuousMonitoring',
  coverage: 0.995,
  longestGap: 600_000,
  warnAfter: 300_000,
  warnAtUsed: 0.5,
};

function nightFigures(book: ObligationBook, own: StationRecords, company: CompanyRecords, window: ObligationWindow) {
  const rule = book.pack.obligations
    .map((obligation) => obligation.rule)
    .find((candidate) => candidate.evaluator === 'continuousMonitoring');
  const { findings, instruments } = continuousMonitoring(rule ?? usualMonitoring, own, company.countedToMs, window);
  const expectedMs = instruments.reduce((sum, { expectedMs: each }) => sum + each, 0);
  const asked = company.checks.filter(
    (check) => check.outcome !== 'void' && check.askedAtMs >= window.fromMs && check.askedAtMs < window.toMs,
  );
  const announced = own.announcements.filter((each) => each.announcedAtMs >= window.fromMs && each.announcedAtMs < window.toMs);
  const isLate = (each: (typeof announced)[number]) =>
    (each.acknowledgedAtMs ?? (each.isWaiting ? window.nowMs : (each.withdrawnAtMs ?? each.announcedAtMs))) - each.announcedAtMs >
    (each.responseTimeMs ?? assumedResponseMs[each.priority]);
  const there = intersectionOf(company.presence, [window]);
  return {
    serverShare: totalMs(there) / Math.max(1, window.toMs - window.fromMs),
    coverage: expectedMs === 0 ? null : instruments.reduce((sum, { measuredMs }) => sum + measuredMs, 0) / expectedMs,
    gaps: findings
      .toSorted((one, other) => other.toMs - other.fromMs - (one.toMs - one.fromMs))
      .slice(0, findingsShown)
      .toSorted((one, other) => one.fromMs - other.fromMs),
    checks: {
      asked: asked.length,
      answered: asked.filter(({ outcome }) => outcome === 'answered').length,
      missed: asked.filter(({ outcome }) => outcome === 'missed').length,
    },
    alarms: {
      announced: announced.length,
      late: announced.filter(isLate).length,
      waiting: announced.filter(({ isWaiting }) => isWaiting).length,
    },
  };
}

function consolesOf(plant: Plant, watches: CompanyRecords['watches'], fromMs: number, toMs: number): Inspection['onDutyNow'] {
  return plant.duty.consoles.map(({ id, name }) => ({
    consoleId: id,
    name,
    people: watches
      .filter((watch) => watch.consoleId === id && watch.fromMs < toMs && (watch.toMs ?? Number.POSITIVE_INFINITY) > fromMs)
      .toSorted((one, other) => one.fromMs - other.fromMs)
      .map((watch) => ({ displayName: watch.displayName, fromMs: watch.fromMs, toMs: watch.toMs })),
  }));
}

function detectorOf(
  plant: Plant,
  pointId: string,
  own: StationRecords,
  company: CompanyRecords,
  gasFindings: readonly Finding[],
  nowMs: number,
): Inspection['detectors'][number] {
  const alarmsOf = (id: string) =>
    plant.points[plant.pointIndexById.get(id) ?? -1]?.alarmIndexes.flatMap((index) => plant.alarms[index]?.id ?? []) ?? [];
  const subjects = new Set([pointId, ...alarmsOf(pointId)]);
  const causes = gasFindings.filter((finding) => finding.subject === null || subjects.has(finding.subject));
  const held = company.certificates.filter(({ holder }) => holder.kind === 'instrument' && holder.id === pointId);
  const valid = held.filter((certificate) => validSpans([certificate]).some((span) => span.fromMs <= nowMs && nowMs < span.toMs));
  const shown = (valid.length > 0 ? valid : held).toSorted((one, other) => other.expiresAtMs - one.expiresAtMs)[0];
  const test = own.loopTests.filter((each) => each.pointId === pointId).toSorted((one, other) => other.atMs - one.atMs)[0];
  return {
    pointId,
    name: plant.points[plant.pointIndexById.get(pointId) ?? -1]?.name ?? { zh: pointId, en: pointId },
    state: worstOf(causes.map(({ state }) => state)),
    causes: [...causes],
    certificate:
      shown === undefined
        ? null
        : { number: shown.number, expiresAtMs: Math.min(shown.expiresAtMs, shown.revokedAtMs ?? shown.expiresAtMs) },
    lastLoopTestMs: test?.atMs ?? null,
    isLoopTestPassed: test?.isPassed ?? false,
  };
}

function planOf(plant: Plant, station: Station): Inspection['plan'] {
  const plan = planFor(plant.responsePlans, station, null);
  return { exists: plan.planIds.length > 0, revised: plan.revised };
}
