// Alarms on their way to the pages: clients that may see the same stations are one audience, for which what happens to alarms is encoded once. A client that cannot
// take it falls out of step, and is sent what it missed by itself when it can.
import type { FloodView } from '../../domain/alarms/flood.ts';
import type { LiveAlarm } from '../../domain/messages/live-channel.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import { logAlarmStep, type StepLog } from '../../domain/tracing/alarm-step.ts';
import { stateOf } from '../alarms/alarm-record.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { FloodWatch } from '../alarms/flood-watch.ts';
import type { AlarmTexts } from './alarm-texts.ts';
import { isBehind, type LiveClient } from './live-client.ts';
import { preparedMessage } from './prepared-message.ts';

/** Alarms in one message, so that a flood leaves room for other things between two of them. */
const alarmsPerMessage = 200;
const nextAlarmsMs = 10;

export interface Audience {
  readonly room: string;
  readonly stationIds: ReadonlySet<string> | null;
  readonly members: Set<LiveClient>;
  /** Of the alarm messages. */
  sequence: number;
  /** Alarms whose newest view has not been sent to the members in step. */
  readonly changedAlarms: Set<string>;
  /** At these stations, as of the last look. */
  flood: FloodView | null;
}

interface AudiencesOptions {
  readonly emit: (room: string, message: LiveAlarm) => void;
  readonly seesStation: (audience: Audience, stationIndex: number) => boolean;
  readonly store: AlarmStore;
  readonly texts: AlarmTexts;
  readonly clock: Clock;
  readonly log: StepLog;
}

type SentAlarm = { readonly correlationId: string; readonly alarmId: string; readonly state: string };

export class Audiences {
  readonly #options: AudiencesOptions;
  readonly #byRoom = new Map<string, Audience>();
  #restTimer: TimerHandle | null = null;
  #isClosed = false;

  constructor(options: AudiencesOptions) {
    this.#options = options;
  }

  join(client: LiveClient): Audience {
    const { stationIds } = client.identity;
    const room = `alarms ${stationIds === null ? '*' : [...stationIds].sort().join(' ')}`;
    if (client.audience?.room !== room) this.leave(client);
    const audience = this.#byRoom.get(room) ?? {
      room,
      stationIds,
      members: new Set(),
      sequence: 0,
      changedAlarms: new Set(),
      flood: null,
    };
    this.#byRoom.set(room, audience);
    audience.members.add(client);
    client.audience = audience;
    client.isInStep = true;
    void client.socket.join(room);
    return audience;
  }

  leave(client: LiveClient): void {
    const { audience } = client;
    if (audience === null) return;
    client.audience = null;
    fallBehind(client, audience);
    audience.members.delete(client);
    if (audience.members.size === 0) this.#byRoom.delete(audience.room);
  }

  lookAtFloods(floods: FloodWatch): void {
    for (const audience of this.#byRoom.values()) audience.flood = floods.of(audience.stationIds);
  }

  /** `changed` had an event of their own and are sent whatever they are now; `shown` only where they are on the pages. */
  mark(changed: Iterable<string>, shown: Iterable<string>): void {
    const { texts, seesStation } = this.#options;
    const marked: [string, number][] = [];
    const take = (alarmId: string, isOwnEvent: boolean) => {
      texts.forget(alarmId);
      const text = texts.of(alarmId);
      if (text !== null && (isOwnEvent || !text.isNormal)) marked.push([alarmId, text.stationIndex]);
    };
    for (const alarmId of changed) take(alarmId, true);
    for (const alarmId of shown) take(alarmId, false);
    if (marked.length === 0) return;
    for (const audience of this.#byRoom.values()) {
      const seen = marked.filter(([, stationIndex]) => seesStation(audience, stationIndex));
      for (const [alarmId] of seen) audience.changedAlarms.add(alarmId);
      for (const client of audience.members) if (!client.isInStep) for (const [alarmId] of seen) client.changedAlarms.add(alarmId);
      this.#send(audience);
    }
    this.#sendRestSoon();
  }

  /** One message at most: the rest follows, so that requests have their turn between. */
  #send(audience: Audience): void {
    if (audience.changedAlarms.size === 0) return;
    for (const client of audience.members) {
      if (!client.isInStep || !isBehind(client)) continue;
      fallBehind(client, audience);
      for (const alarmId of audience.changedAlarms) client.changedAlarms.add(alarmId);
    }
    audience.sequence += 1;
    const some = this.#takeSome(audience.changedAlarms);
    this.#options.emit(audience.room, this.#message(audience, false, some.json));
    const pages = [...audience.members].filter(({ isInStep }) => isInStep).length;
    logAlarmStep(
      this.#options.log,
      'live',
      'sent to the pages',
      { room: audience.room, liveSequence: audience.sequence, pages },
      some.sent,
    );
  }

  #sendRestSoon(): void {
    if (this.#restTimer !== null || this.#isClosed || ![...this.#byRoom.values()].some((audience) => audience.changedAlarms.size > 0))
      return;
    this.#restTimer = this.#options.clock.after(nextAlarmsMs, () => {
      this.#restTimer = null;
      for (const audience of this.#byRoom.values()) this.#send(audience);
      this.#sendRestSoon();
    });
  }

  catchUp(client: LiveClient): void {
    const { audience } = client;
    if (audience === null || client.isInStep || client.needsSnapshot || isBehind(client)) return;
    // With the last of what it missed it is in step again: everything later reaches it through the room.
    client.socket.emit('alarm', this.#message(audience, true, this.#takeSome(client.changedAlarms).json));
    if (client.changedAlarms.size === 0) this.join(client);
  }

  #takeSome(alarmIds: Set<string>): { readonly json: readonly string[]; readonly sent: readonly SentAlarm[] } {
    const { texts, store } = this.#options;
    const json: string[] = [];
    const sent: SentAlarm[] = [];
    for (const alarmId of alarmIds) {
      alarmIds.delete(alarmId);
      const text = texts.of(alarmId);
      if (text === null) continue;
      json.push(text.json);
      const record = store.find(alarmId)?.record;
      if (record?.occurrenceId != null) sent.push({ correlationId: record.occurrenceId, alarmId, state: stateOf(record) });
      if (json.length === alarmsPerMessage) break;
    }
    return { json, sent };
  }

  #message(audience: Audience, isCatchUp: boolean, alarms: readonly string[]): LiveAlarm {
    const { clock } = this.#options;
    return preparedMessage(
      `{"schema":1,"sequence":${audience.sequence},"serverTimeMs":${clock.nowMs()},"isCatchUp":${isCatchUp},"alarms":[${alarms.join(',')}]}`,
    );
  }

  close(): void {
    this.#isClosed = true;
    this.#restTimer?.cancel();
  }
}

function fallBehind(client: LiveClient, audience: Audience): void {
  client.isInStep = false;
  void client.socket.leave(audience.room);
}
