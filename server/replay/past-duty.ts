// The watch as it was at a past moment: consoles, who worked the shift by the roster of then, log, checks, handovers, notices. Reads tables and journal only.
// Whether somebody was signed in at a console is not kept and not told.
import type { PastDuty } from '../../domain/api/replay-api.ts';
import type { DutyNow, LogEntryView, WatchCheckView } from '../../domain/api/watch-api.ts';
import { type DutyPlace, type RosterEntry, type ShiftInstance, shiftsAfter, shiftsAt } from '../../domain/duty/roster.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import { dateAt } from '../../domain/time/zoned-time.ts';
import type { WatchCheckTable, WatchTable } from '../duty/duty-tables.ts';
import { rosterBetween } from '../duty/roster-store.ts';
import type { Database } from '../journal/database.ts';
import { rosterAt } from './past-roster.ts';

const weekMs = 7 * 86_400_000;
const shownChecks = 50;
const shownHandovers = 20;
const mostLogEntries = 200;

export async function dutyAt(options: {
  readonly database: Database;
  readonly place: DutyPlace;
  /** Of the plan; one that it no longer has is shown while somebody had its watch. */
  readonly consoleIds: readonly string[];
  readonly atMs: number;
  readonly maySee: (stationId: string) => boolean;
}): Promise<PastDuty> {
  const { database, place, atMs, maySee } = options;
  const today = dateAt(atMs, place.timeZone);
  const roster = await rosterAt(database, await rosterBetween(database, addDays(today, -1), addDays(today, 3)), atMs);
  const shifts = shiftsAt(place, atMs);
  const [next] = shiftsAfter(place, atMs);
  const inShift = (instance: ShiftInstance) =>
    roster.entries.filter((entry) => entry.date === instance.date && entry.shiftId === instance.shift.id).map(entryThen);
  const checks = await checksAt(database, atMs);
  return {
    now: {
      serverTimeMs: atMs,
      shifts: shifts.map(shiftView),
      onDuty: shifts.flatMap(inShift),
      next: next === undefined ? null : { ...shiftView(next), entries: inShift(next) },
      consoles: await consolesAt(database, options.consoleIds, atMs, checks),
      notices: await noticesAt(database, atMs, maySee),
    },
    isRosterComplete: roster.isComplete,
    log: (await logAt(database, atMs)).filter(({ stationId }) => stationId === null || maySee(stationId)),
    checks: checks.slice(0, shownChecks),
    handovers: await handoversAt(database, atMs),
  };
}

const shiftView = ({ shift, date, startMs, endMs }: ShiftInstance) => ({ shiftId: shift.id, date, startMs, endMs });

const entryThen = ({ stationIds, areaIds, ...rest }: RosterEntry) => ({
  ...rest,
  version: 0,
  stationIds: stationIds === null ? null : [...stationIds],
  areaIds: areaIds === null ? null : [...areaIds],
});

async function consolesAt(
  database: Database,
  planned: readonly string[],
  atMs: number,
  checks: readonly WatchCheckView[],
): Promise<DutyNow['consoles']> {
  const begun = await database
    .selectFrom('watch')
    .selectAll()
    .where('started_at_ms', '<=', atMs)
    .orderBy('started_at_ms', 'desc')
    .limit(500)
    .execute();
  const newest = new Map<string, WatchTable>();
  for (const watch of begun) if (!newest.has(watch.console_id)) newest.set(watch.console_id, watch);
  const isOpen = ({ ended_at_ms }: WatchTable): boolean => ended_at_ms === null || ended_at_ms > atMs;
  const consoleIds = new Set([...planned, ...[...newest.values()].filter(isOpen).map((watch) => watch.console_id)]);
  return [...consoleIds].map((consoleId) => {
    const watch = newest.get(consoleId);
    if (watch === undefined || !isOpen(watch)) return { consoleId, watch: null, emptySinceMs: watch?.ended_at_ms ?? null };
    return {
      consoleId,
      watch: {
        id: watch.watch_id,
        consoleId,
        username: watch.username,
        displayName: watch.display_name,
        startedAtMs: watch.started_at_ms,
        handoverId: watch.handover_id,
        withoutHandoverReason: watch.without_handover_reason,
        isSignedIn: true,
        lastCheck: checks.find(({ username }) => username === watch.username) ?? null,
      },
      emptySinceMs: null,
    };
  });
}

/** Newest first. An answer or a miss of later had not come yet. */
async function checksAt(database: Database, atMs: number): Promise<WatchCheckView[]> {
  const rows = await database
    .selectFrom('watch_check')
    .selectAll()
    .where('asked_at_ms', '<=', atMs)
    .orderBy('asked_at_ms', 'desc')
    .limit(2 * shownChecks)
    .execute();
  return rows.map((row) => {
    const hadAnswer = row.answered_at_ms !== null && row.answered_at_ms <= atMs;
    return {
      id: row.check_id,
      username: row.username,
      consoleIds: JSON.parse(row.console_ids) as string[],
      askedAtMs: row.asked_at_ms,
      dueAtMs: row.due_at_ms,
      answeredAtMs: hadAnswer ? row.answered_at_ms : null,
      outcome: hadAnswer || row.due_at_ms <= atMs ? outcomeOf(row) : 'open',
    };
  });
}

const outcomeOf = ({ outcome }: WatchCheckTable): WatchCheckView['outcome'] =>
  outcome === 'answered' || outcome === 'missed' || outcome === 'void' ? outcome : 'open';

/** Of the week before, and whatever was still to be handed on. Newest first. */
async function logAt(database: Database, atMs: number): Promise<LogEntryView[]> {
  const rows = await database
    .selectFrom('watch_log')
    .selectAll()
    .where('at_ms', '<=', atMs)
    .where(({ eb, or, and }) =>
      or([
        eb('at_ms', '>', atMs - weekMs),
        eb('is_open', '=', 1),
        and([eb('closed_at_ms', 'is not', null), eb('closed_at_ms', '>', atMs)]),
      ]),
    )
    .orderBy('at_ms', 'desc')
    .orderBy('log_id', 'desc')
    .limit(mostLogEntries)
    .execute();
  return rows.map((row) => {
    const wasClosed = row.closed_at_ms !== null && row.closed_at_ms <= atMs;
    return {
      id: row.log_id,
      atMs: row.at_ms,
      consoleId: row.console_id,
      username: row.username,
      displayName: row.display_name,
      stationId: row.station_id,
      text: row.text,
      isOpen: row.is_open === 1 || (row.closed_at_ms !== null && !wasClosed),
      closedAtMs: wasClosed ? row.closed_at_ms : null,
      closedBy: wasClosed ? row.closed_by : null,
    };
  });
}

async function handoversAt(database: Database, atMs: number): Promise<PastDuty['handovers']> {
  const rows = await database
    .selectFrom('handover')
    .select(['handover_id', 'console_id', 'from_username', 'to_username', 'signed_at_ms'])
    .where('signed_at_ms', '<=', atMs)
    .orderBy('signed_at_ms', 'desc')
    .limit(shownHandovers)
    .execute();
  return rows.map((row) => ({
    id: row.handover_id,
    consoleId: row.console_id,
    fromUsername: row.from_username,
    toUsername: row.to_username,
    signedAtMs: row.signed_at_ms,
  }));
}

async function noticesAt(database: Database, atMs: number, maySee: (stationId: string) => boolean): Promise<DutyNow['notices']> {
  const rows = await database
    .selectFrom('duty_notice')
    .selectAll()
    .where('opened_at_ms', '<=', atMs)
    .where(({ eb, or }) => or([eb('closed_at_ms', 'is', null), eb('closed_at_ms', '>', atMs)]))
    .orderBy('opened_at_ms')
    .execute();
  return rows.flatMap((row) => {
    const detail = JSON.parse(row.detail) as Readonly<Record<string, unknown>>;
    const text = (name: string) => (typeof detail[name] === 'string' ? detail[name] : null);
    const kind = (['nobodyToTell', 'checkMissed', 'withoutHandover'] as const).find((known) => known === row.kind) ?? 'nobodyToTell';
    const stationId = text('stationId');
    if (stationId !== null && !maySee(stationId)) return [];
    // How often it had come by then is not kept: what is known is that it had.
    const isLater = row.last_at_ms > atMs;
    return [
      {
        id: row.notice_id,
        kind,
        openedAtMs: row.opened_at_ms,
        lastAtMs: isLater ? row.opened_at_ms : row.last_at_ms,
        times: isLater ? 1 : row.times,
        stationId,
        alarmId: text('alarmId'),
        consoleId: text('consoleId'),
        displayName: text('displayName') ?? text('username'),
        reason: text('reason'),
      },
    ];
  });
}
