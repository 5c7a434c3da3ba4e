// An alarm for tests, with what matters to the test said by it.
import type { AlarmView } from '../../domain/api/alarm-api.ts';

export function alarmOf(more: Partial<AlarmView> = {}): AlarmView {
  const alarmId = more.alarmId ?? 'GS-01.PT-101.high';
  return {
    id: `018f0000-0000-7000-8000-${alarmId}`,
    alarmId,
    stationId: 'GS-01',
    pointId: 'GS-01.PT-101',
    deviceId: null,
    kind: 'high',
    priority: 'medium',
    class: 'process',
    message: { zh: '进站压力高', en: 'Inlet pressure high' },
    unit: 'MPa',
    digits: 2,
    setpoint: 5,
    state: 'unacknowledged',
    isConditionTrue: true,
    version: 1,
    raisedAtMs: 1_000,
    clearedAtMs: null,
    valueAtRaise: 5.2,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    comment: null,
    shelved: null,
    suppressedBy: [],
    outOfService: null,
    responseTimeMs: null,
    isEclipsed: false,
    eclipsedByAlarmId: null,
    isFirstOut: false,
    isChattering: false,
    isFleeting: false,
    isStale: false,
    raiseCount: 1,
    isTest: false,
    ...more,
  };
}
