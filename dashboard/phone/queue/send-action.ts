// One queued action over HTTP, and what its answer means. An answer that does not come from Gatewatch (a hotel's sign-in page, a proxy's error) is no
// answer: the action stays. Used by the page and by the service worker.
import { z } from 'zod';
import { needsAcknowledgement } from '../../../domain/alarms/alarm-state.ts';
import { alarmViewSchema, versionConflictSchema } from '../../../domain/api/alarm-api.ts';
import { actionAnswerSchema } from '../../../domain/api/incident-api.ts';
import { problemSchema } from '../../../domain/api/problem.ts';
import { personHeader } from '../../../domain/api/session-api.ts';
import { exhaustive } from '../../../domain/exhaustive.ts';
import { patrolVisitSchema } from '../../../domain/patrols/patrol.ts';
import type { Deed, NotedReason, QueuedAction } from './queued-action.ts';

export type HeldReason =
  /** No network, or no sensible answer. */
  | 'unreachable'
  /** The server is there and cannot now (429, 5xx). */
  | 'busy'
  | 'signedOut'
  /** Somebody else is signed in on this phone. */
  | 'anotherPerson';

export type SendResult =
  /** `body`: the server's answer, which holds the newer state. */
  | { readonly kind: 'applied'; readonly body: unknown }
  /** Came too late to change anything, and the person should know. */
  | {
      readonly kind: 'noted';
      readonly because: NotedReason;
      readonly by: string | null;
      readonly earlierAtMs: number | null;
      readonly body: unknown;
    }
  | { readonly kind: 'held'; readonly reason: HeldReason; readonly retryInMs: number | null }
  | { readonly kind: 'refused'; readonly code: string | null; readonly detail: string; readonly by: string | null };

/** The server's answer as far as it matters; null where there was none that came from Gatewatch. */
export type WireAnswer = { readonly status: number; readonly body: unknown; readonly retryAfterMs: number | null } | null;
export type Post = (path: string, body: unknown, username: string) => Promise<WireAnswer>;

const answerWithinMs = 15_000;
/** As long as the server waits for a request: 200 kB at 14 kbit/s. */
const pictureWithinMs = 115_000;
/** Only what is looked at: a server that is newer than this app must still be understood, or the action would be sent for ever. */
const doneSchema = alarmViewSchema.pick({ id: true, alarmId: true, version: true });
/** Of a patrol: whether the label that was read proves the visit. */
const visitTakenSchema = z.object({ patrol: z.object({ visits: z.array(patrolVisitSchema.pick({ actionId: true, codeFault: true })) }) });
const hazardTakenSchema = z.object({ id: z.string(), number: z.string(), version: z.int() });
const takenSchema = actionAnswerSchema.pick({ outcome: true, because: true, earlier: true });
const conflictSchema = versionConflictSchema.pick({ detail: true, by: true }).extend({
  current: alarmViewSchema.pick({ id: true, state: true, version: true, acknowledgedBy: true }),
});

export const postOverHttp: Post = async (path, body, username) => {
  const isForm = body instanceof FormData;
  try {
    const response = await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      redirect: 'error',
      headers: {
        accept: 'application/json, application/problem+json',
        ...(isForm ? {} : { 'content-type': 'application/json' }),
        [personHeader]: encodeURIComponent(username),
      },
      body: isForm ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(isForm ? pictureWithinMs : answerWithinMs),
    });
    const text = await response.text();
    if (!/json/.test(response.headers.get('content-type') ?? '')) return null;
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return { status: response.status, body: JSON.parse(text), retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : null };
  } catch {
    return null;
  }
};

const unreachable: SendResult = { kind: 'held', reason: 'unreachable', retryInMs: null };

export async function sendAction(action: QueuedAction, post: Post): Promise<SendResult> {
  const { deed } = action;
  switch (deed.kind) {
    case 'acknowledge':
      return sendAcknowledgement(action, deed, deed.version, post, rebindsMost);
    case 'incident':
      return sendStep(action, deed, post);
    case 'photo':
      return sendPhoto(action, deed, post);
    case 'patrolVisit':
      return sendPatrolVisit(action, deed, post);
    case 'patrolPhoto':
      return sendPatrolPhoto(action, deed, post);
    case 'hazardStep':
      return sendHazardStep(action, deed, post);
    case 'hazardPhoto':
      return sendHazardPhoto(action, deed, post);
    default:
      return exhaustive(deed, 'deed');
  }
}

/** The plant may move the alarm on while the acknowledgement travels: this often it is bound anew to the same occurrence, then it waits. */
const rebindsMost = 3;

type DeedOf<Kind extends Deed['kind']> = Extract<Deed, { kind: Kind }>;

async function sendAcknowledgement(
  action: QueuedAction,
  deed: DeedOf<'acknowledge'>,
  version: number,
  post: Post,
  rebindsLeft: number,
): Promise<SendResult> {
  const { username, actionId, madeAtMs } = action;
  const answer = await post(
    `/api/alarms/${encodeURIComponent(deed.occurrenceId)}/acknowledge`,
    { version, ...(deed.comment === null ? {} : { comment: deed.comment }), actionId, madeAtMs },
    username,
  );
  const common = judge(answer);
  if (common !== null) return common;
  if (answer === null) return unreachable;
  if (answer.status === 200) return doneSchema.safeParse(answer.body).success ? { kind: 'applied', body: answer.body } : unreachable;
  const conflict = conflictSchema.safeParse(answer.body);
  if (!conflict.success) return refusalOf(answer.body);
  const { current, by } = conflict.data;
  // Done by himself at a desk meanwhile: nothing is left to do, and nothing was refused.
  if (current.id === deed.occurrenceId && current.acknowledgedBy === username) return { kind: 'applied', body: null };
  if (current.id !== deed.occurrenceId) return { kind: 'refused', code: 'newOccurrence', detail: conflict.data.detail, by };
  // It cleared, was commented on or escalated, but nobody has acknowledged this occurrence: what the person said of it still holds.
  if (needsAcknowledgement(current.state) && current.version !== version) {
    return rebindsLeft > 0
      ? sendAcknowledgement(action, deed, current.version, post, rebindsLeft - 1)
      : { kind: 'held', reason: 'busy', retryInMs: null };
  }
  return {
    kind: 'refused',
    code: current.acknowledgedBy === null ? 'changed' : 'acknowledgedByAnother',
    detail: conflict.data.detail,
    by: current.acknowledgedBy ?? by,
  };
}

async function sendStep(action: QueuedAction, deed: DeedOf<'incident'>, post: Post): Promise<SendResult> {
  const { username, actionId, madeAtMs } = action;
  const position = deed.position === null ? {} : { position: deed.position };
  const path = `/api/incidents/${encodeURIComponent(deed.incidentId)}/actions`;
  const result = judgeTaken(await post(path, { ...deed.step, actionId, atMs: madeAtMs, ...position }, username));
  if (result.kind !== 'noted') return result;
  // That he was on his way, or had ticked it, was known already: nothing that he must read.
  const isNews = result.because !== 'alreadyDone' || deed.step.kind === 'control' || deed.step.kind === 'restore';
  return isNews ? result : { kind: 'applied', body: result.body };
}

async function sendPhoto(action: QueuedAction, deed: DeedOf<'photo'>, post: Post): Promise<SendResult> {
  const form = new FormData();
  form.set('actionId', action.actionId);
  form.set('atMs', String(action.madeAtMs));
  if (deed.caption !== '') form.set('caption', deed.caption);
  if (deed.position !== null) form.set('position', JSON.stringify(deed.position));
  form.set('photo', deed.picture, 'photo.jpg');
  return judgeTaken(await post(`/api/incidents/${encodeURIComponent(deed.incidentId)}/photos`, form, action.username));
}

const patrolPath = (patrolId: string, what: 'visits' | 'photos') => `/api/patrols/${encodeURIComponent(patrolId)}/${what}`;

async function sendPatrolVisit(action: QueuedAction, deed: DeedOf<'patrolVisit'>, post: Post): Promise<SendResult> {
  const { actionId, madeAtMs, username } = action;
  const { kind: _kind, patrolId, name: _name, place: _place, ...visit } = deed;
  const answer = await post(patrolPath(patrolId, 'visits'), { ...visit, actionId, atMs: madeAtMs }, username);
  const common = judge(answer);
  if (common !== null) return common;
  if (answer === null) return unreachable;
  if (answer.status >= 400) return refusalOf(answer.body);
  const taken = visitTakenSchema.safeParse(answer.body);
  if (!taken.success) return unreachable;
  const isProved = taken.data.patrol.visits.find((made) => made.actionId === actionId)?.codeFault == null;
  if (isProved) return { kind: 'applied', body: answer.body };
  return { kind: 'noted', because: 'codeProvesNothing', by: null, earlierAtMs: null, body: answer.body };
}

async function sendPatrolPhoto(action: QueuedAction, deed: DeedOf<'patrolPhoto'>, post: Post): Promise<SendResult> {
  const form = new FormData();
  form.set('actionId', action.actionId);
  form.set('atMs', String(action.madeAtMs));
  form.set('placeId', deed.placeId);
  form.set('photo', deed.picture, 'photo.jpg');
  const answer = await post(patrolPath(deed.patrolId, 'photos'), form, action.username);
  const common = judge(answer);
  if (common !== null) return common;
  if (answer === null) return unreachable;
  if (answer.status >= 400) return refusalOf(answer.body);
  return visitTakenSchema.safeParse(answer.body).success ? { kind: 'applied', body: answer.body } : unreachable;
}

const hazardPath = (hazardId: string, what: 'work' | 'photos') => `/api/hazards/${encodeURIComponent(hazardId)}/${what}`;

async function sendHazardStep(action: QueuedAction, deed: DeedOf<'hazardStep'>, post: Post): Promise<SendResult> {
  return judgeHazard(await post(hazardPath(deed.hazardId, 'work'), { ...deed.step, actionId: action.actionId }, action.username));
}

async function sendHazardPhoto(action: QueuedAction, deed: DeedOf<'hazardPhoto'>, post: Post): Promise<SendResult> {
  const form = new FormData();
  form.set('actionId', action.actionId);
  form.set('purpose', deed.purpose);
  if (deed.caption !== '') form.set('caption', deed.caption);
  form.set('photo', deed.picture, 'photo.jpg');
  return judgeHazard(await post(hazardPath(deed.hazardId, 'photos'), form, action.username));
}

function judgeHazard(answer: WireAnswer): SendResult {
  const common = judge(answer);
  if (common !== null) return common;
  if (answer === null) return unreachable;
  if (answer.status >= 400) return refusalOf(answer.body);
  return hazardTakenSchema.safeParse(answer.body).success ? { kind: 'applied', body: answer.body } : unreachable;
}

function judgeTaken(answer: WireAnswer): SendResult {
  const common = judge(answer);
  if (common !== null) return common;
  if (answer === null) return unreachable;
  if (answer.status >= 400) return refusalOf(answer.body);
  const taken = takenSchema.safeParse(answer.body);
  if (!taken.success) return unreachable;
  const { because, earlier } = taken.data;
  if (because === null) return { kind: 'applied', body: answer.body };
  return { kind: 'noted', because, by: earlier?.by?.displayName ?? null, earlierAtMs: earlier?.atMs ?? null, body: answer.body };
}

/** What is the same for every action; null where the status must be read by the action itself (200, 409 and other refusals of its own). */
function judge(answer: WireAnswer): SendResult | null {
  if (answer === null) return unreachable;
  const { status, retryAfterMs } = answer;
  if (status === 401) return { kind: 'held', reason: 'signedOut', retryInMs: null };
  if (status === 408 || status === 425 || status === 429 || status >= 500) return { kind: 'held', reason: 'busy', retryInMs: retryAfterMs };
  if (status < 400) return null;
  const problem = problemSchema.safeParse(answer.body);
  if (!problem.success) return unreachable;
  if (status === 409) {
    return reasonOf(answer.body) === 'anotherPerson' ? { kind: 'held', reason: 'anotherPerson', retryInMs: null } : null;
  }
  return refusalOf(answer.body);
}

function reasonOf(body: unknown): string | null {
  return typeof body === 'object' && body !== null && 'reason' in body && typeof body.reason === 'string' ? body.reason : null;
}

function refusalOf(body: unknown): SendResult {
  const problem = problemSchema.safeParse(body);
  const detail = problem.success ? (problem.data.detail ?? problem.data.title) : '';
  return { kind: 'refused', code: reasonOf(body), detail, by: null };
}
