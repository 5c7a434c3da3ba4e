// The life of a patrol as a pure function (RULES.md): what an event makes of it, what time makes of it, what a visit must have. Knows no clock.
import { exhaustive } from '../exhaustive.ts';
import {
  confirmationOf,
  type ItemResult,
  isOpenPatrol,
  type PatrolEvent,
  type PatrolItem,
  type PatrolRecord,
  type PatrolState,
  patrolIdOf,
} from './patrol.ts';
import type { PatrolRound } from './patrol-plan.ts';

export const visitRefusals = ['unknownPlace', 'itemsMissing', 'unknownItem', 'valueMissing', 'tooEarly', 'reasonMissing'] as const;
export type VisitRefusal = (typeof visitRefusals)[number];

/** A round may be begun so long before its time. */
export const earlyMs = 3_600_000;
/** After a start, phones are given time to send what they hold before a round is called late or missed. [PT9] */
export const graceAfterStartMs = 5 * 60_000;

type OpenEvent = Extract<PatrolEvent, { kind: 'open' }>;

/** [PT1] */
export function openEventOf(round: PatrolRound, plannedAtMs: number, atMs: number): OpenEvent {
  const dueAtMs = plannedAtMs + round.withinMs;
  return {
    kind: 'open',
    atMs,
    roundId: round.id,
    stationId: round.stationId,
    patrolKind: round.kind,
    name: round.name,
    plannedAtMs,
    warnAtMs: dueAtMs - round.warnBeforeMs,
    dueAtMs,
    cutAtMs: dueAtMs + round.lateForMs,
    points: round.points,
  };
}

export function openPatrol(event: OpenEvent): PatrolRecord {
  const { kind: _, atMs, ...plan } = event;
  return {
    id: patrolIdOf(event.roundId, event.stationId, event.plannedAtMs),
    ...plan,
    length: 1,
    state: 'open',
    openedAtMs: atMs,
    visits: [],
    photos: [],
    completedAtMs: null,
    atRiskSaidAtMs: null,
    lateSaidAtMs: null,
    missedSaidAtMs: null,
    explanations: [],
  };
}

export function evolvePatrol(record: PatrolRecord, event: Exclude<PatrolEvent, { kind: 'open' }>): PatrolRecord {
  const next = { ...record, length: record.length + 1 };
  switch (event.kind) {
    case 'visit':
      return settled({ ...next, visits: [...record.visits, event.visit] });
    case 'photo':
      return { ...next, photos: [...record.photos, event.photo] };
    case 'atRisk':
      return { ...next, atRiskSaidAtMs: event.atMs };
    case 'late':
      return settled({ ...next, lateSaidAtMs: event.atMs });
    case 'missed':
      return settled({ ...next, missedSaidAtMs: event.atMs });
    case 'explain':
      return { ...next, explanations: [...record.explanations, { atMs: event.atMs, by: event.by, reason: event.reason }] };
    default:
      return exhaustive(event, 'patrol event');
  }
}

/** By when each point was confirmed, whenever that came to be known. [PT3] [PT5] */
function settled(record: PatrolRecord): PatrolRecord {
  const times = record.points.map(({ placeId }) => confirmationOf(record, placeId)?.atMs ?? null);
  const completedAtMs = times.reduce<number | null>(
    (latest, atMs) => (latest === null || atMs === null ? null : Math.max(latest, atMs)),
    Number.NEGATIVE_INFINITY,
  );
  return { ...record, completedAtMs, state: stateOf(record, completedAtMs) };
}

function stateOf(record: PatrolRecord, completedAtMs: number | null): PatrolState {
  if (completedAtMs !== null && completedAtMs <= record.dueAtMs) return 'done';
  if (completedAtMs !== null && completedAtMs <= record.cutAtMs) return 'doneLate';
  if (record.missedSaidAtMs !== null || completedAtMs !== null) return 'missed';
  return record.lateSaidAtMs === null ? 'open' : 'late';
}

/** What time makes of it now: each said once, in order. `upSinceMs`: since when the server has been there. [PT4] [PT9] */
export function calendarEvents(record: PatrolRecord, atMs: number, upSinceMs: number): readonly Exclude<PatrolEvent, { kind: 'open' }>[] {
  if (!isOpenPatrol(record)) return [];
  const events: Exclude<PatrolEvent, { kind: 'open' }>[] = [];
  const isSettling = atMs < upSinceMs + graceAfterStartMs;
  if (record.atRiskSaidAtMs === null && atMs >= record.warnAtMs && atMs < record.dueAtMs) events.push({ kind: 'atRisk', atMs });
  if (isSettling) return events;
  if (record.lateSaidAtMs === null && atMs >= record.dueAtMs) events.push({ kind: 'late', atMs });
  if (record.missedSaidAtMs === null && atMs >= record.cutAtMs) events.push({ kind: 'missed', atMs });
  return events;
}

/** Null where the visit is complete. [PT10] */
export function visitRefusal(
  record: Pick<PatrolRecord, 'points' | 'plannedAtMs'>,
  visit: {
    readonly placeId: string;
    readonly results: readonly ItemResult[];
    readonly proof: 'scan' | 'tag' | 'hand';
    readonly handReason: string | null;
  },
  atMs: number,
): VisitRefusal | null {
  const point = record.points.find(({ placeId }) => placeId === visit.placeId);
  if (point === undefined) return 'unknownPlace';
  if (atMs < record.plannedAtMs - earlyMs) return 'tooEarly';
  if (visit.proof === 'hand' && visit.handReason === null) return 'reasonMissing';
  if (visit.results.some(({ itemId }) => !point.items.some(({ id }) => id === itemId))) return 'unknownItem';
  for (const item of point.items) {
    const result = visit.results.find(({ itemId }) => itemId === item.id);
    if (result === undefined) return 'itemsMissing';
    if (item.reading !== null && result.result !== 'notApplicable' && result.value === null) return 'valueMissing';
  }
  return null;
}

/** A value beyond its limits has failed, whatever was ticked. [PT10] */
export function judgedResult(item: PatrolItem, result: ItemResult): ItemResult {
  if (item.reading === null || result.value === null || result.result === 'notApplicable') return result;
  const { min, max } = item.reading;
  const isBeyond = (min !== null && result.value < min) || (max !== null && result.value > max);
  return isBeyond ? { ...result, result: 'failed' } : result;
}
