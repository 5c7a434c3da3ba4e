// Every alarm with what has become of it: found, followed, acted on by people and by time. What collectors say about alarms goes to the intake behind it, and
// whatever changes one goes through the one writer.
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type {
  ConditionStatement,
  DeliveryAnswer,
  ReceivedDelivery,
  StatementAnswer,
  TakeoverAnswer,
  TakeoverRequest,
} from '../../domain/messages/condition-message.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { Deadlines } from '../../domain/time/deadlines.ts';
import type { StepLog } from '../../domain/tracing/alarm-step.ts';
import { StationHolders } from '../holders/station-holders.ts';
import type { Commit, Ledger } from '../journal/ledger.ts';
import { OutboxProgress } from '../outboxes/outbox-progress.ts';
import { type AlarmChange, type AlarmCircumstances, type KnownAlarm, ordinaryCircumstances } from './alarm-change.ts';
import { applyEvent, type LifecycleEvent, type Refusal } from './alarm-machine.ts';
import type { AlarmRecord } from './alarm-record.ts';
import { AlarmRecords } from './alarm-records.ts';
import { AlarmTrace } from './alarm-trace.ts';
import { type AlarmListener, AlarmWriter, type CommitWith } from './alarm-writer.ts';
import { type AppliedAction, appliedBefore, noteApplied } from './applied-actions.ts';
import { changesByTime } from './changes-by-time.ts';
import { ConditionIntake } from './condition-intake.ts';

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
  readonly #deadlines: Deadlines;
  readonly #records: AlarmRecords;
  readonly #writer: AlarmWriter;
  readonly #intake: ConditionIntake;
  readonly holders: StationHolders;

  private constructor(options: AlarmStoreOptions, holders: StationHolders, outboxes: OutboxProgress) {
    const { plant, ledger, clock, circumstances = ordinaryCircumstances } = options;
    const trace = new AlarmTrace(options.log ?? null);
    const records = new AlarmRecords(plant);
    const writer = new AlarmWriter({ records, outboxes, circumstances, clock, trace });
    this.#plant = plant;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#deadlines = new Deadlines(clock);
    this.#records = records;
    this.#writer = writer;
    this.#intake = new ConditionIntake({ plant, ledger, clock, circumstances, records, writer, holders, outboxes, trace });
    this.holders = holders;
  }

  static async open(options: AlarmStoreOptions): Promise<AlarmStore> {
    const { database } = options.ledger;
    const store = new AlarmStore(options, await StationHolders.open(database), await OutboxProgress.open(database));
    for (const row of await database.selectFrom('alarm').select('record').orderBy('alarm_id').execute())
      store.#records.put(JSON.parse(row.record) as AlarmRecord);
    return store;
  }

  onChange(listener: AlarmListener): () => void {
    return this.#writer.onChange(listener);
  }

  /** By alarm id or by the id of its newest occurrence. */
  find(id: string): KnownAlarm | null {
    return this.#records.find(id);
  }

  /** Everything that ever changed, normal again or not. */
  all(): readonly KnownAlarm[] {
    return this.#records.all();
  }

  /** Resolves after commit. */
  deliver(delivery: ReceivedDelivery): Promise<DeliveryAnswer> {
    return this.#intake.deliver(delivery);
  }

  /** Resolves after commit with what is held active at the collector's stations. */
  takeOver(request: TakeoverRequest): Promise<TakeoverAnswer> {
    return this.#intake.takeOver(request);
  }

  /** Level: raises what is stated and missing here, clears what is held here and no longer stated. */
  state(statement: ConditionStatement): Promise<StatementAnswer> {
    return this.#intake.state(statement);
  }

  /** Since the start: messages that could not be taken. */
  get setAside(): ConditionIntake['setAside'] {
    return this.#intake.setAside;
  }

  onSetAside(listener: () => void): () => void {
    return this.#intake.onSetAside(listener);
  }

  /** What is true should be stated anew. */
  onDoubt(listener: () => void): () => void {
    return this.#intake.onDoubt(listener);
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
        const found = this.#records.find(id);
        if (found === null) return { kind: 'unknown' };
        const { definition } = found;
        const record = moved.get(definition.id) ?? found.record;
        const earlier = actionId === undefined ? undefined : before.get(actionId);
        if (earlier?.username === username && earlier.alarmId === definition.id) return { kind: 'done', record };
        const isOldOccurrence = id !== record.alarmId && id !== record.occurrenceId;
        if (isOldOccurrence || !this.#records.isAsSeen(record, version)) return { kind: 'conflict', record };
        const transition = applyEvent(record, event, definition);
        if (transition.kind === 'refused') return { kind: 'refused', reason: transition.reason, record };
        if (transition.kind === 'unchanged') return { kind: 'done', record };
        moved.set(definition.id, transition.record);
        changes.push({ definition, event, actor, detail });
        if (actionId !== undefined) applied.push({ actionId, username, alarmId: definition.id });
        return { kind: 'done', record: transition.record };
      });
      await this.#writer.write(
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
      this.#writer.write(
        commit,
        changesByTime({
          known: this.#records.all(),
          nowMs: this.#clock.nowMs(),
          deadlines: this.#deadlines,
          reannounceAfterMs: this.#plant.alarmManagement.reannounceAfterMs,
        }),
      ),
    );
  }

  /** For those who decide inside `ledger.exclusively`: these changes with their own rows and lines in one transaction. */
  apply(commit: Commit, changes: readonly AlarmChange[], also: CommitWith): Promise<void> {
    return this.#writer.write(commit, changes, also);
  }
}
