import { describe, expect, test } from 'vitest';
import { parsePlantText } from './parse-plant-file.ts';
import { formatIssue } from './plant-issues.ts';

const smallPlant = `schema: 1
company: { id: demo, name: { zh: 示范燃气, en: Demo Gas } }
areas:
  - { id: east, name: { zh: 东区, en: East } }
stations:
  - id: GS-01
    type: gate
    name: { zh: 东门站, en: East Gate }
    area: east
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: 127.0.0.1
        port: 1502
        addressBase: 1
        wordOrder: CDAB
        points:
          - tag: PT-101
            name: { zh: 进站压力, en: Inlet pressure }
            role: inletPressure
            unit: MPa
            range: { min: 0, max: 10 }
            signal: { low: 4, high: 20, currentLoop: true }
            register: { table: holding, address: 1, type: float32 }
            alarms:
              - { kind: highHigh, setpoint: 6.3, deadband: 0.1, priority: critical, class: process, onDelay: 5s, response: { zh: 关阀, en: Close the valve } }
              - { kind: high, setpoint: 6, deadband: 0.1, priority: medium }
              - { kind: rateOfChange, limit: 0.15, window: 60s, direction: falling, priority: high, response: 查 }
          - tag: XS-101
            name: 切断阀
            kind: discrete
            register: { table: discrete, address: 5, type: bit }
            alarms: [{ kind: state, equals: 1, priority: high, response: 查 }]
`;

function parse(text: string) {
  return parsePlantText(text, { version: 'test' });
}

function issuesOf(text: string): string[] {
  const parsed = parse(text);
  return parsed.kind === 'invalid' ? parsed.issues.map((issue) => formatIssue(issue, 'plant.yaml')) : [];
}

describe('a good plant file', () => {
  test('compiles to indexed points with wire addresses, word order and current loop', () => {
    const parsed = parse(smallPlant);
    if (parsed.kind !== 'ok') throw new Error(issuesOf(smallPlant).join('\n'));
    const { plant } = parsed;
    expect(plant.pointTable.ids).toEqual(['GS-01.PT-101', 'GS-01.XS-101']);
    const pressure = plant.points[0];
    expect(pressure?.source).toEqual({ kind: 'modbus', register: { table: 'holding', address: 0, type: 'float32', wordOrder: 'CDAB' } });
    expect(12 * (pressure?.factor ?? 0) + (pressure?.offset ?? 0)).toBeCloseTo(5);
    expect(12 * (pressure?.milliamp?.factor ?? 0) + (pressure?.milliamp?.offset ?? 0)).toBeCloseTo(12);
    expect(plant.alarms.map((alarm) => alarm.id)).toEqual([
      'GS-01.PLC-1.commFail',
      'GS-01.PT-101.highHigh',
      'GS-01.PT-101.high',
      'GS-01.PT-101.rateOfChange',
      'GS-01.PT-101.stale',
      'GS-01.PT-101.instrumentFault',
      'GS-01.XS-101.state',
      'GS-01.XS-101.stale',
    ]);
    expect(plant.alarms.every((alarm, index) => alarm.index === index)).toBe(true);
    expect(pressure?.alarmIndexes).toEqual([1, 2, 3, 4, 5]);
  });
});

test('an alarm of a gas detector, and a vote over one, is a safety alarm although nobody said so; what is said wins', () => {
  const detector = (tag: string, more: string) =>
    `          - { tag: ${tag}, name: 探测器, role: gasDetector, unit: '%LEL', range: { min: 0, max: 100 }, register: { table: holding, address: 9, type: uint16 }, alarms: [{ kind: highHigh, setpoint: 50, priority: critical, ${more}response: r }] }\n`;
  const vote =
    '    alarms: [{ kind: vote, name: confirmed, priority: critical, required: 1, members: [GD-1], condition: { above: 40 }, response: r }]\n';
  const parsed = parse(`${smallPlant}${detector('GD-1', '')}${detector('GD-2', 'class: process, ')}${vote}`);
  if (parsed.kind !== 'ok') throw new Error(JSON.stringify(parsed.issues));
  const classOf = (id: string) => parsed.plant.alarms.find((alarm) => alarm.id === id)?.class;
  const ids = ['GS-01.GD-1.highHigh', 'GS-01.confirmed', 'GS-01.GD-1.stale', 'GS-01.GD-2.highHigh', 'GS-01.PT-101.high'];
  expect(ids.map(classOf)).toEqual(['safety', 'safety', 'diagnostic', 'process', 'process']);
});

describe('a bad plant file names line and path', () => {
  test.each([
    ['broken YAML', smallPlant.replace('areas:', 'areas: ]'), /plant\.yaml:3:\d+: error/],
    [
      'an unknown setting',
      smallPlant.replace('wordOrder: CDAB', 'wordOrdr: CDAB'),
      /plant\.yaml:16:9: error: stations\[0\]\.devices\[0\]\.wordOrdr: unknown setting/,
    ],
    [
      'an unknown area',
      smallPlant.replace('area: east', 'area: west'),
      /plant\.yaml:9:5: error: stations\[0\]\.area: area west is not in areas/,
    ],
    [
      'HH below H',
      smallPlant.replace('setpoint: 6.3', 'setpoint: 5'),
      /plant\.yaml:25:13: error: .*highHigh \(5\) must lie above high \(6\)/,
    ],
    [
      'a setpoint out of range',
      smallPlant.replace('setpoint: 6.3', 'setpoint: 63'),
      /setpoint 63 of highHigh lies outside the range 0 to 10/,
    ],
    ['a duplicate tag', smallPlant.replace('tag: XS-101', 'tag: PT-101'), /plant\.yaml:29:13: error: .*GS-01\.PT-101 is defined twice/],
    [
      'a bad duration',
      smallPlant.replace('onDelay: 5s', 'onDelay: 5 seconds'),
      /plant\.yaml:26:\d+: error: .*onDelay: expected a duration/,
    ],
    [
      'address 0 with base 1',
      smallPlant.replace('address: 1, type: float32', 'address: 0, type: float32'),
      /plant\.yaml:24:\d+: error: .*register\.address: address 0 lies before the first one/,
    ],
    [
      'a limit alarm on a discrete point',
      smallPlant.replace('{ kind: state, equals: 1,', '{ kind: high, setpoint: 1,'),
      /high is for analogue points/,
    ],
    [
      'an unknown profile',
      smallPlant.replace('protocol: modbusTcp', 'protocol: modbusTcp\n        profile: nonsense'),
      /no device profile named nonsense/,
    ],
  ])('%s', (_name, text, expected) => {
    expect(issuesOf(text).join('\n')).toMatch(expected);
  });

  test('every error is reported, not only the first', () => {
    const text = smallPlant.replace('area: east\n    devices', 'area: west\n    devices').replace('setpoint: 6.3', 'setpoint: 5');
    expect(issuesOf(text)).toHaveLength(2);
  });
});
