// Who is told of a hazard: those who decide, the person responsible, those who may accept; once, also after a crash.
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { UserView } from '../../domain/api/users-api.ts';
import { allFive, confirmOf, finding, li, wang } from '../../domain/hazards/hazard-fixture.ts';
import type { NotificationOrder } from '../../domain/notification/notification-order.ts';
import { HazardNotices } from './hazard-notices.ts';
import { openHazards } from './hazard-rig.ts';

const users: readonly UserView[] = (
  [
    ['wang', 'operator', null],
    ['li', 'supervisor', null],
    ['far', 'supervisor', ['GS-01']],
    ['chen', 'engineer', ['RS-01']],
    ['look', 'viewer', null],
  ] as const
).map(([username, role, stationIds]) => ({
  username,
  displayName: username,
  role,
  stationIds: stationIds === null ? null : [...stationIds],
  isDisabled: false,
}));

async function rig() {
  const opened = await openHazards();
  const orders = new Map<string, NotificationOrder>();
  const start = (
    order = async (given: readonly NotificationOrder[]) => {
      for (const each of given) if (!orders.has(each.key)) orders.set(each.key, each);
    },
  ) =>
    new HazardNotices({
      notifier: { order },
      hazards: opened.store,
      access: { users: async () => [...users] },
      plant: opened.plant,
      clock: opened.clock,
      log: pino({ level: 'silent' }),
    });
  const notices = start();
  onTestFinished(async () => {
    await notices.stop();
    await opened.close();
    opened.remove();
  });
  const told = (about: string) => [...orders.values()].filter(({ key }) => key.includes(`/${about}`)).map(({ username }) => username);
  return { ...opened, notices, start, orders, told };
}

test('[HZ13] [HZ14] near, missed and suspended: those who decide at that station and the person responsible, each once', async () => {
  const { store, toDay, orders, told, start } = await rig();
  const reported = await store.report(finding, wang);
  const { id } = reported.kind === 'done' ? reported.record : { id: '' };
  for (const step of [confirmOf('major'), { kind: 'plan' as const, settled: allFive, reason: null }, { kind: 'start' as const }])
    await store.act(id, null, step, li);
  await expect.poll(() => told('start')).toEqual(['wang', 'li', 'chen']);
  expect(told('report')).toEqual(['li', 'chen']);
  toDay('2026-06-15');
  await store.tick();
  await expect.poll(() => told('atRisk-2026-06-20')).toEqual(['wang', 'li', 'chen']);
  toDay('2026-06-21');
  await store.tick();
  await expect.poll(() => told('overdue-2026-06-20')).toEqual(['wang', 'li', 'chen']);
  await expect.poll(() => told('suspendSupply')).toEqual(['wang', 'li', 'chen']);
  expect([...orders.values()].at(-1)).toMatchObject({
    subject: { kind: 'hazard', hazardId: id, stationId: 'RS-01' },
    title: { zh: expect.stringContaining('重大隐患') },
  });
  // After a crash the same is ordered again, under the same keys.
  const before = orders.size;
  const again: string[] = [];
  const second = start(async (given) => void again.push(...given.map(({ key }) => key)));
  await expect.poll(() => again.length).toBeGreaterThan(0);
  await second.stop();
  expect(again.every((key) => orders.has(key))).toBe(true);
  expect(orders.size).toBe(before);
});

test('work that waits for acceptance: those who may accept', async () => {
  const { store, told } = await rig();
  const reported = await store.report(finding, wang);
  const { id } = reported.kind === 'done' ? reported.record : { id: '' };
  for (const step of [confirmOf('ordinary'), { kind: 'plan' as const, settled: allFive, reason: null }, { kind: 'start' as const }])
    await store.act(id, null, step, li);
  await store.act(id, null, { kind: 'submit', result: '完成' }, wang);
  await expect.poll(() => told('submit')).toEqual(['li', 'chen']);
});
