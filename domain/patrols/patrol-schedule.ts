// When a round is to be walked: the moments of its schedule by the plant's calendar. Knows no clock. [PT1]
import { addDays, weekdayOf } from '../time/calendar-date.ts';
import { dateAt, momentOf } from '../time/zoned-time.ts';
import type { PatrolRound } from './patrol-plan.ts';

const dayMs = 86_400_000;

type Scheduled = Pick<PatrolRound, 'times' | 'weekdays' | 'monthDays'>;

/** Beginnings in [from, to), in order. */
export function beginningsBetween(round: Scheduled, zone: string, fromMs: number, toMs: number): number[] {
  if (toMs <= fromMs) return [];
  const found: number[] = [];
  // A time that the zone leaves out moves forward, perhaps over midnight: the day before is looked at too.
  const last = dateAt(toMs, zone);
  for (let date = addDays(dateAt(fromMs, zone), -1); date <= last; date = addDays(date, 1)) {
    if (!isDay(round, date)) continue;
    for (const time of round.times) {
      const atMs = momentOf(date, time, zone);
      if (atMs >= fromMs && atMs < toMs) found.push(atMs);
    }
  }
  return [...new Set(found)].sort((one, other) => one - other);
}

function isDay({ weekdays, monthDays }: Scheduled, date: string): boolean {
  if (weekdays !== null) return weekdays.includes(weekdayOf(date));
  return monthDays === null || monthDays.includes(Number(date.slice(8)));
}

/** The same for the rounds of many stations: each schedule is reckoned once a span, for the calendar of a zone takes its time. */
export class Beginnings {
  readonly #zone: string;
  readonly #known = new Map<string, readonly number[]>();

  /** For one answer: it remembers what it was asked. */
  constructor(zone: string) {
    this.#zone = zone;
  }

  /** Rounds of one id have one schedule. */
  between(round: Scheduled & Pick<PatrolRound, 'id'>, fromMs: number, toMs: number): readonly number[] {
    const key = `${round.id} ${fromMs} ${toMs}`;
    let found = this.#known.get(key);
    if (found === undefined) {
      found = beginningsBetween(round, this.#zone, fromMs, toMs);
      this.#known.set(key, found);
    }
    return found;
  }

  /** Null where there is none within the days. */
  next(round: Scheduled & Pick<PatrolRound, 'id'>, fromMs: number, days: number): number | null {
    return this.between(round, fromMs, fromMs + 2 * dayMs)[0] ?? this.between(round, fromMs, fromMs + days * dayMs)[0] ?? null;
  }
}
