// Watches each console for alarm floods while they happen, journals their start and end, and tells pages. Changes no alarm. Rules: MARKS.md, FL.
import type { Logger } from 'pino';
import { mayDo } from '../../domain/access/roles.ts';
import type { FloodView } from '../../domain/alarms/flood.ts';
import type { UserView } from '../../domain/api/users-api.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { Ledger } from '../journal/ledger.ts';
import { lastSequenceBefore, walkJournal } from '../journal/walk-journal.ts';
import { alarmLineOf } from './alarm-line.ts';
import { announcementsIn } from './announcements.ts';
import { type FloodChange, FloodMeter } from './flood-meter.ts';

const windowMs = 600_000;
const judgeEveryMs = 2_000;
/** A flood that began longer ago than this is not looked for at a start. */
const lookBackMs = 7 * 24 * 3_600_000;

/** A console: the stations that one operator watches; `all`, or their ids in order. */
export type ConsoleId = string;

export function consoleIdOf(stationIds: ReadonlySet<string> | readonly string[] | null): ConsoleId {
  return stationIds === null ? 'all' : [...stationIds].sort().join(',');
}

/** The consoles that people have who may acknowledge, and always `all`. */
export function consolesOf(users: readonly UserView[]): ReadonlyMap<ConsoleId, ReadonlySet<string> | null> {
  const consoles = new Map<ConsoleId, ReadonlySet<string> | null>([['all', null]]);
  for (const user of users) {
    if (user.isDisabled || user.stationIds === null || !mayDo(user.role, 'alarms.acknowledge')) continue;
    consoles.set(consoleIdOf(user.stationIds), new Set(user.stationIds));
  }
  return consoles;
}

interface WatchedConsole {
  readonly stationIds: ReadonlySet<string> | null;
  readonly meter: FloodMeter;
  view: FloodView | null;
}

interface Announced {
  readonly atMs: number;
  readonly stationId: string;
}

export interface FloodWatch {
  /** The flood of the console with these stations, or null. The same object until it changes. */
  of(stationIds: ReadonlySet<string> | null): FloodView | null;
  stop(): void;
}

export async function startFloodWatch(options: {
  readonly ledger: Ledger;
  readonly users: () => Promise<readonly UserView[]>;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<FloodWatch> {
  const { ledger, clock, log } = options;
  const consoles = new Map<ConsoleId, WatchedConsole>();
  /** Announced in the last ten minutes at any station, for consoles that come up meanwhile. */
  let recent: Announced[] = [];

  async function refreshConsoles(): Promise<void> {
    const wanted = consolesOf(await options.users());
    for (const id of consoles.keys()) if (!wanted.has(id)) consoles.delete(id);
    for (const [id, stationIds] of wanted) {
      if (consoles.has(id)) continue;
      const added: WatchedConsole = { stationIds, meter: new FloodMeter(), view: null };
      consoles.set(id, added);
      for (const each of recent) if (isOf(added, each)) report(id, added, added.meter.announce(each.atMs));
    }
  }

  function report(id: ConsoleId, watched: WatchedConsole, change: FloodChange): void {
    const { meter, stationIds } = watched;
    if (change !== 'none') {
      const isStart = change === 'started';
      const atMs = isStart ? (meter.sinceMs ?? clock.nowMs()) : meter.endedAtMs;
      ledger
        .note({
          occurredAtMs: atMs,
          kind: isStart ? 'alarm.floodStart' : 'alarm.floodEnd',
          stationId: null,
          alarmId: null,
          occurrenceId: null,
          actor: { kind: 'system', part: 'server' },
          detail: {
            console: id,
            stationIds: stationIds === null ? null : [...stationIds].sort(),
            inLastTenMinutes: meter.inLastTenMinutes,
            ...(isStart ? {} : { announced: meter.announced, peak: meter.peak }),
          },
        })
        .catch((error: unknown) => log.error({ err: error }, 'a flood could not be journaled'));
    }
    show(watched);
  }

  function show(watched: WatchedConsole): void {
    const { sinceMs, announced, inLastTenMinutes } = watched.meter;
    const { view } = watched;
    if (sinceMs === null) watched.view = null;
    else if (view?.sinceMs !== sinceMs || view.announced !== announced || view.inLastTenMinutes !== inLastTenMinutes)
      watched.view = { sinceMs, announced, inLastTenMinutes };
  }

  function announce(entries: readonly JournalEntry[]): void {
    const lines = entries.flatMap((entry) => alarmLineOf(entry) ?? []);
    for (const { stationId, announcedAtMs: atMs, isTest } of announcementsIn(lines)) {
      if (isTest) continue;
      recent.push({ atMs, stationId });
      for (const [id, watched] of consoles) if (isOf(watched, { atMs, stationId })) report(id, watched, watched.meter.announce(atMs));
    }
  }

  /** Brings the meters to where they were, from the journal, without writing anything. */
  async function replay(fromMs: number): Promise<void> {
    const afterSequence = await lastSequenceBefore(ledger.database, fromMs);
    for await (const page of walkJournal(ledger.database, { afterSequence })) {
      for (const { announcedAtMs: atMs, stationId, isTest } of announcementsIn(page.flatMap((entry) => alarmLineOf(entry) ?? []))) {
        if (isTest) continue;
        recent.push({ atMs, stationId });
        for (const watched of consoles.values()) if (isOf(watched, { atMs, stationId })) watched.meter.announce(atMs);
      }
    }
  }

  function judge(): void {
    const nowMs = clock.nowMs();
    recent = recent.filter((each) => each.atMs > nowMs - windowMs);
    for (const [id, watched] of consoles) report(id, watched, watched.meter.judge(nowMs));
  }

  await refreshConsoles();
  const journaled = await openFloods(ledger, clock.nowMs());
  await replay(Math.min(clock.nowMs(), ...journaled.values()) - windowMs);
  for (const [id, watched] of consoles) {
    watched.meter.judge(clock.nowMs());
    const isOpen = journaled.has(id);
    // What began or ended while nobody could write it.
    if (isOpen !== (watched.meter.sinceMs !== null)) report(id, watched, isOpen ? 'ended' : 'started');
    else show(watched);
  }

  const stopListening = ledger.onAppended((entries) => {
    announce(entries);
    if (entries.some((entry) => entry.kind.startsWith('user.')))
      refreshConsoles().catch((error: unknown) => log.error({ err: error }, 'the consoles could not be read'));
  });
  let timer: TimerHandle | null = null;
  const judgeLater = () => {
    timer = clock.after(judgeEveryMs, () => {
      judge();
      judgeLater();
    });
  };
  judgeLater();
  return {
    of: (stationIds) => consoles.get(consoleIdOf(stationIds))?.view ?? null,
    stop() {
      stopListening();
      timer?.cancel();
    },
  };
}

function isOf(watched: WatchedConsole, announced: Announced): boolean {
  return watched.stationIds === null || watched.stationIds.has(announced.stationId);
}

/** Consoles whose last line in the journal is the start of a flood, and when that was. */
async function openFloods(ledger: Ledger, nowMs: number): Promise<ReadonlyMap<ConsoleId, number>> {
  const open = new Map<ConsoleId, number>();
  const afterSequence = await lastSequenceBefore(ledger.database, nowMs - lookBackMs);
  for await (const page of walkJournal(ledger.database, { afterSequence, kinds: ['alarm.floodStart', 'alarm.floodEnd'] })) {
    for (const entry of page) {
      if (entry.kind === 'alarm.floodEnd') open.delete(String(entry.detail.console));
      else open.set(String(entry.detail.console), entry.occurredAtMs);
    }
  }
  return open;
}
