// Patrols and check lists as obligations see them: rounds that are due, late or missed, points confirmed by hand, failed items without a hazard. A station for
// which no round is planned is not measured. Asked once a minute for all stations: reads columns, and records only where something was done by hand. [PT13]
import { type Finding, type FindingCause, type FindingState, findingIn } from '../../domain/obligations/obligation.ts';
import type { Span } from '../../domain/obligations/spans.ts';
import { patrolRecordSchema } from '../../domain/patrols/patrol.ts';
import type { PatrolKind } from '../../domain/patrols/patrol-settings.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Database } from '../journal/database.ts';
import type { ObligationSource } from '../obligations/obligation-book.ts';
import type { PatrolFindingTable, PatrolPlanTable, PatrolTable } from './patrol-tables.ts';

/** A round is missed until it is next walked; one of a month may come from so far back. */
const reachBackMs = 32 * 86_400_000;
/** The ledger of hazards has a finding within a moment; what takes longer is a failure. */
const hazardWithinMs = 10 * 60_000;

type Part = Parameters<typeof findingIn>[1];
type Row = Pick<PatrolTable, (typeof columns)[number]>;
interface Presence {
  readonly fromMs: number;
  readonly toMs: number;
}

const columns = [
  'patrol_id',
  'round_id',
  'station_id',
  'kind',
  'planned_at_ms',
  'due_at_ms',
  'warn_at_ms',
  'cut_at_ms',
  'completed_at_ms',
  'visits',
  'by_hand',
] as const;

export function patrolSource(
  kind: PatrolKind,
  options: { readonly plant: Plant; readonly database: Database; readonly clock: Clock },
): ObligationSource {
  const { plant, database, clock } = options;
  return {
    name: kind === 'patrol' ? 'patrol' : 'checkLists',
    async findings(span) {
      const [plans, rows, standing, byHand, found, presence] = await Promise.all([
        database.selectFrom('patrol_plan').selectAll().where('kind', '=', kind).where('since_ms', '<', span.toMs).execute(),
        rowsOf(database, kind, span),
        standingBefore(database, kind, span.fromMs),
        byHandIn(database, kind, span),
        database
          .selectFrom('patrol_finding')
          .selectAll()
          .where('kind', '=', kind)
          .where('at_ms', '<', span.toMs)
          .where((where) => where.or([where('hazard_id', 'is', null), where('hazard_at_ms', '>', where.ref('at_ms'))]))
          .execute(),
        database.selectFrom('server_presence').selectAll().orderBy('from_ms').execute(),
      ]);
      const newest = presence.at(-1);
      const wasThere = presence.map((row) => ({
        fromMs: row.from_ms,
        toMs: row === newest ? Math.max(row.to_ms, clock.nowMs()) : row.to_ms,
      }));
      const names = new Map(plant.patrols.rounds.map(({ id, name }) => [id, name.zh]));
      const plansOf = Map.groupBy(plans, (row) => row.station_id);
      const all = [...standing, ...rows];
      const rowsAt = Map.groupBy(all, (row) => row.station_id);
      const walkedAt = Map.groupBy(await walkedOf(database, kind, all, span.toMs), (row) => row.station_id);
      const byHandAt = Map.groupBy(byHand, ({ stationId }) => stationId);
      const foundAt = Map.groupBy(found, (row) => row.station_id);
      const window = { ...span, plannedToMs: span.toMs, nowMs: span.toMs };
      return new Map(
        plant.stations.map(({ id }): [string, readonly Finding[]] => {
          const walked = walkedAt.get(id) ?? [];
          const parts = [
            ...withoutPlan(span, plansOf.get(id) ?? []),
            ...(rowsAt.get(id) ?? []).flatMap((row) =>
              partsOfRound(row, walked, wasThere, names.get(row.round_id) ?? row.round_id, span.toMs),
            ),
            ...(byHandAt.get(id) ?? []).map(({ part: made }) => made),
            ...(foundAt.get(id) ?? []).flatMap(withoutHazard),
          ];
          return [id, parts.flatMap((each) => findingIn(window, each))];
        }),
      );
    },
  };
}

/**
 * Of those whose time lies in the span, the ones that were not walked in good time; and those that were made up for in it. Two questions, so that each has its
 * index.
 */
async function rowsOf(database: Database, kind: PatrolKind, { fromMs, toMs }: Span): Promise<Row[]> {
  const patrols = () => database.selectFrom('patrol').select(columns).where('kind', '=', kind);
  const [own, madeUp] = await Promise.all([
    patrols()
      .where('due_at_ms', '>=', fromMs)
      .where('planned_at_ms', '<', toMs)
      .where((where) => where.or([where('completed_at_ms', 'is', null), where('completed_at_ms', '>', where.ref('warn_at_ms'))]))
      .execute(),
    patrols()
      .where('completed_at_ms', '>', fromMs)
      // A sum, so that a database looks by the completion: few were made up for, and all of a month are due.
      .where((where) => where(where('due_at_ms', '+', 0), '<', fromMs))
      .where((where) => where(where('due_at_ms', '+', 0), '>=', fromMs - reachBackMs))
      .execute(),
  ]);
  return [...madeUp, ...own];
}

/** When the rounds of some stations were walked after a moment, in order: what was not done before lasts until then. */
async function walkedOf(database: Database, kind: PatrolKind, rows: readonly Row[], toMs: number): Promise<Row[]> {
  const undone = rows.filter((row) => row.due_at_ms < toMs && (row.completed_at_ms === null || row.completed_at_ms > row.due_at_ms));
  const stationIds = [...new Set(undone.map((row) => row.station_id))];
  const sinceMs = Math.min(...undone.map((row) => row.planned_at_ms));
  const found: Row[] = [];
  for (let start = 0; start < stationIds.length; start += 200)
    found.push(
      ...(await database
        .selectFrom('patrol')
        .select(columns)
        .where('station_id', 'in', stationIds.slice(start, start + 200))
        .where('planned_at_ms', '>', sinceMs)
        .where('planned_at_ms', '<', toMs)
        .where('kind', '=', kind)
        .where('completed_at_ms', 'is not', null)
        .orderBy('planned_at_ms')
        .execute()),
    );
  return found;
}

/** The newest of each round that was not walked before the span, where the round was not walked since: it lasts into the span. */
async function standingBefore(database: Database, kind: PatrolKind, fromMs: number): Promise<Row[]> {
  const keyOf = (row: Pick<Row, 'round_id' | 'station_id'>) => `${row.round_id} ${row.station_id}`;
  const undone = await database
    .selectFrom('patrol')
    .select(['round_id', 'station_id'])
    .select((select) => select.fn.max('planned_at_ms').as('planned_at_ms'))
    .where('kind', '=', kind)
    .where('completed_at_ms', 'is', null)
    .where('due_at_ms', '>=', fromMs - reachBackMs)
    .where('due_at_ms', '<', fromMs)
    .groupBy(['round_id', 'station_id'])
    .execute();
  const rows: Row[] = [];
  for (let start = 0; start < undone.length; start += 200) {
    const part = undone.slice(start, start + 200);
    const ids = part.map((row) => `${row.round_id}.${row.station_id}.${Number(row.planned_at_ms)}`);
    const since = Math.min(...part.map((row) => Number(row.planned_at_ms)));
    const walked = await database
      .selectFrom('patrol')
      .select(['round_id', 'station_id'])
      .select((select) => select.fn.max('planned_at_ms').as('planned_at_ms'))
      .where(
        'station_id',
        'in',
        part.map((row) => row.station_id),
      )
      .where('planned_at_ms', '>', since)
      .where('kind', '=', kind)
      .where('completed_at_ms', '<=', fromMs)
      .groupBy(['round_id', 'station_id'])
      .execute();
    const walkedAt = new Map(walked.map((row) => [keyOf(row), Number(row.planned_at_ms)]));
    const found = await database.selectFrom('patrol').select(columns).where('patrol_id', 'in', ids).execute();
    rows.push(...found.filter((row) => (walkedAt.get(keyOf(row)) ?? 0) < row.planned_at_ms));
  }
  return rows;
}

async function byHandIn(database: Database, kind: PatrolKind, { fromMs, toMs }: Span) {
  const rows = await database
    .selectFrom('patrol')
    .select('record')
    .where('kind', '=', kind)
    .where('by_hand', '>', 0)
    .where('due_at_ms', '>=', fromMs - reachBackMs)
    .where('planned_at_ms', '<', toMs)
    .orderBy('planned_at_ms')
    .execute();
  return rows.flatMap((row) => {
    const { stationId, points, visits } = patrolRecordSchema.parse(JSON.parse(row.record));
    return visits
      .filter(({ proof, codeFault, atMs }) => (proof === 'hand' || codeFault !== null) && atMs >= fromMs && atMs < toMs)
      .map((visit) => ({
        stationId,
        part: part('atRisk', 'confirmedByHand', visit.placeId, visit.atMs, visit.atMs, {
          title: points.find(({ placeId }) => placeId === visit.placeId)?.name.zh ?? '',
          by: visit.by.displayName,
        }),
      }));
  });
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

/** `walked`: patrols of the station that were completed, in order. */
function partsOfRound(row: Row, walked: readonly Row[], presence: readonly Presence[], title: string, nowMs: number): Part[] {
  const { planned_at_ms: plannedAtMs, warn_at_ms: warnAtMs, due_at_ms: dueAtMs, completed_at_ms: completedAtMs } = row;
  const detail = { title, dueMs: dueAtMs };
  // While no server was there to open it, nobody could know of it.
  const wasThere = presence.some(({ fromMs, toMs }) => fromMs < dueAtMs && toMs > plannedAtMs);
  if (!wasThere && row.visits === 0) return [part('notMeasured', 'serverAway', null, plannedAtMs, dueAtMs, { title })];
  const warned: Part[] =
    completedAtMs !== null && completedAtMs <= warnAtMs
      ? []
      : [part('atRisk', 'roundDue', null, warnAtMs, Math.min(completedAtMs ?? dueAtMs, dueAtMs), detail)];
  if (completedAtMs !== null && completedAtMs <= dueAtMs) return warned;
  if (dueAtMs > nowMs) return warnAtMs <= nowMs ? warned : [];
  // What was not done lasts until it is made up for, or until the round is next walked.
  const next = walked.find((other) => other.round_id === row.round_id && other.planned_at_ms > plannedAtMs);
  const endMs = Math.min(completedAtMs ?? Number.POSITIVE_INFINITY, next?.completed_at_ms ?? Number.POSITIVE_INFINITY);
  // By the moment that is asked for, so that a period that has ended names the same cause whenever it is judged.
  const isMissed = row.cut_at_ms <= nowMs && (completedAtMs === null || completedAtMs > row.cut_at_ms);
  const cause = isMissed ? 'roundMissed' : 'roundLate';
  return [...warned, part('breached', cause, null, dueAtMs, Number.isFinite(endMs) ? Math.max(endMs, dueAtMs + 1) : null, detail)];
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
