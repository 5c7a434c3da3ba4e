// Escalation as stories, rule by rule (RULES.md), on a real database with a clock that the test moves.
import { afterEach, describe, expect, test } from 'vitest';
import { readJournal } from '../journal/journal.ts';
import { dutyPerson, EscalationHarness, morningMs, reachable, rosterEntry } from './escalation-harness.ts';

const minuteMs = 60_000;
const critical = 'GS-01.PT-1.crit';
const high = 'GS-01.PT-1.high';
let harness: EscalationHarness;
const begin = async (startMs?: number) => {
  harness = new EscalationHarness(startMs);
  await harness.start();
  return harness;
};
afterEach(() => harness.end());
const steps = async (alarmId: string) =>
  (await readJournal(harness.database, { alarmId, limit: 100 }))
    .toReversed()
    .filter((entry) => entry.kind === 'alarm.escalate')
    .map((entry) => (entry.detail.escalation as { step: number }).step);

describe('an alarm that waits', () => {
  test('[DU6] [DU8] [DU9] goes up step by step: the watch after a minute, the lead at half the response time, the next lead and a named person', async () => {
    await begin();
    const id = await harness.raise(critical);
    await harness.advance(minuteMs - 30_000);
    expect(harness.notifier.told()).toEqual([]);
    await harness.advance(30_000);
    expect(harness.notifier.told()).toEqual(['1:wang']);
    expect(harness.notifier.orders.get(`alarm/${id}/1@${morningMs}/wang`)).toMatchObject({
      username: 'wang',
      channels: ['webPush', 'sms'],
      urgency: 'critical',
      mayNotWait: true,
      subject: { kind: 'alarm', alarmId: critical, occurrenceId: id, stationId: 'GS-01' },
      atMs: morningMs + minuteMs,
    });
    await harness.advance(2 * minuteMs);
    expect(harness.notifier.told()).toEqual(['1:wang', '2:li']);
    await harness.advance(2 * minuteMs);
    expect(harness.notifier.told().slice(2)).toEqual(['3:night-lead', '3:boss', '3:group']);
    await harness.advance(60 * minuteMs);
    expect(harness.notifier.orders.size).toBe(5);
    expect(harness.store.find(critical)?.record).toMatchObject({ escalations: 3, isAcknowledged: false });
  });

  test('[DU3] [DU13] acknowledged: nobody is told any more', async () => {
    await begin();
    await harness.raise(critical);
    await harness.advance(minuteMs);
    expect((await harness.acknowledge(critical)).kind).toBe('done');
    await harness.advance(30 * minuteMs);
    expect(harness.notifier.told()).toEqual(['1:wang']);
  });

  test('[DU1] [DU3] returned to normal but not acknowledged, it goes on', async () => {
    await begin();
    await harness.raise(critical);
    await harness.advance(30_000);
    await harness.clear(critical);
    await harness.advance(10 * minuteMs);
    expect(await steps(critical)).toEqual([1, 2, 3]);
  });

  test('[DU1] [DU2] shelved it does not wait; at the end of shelving, still true, the chain begins anew', async () => {
    await begin();
    await harness.raise(high);
    await harness.advance(minuteMs);
    const until = harness.clock.nowMs() + 10 * minuteMs;
    await harness.act(high, { kind: 'shelve', atMs: harness.clock.nowMs(), by: 'wang', reason: 'r', untilMs: until, approvedBy: 'li' });
    await harness.advance(10 * minuteMs);
    expect(harness.notifier.told()).toEqual(['1:wang']);
    await harness.store.tick();
    await harness.advance(minuteMs - 30_000);
    expect(harness.notifier.told()).toEqual(['1:wang']);
    await harness.advance(30_000);
    expect(harness.notifier.told()).toEqual(['1:wang', '1:wang']);
    expect(await steps(high)).toEqual([1, 1]);
  });

  test('[DU4] chattering puts nothing off: the wait is that of the first raise', async () => {
    await begin();
    await harness.raise(critical);
    for (let count = 0; count < 6; count += 1) {
      await harness.advance(30_000);
      await harness.clear(critical);
      await harness.raise(critical);
    }
    expect(await steps(critical)).toEqual([1, 2]);
  });

  test('[DU5] after the end of the chain a new raise begins it anew', async () => {
    await begin();
    await harness.raise(critical);
    await harness.advance(6 * minuteMs);
    await harness.clear(critical);
    await harness.advance(60 * minuteMs);
    await harness.raise(critical);
    await harness.advance(minuteMs);
    expect(await steps(critical)).toEqual([1, 2, 3, 1]);
  });

  test('[DU6] a jump of the wall clock neither hastens a step nor puts it off', async () => {
    await begin();
    await harness.raise(critical);
    harness.clock.jumpWall(-3_600_000);
    await harness.advance(minuteMs);
    expect(await steps(critical)).toEqual([1]);
    harness.clock.jumpWall(7_200_000);
    await harness.advance(minuteMs);
    expect(await steps(critical)).toEqual([1]);
    await harness.advance(minuteMs);
    expect(await steps(critical)).toEqual([1, 2]);
  });

  test('low alarms have no steps in this plant', async () => {
    await begin();
    await harness.raise('GS-01.PT-1.low');
    await harness.advance(60 * minuteMs);
    expect(harness.notifier.orders.size).toBe(0);
  });
});

describe('who is told', () => {
  test('[DU7] nobody on the roster: the next step at once, a notice, a line of the journal; the same station again only counts', async () => {
    await begin();
    harness.entries = [rosterEntry('li', 'lead')];
    await harness.raise(critical);
    await harness.advance(minuteMs);
    expect(harness.notifier.told()).toEqual(['2:li']);
    const [notice] = await harness.notices.open();
    expect(notice).toMatchObject({ kind: 'nobodyToTell', times: 1, detail: { stationId: 'GS-01', alarmId: critical, step: 1 } });
    await harness.raise(high);
    await harness.advance(minuteMs);
    expect(await harness.notices.open()).toMatchObject([{ times: 2 }]);
    const kinds = (await readJournal(harness.database, { limit: 100 })).map((entry) => entry.kind);
    expect(kinds.filter((kind) => kind === 'duty.notice')).toHaveLength(1);
    expect(await harness.notices.close(notice?.id ?? '', { kind: 'person', username: 'li', displayName: 'LI' })).toBe(true);
    expect(await harness.notices.open()).toEqual([]);
  });

  test('[DU7] a chain that reaches nobody ends in one go, each step written down', async () => {
    await begin();
    harness.entries = [];
    harness.people = [];
    await harness.raise(critical);
    await harness.advance(minuteMs);
    expect(await steps(critical)).toEqual([1, 2, 3]);
    expect(harness.notifier.told()).toEqual(['3:group']);
  });

  test('[DU8] whoever has taken the watch at a console is told, on the roster or not', async () => {
    await begin();
    harness.people.push(dutyPerson('sun'));
    harness.watching = ['sun'];
    await harness.raise(critical);
    await harness.advance(minuteMs);
    expect(harness.notifier.told()).toEqual(['1:sun', '1:wang']);
  });

  test('[DU8] not of a station that his account may not see, not when disabled, not for stations of others', async () => {
    await begin();
    harness.people = [
      dutyPerson('wang', { stationIds: ['GS-02'] }),
      dutyPerson('zhou', { isDisabled: true }),
      dutyPerson('chen'),
      dutyPerson('wu'),
      dutyPerson('li'),
    ];
    harness.entries = [
      rosterEntry('wang', 'operator'),
      rosterEntry('zhou', 'operator'),
      rosterEntry('chen', 'operator', { areaIds: ['south'] }),
      rosterEntry('wu', 'operator', { stationIds: ['GS-01'] }),
      rosterEntry('li', 'lead'),
    ];
    await harness.raise(critical);
    await harness.advance(minuteMs);
    expect(harness.notifier.told()).toEqual(['1:wu']);
  });

  test('[DU8] the roster of the moment: at the change of shift the next people are told', async () => {
    await begin(Date.parse('2026-07-03T14:59:30+08:00'));
    harness.entries = [rosterEntry('wang', 'operator'), rosterEntry('zhao', 'operator', { shiftId: 'evening' })];
    await harness.raise(critical);
    await harness.advance(minuteMs);
    expect(harness.notifier.told()).toEqual(['1:zhao']);
  });

  test('[DU10] quiet hours and preferences hold for high alarms off duty, never for critical ones', async () => {
    await begin();
    const quiet = { ...reachable, email: 'b@example.org', quietHours: { from: '08:00', to: '20:00' } };
    harness.people = harness.people.map((person) =>
      person.username === 'boss' || person.username === 'wang' ? { ...person, contact: quiet } : person,
    );
    await harness.raise(high);
    await harness.advance(6 * minuteMs);
    // wang is on duty; boss is not, and the step has no silent channel.
    expect(harness.notifier.told()).toEqual(['1:wang', '2:li', '3:night-lead', '3:group']);
    await harness.raise(critical);
    await harness.advance(6 * minuteMs);
    expect(harness.notifier.told().slice(4)).toEqual(['1:wang', '2:li', '3:night-lead', '3:boss', '3:group']);
  });

  test('[DU15] a step takes those of its channels that the plant has, and where it has none of them whatever else reaches a person', async () => {
    await begin();
    harness.channels = ['email', 'sms', 'weCom'];
    harness.people = harness.people.map((person) => ({
      ...person,
      hasPush: false,
      contact: { ...person.contact, email: 'x@example.org' },
    }));
    const channelsTold = () => [...harness.notifier.orders.values()].map((order) => order.channels.join());
    await harness.raise(critical);
    await harness.advance(5 * minuteMs);
    // The last step wants voice, which this plant has not.
    expect(channelsTold()).toEqual(['sms', 'sms', 'email,sms', 'email,sms', 'weCom']);
  });

  test('[DU11] a test goes to the tester only, and says that it is one', async () => {
    await begin();
    harness.people.push(dutyPerson('engineer'));
    harness.testers.set(critical, 'engineer');
    await harness.raise(critical);
    await harness.advance(6 * minuteMs);
    expect(harness.notifier.told()).toEqual(['1:engineer', '2:engineer', '3:engineer']);
    expect([...harness.notifier.orders.values()][0]?.title.zh).toContain('测试');
  });
});

describe('restarts', () => {
  test('[DU12] cut between the decision and its order: ordered after the restart, once', async () => {
    await begin();
    await harness.raise(critical);
    harness.notifier.failNext = 'before';
    await harness.advance(minuteMs);
    expect(harness.notifier.orders.size).toBe(0);
    await harness.down();
    await harness.start();
    expect(harness.notifier.told()).toEqual(['1:wang']);
    expect(await steps(critical)).toEqual([1]);
  });

  test('[DU12] cut after the order was written and before it was known: the same key, no second effect, though the roster has changed', async () => {
    await begin();
    await harness.raise(critical);
    harness.notifier.failNext = 'after';
    await harness.advance(minuteMs);
    await harness.down();
    harness.entries = [rosterEntry('zhao', 'operator'), rosterEntry('li', 'lead')];
    await harness.start();
    expect(harness.notifier.told()).toEqual(['1:wang']);
    expect(harness.notifier.repeated).toBe(1);
  });

  test('[DU12] the notifier’s disk fails: tried again while running', async () => {
    await begin();
    await harness.raise(critical);
    harness.notifier.failNext = 'before';
    await harness.advance(minuteMs);
    expect(harness.notifier.orders.size).toBe(0);
    await harness.advance(30_000);
    expect(harness.notifier.told()).toEqual(['1:wang']);
  });

  test('[DU14] away for an hour: what fell due is told at the start, each step once, and a second restart tells nothing', async () => {
    await begin();
    await harness.raise(critical);
    await harness.down();
    await harness.advance(60 * minuteMs);
    await harness.start();
    expect(harness.notifier.told()).toEqual(['1:wang', '2:li', '3:night-lead', '3:boss', '3:group']);
    await harness.down();
    await harness.start();
    await harness.advance(60 * minuteMs);
    expect(harness.notifier.orders.size).toBe(5);
    expect(await steps(critical)).toEqual([1, 2, 3]);
  });

  test('[DU13] [DU14] acknowledged before the server went: nothing is told at the start', async () => {
    await begin();
    await harness.raise(critical);
    harness.notifier.failNext = 'before';
    await harness.advance(minuteMs);
    await harness.acknowledge(critical);
    await harness.down();
    await harness.advance(60 * minuteMs);
    await harness.start();
    expect(harness.notifier.orders.size).toBe(0);
  });
});
