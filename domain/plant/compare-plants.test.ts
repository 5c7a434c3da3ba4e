import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { comparePlants, type PlantChange } from './compare-plants.ts';
import { parsePlantText } from './parse-plant-file.ts';
import { plantItems } from './plant-items.ts';

interface Wanted {
  readonly setpoint: number;
  readonly scan: string;
  readonly stations: readonly string[];
  readonly host: string;
  readonly offDelay: string | null;
  readonly hasDuty: boolean;
}
const usual: Wanted = { setpoint: 0.4, scan: '1s', stations: ['GS-01', 'GS-02'], host: '10.0.0.1', offDelay: null, hasDuty: false };

const textOf = ({ setpoint, scan, stations, host, offDelay, hasDuty }: Wanted) => `schema: 1
company: { id: t, name: { zh: 测试, en: Test } }
areas: [{ id: a, name: 区 }]
${hasDuty ? 'duty: {}\n' : ''}stations:
${stations
  .map(
    (id) => `  - id: ${id}
    type: gate
    name: 门站 ${id}
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: ${host}
        scan: ${scan}
        points:
          - tag: PT-101
            name: { zh: 压力, en: Pressure }
            unit: MPa
            range: { min: 0, max: 1 }
            register: { address: 0, type: float32 }
            alarms: [{ kind: high, setpoint: ${setpoint}, priority: high, response: r${offDelay === null ? '' : `, offDelay: ${offDelay}`} }]
`,
  )
  .join('')}`;

function itemsOf(text: string) {
  const parsed = parsePlantText(text, { version: 'v' });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return plantItems(parsed.plant, parseDocument(text).toJS());
}
const difference = (before: Wanted, after: Wanted) => comparePlants(itemsOf(textOf(before)), itemsOf(textOf(after)));
const told = (changes: readonly PlantChange[]) =>
  changes.map(({ change, kind, id, fields }) => [change, kind, id, ...(change === 'changed' ? fields : [])]);

test('a changed set-point is a changed alarm, with before and after', () => {
  expect(told(difference(usual, { ...usual, stations: ['GS-01'] })).map(([change, kind, id]) => `${change} ${kind} ${id}`)).toEqual([
    'removed station GS-02',
    'removed device GS-02.PLC-1',
    'removed point GS-02.PT-101',
    expect.stringMatching(/^removed alarm GS-02\.PLC-1\.commFail$/),
    'removed alarm GS-02.PT-101.high',
    'removed alarm GS-02.PT-101.instrumentFault',
    'removed alarm GS-02.PT-101.stale',
  ]);
  const one = { ...usual, stations: ['GS-01'] };
  expect(told(difference(one, { ...one, setpoint: 0.38 }))).toEqual([
    ['changed', 'alarm', 'GS-01.PT-101.high', { field: 'setpoint', before: 0.4, after: 0.38 }],
  ]);
});

test('what follows from a change shows where it takes effect: a slower scan is a point that is read more seldom', () => {
  const one = { ...usual, stations: ['GS-01'] };
  const changes = difference(one, { ...one, scan: '5s' });
  expect(changes.find(({ kind }) => kind === 'point')).toMatchObject({
    id: 'GS-01.PT-101',
    stationId: 'GS-01',
    fields: expect.arrayContaining([{ field: 'scanMs', before: 1_000, after: 5_000 }]),
  });
});

test('one more station in front of the others is one more station, not a change of all', () => {
  const changes = difference(usual, { ...usual, stations: ['GS-00', ...usual.stations] });
  expect(new Set(changes.map(({ change, stationId }) => `${change} ${stationId}`))).toEqual(new Set(['added GS-00']));
});

test('a default that is written out is no difference; a section that is empty but there is one', () => {
  expect(difference({ ...usual, host: '10.0.0.1', scan: '1s' }, { ...usual, scan: '1000ms' })).toEqual([]);
  expect(told(difference(usual, { ...usual, hasDuty: true }))).toEqual([['added', 'section', 'duty']]);
});

test('the host of a device; a camera as a camera, with the points and alarms that come of it', () => {
  expect(told(difference(usual, { ...usual, host: '10.0.0.2' })).slice(0, 1)).toEqual([
    ['changed', 'device', 'GS-01.PLC-1', { field: 'line.host', before: '10.0.0.1', after: '10.0.0.2' }],
  ]);
  const withCamera = (rtsp: string) =>
    itemsOf(`${textOf({ ...usual, stations: ['GS-01'] })}    cameras: [{ id: CAM-1, name: 大门, rtsp: '${rtsp}' }]\n`);
  expect(told(comparePlants(withCamera('rtsp://10.0.0.9/1'), withCamera('rtsp://10.0.0.9/2')))).toEqual([
    ['changed', 'camera', 'GS-01.CAM-1', { field: 'rtsp', before: 'rtsp://10.0.0.9/1', after: 'rtsp://10.0.0.9/2' }],
  ]);
  const added = comparePlants(itemsOf(textOf({ ...usual, stations: ['GS-01'] })), withCamera('rtsp://10.0.0.9/1'));
  expect(new Set(added.map(({ change, kind }) => `${change} ${kind}`))).toEqual(new Set(['added camera', 'added point', 'added alarm']));
});

test('any two plants: nothing against itself, and back is the mirror of forth', () => {
  const wanted = fc.record({
    setpoint: fc.constantFrom(0.3, 0.4, 0.5),
    scan: fc.constantFrom('1s', '2s'),
    stations: fc.subarray(['GS-01', 'GS-02', 'GS-03'], { minLength: 1 }),
    host: fc.constantFrom('a', 'b'),
    offDelay: fc.constantFrom(null, '5s', '0s'),
    hasDuty: fc.boolean(),
  });
  fc.assert(
    fc.property(wanted, wanted, (before, after) => {
      expect(difference(before, before)).toEqual([]);
      const mirrored = difference(after, before).map((change) => ({
        ...change,
        change: change.change === 'added' ? 'removed' : change.change === 'removed' ? 'added' : 'changed',
        fields: new Set(change.fields.map(({ field, before: was, after: is }) => JSON.stringify({ field, before: is, after: was }))),
      }));
      const forth = difference(before, after).map((change) => ({
        ...change,
        fields: new Set(change.fields.map((field) => JSON.stringify(field))),
      }));
      expect(mirrored).toEqual(forth);
    }),
    { numRuns: 40 },
  );
});
