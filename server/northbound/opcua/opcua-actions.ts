// What a client of the OPC UA server may do to an alarm: the same rules, the same table and the same journal as over HTTP, with the identity of the
// person who signed in. Nothing is decided in the OPC UA thread.
import type { Permission } from '../../../domain/access/roles.ts';
import type { AlarmDefinition } from '../../../domain/alarms/alarm-definition.ts';
import type { Plant } from '../../../domain/plant/plant.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { AccessControl } from '../../access/access-control.ts';
import { actorOf, type Identity, isAllowed } from '../../access/identity.ts';
import { type LifecycleEvent, longestShelvingMs, type Refusal } from '../../alarms/alarm-machine.ts';
import type { AlarmRecord } from '../../alarms/alarm-record.ts';
import type { ActionResult, AlarmStore } from '../../alarms/alarm-store.ts';
import { decodeEventId } from './event-id.ts';
import type { OneShotShelvings } from './one-shot-shelving.ts';
import type { OpcuaAction, OpcuaAnswer } from './opcua-messages.ts';

const permissionFor: Readonly<Record<OpcuaAction['kind'], Permission>> = {
  acknowledge: 'alarms.acknowledge',
  comment: 'alarms.comment',
  timedShelve: 'alarms.shelve',
  oneShotShelve: 'alarms.shelve',
  unshelve: 'alarms.shelve',
  reset: 'alarms.reset',
};

/** Closed: a refusal without a status code does not compile. */
const answerToRefusal: Readonly<Record<Refusal, Omit<OpcuaAnswer, 'badArgument'>>> = {
  nothingToAcknowledge: { status: 'BadConditionBranchAlreadyAcked', text: 'There is nothing to acknowledge.' },
  notAnnunciated: { status: 'BadInvalidState', text: 'The alarm is shelved, suppressed or out of service.' },
  commentRequired: {
    status: 'BadInvalidArgument',
    text: 'A critical alarm is acknowledged with a comment: say what you are doing about it.',
  },
  notLatched: { status: 'BadInvalidState', text: 'The alarm is not latched.' },
  conditionStillTrue: { status: 'BadInvalidState', text: 'The condition is still true.' },
  acknowledgeFirst: { status: 'BadInvalidState', text: 'Acknowledge the alarm first.' },
  safetyCannotBeShelved: {
    status: 'BadRequestNotAllowed',
    text: 'A safety alarm cannot be shelved; take it out of service in Gatewatch, with a permit.',
  },
  safetyCannotBeSuppressed: { status: 'BadRequestNotAllowed', text: 'A safety alarm is not suppressed by maintenance.' },
  alreadyShelved: { status: 'BadConditionAlreadyShelved', text: 'The alarm is shelved already.' },
  notShelved: { status: 'BadConditionNotShelved', text: 'The alarm is not shelved.' },
  tooLong: { status: 'BadShelvingTimeOutOfRange', text: 'Longer than this priority allows (critical and high 1 h, others 8 h).' },
  endsInThePast: { status: 'BadShelvingTimeOutOfRange', text: 'The shelving time must be longer than nothing.' },
  approverRequired: {
    status: 'BadRequestNotAllowed',
    text: 'Shelving this priority needs a second person, who cannot sign over OPC UA: shelve it in Gatewatch.',
  },
  approverMustBeAnother: { status: 'BadRequestNotAllowed', text: 'The approver must be another person.' },
  isOutOfService: { status: 'BadInvalidState', text: 'The alarm is out of service.' },
  notOutOfService: { status: 'BadInvalidState', text: 'The alarm is not out of service.' },
  notAcknowledged: { status: 'BadInvalidState', text: 'The alarm has not been acknowledged.' },
};

const longestComment = 1_000;

export interface OpcuaActor {
  /** Session token; null for an anonymous session. */
  readonly token: string | null;
  /** Name that the client application gives itself. */
  readonly client: string;
}

export class OpcuaActions {
  readonly #plant: Plant;
  readonly #store: AlarmStore;
  readonly #access: AccessControl;
  readonly #clock: Clock;
  readonly #oneShots: OneShotShelvings;

  constructor(options: {
    readonly plant: Plant;
    readonly store: AlarmStore;
    readonly access: AccessControl;
    readonly clock: Clock;
    readonly oneShots: OneShotShelvings;
  }) {
    this.#plant = options.plant;
    this.#store = options.store;
    this.#access = options.access;
    this.#clock = options.clock;
    this.#oneShots = options.oneShots;
  }

  async act(actor: OpcuaActor, alarmIndex: number, action: OpcuaAction): Promise<OpcuaAnswer> {
    const definition = this.#plant.alarms[alarmIndex];
    const found = definition === undefined ? null : this.#store.find(definition.id);
    if (definition === undefined || found === null) return answer('BadNodeIdUnknown', 'There is no such alarm.');
    const identity = actor.token === null ? null : await this.#access.identify(actor.token);
    const stationId = this.#plant.stations[definition.stationIndex]?.id ?? '';
    if (identity === null || !isAllowed(identity, permissionFor[action.kind], stationId)) {
      await this.#access.auditRefusal(identity, `opcua ${action.kind} ${definition.id} (${actor.client})`);
      return answer(
        'BadUserAccessDenied',
        identity === null ? 'Sign in with your name.' : `The role ${identity.role} may not do this here.`,
      );
    }
    const comment = action.comment === null || action.comment.trim() === '' ? null : action.comment.trim();
    if (comment !== null && comment.length > longestComment)
      return {
        ...answer('BadInvalidArgument', `A comment has at most ${longestComment} characters.`),
        badArgument: commentArgument(action),
      };
    const isByEvent = action.kind === 'acknowledge' || action.kind === 'comment';
    const stale = isByEvent ? this.#staleEvent(action, found.record) : null;
    if (stale !== null) return stale;
    const event = this.#eventOf(action, identity, definition, comment, actor.client);
    if (event === null) return { ...answer('BadInvalidArgument', 'The comment is empty.'), badArgument: 1 };
    const detail = { via: 'opcua', client: actor.client, ...(action.kind === 'oneShotShelve' ? { oneShot: true } : {}) };
    const { occurrenceId, alarmId, version } = found.record;
    const isNewOneShot = action.kind === 'oneShotShelve' && found.record.shelved === null;
    if (isNewOneShot) this.#oneShots.add(alarmId);
    const result = await this.#store.act(occurrenceId ?? alarmId, version, actorOf(identity), event, detail);
    if (isNewOneShot && result.kind !== 'done') this.#oneShots.remove(alarmId);
    return answerTo(result, action);
  }

  /** An acknowledgement must name the newest event of the newest occurrence: what the person saw. A comment may come a little late, but not for another occurrence. */
  #staleEvent(action: Extract<OpcuaAction, { eventId: Uint8Array }>, record: AlarmRecord): OpcuaAnswer | null {
    const named = decodeEventId(action.eventId);
    if (named === null || named.occurrenceId !== record.occurrenceId || named.version > record.version)
      return { ...answer('BadEventIdUnknown', 'This is not the event of the present occurrence: refresh.'), badArgument: 0 };
    if (action.kind === 'comment' || named.version === record.version) return null;
    if (record.isAcknowledged)
      return answer(
        'BadConditionBranchAlreadyAcked',
        record.acknowledgedBy === null ? 'Nothing to acknowledge.' : `${record.acknowledgedBy} was quicker.`,
      );
    return { ...answer('BadEventIdUnknown', 'The alarm has changed since this event: look at its newest one.'), badArgument: 0 };
  }

  #eventOf(
    action: OpcuaAction,
    identity: Identity,
    definition: AlarmDefinition,
    comment: string | null,
    client: string,
  ): LifecycleEvent | null {
    const atMs = this.#clock.nowMs();
    const by = identity.username;
    // A client without a field for the reason says at least what it is; the journal has the person.
    const reason = comment ?? `经 OPC UA 搁置 / shelved over OPC UA (${client})`;
    switch (action.kind) {
      case 'acknowledge':
        return { kind: 'acknowledge', atMs, by, comment };
      case 'comment':
        return comment === null ? null : { kind: 'comment', atMs, by, comment };
      case 'timedShelve':
        return { kind: 'shelve', atMs, by, reason, untilMs: atMs + (Number.isFinite(action.forMs) ? action.forMs : 0), approvedBy: null };
      case 'oneShotShelve':
        return { kind: 'shelve', atMs, by, reason, untilMs: atMs + longestShelvingMs[definition.priority], approvedBy: null };
      case 'unshelve':
        return { kind: 'unshelve', atMs, by, comment };
      case 'reset':
        return { kind: 'reset', atMs, by, comment };
    }
  }
}

function answer(status: string, text: string | null): OpcuaAnswer {
  return { status, text, badArgument: null };
}

function answerTo(result: ActionResult, action: OpcuaAction): OpcuaAnswer {
  switch (result.kind) {
    case 'done':
      return answer('Good', null);
    case 'unknown':
      return answer('BadNodeIdUnknown', 'There is no such alarm.');
    case 'conflict':
      return answer(
        action.kind === 'acknowledge' || action.kind === 'comment' ? 'BadEventIdUnknown' : 'BadInvalidState',
        `${result.record.changedBy ?? 'The plant'} has changed the alarm at this moment: look at its newest event.`,
      );
    case 'refused': {
      const { status, text } = answerToRefusal[result.reason];
      return { status, text, badArgument: status === 'BadInvalidArgument' ? commentArgument(action) : null };
    }
  }
}

/** Position of the comment among the method's input arguments. */
function commentArgument(action: OpcuaAction): number {
  return action.kind === 'unshelve' || action.kind === 'oneShotShelve' || action.kind === 'reset' ? 0 : 1;
}
