// Reads a rotation out of a week that stands, so that it can go on without a break: who belongs together, and where each team is in the cycle.
import type { DutyPlanView, RosterEntryView } from '../../domain/api/duty-api.ts';
import { addDays, daysBetween } from '../../domain/time/calendar-date.ts';

export interface TeamMember {
  readonly username: string;
  readonly positionId: string;
  readonly stationIds: readonly string[] | null;
  readonly areaIds: readonly string[] | null;
}

interface Team {
  readonly members: readonly TeamMember[];
  /** Shift of each day of the week; null: off. */
  readonly days: readonly (string | null)[];
}

type RotationView = DutyPlanView['rotations'][number];

export interface RotationStart {
  readonly teams: readonly (readonly TeamMember[])[];
  readonly firstDay: number;
}

/** How the rotation goes on at `from` after the week of `monday`; in any case a start with as many teams as the rotation has. */
export function continueRotation(entries: readonly RosterEntryView[], rotation: RotationView, monday: string, from: string): RotationStart {
  const teams = teamsOf(entries, monday).slice(0, rotation.teams);
  const ordered = inCycle(teams, rotation, daysBetween(monday, from));
  if (ordered !== null) return ordered;
  const members = teams.map((team) => team.members);
  return { teams: [...members, ...Array.from({ length: rotation.teams - members.length }, () => [])], firstDay: 0 };
}

/** Who works exactly the same shifts belongs together; the largest team first. */
function teamsOf(entries: readonly RosterEntryView[], monday: string): Team[] {
  const byPerson = Map.groupBy(entries, (entry) => entry.username);
  const teams = new Map<string, { members: TeamMember[]; days: (string | null)[] }>();
  for (const [username, own] of byPerson) {
    const days = Array.from({ length: 7 }, (_, day) => own.find((entry) => entry.date === addDays(monday, day))?.shiftId ?? null);
    const key = days.join('/');
    const team = teams.get(key) ?? { members: [], days };
    const { positionId = '', stationIds = null, areaIds = null } = own[0] ?? {};
    team.members.push({ username, positionId, stationIds, areaIds });
    teams.set(key, team);
  }
  return [...teams.values()].toSorted((a, b) => b.members.length - a.members.length);
}

/** Null where the week is not one of this rotation. */
function inCycle(teams: readonly Team[], rotation: RotationView, daysOn: number): RotationStart | null {
  const { cycle, offset } = rotation;
  const length = cycle.length;
  const wrapped = (place: number): number => ((place % length) + length) % length;
  const places = teams.map((team) =>
    cycle.findIndex((_, start) => team.days.every((shiftId, day) => cycle[wrapped(start + day)] === shiftId)),
  );
  if (teams.length !== rotation.teams || places.includes(-1)) return null;
  const first = wrapped((places[0] ?? 0) + daysOn);
  const ordered: (readonly TeamMember[])[] = [];
  for (let number = 0; number < rotation.teams; number += 1) {
    const index = places.findIndex((place) => wrapped(place + daysOn) === wrapped(first - number * offset));
    const team = teams[index];
    if (team === undefined) return null;
    ordered.push(team.members);
  }
  return { teams: ordered, firstDay: first };
}
