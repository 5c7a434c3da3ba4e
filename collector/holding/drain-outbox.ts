// Delivers what the outbox of a collector still has while another process holds its stations. States nothing: what is true now is the other's to say.
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { CollectorLink } from '../../link/link.ts';
import { ConditionOutbox, outboxFile } from '../outbox/condition-outbox.ts';
import { ConditionSender, type SenderLog } from '../outbox/condition-sender.ts';

const lookEveryMs = 1_000;

/** Null where there is nothing to deliver. */
export async function drainOutbox(options: {
  readonly collectorId: string;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random?: (() => number) | undefined;
  readonly makeOutboxId?: (() => string) | undefined;
  readonly log: SenderLog;
  /** [HD6] This process may still get the lease back in its last term: what that term found out before it heard what the server holds is not sent yet. */
  readonly mayTermGoOn: boolean;
  readonly connectLink: (collectorId: string) => Promise<CollectorLink>;
}): Promise<{ stop(): Promise<void> } | null> {
  const { collectorId, clock, log, random = Math.random, makeOutboxId = randomUUID } = options;
  const file = outboxFile(options.dataDir, collectorId);
  if (!existsSync(file)) return null;
  const outbox = new ConditionOutbox({ file, makeOccurrenceId: () => randomUUIDv7(), makeOutboxId });
  if (outbox.pendingCount === 0) {
    outbox.close();
    return null;
  }
  const heldBackTerm = options.mayTermGoOn ? outbox.unsettledTerm : null;
  const link = await options.connectLink(collectorId);
  const sender = new ConditionSender({ outbox, link, collectorId, clock, random, log, onlyDelivers: true, heldBackTerm });
  let timer: TimerHandle | null = null;
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    timer?.cancel();
    sender.stop();
    await link.close();
    outbox.close();
  };
  const look = () => {
    if (outbox.pendingCount === 0) void close();
    else timer = clock.after(lookEveryMs, look);
  };
  sender.poke();
  look();
  return { stop: close };
}
