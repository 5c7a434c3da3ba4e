import type { Kysely } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { openDatabase, type Schema } from './database.ts';
import { CommitUnknownError } from './database-away.ts';
import { Journal, verifyChain } from './journal.ts';
import { type Fence, Ledger } from './ledger.ts';

const line = (text: string) => ({
  occurredAtMs: 1,
  kind: 'system.note',
  stationId: null,
  alarmId: null,
  occurrenceId: null,
  actor: { kind: 'system', part: 'test' } as const,
  detail: { text },
});

/** A database whose commits go through or not, and whose answer is lost when told so. */
async function unreliable(fence: Pick<Fence, 'isCommitted'>) {
  const database = await openDatabase('sqlite:', temporaryFolder());
  onTestFinished(() => database.destroy());
  const keys: string[] = [];
  let next: 'answers' | 'lostAfterCommit' | 'lostBeforeCommit' = 'answers';
  const transaction = () => ({
    execute: async (work: (transaction: never) => Promise<void>) => {
      const what = next;
      next = 'answers';
      await database.transaction().execute(async (real) => {
        await work(real as never);
        if (what === 'lostBeforeCommit') throw new Error('cut');
      });
      if (what === 'lostAfterCommit') throw new Error('cut');
    },
  });
  const seenByLedger = new Proxy(database, {
    get: (target, name) => (name === 'transaction' ? transaction : Reflect.get(target, name, target)),
  }) as Kysely<Schema>;
  const ledger = new Ledger(seenByLedger, await Journal.open(database), new ManualClock(), {
    enter: async (_, key) => void keys.push(key),
    isAnswer: () => false,
    ...fence,
  });
  const told: number[] = [];
  ledger.onAppended((entries) => told.push(...entries.map(({ sequence }) => sequence)));
  const willBe = (what: typeof next) => {
    next = what;
  };
  return { database, ledger, keys, told, willBe };
}

test('[SB5] a commit that is there although its answer was lost is confirmed, and the next line follows it', async () => {
  const asked: string[] = [];
  const { database, ledger, keys, told, willBe } = await unreliable({ isCommitted: async (key) => asked.push(key) > 0 });
  await ledger.note(line('one'));
  willBe('lostAfterCommit');
  expect(await ledger.commit([line('two')])).toMatchObject([{ sequence: 2 }]);
  expect(asked).toEqual([keys[1]]);
  await ledger.note(line('three'));
  expect(told).toEqual([1, 2, 3]);
  expect(await verifyChain(database)).toMatchObject({ kind: 'intact', entries: 3 });
});

test('[SB5] a commit that is not there is refused, and the next line takes its place', async () => {
  const { database, ledger, told, willBe } = await unreliable({ isCommitted: async () => false });
  willBe('lostBeforeCommit');
  await expect(ledger.note(line('one'))).rejects.toThrow('cut');
  await ledger.note(line('two'));
  expect(told).toEqual([1]);
  expect(await verifyChain(database)).toMatchObject({ kind: 'intact', entries: 1 });
});

test('[SB5] where nobody can say, the person is told so', async () => {
  const { ledger, told, willBe } = await unreliable({ isCommitted: () => Promise.reject(new Error('the term is over')) });
  willBe('lostAfterCommit');
  await expect(ledger.note(line('one'))).rejects.toThrow(CommitUnknownError);
  expect(told).toEqual([]);
});
