import { expect, test } from 'vitest';
import type { NotificationView } from '../api/notification-api.ts';
import { notificationAsOf } from './notification-as-of.ts';

const attempt = (number: number, startedAtMs: number, endedAtMs: number | null, outcome: 'sent' | 'failed' | null) => ({
  number,
  channel: number === 1 ? ('email' as const) : ('sms' as const),
  target: number === 1 ? 'email' : 'sms',
  startedAtMs,
  endedAtMs,
  outcome,
  reason: outcome === 'failed' ? 'timeout' : null,
  code: null,
  reference: outcome === 'sent' ? 'r' : null,
});

/** Ordered at 10, failed by e-mail 20 to 30, sent by SMS 40 to 50. */
const told: NotificationView = {
  deliveryId: 'd',
  key: 'k',
  subject: { kind: 'alarm', alarmId: 'a', occurrenceId: 'o', stationId: 'GS-01' },
  stationId: 'GS-01',
  recipient: { kind: 'person', username: 'wang', displayName: '王' },
  urgency: 'critical',
  title: { zh: '题', en: 'Title' },
  text: { zh: '文', en: 'Text' },
  orderedAtMs: 10,
  state: 'sent',
  reason: null,
  route: [
    { channel: 'email', target: 'email' },
    { channel: 'sms', target: 'sms' },
  ],
  step: 1,
  dueAtMs: null,
  finishedAtMs: 50,
  attempts: [attempt(1, 20, 30, 'failed'), attempt(2, 40, 50, 'sent')],
  digest: null,
};

const short = (atMs: number) => {
  const then = notificationAsOf(told, atMs);
  return then === null ? null : [then.state, then.step, then.reason, then.finishedAtMs, then.attempts.map(({ outcome }) => outcome)];
};

test('at each moment no more than had happened by then', () => {
  expect(short(9)).toBeNull();
  expect(short(10)).toEqual(['waiting', 0, null, null, []]);
  expect(short(25)).toEqual(['sending', 0, null, null, [null]]);
  expect(short(30)).toEqual(['waiting', 0, 'timeout', null, ['failed']]);
  expect(short(45)).toEqual(['sending', 1, null, null, ['failed', null]]);
  expect(notificationAsOf(told, 50)).toEqual(told);
});

test('one told in a digest that went out later waits in it; one still held is held', () => {
  const digested: NotificationView = {
    ...told,
    state: 'digested',
    finishedAtMs: 12,
    attempts: [],
    digest: { deliveryId: 'x', state: 'sent', finishedAtMs: 60, channel: 'email' },
  };
  expect(notificationAsOf(digested, 15)).toMatchObject({ state: 'digested', digest: { state: 'waiting', finishedAtMs: null } });
  expect(notificationAsOf(digested, 11)).toMatchObject({ state: 'waiting', digest: null });
  expect(notificationAsOf(digested, 60)).toEqual(digested);
  const held: NotificationView = { ...told, state: 'held', reason: 'noContact', finishedAtMs: null, attempts: [], step: 0 };
  expect(notificationAsOf(held, 99)).toMatchObject({ state: 'held', reason: 'noContact' });
});
