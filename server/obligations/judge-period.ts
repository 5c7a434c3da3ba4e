// Judges obligations over a period for stations and the company: which apply where, day by day for the trend, and what the screens are told.
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { ObligationCell, ObligationMatrix, ObligationRow, ObligationView } from '../../domain/api/obligations-api.ts';
import { type Judgement, judge, type SourceFindings, worstOf } from '../../domain/obligations/evaluate.ts';
import type { ObligationState, ObligationWindow } from '../../domain/obligations/obligation.ts';
import type { Obligation, RulePack } from '../../domain/obligations/rule-pack.ts';
import type { Plant, Station } from '../../domain/plant/plant.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import { dateAt, momentOf } from '../../domain/time/zoned-time.ts';
import type { PeriodRecords } from './obligation-records.ts';

/** Some milliseconds of work. */
export const stationsAtOnce = 5;

export type SourcesOf = (stationId: string) => SourceFindings;

export function appliesTo(obligation: Obligation, station: Station | null): boolean {
  if (station === null) return obligation.scope === 'company';
  return obligation.scope === 'station' && (obligation.stationTypes === undefined || obligation.stationTypes.includes(station.type));
}

/** `station` null: the company. */
export function judgeOne(
  obligation: Obligation,
  station: Station | null,
  records: PeriodRecords,
  sourcesOf: SourcesOf,
  window: ObligationWindow,
): Judgement {
  return judge(
    obligation,
    {
      station: station === null ? null : (records.stations.get(station.id) ?? null),
      company: records.company,
      sources: station === null ? {} : sourcesOf(station.id),
    },
    window,
  );
}

/** Between some stations everybody else has a turn: no alarm waits for a report. */
export async function rowsOf(options: {
  readonly plant: Plant;
  readonly pack: RulePack;
  readonly stations: readonly Station[];
  readonly withCompany: boolean;
  readonly records: PeriodRecords;
  readonly sourcesOf: SourcesOf;
  readonly window: ObligationWindow;
}): Promise<ObligationRow[]> {
  const { pack, stations, records, sourcesOf, window } = options;
  const dayStartsMs = dayStarts(options.plant.company.timeZone, window);
  const rowOf = (station: Station | null): ObligationRow => ({
    stationId: station?.id ?? null,
    cells: pack.obligations
      .filter((obligation) => appliesTo(obligation, station))
      .map((obligation) => cellOf(obligation, judgeOne(obligation, station, records, sourcesOf, window), window, dayStartsMs)),
  });
  const rows = options.withCompany ? [rowOf(null)] : [];
  for (const [index, station] of stations.entries()) {
    rows.push(rowOf(station));
    if (index % stationsAtOnce === stationsAtOnce - 1) await turnOfOthers();
  }
  return rows;
}

export function cellOf(
  obligation: Obligation,
  { state, stateAtEnd, figures, findings }: Judgement,
  window: ObligationWindow,
  dayStartsMs: readonly number[],
): ObligationCell {
  return {
    obligationId: obligation.id,
    state,
    stateAtEnd,
    ...figures,
    days: daysOf(obligation, findings, window, dayStartsMs),
  };
}

/** Beginning of each day of the period by the plant's calendar, also of those to come. */
export function dayStarts(zone: string, { fromMs, plannedToMs }: ObligationWindow): number[] {
  const starts: number[] = [];
  for (let date = dateAt(fromMs, zone); ; date = addDays(date, 1)) {
    const startMs = momentOf(date, '00:00', zone);
    if (startMs >= plannedToMs) return starts;
    starts.push(startMs);
  }
}

function daysOf(
  obligation: Obligation,
  findings: Judgement['findings'],
  window: ObligationWindow,
  dayStartsMs: readonly number[],
): (ObligationState | null)[] {
  const isMonitoring = obligation.rule.evaluator === 'continuousMonitoring';
  const states = dayStartsMs.map((startMs): ObligationState[] | null => (startMs >= window.toMs ? null : []));
  for (const finding of findings) {
    if (isMonitoring && finding.state === 'notMeasured' && finding.subject !== null) continue;
    let day = lastNotAfter(dayStartsMs, finding.fromMs);
    for (; day < dayStartsMs.length; day += 1) {
      if (day > lastNotAfter(dayStartsMs, Math.max(finding.fromMs, finding.toMs - 1))) break;
      states[day]?.push(finding.state);
    }
  }
  return states.map((all) => (all === null ? null : worstOf(all)));
}

function lastNotAfter(startsMs: readonly number[], atMs: number): number {
  let low = 0;
  let high = startsMs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((startsMs[middle] ?? 0) <= atMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function obligationView(obligation: Obligation): ObligationView {
  const { id, name, shortName, scope, clauses, unmeasuredAllowed, rule } = obligation;
  return { id, name, shortName, scope, clauses, unmeasuredAllowed, evaluator: rule.evaluator };
}

export function packView(pack: RulePack): ObligationMatrix['pack'] {
  const { id, version, name, sources, obligations } = pack;
  return { id, version, name, sources, obligations: obligations.map(obligationView) };
}

export function periodView(window: ObligationWindow, zone: string): ObligationMatrix['period'] {
  return { fromMs: window.fromMs, plannedToMs: window.plannedToMs, toMs: window.toMs, dayStartsMs: dayStarts(zone, window) };
}
