// When a consumer of NATS is taken for forgotten or stuck, and when it only waits.
import { expect, test } from 'vitest';
import { hasForgotten, standsStill } from './mind-forgetful-broker.ts';

function consumed(options: { sequence?: number; streamSequence?: number; pending?: number; ackPending?: number; waiting?: number }) {
  const { sequence = 7, streamSequence = 7, pending = 3, ackPending = 0, waiting = 1 } = options;
  return {
    delivered: { consumer_seq: sequence, stream_seq: streamSequence },
    num_pending: pending,
    num_ack_pending: ackPending,
    num_waiting: waiting,
  } as Parameters<typeof standsStill>[1];
}
const streamThrough = (lastSequence: number) => ({ state: { last_seq: lastSequence } }) as Parameters<typeof hasForgotten>[1];

test('messages, somebody who waits, and nothing given since the last look: it stands still', () => {
  expect(standsStill(consumed({}), consumed({}))).toBe(true);
  expect(standsStill(null, consumed({}))).toBe(false);
});

test('one that was given meanwhile, one that is being worked on, nobody who asks, nothing to give: it does not', () => {
  expect(standsStill(consumed({}), consumed({ sequence: 8 }))).toBe(false);
  expect(standsStill(consumed({}), consumed({ ackPending: 1 }))).toBe(false);
  expect(standsStill(consumed({}), consumed({ waiting: 0 }))).toBe(false);
  expect(standsStill(consumed({}), consumed({ pending: 0 }))).toBe(false);
});

test('a consumer that has read beyond the end of its stream has been forgotten', () => {
  expect(hasForgotten(consumed({ streamSequence: 8 }), streamThrough(7))).toBe(true);
  expect(hasForgotten(consumed({ streamSequence: 7 }), streamThrough(7))).toBe(false);
});
