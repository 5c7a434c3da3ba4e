// The order of the alarm list: unacknowledged first, then priority, then newest first; a lesser alarm of a point is folded under the worse one.

import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import { type AlarmPriority, priorityNumber } from '../../domain/alarms/priority.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';

export interface AlarmRow {
  readonly alarm: AlarmView;
  /** Alarms of the same point that this one explains (HH over H). */
  readonly eclipsed: readonly AlarmView[];
}

/** Which part of the list is looked at. */
export const openScopes = ['open', 'unacknowledged', 'active'] as const;
export const asideScopes = ['shelved', 'outOfService', 'suppressed', 'maintenance'] as const;
export const alarmScopes = [...openScopes, ...asideScopes] as const;
export type AlarmScope = (typeof alarmScopes)[number];
export type AsideScope = (typeof asideScopes)[number];

export function isAsideScope(scope: AlarmScope): scope is AsideScope {
  return asideScopes.some((aside) => aside === scope);
}

export interface AlarmFilter {
  readonly scope: AlarmScope;
  readonly priorities: readonly AlarmPriority[];
  readonly stationId: string | null;
  /** Lower case. */
  readonly text: string;
}

/** Shelved, suppressed by design or out of service: known, but not asking for anything. */
export function isSetAside(alarm: AlarmView): boolean {
  return alarm.state === 'shelved' || alarm.state === 'suppressed' || alarm.state === 'outOfService';
}

export function isInScope(alarm: AlarmView, scope: AlarmScope): boolean {
  switch (scope) {
    case 'open':
      return !isSetAside(alarm);
    case 'unacknowledged':
      return needsAcknowledgement(alarm.state);
    case 'active':
      return alarm.isConditionTrue && !isSetAside(alarm);
    case 'shelved':
    case 'outOfService':
      return alarm.state === scope;
    // Suppressed by a lost device and by maintenance at once: in both lists, because each must end for itself.
    case 'suppressed':
      return alarm.state === 'suppressed' && alarm.suppressedBy.some((cause) => cause.kind === 'alarm');
    case 'maintenance':
      return alarm.state === 'suppressed' && alarm.suppressedBy.some((cause) => cause.kind === 'maintenance');
  }
}

export function compareAlarms(one: AlarmView, other: AlarmView): number {
  return (
    Number(needsAcknowledgement(other.state)) - Number(needsAcknowledgement(one.state)) ||
    priorityNumber[one.priority] - priorityNumber[other.priority] ||
    Number(one.isTest) - Number(other.isTest) ||
    (other.raisedAtMs ?? 0) - (one.raisedAtMs ?? 0) ||
    (one.alarmId < other.alarmId ? -1 : 1)
  );
}

export function matchesFilter(alarm: AlarmView, filter: AlarmFilter, searchText: (alarm: AlarmView) => string): boolean {
  return (
    isInScope(alarm, filter.scope) &&
    (filter.priorities.length === 0 || filter.priorities.includes(alarm.priority)) &&
    (filter.stationId === null || alarm.stationId === filter.stationId) &&
    (filter.text === '' || searchText(alarm).includes(filter.text))
  );
}

/** Nothing is lost by folding: an eclipsed alarm whose worse one is not in the list stands as a row of its own. */
export function orderAlarms(alarms: readonly AlarmView[]): AlarmRow[] {
  const sorted = [...alarms].sort(compareAlarms);
  const heads = new Set(sorted.filter((alarm) => alarm.eclipsedByAlarmId === null).map((alarm) => alarm.alarmId));
  const folded = new Map<string, AlarmView[]>();
  const rows: AlarmView[] = [];
  for (const alarm of sorted) {
    const headId = alarm.eclipsedByAlarmId;
    if (headId === null || !heads.has(headId)) rows.push(alarm);
    else folded.set(headId, [...(folded.get(headId) ?? []), alarm]);
  }
  return rows.map((alarm) => ({ alarm, eclipsed: folded.get(alarm.alarmId) ?? none }));
}

const none: readonly AlarmView[] = [];

export interface AlarmSummary {
  readonly worstPriority: AlarmPriority | null;
  /** True where the worst one waits for acknowledgement. */
  readonly isWorstUnacknowledged: boolean;
  readonly open: number;
  readonly unacknowledged: number;
}

export const noAlarms: AlarmSummary = { worstPriority: null, isWorstUnacknowledged: false, open: 0, unacknowledged: 0 };

/** Sums up a group of alarms for a tile, a mimic part or a point. Set-aside and eclipsed ones do not count. */
export function summarizeAlarms(alarms: Iterable<AlarmView>): AlarmSummary {
  let worst: AlarmView | null = null;
  let open = 0;
  let unacknowledged = 0;
  for (const alarm of alarms) {
    if (isSetAside(alarm) || alarm.isEclipsed) continue;
    open++;
    const isUnacknowledged = needsAcknowledgement(alarm.state);
    if (isUnacknowledged) unacknowledged++;
    if (worst === null) worst = alarm;
    else {
      const difference = priorityNumber[alarm.priority] - priorityNumber[worst.priority];
      if (difference < 0 || (difference === 0 && isUnacknowledged)) worst = alarm;
    }
  }
  if (worst === null) return noAlarms;
  return { worstPriority: worst.priority, isWorstUnacknowledged: needsAcknowledgement(worst.state), open, unacknowledged };
}

/** Groups alarms by a key once, so that two hundred tiles do not each walk the whole list. */
export function summarizeBy(alarms: readonly AlarmView[], key: (alarm: AlarmView) => string | null): ReadonlyMap<string, AlarmSummary> {
  const groups = new Map<string, AlarmView[]>();
  for (const alarm of alarms) {
    const name = key(alarm);
    if (name === null) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [alarm]);
    else group.push(alarm);
  }
  return new Map([...groups].map(([name, group]) => [name, summarizeAlarms(group)]));
}
