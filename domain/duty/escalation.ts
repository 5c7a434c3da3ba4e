// Escalation as pure rules (server/duty/RULES.md): which chain an alarm has, when its next step is due, who is told by it. No clock, no store.
import { type AlarmEvent, type AlarmState, needsAcknowledgement } from '../alarms/alarm-state.ts';
import type { AlarmClass, AlarmPriority } from '../alarms/priority.ts';
import type { NotificationChannel } from '../notification/notification-order.ts';
import { assumedResponseMs, type EscalationChain, type EscalationStep, type EscalationTarget } from './duty-plan.ts';
import { channelsFor, groupChannels, type Reachable } from './person-contact.ts';
import { type DutyPlace, type RosterEntry, whoIsNext, whoIsOnDuty } from './roster.ts';

/** What escalation needs to know of an alarm's definition. */
export interface EscalatedAlarm {
  readonly priority: AlarmPriority;
  readonly class: AlarmClass;
  readonly responseTimeMs: number | null;
}

/** An alarm that waits for an acknowledgement: since when, and how far its chain has come. */
export interface EscalationWait {
  /** Server's clock, when it began to wait: the operators were told then. */
  readonly sinceMs: number;
  /** The newest occurrence of the wait. */
  readonly occurrenceId: string | null;
  readonly stepsTaken: number;
  /** The last step found nobody: the next one is due at once. */
  readonly foundNobody: boolean;
  readonly isAtEnd: boolean;
}

/** Of a journal line about an alarm, what a wait goes by. */
export interface WaitLine {
  readonly event: AlarmEvent;
  readonly recordedAtMs: number;
  readonly occurrenceId: string | null;
  readonly to: AlarmState;
  /** Of an escalation. */
  readonly step: { readonly foundNobody: boolean; readonly isLast: boolean } | null;
}

/** The wait after one more line. Null: nothing waits. DU1, DU2, DU3, DU4, DU5. */
export function followWait(wait: EscalationWait | null, line: WaitLine): EscalationWait | null {
  if (!needsAcknowledgement(line.to)) return null;
  if (wait === null || (line.event === 'raise' && wait.isAtEnd))
    return { sinceMs: line.recordedAtMs, occurrenceId: line.occurrenceId, stepsTaken: 0, foundNobody: false, isAtEnd: false };
  if (line.event === 'raise') return { ...wait, occurrenceId: line.occurrenceId };
  if (line.event === 'escalate' && line.step !== null)
    return { ...wait, stepsTaken: wait.stepsTaken + 1, foundNobody: line.step.foundNobody, isAtEnd: line.step.isLast };
  return wait;
}

/** The first chain that fits; null where the alarm does not escalate. */
export function chainOf(chains: readonly EscalationChain[], alarm: EscalatedAlarm): EscalationChain | null {
  const chain = chains.find((candidate) => candidate.priorities.includes(alarm.priority) && candidate.classes.includes(alarm.class));
  return chain === undefined || chain.steps.length === 0 ? null : chain;
}

/** After how long a wait each step of the chain is due; never before the step above it. */
export function stepTimesMs(chain: EscalationChain, alarm: EscalatedAlarm): number[] {
  const responseMs = alarm.responseTimeMs ?? assumedResponseMs[alarm.priority];
  let latestMs = 0;
  return chain.steps.map(({ after }) => {
    latestMs = Math.max(latestMs, after.kind === 'duration' ? after.ms : after.share * responseMs);
    return latestMs;
  });
}

/** Which step comes next, and after how long a wait. Null at the end of the chain. DU6, DU7. */
export function nextStep(
  wait: EscalationWait,
  chain: EscalationChain,
  alarm: EscalatedAlarm,
): { readonly index: number; readonly step: EscalationStep; readonly dueAfterMs: number } | null {
  const index = wait.stepsTaken;
  const step = chain.steps[index];
  const dueAfterMs = stepTimesMs(chain, alarm)[index];
  if (step === undefined || dueAfterMs === undefined) return null;
  return { index, step, dueAfterMs: wait.foundNobody ? 0 : dueAfterMs };
}

export interface DutyPerson extends Reachable {
  readonly username: string;
  readonly displayName: string;
  readonly isDisabled: boolean;
  /** Stations that his account is limited to; null: all. */
  readonly stationIds: readonly string[] | null;
}

/** Everything that decides who is told, as it is at one moment. */
export interface DutyFacts {
  readonly atMs: number;
  readonly minuteOfDay: number;
  readonly place: DutyPlace;
  /** At least from the day before `atMs` to two days after. */
  readonly entries: readonly RosterEntry[];
  /** Who has the watch at a console. */
  readonly watching: readonly string[];
  /** Channels that the plant has set up. */
  readonly channels: readonly NotificationChannel[];
  readonly people: ReadonlyMap<string, DutyPerson>;
}

export interface Told {
  readonly username: string;
  readonly displayName: string;
  readonly channels: readonly NotificationChannel[];
}

export interface StepOutcome {
  readonly told: readonly Told[];
  /** Meant, but with no way to reach them now. */
  readonly notReached: readonly string[];
  readonly groupChannels: readonly NotificationChannel[];
  /** DU7: no person is told by this step. */
  readonly foundNobody: boolean;
}

/** Who is meant by a target now: usernames, each once. DU8. */
export function peopleOf(target: EscalationTarget, stationId: string, facts: DutyFacts): string[] {
  const { atMs, place, entries } = facts;
  switch (target.kind) {
    case 'onDuty': {
      const rostered = whoIsOnDuty(entries, place, { atMs, stationId, position: { duty: 'watch' } }).map((entry) => entry.username);
      return [...new Set([...facts.watching, ...rostered])];
    }
    case 'position': {
      const found = whoIsOnDuty(entries, place, { atMs, stationId, position: { positionId: target.positionId } });
      return [...new Set(found.map((entry) => entry.username))];
    }
    case 'person':
      return [target.username];
    case 'nextShiftLead': {
      const found = whoIsNext(entries, place, { atMs, stationId, position: { duty: 'lead' } });
      return [...new Set(found.map((entry) => entry.username))];
    }
  }
}

/** What a step comes to. `tester`: the occurrence is a test, and only he hears of it. DU8 to DU11. */
export function decideStep(
  step: EscalationStep,
  alarm: EscalatedAlarm & { readonly stationId: string },
  facts: DutyFacts,
  tester: string | null,
): StepOutcome {
  const meant = tester === null ? step.to.flatMap((target) => peopleOf(target, alarm.stationId, facts)) : [tester];
  const onDuty = new Set([
    ...facts.watching,
    ...whoIsOnDuty(facts.entries, facts.place, { atMs: facts.atMs, stationId: null, position: null }).map((entry) => entry.username),
  ]);
  const told: Told[] = [];
  const notReached: string[] = [];
  for (const username of new Set(meant)) {
    const person = facts.people.get(username);
    const maySee = person !== undefined && (person.stationIds === null || person.stationIds.includes(alarm.stationId));
    const channels =
      person === undefined || person.isDisabled || !maySee
        ? []
        : channelsFor(person, {
            wanted: step.channels,
            configured: facts.channels,
            priority: alarm.priority,
            isOnDuty: tester !== null || onDuty.has(username),
            minuteOfDay: facts.minuteOfDay,
          });
    if (person === undefined || channels.length === 0) notReached.push(username);
    else told.push({ username, displayName: person.displayName, channels });
  }
  return {
    told,
    notReached,
    groupChannels: tester === null ? step.channels.filter((channel) => groupChannels.includes(channel)) : [],
    foundNobody: told.length === 0,
  };
}
