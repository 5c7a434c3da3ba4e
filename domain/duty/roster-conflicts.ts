// What is wrong with a roster: told to whoever plans it, never refused: a gap that is known is better than one that is hidden. Pure.
import { addDays } from '../time/calendar-date.ts';
import { answersFor, type DutyPlace, type RosterEntry, type ShiftInstance, shiftInstance } from './roster.ts';

export type RosterConflict =
  /** One person in two shifts that overlap, or twice in one. */
  | { readonly kind: 'personTwice'; readonly date: string; readonly shiftId: string; readonly username: string }
  /** Nobody at all. */
  | { readonly kind: 'shiftUncovered'; readonly date: string; readonly shiftId: string }
  /** Somebody, but fewer than the position needs. */
  | {
      readonly kind: 'positionShort';
      readonly date: string;
      readonly shiftId: string;
      readonly positionId: string;
      readonly have: number;
      readonly need: number;
    }
  | { readonly kind: 'emergencyTeamMissing'; readonly date: string; readonly shiftId: string }
  /** There is a watch, but nobody in it answers for these stations. */
  | { readonly kind: 'stationsUncovered'; readonly date: string; readonly shiftId: string; readonly stationIds: readonly string[] }
  /** Shifts one after the other without a rest that are longer than 12 h together; named at the last of them. */
  | {
      readonly kind: 'tooLong';
      readonly date: string;
      readonly shiftId: string;
      readonly username: string;
      readonly hours: number;
    }
  /** The plan has no such shift any more. */
  | { readonly kind: 'unknownShift'; readonly date: string; readonly shiftId: string; readonly username: string }
  /** The person has no account, or a disabled one. */
  | { readonly kind: 'personUnavailable'; readonly date: string; readonly shiftId: string; readonly username: string };

const longestWorkMs = 12 * 3_600_000;
/** A break shorter than this is no rest: the shifts count as one stretch of work. */
const shortestRestMs = 4 * 3_600_000;

/** Conflicts of the days `from` … `from + days − 1`; `entries` should reach a day or two further on both sides. */
export function rosterConflicts(
  entries: readonly RosterEntry[],
  place: DutyPlace,
  range: { readonly from: string; readonly days: number },
  isAvailable: (username: string) => boolean,
): RosterConflict[] {
  const dates = Array.from({ length: range.days }, (_, day) => addDays(range.from, day));
  const inRange = new Set(dates);
  const conflicts: RosterConflict[] = [];
  for (const date of dates) {
    for (const shift of place.plan.shifts) {
      const here = entries.filter((entry) => entry.date === date && entry.shiftId === shift.id);
      conflicts.push(...coverage(here, place, date, shift.id));
    }
  }
  for (const entry of entries) {
    if (!inRange.has(entry.date)) continue;
    const at = { date: entry.date, shiftId: entry.shiftId, username: entry.username };
    if (place.plan.shifts.every((shift) => shift.id !== entry.shiftId)) conflicts.push({ kind: 'unknownShift', ...at });
    if (!isAvailable(entry.username)) conflicts.push({ kind: 'personUnavailable', ...at });
  }
  return [...conflicts, ...workloads(entries, place).filter((conflict) => inRange.has(conflict.date))];
}

function coverage(here: readonly RosterEntry[], place: DutyPlace, date: string, shiftId: string): RosterConflict[] {
  if (here.length === 0) return [{ kind: 'shiftUncovered', date, shiftId }];
  const conflicts: RosterConflict[] = [];
  for (const position of place.plan.positions) {
    const have = new Set(here.filter((entry) => entry.positionId === position.id).map((entry) => entry.username)).size;
    if (have >= position.required) continue;
    if (position.duty === 'emergency' && have === 0) conflicts.push({ kind: 'emergencyTeamMissing', date, shiftId });
    else conflicts.push({ kind: 'positionShort', date, shiftId, positionId: position.id, have, need: position.required });
  }
  const watchPositions = new Set(place.plan.positions.filter((position) => position.duty === 'watch').map((position) => position.id));
  const watch = here.filter((entry) => watchPositions.has(entry.positionId));
  if (watch.length > 0) {
    const stationIds = [...place.areaOfStation.keys()].filter((station) => !watch.some((entry) => answersFor(entry, station, place)));
    if (stationIds.length > 0) conflicts.push({ kind: 'stationsUncovered', date, shiftId, stationIds });
  }
  return conflicts;
}

interface Work extends ShiftInstance {
  readonly username: string;
}

function workloads(entries: readonly RosterEntry[], place: DutyPlace): RosterConflict[] {
  const conflicts: RosterConflict[] = [];
  for (const [username, work] of workByPerson(entries, place)) {
    let stretchStartMs = Number.NaN;
    let before: Work | null = null;
    for (const shift of work) {
      const at = { date: shift.date, shiftId: shift.shift.id, username };
      if (before !== null && shift.startMs < before.endMs) conflicts.push({ kind: 'personTwice', ...at });
      const goesOn = before !== null && shift.startMs - before.endMs < shortestRestMs;
      if (!goesOn) stretchStartMs = shift.startMs;
      const isSame = before !== null && shift.startMs === before.startMs && shift.endMs === before.endMs;
      // One shift alone may be 13 h long on the night when the clocks go back.
      if (goesOn && !isSame && shift.endMs - stretchStartMs > longestWorkMs)
        conflicts.push({ kind: 'tooLong', ...at, hours: Math.round((shift.endMs - stretchStartMs) / 360_000) / 10 });
      if (before === null || shift.endMs >= before.endMs) before = shift;
    }
  }
  return conflicts;
}

function workByPerson(entries: readonly RosterEntry[], place: DutyPlace): Map<string, Work[]> {
  const byPerson = new Map<string, Work[]>();
  for (const entry of entries) {
    const shift = place.plan.shifts.find((candidate) => candidate.id === entry.shiftId);
    if (shift === undefined) continue;
    const list = byPerson.get(entry.username) ?? [];
    list.push({ ...shiftInstance(shift, entry.date, place.timeZone), username: entry.username });
    byPerson.set(entry.username, list);
  }
  for (const list of byPerson.values()) list.sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
  return byPerson;
}
