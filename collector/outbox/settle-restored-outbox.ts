// Brings an outbox that was put back from a backup into line with the journal of the same backup, which was copied a moment later: what the journal has is not sent
// again, conditions that it saw end are not stated as true, and the numbering begins anew, so that no new message is taken for one that the journal has already.
import { randomUUID } from 'node:crypto';
import { ConditionOutbox } from './condition-outbox.ts';

export function settleRestoredOutbox(
  file: string,
  held: {
    readonly throughSequence: ReadonlyMap<string, number>;
    readonly isTrue: (alarmId: string, occurrenceId: string) => boolean;
  },
): void {
  const outbox = new ConditionOutbox({ file, makeOccurrenceId: randomUUID });
  try {
    outbox.confirm(held.throughSequence.get(outbox.outboxId) ?? 0);
    const waiting = new Set(outbox.pending(outbox.confirmedSequence, Number.MAX_SAFE_INTEGER).map(({ occurrenceId }) => occurrenceId));
    for (const { alarmId, occurrenceId } of outbox.activeConditions())
      if (!waiting.has(occurrenceId) && !held.isTrue(alarmId, occurrenceId)) outbox.forget(alarmId);
    outbox.renew();
  } finally {
    outbox.close();
  }
}
