// Applies events to alarms, and commits their rows and the lines of the journal in one transaction. The only writer of alarms.
import type { Clock } from '../../domain/time/clock.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Commit, DatabaseWrite } from '../journal/ledger.ts';
import type { OutboxProgress, Progress } from '../outboxes/outbox-progress.ts';
import { type AlarmChange, type AlarmCircumstances, type KnownAlarm, serverActor } from './alarm-change.ts';
import { applyEvent, type LifecycleEvent } from './alarm-machine.ts';
import { type AlarmRecord, newAlarmRecord, stateOf } from './alarm-record.ts';
import type { AlarmRecords } from './alarm-records.ts';
import type { AlarmTrace } from './alarm-trace.ts';

/** Told after the commit, never before: what listeners hear is on disk. */
export type AlarmListener = (changes: readonly KnownAlarm[]) => void;

/** Goes into the same transaction as the changes. */
export interface CommitWith {
  readonly entries?: readonly NewJournalEntry[];
  readonly write?: DatabaseWrite;
}

interface AlarmWriterOptions {
  readonly records: AlarmRecords;
  readonly outboxes: OutboxProgress;
  readonly circumstances: AlarmCircumstances;
  readonly clock: Clock;
  readonly trace: AlarmTrace;
}

const rowsEachInsert = 5_000;

export class AlarmWriter {
  readonly #records: AlarmRecords;
  readonly #outboxes: OutboxProgress;
  readonly #circumstances: AlarmCircumstances;
  readonly #clock: Clock;
  readonly #trace: AlarmTrace;
  readonly #listeners = new Set<AlarmListener>();

  constructor(options: AlarmWriterOptions) {
    this.#records = options.records;
    this.#outboxes = options.outboxes;
    this.#circumstances = options.circumstances;
    this.#clock = options.clock;
    this.#trace = options.trace;
  }

  onChange(listener: AlarmListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** `progress`: how far an outbox is taken with it. */
  async write(commit: Commit, changes: readonly AlarmChange[], also: CommitWith = {}, progress: Progress | null = null): Promise<void> {
    const { touched, lines } = this.#applyAll(changes);
    const entries = [...(also.entries ?? []), ...lines];
    if (entries.length === 0 && progress === null && also.write === undefined) return;
    const committed = await commit(entries, async (transaction) => {
      await this.#rowsOf(touched)(transaction);
      if (progress !== null) await this.#outboxes.writeOf(progress)(transaction);
      await also.write?.(transaction);
    });
    this.#trace.committed(committed, progress?.outboxId ?? null);
    if (progress !== null) this.#outboxes.put(progress);
    for (const { record } of touched) this.#records.put(record);
    if (touched.length > 0) for (const listener of this.#listeners) listener(touched);
  }

  /** In order, each on what those before it have made of the alarm. */
  #applyAll(changes: readonly AlarmChange[]): { readonly touched: readonly KnownAlarm[]; readonly lines: readonly NewJournalEntry[] } {
    const touched = new Map<string, KnownAlarm>();
    const lines: NewJournalEntry[] = [];
    const recordOf = (alarmId: string) => touched.get(alarmId)?.record ?? this.#records.recordOf(alarmId) ?? newAlarmRecord(alarmId);
    const take = (change: AlarmChange): void => {
      const { definition, event } = change;
      const before = recordOf(definition.id);
      const transition = applyEvent(before, event, definition);
      if (transition.kind !== 'changed') return;
      touched.set(definition.id, { definition, record: transition.record });
      lines.push(this.#entryOf(change, before, transition.record));
    };
    for (const change of changes) {
      const suppression = change.event.kind === 'raise' ? this.#suppressionBefore(change, recordOf(change.definition.id)) : null;
      if (suppression !== null) take(suppression);
      take(change);
    }
    return { touched: [...touched.values()], lines };
  }

  /** At a station in maintenance an alarm is suppressed before it rises, so that it is at no moment announced. */
  #suppressionBefore({ definition, event }: AlarmChange, before: AlarmRecord): AlarmChange | null {
    const maintenanceId = this.#circumstances.maintenanceOf(definition);
    if (maintenanceId === null || applyEvent(before, event, definition).kind !== 'changed') return null;
    const suppress: LifecycleEvent = { kind: 'suppress', atMs: this.#clock.nowMs(), cause: { kind: 'maintenance', maintenanceId } };
    return { definition, event: suppress, actor: serverActor, detail: {} };
  }

  #rowsOf(touched: readonly KnownAlarm[]): DatabaseWrite {
    const rows = touched.map(({ definition, record }) => ({
      alarm_id: definition.id,
      station_id: this.#records.stationIdOf(definition) ?? '',
      record: JSON.stringify(record),
    }));
    return async (transaction) => {
      for (let start = 0; start < rows.length; start += rowsEachInsert)
        await transaction
          .insertInto('alarm')
          .values(rows.slice(start, start + rowsEachInsert))
          .onConflict((conflict) => conflict.column('alarm_id').doUpdateSet((eb) => ({ record: eb.ref('excluded.record') })))
          .execute();
    };
  }

  #entryOf({ definition, event, actor, detail }: AlarmChange, before: AlarmRecord, after: AlarmRecord): NewJournalEntry {
    return {
      occurredAtMs: event.atMs,
      kind: `alarm.${event.kind}`,
      stationId: this.#records.stationIdOf(definition),
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
}
