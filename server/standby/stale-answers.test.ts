// [SB8] What a server answers from memory when another may have followed it. The lease and the fence themselves are tested against PostgreSQL.
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { AlarmStore } from '../alarms/alarm-store.ts';
import { openDatabase } from '../journal/database.ts';
import { NotInChargeError } from '../journal/database-away.ts';
import { Journal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';

const plant = plantOf(`schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: a }]
stations: [{ id: RS-01, type: regulating, name: s, area: a, devices: [] }]
`);

test('[SB8] a takeover asked for again and a statement that changes nothing are not answered by a server that is no longer in charge', async () => {
  const database = await openDatabase('sqlite:', temporaryFolder());
  onTestFinished(() => database.destroy());
  const clock = new ManualClock();
  let isInCharge = true;
  const fence = {
    enter: async () => {
      if (!isInCharge) throw new NotInChargeError();
    },
    isAnswer: () => true,
    isCommitted: async () => false,
  };
  const store = await AlarmStore.open({ plant, ledger: new Ledger(database, await Journal.open(database), clock, fence), clock });
  const request = { schema: 1 as const, collectorId: 'default', term: 3, node: 'north', atMs: 1 };
  const statement = {
    schema: 1 as const,
    collectorId: 'default',
    outboxId: '018f0000-0000-7000-8000-000000000001',
    throughSequence: 0,
    atMs: 2,
    term: 3,
    active: [],
  };
  expect(await store.takeOver(request)).toMatchObject({ kind: 'granted' });
  expect(await store.takeOver(request)).toMatchObject({ kind: 'granted' });
  expect(await store.state(statement)).toEqual({ kind: 'accepted' });
  isInCharge = false;
  await expect(store.takeOver(request)).rejects.toThrow(NotInChargeError);
  await expect(store.state(statement)).rejects.toThrow(NotInChargeError);
  await expect(store.state({ ...statement, term: 2 })).rejects.toThrow(NotInChargeError);
});
