// For tests of escalation: a small plant, a real database, store and engine on a clock that the test moves, and a notifier that remembers like a disk.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import type { DutyFacts, DutyPerson } from '../../domain/duty/escalation.ts';
import { type ContactSettings, noContact } from '../../domain/duty/person-contact.ts';
import type { RosterEntry } from '../../domain/duty/roster.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { NotificationChannel, NotificationOrder, Notifier } from '../../domain/notification/notification-order.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { minuteOfDayAt } from '../../domain/time/zoned-time.ts';
import type { LifecycleEvent } from '../alarms/alarm-machine.ts';
import { type ActionResult, AlarmStore } from '../alarms/alarm-store.ts';
import { type Database, openDatabase } from '../journal/database.ts';
import { Journal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { DutyNotices } from './duty-notices.ts';
import { dutyPlaceOf } from './duty-place.ts';
import { EscalationEngine } from './escalation-engine.ts';

const alarm = (name: string, priority: string, more = '') =>
  `{ kind: high, name: ${name}, setpoint: 5, priority: ${priority}, response: r, responseTime: 6min${more} }`;
const plantText = `schema: 1
company: { id: t, name: t }
areas: [{ id: north, name: n }, { id: south, name: s }]
stations:
  - id: GS-01
    type: gate
    name: 一号站
    area: north
    devices:
      - id: D-1
        protocol: modbusTcp
        host: h
        points:
          - tag: PT-1
            name: p
            range: { min: 0, max: 10 }
            register: { table: holding, address: 0, type: uint16 }
            defaultAlarms: false
            alarms: [${alarm('crit', 'critical')}, ${alarm('gas', 'critical', ', class: safety, latching: true')}, ${alarm('high', 'high')}, ${alarm('low', 'low')}]
  - id: GS-02
    type: gate
    name: 二号站
    area: south
    devices:
      - id: D-1
        protocol: modbusTcp
        host: h
        points: [{ tag: PT-1, name: p, range: { min: 0, max: 10 }, register: { table: holding, address: 0, type: uint16 }, defaultAlarms: false, alarms: [${alarm('crit', 'critical')}] }]
notifications: { sms: { url: 'http://127.0.0.1:9/sms', insecure: true, body: { json: { to: '{{mobile}}' } } } }
duty:
  escalation:
    - priorities: [critical, high]
      steps:
        - { after: 1min, to: onDuty, channels: [webPush, sms] }
        - { after: 50%, to: { position: lead }, channels: [sms, voice] }
        - { after: 5min, to: [nextShiftLead, { person: boss }], channels: [voice, weCom] }
    - priorities: [low]
      steps: []
`;
const parsed = parsePlantText(plantText, { version: 't' });
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
export const { plant } = parsed;

/** 09:00 in the plant: the day shift (07:00 to 15:00) of 3 July 2026. */
export const morningMs = Date.parse('2026-07-03T09:00:00+08:00');

export const reachable: ContactSettings = { ...noContact, mobile: '+8613800000000' };
export const dutyPerson = (username: string, change: Partial<DutyPerson> = {}): DutyPerson => ({
  username,
  displayName: username.toUpperCase(),
  isDisabled: false,
  stationIds: null,
  contact: reachable,
  hasPush: true,
  ...change,
});
export const rosterEntry = (username: string, positionId: string, change: Partial<RosterEntry> = {}): RosterEntry => ({
  id: `${username}/${positionId}/${change.date ?? ''}/${change.shiftId ?? ''}`,
  date: '2026-07-03',
  shiftId: 'day',
  username,
  positionId,
  stationIds: null,
  areaIds: null,
  ...change,
});

/** Remembers by key what it was asked, over restarts; fails where a test says so, before or after it has written. */
export class RecordingNotifier implements Notifier {
  readonly orders = new Map<string, NotificationOrder & { readonly atMs: number }>();
  repeated = 0;
  failNext: 'before' | 'after' | null = null;
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  async order(orders: readonly NotificationOrder[]): Promise<void> {
    const failure = this.failNext;
    this.failNext = null;
    if (failure === 'before') throw new Error('cut before the order was written');
    for (const order of orders) {
      if (this.orders.has(order.key)) this.repeated += 1;
      else this.orders.set(order.key, { ...order, atMs: this.#clock.nowMs() });
    }
    if (failure === 'after') throw new Error('cut after the order was written');
  }

  /** `2:li` for the second step told to li; group orders as `2:group`. In the order in which they came. */
  told(): string[] {
    return [...this.orders.keys()].map((key) => key.replace(/^alarm\/[^/]+\/(\d+)@[^/]+\/([^:]+):?$/, '$1:$2'));
  }
}

const log = pino({ level: 'silent' });
const occurrence = (number: number) => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const outboxId = '018f0000-0000-7000-8000-000000000001';

export class EscalationHarness {
  readonly clock: ManualClock;
  readonly notifier: RecordingNotifier;
  readonly folder: string;
  entries: RosterEntry[];
  people: DutyPerson[];
  watching: string[] = [];
  channels: NotificationChannel[] = ['webPush', 'email', 'sms', 'voice', 'weCom'];
  testers = new Map<string, string>();
  #sequence = 0;
  #database: Database | null = null;
  #store: AlarmStore | null = null;
  #engine: EscalationEngine | null = null;
  #notices: DutyNotices | null = null;

  constructor(startMs = morningMs) {
    this.clock = new ManualClock(startMs);
    this.notifier = new RecordingNotifier(this.clock);
    this.folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-escalation-'));
    this.entries = [
      rosterEntry('wang', 'operator'),
      rosterEntry('li', 'lead'),
      rosterEntry('zhao', 'emergency'),
      rosterEntry('night-lead', 'lead', { shiftId: 'evening' }),
    ];
    this.people = ['wang', 'li', 'zhao', 'night-lead', 'boss'].map((username) => dutyPerson(username));
  }

  get store(): AlarmStore {
    if (this.#store === null) throw new Error('the server is not up');
    return this.#store;
  }
  get engine(): EscalationEngine {
    if (this.#engine === null) throw new Error('the server is not up');
    return this.#engine;
  }
  get database(): Database {
    if (this.#database === null) throw new Error('the server is not up');
    return this.#database;
  }
  get notices(): DutyNotices {
    if (this.#notices === null) throw new Error('the server is not up');
    return this.#notices;
  }
  get isUp(): boolean {
    return this.#engine !== null;
  }

  async start(): Promise<void> {
    this.#database = await openDatabase('sqlite:', this.folder);
    const ledger = new Ledger(this.#database, await Journal.open(this.#database), this.clock);
    this.#store = await AlarmStore.open({ plant, ledger, clock: this.clock });
    this.#notices = new DutyNotices(ledger, this.clock, () => undefined);
    this.#engine = await EscalationEngine.start({
      plant,
      ledger,
      store: this.#store,
      clock: this.clock,
      log,
      notifier: this.notifier,
      notices: this.#notices,
      facts: async () => this.facts(),
      testerOf: async (alarmId) => this.testers.get(alarmId) ?? null,
    });
  }

  /** As a power cut: what is in memory is gone. */
  async down(): Promise<void> {
    await this.#engine?.stop();
    await this.#database?.destroy();
    this.#engine = null;
    this.#store = null;
    this.#database = null;
    this.#notices = null;
  }

  async end(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  facts(): DutyFacts {
    const atMs = this.clock.nowMs();
    return {
      atMs,
      minuteOfDay: minuteOfDayAt(atMs, plant.company.timeZone),
      place: dutyPlaceOf(plant),
      entries: this.entries,
      watching: this.watching,
      channels: this.channels,
      people: new Map(this.people.map((person) => [person.username, person])),
    };
  }

  /** In steps, each settled before the next: what falls due between two steps is done at the second. */
  async advance(byMs: number, stepMs = 30_000): Promise<void> {
    for (let left = byMs; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(stepMs, left));
      if (this.#engine !== null) await this.#engine.settled();
    }
  }

  async raise(alarmId: string): Promise<string> {
    this.#sequence += 1;
    const occurrenceId = occurrence(this.#sequence);
    await this.#deliver({
      kind: 'raise',
      sequence: this.#sequence,
      alarmId,
      occurrenceId,
      atMs: this.clock.nowMs(),
      value: 6,
      quality: 0,
      measured: null,
    });
    return occurrenceId;
  }

  async clear(alarmId: string): Promise<void> {
    const occurrenceId = this.store.find(alarmId)?.record.occurrenceId;
    if (occurrenceId == null) return;
    this.#sequence += 1;
    await this.#deliver({ kind: 'clear', sequence: this.#sequence, alarmId, occurrenceId, atMs: this.clock.nowMs(), value: 1, quality: 0 });
  }

  async act(alarmId: string, event: LifecycleEvent, username = 'wang'): Promise<ActionResult> {
    const version = this.store.find(alarmId)?.record.version ?? 0;
    const actor: JournalActor = { kind: 'person', username, displayName: username };
    const result = await this.store.act(alarmId, version, actor, event);
    await this.engine.settled();
    return result;
  }

  acknowledge(alarmId: string): Promise<ActionResult> {
    return this.act(alarmId, { kind: 'acknowledge', atMs: this.clock.nowMs(), by: 'wang', comment: 'going' });
  }

  async #deliver(message: Parameters<AlarmStore['deliver']>[0]['messages'][number]): Promise<void> {
    await this.store.deliver({ schema: 1, collectorId: 'default', outboxId, messages: [message] });
    await this.engine.settled();
  }
}
