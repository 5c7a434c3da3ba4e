// What is known of an incident, as the sum of its events: opening, evolving by one more event, replaying all. Pure; refuses nothing, for what was committed has happened.
import { exhaustive } from '../exhaustive.ts';
import type {
  IncidentEvent,
  IncidentKind,
  IncidentRecord,
  IncidentState,
  Member,
  MemberState,
  MilestoneName,
  ReportDuty,
} from './incident.ts';
import { milestones } from './incident.ts';

type OpenEvent = Extract<IncidentEvent, { kind: 'open' }>;
type StepKind = 'acknowledge' | 'dispatch' | 'onTheWay' | 'arrive' | 'control' | 'restore';

/** IN4: the first on the way dispatches, the first who arrives is on site. */
export const milestoneOf: Readonly<Record<StepKind, MilestoneName>> = {
  acknowledge: 'acknowledged',
  dispatch: 'dispatched',
  onTheWay: 'dispatched',
  arrive: 'onSite',
  control: 'controlled',
  restore: 'restored',
};
/** What a person says of himself, or another for him. */
export const memberStateOf = { onTheWay: 'onTheWay', arrive: 'onSite', leave: 'left' } as const;
const memberRank: Readonly<Record<MemberState, number>> = { called: 0, onTheWay: 1, onSite: 2, left: 3 };

/** IN12: a duty that is neither reported nor waived. */
export function isOpenDuty(duty: ReportDuty): boolean {
  return duty.reported === null && duty.waived === null;
}

/** The record with one more event. Events that were committed are never refused: what happened, happened. */
export function evolve(record: IncidentRecord, event: IncidentEvent): IncidentRecord {
  const next = { ...changeOf(record, event), length: record.length + 1 };
  const state = stateOf(next);
  const moved = { ...next, state };
  if (!changesVersion(record, moved, event)) return moved;
  return { ...moved, version: record.version + 1, changedBy: event.by, changedAtMs: event.atMs }; // IN16
}

export function openRecord(id: string, event: OpenEvent): IncidentRecord {
  const { reporting } = event;
  const duty = (kind: 'headOfUnit' | 'authority', dueAtMs: number): ReportDuty => ({
    id: kind,
    kind,
    sinceMs: event.atMs,
    dueAtMs,
    reported: null,
    waived: null,
    overdueNotedAtMs: null,
  });
  return {
    id,
    number: event.number,
    stationIds: event.stationIds,
    kind: event.incidentKind,
    isDrill: event.isDrill,
    scenario: event.scenario,
    description: event.description,
    state: 'opened',
    version: 1,
    length: 1,
    detectedAtMs: event.detectedAtMs,
    openedAtMs: event.atMs,
    openedBy: event.by,
    rule: event.rule,
    milestones: { acknowledged: null, dispatched: null, onSite: null, controlled: null, restored: null },
    relapsedAtMs: null,
    closed: null,
    casualties: event.casualties,
    directLoss: null,
    team: [],
    alarms: event.isDrill ? [] : event.alarms.map((alarm) => ({ ...alarm, isTrigger: true })), // IN17
    plan: event.plan,
    ticks: {},
    photos: [],
    duties: [duty('headOfUnit', reporting.headOfUnitDueMs), duty('authority', reporting.authorityDueMs)],
    reporting,
    windowEndsMs: windowEnd(event.incidentKind, reporting),
    report: null,
    review: null,
    changedBy: event.by,
    changedAtMs: event.atMs,
  };
}

/** Rebuilds a record from its events, oldest first; null where the first is no opening. */
export function replay(id: string, events: readonly IncidentEvent[]): IncidentRecord | null {
  const [first, ...rest] = events;
  if (first?.kind !== 'open') return null;
  return rest.reduce(evolve, openRecord(id, first));
}

/** When the present state was reached. */
export function stateSince(record: IncidentRecord): number {
  if (record.closed !== null) return record.closed.atMs;
  for (const name of milestones.toReversed()) {
    const reached = record.milestones[name];
    if (reached !== null) return Math.max(reached.atMs, record.relapsedAtMs ?? 0);
  }
  return record.openedAtMs;
}

function windowEnd(kind: IncidentKind, reporting: IncidentRecord['reporting']): number {
  return kind === 'fire' ? reporting.fireWindowEndsMs : reporting.windowEndsMs;
}

function stateOf(record: IncidentRecord): IncidentState {
  if (record.closed !== null) return 'closed';
  return milestones.findLast((name) => record.milestones[name] !== null) ?? 'opened'; // IN1
}

function changesVersion(before: IncidentRecord, after: IncidentRecord, event: IncidentEvent): boolean {
  if (before.state !== after.state || before.milestones !== after.milestones) return true;
  return event.kind === 'assess' || event.kind === 'waive' || event.kind === 'review' || event.kind === 'relapse';
}

function changeOf(record: IncidentRecord, event: IncidentEvent): IncidentRecord {
  switch (event.kind) {
    case 'open':
      throw new Error(`incident ${record.id} was opened twice`);
    case 'acknowledge':
    case 'control':
    case 'restore':
      return reach(record, milestoneOf[event.kind], event);
    case 'dispatch':
      return event.people.reduce((sum, person) => withMember(sum, person, 'called', event), reach(record, 'dispatched', event));
    case 'onTheWay':
    case 'arrive':
      return withMovement(reach(record, milestoneOf[event.kind], event), event);
    case 'leave':
      return withMovement(record, event);
    case 'relapse':
      return { ...record, relapsedAtMs: event.atMs, milestones: { ...record.milestones, controlled: null, restored: null } };
    case 'locate':
    case 'note':
    case 'late':
      return located(record, event);
    case 'photo': {
      const { hash, mediaType, bytes, width, height, caption, atMs, by, position } = event;
      return { ...record, photos: [...record.photos, { hash, mediaType, bytes, width, height, caption, atMs, by, position }] };
    }
    case 'tick':
      return tick(record, event);
    case 'alarm':
      return withAlarm(record, event);
    case 'assess':
      return assess(record, event);
    case 'saveReport':
      return event.by === null
        ? record
        : { ...record, report: { version: event.version, language: event.language, fields: event.fields, atMs: event.atMs, by: event.by } };
    case 'reported':
      return withDuty(record, event.dutyId, (duty) =>
        duty.reported !== null || event.by === null
          ? duty
          : {
              ...duty,
              reported: {
                atMs: event.atMs,
                by: event.by,
                toWhom: event.toWhom,
                channel: event.channel,
                reportVersion: event.reportVersion,
              },
            },
      );
    case 'waive':
      return withDuty(record, event.dutyId, (duty) =>
        event.by === null ? duty : { ...duty, waived: { atMs: event.atMs, by: event.by, reason: event.reason } },
      );
    case 'overdue':
      return withDuty(record, event.dutyId, (duty) => ({ ...duty, overdueNotedAtMs: event.atMs }));
    case 'review':
      return event.by === null ? record : { ...record, review: { ...event.review, atMs: event.atMs, by: event.by } };
    case 'close':
      return event.by === null
        ? record
        : {
            ...record,
            closed: {
              atMs: event.atMs,
              by: event.by,
              outcome: 'resolved',
              reason: event.missingReason,
              missingItemIds: event.missingItemIds,
            },
          };
    case 'cancel':
      return event.by === null
        ? record
        : {
            ...record,
            closed: { atMs: event.atMs, by: event.by, outcome: event.outcome, reason: event.reason, missingItemIds: [] },
            duties: record.duties.map((duty) =>
              isOpenDuty(duty) && event.by !== null ? { ...duty, waived: { atMs: event.atMs, by: event.by, reason: event.reason } } : duty,
            ),
          };
    default:
      return exhaustive(event, 'incident event');
  }
}

function reach(record: IncidentRecord, name: MilestoneName, event: IncidentEvent): IncidentRecord {
  if (record.milestones[name] !== null || event.by === null) return record;
  return {
    ...record,
    milestones: { ...record.milestones, [name]: { atMs: event.atMs, receivedAtMs: event.receivedAtMs, by: event.by } },
  };
}

function withMovement(record: IncidentRecord, event: Extract<IncidentEvent, { kind: 'onTheWay' | 'arrive' | 'leave' }>): IncidentRecord {
  const person = event.person ?? event.by;
  return person === null ? record : withMember(record, person, memberStateOf[event.kind], event);
}

function withMember(
  record: IncidentRecord,
  person: { readonly username: string | null; readonly displayName: string },
  state: MemberState,
  event: IncidentEvent,
): IncidentRecord {
  const known = memberOf(record, person);
  // IN5: what came late moves nobody back.
  if (standingOf(known, state, event.atMs) !== null) return record;
  const isOwnPosition = event.position !== null && event.by !== null && event.by.username === person.username;
  const member: Member = {
    username: person.username,
    displayName: person.displayName,
    state,
    atMs: event.atMs,
    position: isOwnPosition ? event.position : (known?.position ?? null),
    positionAtMs: isOwnPosition ? event.atMs : (known?.positionAtMs ?? null),
  };
  return {
    ...record,
    team: known === undefined ? [...record.team, member] : record.team.map((other) => (other === known ? member : other)),
  };
}

function located(record: IncidentRecord, event: IncidentEvent): IncidentRecord {
  const known = event.by === null ? undefined : memberOf(record, event.by);
  if (known === undefined || event.position === null || event.atMs < (known.positionAtMs ?? 0)) return record;
  const member = { ...known, position: event.position, positionAtMs: event.atMs };
  return { ...record, team: record.team.map((other) => (other === known ? member : other)) };
}

export function memberOf(
  record: IncidentRecord,
  person: { readonly username: string | null; readonly displayName: string },
): Member | undefined {
  return record.team.find((member) =>
    person.username === null ? member.username === null && member.displayName === person.displayName : member.username === person.username,
  );
}

/** Null where `next` is news of the person; else why it is none. */
export function standingOf(
  known: Member | undefined,
  next: MemberState,
  atMs: number,
): { readonly because: 'alreadyDone' | 'overtaken'; readonly atMs: number } | null {
  if (known === undefined) return null;
  if (known.state === next) return { because: 'alreadyDone', atMs: known.atMs };
  if (atMs < known.atMs || (atMs === known.atMs && memberRank[next] < memberRank[known.state]))
    return { because: 'overtaken', atMs: known.atMs };
  // Being called does not undo what the person said of himself; who has left can be called again.
  if (next === 'called' && known.state !== 'left') return { because: 'overtaken', atMs: known.atMs };
  return null;
}

function tick(record: IncidentRecord, event: Extract<IncidentEvent, { kind: 'tick' }>): IncidentRecord {
  const { [event.itemId]: _, ...others } = record.ticks;
  if (event.result === 'open' || event.by === null) return { ...record, ticks: others };
  return { ...record, ticks: { ...others, [event.itemId]: { result: event.result, atMs: event.atMs, by: event.by, note: event.note } } };
}

/** IN12: a change of the casualties after the first report was made or waived makes a new duty. */
function assess(record: IncidentRecord, event: Extract<IncidentEvent, { kind: 'assess' }>): IncidentRecord {
  const kind: IncidentKind = event.incidentKind ?? record.kind;
  const casualties = event.casualties ?? record.casualties;
  const windowEndsMs = windowEnd(kind, record.reporting);
  const assessed = { ...record, kind, casualties, windowEndsMs, directLoss: event.directLoss ?? record.directLoss };
  const authority = record.duties.find((duty) => duty.kind === 'authority');
  const hasChanged = (['dead', 'injured', 'missing'] as const).some((name) => casualties[name] !== record.casualties[name]);
  const hasOpenUpdate = record.duties.some((duty) => duty.kind === 'casualtyUpdate' && isOpenDuty(duty));
  const isFirstReportOwed = authority !== undefined && isOpenDuty(authority);
  if (!hasChanged || isFirstReportOwed || hasOpenUpdate || event.atMs > assessed.windowEndsMs) return assessed;
  const number = record.duties.filter((duty) => duty.kind === 'casualtyUpdate').length + 1;
  const update: ReportDuty = {
    id: `casualtyUpdate-${number}`,
    kind: 'casualtyUpdate',
    sinceMs: event.atMs,
    dueAtMs: event.atMs + record.reporting.casualtyUpdateWithinMs,
    reported: null,
    waived: null,
    overdueNotedAtMs: null,
  };
  return { ...assessed, duties: [...record.duties, update] };
}

/** IN17, IN18. A line that breaks reaches the neighbour: its station joins the incident. */
function withAlarm(record: IncidentRecord, event: Extract<IncidentEvent, { kind: 'alarm' }>): IncidentRecord {
  const { alarm, isTrigger } = event;
  if (record.isDrill || record.alarms.some((known) => known.occurrenceId === alarm.occurrenceId)) return record;
  const stationIds = record.stationIds.includes(alarm.stationId) ? record.stationIds : [...record.stationIds, alarm.stationId];
  return { ...record, stationIds, alarms: [...record.alarms, { ...alarm, isTrigger }] };
}

function withDuty(record: IncidentRecord, id: string, change: (duty: ReportDuty) => ReportDuty): IncidentRecord {
  return { ...record, duties: record.duties.map((duty) => (duty.id === id ? change(duty) : duty)) };
}

/** Closed, and no report is owed any more. */
export function isSettled(record: IncidentRecord): boolean {
  return record.closed !== null && !record.duties.some(isOpenDuty);
}

/** Whether alarms of its stations belong to it: open, and supply not restored yet. */
export function takesAlarms(record: IncidentRecord): boolean {
  return !record.isDrill && record.closed === null && record.milestones.restored === null;
}
