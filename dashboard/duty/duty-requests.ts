// The paths of the server about duty, with the shapes of their answers.
import { z } from 'zod';
import {
  type ContactView,
  contactViewSchema,
  type DutyPlanView,
  dutyPlanViewSchema,
  type PersonView,
  personViewSchema,
  type RosterEntryView,
  type RosterFilled,
  type RosterView,
  rosterEntryViewSchema,
  rosterFilledSchema,
  rosterViewSchema,
} from '../../domain/api/duty-api.ts';
import { type NotificationLog, notificationLogSchema } from '../../domain/api/notification-api.ts';
import {
  type DutyNow,
  dutyNowSchema,
  type EscalationView,
  escalationViewSchema,
  type HandoverDraft,
  type HandoverLine,
  type HandoverView,
  handoverDraftSchema,
  handoverLineSchema,
  handoverViewSchema,
  type LogEntryView,
  logEntryViewSchema,
  type WatchCheckView,
  type WatchView,
  watchCheckViewSchema,
  watchViewSchema,
} from '../../domain/api/watch-api.ts';
import { type Answer, request, valueOrThrow } from '../http/request.ts';

const id = encodeURIComponent;

async function get<Schema extends z.ZodType>(path: string, schema: Schema, signal?: AbortSignal): Promise<z.output<Schema>> {
  return valueOrThrow((await request(path, { schema, ...(signal && { signal }) })) as Answer<z.output<Schema>>);
}

export const fetchDutyNow = (signal?: AbortSignal): Promise<DutyNow> => get('/api/duty/now', dutyNowSchema, signal);
export const fetchDutyPlan = (signal?: AbortSignal): Promise<DutyPlanView> => get('/api/duty/plan', dutyPlanViewSchema, signal);
export const fetchPeople = (signal?: AbortSignal): Promise<PersonView[]> => get('/api/people', z.array(personViewSchema), signal);
export const fetchContact = (username: string, signal?: AbortSignal): Promise<ContactView> =>
  get(`/api/people/${id(username)}/contact`, contactViewSchema, signal);
export const fetchRoster = (week: string | null, signal?: AbortSignal): Promise<RosterView> =>
  get(`/api/duty/roster${week === null ? '' : `?from=${id(week)}`}`, rosterViewSchema, signal);
export const fetchHandoverDraft = (watchId: string, signal?: AbortSignal): Promise<HandoverDraft> =>
  get(`/api/watches/${id(watchId)}/handover`, handoverDraftSchema, signal);
export const fetchHandovers = (signal?: AbortSignal): Promise<HandoverLine[]> =>
  get('/api/handovers?limit=20', z.array(handoverLineSchema), signal);
export const fetchHandover = (handoverId: string, signal?: AbortSignal): Promise<HandoverView> =>
  get(`/api/handovers/${id(handoverId)}`, handoverViewSchema, signal);
export const fetchWatchLog = (signal?: AbortSignal): Promise<LogEntryView[]> => get('/api/watch-log', z.array(logEntryViewSchema), signal);
export const fetchWatchChecks = (signal?: AbortSignal): Promise<WatchCheckView[]> =>
  get('/api/watch-checks?limit=50', z.array(watchCheckViewSchema), signal);
export const fetchOpenChecks = (signal?: AbortSignal): Promise<WatchCheckView[]> =>
  get('/api/watch-checks/open', z.array(watchCheckViewSchema), signal);
export const fetchEscalation = (alarmId: string, signal?: AbortSignal): Promise<EscalationView> =>
  get(`/api/alarms/${id(alarmId)}/escalation`, escalationViewSchema, signal);
export const fetchAlarmNotifications = (alarmId: string, signal?: AbortSignal): Promise<NotificationLog> =>
  get(`/api/notifications?alarm=${id(alarmId)}&limit=100`, notificationLogSchema, signal);

const post = <Schema extends z.ZodType | null>(path: string, schema: Schema, body: unknown = {}) =>
  request(path, { method: 'POST', body, schema });

export const setContact = (username: string, body: unknown): Promise<Answer<ContactView>> =>
  request(`/api/people/${id(username)}/contact`, { method: 'PUT', body, schema: contactViewSchema });
export const addRosterEntry = (body: unknown): Promise<Answer<RosterEntryView>> => post('/api/duty/roster', rosterEntryViewSchema, body);
export const changeRosterEntry = (entryId: string, body: unknown): Promise<Answer<RosterEntryView>> =>
  request(`/api/duty/roster/${id(entryId)}`, { method: 'PUT', body, schema: rosterEntryViewSchema });
export const removeRosterEntry = (entryId: string, version: number): Promise<Answer<null>> =>
  post(`/api/duty/roster/${id(entryId)}/remove`, null, { version });
export const copyWeek = (body: unknown): Promise<Answer<RosterFilled>> => post('/api/duty/roster/copy-week', rosterFilledSchema, body);
export const fillByRotation = (body: unknown): Promise<Answer<RosterFilled>> => post('/api/duty/roster/rotate', rosterFilledSchema, body);
export const takeWatch = (body: unknown): Promise<Answer<WatchView>> => post('/api/watches', watchViewSchema, body);
export const leaveWatch = (watchId: string, reason: string): Promise<Answer<null>> =>
  post(`/api/watches/${id(watchId)}/end`, null, { reason });
export const signHandover = (watchId: string, body: unknown): Promise<Answer<HandoverView>> =>
  post(`/api/watches/${id(watchId)}/handover`, handoverViewSchema, body);
export const writeLog = (body: unknown): Promise<Answer<LogEntryView>> => post('/api/watch-log', logEntryViewSchema, body);
export const closeLogEntry = (entryId: string): Promise<Answer<LogEntryView>> =>
  post(`/api/watch-log/${id(entryId)}/close`, logEntryViewSchema);
export const answerCheck = (checkId: string): Promise<Answer<WatchCheckView>> =>
  post(`/api/watch-checks/${id(checkId)}/answer`, watchCheckViewSchema);
export const closeNotice = (noticeId: string): Promise<Answer<null>> => post(`/api/duty/notices/${id(noticeId)}/close`, null);
