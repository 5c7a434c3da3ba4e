// Makes the report of a period from its rows: figures with verdicts, and the breakdowns. Pure; the rows come from the performance store.
import { mayDo } from '../../domain/access/roles.ts';
import type { AlarmPriority } from '../../domain/alarms/priority.ts';
import { alarmPriorities } from '../../domain/alarms/priority.ts';
import type { Delays, FigureVerdict, PerformanceView } from '../../domain/api/performance-api.ts';
import type { UserView } from '../../domain/api/users-api.ts';
import type { FloodPeriod } from '../alarms/flood-meter.ts';
import type { SetAsideRecord } from './announcement-record.ts';
import { figureOf } from './figures.ts';
import { type AlarmTally, bucketMs, type ConsoleTally, type DelayTally, percentile, type Tally } from './tally.ts';

const hourMs = 3_600_000;
const pastItsTimeMs = 10_000;
/** More alarms than this in ten minutes are more than one person can take in. */
const busyAbove = 10;
export const topCount = 10;

export interface ReportPeriod {
  readonly fromMs: number;
  readonly toMs: number;
  readonly observedFromMs: number;
  readonly observedToMs: number;
  readonly nowMs: number;
}

export interface ReportInput {
  readonly period: ReportPeriod;
  /** Its first console is the scope of the report; the others are listed. */
  readonly tally: Tally;
  readonly staleByDay: ReadonlyMap<string, number>;
  readonly setAsides: readonly SetAsideRecord[];
  readonly users: readonly UserView[];
  /** Of each station in the scope. */
  readonly areaOf: ReadonlyMap<string, string>;
  readonly isComplete: boolean;
}

export function isPastItsTime(record: SetAsideRecord, nowMs: number): boolean {
  return (record.endedAtMs ?? nowMs) - record.untilMs > pastItsTimeMs;
}

/** Most announced first; of equal ones the nuisance first. */
export function rankedAlarms(tally: Tally): AlarmTally[] {
  return [...tally.alarms.values()].sort(
    (one, other) => other.announced - one.announced || other.nuisance - one.nuisance || (one.alarmId < other.alarmId ? -1 : 1),
  );
}

export function topTenShare(tally: Tally): number {
  const top = rankedAlarms(tally).slice(0, topCount);
  return tally.announced === 0 ? 0 : top.reduce((sum, alarm) => sum + alarm.announced, 0) / tally.announced;
}

export function reportOf(input: ReportInput): PerformanceView {
  const { period, tally, setAsides, areaOf } = input;
  const [scope, ...others] = tally.consoles;
  if (scope === undefined) throw new Error('a report needs a scope');
  const observedMs = Math.max(0, period.observedToMs - period.observedFromMs);
  const alarms = [...tally.alarms.values()];
  const sum = (of: (alarm: AlarmTally) => number) => alarms.reduce((total, alarm) => total + of(alarm), 0);
  const priorities = alarmPriorities.map((priority) => priorityOf(priority, tally.byPriority.get(priority), tally.announced));
  const shareOf = (wanted: readonly AlarmPriority[]) =>
    priorities.reduce((total, each) => total + (wanted.includes(each.priority) ? each.share : 0), 0);
  const scopeLoad = consoleLoad(scope, period, observedMs);
  const stale = [...input.staleByDay].reduce<{ most: number; date: string | null }>(
    (worst, [date, count]) => (count > worst.most ? { most: count, date } : worst),
    { most: 0, date: null },
  );
  const loadOf = (key: (alarm: AlarmTally) => string) => loads(alarms, key, tally.announced, observedMs);
  const { announced } = tally;
  return {
    fromMs: period.fromMs,
    toMs: period.toMs,
    observedFromMs: period.observedFromMs,
    observedToMs: period.observedToMs,
    isComplete: input.isComplete,
    counts: {
      announced,
      again: tally.again,
      chattering: sum((alarm) => alarm.chattering),
      fleeting: sum((alarm) => alarm.fleeting),
      tests: tally.tests,
      waiting: priorities.reduce((total, each) => total + each.waiting, 0),
    },
    figures: [
      figureOf('averageRate', scopeLoad.perHour, announced),
      figureOf('busyPeriods', scopeLoad.busyShare, announced),
      figureOf('floodTime', scopeLoad.floodShare, announced),
      figureOf('topTenShare', topTenShare(tally), announced),
      figureOf(
        'nuisance',
        sum((alarm) => alarm.nuisance),
        announced,
      ),
      figureOf('stale', stale.most, announced),
      figureOf('urgentShare', shareOf(['critical', 'high']), announced),
      figureOf('mediumShare', shareOf(['medium']), announced),
      figureOf(
        'lateAcknowledgements',
        priorities.reduce((total, each) => total + each.late, 0),
        announced,
      ),
      figureOf('unauthorised', setAsides.filter((record) => record.fault !== null).length, announced),
      figureOf('pastItsTime', setAsides.filter((record) => isPastItsTime(record, period.nowMs)).length, announced),
    ],
    priorities,
    buckets: bucketsOf(scope, period),
    floods: scopeLoad.floods.map((flood) => ({ ...flood })),
    stale,
    consoles: others.map((console) => {
      const load = consoleLoad(console, period, observedMs);
      return {
        stationIds: console.stationIds === null ? null : [...console.stationIds].sort(),
        people: peopleOf(input.users, console.stationIds),
        announced: console.announced,
        perHour: load.perHour,
        busyShare: load.busyShare,
        floodShare: load.floodShare,
        floods: load.floods.length,
        verdict: worst([
          figureOf('averageRate', load.perHour, announced).verdict,
          figureOf('busyPeriods', load.busyShare, announced).verdict,
          figureOf('floodTime', load.floodShare, announced).verdict,
        ]),
      };
    }),
    stations: loadOf((alarm) => alarm.stationId).map(({ key, ...load }) => ({ stationId: key, ...load })),
    areas: loadOf((alarm) => areaOf.get(alarm.stationId) ?? '').map(({ key, ...load }) => ({ areaId: key, ...load })),
    people: [...tally.byPerson]
      .map(([username, delays]) => ({
        username,
        displayName: input.users.find((user) => user.username === username)?.displayName ?? username,
        ...delaysOf(delays),
      }))
      .sort((one, other) => other.acknowledged - one.acknowledged),
  };
}

function consoleLoad(console: ConsoleTally, period: ReportPeriod, observedMs: number) {
  const { observedFromMs, observedToMs } = period;
  const floods = console.floods
    .finish(observedToMs)
    .filter((flood) => (flood.endMs ?? observedToMs) > observedFromMs)
    .map((flood): FloodPeriod => flood);
  const floodMs = floods.reduce(
    (sum, flood) => sum + Math.min(flood.endMs ?? observedToMs, observedToMs) - Math.max(flood.startMs, observedFromMs),
    0,
  );
  const busy = [...console.buckets.values()].filter((count) => count > busyAbove).length;
  const periods = Math.max(1, observedMs / bucketMs);
  return {
    perHour: observedMs === 0 ? 0 : console.announced / (observedMs / hourMs),
    busyShare: Math.min(1, busy / periods),
    floodShare: observedMs === 0 ? 0 : floodMs / observedMs,
    floods,
  };
}

/** Ten minutes each up to some five weeks; hours beyond, so that a year is not fifty thousand bars. */
function bucketsOf(console: ConsoleTally, { observedFromMs, observedToMs }: ReportPeriod): PerformanceView['buckets'] {
  const perBar = observedToMs - observedFromMs > 36 * 24 * hourMs ? hourMs / bucketMs : 1;
  const barMs = perBar * bucketMs;
  const first = Math.floor(observedFromMs / barMs);
  const counts = new Array<number>(Math.max(0, Math.ceil(observedToMs / barMs) - first)).fill(0);
  for (const [bucket, count] of console.buckets) {
    const bar = Math.floor(bucket / perBar) - first;
    if (bar >= 0 && bar < counts.length) counts[bar] = (counts[bar] ?? 0) + count;
  }
  return { startMs: first * barMs, bucketMs: barMs, counts };
}

function priorityOf(priority: AlarmPriority, tally: DelayTally | undefined, announced: number): PerformanceView['priorities'][number] {
  return {
    priority,
    announced: tally?.announced ?? 0,
    share: announced === 0 ? 0 : (tally?.announced ?? 0) / announced,
    waiting: tally?.waiting ?? 0,
    withResponseTime: tally?.withResponseTime ?? 0,
    ...delaysOf(tally),
  };
}

function delaysOf(tally: DelayTally | undefined): Delays {
  const delays = tally?.delaysMs ?? [];
  return {
    acknowledged: delays.length,
    p50Ms: percentile(delays, 0.5),
    p90Ms: percentile(delays, 0.9),
    maxMs: percentile(delays, 1),
    late: tally?.late ?? 0,
  };
}

function loads(alarms: readonly AlarmTally[], key: (alarm: AlarmTally) => string, announced: number, observedMs: number) {
  const groups = new Map<string, { announced: number; chattering: number; fleeting: number }>();
  for (const alarm of alarms) {
    const held = groups.get(key(alarm)) ?? { announced: 0, chattering: 0, fleeting: 0 };
    held.announced += alarm.announced;
    held.chattering += alarm.chattering;
    held.fleeting += alarm.fleeting;
    groups.set(key(alarm), held);
  }
  return [...groups]
    .map(([name, group]) => ({
      key: name,
      ...group,
      perHour: observedMs === 0 ? 0 : group.announced / (observedMs / hourMs),
      share: announced === 0 ? 0 : group.announced / announced,
    }))
    .sort((one, other) => other.announced - one.announced);
}

function peopleOf(users: readonly UserView[], stationIds: ReadonlySet<string> | null): string[] {
  return users
    .filter((user) => {
      if (user.isDisabled || !mayDo(user.role, 'alarms.acknowledge') || (user.stationIds === null) !== (stationIds === null)) return false;
      return user.stationIds === null || (user.stationIds.length === stationIds?.size && user.stationIds.every((id) => stationIds.has(id)));
    })
    .map((user) => user.displayName);
}

const severity: Readonly<Record<FigureVerdict, number>> = { tooFew: 0, good: 1, manageable: 2, over: 3 };

function worst(verdicts: readonly FigureVerdict[]): FigureVerdict {
  return verdicts.reduce((one, other) => (severity[other] > severity[one] ? other : one), 'tooFew');
}
