// How many alarms were announced when, by priority: the scrub bar; and the next or last one from a moment. From the announcements that alarm performance keeps.
import { type AlarmPriority, alarmPriorities } from '../../domain/alarms/priority.ts';
import type { ReplayDensity } from '../../domain/api/replay-api.ts';
import type { Database } from '../journal/database.ts';

export async function densityRows(
  database: Database,
  ask: { readonly fromMs: number; readonly toMs: number; readonly bucketMs: number; readonly stationIds: ReadonlySet<string> | null },
): Promise<ReplayDensity['rows']> {
  const { fromMs, toMs, bucketMs, stationIds } = ask;
  let select = database
    .selectFrom('alarm_announcement')
    .select(['announced_at_ms', 'priority'])
    .where('announced_at_ms', '>=', fromMs)
    .where('announced_at_ms', '<', toMs)
    .where('is_test', '=', 0);
  if (stationIds !== null) select = select.where('station_id', 'in', ['', ...stationIds]);
  const counts = new Map<number, number[]>();
  for (const announcement of await select.execute()) {
    const bucket = Math.floor((announcement.announced_at_ms - fromMs) / bucketMs);
    const priorities: readonly string[] = alarmPriorities;
    const column = priorities.indexOf(announcement.priority);
    const row = counts.get(bucket) ?? alarmPriorities.map(() => 0);
    row[column] = (row[column] ?? 0) + 1;
    counts.set(bucket, row);
  }
  return [...counts]
    .sort(([one], [other]) => one - other)
    .map(([bucket, [critical = 0, high = 0, medium = 0, low = 0]]) => [bucket, critical, high, medium, low]);
}

export async function nextAnnouncement(
  database: Database,
  ask: { readonly atMs: number; readonly isForward: boolean; readonly stationIds: ReadonlySet<string> | null },
): Promise<{
  readonly atMs: number;
  readonly alarmId: string;
  readonly stationId: string;
  readonly priority: AlarmPriority;
} | null> {
  const { atMs, isForward, stationIds } = ask;
  let select = database
    .selectFrom('alarm_announcement')
    .select(['announced_at_ms', 'alarm_id', 'station_id', 'priority'])
    .where('announced_at_ms', isForward ? '>' : '<', atMs)
    .where('is_test', '=', 0)
    .orderBy('announced_at_ms', isForward ? 'asc' : 'desc')
    .limit(1);
  if (stationIds !== null) select = select.where('station_id', 'in', ['', ...stationIds]);
  const row = await select.executeTakeFirst();
  if (row === undefined) return null;
  const priority = alarmPriorities.find((name) => name === row.priority) ?? 'low';
  return { atMs: row.announced_at_ms, alarmId: row.alarm_id, stationId: row.station_id, priority };
}
