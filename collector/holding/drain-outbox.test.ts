// What is sent of an outbox whose stations this process does not hold, and what is held back.
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { ConditionDelivery } from '../../domain/messages/condition-message.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { createInProcessLink } from '../../link/in-process/in-process-link.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { ConditionOutbox, outboxFile } from '../outbox/condition-outbox.ts';
import { drainOutbox } from './drain-outbox.ts';

function leave(dataDir: string, term: number, isAdopted: boolean, ...alarmIds: readonly string[]): void {
  const outbox = new ConditionOutbox({ file: outboxFile(dataDir, 'east'), makeOccurrenceId: () => randomUUID(), term });
  if (isAdopted) outbox.adopt([]);
  outbox.append(
    alarmIds.map((alarmId) => ({ kind: 'raise', alarmId, atMs: 1, value: 1, quality: 0, measured: null, byAlarmId: null }) as const),
  );
  outbox.close();
}

async function drained(dataDir: string, mayTermGoOn: boolean): Promise<readonly string[]> {
  const sent: string[] = [];
  const clock = new ManualClock();
  const link = createInProcessLink({ collectorId: 'east', table: { version: 'v', ids: [] } });
  link.server.handleConditions(async ({ messages }) => {
    for (const message of messages as ConditionDelivery['messages']) sent.push(`${message.term} ${message.alarmId}`);
    return { committedThrough: messages.at(-1)?.sequence ?? 0 };
  });
  link.server.announceReady();
  const log = { info: () => undefined, warn: () => undefined, debug: () => undefined };
  const drain = await drainOutbox({ collectorId: 'east', dataDir, clock, log, mayTermGoOn, connectLink: async () => link.collector });
  onTestFinished(async () => drain?.stop());
  for (let turn = 0; turn < 50; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(500);
  }
  await drain?.stop();
  return sent;
}

test('[HD6] what a term found out before it heard what the server holds stays, as long as the term may go on; what was left before it goes', async () => {
  const dataDir = temporaryFolder();
  leave(dataDir, 3, true, 'a', 'b');
  leave(dataDir, 5, false, 'c');
  expect(await drained(dataDir, true)).toEqual(['3 a', '3 b']);
  expect(await drained(dataDir, false)).toEqual(['5 c']);
});

test('[HD7] a term that had heard is delivered to the last message', async () => {
  const dataDir = temporaryFolder();
  leave(dataDir, 3, true, 'a', 'b');
  expect(await drained(dataDir, true)).toEqual(['3 a', '3 b']);
});
