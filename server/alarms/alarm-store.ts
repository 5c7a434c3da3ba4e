// Holds every alarm's record, applies events to it, and commits alarm rows and journal rows in one transaction. The only writer of alarms.
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { ConditionDelivery, ConditionMessage, ConditionStatement } from '../../domain/messages/condition-message.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Commit, Ledger } from '../journal/ledger.ts';
import { type AlarmRecord, applyEvent, type LifecycleEvent, newAlarmRecord, type Refusal, stateOf } from './alarm-machine.ts';

export type ActionResult =
  | { readonly kind: 'done'; readonly record: AlarmRecord }
  | { readonly kind: 'conflict'; readonly record: AlarmRecord }
  | { readonly kind: 'refused'; readonly reason: Refusal; readonly record: AlarmRecord }
  | { readonly kind: 'unknown' };

/** Told after the commit, never before: what listeners hear is on disk. */
export type AlarmListener = (changes: readonly { readonly definition: AlarmDefinition; readonly record: AlarmRecord }[]) => void;

interface Change {
  readonly definition: AlarmDefinition;
  readonly event: LifecycleEvent;
  readonly actor: JournalActor;
  readonly detail: Readonly<Record<string, unknown>>;
}

const collectorActor = (collectorId: string): JournalActor => ({ kind: 'system', part: `collector ${collectorId}` });
const serverActor: JournalActor = { kind: 'system', part: 'server' };

export class AlarmStore {
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #records = new Map<string, AlarmRecord>();
  readonly #alarmIdByOccurrence = new Map<string, string>();
  /** Old occurrences are remembered only so that a late action on one is told as a conflict. */
  readonly #occurrencesMax: number;
  readonly #progress = new Map<string, number>();
  readonly #listeners = new Set<AlarmListener>();

  private constructor(plant: Plant, ledger: Ledger, clock: Clock) {
    this.#plant = plant;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#occurrencesMax = Math.max(100_000, plant.alarms.length * 2);
  }

  static async open(options: { plant: Plant; ledger: Ledger; clock: Clock }): Promise<AlarmStore> {
    const { database } = options.ledger;
    const store = new AlarmStore(options.plant, options.ledger, options.clock);
    for (const row of await database.selectFrom('alarm').select('record').execute()) store.#put(JSON.parse(row.record) as AlarmRecord);
    for (const row of await database.selectFrom('outbox_progress').selectAll().execute())
      store.#progress.set(`${row.collector_id}/${row.outbox_id}`, row.sequence);
    return store;
  }

  onChange(listener: AlarmListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** By alarm id or by the id of its newest occurrence. */
  find(id: string): { readonly definition: AlarmDefinition; readonly record: AlarmRecord } | null {
    const alarmId = this.#plant.alarmIndexById.has(id) ? id : this.#alarmIdByOccurrence.get(id);
    const definition = alarmId === undefined ? undefined : this.#plant.alarms[this.#plant.alarmIndexById.get(alarmId) ?? -1];
    if (alarmId === undefined || definition === undefined) return null;
    return { definition, record: this.#records.get(alarmId) ?? newAlarmRecord(alarmId) };
  }

  /** All records that are not normal, and normal ones only where asked for. */
  all(): readonly { readonly definition: AlarmDefinition; readonly record: AlarmRecord }[] {
    const found: { definition: AlarmDefinition; record: AlarmRecord }[] = [];
    for (const record of this.#records.values()) {
      const definition = this.#plant.alarms[this.#plant.alarmIndexById.get(record.alarmId) ?? -1];
      if (definition !== undefined) found.push({ definition, record });
    }
    return found;
  }

  /** Exactly once by (collector, outbox, sequence): what was committed before is passed over. Resolves after commit. */
  deliver(delivery: ConditionDelivery): Promise<{ committedThrough: number }> {
    return this.#ledger.exclusively(async (commit) => {
      const key = `${delivery.collectorId}/${delivery.outboxId}`;
      let through = this.#progress.get(key) ?? 0;
      const changes: Change[] = [];
      const unknown: NewJournalEntry[] = [];
      for (const message of delivery.messages) {
        if (message.sequence <= through) continue;
        // A hole means that messages are missing: stop here, the collector sends again from what is confirmed.
        if (message.sequence !== through + 1 && through !== 0) break;
        through = message.sequence;
        const definition = this.#plant.alarms[this.#plant.alarmIndexById.get(message.alarmId) ?? -1];
        if (definition === undefined) unknown.push(unknownAlarmEntry(message, delivery.collectorId));
        else changes.push({ definition, event: eventOf(message), actor: collectorActor(delivery.collectorId), detail: detailOf(message) });
      }
      if (through === (this.#progress.get(key) ?? 0)) return { committedThrough: through };
      await this.#commit(commit, changes, unknown, {
        key,
        collectorId: delivery.collectorId,
        outboxId: delivery.outboxId,
        sequence: through,
      });
      return { committedThrough: through };
    });
  }

  /** Level: raises what is stated and missing here, clears what is held here and no longer stated. */
  state(statement: ConditionStatement): Promise<{ kind: 'accepted' } | { kind: 'behind'; committedThrough: number }> {
    return this.#ledger.exclusively(async (commit) => {
      const through = this.#progress.get(`${statement.collectorId}/${statement.outboxId}`) ?? 0;
      if (through < statement.throughSequence) return { kind: 'behind', committedThrough: through };
      const actor = collectorActor(statement.collectorId);
      const changes: Change[] = [];
      const stated = new Map(statement.active.map((condition) => [condition.alarmId, condition]));
      for (const condition of statement.active) {
        const definition = this.#plant.alarms[this.#plant.alarmIndexById.get(condition.alarmId) ?? -1];
        if (definition === undefined) continue;
        const record = this.#records.get(condition.alarmId);
        if (record?.isConditionTrue !== true || record.occurrenceId !== condition.occurrenceId) {
          changes.push({
            definition,
            actor,
            detail: { byStatement: true, value: condition.value },
            event: { kind: 'raise', atMs: condition.sinceMs, occurrenceId: condition.occurrenceId, value: condition.value },
          });
        }
        if (condition.suppressedByAlarmId !== null && record?.suppressedByAlarmId !== condition.suppressedByAlarmId) {
          changes.push({
            definition,
            actor,
            detail: { byStatement: true },
            event: { kind: 'suppress', atMs: statement.atMs, byAlarmId: condition.suppressedByAlarmId },
          });
        } else if (condition.suppressedByAlarmId === null && record?.suppressedByAlarmId != null) {
          changes.push({ definition, actor, detail: { byStatement: true }, event: { kind: 'unsuppress', atMs: statement.atMs } });
        }
      }
      for (const { definition, record } of this.all()) {
        if (stated.has(record.alarmId) || this.#plant.stations[definition.stationIndex]?.collectorId !== statement.collectorId) continue;
        if (record.isConditionTrue && record.occurrenceId !== null) {
          changes.push({
            definition,
            actor,
            detail: { byStatement: true },
            event: { kind: 'clear', atMs: statement.atMs, occurrenceId: record.occurrenceId },
          });
        }
        if (record.suppressedByAlarmId !== null)
          changes.push({ definition, actor, detail: { byStatement: true }, event: { kind: 'unsuppress', atMs: statement.atMs } });
      }
      await this.#commit(commit, changes, [], null);
      return { kind: 'accepted' };
    });
  }

  /** A person's action on the version that he saw. `id` may be an occurrence that is no longer the newest: that is a conflict too. */
  act(
    id: string,
    version: number,
    actor: JournalActor,
    event: LifecycleEvent,
    detail: Readonly<Record<string, unknown>> = {},
  ): Promise<ActionResult> {
    return this.#ledger.exclusively(async (commit): Promise<ActionResult> => {
      const found = this.find(id);
      if (found === null) return { kind: 'unknown' };
      const isOldOccurrence = id !== found.record.alarmId && id !== found.record.occurrenceId;
      if (isOldOccurrence || found.record.version !== version) return { kind: 'conflict', record: found.record };
      const transition = applyEvent(found.record, event, found.definition);
      switch (transition.kind) {
        case 'refused':
          return { kind: 'refused', reason: transition.reason, record: found.record };
        case 'unchanged':
          return { kind: 'done', record: found.record };
        case 'changed':
          await this.#commit(commit, [{ definition: found.definition, event, actor, detail }], [], null);
          return { kind: 'done', record: this.#records.get(found.record.alarmId) ?? transition.record };
      }
    });
  }

  /** Ends shelvings and out-of-service times that have run out. Call about once a second. */
  expire(): Promise<void> {
    return this.#ledger.exclusively(async (commit) => {
      const nowMs = this.#clock.nowMs();
      const changes: Change[] = [];
      for (const { definition, record } of this.all()) {
        if (record.shelvedUntilMs !== null && record.shelvedUntilMs <= nowMs) {
          changes.push({
            definition,
            actor: serverActor,
            detail: { expired: true },
            event: { kind: 'unshelve', atMs: nowMs, by: null, comment: null },
          });
        }
        if (record.outOfService !== null && record.outOfService.untilMs <= nowMs) {
          changes.push({
            definition,
            actor: serverActor,
            detail: { expired: true },
            event: { kind: 'returnToService', atMs: nowMs, by: null, comment: null },
          });
        }
      }
      await this.#commit(commit, changes, [], null);
    });
  }

  async #commit(
    commit: Commit,
    changes: readonly Change[],
    notes: readonly NewJournalEntry[],
    progress: { readonly key: string; readonly collectorId: string; readonly outboxId: string; readonly sequence: number } | null,
  ): Promise<void> {
    if (changes.length === 0 && notes.length === 0 && progress === null) return;
    const touched = new Map<string, { definition: AlarmDefinition; record: AlarmRecord }>();
    const entries: NewJournalEntry[] = [...notes];
    for (const { definition, event, actor, detail } of changes) {
      const before = touched.get(definition.id)?.record ?? this.#records.get(definition.id) ?? newAlarmRecord(definition.id);
      const transition = applyEvent(before, event, definition);
      if (transition.kind !== 'changed') continue;
      touched.set(definition.id, { definition, record: transition.record });
      entries.push({
        occurredAtMs: event.atMs,
        kind: `alarm.${event.kind}`,
        stationId: this.#plant.stations[definition.stationIndex]?.id ?? null,
        alarmId: definition.id,
        occurrenceId: transition.record.occurrenceId,
        actor,
        detail: {
          ...detail,
          event,
          priority: definition.priority,
          from: stateOf(before),
          to: stateOf(transition.record),
          version: transition.record.version,
        },
      });
    }
    if (entries.length === 0 && progress === null) return;
    await commit(entries, async (transaction) => {
      const rows = [...touched.values()].map(({ definition, record }) => ({
        alarm_id: definition.id,
        station_id: this.#plant.stations[definition.stationIndex]?.id ?? '',
        record: JSON.stringify(record),
      }));
      for (let start = 0; start < rows.length; start += 5_000) {
        await transaction
          .insertInto('alarm')
          .values(rows.slice(start, start + 5_000))
          .onConflict((conflict) => conflict.column('alarm_id').doUpdateSet((eb) => ({ record: eb.ref('excluded.record') })))
          .execute();
      }
      if (progress !== null) {
        await transaction
          .insertInto('outbox_progress')
          .values({ collector_id: progress.collectorId, outbox_id: progress.outboxId, sequence: progress.sequence })
          .onConflict((conflict) => conflict.columns(['collector_id', 'outbox_id']).doUpdateSet({ sequence: progress.sequence }))
          .execute();
      }
    });
    if (progress !== null) this.#progress.set(progress.key, progress.sequence);
    const told = [...touched.values()];
    for (const { record } of told) this.#put(record);
    if (told.length > 0) for (const listener of this.#listeners) listener(told);
  }

  #put(record: AlarmRecord): void {
    this.#records.set(record.alarmId, record);
    if (record.occurrenceId === null) return;
    this.#alarmIdByOccurrence.set(record.occurrenceId, record.alarmId);
    while (this.#alarmIdByOccurrence.size > this.#occurrencesMax) {
      const [oldest = '', alarmId = ''] = this.#alarmIdByOccurrence.entries().next().value ?? [];
      this.#alarmIdByOccurrence.delete(oldest);
      // The newest occurrence of an alarm must stay reachable however old it is.
      if (this.#records.get(alarmId)?.occurrenceId === oldest) this.#alarmIdByOccurrence.set(oldest, alarmId);
    }
  }
}

function eventOf(message: ConditionMessage): LifecycleEvent {
  switch (message.kind) {
    case 'raise':
      return { kind: 'raise', atMs: message.atMs, occurrenceId: message.occurrenceId, value: message.value };
    case 'clear':
      return { kind: 'clear', atMs: message.atMs, occurrenceId: message.occurrenceId };
    case 'suppress':
      return { kind: 'suppress', atMs: message.atMs, byAlarmId: message.byAlarmId };
    case 'unsuppress':
      return { kind: 'unsuppress', atMs: message.atMs };
  }
}

function detailOf(message: ConditionMessage): Record<string, unknown> {
  return {
    sequence: message.sequence,
    value: message.value,
    quality: message.quality,
    ...(message.kind === 'raise' && message.measured !== null ? { measured: message.measured } : {}),
  };
}

function unknownAlarmEntry(message: ConditionMessage, collectorId: string): NewJournalEntry {
  return {
    occurredAtMs: message.atMs,
    kind: 'alarm.unknownDefinition',
    stationId: null,
    alarmId: message.alarmId,
    occurrenceId: message.occurrenceId,
    actor: collectorActor(collectorId),
    detail: { message, note: 'the plant file of this server has no such alarm' },
  };
}
