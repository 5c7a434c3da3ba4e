// The alarm list by station, for a flood: what came first at each station on top. Only an order of the same rows: none is left out.
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import { type AlarmPriority, alarmPriorities, priorityNumber } from '../../domain/alarms/priority.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { AlarmRow } from './alarm-order.ts';

export interface AlarmGroup {
  readonly stationId: string;
  readonly rows: readonly AlarmRow[];
  /** Of every alarm in the group, folded ones too. */
  readonly counts: ReadonlyMap<AlarmPriority, number>;
  readonly unacknowledged: number;
  /** The newest that was first of a burst. */
  readonly firstOut: AlarmView | null;
}

/** `rows` in the order of the list; `stationIds` in the order of the plant. */
export function groupByStation(rows: readonly AlarmRow[], stationIds: readonly string[]): AlarmGroup[] {
  const byStation = new Map<string, AlarmRow[]>();
  for (const row of rows) {
    const held = byStation.get(row.alarm.stationId);
    if (held === undefined) byStation.set(row.alarm.stationId, [row]);
    else held.push(row);
  }
  const rank = new Map(stationIds.map((id, index) => [id, index]));
  return [...byStation]
    .map(([stationId, group]) => groupOf(stationId, group))
    .sort((one, other) => urgency(one) - urgency(other) || (rank.get(one.stationId) ?? 0) - (rank.get(other.stationId) ?? 0));
}

function groupOf(stationId: string, rows: readonly AlarmRow[]): AlarmGroup {
  const all = rows.flatMap((row) => [row.alarm, ...row.eclipsed]);
  const isFirst = (row: AlarmRow) => row.alarm.isFirstOut || row.eclipsed.some((alarm) => alarm.isFirstOut);
  const firstOuts = all.filter((alarm) => alarm.isFirstOut);
  return {
    stationId,
    rows: [...rows.filter(isFirst), ...rows.filter((row) => !isFirst(row))],
    counts: new Map(
      alarmPriorities.flatMap((priority) => {
        const count = all.filter((alarm) => alarm.priority === priority).length;
        return count === 0 ? [] : [[priority, count] as const];
      }),
    ),
    unacknowledged: all.filter((alarm) => needsAcknowledgement(alarm.state)).length,
    firstOut: firstOuts.reduce<AlarmView | null>(
      (newest, alarm) => (newest === null || (alarm.raisedAtMs ?? 0) > (newest.raisedAtMs ?? 0) ? alarm : newest),
      null,
    ),
  };
}

/** The worst that waits for an acknowledgement, then the worst: a station moves only when that changes, not at every new alarm. */
function urgency(group: AlarmGroup): number {
  let least = 100;
  for (const { alarm } of group.rows)
    least = Math.min(least, priorityNumber[alarm.priority] + (needsAcknowledgement(alarm.state) ? 0 : 10));
  return least;
}
