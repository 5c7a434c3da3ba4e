import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { UserView } from '../../domain/api/users-api.ts';
import type { NotificationOrder } from '../../domain/notification/notification-order.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { NoticeQueue } from './notice-queue.ts';

const user = (username: string, isDisabled: boolean) => ({ username, isDisabled }) as UserView;

function rig(most?: number) {
  const clock = new ManualClock(0);
  const told: string[] = [];
  const dropped: number[] = [];
  let failures = 0;
  let hold: Promise<void> = Promise.resolve();
  const queue = new NoticeQueue<string>({
    notifier: {
      order: async (orders) => {
        await hold;
        if (failures > 0) {
          failures -= 1;
          throw new Error('no database');
        }
        told.push(...orders.map(({ key }) => key));
      },
    },
    access: { users: async () => [user('wang', false), user('gone', true)] },
    clock,
    log: pino({ level: 'silent' }),
    retryMs: 1_000,
    what: 'a test',
    ...(most === undefined ? {} : { most, onDropped: (count: number) => dropped.push(count) }),
    ordersOf: (notice, users) =>
      notice === 'nobody' ? [] : users.map(({ username }) => ({ key: `${notice}/${username}` }) as NotificationOrder),
  });
  return {
    clock,
    queue,
    told,
    dropped,
    failNext: (count: number) => {
      failures = count;
    },
    failuresLeft: () => failures,
    holdUntil: (until: Promise<void>) => {
      hold = until;
    },
  };
}

describe('notices that wait', () => {
  test('in order, to those who may sign in; one that concerns nobody holds up none', async () => {
    const { queue, told } = rig();
    queue.take(['first', 'nobody', 'second']);
    await queue.stop();
    expect(told).toEqual(['first/wang', 'second/wang']);
  });

  test('tried again until they are taken, before what came meanwhile', async () => {
    const { queue, told, clock, failNext, failuresLeft } = rig();
    failNext(2);
    queue.take(['first']);
    await queue.stop();
    expect(failuresLeft()).toBe(1);
    queue.take(['second']);
    await expect.poll(failuresLeft).toBe(0);
    expect(told).toEqual([]);
    // The failure is written down after it has been counted.
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1_000);
    await expect.poll(() => told).toEqual(['first/wang', 'second/wang']);
  });

  test('the oldest go where too many wait, and none of those that are being told', async () => {
    const { queue, told, dropped, holdUntil } = rig(2);
    const { promise, resolve } = Promise.withResolvers<void>();
    holdUntil(promise);
    queue.take(['first', 'second']);
    queue.take(['third', 'fourth', 'fifth']);
    resolve();
    await queue.stop();
    expect(told).toEqual(['first/wang', 'second/wang', 'fourth/wang', 'fifth/wang']);
    expect(dropped).toEqual([1]);
  });
});
