// Anything people, the plant and time may do to alarms, in any order, over the real store and database, against a model that knows only three things
// of an alarm: whether it is true, until when somebody or something has set it aside, and whether it was acknowledged since it last came to people.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { annunciationOf } from '../../domain/alarms/alarm-state.ts';
import type { JournalActor, JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { acknowledgeMany } from '../alarms/acknowledge-many.ts';
import type { LifecycleEvent } from '../alarms/alarm-machine.ts';
import { type AlarmRecord, newAlarmRecord, stateOf } from '../alarms/alarm-record.ts';
import { AlarmStore } from '../alarms/alarm-store.ts';
import { replayJournal } from '../alarms/replay-journal.ts';
import { type Database, openDatabase } from '../journal/database.ts';
import { Journal, readJournal, verifyChain } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { Maintenance } from './maintenance.ts';
import { WorkWindows } from './work-windows.ts';

/** Few alarms, so that much happens to each: an ordinary one, a latching one with a second person, and gas. */
const point = (tag: string, address: number, alarm: string) =>
  `{ tag: ${tag}, name: p, range: { min: 0, max: 100 }, register: { table: holding, address: ${address}, type: uint16 }, defaultAlarms: false, alarms: [${alarm}] }`;
const points = [
  point('PT-1', 0, '{ kind: high, setpoint: 50, priority: medium, response: r }'),
  point('PT-2', 1, '{ kind: high, setpoint: 50, priority: high, latching: true, response: r }'),
  point('GD-1', 2, '{ kind: highHigh, setpoint: 50, priority: critical, class: safety, latching: true, response: r }'),
].join(', ');
const parsed = parsePlantText(
  `schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: a }]
stations: [{ id: S-1, type: regulating, name: s, area: a, devices: [{ id: D-1, protocol: modbusTcp, host: h, points: [${points}]}]}]
`,
  { version: 't' },
);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
const { plant } = parsed;
const alarmIndexes = ['S-1.PT-1.high', 'S-1.PT-2.high', 'S-1.GD-1.highHigh'].map((id) => plant.alarmIndexById.get(id) ?? -1);

const minuteMs = 60_000;
const person: JournalActor = { kind: 'person', username: 'duty', displayName: '王敏' };
const duty = { username: 'duty', actor: person };
const outboxId = '018f0000-0000-7000-8000-000000000001';
const occurrence = (number: number) => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;

const stepKinds = [
  'raise',
  'raise',
  'clear',
  'suppress',
  'unsuppress',
  'acknowledge',
  'acknowledgeAll',
  'acknowledgeLate',
  'reset',
  'shelve',
  'unshelve',
  'removeFromService',
  'returnToService',
  'comment',
  'startMaintenance',
  'extendMaintenance',
  'endMaintenance',
  'startTest',
  'endTest',
  'pass',
  'setClock',
  'restart',
] as const;
interface Step {
  readonly kind: (typeof stepKinds)[number];
  readonly alarm: number;
  readonly minutes: number;
}
/** Most of a run happens to one alarm: only long stories of one alarm have endings. */
const anySteps: fc.Arbitrary<Step[]> = fc.constantFrom(...alarmIndexes).chain((hot) =>
  fc.array(
    fc.record({
      kind: fc.constantFrom(...stepKinds),
      alarm: fc.oneof({ weight: 4, arbitrary: fc.constant(hot) }, { weight: 1, arbitrary: fc.constantFrom(...alarmIndexes) }),
      minutes: fc.oneof(fc.integer({ min: 1, max: 55 }), fc.integer({ min: 1, max: 150 })),
    }),
    { minLength: 10, maxLength: 100, size: 'max' },
  ),
);

interface Model {
  isTrue: boolean;
  occurrenceId: string;
  needsReset: boolean;
  isLost: boolean;
  shelvedUntilMs: number;
  /** The same in monotonic time; a restart, which loses it, is told by the wall clock. */
  shelvedDueMs: number;
  outUntilMs: number;
  /** Nobody has acknowledged it since it rose or was given back to people. */
  isNews: boolean;
}

const templateDir = mkdtempSync(path.join(tmpdir(), 'gatewatch-lifecycle-'));
beforeAll(async () => (await openDatabase('sqlite:', templateDir)).destroy());
afterAll(() => rmSync(templateDir, { recursive: true, force: true }));

class World {
  readonly #dataDir = mkdtempSync(path.join(tmpdir(), 'gatewatch-lifecycle-'));
  readonly clock = new ManualClock();
  readonly models = plant.alarms.map(
    (): Model => ({
      isTrue: false,
      occurrenceId: '',
      needsReset: false,
      isLost: false,
      shelvedUntilMs: 0,
      shelvedDueMs: 0,
      outUntilMs: 0,
      isNews: false,
    }),
  );
  readonly #hashes = new Map<number, string>();
  #maintenanceUntilMs = 0;
  #sequence = 0;
  #database: Database | null = null;
  #store: AlarmStore | null = null;
  #maintenance: Maintenance | null = null;

  get database(): Database {
    return this.#database ?? expect.fail();
  }
  get store(): AlarmStore {
    return this.#store ?? expect.fail();
  }
  get maintenance(): Maintenance {
    return this.#maintenance ?? expect.fail();
  }

  /** In one order: that in which they were first heard of ends with a restart. */
  records(): AlarmRecord[] {
    return this.store
      .all()
      .map(({ record }) => record)
      .toSorted((one, other) => one.alarmId.localeCompare(other.alarmId));
  }

  begin(): Promise<void> {
    cpSync(templateDir, this.#dataDir, { recursive: true });
    return this.open();
  }

  async open(): Promise<void> {
    const { clock } = this;
    this.#database = await openDatabase('sqlite:', this.#dataDir);
    await sql`PRAGMA synchronous = OFF`.execute(this.#database); // what a power cut does is another test's business
    const ledger = new Ledger(this.#database, await Journal.open(this.#database), clock);
    const windows = await WorkWindows.open({ plant, database: this.#database, nowMs: clock.nowMs() });
    this.#store = await AlarmStore.open({ plant, ledger, clock, circumstances: windows });
    this.#maintenance = new Maintenance({ plant, ledger, alarms: this.#store, windows, clock, announce: () => undefined });
  }

  async close(): Promise<void> {
    await this.#database?.destroy();
  }

  remove(): void {
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  record(alarm: number) {
    const id = plant.alarms[alarm]?.id ?? '';
    return this.store.find(id)?.record ?? newAlarmRecord(id);
  }

  async #act(alarm: number, event: LifecycleEvent): Promise<boolean> {
    const { alarmId, version } = this.record(alarm);
    return (await this.store.act(alarmId, version, person, event)).kind === 'done';
  }

  async #say(alarm: number, kind: ConditionMessage['kind']): Promise<void> {
    const model = this.models[alarm] ?? expect.fail();
    const alarmId = plant.alarms[alarm]?.id ?? '';
    this.#sequence += 1;
    if (kind === 'raise') Object.assign(model, { isTrue: true, occurrenceId: occurrence(this.#sequence), isNews: true });
    if (kind === 'raise') model.needsReset ||= plant.alarms[alarm]?.isLatching === true;
    if (model.occurrenceId === '') {
      this.#sequence -= 1;
      return;
    }
    const { occurrenceId } = model;
    const common = { sequence: this.#sequence, alarmId, occurrenceId, atMs: this.clock.nowMs(), value: 1, quality: 0 };
    const message: ConditionMessage =
      kind === 'raise'
        ? { ...common, kind, measured: null }
        : kind === 'suppress'
          ? { ...common, kind, byAlarmId: 'S-1.D-1.commFail' }
          : { ...common, kind };
    await this.store.deliver({ schema: 1, collectorId: 'default', outboxId, messages: [message] });
    if (kind === 'clear') model.isTrue = false;
    if (kind === 'suppress') model.isLost = true;
    if (kind === 'unsuppress') model.isLost = false;
  }

  async step({ kind, alarm, minutes }: Step): Promise<void> {
    const { clock, maintenance } = this;
    const { windows } = maintenance;
    const model = this.models[alarm] ?? expect.fail();
    const atMs = clock.nowMs();
    const untilMs = atMs + minutes * minuteMs;
    const comment = minutes % 3 === 0 ? null : `${minutes}`;
    const pointId = ['S-1.PT-1', 'S-1.PT-2', 'S-1.GD-1'][minutes % 3] ?? '';
    switch (kind) {
      case 'raise':
      case 'clear':
      case 'suppress':
      case 'unsuppress':
        await this.#say(alarm, kind);
        return;
      case 'acknowledge':
        if (await this.#act(alarm, { kind, atMs, by: 'duty', comment })) model.isNews = false;
        return;
      case 'acknowledgeAll': {
        const items = plant.alarms.map(({ id, index }) => ({ id, version: this.record(index).version, tickedCritical: true }));
        const options = { actor: person, by: 'duty', atMs, comment: '已看到', maySee: () => true };
        const results = await acknowledgeMany(this.store, items, options);
        for (const [index, result] of results.entries()) {
          const held = this.models[index];
          if (result.kind === 'done' && held !== undefined) held.isNews = false;
        }
        return;
      }
      case 'acknowledgeLate': {
        const { alarmId, version } = this.record(alarm);
        const late = await this.store.act(alarmId, version - 1, person, { kind: 'acknowledge', atMs, by: 'duty', comment: 'x' });
        expect(late.kind).toBe('conflict');
        return;
      }
      case 'reset':
        if (await this.#act(alarm, { kind, atMs, by: 'duty', comment })) model.needsReset = false;
        return;
      case 'shelve': {
        const approvedBy = minutes % 2 === 0 ? 'boss' : null;
        if (await this.#act(alarm, { kind, atMs, by: 'duty', reason: '检修', untilMs, approvedBy }))
          Object.assign(model, { shelvedUntilMs: untilMs, shelvedDueMs: clock.monotonicMs() + minutes * minuteMs });
        return;
      }
      case 'unshelve':
        if (await this.#act(alarm, { kind, atMs, by: 'duty', comment })) Object.assign(model, { shelvedUntilMs: 0, isNews: model.isTrue });
        return;
      case 'removeFromService':
        if (await this.#act(alarm, { kind, atMs, by: 'duty', approvedBy: 'boss', permit: 'W', compensatingMeasure: 'x', untilMs }))
          Object.assign(model, { outUntilMs: untilMs, shelvedUntilMs: 0 });
        return;
      case 'returnToService':
        if (await this.#act(alarm, { kind, atMs, by: 'duty', comment })) Object.assign(model, { outUntilMs: 0, isNews: model.isTrue });
        return;
      case 'comment':
        await this.#act(alarm, { kind, atMs, by: 'duty', comment: '注' });
        return;
      case 'startMaintenance': {
        const began = await maintenance.start({ kind: 'maintenance', stationId: 'S-1', permit: 'W' }, { reason: 'x', untilMs }, duty);
        if (began.kind === 'changed') this.#maintenanceUntilMs = untilMs;
        return;
      }
      case 'extendMaintenance': {
        const version = windows.maintenanceAt('S-1')?.version ?? 0;
        const moved = await maintenance.extend(() => windows.maintenanceAt('S-1'), { version, reason: 'y', untilMs }, duty);
        if (moved?.kind === 'changed') this.#maintenanceUntilMs = untilMs;
        return;
      }
      case 'endMaintenance': {
        const version = windows.maintenanceAt('S-1')?.version ?? 0;
        const ended = await maintenance.end(() => windows.maintenanceAt('S-1'), { version, comment }, duty);
        if (ended?.kind === 'changed') this.#maintenanceOver();
        return;
      }
      case 'startTest':
        await maintenance.start({ kind: 'test', stationId: 'S-1', pointId }, { reason: 'x', untilMs }, duty);
        return;
      case 'endTest':
        await maintenance.end(() => windows.testOf(pointId), { version: 1, comment }, duty);
        return;
      case 'pass':
        clock.advance(minutes * minuteMs);
        return;
      case 'setClock':
        clock.jumpWall((minutes - 75) * minuteMs);
        return;
      case 'restart': {
        const before = this.records();
        const running = windows.running();
        for (const held of this.models) held.shelvedDueMs = clock.monotonicMs() + held.shelvedUntilMs - atMs;
        await this.close();
        await this.open();
        expect(this.records()).toEqual(before);
        expect(this.maintenance.windows.running()).toEqual(running);
        return;
      }
    }
  }

  #maintenanceOver(): void {
    this.#maintenanceUntilMs = 0;
    for (const [index, model] of this.models.entries()) {
      const definition = plant.alarms[index];
      if (definition !== undefined && !this.maintenance.windows.isSpared(definition) && model.isTrue) model.isNews = true;
    }
  }

  async tick(): Promise<void> {
    await this.store.tick();
    await this.maintenance.tick();
    const nowMs = this.clock.nowMs();
    if (this.#maintenanceUntilMs !== 0 && this.maintenance.windows.maintenanceAt('S-1') === null) this.#maintenanceOver();
    for (const [index, model] of this.models.entries()) {
      const { shelved, outOfService } = this.record(index);
      if (model.shelvedUntilMs !== 0 && shelved === null) Object.assign(model, { shelvedUntilMs: 0, isNews: model.isTrue });
      if (model.outUntilMs !== 0 && outOfService === null) Object.assign(model, { outUntilMs: 0, isNews: model.isTrue });
      // Nothing stays aside past its end.
      expect(shelved === null || shelved.untilMs > nowMs).toBe(true);
      expect(shelved === null || model.shelvedDueMs > this.clock.monotonicMs()).toBe(true);
      expect(outOfService === null || outOfService.untilMs > nowMs).toBe(true);
    }
    for (const window of this.maintenance.windows.running()) expect(window.untilMs).toBeGreaterThan(nowMs);
  }

  check(): void {
    for (const definition of plant.alarms) {
      const model = this.models[definition.index] ?? expect.fail();
      const record = this.record(definition.index);
      expect(record.isConditionTrue).toBe(model.isTrue);
      const isUnderMaintenance = this.#maintenanceUntilMs !== 0 && !this.maintenance.windows.isSpared(definition);
      const isAside = model.shelvedUntilMs !== 0 || model.outUntilMs !== 0 || model.isLost || isUnderMaintenance;
      // An active, unacknowledged alarm that nobody has set aside is always visible, and heard.
      if (model.isTrue && model.isNews && !isAside) expect(annunciationOf[stateOf(record)]).toBe('soundAndFlash');
      // What is set aside is not heard, and each cause keeps it aside until it has gone itself.
      if (isAside) expect(annunciationOf[stateOf(record)]).toBe('none');
      expect(record.needsReset).toBe(model.needsReset);
      // An acknowledgement names a person.
      if (record.occurrenceId !== null && model.isTrue && record.isAcknowledged) expect(record.acknowledgedBy).toBe('duty');
      if (definition.class === 'safety') {
        expect(record.shelved).toBeNull();
        expect(record.suppressedBy.some((cause) => cause.kind === 'maintenance')).toBe(false);
      }
    }
  }

  async journal(): Promise<JournalEntry[]> {
    return [...(await readJournal(this.database, { limit: 100_000 }))].reverse();
  }

  /** Nothing leaves the journal: every line that was ever there is there as it was. */
  async checkJournal(): Promise<void> {
    const entries = await this.journal();
    for (const [sequence, hash] of this.#hashes) expect(entries[sequence - 1]?.hash).toBe(hash);
    for (const { sequence, hash } of entries) this.#hashes.set(sequence, hash);
  }
}

test('[AL19] [AL20] whatever happens in whatever order: what is active and unacknowledged is visible, acknowledgements name a person, nothing leaves the journal, and the journal alone rebuilds every record', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => {
      const world = new World();
      try {
        await world.begin();
        for (const [index, step] of steps.entries()) {
          await world.step(step);
          await world.tick();
          world.check();
          if (index % 10 === 0) await world.checkJournal();
        }
        await world.checkJournal();
        const entries = await world.journal();
        expect(await verifyChain(world.database)).toMatchObject({ kind: 'intact', entries: entries.length });
        const isTest = new Map<string | null, boolean>();
        for (const { kind, actor, alarmId, detail } of entries) {
          // Every line of a test says that it is one, and no other line does.
          if (kind === 'alarm.raise') isTest.set(alarmId, (detail.event as { isTest: boolean }).isTest);
          expect(detail.isTest ?? false).toBe(alarmId !== null && isTest.get(alarmId) === true);
          if (kind !== 'alarm.acknowledge') continue;
          expect(actor).toEqual(person);
          expect(detail.event).toMatchObject({ by: 'duty' });
        }
        const rebuilt = replayJournal(entries, plant);
        const held = new Map(world.store.all().map(({ record }) => [record.alarmId, record]));
        expect(new Map([...rebuilt].toSorted())).toEqual(new Map([...held].toSorted()));
      } finally {
        await world.close();
        world.remove();
      }
    }),
    { numRuns: 120 },
  );
}, 120_000);
