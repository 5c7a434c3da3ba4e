// Adds up announcements into the numbers of alarm performance. Pure: rows in, numbers out, in one pass; nothing of a row is kept that is not needed.
import type { AlarmPriority } from '../../domain/alarms/priority.ts';
import { fleetingMs } from '../alarms/alarm-marks.ts';
import { FloodTally } from '../alarms/flood-meter.ts';
import type { AnnouncementRecord } from './announcement-record.ts';

export const bucketMs = 600_000;
const chatterWindowMs = 60_000;

export interface AlarmTally {
  readonly alarmId: string;
  readonly stationId: string;
  priority: AlarmPriority;
  announced: number;
  chattering: number;
  /** Runs of chattering. */
  runs: number;
  lastChatterMs: number;
  fleeting: number;
  readonly fleetingMs: number[];
  lastFleetingMs: number;
  /** Each raise that chatters, is fleeting, or both. */
  nuisance: number;
  /** Of those that are over. */
  readonly stoodMs: number[];
  /** The last two raises, to see a third. */
  recent: { readonly atMs: number; isChatter: boolean; isFleeting: boolean }[];
}

export interface DelayTally {
  readonly delaysMs: number[];
  withResponseTime: number;
  late: number;
  waiting: number;
  announced: number;
}

export interface ConsoleTally {
  readonly stationIds: ReadonlySet<string> | null;
  announced: number;
  /** By number of its ten minutes since the epoch. */
  readonly buckets: Map<number, number>;
  readonly floods: FloodTally;
}

export class Tally {
  readonly #range: { readonly fromMs: number; readonly toMs: number; readonly nowMs: number };
  readonly alarms = new Map<string, AlarmTally>();
  readonly byPriority = new Map<AlarmPriority, DelayTally>();
  readonly byPerson = new Map<string, DelayTally>();
  readonly consoles: readonly ConsoleTally[];
  announced = 0;
  again = 0;
  tests = 0;

  /** `consoles`: the sets of stations to count for; the first one is the scope itself. `toMs` is not later than `nowMs`. */
  constructor(
    range: { readonly fromMs: number; readonly toMs: number; readonly nowMs: number },
    consoles: readonly (ReadonlySet<string> | null)[],
  ) {
    this.#range = range;
    this.consoles = consoles.map((stationIds) => ({ stationIds, announced: 0, buckets: new Map(), floods: new FloodTally() }));
  }

  /** In the order of their announcement. Those before the range only tell whether a flood was under way at its start. */
  add(record: AnnouncementRecord): void {
    const { fromMs, toMs } = this.#range;
    if (record.announcedAtMs >= toMs) return;
    const isInRange = record.announcedAtMs >= fromMs;
    if (record.isTest) {
      if (isInRange) this.tests += 1;
      return;
    }
    const bucket = Math.floor(record.announcedAtMs / bucketMs);
    for (const console of this.consoles) {
      if (console.stationIds !== null && !console.stationIds.has(record.stationId)) continue;
      console.floods.announce(record.announcedAtMs);
      if (!isInRange) continue;
      console.announced += 1;
      console.buckets.set(bucket, (console.buckets.get(bucket) ?? 0) + 1);
    }
    if (!isInRange) return;
    this.announced += 1;
    if (!record.isRaise) this.again += 1;
    this.#addToAlarm(record);
    this.#addDelay(record);
  }

  #addToAlarm(record: AnnouncementRecord): void {
    let tally = this.alarms.get(record.alarmId);
    if (tally === undefined) {
      tally = {
        alarmId: record.alarmId,
        stationId: record.stationId,
        priority: record.priority,
        announced: 0,
        chattering: 0,
        runs: 0,
        lastChatterMs: 0,
        fleeting: 0,
        fleetingMs: [],
        lastFleetingMs: 0,
        nuisance: 0,
        stoodMs: [],
        recent: [],
      };
      this.alarms.set(record.alarmId, tally);
    }
    tally.announced += 1;
    tally.priority = record.priority;
    if (!record.isRaise) return;
    const stoodMs = record.endedAtMs === null ? null : record.endedAtMs - record.raisedAtMs;
    if (stoodMs !== null && record.ending === 'cleared') tally.stoodMs.push(stoodMs);
    const isFleeting = stoodMs !== null && record.ending === 'cleared' && stoodMs <= fleetingMs;
    if (isFleeting) {
      tally.fleeting += 1;
      tally.fleetingMs.push(stoodMs);
      tally.lastFleetingMs = record.raisedAtMs;
      tally.nuisance += 1;
    }
    this.#addChatter(tally, { atMs: record.raisedAtMs, isChatter: false, isFleeting });
  }

  #addChatter(tally: AlarmTally, raise: { readonly atMs: number; isChatter: boolean; isFleeting: boolean }): void {
    const last = [...tally.recent, raise];
    const [first] = last;
    if (last.length === 3 && first !== undefined && raise.atMs - first.atMs <= chatterWindowMs) {
      if (!last.some((each) => each.isChatter)) tally.runs += 1;
      for (const each of last) {
        if (each.isChatter) continue;
        each.isChatter = true;
        tally.chattering += 1;
        if (!each.isFleeting) tally.nuisance += 1;
      }
      tally.lastChatterMs = raise.atMs;
    }
    tally.recent = last.slice(-2);
  }

  #addDelay(record: AnnouncementRecord): void {
    const ofPriority = delayTally(this.byPriority, record.priority);
    ofPriority.announced += 1;
    if (record.isRepeat) return;
    const { acknowledgedAtMs, acknowledgedBy, announcedAtMs, responseTimeMs } = record;
    if (acknowledgedAtMs === null) {
      if (!record.isWaiting) return;
      ofPriority.waiting += 1;
      if (responseTimeMs !== null && this.#range.nowMs - announcedAtMs > responseTimeMs) ofPriority.late += 1;
      return;
    }
    const delayMs = Math.max(0, acknowledgedAtMs - announcedAtMs);
    const tallies = acknowledgedBy === null ? [ofPriority] : [ofPriority, delayTally(this.byPerson, acknowledgedBy)];
    for (const tally of tallies) {
      tally.delaysMs.push(delayMs);
      if (responseTimeMs === null) continue;
      tally.withResponseTime += 1;
      if (delayMs > responseTimeMs) tally.late += 1;
    }
  }
}

function delayTally<K>(tallies: Map<K, DelayTally>, key: K): DelayTally {
  let tally = tallies.get(key);
  if (tally === undefined) {
    tally = { delaysMs: [], withResponseTime: 0, late: 0, waiting: 0, announced: 0 };
    tallies.set(key, tally);
  }
  return tally;
}

/** Nearest rank: a value that really occurred. Sorts in place. Null of none. */
export function percentile(values: number[], share: number): number | null {
  if (values.length === 0) return null;
  values.sort((one, other) => one - other);
  return values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? null;
}

/** Number of stale alarms on each plant day, as `date → count`: days on which an alarm had stood longer than `staleMs` and was shown (PF8). */
export function staleByDay(
  lasting: readonly AnnouncementRecord[],
  range: { readonly fromMs: number; readonly toMs: number; readonly staleMs: number },
  dayOf: (atMs: number) => { readonly date: string; readonly endMs: number },
): ReadonlyMap<string, number> {
  const alarmsByDay = new Map<string, Set<string>>();
  for (const record of lasting) {
    if (record.isTest) continue;
    const endMs = Math.min(record.endedAtMs ?? range.toMs, range.toMs);
    let atMs = Math.max(record.raisedAtMs + range.staleMs, record.announcedAtMs, range.fromMs);
    while (atMs < endMs) {
      const day = dayOf(atMs);
      let alarms = alarmsByDay.get(day.date);
      if (alarms === undefined) {
        alarms = new Set();
        alarmsByDay.set(day.date, alarms);
      }
      alarms.add(record.alarmId);
      atMs = day.endMs;
    }
  }
  return new Map([...alarmsByDay].map(([date, alarms]) => [date, alarms.size]));
}
