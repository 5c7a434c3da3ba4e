import { expect, test } from 'vitest';
import { alarmOf } from './alarm-fixture.ts';
import { compareAlarms, isInScope, matchesFilter, orderAlarms } from './alarm-order.ts';

test('unacknowledged first, then priority, then newest first', () => {
  const alarms = [
    alarmOf({ alarmId: 'old', raisedAtMs: 1 }),
    alarmOf({ alarmId: 'seen', priority: 'critical', state: 'acknowledged', raisedAtMs: 9 }),
    alarmOf({ alarmId: 'new', raisedAtMs: 5 }),
    alarmOf({ alarmId: 'worst', priority: 'critical', raisedAtMs: 0 }),
    alarmOf({ alarmId: 'returned', state: 'returnedUnacknowledged', priority: 'low', raisedAtMs: 7 }),
  ];
  expect(alarms.toSorted(compareAlarms).map((alarm) => alarm.alarmId)).toEqual(['worst', 'new', 'old', 'returned', 'seen']);
});

test('of two alarms alike the real one comes before the test', () => {
  const alarms = [alarmOf({ alarmId: 'test', isTest: true, raisedAtMs: 9 }), alarmOf({ alarmId: 'real', raisedAtMs: 1 })];
  expect(alarms.toSorted(compareAlarms).map((alarm) => alarm.alarmId)).toEqual(['real', 'test']);
});

test('what was set aside asks for nothing, and is still found', () => {
  const shelved = alarmOf({ state: 'shelved' });
  expect(isInScope(shelved, 'open')).toBe(false);
  expect(isInScope(shelved, 'shelved')).toBe(true);
  expect(isInScope(alarmOf({ state: 'outOfService' }), 'outOfService')).toBe(true);
  // What a lost device and a maintenance both suppress stands in both lists.
  const lost = { kind: 'alarm', alarmId: 'GS-01.PLC-1.commFail' } as const;
  const both = alarmOf({ state: 'suppressed', suppressedBy: [lost, { kind: 'maintenance', maintenanceId: 'm' }] });
  expect((['suppressed', 'maintenance', 'shelved', 'open'] as const).map((scope) => isInScope(both, scope))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(isInScope(alarmOf({ state: 'suppressed', suppressedBy: [lost] }), 'maintenance')).toBe(false);
  expect(isInScope(alarmOf({ state: 'acknowledged' }), 'unacknowledged')).toBe(false);
  expect(isInScope(alarmOf({ isConditionTrue: false, state: 'returnedUnacknowledged' }), 'active')).toBe(false);
});

test('filters by station, priority and words', () => {
  const filter = { scope: 'open', priorities: ['medium'], stationId: 'GS-01', text: '进站' } as const;
  const words = () => '进站压力高';
  expect(matchesFilter(alarmOf(), filter, words)).toBe(true);
  expect(matchesFilter(alarmOf({ stationId: 'GS-02' }), filter, words)).toBe(false);
  expect(matchesFilter(alarmOf({ priority: 'low' }), filter, words)).toBe(false);
  expect(matchesFilter(alarmOf(), { ...filter, text: '出站' }, words)).toBe(false);
});

test('a lesser alarm is folded under the one that explains it, and under no other; without that one in the list it stands by itself', () => {
  const high = alarmOf({ alarmId: 'high', isEclipsed: true, eclipsedByAlarmId: 'highHigh' });
  const highHigh = alarmOf({ alarmId: 'highHigh', kind: 'highHigh', priority: 'high' });
  const low = alarmOf({ alarmId: 'low', kind: 'low', priority: 'critical', state: 'returnedUnacknowledged', isConditionTrue: false });
  const rows = orderAlarms([high, highHigh, low]);
  expect(rows.map((row) => [row.alarm.alarmId, row.eclipsed.map((alarm) => alarm.alarmId)])).toEqual([
    ['low', []],
    ['highHigh', ['high']],
  ]);
  expect(orderAlarms([high, low]).map((row) => row.alarm.alarmId)).toEqual(['low', 'high']);
});
