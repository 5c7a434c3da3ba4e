// Gathers everything that decides who is told, as it is at this moment: roster, watches, people and their contacts.
import type { DutyFacts, DutyPerson } from '../../domain/duty/escalation.ts';
import { channelsFor, noContact } from '../../domain/duty/person-contact.ts';
import { type DutyPlace, whoIsNext, whoIsOnDuty } from '../../domain/duty/roster.ts';
import type { NotificationChannel } from '../../domain/notification/notification-order.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { dateAt, minuteOfDayAt } from '../../domain/time/zoned-time.ts';
import type { People } from './people.ts';
import type { RosterStore } from './roster-store.ts';
import type { ToldOfMissedCheck } from './watch-checks.ts';
import type { Watch } from './watch-store.ts';

export interface FactSources {
  readonly place: DutyPlace;
  readonly people: People;
  readonly roster: RosterStore;
  readonly openWatches: () => Promise<readonly Watch[]>;
  /** Channels that the plant has set up. */
  readonly channels: () => readonly NotificationChannel[];
  /** Who has a phone that takes web push. */
  readonly withPush: () => Promise<ReadonlySet<string>>;
  readonly clock: Clock;
}

export async function gatherDutyFacts({
  place,
  people,
  roster,
  openWatches,
  channels,
  withPush: askWithPush,
  clock,
}: FactSources): Promise<DutyFacts> {
  const atMs = clock.nowMs();
  const today = dateAt(atMs, place.timeZone);
  const [entries, watches, users, contacts, withPush] = await Promise.all([
    roster.between(addDays(today, -1), addDays(today, 3)),
    openWatches(),
    people.users(),
    people.contacts(),
    askWithPush(),
  ]);
  return {
    atMs,
    minuteOfDay: minuteOfDayAt(atMs, place.timeZone),
    place,
    entries,
    channels: channels(),
    watching: [...new Set(watches.map((watch) => watch.username))],
    people: new Map(
      users.map((user): [string, DutyPerson] => [
        user.username,
        {
          username: user.username,
          displayName: user.displayName,
          isDisabled: user.isDisabled,
          stationIds: user.stationIds,
          contact: contacts.get(user.username)?.settings ?? noContact,
          hasPush: withPush.has(user.username),
        },
      ]),
    ),
  };
}

/** Of a missed check: the leads on duty, or those of the next shift; never the person himself. DU20. */
export function leadsToTell(username: string, facts: DutyFacts): ToldOfMissedCheck[] {
  const question = { atMs: facts.atMs, stationId: null, position: { duty: 'lead' } } as const;
  const others = (entries: readonly { readonly username: string }[]) => [
    ...new Set(entries.map((entry) => entry.username).filter((name) => name !== username && facts.people.get(name)?.isDisabled === false)),
  ];
  const now = others(whoIsOnDuty(facts.entries, facts.place, question));
  const leads =
    now.length > 0
      ? now
      : others(
          whoIsNext(
            facts.entries.filter((entry) => entry.username !== username),
            facts.place,
            question,
          ),
        );
  return leads.flatMap((name) => {
    const person = facts.people.get(name);
    if (person === undefined) return [];
    // An empty console is no matter for quiet hours.
    const channels = channelsFor(person, {
      wanted: ['webPush', 'sms', 'voice'],
      configured: facts.channels,
      priority: 'high',
      isOnDuty: true,
      minuteOfDay: facts.minuteOfDay,
    });
    return channels.length === 0 ? [] : [{ username: name, displayName: person.displayName, channels }];
  });
}
