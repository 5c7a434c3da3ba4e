// Guesses the teams from a week that stands: who works exactly the same shifts belongs together. A start for the rotation, never more.
import type { RosterEntryView } from '../../domain/api/duty-api.ts';

export interface TeamMember {
  readonly username: string;
  readonly positionId: string;
  readonly stationIds: readonly string[] | null;
  readonly areaIds: readonly string[] | null;
}

/** At most `count` teams, the largest first, filled up with empty ones. */
export function teamsOfRoster(entries: readonly RosterEntryView[], count: number): TeamMember[][] {
  const shiftsOf = new Map<string, Set<string>>();
  const memberOf = new Map<string, TeamMember>();
  for (const { username, positionId, stationIds, areaIds, date, shiftId } of entries) {
    const shifts = shiftsOf.get(username) ?? new Set();
    shifts.add(`${date}/${shiftId}`);
    shiftsOf.set(username, shifts);
    if (!memberOf.has(username)) memberOf.set(username, { username, positionId, stationIds, areaIds });
  }
  const teams = new Map<string, TeamMember[]>();
  for (const [username, shifts] of shiftsOf) {
    const member = memberOf.get(username);
    if (member === undefined) continue;
    const key = [...shifts].toSorted().join(' ');
    teams.set(key, [...(teams.get(key) ?? []), member]);
  }
  const sorted = [...teams.values()].toSorted((a, b) => b.length - a.length).slice(0, count);
  return [...sorted, ...Array.from({ length: count - sorted.length }, (): TeamMember[] => [])];
}
