// What stood around the alarms at a past moment: stations in maintenance, points under test, who had the watch, the flood. Reads tables and journal only.
import type { FloodView } from '../../domain/alarms/flood.ts';
import type { WatchThen } from '../../domain/api/replay-api.ts';
import type { WorkWindow } from '../../domain/maintenance/work-window.ts';
import { consoleIdOf } from '../alarms/flood-watch.ts';
import type { Database } from '../journal/database.ts';
import { lastSequenceBefore } from '../journal/walk-journal.ts';

const floodLookBackMs = 24 * 3_600_000;
const tenMinutesMs = 600_000;

/** Journal kinds after which the surroundings may be other than before. */
export const surroundingKinds: readonly string[] = [
  ...['start', 'extend', 'end'].flatMap((step) => [`maintenance.${step}`, `test.${step}`]),
  'alarm.floodStart',
  'alarm.floodEnd',
];
export const isWatchKind = (kind: string): boolean => kind.startsWith('watch.') || kind.startsWith('duty.');

export async function workAt(database: Database, atMs: number): Promise<WorkWindow[]> {
  const rows = await database
    .selectFrom('work_window')
    .select('record')
    .where('started_at_ms', '<=', atMs)
    .where((eb) => eb.or([eb('ended_at_ms', 'is', null), eb('ended_at_ms', '>', atMs)]))
    .orderBy('started_at_ms')
    .execute();
  return Promise.all(rows.map(({ record }) => asItWas(database, JSON.parse(record) as WorkWindow, atMs)));
}

/** Its end had not come, and it may have been extended since: reason and time are those of the last line of then. */
async function asItWas(database: Database, window: WorkWindow, atMs: number): Promise<WorkWindow> {
  const rows = await database
    .selectFrom('journal')
    .select(['detail', 'actor', 'occurred_at_ms'])
    .where('station_id', '=', window.stationId)
    .where('kind', 'in', [`${window.kind}.start`, `${window.kind}.extend`])
    .where('occurred_at_ms', '>=', window.startedAtMs)
    .where('recorded_at_ms', '<=', atMs)
    .orderBy('sequence', 'desc')
    .execute();
  for (const row of rows) {
    const detail = JSON.parse(row.detail) as { id?: string; version?: number; reason?: string; untilMs?: number };
    if (detail.id !== window.id) continue;
    const actor = JSON.parse(row.actor) as { username?: string };
    return {
      ...window,
      version: detail.version ?? window.version,
      reason: detail.reason ?? window.reason,
      untilMs: detail.untilMs ?? window.untilMs,
      ended: null,
      changedBy: actor.username ?? null,
      changedAtMs: row.occurred_at_ms,
    };
  }
  return { ...window, ended: null };
}

export async function watchesAt(database: Database, atMs: number): Promise<WatchThen[]> {
  const rows = await database
    .selectFrom('watch')
    .select(['console_id', 'username', 'display_name', 'started_at_ms'])
    .where('started_at_ms', '<=', atMs)
    .where((eb) => eb.or([eb('ended_at_ms', 'is', null), eb('ended_at_ms', '>', atMs)]))
    .orderBy('console_id')
    .execute();
  return rows.map((row) => ({
    consoleId: row.console_id,
    username: row.username,
    displayName: row.display_name,
    sinceMs: row.started_at_ms,
  }));
}

/** The flood of the console with these stations, as the journal tells its start and end. */
export async function floodAt(database: Database, stationIds: ReadonlySet<string> | null, atMs: number): Promise<FloodView | null> {
  const rows = await database
    .selectFrom('journal')
    .select(['kind', 'detail', 'occurred_at_ms'])
    .where('kind', 'in', ['alarm.floodStart', 'alarm.floodEnd'])
    .where('sequence', '>', await lastSequenceBefore(database, atMs - floodLookBackMs))
    .where('recorded_at_ms', '<=', atMs)
    .orderBy('sequence', 'desc')
    .execute();
  const consoleId = consoleIdOf(stationIds);
  const last = rows.find(({ detail }) => (JSON.parse(detail) as { console?: unknown }).console === consoleId);
  if (last?.kind !== 'alarm.floodStart') return null;
  // The ten minutes that made it a flood belong to it.
  const [announced, inLastTenMinutes] = await Promise.all([
    announcedIn(database, stationIds, last.occurred_at_ms - tenMinutesMs, atMs),
    announcedIn(database, stationIds, atMs - tenMinutesMs, atMs),
  ]);
  return { sinceMs: last.occurred_at_ms, announced, inLastTenMinutes };
}

async function announcedIn(
  database: Database,
  stationIds: ReadonlySet<string> | null,
  afterMs: number,
  throughMs: number,
): Promise<number> {
  let select = database
    .selectFrom('alarm_announcement')
    .select((eb) => eb.fn.countAll<number | bigint | string>().as('count'))
    .where('announced_at_ms', '>', afterMs)
    .where('announced_at_ms', '<=', throughMs)
    .where('is_test', '=', 0);
  if (stationIds !== null) select = select.where('station_id', 'in', ['', ...stationIds]);
  return Number((await select.executeTakeFirstOrThrow()).count);
}
