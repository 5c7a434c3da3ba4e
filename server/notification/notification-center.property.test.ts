// Whatever the channels do and whenever the power fails: every order ends, once, told or given up, and what is on disk, in the journal and at the receivers agrees.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alarmPriorities } from '../../domain/alarms/priority.ts';
import type { NotificationChannel } from '../../domain/notification/notification-order.ts';
import { verifyChain } from '../journal/journal.ts';
import type { SendResult } from './channel.ts';
import { attemptsOnStepMax } from './delivery-rules.ts';
import { type Behaviour, openBench, orderOf } from './notification-bench.ts';

const targets = ['email', 'sms', 'group', 'scada'] as const;
const channelsOf: Readonly<Record<string, NotificationChannel>> = { email: 'email', sms: 'sms', group: 'weCom', scada: 'webhook' };

const resultArbitrary: fc.Arbitrary<SendResult | 'hang' | 'throw' | 'dies'> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<SendResult>({ kind: 'sent' }) },
  { weight: 3, arbitrary: fc.constant<SendResult>({ kind: 'failed', retryable: true, reason: 'unavailable' }) },
  {
    weight: 1,
    arbitrary: fc
      .nat({ max: 900_000 })
      .map((retryAfterMs): SendResult => ({ kind: 'failed', retryable: true, reason: 'rateLimited', retryAfterMs })),
  },
  { weight: 1, arbitrary: fc.constant<SendResult>({ kind: 'failed', retryable: false, reason: 'rejected' }) },
  { weight: 1, arbitrary: fc.constantFrom('hang' as const, 'throw' as const, 'dies' as const) },
);
const actionArbitrary = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('order' as const),
      key: fc.nat({ max: 25 }),
      person: fc.nat({ max: 2 }),
      urgency: fc.constantFrom(...alarmPriorities),
      mayNotWait: fc.boolean(),
      targets: fc.uniqueArray(fc.constantFrom(...targets), { maxLength: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat({ max: 200_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

test('[NO3] every order ends sent, given up or in a digest that does: one row a lane, attempts bounded, nothing unwritten', async () => {
  const lengths: number[] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.array(actionArbitrary, { minLength: 5, maxLength: 40 }),
      fc.array(resultArbitrary, { minLength: 10, maxLength: 80 }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      async (actions, results, dice) => {
        const b = await openBench({
          targets: [
            { kind: 'email', concurrency: 1 },
            { kind: 'sms', concurrency: 2, rate: { messages: 3, perMs: 60_000 } },
            { kind: 'weCom', name: 'group' },
            { kind: 'webhook', name: 'scada', mayDigest: false },
          ],
          settings: { flood: { orders: 4, per: '5min', digestEvery: '1min' }, giveUpAfter: { lastChannel: '10min' } },
          random: () => dice.next().value,
        });
        let next = 0;
        const taken = new Map<string, number>();
        const behave: Behaviour = (message) => {
          const result = results[next++] ?? { kind: 'sent' };
          if (result === 'hang') return new Promise(() => undefined);
          if (result === 'throw') throw new Error('a fault');
          const isTaken = result === 'dies' || result.kind === 'sent';
          if (isTaken) taken.set(message.idempotencyKey, (taken.get(message.idempotencyKey) ?? 0) + 1);
          // Taken by the other side, and then the power fails before that is known.
          if (result === 'dies') b.cutOff();
          return result === 'dies' ? { kind: 'sent' } : result;
        };
        for (const target of targets) b.behave.set(target, behave);
        const accepted = new Set<string>();
        let crashes = 0;
        for (const action of actions) {
          if (action.do === 'order') {
            const order = orderOf({
              key: `k${action.key}`,
              username: `p${action.person}`,
              urgency: action.urgency,
              mayNotWait: action.mayNotWait,
              channels: action.targets.map((target) => channelsOf[target] ?? 'email'),
            });
            await b.center.order([order]).then(
              () => accepted.add(order.key),
              () => undefined,
            );
          }
          if (action.do === 'pass') {
            b.clock.advance(action.ms);
            await new Promise((resolve) => setImmediate(resolve));
          }
          if (action.do === 'crash') {
            crashes += 1;
            await b.crash();
          }
          if (action.do === 'restart') await b.restart();
        }
        // Everything heals; time passes until nothing is left.
        next = results.length;
        crashes += 1;
        await b.crash();
        for (let turn = 0; turn < 40 && b.center.counts().open > 0; turn += 1) {
          await b.pass(600_000, 60_000);
        }
        const rows = await b.rows();
        lengths.push(rows.length);
        expect(b.center.counts()).toMatchObject({ open: 0, held: 0 });
        const seen = new Set(rows.map(({ order_key, lane }) => `${order_key} ${lane}`));
        expect(seen.size).toBe(rows.length);
        for (const key of accepted) expect(rows.some(({ order_key }) => order_key === key)).toBe(true);
        const stateById = new Map(rows.map(({ delivery_id, state }) => [delivery_id, state]));
        for (const row of rows) {
          expect(['sent', 'gaveUp', 'digested']).toContain(row.state);
          if (row.state === 'digested') expect(['sent', 'gaveUp']).toContain(stateById.get(row.digest_delivery_id ?? ''));
          expect(row.attempts_total).toBeLessThanOrEqual(attemptsOnStepMax * 4);
          if (row.state === 'sent') expect(taken.get(row.delivery_id) ?? 0).toBeGreaterThanOrEqual(1);
        }
        // Each is told once, but for a power failure between the other side's taking it and our writing it down.
        for (const [key, count] of taken) {
          const interrupted = await b.database
            .selectFrom('notification_attempt')
            .select('number')
            .where('delivery_id', '=', key)
            .where((eb) => eb.or([eb('reason', '=', 'interrupted'), eb('reason', '=', 'timeout')]))
            .execute();
          expect(count).toBeLessThanOrEqual(1 + interrupted.length);
        }
        const journal = await b.journal();
        const sentIds = journal.filter(({ kind }) => kind === 'notification.sent').map(({ detail }) => detail.deliveryId);
        expect(new Set(sentIds).size).toBe(sentIds.length);
        expect(sentIds.toSorted()).toEqual(
          rows
            .filter(({ state }) => state === 'sent')
            .map(({ delivery_id }) => delivery_id)
            .toSorted(),
        );
        const open = await b.database.selectFrom('notification_attempt').select('delivery_id').where('ended_at_ms', 'is', null).execute();
        expect(open).toEqual([]);
        expect(await verifyChain(b.database)).toMatchObject({ kind: 'intact' });
        expect(crashes).toBeGreaterThan(0);
        await b.center.stop();
      },
    ),
    { numRuns: 25, verbose: 1 },
  );
  // The test would prove nothing where nothing was ordered.
  expect(Math.max(...lengths)).toBeGreaterThan(5);
}, 120_000);
