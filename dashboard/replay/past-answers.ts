// What a screen's question is answered with while a past moment is replayed. Closed: a question that is not in this list is not asked of the server, so that
// nothing of today can stand on a screen of then.
import type { QueryKey } from '@tanstack/react-query';
import type { PersonView } from '../../domain/api/duty-api.ts';
import type { IncidentSummary } from '../../domain/api/incident-api.ts';
import type { WorkList } from '../../domain/api/maintenance-api.ts';
import type { PointView, StationSummary, StationView } from '../../domain/api/plant-api.ts';
import type { PastDuty } from '../../domain/api/replay-api.ts';
import type { TrendMarks } from '../../domain/api/trends-api.ts';
import { isGood } from '../../domain/readings/quality.ts';
import { fetchJournal } from '../http/gatewatch-api.ts';
import { fetchNotifications } from '../notifications/notification-api.ts';
import type { ReplayPlayer } from './replay-player.ts';
import {
  fetchPastAlarm,
  fetchPastCoverage,
  fetchPastDuty,
  fetchPastIncident,
  fetchPastOccurrences,
  fetchPastRelated,
} from './replay-requests.ts';

/** The screen that asked has no past: it is not part of the replay. */
export class NotReplayed extends Error {}

export interface Question {
  readonly key: QueryKey;
  readonly signal: AbortSignal;
  /** Of a list that is read page by page: where this page begins. */
  readonly before?: unknown;
  /** Asks the server of today. */
  readonly ask: () => Promise<unknown>;
}

const longestMaintenanceMs = 86_400_000;
const longestTestMs = 14_400_000;

export async function pastAnswer(player: ReplayPlayer, { key, signal, before, ask }: Question): Promise<unknown> {
  const [what, which, more] = key;
  const nowMs = player.serverNowMs();
  switch (what) {
    case 'plant':
    case 'users':
    // History by its own nature: the stretch is in the question.
    case 'readings':
    // A person's own choice of points, not of any time.
    case 'trendViews':
      return ask();
    case 'trend-marks': {
      const marks = (await ask()) as TrendMarks;
      return { ...marks, marks: marks.marks.filter(({ timeMs }) => timeMs <= nowMs) };
    }
    case 'alarmSettings':
      // Limits over time, by the versions of the settings.
      if (which === 'trend-limits') return ask();
      break;
    case 'points':
      return ((await ask()) as PointView[]).map((point) => pointThen(point, player));
    case 'station':
      return stationThen((await ask()) as StationView, player);
    case 'maintenance':
      return { windows: [...player.work.get()], longestMaintenanceMs, longestTestMs } satisfies WorkList;
    case 'alarm':
      if (more === undefined) return fetchPastAlarm(String(which), nowMs, signal);
      if (more === 'related') return fetchPastRelated(String(which), nowMs, signal);
      if (more === 'occurrences') return fetchPastOccurrences(String(which), nowMs, signal);
      break;
    case 'replay-coverage':
      return fetchPastCoverage(nowMs, signal);
    case 'duty':
      return dutyThen(player, { which, nowMs, ask });
    // Signed: it does not change any more, and the list names those of then only.
    case 'handover':
      return ask();
    case 'notifications':
      return notificationsThen({ which, more, nowMs, signal, before });
    case 'journal':
      return journalThen(which, more, nowMs, signal);
    case 'incidents':
      return incidentsThen(player, { which, more, nowMs, signal, ask });
  }
  throw new NotReplayed(`${String(what)} is not part of the replay`);
}

const dutyOf = new WeakMap<ReplayPlayer, { readonly atMs: number; readonly answer: Promise<PastDuty> }>();

/** The parts of the duty screen ask one by one; what they are told is of one moment. */
async function dutyThen(
  player: ReplayPlayer,
  { which, nowMs, ask }: { readonly which: unknown; readonly nowMs: number; readonly ask: () => Promise<unknown> },
): Promise<unknown> {
  // Names of shifts, positions and consoles are those of the plant file of today.
  if (which === 'plan') return ask();
  // Names; how people are reached today is nobody's business in the past.
  if (which === 'people') return ((await ask()) as PersonView[]).map((person) => ({ ...person, contact: null }));
  if (which !== 'now' && which !== 'log' && which !== 'checks' && which !== 'handovers' && which !== 'isRosterComplete')
    throw new NotReplayed(`duty ${String(which)} is not part of the replay`);
  const held = dutyOf.get(player);
  const { answer } = held?.atMs === nowMs ? held : { answer: fetchPastDuty(nowMs) };
  dutyOf.set(player, { atMs: nowMs, answer });
  answer.catch(() => dutyOf.delete(player));
  return (await answer)[which];
}

/** Orders and attempts up to the moment. */
function notificationsThen(question: {
  readonly which: unknown;
  readonly more: unknown;
  readonly nowMs: number;
  readonly signal: AbortSignal;
  readonly before: unknown;
}): Promise<unknown> {
  const { which, more, nowMs, signal, before } = question;
  if ((which !== 'of' && which !== 'log') || typeof more !== 'object' || more === null)
    throw new NotReplayed(`notifications ${String(which)} are not part of the replay`);
  const asked = more as Readonly<Record<string, string>>;
  const limit: Readonly<Record<string, string>> = which === 'of' ? { limit: '50' } : {};
  const page: Readonly<Record<string, string>> = typeof before === 'string' ? { before } : {};
  return fetchNotifications({ ...asked, ...limit, ...page, asOf: String(Math.round(nowMs)) }, signal);
}

/** Limits as they were; no reading of today. */
function pointThen(point: PointView, player: ReplayPlayer): PointView {
  const settings = player.facts.get()?.settings ?? [];
  const latest = { ...point.latest, value: null, timeMs: null, quality: { severity: 'bad', reason: 'notYetRead' } as const };
  const limits = point.limits.map((limit) => {
    const then = settings.find(({ alarmId }) => alarmId === limit.alarmId);
    return then === undefined ? limit : { ...limit, priority: then.priority, setpoint: then.setpoint };
  });
  return { ...point, latest, limits };
}

/** Whether a device was connected is not recorded by itself: its alarms and the quality of its points tell. */
function stationThen(station: StationView, player: ReplayPlayer): StationView {
  return {
    ...stationSummaryThen(station, player),
    address: station.address,
    devices: station.devices.map((device) => ({ ...device, connection: 'unknown', reason: null })),
  };
}

/** `coverage`: share of good points by station, where the server has told it of about this moment. */
export function stationSummaryThen<Station extends StationSummary>(
  station: Station,
  player: ReplayPlayer,
  coverage: ReadonlyMap<string, number> = new Map(),
): Station {
  const own = player.alarms.list.get().filter((alarm) => alarm.stationId === station.id);
  return {
    ...station,
    worstPriority: null,
    activeAlarms: own.filter((alarm) => alarm.isConditionTrue).length,
    unacknowledgedAlarms: 0,
    goodShare: coverage.get(station.id) ?? goodShareThen(player, station),
  };
}

/** Not a number where not all points of the station are on the screen: then it is not known. */
function goodShareThen(player: ReplayPlayer, station: StationSummary): number {
  if (!player.isWholeStation(station.id)) return Number.NaN;
  const shown = player.values.of(`${station.id}.`);
  if (shown.length === 0) return Number.NaN;
  return shown.filter(({ quality }) => isGood(quality)).length / station.pointCount;
}

/** Lines up to the moment, by when the server had written them. */
function journalThen(which: unknown, more: unknown, nowMs: number, signal: AbortSignal) {
  const toMs = Math.floor(nowMs) + 1;
  if (which === 'alarm') return fetchJournal({ alarmId: String(more), toMs, limit: 100 }, signal);
  if (typeof which !== 'number') throw new NotReplayed('this journal is not part of the replay');
  const stationId = typeof more === 'string' && more !== '' ? more : null;
  return fetchJournal({ fromMs: Math.floor(nowMs - which * 3_600_000), toMs, stationId, limit: 2_000 }, signal);
}

async function incidentsThen(
  player: ReplayPlayer,
  question: {
    readonly which: unknown;
    readonly more: unknown;
    readonly nowMs: number;
    readonly signal: AbortSignal;
    readonly ask: () => Promise<unknown>;
  },
): Promise<unknown> {
  const { which, more, nowMs, signal, ask } = question;
  if (which === 'closed')
    return ((await ask()) as IncidentSummary[]).filter(({ closedAtMs }) => closedAtMs !== null && closedAtMs <= nowMs);
  if (which === 'ofAlarm') {
    const incident = (await ask()) as IncidentSummary | null;
    return incident === null ? null : (player.incidents.list.get().find(({ id }) => id === incident.id) ?? null);
  }
  if (typeof which !== 'string' || more !== undefined) throw new NotReplayed('this is not part of the replay');
  return fetchPastIncident(which, nowMs, signal);
}
