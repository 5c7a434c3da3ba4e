// What a link may do at the moment it is opened or used, and the doing. It binds to the occurrence, the person and once; everything is looked at again here.
import { mayDo } from '../../domain/access/roles.ts';
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import { isSetAside, needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import type { UserView } from '../../domain/api/users-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AccessControl } from '../access/access-control.ts';
import { type AlarmRecord, stateOf } from '../alarms/alarm-record.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { AcknowledgeClaim, AcknowledgeTokens } from './acknowledge-token.ts';

export const linkRefusals = [
  'invalid',
  'expired',
  'used',
  'superseded',
  'personDisabled',
  'notPermitted',
  'alreadyAcknowledged',
  'setAside',
  'nothingToAcknowledge',
  'busy',
] as const;
export type LinkRefusal = (typeof linkRefusals)[number];

export interface LinkedAlarm {
  readonly definition: AlarmDefinition;
  readonly record: AlarmRecord;
}

export type LinkState =
  | {
      readonly kind: 'open';
      readonly person: UserView;
      readonly alarm: LinkedAlarm;
      readonly needsComment: boolean;
      /** It was used without the comment that it needs: nothing has happened. */
      readonly lacksComment: boolean;
      readonly expiresAtMs: number;
    }
  | { readonly kind: 'done'; readonly person: UserView; readonly alarm: LinkedAlarm }
  | {
      readonly kind: 'refused';
      readonly reason: LinkRefusal;
      /** Null where the link itself proves nothing. */
      readonly username: string | null;
      /** Null where the person may not see it. */
      readonly alarm: LinkedAlarm | null;
    };

const triesMax = 5;

export class AcknowledgeByLink {
  readonly #plant: Plant;
  readonly #tokens: AcknowledgeTokens;
  readonly #alarms: AlarmStore;
  readonly #access: AccessControl;
  readonly #ledger: Ledger;
  readonly #clock: Clock;

  constructor(options: {
    readonly plant: Plant;
    readonly tokens: AcknowledgeTokens;
    readonly alarms: AlarmStore;
    readonly access: AccessControl;
    readonly ledger: Ledger;
    readonly clock: Clock;
  }) {
    this.#plant = options.plant;
    this.#tokens = options.tokens;
    this.#alarms = options.alarms;
    this.#access = options.access;
    this.#ledger = options.ledger;
    this.#clock = options.clock;
  }

  /** Address of the page; null where there is nothing that this person could acknowledge. */
  linkFor(occurrenceId: string, person: UserView): string | null {
    const { publicUrl, linkLifetime } = this.#plant.notifications;
    const alarm = this.#alarms.find(occurrenceId);
    if (publicUrl === undefined || alarm === null || alarm.record.occurrenceId !== occurrenceId) return null;
    if (!needsAcknowledgement(stateOf(alarm.record)) || !this.#isPermitted(person, alarm)) return null;
    const token = this.#tokens.issue(occurrenceId, person.username, this.#clock.nowMs() + linkLifetime);
    return token === null ? null : `${publicUrl}/a/${token}`;
  }

  /** NO17: looks, changes nothing. */
  async look(token: string): Promise<LinkState> {
    const verdict = this.#tokens.verify(token, this.#clock.nowMs());
    if (verdict.kind === 'invalid') return { kind: 'refused', reason: 'invalid', username: null, alarm: null };
    const { claim } = verdict;
    const { username } = claim;
    const person = await this.#access.person(username);
    if (person === null || person.isDisabled) return { kind: 'refused', reason: 'personDisabled', username, alarm: null };
    const alarm = this.#alarms.find(claim.occurrenceId);
    if (alarm === null || !this.#isPermitted(person, alarm)) return { kind: 'refused', reason: 'notPermitted', username, alarm: null };
    const refused = (reason: LinkRefusal): LinkState => ({ kind: 'refused', reason, username, alarm });
    if (verdict.kind === 'expired') return refused('expired');
    if (alarm.record.occurrenceId !== claim.occurrenceId) return refused('superseded');
    if (await this.#isUsed(alarm, claim)) return refused('used');
    const state = stateOf(alarm.record);
    if (isSetAside(state)) return refused('setAside');
    if (!needsAcknowledgement(state)) return refused(alarm.record.acknowledgedBy === null ? 'nothingToAcknowledge' : 'alreadyAcknowledged');
    return {
      kind: 'open',
      person,
      alarm,
      needsComment: alarm.definition.priority === 'critical',
      lacksComment: false,
      expiresAtMs: claim.expiresAtMs,
    };
  }

  /** NO18: once, in the person's name. A refusal is journaled where the link is one of ours. */
  async use(token: string, comment: string | null): Promise<LinkState> {
    for (let tries = 0; tries < triesMax; tries += 1) {
      const state = await this.look(token);
      const verdict = this.#tokens.verify(token, this.#clock.nowMs());
      if (state.kind !== 'open' || verdict.kind !== 'valid') return this.#refuse(state);
      const { person, alarm } = state;
      if (state.needsComment && comment === null) return { ...state, lacksComment: true };
      const result = await this.#alarms.act(
        verdict.claim.occurrenceId,
        alarm.record.version,
        { kind: 'person', username: person.username, displayName: person.displayName },
        { kind: 'acknowledge', atMs: this.#clock.nowMs(), by: person.username, comment },
        { via: 'link', linkId: verdict.claim.linkId },
      );
      if (result.kind === 'done') return { kind: 'done', person, alarm: { definition: alarm.definition, record: result.record } };
      // It moved while we looked: look again, and say what is so now.
    }
    return this.#refuse({ kind: 'refused', reason: 'busy', username: null, alarm: null });
  }

  #isPermitted(person: UserView, alarm: LinkedAlarm): boolean {
    const stationId = this.#stationOf(alarm);
    return (
      !person.isDisabled &&
      mayDo(person.role, 'alarms.acknowledge') &&
      (person.stationIds === null || (stationId !== null && person.stationIds.includes(stationId)))
    );
  }

  #stationOf({ definition }: LinkedAlarm): string | null {
    return this.#plant.stations[definition.stationIndex]?.id ?? null;
  }

  /** The line of the acknowledgement is the only record of it, and it is there together with the acknowledgement or not at all. */
  async #isUsed({ definition }: LinkedAlarm, claim: AcknowledgeClaim): Promise<boolean> {
    const lines = await this.#ledger.database
      .selectFrom('journal')
      .select('detail')
      .where('alarm_id', '=', definition.id)
      .where('occurrence_id', '=', claim.occurrenceId)
      .where('kind', '=', 'alarm.acknowledge')
      .execute();
    return lines.some((line) => (JSON.parse(line.detail) as { linkId?: unknown }).linkId === claim.linkId);
  }

  async #refuse(state: LinkState): Promise<LinkState> {
    if (state.kind !== 'refused') return state;
    const { reason, username, alarm } = state;
    await this.#ledger.note({
      occurredAtMs: this.#clock.nowMs(),
      kind: 'notification.linkRefused',
      stationId: alarm === null ? null : this.#stationOf(alarm),
      alarmId: alarm?.definition.id ?? null,
      occurrenceId: alarm?.record.occurrenceId ?? null,
      actor: { kind: 'system', part: 'notifier' },
      detail: { reason, username },
    });
    return state;
  }
}
