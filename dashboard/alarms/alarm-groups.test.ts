import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alarmPriorities } from '../../domain/alarms/priority.ts';
import { alarmOf } from './alarm-fixture.ts';
import { groupByStation } from './alarm-groups.ts';
import { orderAlarms } from './alarm-order.ts';

test('[FL6] grouping leaves no alarm out, brings none in, and counts every one', () => {
  const anyAlarm = fc.record({
    stationId: fc.constantFrom('GS-01', 'GS-02', 'RS-01'),
    priority: fc.constantFrom(...alarmPriorities),
    state: fc.constantFrom('unacknowledged' as const, 'acknowledged' as const, 'returnedUnacknowledged' as const),
    isFirstOut: fc.boolean(),
    raisedAtMs: fc.integer({ min: 0, max: 1_000 }),
    eclipsedBy: fc.option(fc.integer({ min: 0, max: 30 }), { nil: null }),
  });
  fc.assert(
    fc.property(fc.array(anyAlarm, { maxLength: 30 }), (specs) => {
      const alarms = specs.map(({ eclipsedBy, ...spec }, index) =>
        alarmOf({
          ...spec,
          alarmId: `${spec.stationId}.A${index}`,
          eclipsedByAlarmId: eclipsedBy === null ? null : `${spec.stationId}.A${eclipsedBy}`,
          isEclipsed: eclipsedBy !== null,
        }),
      );
      const rows = orderAlarms(alarms);
      const groups = groupByStation(rows, ['GS-01', 'GS-02', 'RS-01']);
      const shown = groups.flatMap((group) => group.rows.flatMap((row) => [row.alarm, ...row.eclipsed]));
      expect(shown.map((alarm) => alarm.alarmId).sort()).toEqual(alarms.map((alarm) => alarm.alarmId).sort());
      expect(groups.reduce((sum, group) => sum + [...group.counts.values()].reduce((one, other) => one + other, 0), 0)).toBe(alarms.length);
      for (const group of groups) expect(group.rows.every((row) => row.alarm.stationId === group.stationId)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('first-out stands on top of its station, also where a worse alarm of its point hides it', () => {
  const alarms = [
    alarmOf({ alarmId: 'worst', priority: 'critical', raisedAtMs: 9 }),
    alarmOf({ alarmId: 'first', priority: 'low', isFirstOut: true, raisedAtMs: 1, isEclipsed: true, eclipsedByAlarmId: 'over' }),
    alarmOf({ alarmId: 'over', priority: 'low', raisedAtMs: 2 }),
  ];
  const [group] = groupByStation(orderAlarms(alarms), ['GS-01']);
  expect(group?.rows.map((row) => row.alarm.alarmId)).toEqual(['over', 'worst']);
  expect(group?.firstOut?.alarmId).toBe('first');
  expect([...(group?.counts ?? [])]).toEqual([
    ['critical', 1],
    ['low', 2],
  ]);
});

test('the station with the worst that waits comes first; equal ones stand as in the plant', () => {
  const alarms = [
    alarmOf({ alarmId: 'a', stationId: 'A', priority: 'critical', state: 'acknowledged' }),
    alarmOf({ alarmId: 'b', stationId: 'B', priority: 'low' }),
    alarmOf({ alarmId: 'c', stationId: 'C', priority: 'high' }),
    alarmOf({ alarmId: 'd', stationId: 'D', priority: 'high', raisedAtMs: 9_999 }),
  ];
  expect(groupByStation(orderAlarms(alarms), ['A', 'B', 'C', 'D']).map((group) => group.stationId)).toEqual(['C', 'D', 'B', 'A']);
});
