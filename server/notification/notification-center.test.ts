// The worker from order to end: once, in order, again after failures, the next channel, floods, and what a crash at any moment leaves.
import { describe, expect, test } from 'vitest';
import { verifyChain } from '../journal/journal.ts';
import { attemptsOnStepMax } from './delivery-rules.ts';
import { openBench, orderOf, rejected, sent, unavailable } from './notification-bench.ts';

describe('an order', () => {
  test('[NO1] is told once, whatever happens to its key', async () => {
    const b = await openBench();
    await b.order({ key: 'a' });
    await b.order({ key: 'a', text: { zh: '别的', en: 'other' } });
    await b.center.order([orderOf({ key: 'b' }), orderOf({ key: 'b' })]);
    await b.center.idle();
    await b.restart();
    await b.order({ key: 'a' });
    await b.crash();
    await b.order({ key: 'b' });
    expect(b.tried.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(await b.journal('notification.order')).toHaveLength(2);
    expect(await b.journal('notification.sent')).toHaveLength(2);
    expect(await verifyChain(b.database)).toMatchObject({ kind: 'intact' });
  });

  test('[NO1] two at the same moment with one key are one', async () => {
    const b = await openBench();
    await Promise.all(Array.from({ length: 20 }, () => b.center.order([orderOf({ key: 'same' })])));
    await b.center.idle();
    expect(b.tried).toHaveLength(1);
    expect(await b.rows()).toHaveLength(1);
  });

  test('[NO1] that cannot be written down is not taken', async () => {
    const b = await openBench();
    b.cutOff();
    await expect(b.center.order([orderOf({ key: 'a' })])).rejects.toThrow('the power is off');
    await b.crash();
    expect(b.tried).toEqual([]);
    await b.order({ key: 'a' });
    expect(b.tried).toHaveLength(1);
  });

  test('[NO2] tells each group by itself and a person by the first channel that takes it', async () => {
    const b = await openBench({
      targets: [
        { kind: 'webPush' },
        { kind: 'email' },
        { kind: 'sms' },
        { kind: 'weCom', name: 'north', stationIds: new Set(['GS-01']) },
        { kind: 'weCom', name: 'south', stationIds: new Set(['GS-02']) },
        { kind: 'webhook', name: 'dispatch' },
      ],
    });
    b.behave.set('webPush', () => rejected);
    b.behave.set('dispatch', () => rejected);
    await b.order({ key: 'a', subject: { kind: 'duty', stationId: 'GS-01' }, channels: ['weCom', 'webPush', 'webhook', 'email', 'sms'] });
    expect(b.tried.map(({ target }) => target).toSorted()).toEqual(['dispatch', 'email', 'north', 'webPush']);
    expect((await b.rows()).map(({ lane, state }) => `${lane} ${state}`)).toEqual(['dispatch gaveUp', 'north sent', 'person sent']);
  });

  test('[NO3] by a channel that leads nowhere, or by none, ends told in the journal', async () => {
    const b = await openBench();
    await b.order({ key: 'a', channels: ['voice', 'feishu'] });
    await b.order({ key: 'b', channels: [] });
    expect((await b.rows()).map(({ order_key, lane, state, reason }) => `${order_key} ${lane} ${state} ${reason}`)).toEqual([
      'a feishu gaveUp notConfigured',
      'a person gaveUp notConfigured',
      'b person gaveUp notConfigured',
    ]);
    expect(await b.journal('notification.gaveUp')).toHaveLength(3);
    expect(b.center.counts()).toMatchObject({ open: 0, gaveUpTotal: 3 });
  });
});

describe('an attempt', () => {
  test('[NO4] stopped in the middle is written down as interrupted and made again with the same idempotency key', async () => {
    const b = await openBench();
    b.behave.set('email', () => new Promise(() => undefined));
    await b.center.order([orderOf({ key: 'a' })]);
    await expect.poll(() => b.tried.length).toBe(1);
    await b.center.stop();
    expect(await b.journal('notification.failed')).toMatchObject([{ detail: { reason: 'interrupted', attempt: 1 } }]);
    b.behave.set('email', () => sent);
    await b.restart();
    expect(b.tried).toHaveLength(2);
    expect(b.tried[1]?.message.idempotencyKey).toBe(b.tried[0]?.message.idempotencyKey);
    expect(await b.rows()).toMatchObject([{ state: 'sent', attempts_total: 2 }]);
  });

  test('[NO5] is over at its deadline, although the channel does not listen; what it says later changes nothing', async () => {
    const b = await openBench();
    let answer: (result: typeof sent) => void = () => undefined;
    let wasAborted = false;
    b.behave.set('email', (_message, signal) => {
      signal.addEventListener('abort', () => (wasAborted = true));
      return new Promise((resolve) => (answer = resolve));
    });
    await b.center.order([orderOf({ key: 'a', channels: ['email', 'sms'] })]);
    await expect.poll(() => b.tried.length).toBe(1);
    b.clock.advance(9_999);
    expect(wasAborted).toBe(false);
    b.behave.set('email', () => rejected);
    b.clock.advance(1);
    await b.center.idle();
    expect(wasAborted).toBe(true);
    expect(await b.journal('notification.failed')).toMatchObject([{ detail: { reason: 'timeout', attempt: 1 } }]);
    answer(sent);
    await b.pass(20_000);
    expect(b.tried.map(({ target }) => target)).toEqual(['email', 'email', 'sms']);
    expect(await b.journal('notification.sent')).toMatchObject([{ detail: { channel: 'sms' } }]);
  });

  test('a channel that throws is a failure of ours, tried again', async () => {
    const b = await openBench();
    b.behave.set('email', () => {
      if (b.tried.length === 1) throw new Error('a fault in the channel');
      return sent;
    });
    await b.order({ key: 'a' });
    await b.pass(10_000);
    expect(await b.journal('notification.failed')).toMatchObject([{ detail: { reason: 'internal' } }]);
    expect(await b.rows()).toMatchObject([{ state: 'sent' }]);
  });

  test('[NO6] after failures it waits twice as long, up to a limit', async () => {
    const b = await openBench();
    let failures = 8;
    b.behave.set('email', () => (failures-- > 0 ? unavailable : sent));
    await b.order({ key: 'a' });
    await b.pass(600_000, 500);
    // Between half and all of 4, 8, 16, 32 s and then always 60 s, with dice that show the middle.
    expect(b.tried.map(({ atMs }) => atMs)).toEqual([0, 3_000, 9_000, 21_000, 45_000, 90_000, 135_000, 180_000, 225_000]);
    expect(await b.rows()).toMatchObject([{ state: 'sent', reason: null }]);
  });

  test('[NO6] it never comes back sooner than it was asked to', async () => {
    const b = await openBench();
    b.behave.set('email', () => (b.tried.length === 1 ? { ...unavailable, reason: 'rateLimited', retryAfterMs: 90_000 } : sent));
    await b.order({ key: 'a' });
    await b.pass(89_500, 500);
    expect(b.tried).toHaveLength(1);
    await b.pass(1_000, 500);
    expect(b.tried).toHaveLength(2);
  });

  test('[NO10] the most urgent go first, and only so many at a time', async () => {
    const b = await openBench({ targets: [{ kind: 'email', concurrency: 2 }] });
    const answers: (() => void)[] = [];
    let underWay = 0;
    let most = 0;
    b.behave.set('email', () => {
      underWay += 1;
      most = Math.max(most, underWay);
      return new Promise((resolve) =>
        answers.push(() => {
          underWay -= 1;
          resolve(sent);
        }),
      );
    });
    const urgencies = ['low', 'low', 'medium', 'critical', 'high', 'critical'] as const;
    await b.center.order(urgencies.map((urgency, index) => orderOf({ key: `${urgency} ${index}`, urgency, username: `p${index}` })));
    for (let told = 0; told < urgencies.length; told += 1) {
      await expect.poll(() => answers.length).toBeGreaterThan(0);
      answers.shift()?.();
    }
    await b.center.idle();
    expect(most).toBe(2);
    expect(b.tried.map(({ key }) => key)).toEqual(['critical 3', 'critical 5', 'high 4', 'medium 2', 'low 0', 'low 1']);
  });
});

describe('a channel that fails', () => {
  test('[NO7] for good falls to the next at once; [NO8] and the order is given up after the last, with a line', async () => {
    const b = await openBench();
    b.behave.set('email', () => rejected);
    b.behave.set('sms', () => rejected);
    await b.order({ key: 'a', channels: ['email', 'sms'] });
    expect(b.tried.map(({ target, atMs }) => `${target} ${atMs}`)).toEqual(['email 0', 'sms 0']);
    expect(await b.journal('notification.gaveUp')).toMatchObject([
      { detail: { key: 'a', channel: 'email', next: 'sms', reason: 'rejected', attempts: 1 } },
      { detail: { key: 'a', channel: 'sms', next: null, reason: 'rejected', attempts: 1 } },
    ]);
  });

  test('[NO7] for now falls to the next when its time is over: a minute where it is critical', async () => {
    const b = await openBench();
    b.behave.set('email', () => unavailable);
    await b.order({ key: 'a', urgency: 'critical', mayNotWait: true, channels: ['email', 'sms'] });
    await b.pass(120_000, 500);
    const told = b.tried.find(({ target }) => target === 'sms');
    expect(told?.atMs).toBe(60_000);
    expect(await b.rows()).toMatchObject([{ state: 'sent', step: 1 }]);
  });

  test('[NO7] and asks for a wait beyond its time is not waited for', async () => {
    const b = await openBench();
    b.behave.set('email', () => ({ kind: 'failed', retryable: true, reason: 'rateLimited', retryAfterMs: 600_000 }));
    await b.order({ key: 'a', urgency: 'critical', channels: ['email', 'sms'] });
    expect(b.tried.map(({ target, atMs }) => `${target} ${atMs}`)).toEqual(['email 0', 'sms 0']);
  });

  test('[NO8] the last channel has an hour; then the order is given up', async () => {
    const b = await openBench();
    b.behave.set('email', () => unavailable);
    await b.order({ key: 'a', urgency: 'critical' });
    await b.pass(3_599_000, 10_000);
    expect(await b.rows()).toMatchObject([{ state: 'waiting' }]);
    await b.pass(120_000, 10_000);
    expect(await b.rows()).toMatchObject([{ state: 'gaveUp', reason: 'unavailable' }]);
    expect(b.tried.length).toBeGreaterThan(100);
    expect(b.tried.length).toBeLessThanOrEqual(250);
  });

  test('[NO8] time spent waiting for a turn counts; the last channel is tried whatever the time', async () => {
    const b = await openBench({ targets: [{ kind: 'email', concurrency: 1, attemptTimeoutMs: 100_000 }, { kind: 'sms' }] });
    b.behave.set('email', () => new Promise(() => undefined));
    await b.center.order([orderOf({ key: 'first', urgency: 'critical', mayNotWait: true })]);
    await expect.poll(() => b.tried.length).toBe(1);
    await b.center.order([orderOf({ key: 'second', urgency: 'critical', mayNotWait: true, channels: ['email', 'sms'] })]);
    b.clock.advance(60_000);
    await expect.poll(() => b.tried.map(({ key, target }) => `${key} ${target}`)).toEqual(['first email', 'second sms']);
    expect(await b.journal('notification.gaveUp')).toMatchObject([
      { detail: { key: 'second', reason: 'congested', attempts: 0, next: 'sms' } },
    ]);
  });

  test('[NO9] nobody is told by another channel what he may not know', async () => {
    const b = await openBench();
    b.behave.set('email', () => ({ kind: 'failed', retryable: false, reason: 'notPermitted' }));
    await b.order({ key: 'a', channels: ['email', 'sms'] });
    expect(b.tried.map(({ target }) => target)).toEqual(['email']);
    expect(await b.rows()).toMatchObject([{ state: 'gaveUp', reason: 'notPermitted' }]);
  });
});

describe('a flood', () => {
  const flood = { settings: { flood: { orders: 3, per: '10min', digestEvery: '2min' } } };

  test('[NO12] beyond the limit orders are told together, once an interval; [NO14] with their number, each naming the digest', async () => {
    const b = await openBench(flood);
    for (let index = 0; index < 10; index += 1) await b.order({ key: `a${index}`, urgency: index === 9 ? 'high' : 'low' });
    expect(b.tried).toHaveLength(3);
    expect(b.center.counts()).toMatchObject({ held: 7, open: 7 });
    await b.pass(119_000);
    expect(b.tried).toHaveLength(3);
    await b.pass(1_000);
    expect(b.tried).toHaveLength(4);
    expect(b.tried[3]?.message).toMatchObject({ subject: { kind: 'digest', orders: 7 }, urgency: 'high' });
    const rows = await b.rows();
    const digest = rows.find(({ order_key }) => order_key.startsWith('digest/person:wang/'));
    expect(digest).toMatchObject({ state: 'sent', lane: 'person' });
    expect(rows.filter(({ digest_delivery_id }) => digest_delivery_id === digest?.delivery_id)).toHaveLength(7);
    expect(await b.journal('notification.digest')).toMatchObject([{ detail: { orders: 7, recipient: 'person:wang' } }]);
    const [line] = await b.journal('notification.digest');
    expect(line?.detail.keys).toEqual(['a9', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8']);
    // Still a flood: the next are held for the next interval.
    await b.order({ key: 'b' });
    await b.pass(119_000);
    expect(b.tried).toHaveLength(4);
    await b.pass(1_000);
    expect(b.tried).toHaveLength(5);
    // Over: ten minutes without.
    await b.pass(600_000, 10_000);
    await b.order({ key: 'c' });
    expect(b.tried.at(-1)?.key).toBe('c');
  });

  test('[NO11] what may not wait goes through at once, whatever the rate', async () => {
    const b = await openBench({ ...flood, targets: [{ kind: 'email', rate: { messages: 1, perMs: 600_000 } }] });
    for (let index = 0; index < 30; index += 1) await b.order({ key: `a${index}`, urgency: 'critical', mayNotWait: true });
    expect(b.tried).toHaveLength(30);
    await b.order({ key: 'late', urgency: 'low' });
    expect(b.tried).toHaveLength(30);
  });

  test('[NO13] more messages than a person’s rate by a channel are held for the digest, not dropped', async () => {
    const b = await openBench({ targets: [{ kind: 'sms', rate: { messages: 2, perMs: 60_000 } }] });
    await b.center.order(Array.from({ length: 5 }, (_, index) => orderOf({ key: `a${index}`, channels: ['sms'] })));
    await b.center.order([orderOf({ key: 'other', channels: ['sms'], username: 'li' })]);
    await b.center.idle();
    expect(b.tried.map(({ key }) => key)).toEqual(['a0', 'a1', 'other']);
    expect(await b.journal('notification.held')).toHaveLength(3);
    await b.pass(120_000);
    expect(b.tried.at(-1)?.message).toMatchObject({ subject: { kind: 'digest', orders: 3 } });
    expect((await b.rows()).filter(({ state }) => state === 'held')).toEqual([]);
  });

  test('[NO13] attempts that failed are no messages', async () => {
    const b = await openBench({ targets: [{ kind: 'sms', rate: { messages: 1, perMs: 3_600_000 } }] });
    let failures = 3;
    b.behave.set('sms', () => (failures-- > 0 ? unavailable : sent));
    await b.order({ key: 'a', channels: ['sms'] });
    await b.pass(60_000);
    expect(await b.rows()).toMatchObject([{ order_key: 'a', state: 'sent', attempts_total: 4 }]);
  });

  test('[NO12] machines are told each one', async () => {
    const b = await openBench({
      ...flood,
      targets: [
        { kind: 'webhook', name: 'scada', mayDigest: false },
        { kind: 'weCom', name: 'group' },
      ],
    });
    for (let index = 0; index < 10; index += 1) await b.order({ key: `a${index}`, username: null, channels: ['webhook', 'weCom'] });
    expect(b.tried.filter(({ target }) => target === 'scada')).toHaveLength(10);
    expect(b.tried.filter(({ target }) => target === 'group')).toHaveLength(3);
    await b.pass(120_000);
    expect(b.tried.at(-1)).toMatchObject({ target: 'group', message: { subject: { kind: 'digest', orders: 7 } } });
  });

  test('[NO14] a digest takes the way of its most urgent member and falls to the others’ channels', async () => {
    const b = await openBench(flood);
    b.behave.set('sms', (message) => (message.subject.kind === 'digest' ? rejected : sent));
    for (let index = 0; index < 3; index += 1) await b.order({ key: `a${index}` });
    await b.order({ key: 'by mail', urgency: 'low', channels: ['email'] });
    await b.order({ key: 'by sms', urgency: 'medium', channels: ['sms'] });
    await b.pass(120_000);
    expect(b.tried.slice(3).map(({ target }) => target)).toEqual(['sms', 'email']);
  });

  test('[NO12] goes on over a restart: who was held is told at the time that was his', async () => {
    const b = await openBench(flood);
    for (let index = 0; index < 5; index += 1) await b.order({ key: `a${index}` });
    await b.pass(60_000);
    await b.crash();
    expect(b.center.counts().held).toBe(2);
    await b.order({ key: 'b' });
    expect(b.tried).toHaveLength(3);
    await b.pass(60_000);
    expect(b.tried.at(-1)?.message).toMatchObject({ subject: { kind: 'digest', orders: 3 } });
  });
});

describe('a crash', () => {
  test('[NO4] between the send and its record: told again, with the same key, one row', async () => {
    const b = await openBench();
    b.behave.set('email', () => {
      // It has gone out; what follows never reaches the disk.
      b.cutOff();
      return sent;
    });
    await b.center.order([orderOf({ key: 'a' })]);
    await expect.poll(() => b.tried.length).toBe(1);
    b.behave.set('email', () => sent);
    await b.crash();
    expect(b.tried).toHaveLength(2);
    expect(new Set(b.tried.map(({ message }) => message.idempotencyKey)).size).toBe(1);
    expect(await b.rows()).toMatchObject([{ state: 'sent', attempts_total: 2 }]);
    expect((await b.journal()).map(({ kind }) => kind)).toEqual(['notification.order', 'notification.failed', 'notification.sent']);
    expect(await b.journal('notification.failed')).toMatchObject([{ detail: { reason: 'interrupted' } }]);
  });

  test('[NO4] [NO6] under way at each of several crashes: made again at once after each, and a failure after that waits as after the first', async () => {
    const b = await openBench();
    b.behave.set('email', () => {
      b.cutOff();
      return new Promise(() => undefined);
    });
    await b.center.order([orderOf({ key: 'a' })]);
    const crashes = 4;
    for (let crash = 1; crash <= crashes; crash += 1) {
      await expect.poll(() => b.tried.length).toBe(crash);
      if (crash === crashes) b.behave.set('email', () => (b.tried.length === crashes + 1 ? unavailable : sent));
      await b.crash();
    }
    expect(b.tried.map(({ atMs }) => atMs)).toEqual([0, 0, 0, 0, 0]);
    await b.pass(60_000, 500);
    // Between half and all of 4 s.
    expect(b.tried.at(-1)?.atMs).toBe(3_000);
    expect(await b.rows()).toMatchObject([{ state: 'sent', attempts_total: crashes + 2 }]);
  });

  test('[NO4] [NO7] a process that dies of the message itself does not try it at once for ever', async () => {
    const b = await openBench({ settings: { giveUpAfter: { lastChannel: '10min' } } });
    b.behave.set('email', () => {
      b.cutOff();
      return new Promise(() => undefined);
    });
    await b.center.order([orderOf({ key: 'a' })]);
    await expect.poll(() => b.tried.length).toBe(1);
    let made = 0;
    for (let crash = 0; crash < 400 && b.tried.length > made; crash += 1) {
      made = b.tried.length;
      await b.crash();
    }
    expect(made).toBe(attemptsOnStepMax);
    await b.pass(3_600_000, 60_000);
    await b.crash();
    expect(await b.rows()).toMatchObject([{ state: 'gaveUp' }]);
  });

  test('[NO4] before the send: nothing has gone out, and it goes out once', async () => {
    const b = await openBench();
    let isDown = true;
    b.behave.set('email', () => (isDown ? unavailable : sent));
    await b.order({ key: 'a' });
    await b.crash();
    isDown = false;
    await b.pass(10_000);
    expect(b.tried).toHaveLength(2);
    expect(await b.rows()).toMatchObject([{ state: 'sent' }]);
  });

  test('[NO6] a pause goes on where it was, and is never longer than a pause can be, whatever the wall clock says', async () => {
    const b = await openBench();
    b.behave.set('email', () => (b.tried.length === 1 ? unavailable : sent));
    await b.order({ key: 'a' });
    await b.pass(1_000);
    b.clock.jumpWall(-7_200_000);
    await b.pass(1_000);
    expect(b.tried).toHaveLength(1);
    await b.pass(1_000);
    expect(b.tried).toHaveLength(2);
  });

  test('the disk is away: nothing goes out unwritten; back, everything goes on', async () => {
    const b = await openBench();
    await b.database.schema.alterTable('notification_attempt').renameTo('away').execute();
    await b.center.order([orderOf({ key: 'a' })]);
    b.clock.advance(5_000);
    await expect.poll(() => b.center.counts().open).toBe(1);
    expect(b.tried).toHaveLength(0);
    await b.database.schema.alterTable('away').renameTo('notification_attempt').execute();
    await expect
      .poll(() => {
        b.clock.advance(1_000);
        return b.tried.length;
      })
      .toBe(1);
    await b.center.idle();
    expect(await b.rows()).toMatchObject([{ state: 'sent' }]);
  });
});

test('what ended long ago is forgotten after its time, and its key with it; what has not ended never', async () => {
  const b = await openBench({ settings: { retention: '1d', giveUpAfter: { lastChannel: '30d' } } });
  b.behave.set('sms', () => ({ ...unavailable, retryAfterMs: 3 * 86_400_000 }));
  await b.order({ key: 'told' });
  await b.order({ key: 'open', channels: ['sms'] });
  await b.pass(2 * 86_400_000, 3_600_000);
  expect((await b.rows()).map(({ order_key }) => order_key)).toEqual(['open']);
  expect(await b.journal('notification.sent')).toHaveLength(1);
});
