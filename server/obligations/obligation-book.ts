// Answers questions about obligations over any period, from the records: never from what was once answered. Changes nothing.
import type { ObligationDetail, ObligationMatrix } from '../../domain/api/obligations-api.ts';
import type { SourceFindings } from '../../domain/obligations/evaluate.ts';
import type { Finding, ObligationWindow } from '../../domain/obligations/obligation.ts';
import type { RulePack, SourceName } from '../../domain/obligations/rule-pack.ts';
import type { Span } from '../../domain/obligations/spans.ts';
import type { Plant, Station } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Database } from '../journal/database.ts';
import { appliesTo, cellOf, dayStarts, judgeOne, obligationView, packView, periodView, rowsOf, type SourcesOf } from './judge-period.ts';
import { type HazardSource, type PeriodRecords, type ReadOptions, readRecords } from './obligation-records.ts';

/** A part of the system that keeps records of its own and judges them: cameras, patrols, check lists. */
export interface ObligationSource {
  readonly name: SourceName;
  /** By station; a station that is not in it has no such records: not measured. Findings are cut to the span. */
  findings(span: Span): Promise<ReadonlyMap<string, readonly Finding[]>>;
}

export interface BookOptions {
  /** As it is now: approved alarm settings come and go. */
  readonly plant: Plant;
  readonly pack: RulePack;
  readonly database: Database;
  readonly countedToMs: () => number;
  readonly clock: Clock;
  readonly hazards: HazardSource | null;
  readonly sources: readonly ObligationSource[];
}

const findingsMost = 1_000;
const historyMost = 200;

export class ObligationBook {
  readonly pack: RulePack;
  readonly #options: BookOptions;

  constructor(options: BookOptions) {
    this.#options = options;
    this.pack = options.pack;
  }

  /** A period that is not over is judged up to now. */
  window(fromMs: number, plannedToMs: number): ObligationWindow {
    const nowMs = this.#options.clock.nowMs();
    return { fromMs, toMs: Math.max(fromMs, Math.min(plannedToMs, nowMs)), plannedToMs, nowMs };
  }

  async records(
    window: Span,
    stationIds: ReadonlySet<string> | null,
    options: ReadOptions = {},
  ): Promise<{ readonly records: PeriodRecords; readonly sourcesOf: SourcesOf }> {
    const [records, ...answers] = await Promise.all([
      readRecords(this.#options, window, stationIds, options),
      ...this.#options.sources.map(async (source) => ({ name: source.name, findings: await source.findings(window) })),
    ]);
    const sourcesOf = (stationId: string): SourceFindings =>
      Object.fromEntries(
        answers.flatMap(({ name, findings }) => {
          const own = findings.get(stationId);
          return own === undefined ? [] : [[name, own]];
        }),
      );
    return { records, sourcesOf };
  }

  async matrix(window: ObligationWindow, stations: readonly Station[], withCompany: boolean): Promise<ObligationMatrix> {
    const { plant, pack } = this.#options;
    const { records, sourcesOf } = await this.records(window, new Set(stations.map(({ id }) => id)));
    return {
      pack: packView(pack),
      period: periodView(window, plant.company.timeZone),
      rows: await rowsOf({ plant, pack, stations, withCompany, records, sourcesOf, window }),
    };
  }

  /** Null where there is no such obligation, or not for this station. */
  async detail(obligationId: string, station: Station | null, window: ObligationWindow): Promise<ObligationDetail | null> {
    const { plant, pack, database } = this.#options;
    const obligation = pack.obligations.find((candidate) => candidate.id === obligationId);
    if (obligation === undefined || !appliesTo(obligation, station)) return null;
    const { records, sourcesOf } = await this.records(window, new Set(station === null ? [] : [station.id]));
    const judgement = judgeOne(obligation, station, records, sourcesOf, window);
    const history = await database
      .selectFrom('obligation_state')
      .selectAll()
      .where('obligation_id', '=', obligationId)
      .where('station_id', '=', station?.id ?? '')
      .where('from_ms', '<', window.toMs)
      .where((where) => where.or([where('to_ms', 'is', null), where('to_ms', '>', window.fromMs)]))
      .orderBy('from_ms', 'desc')
      .limit(historyMost)
      .execute();
    return {
      obligation: obligationView(obligation),
      stationId: station?.id ?? null,
      period: periodView(window, plant.company.timeZone),
      cell: cellOf(obligation, judgement, window, dayStarts(plant.company.timeZone, window)),
      findings: mostTelling(judgement.findings),
      findingsInAll: judgement.findings.length,
      instruments: judgement.instruments.map((instrument) => ({ ...instrument })),
      history: history.map((row) => ({ state: stateOf(row.state), fromMs: row.from_ms, toMs: row.to_ms })),
    };
  }
}

function stateOf(text: string): ObligationDetail['history'][number]['state'] {
  return text === 'met' || text === 'atRisk' || text === 'breached' ? text : 'notMeasured';
}

/** Breaches first, then the longest, told in order of time. */
function mostTelling(findings: readonly Finding[]): Finding[] {
  if (findings.length <= findingsMost) return [...findings];
  const rank = { breached: 0, atRisk: 1, notMeasured: 2 } as const;
  return findings
    .toSorted((one, other) => rank[one.state] - rank[other.state] || other.toMs - other.fromMs - (one.toMs - one.fromMs))
    .slice(0, findingsMost)
    .toSorted((one, other) => one.fromMs - other.fromMs);
}
