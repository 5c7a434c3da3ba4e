// Patrols and check lists as obligations see them: rounds that are due, late or missed, points confirmed by hand, failed items without a hazard. A station for
// which no round is planned is not measured.
import { type Finding, type FindingCause, type FindingState, findingIn } from '../../domain/obligations/obligation.ts';
import type { Span } from '../../domain/obligations/spans.ts';
import { isOpenPatrol, type PatrolRecord, patrolRecordSchema } from '../../domain/patrols/patrol.ts';
import type { PatrolKind } from '../../domain/patrols/patrol-settings.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Database } from '../journal/database.ts';
import type { ObligationSource } from '../obligations/obligation-book.ts';
import type { PatrolFindingTable, PatrolPlanTable } from './patrol-tables.ts';

/** A month's rounds may reach into what is asked for. */
const reachBackMs = 32 * 86_400_000;
/** The ledger of hazards has a finding within a moment; what takes longer is a failure. */
const hazardWithinMs = 10 * 60_000;

type Part = Parameters<typeof findingIn>[1];
interface Presence {
  readonly fromMs: number;
  readonly toMs: number;
}

export function patrolSource(
  kind: PatrolKind,
  options: { readonly plant: Plant; readonly database: Database; readonly clock: Clock },
): ObligationSource {
  const { plant, database, clock } = options;
  return {
    name: kind === 'patrol' ? 'patrol' : 'checkLists',
    async findings(span) {
      const [plans, patrols, found, presence] = await Promise.all([
        database.selectFrom('patrol_plan').selectAll().where('kind', '=', kind).where('since_ms', '<', span.toMs).execute(),
        database
          .selectFrom('patrol')
          .select('record')
          .where('kind', '=', kind)
          .where('planned_at_ms', '<', span.toMs)
          .where('planned_at_ms', '>=', span.fromMs - reachBackMs)
          .orderBy('planned_at_ms')
          .execute(),
        database.selectFrom('patrol_finding').selectAll().where('kind', '=', kind).where('at_ms', '<', span.toMs).execute(),
        database.selectFrom('server_presence').selectAll().orderBy('from_ms').execute(),
      ]);
      const records = patrols.map((row) => patrolRecordSchema.parse(JSON.parse(row.record)));
      const newest = presence.at(-1);
      const wasThere = presence.map((row) => ({
        fromMs: row.from_ms,
        toMs: row === newest ? Math.max(row.to_ms, clock.nowMs()) : row.to_ms,
      }));
      const plansOf = Map.groupBy(plans, (row) => row.station_id);
      const recordsOf = Map.groupBy(records, ({ stationId }) => stationId);
      const foundOf = Map.groupBy(found, (row) => row.station_id);
      return new Map(
        plant.stations.map(({ id: stationId }): [string, readonly Finding[]] => [
          stationId,
          partsOf(span, plansOf.get(stationId) ?? [], recordsOf.get(stationId) ?? [], foundOf.get(stationId) ?? [], wasThere).flatMap(
            (part) => findingIn({ ...span, plannedToMs: span.toMs, nowMs: span.toMs }, part),
          ),
        ]),
      );
    },
  };
}

function partsOf(
  span: Span,
  plans: readonly PatrolPlanTable[],
  records: readonly PatrolRecord[],
  found: readonly PatrolFindingTable[],
  presence: readonly Presence[],
): Part[] {
  return [
    ...withoutPlan(span, plans),
    ...records.flatMap((record) => partsOfRound(record, records, presence, span.toMs)),
    ...found.flatMap(withoutHazard),
  ];
}

/** Time in which the station had no round in the plant file. */
function withoutPlan(span: Span, plans: readonly PatrolPlanTable[]): Part[] {
  const parts: Part[] = [];
  let toMs = span.fromMs;
  for (const plan of plans.toSorted((one, other) => one.since_ms - other.since_ms)) {
    if (plan.since_ms > toMs)
      parts.push(part('notMeasured', toMs === span.fromMs ? 'beforeRecords' : 'noRounds', null, toMs, plan.since_ms));
    toMs = Math.max(toMs, plan.to_ms ?? Number.POSITIVE_INFINITY);
  }
  if (toMs < span.toMs) parts.push(part('notMeasured', 'noRounds', null, toMs, null));
  return parts;
}

function partsOfRound(record: PatrolRecord, all: readonly PatrolRecord[], presence: readonly Presence[], nowMs: number): Part[] {
  const { name, plannedAtMs, warnAtMs, dueAtMs, completedAtMs } = record;
  const detail = { title: name.zh, dueMs: dueAtMs };
  const byHand = record.visits
    .filter(({ proof, codeFault }) => proof === 'hand' || codeFault !== null)
    .map((visit) =>
      part('atRisk', 'confirmedByHand', visit.placeId, visit.atMs, visit.atMs, {
        title: record.points.find(({ placeId }) => placeId === visit.placeId)?.name.zh ?? '',
        by: visit.by.displayName,
      }),
    );
  // While no server was there to open it, nobody could know of it.
  const wasThere = presence.some(({ fromMs, toMs }) => fromMs < dueAtMs && toMs > plannedAtMs);
  if (!wasThere && record.visits.length === 0)
    return [part('notMeasured', 'serverAway', null, plannedAtMs, dueAtMs, { title: name.zh }), ...byHand];
  const warned: Part[] =
    completedAtMs !== null && completedAtMs <= warnAtMs
      ? []
      : [part('atRisk', 'roundDue', null, warnAtMs, Math.min(completedAtMs ?? dueAtMs, dueAtMs), detail)];
  if (completedAtMs !== null && completedAtMs <= dueAtMs) return [...byHand, ...warned];
  if (dueAtMs > nowMs) return [...byHand, ...(warnAtMs <= nowMs ? warned : [])];
  // What was not done lasts until it is made up for, or until the round is next walked.
  const next = all.find(
    (other) => other.roundId === record.roundId && other.plannedAtMs > plannedAtMs && !isOpenPatrol(other) && other.completedAtMs !== null,
  );
  const endMs = Math.min(completedAtMs ?? Number.POSITIVE_INFINITY, next?.completedAtMs ?? Number.POSITIVE_INFINITY);
  const isMissed = record.state === 'missed';
  return [
    ...byHand,
    ...warned,
    part(
      'breached',
      isMissed ? 'roundMissed' : 'roundLate',
      null,
      dueAtMs,
      Number.isFinite(endMs) ? Math.max(endMs, dueAtMs + 1) : null,
      detail,
    ),
  ];
}

function withoutHazard(row: PatrolFindingTable): Part[] {
  const dueAtMs = row.at_ms + hazardWithinMs;
  if (row.hazard_at_ms !== null && row.hazard_at_ms <= dueAtMs) return [];
  return [part('breached', 'itemWithoutHazard', row.place_id, dueAtMs, row.hazard_at_ms)];
}

function part(
  state: FindingState,
  cause: FindingCause,
  subject: string | null,
  fromMs: number,
  toMs: number | null,
  detail: Finding['detail'] = {},
): Part {
  return { state, cause, subject, fromMs, toMs, detail };
}
