// The closed loop of a hazard as a pure function (RULES.md): may this event happen to this record, and what does it make of it. Knows no clock.
import { exhaustive } from '../exhaustive.ts';
import type { Person } from '../incidents/incident.ts';
import {
  type HazardEvent,
  type HazardRecord,
  type HazardState,
  isOpenState,
  isUnfinished,
  nothingSettled,
  unsettledParts,
} from './hazard.ts';

export const hazardRefusals = [
  'wrongState',
  'supervisorMissing',
  'reasonMissing',
  'fiveNotSettled',
  'deadlinePassed',
  'ownWork',
  'acceptedAlready',
  'notGraded',
  'unchanged',
] as const;
export type HazardRefusal = (typeof hazardRefusals)[number];

type OpeningEvent = Extract<HazardEvent, { kind: 'report' | 'import' }>;
export type LaterEvent = Exclude<HazardEvent, OpeningEvent>;

/** Where each step may be taken from. */
const allowedFrom: Readonly<Record<Exclude<LaterEvent['kind'], 'note' | 'photo' | 'amend'>, readonly HazardState[]>> = {
  confirm: ['reported', 'reopened'],
  regrade: ['confirmed', 'planned', 'rectifying', 'submitted', 'reopened'],
  reject: ['reported'],
  plan: ['confirmed', 'planned', 'rectifying', 'reopened'],
  start: ['planned'],
  submit: ['rectifying'],
  accept: ['submitted'],
  refuse: ['submitted'],
  close: ['accepted'],
  reopen: ['accepted', 'closed', 'rejected'],
  atRisk: ['reported', 'confirmed', 'planned', 'rectifying', 'submitted', 'reopened'],
  overdue: ['reported', 'confirmed', 'planned', 'rectifying', 'submitted', 'reopened'],
  suspendSupply: ['confirmed', 'planned', 'rectifying', 'submitted', 'reopened'],
  liftSuspension: ['confirmed', 'planned', 'rectifying', 'submitted', 'accepted', 'closed', 'reopened'],
  proposeSettled: ['reported', 'confirmed', 'planned', 'rectifying', 'reopened'],
  withdrawProposal: ['submitted'],
};

/** Null where it may happen. `today` is the plant's calendar day. */
export function refusalOf(record: HazardRecord, event: LaterEvent, today: string): HazardRefusal | null {
  if (event.kind === 'note' || event.kind === 'photo' || event.kind === 'amend') return isOpenState(record.state) ? null : 'wrongState';
  if (!allowedFrom[event.kind].includes(record.state)) return 'wrongState';
  switch (event.kind) {
    case 'confirm':
    case 'regrade':
      if (event.grade === 'major' && event.supervisedBy === null) return 'supervisorMissing';
      return event.kind === 'regrade' && event.grade === record.grade ? 'unchanged' : null;
    case 'plan':
      return planRefusal(record, event, today);
    case 'start':
      return unsettledParts(record.settled).length > 0 ? 'fiveNotSettled' : null;
    case 'accept':
      return acceptRefusal(record, event.by);
    case 'withdrawProposal':
      return record.proposal === null ? 'wrongState' : null;
    case 'suspendSupply':
      return record.grade === 'major' && record.supplySuspendedAtMs === null ? null : 'wrongState';
    case 'liftSuspension':
      return record.supplySuspendedAtMs === null ? 'wrongState' : null;
    case 'atRisk':
    case 'overdue':
      return record.settled.deadline === event.deadline ? null : 'wrongState';
    case 'reject':
    case 'submit':
    case 'refuse':
    case 'close':
    case 'reopen':
      return null;
    case 'proposeSettled':
      return record.isProposalRefused ? 'unchanged' : null;
    default:
      return exhaustive(event, 'hazard event');
  }
}

/** [HZ4] */
function planRefusal(record: HazardRecord, event: Extract<HazardEvent, { kind: 'plan' }>, today: string): HazardRefusal | null {
  const { deadline } = event.settled;
  if (record.grade === null) return 'notGraded';
  if (deadline !== null && deadline !== record.settled.deadline && deadline < today) return 'deadlinePassed';
  if (record.state !== 'rectifying') return null;
  if (unsettledParts(event.settled).length > 0) return 'fiveNotSettled';
  return event.reason === null ? 'reasonMissing' : null;
}

/** [HZ7] [HZ8] [HZ15] */
function acceptRefusal(record: HazardRecord, by: Person | null): HazardRefusal | null {
  if (record.grade === null) return 'notGraded';
  if (by === null) return 'ownWork';
  const { responsible } = record.settled;
  const isResponsible =
    responsible !== null && (responsible.username === null ? responsible.name === by.displayName : responsible.username === by.username);
  if (isResponsible || record.submission?.by?.username === by.username) return 'ownWork';
  return record.acceptances.some((acceptance) => acceptance.by?.username === by.username) ? 'acceptedAlready' : null;
}

export function acceptancesNeeded(record: Pick<HazardRecord, 'grade'>): number {
  return record.grade === 'major' ? 2 : 1;
}

/** Steps that make a form which somebody has open old; notes, photos and the system's remarks do not. [HZ16] */
function changesVersion({ kind }: HazardEvent): boolean {
  return !['note', 'photo', 'atRisk', 'overdue', 'suspendSupply', 'liftSuspension'].includes(kind);
}

export function openRecord(id: string, event: OpeningEvent): HazardRecord {
  const record: HazardRecord = {
    id,
    number: event.number,
    version: 1,
    length: 1,
    state: 'reported',
    finding: event.finding,
    reportedBy: event.by,
    reportedAtMs: event.atMs,
    grade: null,
    gradeBasis: null,
    supervision: null,
    settled: nothingSettled,
    extensions: 0,
    submission: null,
    acceptances: [],
    closed: null,
    rejected: null,
    reopenings: 0,
    atRiskSaid: null,
    overdueSaid: null,
    supplySuspendedAtMs: null,
    proposal: null,
    isProposalRefused: false,
    photos: [],
    changedAtMs: event.atMs,
    changedBy: event.by,
  };
  return event.kind === 'report' ? record : imported(record, event);
}

/** [HZ17] As far as the row says: closed where it has a date of that, else at work where all five stand there. */
function imported(record: HazardRecord, event: Extract<HazardEvent, { kind: 'import' }>): HazardRecord {
  const { grade, supervisedBy, settled, acceptedBy, closedOn, atMs } = event;
  const closedAtMs = closedOn === null ? null : Date.parse(closedOn);
  const isPlanned = unsettledParts(settled).length < 5;
  return {
    ...record,
    grade,
    supervision: grade === 'major' ? { by: supervisedBy ?? '', listedAtMs: atMs } : null,
    settled,
    acceptances: acceptedBy === null || closedAtMs === null ? [] : [{ by: null, name: acceptedBy, atMs: closedAtMs, text: '' }],
    closed: closedAtMs === null ? null : { number: event.closedNumber ?? event.number, by: null, name: acceptedBy ?? '', atMs: closedAtMs },
    state:
      closedAtMs !== null
        ? 'closed'
        : grade === null
          ? 'reported'
          : !isPlanned
            ? 'confirmed'
            : unsettledParts(settled).length === 0
              ? 'rectifying'
              : 'planned',
  };
}

/** What the event makes of the record. The event was judged before. */
export function evolve(record: HazardRecord, event: LaterEvent): HazardRecord {
  const length = record.length + 1;
  const next = changesVersion(event)
    ? { ...record, length, version: record.version + 1, changedAtMs: event.atMs, changedBy: event.by }
    : { ...record, length };
  switch (event.kind) {
    case 'confirm':
    case 'regrade':
      return {
        ...next,
        state: event.kind === 'confirm' ? 'confirmed' : record.state,
        grade: event.grade,
        gradeBasis: event.basis,
        supervision: event.grade === 'major' ? { by: event.supervisedBy ?? '', listedAtMs: event.atMs } : null,
      };
    case 'reject':
      return { ...next, state: 'rejected', rejected: { by: event.by, atMs: event.atMs, reason: event.reason } };
    case 'plan':
      return planned(next, event);
    case 'start':
      return { ...next, state: 'rectifying' };
    case 'submit':
      return {
        ...next,
        state: 'submitted',
        submission: { by: event.by, name: event.by?.displayName ?? '', atMs: event.atMs, text: event.result },
        acceptances: [],
      };
    case 'accept':
      return accepted(next, event);
    case 'refuse':
      return {
        ...next,
        state: record.proposal?.from ?? 'rectifying',
        submission: null,
        acceptances: [],
        proposal: null,
        isProposalRefused: record.isProposalRefused || record.proposal !== null,
      };
    case 'close':
      return {
        ...next,
        state: 'closed',
        closed: { number: event.number, by: event.by, name: event.by?.displayName ?? '', atMs: event.atMs },
      };
    case 'reopen':
      return reopened(next);
    case 'note':
      return next;
    case 'photo':
      return { ...next, photos: [...record.photos, { ...event.photo, atMs: event.atMs, by: event.by }] };
    case 'atRisk':
      return { ...next, atRiskSaid: event.deadline };
    case 'overdue':
      return { ...next, overdueSaid: event.deadline };
    case 'suspendSupply':
      return { ...next, supplySuspendedAtMs: event.atMs };
    case 'liftSuspension':
      return { ...next, supplySuspendedAtMs: null };
    case 'proposeSettled':
      return {
        ...next,
        state: 'submitted',
        submission: { by: null, name: '', atMs: event.atMs, text: event.reason },
        acceptances: [],
        proposal: { atMs: event.atMs, reason: event.reason, from: record.state },
      };
    case 'withdrawProposal':
      return { ...next, state: record.proposal?.from ?? record.state, submission: null, acceptances: [], proposal: null };
    case 'amend':
      return {
        ...next,
        finding: { ...record.finding, place: event.place, description: event.description, foundBy: event.foundBy },
      };
    default:
      return exhaustive(event, 'hazard event');
  }
}

function planned(record: HazardRecord, event: Extract<HazardEvent, { kind: 'plan' }>): HazardRecord {
  const before = record.settled.deadline;
  const { deadline } = event.settled;
  const isLater = before !== null && deadline !== null && deadline > before;
  return {
    ...record,
    state: record.state === 'rectifying' ? 'rectifying' : 'planned',
    settled: event.settled,
    extensions: record.extensions + (isLater ? 1 : 0),
  };
}

function accepted(record: HazardRecord, event: Extract<HazardEvent, { kind: 'accept' }>): HazardRecord {
  const acceptances = [...record.acceptances, { by: event.by, name: event.by?.displayName ?? '', atMs: event.atMs, text: event.comment }];
  const isEnough = acceptances.length >= acceptancesNeeded(record);
  return { ...record, acceptances, state: isEnough ? 'accepted' : 'submitted', proposal: isEnough ? null : record.proposal };
}

function reopened(record: HazardRecord): HazardRecord {
  return {
    ...record,
    state: 'reopened',
    settled: { ...record.settled, deadline: null },
    submission: null,
    acceptances: [],
    closed: null,
    rejected: null,
    proposal: null,
    isProposalRefused: false,
    reopenings: record.reopenings + 1,
  };
}

/** [HZ14] True where the flag has lost its ground. */
export function owesLift(record: HazardRecord): boolean {
  return record.supplySuspendedAtMs !== null && !(record.grade === 'major' && isUnfinished(record.state));
}

/** A record from its events alone, as the journal holds them. [HZ18] */
export function rebuild(id: string, events: readonly HazardEvent[]): HazardRecord | null {
  let record: HazardRecord | null = null;
  for (const event of events) {
    if (event.kind === 'report' || event.kind === 'import') record = openRecord(id, event);
    else if (record !== null) record = evolve(record, event);
  }
  return record;
}
