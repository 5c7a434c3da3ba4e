// Patrols as pages and phones see them.
import type { PatrolRoundView, PatrolSummary, PatrolView, WalkablePatrol } from '../../domain/api/patrol-api.ts';
import { confirmationOf, type PatrolRecord } from '../../domain/patrols/patrol.ts';
import type { PatrolRound } from '../../domain/patrols/patrol-plan.ts';
import type { Beginnings } from '../../domain/patrols/patrol-schedule.ts';
import type { HazardStore } from '../hazards/hazard-store.ts';
import type { PatrolLabels } from './patrol-labels.ts';
import type { PatrolStore } from './patrol-store.ts';

const lookAheadDays = 32;

export function patrolSummary(record: PatrolRecord, isPlanned = false): PatrolSummary {
  const confirmations = record.points.map(({ placeId }) => confirmationOf(record, placeId)).filter((visit) => visit !== null);
  const { id, roundId, stationId, patrolKind, name, plannedAtMs, warnAtMs, dueAtMs, cutAtMs, completedAtMs } = record;
  return {
    id,
    roundId,
    stationId,
    kind: patrolKind,
    name,
    state: isPlanned ? 'planned' : record.state,
    plannedAtMs,
    warnAtMs,
    dueAtMs,
    cutAtMs,
    completedAtMs,
    points: record.points.length,
    confirmed: confirmations.length,
    byHand: confirmations.filter(({ proof, codeFault }) => proof === 'hand' || codeFault !== null).length,
    failed: record.visits.flatMap(({ results }) => results).filter(({ result }) => result === 'failed').length,
    walkers: [...new Set(record.visits.map(({ by }) => by.displayName))],
    isExplained: record.explanations.length > 0,
  };
}

export async function patrolView(patrols: PatrolStore, hazards: HazardStore, record: PatrolRecord): Promise<PatrolView> {
  const rows = await patrols.database
    .selectFrom('patrol_finding')
    .selectAll()
    .where('patrol_id', '=', record.id)
    .orderBy('at_ms')
    .orderBy('finding_id')
    .execute();
  const findings: PatrolView['findings'] = [];
  for (const row of rows) {
    const hazard = row.hazard_id === null ? null : await hazards.find(row.hazard_id);
    findings.push({ findingId: row.finding_id, placeId: row.place_id, hazardId: row.hazard_id, number: hazard?.number ?? null });
  }
  return { ...record, findings, history: [...(await patrols.events(record.id))] };
}

export function walkablePatrol(record: PatrolRecord, labels: PatrolLabels, isPlanned: boolean): WalkablePatrol {
  const { id, roundId, stationId, patrolKind, name, plannedAtMs, dueAtMs, cutAtMs, points, visits, length } = record;
  return {
    id,
    roundId,
    stationId,
    patrolKind,
    name,
    plannedAtMs,
    dueAtMs,
    cutAtMs,
    points,
    visits,
    length,
    state: isPlanned ? 'planned' : record.state,
    labelDigests: Object.fromEntries(points.map(({ placeId }) => [placeId, labels.digest(stationId, placeId)])),
  };
}

export function patrolRoundView(round: PatrolRound, beginnings: Beginnings, nowMs: number): PatrolRoundView {
  const { id, stationId, kind, name, times, weekdays, monthDays, withinMs, points } = round;
  return {
    id,
    stationId,
    kind,
    name,
    times,
    weekdays,
    monthDays,
    withinMs,
    points: points.length,
    nextAtMs: beginnings.next(round, nowMs, lookAheadDays),
  };
}
