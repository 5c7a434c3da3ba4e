// The server's lines in the log about an alarm: what came from which outbox, and under which numbers the journal has it. Decides nothing.
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { ConditionMessage, ReceivedDelivery, UnreadableMessage } from '../../domain/messages/condition-message.ts';
import { logAlarmStep, type StepLog } from '../../domain/tracing/alarm-step.ts';

export class AlarmTrace {
  readonly #log: StepLog | null;

  constructor(log: StepLog | null) {
    this.#log = log;
  }

  /** What was committed before is counted only. */
  received(delivery: ReceivedDelivery, fresh: readonly (ConditionMessage | UnreadableMessage)[]): void {
    if (this.#log === null) return;
    const { collectorId, outboxId } = delivery;
    const repeated = delivery.messages.length - fresh.length;
    const items = fresh.flatMap((message) =>
      message.kind === 'unreadable' ? [] : [{ correlationId: message.occurrenceId, sequence: message.sequence, condition: message.kind }],
    );
    logAlarmStep(this.#log, 'received', 'came from a collector', { collectorId, outboxId, ...(repeated > 0 ? { repeated } : {}) }, items);
  }

  /** After the commit. `outboxId` null: it was a person, time or a statement. */
  committed(lines: readonly JournalEntry[], outboxId: string | null): void {
    if (this.#log === null) return;
    const items = lines.flatMap((line) => {
      if (line.occurrenceId === null) return [];
      const { sequence } = line.detail;
      const from = outboxId !== null && typeof sequence === 'number' ? { outboxId, sequence } : {};
      const by = line.actor.kind === 'person' ? { username: line.actor.username } : {};
      return [{ correlationId: line.occurrenceId, alarmId: line.alarmId, kind: line.kind, journalSequence: line.sequence, ...from, ...by }];
    });
    logAlarmStep(this.#log, 'committed', 'in the journal', {}, items);
  }
}
