import { describe, expect, test } from 'vitest';
import type { AlarmSettingsRow, FindingView } from '../../domain/api/alarm-settings-api.ts';
import { numberText, parseNumber } from './setting-input.tsx';
import { filterSettings, findingsByAlarm, noFilter } from './settings-filter.ts';

function row(alarmId: string, more: Partial<AlarmSettingsRow> = {}): AlarmSettingsRow {
  return {
    alarmId,
    stationId: alarmId.split('.')[0] ?? '',
    name: { zh: '进站压力', en: 'Inlet pressure' },
    tag: 'PT-101',
    kind: 'high',
    unit: 'MPa',
    digits: 3,
    range: { min: 0, max: 10 },
    fields: ['setpoint'],
    settings: {
      setpoint: 5,
      deadband: 0.1,
      afterMs: null,
      windowMs: null,
      onDelayMs: 0,
      offDelayMs: 0,
      isLatching: false,
      priority: 'medium',
      class: 'process',
      consequenceClassId: null,
      responseTimeMs: null,
      message: { zh: '高限报警', en: 'high' },
      cause: null,
      consequence: null,
      response: null,
    },
    priority: 'medium',
    computedPriority: null,
    approvedFields: [],
    fileSettings: {},
    ...more,
  };
}
const finding = (alarmId: string | null, code: FindingView['code']): FindingView => ({
  code,
  severity: 'warning',
  alarmId,
  field: null,
  message: { zh: '', en: '' },
});

const rows = [
  row('GS-01.PT-101.high'),
  row('GS-02.PT-101.high', { priority: 'high', approvedFields: ['setpoint'] }),
  row('RS-01.PT-301.low', { kind: 'low' }),
];
const findings = findingsByAlarm([
  finding('RS-01.PT-301.low', 'deadbandZero'),
  finding('GS-01.PT-101.high', 'missingCause'),
  finding(null, 'priorityDistribution'),
]);
const shown = (filter: Partial<typeof noFilter>) =>
  filterSettings(rows, { ...noFilter, ...filter }, findings).map(({ alarmId }) => alarmId);

describe('the settings table shows', () => {
  test.each<[string, Partial<typeof noFilter>, string[]]>([
    ['everything without a filter', {}, ['GS-01.PT-101.high', 'GS-02.PT-101.high', 'RS-01.PT-301.low']],
    ['a station', { stationId: 'GS-02' }, ['GS-02.PT-101.high']],
    ['a priority', { priority: 'medium' }, ['GS-01.PT-101.high', 'RS-01.PT-301.low']],
    ['a kind', { kind: 'low' }, ['RS-01.PT-301.low']],
    ['any finding', { finding: 'any' }, ['GS-01.PT-101.high', 'RS-01.PT-301.low']],
    ['one finding', { finding: 'deadbandZero' }, ['RS-01.PT-301.low']],
    ['what an approval changed', { isOnlyApproved: true }, ['GS-02.PT-101.high']],
    ['every word typed, in either language', { text: 'pt-101 压力 inlet' }, ['GS-01.PT-101.high', 'GS-02.PT-101.high']],
    ['nothing where nothing meets all of it', { stationId: 'GS-01', kind: 'low' }, []],
  ])('%s', (_name, filter, expected) => expect(shown(filter)).toEqual(expected));
});

describe('a number that a person types', () => {
  test.each<[Parameters<typeof parseNumber>[0], string, number | null | undefined]>([
    ['setpoint', '0.44', 0.44],
    ['setpoint', '-10', -10],
    ['setpoint', '０．５', 0.5],
    ['setpoint', '4,5', undefined],
    ['setpoint', '', null],
    ['onDelayMs', '1.5', 1_500],
    ['onDelayMs', '-1', undefined],
    ['responseTimeMs', '2.5', 150_000],
    ['afterMs', 'soon', undefined],
  ])('%s “%s”', (field, text, expected) => expect(parseNumber(field, text)).toBe(expected));
  test('is shown as it was typed', () => {
    expect(numberText('onDelayMs', 1_500)).toBe('1.5');
    expect(numberText('setpoint', 0.1 + 0.2)).toBe('0.3');
    expect(numberText('responseTimeMs', null)).toBe('');
  });
});
