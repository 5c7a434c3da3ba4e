// What an action may do to an incident, as one pure function: the record and an action in, an event or a refusal out. No clock, no store, no change of anything.
// Rules are numbered in RULES.md; what an event then changes is in incident-record.ts.
import { exhaustive } from '../exhaustive.ts';
import type { IncidentEvent, IncidentRecord, LateReason, Person } from './incident.ts';
import type { ClosingAction, IncidentAction } from './incident-action.ts';
import { isOpenDuty, memberOf, memberStateOf, milestoneOf, standingOf } from './incident-record.ts';

export type IncidentRefusal =
  | 'isClosed'
  | 'unknownItem'
  | 'unknownDuty'
  | 'notRestored'
  | 'reviewMissing'
  | 'itemsMissing'
  | 'reportsOpen'
  | 'casualtiesRecorded'
  | 'scoresMissing'
  | 'scoresOfReal'
  | 'windowOver'
  | 'reportMoved'
  | 'unknownReportVersion';

export type Decision =
  | { readonly kind: 'event'; readonly event: IncidentEvent }
  | { readonly kind: 'refused'; readonly reason: IncidentRefusal; readonly items?: readonly string[] };

export interface DecisionContext {
  readonly receivedAtMs: number;
  readonly by: Person;
  /** Who is meant by a username, or by the name of somebody without an account. */
  readonly whoIs: (name: string) => { readonly username: string | null; readonly displayName: string };
}

type LateEvent = Extract<IncidentEvent, { kind: 'late' }>;

/** IN7. A device whose clock is ahead is held to the moment of receipt, one that is behind to `notBeforeMs`. */
export function boundedTime(statedAtMs: number | null, receivedAtMs: number, notBeforeMs: number): number {
  if (statedAtMs === null || !Number.isFinite(statedAtMs)) return receivedAtMs;
  return Math.min(receivedAtMs, Math.max(statedAtMs, Math.min(notBeforeMs, receivedAtMs)));
}

/** Required items that nobody ticked. */
export function missingItems(record: IncidentRecord): readonly string[] {
  return record.plan.items.filter((item) => item.isRequired && record.ticks[item.id] === undefined).map((item) => item.id);
}

export function decide(record: IncidentRecord, action: IncidentAction | ClosingAction, context: DecisionContext): Decision {
  const common = {
    atMs: boundedTime(action.atMs ?? null, context.receivedAtMs, record.detectedAtMs),
    receivedAtMs: context.receivedAtMs,
    statedAtMs: action.atMs ?? null,
    by: context.by,
    actionId: action.actionId,
    position: action.position ?? null,
  };
  const comment = 'comment' in action ? textOf(action.comment) : null;
  const event = (made: IncidentEvent): Decision => ({ kind: 'event', event: made });
  const late = (because: LateReason, earlier: LateEvent['earlier'], said: string | null = comment): Decision =>
    event({ kind: 'late', ...common, attempted: action.kind, because, earlier, comment: said });
  const afterClosing = (said: string | null = comment): Decision =>
    late('closed', record.closed === null ? null : { by: record.closed.by, atMs: record.closed.atMs }, said);
  const isClosed = record.closed !== null;

  switch (action.kind) {
    case 'acknowledge': // IN2, IN3
    case 'control':
    case 'restore': {
      if (isClosed) return afterClosing();
      const isTakenBack = action.kind !== 'acknowledge' && record.relapsedAtMs !== null && common.atMs < record.relapsedAtMs;
      if (isTakenBack) return late('beforeRelapse', null); // IN6
      const reached = record.milestones[milestoneOf[action.kind]];
      if (reached !== null) return late('alreadyDone', { by: reached.by, atMs: reached.atMs });
      return event({ kind: action.kind, ...common, comment });
    }
    case 'dispatch': {
      if (isClosed) return afterClosing();
      const reached = record.milestones.dispatched;
      const people = action.people.map(context.whoIs);
      if (reached !== null && people.length === 0) return late('alreadyDone', { by: reached.by, atMs: reached.atMs });
      return event({ kind: 'dispatch', ...common, people, comment });
    }
    case 'onTheWay': // IN4, IN5
    case 'arrive':
    case 'leave': {
      if (isClosed && action.kind !== 'leave') return afterClosing();
      const person = action.person === undefined ? null : context.whoIs(action.person);
      const member = memberOf(record, person ?? context.by);
      const standing = standingOf(member, memberStateOf[action.kind], common.atMs);
      const isStepMissing = action.kind !== 'leave' && record.milestones[milestoneOf[action.kind]] === null;
      if (standing === null || isStepMissing) return event({ kind: action.kind, ...common, person, comment });
      return late(standing.because, { by: null, atMs: standing.atMs });
    }
    case 'relapse': // IN6
      if (isClosed) return afterClosing(action.reason);
      if (record.milestones.controlled === null && record.milestones.restored === null) return late('notControlled', null, action.reason);
      if (record.relapsedAtMs !== null && common.atMs <= record.relapsedAtMs) return late('beforeRelapse', null, action.reason);
      return event({ kind: 'relapse', ...common, reason: action.reason });
    case 'note':
      return event({ kind: 'note', ...common, text: action.text });
    case 'locate':
      return isClosed ? refused('isClosed') : event({ kind: 'locate', ...common });
    case 'tick': {
      // IN15
      const note = textOf(action.note);
      if (!record.plan.items.some((item) => item.id === action.itemId)) return refused('unknownItem');
      if (isClosed) return afterClosing(note);
      const ticked = record.ticks[action.itemId];
      const isSame = action.result === 'open' ? ticked === undefined : ticked?.result === action.result;
      if (isSame) return late('alreadyDone', ticked === undefined ? null : { by: ticked.by, atMs: ticked.atMs }, note);
      return event({ kind: 'tick', ...common, itemId: action.itemId, result: action.result, note });
    }
    case 'assess': // IN11
      if (isClosed && (action.casualties === undefined || action.incidentKind !== undefined || action.directLoss !== undefined))
        return refused('isClosed');
      if (isClosed && context.receivedAtMs > record.windowEndsMs) return refused('windowOver');
      return event({
        kind: 'assess',
        ...common,
        incidentKind: action.incidentKind ?? null,
        casualties: action.casualties ?? null,
        directLoss: action.directLoss ?? null,
        comment,
      });
    case 'saveReport': // IN14
      if ((record.report?.version ?? null) !== action.basedOn) return refused('reportMoved');
      return event({
        kind: 'saveReport',
        ...common,
        version: (record.report?.version ?? 0) + 1,
        language: action.language,
        fields: action.fields,
      });
    case 'reported': // IN13
      if (!record.duties.some((duty) => duty.id === action.dutyId)) return refused('unknownDuty');
      if (action.reportVersion !== null && (action.reportVersion < 1 || action.reportVersion > (record.report?.version ?? 0)))
        return refused('unknownReportVersion');
      return event({
        kind: 'reported',
        ...common,
        dutyId: action.dutyId,
        toWhom: action.toWhom,
        channel: action.channel,
        reportVersion: action.reportVersion,
      });
    case 'waive': {
      const duty = record.duties.find((candidate) => candidate.id === action.dutyId);
      if (duty === undefined) return refused('unknownDuty');
      const settled = duty.reported ?? duty.waived;
      if (settled !== null) return late('alreadyDone', { by: settled.by, atMs: settled.atMs }, action.reason);
      return event({ kind: 'waive', ...common, dutyId: action.dutyId, reason: action.reason });
    }
    case 'review': // IN17
      if (isClosed) return refused('isClosed');
      if (!record.isDrill && action.review.scores !== null) return refused('scoresOfReal');
      return event({ kind: 'review', ...common, review: action.review });
    case 'close': {
      // IN9
      if (isClosed) return afterClosing();
      if (record.milestones.restored === null) return refused('notRestored');
      if (record.review === null) return refused('reviewMissing');
      if (record.isDrill && record.review.scores === null) return refused('scoresMissing');
      if (record.duties.some(isOpenDuty))
        return { kind: 'refused', reason: 'reportsOpen', items: record.duties.filter(isOpenDuty).map((duty) => duty.id) };
      const missing = missingItems(record);
      const missingReason = textOf(action.missingReason);
      if (missing.length > 0 && missingReason === null) return { kind: 'refused', reason: 'itemsMissing', items: missing };
      return event({ kind: 'close', ...common, missingItemIds: [...missing], missingReason });
    }
    case 'cancel': // IN10
      if (isClosed) return afterClosing(action.reason);
      if (action.outcome === 'falseAlarm' && isAnybodyHurt(record)) return refused('casualtiesRecorded');
      return event({ kind: 'cancel', ...common, outcome: action.outcome, reason: action.reason });
    default:
      return exhaustive(action, 'incident action');
  }
}

function isAnybodyHurt(record: IncidentRecord): boolean {
  return record.casualties.dead + record.casualties.injured + record.casualties.missing > 0;
}

function refused(reason: IncidentRefusal): Decision {
  return { kind: 'refused', reason };
}

function textOf(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
