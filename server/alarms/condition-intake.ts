// Takes what collectors say: messages, statements and takeovers, each once, in order, and from whoever is believed (`server/holders/RULES.md`,
// `server/outboxes/RULES.md`). Turns them into changes of alarms, which are written elsewhere.
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
import type { StationHolder, StationHolders } from '../holders/station-holders.ts';
import { isDatabaseAway } from '../journal/database-away.ts';
import type { Commit, Ledger } from '../journal/ledger.ts';
import { entryOfSuccession, type OutboxProgress, type Progress } from '../outboxes/outbox-progress.ts';
import type { AlarmCircumstances } from './alarm-change.ts';
import type { AlarmRecords } from './alarm-records.ts';
import type { AlarmTrace } from './alarm-trace.ts';
import type { AlarmWriter } from './alarm-writer.ts';
import { activeConditionsOf, changesOfMessages, changesOfStatement, setAsideEntry } from './condition-changes.ts';

interface ConditionIntakeOptions {
  readonly plant: Plant;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly circumstances: AlarmCircumstances;
  readonly records: AlarmRecords;
  readonly writer: AlarmWriter;
  readonly holders: StationHolders;
  readonly outboxes: OutboxProgress;
  readonly trace: AlarmTrace;
}

export class ConditionIntake {
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #circumstances: AlarmCircumstances;
  readonly #records: AlarmRecords;
  readonly #writer: AlarmWriter;
  readonly #holders: StationHolders;
  readonly #outboxes: OutboxProgress;
  readonly #trace: AlarmTrace;
  readonly #setAsideListeners = new Set<() => void>();
  readonly #doubtListeners = new Set<() => void>();
  #setAside: { readonly count: number; readonly lastAtMs: number | null } = { count: 0, lastAtMs: null };

  constructor(options: ConditionIntakeOptions) {
    this.#plant = options.plant;
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#circumstances = options.circumstances;
    this.#records = options.records;
    this.#writer = options.writer;
    this.#holders = options.holders;
    this.#outboxes = options.outboxes;
    this.#trace = options.trace;
  }

  /** [OB1] Resolves after commit. A message that can never be taken is set aside with a line of the journal, and those behind it go on. */
  async deliver(delivery: ReceivedDelivery): Promise<DeliveryAnswer> {
    const committedThrough = await this.#deliver(delivery);
    const said = delivery.messages.filter((message) => message.kind !== 'unreadable');
    return { committedThrough, supersededBy: this.#holders.supersederOf(delivery.collectorId, said) };
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
    const believed = holder ?? this.#holders.find(collectorId);
    const { changes, entries } = changesOfMessages(readable, {
      collectorId,
      holder: believed,
      isTruthOfHolderKnown: believed !== null && this.#holders.isTruthOfKnown(believed),
      definitionOf: (alarmId) => this.#records.definitionOf(alarmId),
      recordOf: (alarmId) => this.#records.recordOf(alarmId),
      circumstances: this.#circumstances,
    });
    const all = [
      ...unreadable.map((message) => setAsideEntry(message, collectorId, 'this server cannot read it', this.#clock.nowMs())),
      ...entries,
    ];
    await this.#writer.write(
      commit,
      changes,
      holder === null ? { entries: all } : { entries: [this.#holders.entryOf(holder), ...all], write: this.#holders.writeOf(holder) },
      progress,
    );
    if (holder !== null) {
      this.#holders.put(holder);
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
      await this.#writer.write(commit, [], { entries: [entry] }, progress);
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
    const known = this.#holders.find(collectorId)?.term ?? 0;
    const newest = messages.findLast(({ term }) => term !== undefined && term > known);
    return newest?.term === undefined ? null : { collectorId, term: newest.term, node: '', sinceMs: newest.atMs };
  }

  /** [HO1] [HO2] Resolves after commit with what is held active at the collector's stations. */
  takeOver({ collectorId, term, node, atMs }: TakeoverRequest): Promise<TakeoverAnswer> {
    return this.#ledger.exclusively(async (commit) => {
      const known = this.#holders.find(collectorId);
      if (known !== null && known.term > term) return { kind: 'superseded', term: known.term };
      if (known?.term !== term || known.node !== node) {
        const holder: StationHolder = { collectorId, term, node, sinceMs: known?.term === term ? known.sinceMs : atMs };
        await this.#writer.write(commit, [], { entries: [this.#holders.entryOf(holder)], write: this.#holders.writeOf(holder) });
        this.#holders.put(holder);
      } else await this.#ledger.confirmCharge(commit);
      return { kind: 'granted', active: activeConditionsOf(this.#records.all(), this.#plant, collectorId) };
    });
  }

  /** Level: raises what is stated and missing here, clears what is held here and no longer stated. */
  state(statement: ConditionStatement): Promise<StatementAnswer> {
    return this.#ledger.exclusively(async (commit) => {
      if (this.#outboxes.isRetired(statement)) return { kind: 'behind', committedThrough: -1 }; // OB4
      await this.#retireReplaced(commit, statement);
      await this.#ledger.confirmCharge(commit);
      const supersededBy = this.#holders.supersederOf(statement.collectorId, [statement]);
      if (supersededBy !== undefined) return { kind: 'superseded', term: supersededBy }; // HO2, HO7
      const holder = this.#holderAfter(statement.collectorId, [statement]);
      if (holder !== null) {
        await this.#writer.write(commit, [], { entries: [this.#holders.entryOf(holder)], write: this.#holders.writeOf(holder) });
        this.#holders.put(holder);
      }
      const through = this.#outboxes.throughOf(statement);
      // Behind what it follows, or overtaken on the way by what came after it: then it speaks of conditions that are long over.
      if (through !== statement.throughSequence) return { kind: 'behind', committedThrough: through };
      const changes = changesOfStatement(statement, {
        plant: this.#plant,
        known: this.#records.all(),
        recordOf: (alarmId) => this.#records.recordOf(alarmId),
        circumstances: this.#circumstances,
      });
      await this.#writer.write(commit, changes);
      this.#holders.noteStatement(statement);
      return { kind: 'accepted' };
    });
  }
}
