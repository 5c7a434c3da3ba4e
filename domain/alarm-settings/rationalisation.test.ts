// Rationalisation: each finding at an alarm that has it, and none at one that has not.
import { describe, expect, test } from 'vitest';
import { parsePlantText } from '../plant/parse-plant-file.ts';
import type { Plant } from '../plant/plant.ts';
import { applyAlarmSettings } from './apply-alarm-settings.ts';
import { compareFindings, findingsOf } from './rationalisation.ts';

const guided = 'cause: c, consequence: q, response: r, responseTime: 5min';

interface PlantOptions {
  readonly role?: string;
  readonly station?: string;
  readonly scan?: string;
}

function plantOf(alarms: readonly string[], more: PlantOptions = {}): Plant {
  const parsed = parsePlantText(
    `schema: 1
company: { id: t, name: t }
areas: [{ id: a, name: a }]
stations:
  - id: GS-01
    type: gate
    name: s
    area: a
    alarms: [${more.station ?? ''}]
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        scan: ${more.scan ?? '1s'}
        points:
          - { tag: PT-101, name: p, role: ${more.role ?? 'other'}, range: { min: 0, max: 100 }, register: { table: holding, address: 0, type: float32 }, defaultAlarms: false, alarms: [${alarms.join(', ')}] }
`,
    { version: 't' },
  );
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return parsed.plant;
}
const found = (plant: Plant) => findingsOf(plant).map(({ alarmId, code }) => `${(alarmId ?? '').replace('GS-01.PT-101.', '')} ${code}`);

test('an alarm with everything has no finding', () => {
  expect(found(plantOf([`{ kind: high, setpoint: 50, deadband: 2, priority: low, onDelay: 2s, ${guided} }`]))).toEqual([]);
});

describe.each<[string, readonly string[], readonly string[], PlantOptions?]>([
  ['deadband 0', [`{ kind: high, setpoint: 50, priority: low, ${guided} }`], ['high deadbandZero']],
  [
    'a deadband as large as the distance to the neighbour',
    [
      `{ kind: high, setpoint: 50, deadband: 10, priority: low, ${guided} }`,
      `{ kind: highHigh, setpoint: 60, deadband: 9.9, priority: low, ${guided} }`,
    ],
    ['high deadbandTooLarge'],
  ],
  [
    'a deadband as large as a rate’s limit',
    [`{ kind: rateOfChange, limit: 5, deadband: 5, window: 10s, direction: both, priority: low, ${guided} }`],
    ['rateOfChange deadbandTooLarge'],
  ],
  [
    'nothing that tells the operator anything',
    ['{ kind: high, setpoint: 50, deadband: 2, priority: low }'],
    ['high missingCause', 'high missingConsequence', 'high missingResponse', 'high missingResponseTime'],
  ],
  [
    'the same at a diagnostic alarm, which is about the instrument',
    ['{ kind: frozen, after: 5min, priority: low, class: diagnostic }'],
    [],
  ],
  [
    'a safety alarm without latching and with a delay',
    [`{ kind: highHigh, setpoint: 50, deadband: 2, priority: critical, class: safety, onDelay: 1500ms, ${guided} }`],
    ['highHigh safetyNotLatching', 'highHigh safetyDelayed'],
  ],
  [
    'the first stage of a gas detector, which may wait three seconds',
    [`{ kind: high, setpoint: 20, deadband: 2, priority: high, class: safety, latching: true, onDelay: 3s, ${guided} }`],
    [],
    { role: 'gasDetector' },
  ],
  [
    'an on-delay longer than is usual for the instrument',
    [`{ kind: high, setpoint: 50, deadband: 2, priority: low, onDelay: 6s, ${guided} }`],
    ['high onDelayLong'],
    { role: 'outletPressure' },
  ],
  [
    'what may rise many times a second where its instrument fails',
    [`{ kind: high, setpoint: 50, deadband: 2, priority: low, ${guided} }`],
    ['high chattersFast'],
    { scan: '20ms' },
  ],
  [
    'a fast scan with an off-delay, which makes no alarm later',
    [`{ kind: high, setpoint: 50, deadband: 2, priority: low, offDelay: 1s, ${guided} }`],
    [],
    { scan: '20ms' },
  ],
  [
    'a priority other than the matrix says',
    [`{ kind: high, setpoint: 50, deadband: 2, priority: low, consequenceClass: severe, ${guided} }`],
    ['high priorityDiffers'],
  ],
  ['a priority by the matrix', [`{ kind: high, setpoint: 50, deadband: 2, priority: computed, consequenceClass: severe, ${guided} }`], []],
  [
    'a vote at a threshold that its members cannot reach',
    [],
    ['GS-01.gas setpointOutsideRange'],
    {
      station: `{ kind: vote, name: gas, required: 1, members: [PT-101], condition: { above: 120, deadband: 1 }, priority: low, ${guided} }`,
    },
  ],
])('%s', (_name, alarms, expected, more) => {
  test('is found as it is', () => expect(found(plantOf(alarms, more))).toEqual(expected));
});

test('errors are found too where settings come from elsewhere than a checked plant file', () => {
  const plant = plantOf([
    `{ kind: low, setpoint: 10, deadband: 1, priority: low, ${guided} }`,
    `{ kind: high, setpoint: 50, deadband: 1, priority: low, ${guided} }`,
  ]);
  const spoilt = {
    ...plant,
    alarms: plant.alarms.map((alarm) => ('setpoint' in alarm ? { ...alarm, setpoint: alarm.kind === 'low' ? 60 : 500 } : alarm)),
  };
  expect(found(spoilt)).toEqual(['high setpointOutsideRange']);
  const crossed = { ...plant, alarms: plant.alarms.map((alarm) => (alarm.kind === 'low' ? { ...alarm, setpoint: 60 } : alarm)) };
  expect(found(crossed)).toEqual(['high limitsOutOfOrder']);
});

test('priorities that are far from 80 / 15 / 5 are said once for the plant, with the figures', () => {
  const alarms = (high: number, low: number) =>
    Array.from(
      { length: high + low },
      (_, index) => `{ kind: high, name: h${index}, setpoint: 50, deadband: 1, priority: ${index < high ? 'high' : 'low'}, ${guided} }`,
    );
  const distribution = (plant: Plant) => findingsOf(plant).filter(({ code }) => code === 'priorityDistribution');
  // One more alarm, of the device, is of priority high.
  expect(distribution(plantOf(alarms(1, 48)))).toEqual([]);
  expect(distribution(plantOf(alarms(19, 30)))).toMatchObject([
    { alarmId: null, message: { en: expect.stringContaining('60 % / 0 % / 40 %') } },
  ]);
});

test('of some alarms only: those of their points, as the whole list has them', () => {
  const plant = plantOf(['{ kind: high, setpoint: 50, priority: low }']);
  const all = findingsOf(plant);
  expect(findingsOf(plant, new Set(['GS-01.PT-101.high']))).toEqual(all);
  expect(findingsOf(plant, new Set(['GS-01.PLC-1.commFail']))).toEqual([]);
});

test('what a change brings and what it settles', () => {
  const plant = plantOf([`{ kind: high, setpoint: 50, deadband: 0, priority: low, ${guided} }`]);
  const { plant: changed } = applyAlarmSettings(plant, new Map([['GS-01.PT-101.high', { deadband: 2, response: null }]]));
  const { introduced, settled } = compareFindings(findingsOf(plant), findingsOf(changed));
  expect(introduced.map(({ code }) => code)).toEqual(['missingResponse']);
  expect(settled.map(({ code }) => code)).toEqual(['deadbandZero']);
});
