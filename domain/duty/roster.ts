// The roster: who works which shift of which day, in which position, for which stations; and who is on duty at a moment. Pure.
import { addDays } from '../time/calendar-date.ts';
import { dateAt, momentOf } from '../time/zoned-time.ts';
import type { DutyPlan, PositionDuty, Shift } from './duty-plan.ts';

export interface RosterEntry {
  readonly id: string;
  /** The day on which the shift begins, in the plant's time zone. */
  readonly date: string;
  readonly shiftId: string;
  readonly username: string;
  readonly positionId: string;
  /** Stations and areas that the person answers for; both null: all. */
  readonly stationIds: readonly string[] | null;
  readonly areaIds: readonly string[] | null;
}

/** What the questions below need to know of the plant. */
export interface DutyPlace {
  readonly plan: Pick<DutyPlan, 'shifts' | 'positions'>;
  readonly timeZone: string;
  readonly areaOfStation: ReadonlyMap<string, string>;
}

export interface ShiftInstance {
  readonly shift: Shift;
  readonly date: string;
  readonly startMs: number;
  /** The first moment that is not in the shift. */
  readonly endMs: number;
}

export function shiftInstance(shift: Shift, date: string, zone: string): ShiftInstance {
  const startMs = momentOf(date, shift.start, zone);
  // Compared as texts: an end that is not later on the clock lies on the next day.
  const endMs = momentOf(shift.end > shift.start ? date : addDays(date, 1), shift.end, zone);
  return { shift, date, startMs, endMs };
}

/** Shifts that a moment lies in, in the plan's order. None where the plan leaves the moment out. */
export function shiftsAt(place: DutyPlace, atMs: number): ShiftInstance[] {
  const today = dateAt(atMs, place.timeZone);
  return place.plan.shifts.flatMap((shift) =>
    [addDays(today, -1), today]
      .map((date) => shiftInstance(shift, date, place.timeZone))
      .filter((instance) => instance.startMs <= atMs && atMs < instance.endMs),
  );
}

/** Shifts that begin after a moment, the soonest first, up to `days` ahead. */
export function shiftsAfter(place: DutyPlace, atMs: number, days = 2): ShiftInstance[] {
  const today = dateAt(atMs, place.timeZone);
  return Array.from({ length: days + 1 }, (_, day) => addDays(today, day))
    .flatMap((date) => place.plan.shifts.map((shift) => shiftInstance(shift, date, place.timeZone)))
    .filter((instance) => instance.startMs > atMs)
    .toSorted((a, b) => a.startMs - b.startMs);
}

export function answersFor(entry: Pick<RosterEntry, 'stationIds' | 'areaIds'>, stationId: string | null, place: DutyPlace): boolean {
  if (stationId === null || (entry.stationIds === null && entry.areaIds === null)) return true;
  if (entry.stationIds?.includes(stationId) === true) return true;
  const area = place.areaOfStation.get(stationId);
  return area !== undefined && entry.areaIds?.includes(area) === true;
}

export interface DutyQuestion {
  readonly atMs: number;
  /** Null: whatever stations he answers for. */
  readonly stationId: string | null;
  /** A position of the plan, or every position of one duty; null: any. */
  readonly position: { readonly positionId: string } | { readonly duty: PositionDuty } | null;
}

/** Roster entries that are on duty at the moment, for the station, in the position. */
export function whoIsOnDuty(entries: readonly RosterEntry[], place: DutyPlace, question: DutyQuestion): RosterEntry[] {
  return inShifts(entries, place, shiftsAt(place, question.atMs), question);
}

/** Who answers in the next shift that has anybody for this: the soonest of the coming two days. */
export function whoIsNext(entries: readonly RosterEntry[], place: DutyPlace, question: DutyQuestion): RosterEntry[] {
  for (const instance of shiftsAfter(place, question.atMs)) {
    const found = inShifts(entries, place, [instance], question);
    if (found.length > 0) return found;
  }
  return [];
}

function inShifts(
  entries: readonly RosterEntry[],
  place: DutyPlace,
  instances: readonly ShiftInstance[],
  question: DutyQuestion,
): RosterEntry[] {
  const wanted = new Set(instances.map((instance) => `${instance.date}/${instance.shift.id}`));
  const positions = positionIds(place, question.position);
  return entries.filter(
    (entry) =>
      wanted.has(`${entry.date}/${entry.shiftId}`) &&
      (positions === null || positions.has(entry.positionId)) &&
      answersFor(entry, question.stationId, place),
  );
}

function positionIds(place: DutyPlace, position: DutyQuestion['position']): ReadonlySet<string> | null {
  if (position === null) return null;
  if ('positionId' in position) return new Set([position.positionId]);
  return new Set(place.plan.positions.filter((candidate) => candidate.duty === position.duty).map((candidate) => candidate.id));
}
