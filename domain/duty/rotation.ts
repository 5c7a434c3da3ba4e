// Fills days of a roster from a rotation: teams go through a cycle of shifts, each some days behind the one before. Pure.
import { addDays } from '../time/calendar-date.ts';
import type { Rotation } from './duty-plan.ts';
import type { RosterEntry } from './roster.ts';

export type NewRosterEntry = Omit<RosterEntry, 'id'>;
export type TeamMember = Omit<NewRosterEntry, 'date' | 'shiftId'>;

/** `firstDay`: where in the cycle the first team stands on `from`; 0 is its first day. Later teams are behind by the rotation's offset each. */
export function rotate(
  rotation: Rotation,
  teams: readonly (readonly TeamMember[])[],
  range: { readonly from: string; readonly days: number; readonly firstDay: number },
): NewRosterEntry[] {
  const length = rotation.cycle.length;
  const entries: NewRosterEntry[] = [];
  for (let day = 0; day < range.days; day += 1) {
    const date = addDays(range.from, day);
    teams.forEach((members, team) => {
      const place = (((range.firstDay + day - team * rotation.offset) % length) + length) % length;
      const shiftId = rotation.cycle[place] ?? null;
      if (shiftId !== null) for (const member of members) entries.push({ ...member, date, shiftId });
    });
  }
  return entries;
}
