// Holds every alarm's record, applies events to it, and commits alarm rows and journal rows in one transaction. The only writer of alarms.
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type {
  ConditionMessage,
  ConditionStatement,
  DeliveryAnswer,
  ReceivedDelivery,
  StatementAnswer,
  TakeoverAnswer,
  TakeoverRequest,
  UnreadableMessage,
} from '../../domain/messages/condition-message.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { Deadlines } from '../../domain/time/deadlines.ts';
import type { StepLog } from '../../domain/tracing/alarm-step.ts';
import { type StationHolder, StationHolders } from '../holders/station-holders.ts';
import { isDatabaseAway } from '../journal/database-away.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Commit, DatabaseWrite, Ledger } from '../journal/ledger.ts';
import { entryOfSuccession, OutboxProgress, type Progress } from '../outboxes/outbox-progress.ts';
import { type AlarmChange, type AlarmCircumstances, type KnownAlarm, ordinaryCircumstances, serverActor } from './alarm-change.ts';
import { applyEvent, type LifecycleEvent, type Refusal } from './alarm-machine.ts';
import { type AlarmRecord, newAlarmRecord, stateOf } from './alarm-record.ts';
import { AlarmTrace } from './alarm-trace.ts';
import { type AppliedAction, appliedBefore, noteApplied } from './applied-actions.ts';
import { changesByTime } from './changes-by-time.ts';
import { activeConditionsOf, changesOfMessages, changesOfStatement, setAsideEntry } from './condition-changes.ts';

export type ActionResult =
  | { readonly kind: 'done'; readonly record: AlarmRecord }
  | { readonly kind: 'conflict'; readonly record: AlarmRecord }
  | { readonly kind: 'refused'; readonly reason: Refusal; readonly record: AlarmRecord }
  | { readonly kind: 'unknown' };

/** What a person does with one alarm, and the version that he saw. */
export interface AlarmAction {
  /** Alarm id, or the id of an occurrence: one that is no longer the newest is a conflict. */
  readonly id: string;
  readonly version: number;
  readonly event: LifecycleEvent;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Made by the client. One that was applied before is answered with what is now, whatever the version says. */
  readonly actionId?: string | undefined;
}

/** Told after the commit, never before: what listeners hear is on disk. */
export type AlarmListener = (changes: readonly KnownAlarm[]) => void;

/** Goes into the same transaction as the changes. */
export interface CommitWith {
  readonly entries?: readonly NewJournalEntry[];
  readonly write?: DatabaseWrite;
}

interface AlarmStoreOptions {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly circumstances?: AlarmCircumstances;
  /** Each step of each alarm; none where absent. */
  readonly log?: StepLog;
}

export class AlarmStore {
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #circumstances: AlarmCircumstances;
  readonly #deadlines: Deadlines;
  readonly #records = new Map<string, AlarmRecord>();
  readonly #alarmIdByOccurrence = new Map<string, string>();
  /** Old occurrences are remembered only so that a late action on one is told as a conflict. */
  readonly #occurrencesMax: number;
  /** Of the last change other than an escalation. */
  readonly #newsVersions = new Map<string, number>();
  readonly #outboxes: OutboxProgress;
  readonly #listeners = new Set<AlarmListener>();
  readonly #setAsideListeners = new Set<() => void>();
  readonly #doubtListeners = new Set<() => void>();
  #setAside: { readonly count: number; readonly lastAtMs: number | null } = { count: 0, lastAtMs: null };

  readonly holders: StationHolders;
  readonly #trace: AlarmTrace;

  private constructor(options: AlarmStoreOptions, holders: StationHolders, outboxes: OutboxProgress) {
    const { plant, ledger, clock } = options;
    this.holders = holders;
    this.#outboxes = outboxes;
    this.#trace = new AlarmTrace(options.log ?? null);
    this.#plant = plant;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#circumstances = options.circumstances ?? ordinaryCircumstances;
    this.#deadlines = new Deadlines(clock);
    this.#occurrencesMax = Math.max(100_000, plant.alarms.length * 2);
  }

  static async open(options: AlarmStoreOptions): Promise<AlarmStore> {
    const { database } = options.ledger;
    const store = new AlarmStore(options, await StationHolders.open(database), await OutboxProgress.open(database));
    for (const row of await database.selectFrom('alarm').select('record').orderBy('alarm_id').execute())
      store.#put(JSON.parse(row.record) as AlarmRecord);
    return store;
  }

  onChange(listener: AlarmListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** By alarm id or by the id of its newest occurrence. */
  find(id: string): KnownAlarm | null {
    const alarmId = this.#plant.alarmIndexById.has(id) ? id : this.#alarmIdByOccurrence.get(id);
    const definition = alarmId === undefined ? undefined : this.#definitionOf(alarmId);
    if (alarmId === undefined || definition === undefined) return null;
    return { definition, record: this.#records.get(alarmId) ?? newAlarmRecord(alarmId) };
  }

  /** Everything that ever changed, normal again or not. */
  all(): readonly KnownAlarm[] {
    const found: KnownAlarm[] = [];
    for (const record of this.#records.values()) {
      const definition = this.#definitionOf(record.alarmId);
      if (definition !== undefined) found.push({ definition, record });
    }
    return found;
  }

  /** [OB1] Resolves after commit. A message that can never be taken is set aside with a line of the journal, and those behind it go on. */
  async deliver(delivery: ReceivedDelivery): Promise<DeliveryAnswer> {
    const committedThrough = await this.#deliver(delivery);
    const said = delivery.messages.filter((message) => message.kind !== 'unreadable');
    return { committedThrough, supersededBy: this.holders.supersederOf(delivery.collectorId, said) };
  }

  #deliver(delivery: ReceivedDelivery): Promise<number> {
    return this.#ledger.exclusively(async (commit) => {
      if (this.#outboxes.isRetired(delivery)) return -1; // OB4
      await this.#retireReplaced(commit, delivery);
      let through = this.#outboxes.throughOf(delivery);
      const fresh: (ConditionMessage | UnreadableMessage)[] = [];
      for (const message of delivery.messages) {
        if (message.sequence <= through) continue;
        // A hole means that messages are missing: stop here, the collector sends again from what is confirmed.
        if (message.sequence !== through + 1 && through !== 0) break;
        through = message.sequence;
        fresh.push(message);
      }
      this.#trace.received(delivery, fresh);
      if (fresh.length === 0) return through;
      const { collectorId, outboxId } = delivery;
      const to = (sequence: number): Progress => ({ collectorId, outboxId, sequence });
      try {
        await this.#take(commit, fresh, to(through));
      } catch (error) {
        if (isDatabaseAway(error)) throw error;
        // One of them makes it fail, always: found by taking each for itself.
        for (const message of fresh) await this.#takeOrSetAside(commit, message, to(message.sequence));
      }
      return through;
    });
  }

  /** [OB3] Before anything of the new one is taken, and whatever becomes of that. */
  async #retireReplaced(commit: Commit, sent: ReceivedDelivery | ConditionStatement): Promise<void> {
    const succession = this.#outboxes.successionOf(sent);
    if (succession === null) return;
    const nowMs = this.#clock.nowMs();
    await commit([entryOfSuccession(succession, nowMs)], this.#outboxes.writeOfSuccession(succession, nowMs));
    this.#outboxes.putSuccession(succession);
  }

  async #take(commit: Commit, messages: readonly (ConditionMessage | UnreadableMessage)[], progress: Progress): Promise<void> {
    const { collectorId } = progress;
    const readable = messages.filter((message) => message.kind !== 'unreadable');
    const unreadable = messages.filter((message) => message.kind === 'unreadable');
    const holder = this.#holderAfter(collectorId, readable);
    const believed = holder ?? this.holders.find(collectorId);
    const { changes, entries } = changesOfMessages(readable, {
      collectorId,
      holder: believed,
      isTruthOfHolderKnown: believed !== null && this.holders.isTruthOfKnown(believed),
      definitionOf: (alarmId) => this.#definitionOf(alarmId),
      recordOf: (alarmId) => this.#records.get(alarmId),
      circumstances: this.#circumstances,
    });
    const all = [
      ...unreadable.map((message) => setAsideEntry(message, collectorId, 'this server cannot read it', this.#clock.nowMs())),
      ...entries,
    ];
    await this.#commit(
      commit,
      changes,
      holder === null ? { entries: all } : { entries: [this.holders.entryOf(holder), ...all], write: this.holders.writeOf(holder) },
      progress,
    );
    if (holder !== null) {
      this.holders.put(holder);
      for (const listener of this.#doubtListeners) listener();
    }
    if (unreadable.length > 0) this.#noteSetAside(unreadable.length);
  }

  async #takeOrSetAside(commit: Commit, message: ConditionMessage | UnreadableMessage, progress: Progress): Promise<void> {
    try {
      await this.#take(commit, [message], progress);
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      // Where this cannot be written either, the fault is not the message's, and it is tried again as a whole.
      const reason = `this server cannot take it: ${(error as Error).message}`;
      const entry = setAsideEntry(message, progress.collectorId, reason, this.#clock.nowMs());
      await this.#commit(commit, [], { entries: [entry] }, progress);
      this.#noteSetAside(1);
    }
  }

  #noteSetAside(count: number): void {
    this.#setAside = { count: this.#setAside.count + count, lastAtMs: this.#clock.nowMs() };
    for (const listener of this.#setAsideListeners) listener();
  }

  /** Since the start: messages that could not be taken. */
  get setAside(): { readonly count: number; readonly lastAtMs: number | null } {
    return this.#setAside;
  }

  /** [HO5] Somebody delivers in a term that this database had not heard of: what is true should be stated anew. */
  onDoubt(listener: () => void): () => void {
    this.#doubtListeners.add(listener);
    return () => void this.#doubtListeners.delete(listener);
  }

  onSetAside(listener: () => void): () => void {
    this.#setAsideListeners.add(listener);
    return () => void this.#setAsideListeners.delete(listener);
  }

  /** [HO5] A holder that is known only by what it delivers or states; null where that is nobody new. */
  #holderAfter(
    collectorId: string,
    messages: readonly { readonly term?: number | undefined; readonly atMs: number }[],
  ): StationHolder | null {
    const known = this.holders.find(collectorId)?.term ?? 0;
    const newest = messages.findLast(({ term }) => term !== undefined && term > known);
    return newest?.term === undefined ? null : { collectorId, term: newest.term, node: '', sinceMs: newest.atMs };
  }

  /** [HO1] [HO2] Resolves after commit with what is held active at the collector's stations. */
  takeOver({ collectorId, term, node, atMs }: TakeoverRequest): Promise<TakeoverAnswer> {
    return this.#ledger.exclusively(async (commit) => {
      const known = this.holders.find(collectorId);
      if (known !== null && known.term > term) return { kind: 'superseded', term: known.term };
      if (known?.term !== term || known.node !== node) {
        const holder: StationHolder = { collectorId, term, node, sinceMs: known?.term === term ? known.sinceMs : atMs };
        await this.#commit(commit, [], { entries: [this.holders.entryOf(holder)], write: this.holders.writeOf(holder) });
        this.holders.put(holder);
      } else await this.#ledger.confirmCharge(commit);
      return { kind: 'granted', active: activeConditionsOf(this.all(), this.#plant, collectorId) };
    });
  }

  /** Level: raises what is stated and missing here, clears what is held here and no longer stated. */
  state(statement: ConditionStatement): Promise<StatementAnswer> {
    return this.#ledger.exclusively(async (commit) => {
      if (this.#outboxes.isRetired(statement)) return { kind: 'behind', committedThrough: -1 }; // OB4
      await this.#retireReplaced(commit, statement);
      await this.#ledger.confirmCharge(commit);
      const supersededBy = this.holders.supersederOf(statement.collectorId, [statement]);
      if (supersededBy !== undefined) return { kind: 'superseded', term: supersededBy }; // HO2, HO7
      const holder = this.#holderAfter(statement.collectorId, [statement]);
      if (holder !== null) {
        await this.#commit(commit, [], { entries: [this.holders.entryOf(holder)], write: this.holders.writeOf(holder) });
        this.holders.put(holder);
      }
      const through = this.#outboxes.throughOf(statement);
      // Behind what it follows, or overtaken on the way by what came after it: then it speaks of conditions that are long over.
      if (through !== statement.throughSequence) return { kind: 'behind', committedThrough: through };
      const changes = changesOfStatement(statement, {
        plant: this.#plant,
        known: this.all(),
        recordOf: (alarmId) => this.#records.get(alarmId),
        circumstances: this.#circumstances,
      });
      await this.#commit(commit, changes);
      this.holders.noteStatement(statement);
      return { kind: 'accepted' };
    });
  }

  /** A person's action on the version that he saw. */
  async act(
    id: string,
    version: number,
    actor: JournalActor,
    event: LifecycleEvent,
    detail: Readonly<Record<string, unknown>> = {},
    actionId?: string,
  ): Promise<ActionResult> {
    const [result] = await this.actOnAll([{ id, version, event, detail, actionId }], actor);
    return result ?? { kind: 'unknown' };
  }

  /** Each for itself, in order: one that conflicts or is refused does not hold up the others. What is done is committed together. */
  actOnAll(actions: readonly AlarmAction[], actor: JournalActor): Promise<readonly ActionResult[]> {
    return this.#ledger.exclusively(async (commit) => {
      const moved = new Map<string, AlarmRecord>();
      const changes: AlarmChange[] = [];
      const username = actor.kind === 'person' ? actor.username : '';
      const before = await appliedBefore(
        this.#ledger.database,
        actions.flatMap(({ actionId }) => actionId ?? []),
      );
      const applied: AppliedAction[] = [];
      const results = actions.map(({ id, version, event, detail = {}, actionId }): ActionResult => {
        const found = this.find(id);
        if (found === null) return { kind: 'unknown' };
        const { definition } = found;
        const record = moved.get(definition.id) ?? found.record;
        const earlier = actionId === undefined ? undefined : before.get(actionId);
        if (earlier?.username === username && earlier.alarmId === definition.id) return { kind: 'done', record };
        const isOldOccurrence = id !== record.alarmId && id !== record.occurrenceId;
        if (isOldOccurrence || !this.#isAsSeen(record, version)) return { kind: 'conflict', record };
        const transition = applyEvent(record, event, definition);
        if (transition.kind === 'refused') return { kind: 'refused', reason: transition.reason, record };
        if (transition.kind === 'unchanged') return { kind: 'done', record };
        moved.set(definition.id, transition.record);
        changes.push({ definition, event, actor, detail });
        if (actionId !== undefined) applied.push({ actionId, username, alarmId: definition.id });
        return { kind: 'done', record: transition.record };
      });
      await this.#commit(
        commit,
        changes,
        applied.length === 0 ? {} : { write: (transaction) => noteApplied(transaction, applied, this.#clock.nowMs()) },
      );
      return results;
    });
  }

  /** Ends what has run out and announces again what is due. Call about once a second, and once before anybody is answered. */
  tick(): Promise<void> {
    return this.#ledger.exclusively((commit) =>
      this.#commit(
        commit,
        changesByTime({
          known: this.all(),
          nowMs: this.#clock.nowMs(),
          deadlines: this.#deadlines,
          reannounceAfterMs: this.#plant.alarmManagement.reannounceAfterMs,
        }),
      ),
    );
  }

  /** For those who decide inside `ledger.exclusively`: these changes with their own rows and lines in one transaction. */
  apply(commit: Commit, changes: readonly AlarmChange[], also: CommitWith): Promise<void> {
    return this.#commit(commit, changes, also);
  }

  async #commit(commit: Commit, changes: readonly AlarmChange[], also: CommitWith = {}, progress: Progress | null = null): Promise<void> {
    const touched = new Map<string, KnownAlarm>();
    const entries: NewJournalEntry[] = [...(also.entries ?? [])];
    const take = (change: AlarmChange): void => {
      const { definition, event } = change;
      const before = touched.get(definition.id)?.record ?? this.#records.get(definition.id) ?? newAlarmRecord(definition.id);
      const transition = applyEvent(before, event, definition);
      if (transition.kind !== 'changed') return;
      touched.set(definition.id, { definition, record: transition.record });
      entries.push(this.#entryOf(change, before, transition.record));
    };
    for (const change of changes) {
      if (change.event.kind === 'raise') this.#suppressFirst(change, touched, take);
      take(change);
    }
    if (entries.length === 0 && progress === null && also.write === undefined) return;
    const told = [...touched.values()];
    const lines = await commit(entries, async (transaction) => {
      const rows = told.map(({ definition, record }) => ({
        alarm_id: definition.id,
        station_id: this.#stationIdOf(definition.stationIndex) ?? '',
        record: JSON.stringify(record),
      }));
      for (let start = 0; start < rows.length; start += 5_000) {
        await transaction
          .insertInto('alarm')
          .values(rows.slice(start, start + 5_000))
          .onConflict((conflict) => conflict.column('alarm_id').doUpdateSet((eb) => ({ record: eb.ref('excluded.record') })))
          .execute();
      }
      if (progress !== null) await this.#outboxes.writeOf(progress)(transaction);
      await also.write?.(transaction);
    });
    this.#trace.committed(lines, progress?.outboxId ?? null);
    if (progress !== null) this.#outboxes.put(progress);
    for (const { record } of told) this.#put(record);
    if (told.length > 0) for (const listener of this.#listeners) listener(told);
  }

  /** At a station in maintenance an alarm is suppressed before it rises, so that it is at no moment announced. */
  #suppressFirst(change: AlarmChange, touched: ReadonlyMap<string, KnownAlarm>, take: (change: AlarmChange) => void): void {
    const { definition, event } = change;
    const maintenanceId = this.#circumstances.maintenanceOf(definition);
    if (maintenanceId === null) return;
    const before = touched.get(definition.id)?.record ?? this.#records.get(definition.id) ?? newAlarmRecord(definition.id);
    if (applyEvent(before, event, definition).kind !== 'changed') return;
    const suppress: LifecycleEvent = { kind: 'suppress', atMs: this.#clock.nowMs(), cause: { kind: 'maintenance', maintenanceId } };
    take({ definition, event: suppress, actor: serverActor, detail: {} });
  }

  #entryOf({ definition, event, actor, detail }: AlarmChange, before: AlarmRecord, after: AlarmRecord): NewJournalEntry {
    return {
      occurredAtMs: event.atMs,
      kind: `alarm.${event.kind}`,
      stationId: this.#stationIdOf(definition.stationIndex),
      alarmId: definition.id,
      occurrenceId: after.occurrenceId,
      actor,
      detail: {
        ...detail,
        ...(after.isTest ? { isTest: true } : {}),
        event,
        priority: definition.priority,
        from: stateOf(before),
        to: stateOf(after),
        version: after.version,
      },
    };
  }

  /** AL28. After a restart an escalation counts as news once more: nobody knows what stood on the screens before. */
  #isAsSeen(record: AlarmRecord, version: number): boolean {
    if (version === record.version) return true;
    const isStored = this.#records.get(record.alarmId) === record;
    return isStored && version < record.version && version >= (this.#newsVersions.get(record.alarmId) ?? record.version);
  }

  #definitionOf(alarmId: string) {
    return this.#plant.alarms[this.#plant.alarmIndexById.get(alarmId) ?? -1];
  }

  #stationIdOf(stationIndex: number): string | null {
    return this.#plant.stations[stationIndex]?.id ?? null;
  }

  #put(record: AlarmRecord): void {
    if (record.changedWhat !== 'escalate') this.#newsVersions.set(record.alarmId, record.version);
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
