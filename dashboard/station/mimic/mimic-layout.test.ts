import { expect, test } from 'vitest';
import type { PointView } from '../../../domain/api/plant-api.ts';
import { pointFixture } from '../point-fixture.ts';
import type { MimicLayout } from './mimic-drawing.ts';
import { layOutMimic } from './mimic-layout.ts';

const point = pointFixture;

const gate = [
  point('PT-101', 'inletPressure'),
  point('TT-101', 'gasTemperature'),
  point('ZS-101', 'shutoffValve'),
  ...['A', 'B'].flatMap((run, index) => [
    point(`PT-1${index + 1}0`, 'inletPressure', run),
    point(`PDT-1${index + 1}1`, 'filterDifferentialPressure', run),
    point(`XS-1${index + 1}1`, 'slamShut', run),
    point(`ZT-1${index + 1}2`, 'monitorTravel', run),
    point(`ZT-1${index + 1}1`, 'regulatorTravel', run),
    point(`PT-1${index + 1}2`, 'pressure', run),
    point(`FT-31${index + 1}`, 'flow', run),
  ]),
  point('PT-301', 'outletPressure'),
  point('TT-301', 'gasTemperature'),
  point('FT-301', 'flow'),
  point('XS-301', 'relief'),
  point('QT-401', 'odorantRate'),
  point('XS-401', 'pumpState'),
];

function overlaps(layout: MimicLayout): string[] {
  const found: string[] = [];
  for (const [index, one] of layout.instruments.entries()) {
    for (const other of layout.instruments.slice(index + 1)) {
      if (Math.abs(one.x - other.x) < 120 && Math.abs(one.y - other.y) < 32) found.push(`${one.point.tag} over ${other.point.tag}`);
    }
  }
  return found;
}

test('a gate station: every instrument once, none over another, all inside', () => {
  const layout = layOutMimic(gate);
  if (layout === null) throw new Error('no drawing');
  const tags = layout.instruments.map((instrument) => instrument.point.tag);
  expect(new Set(tags).size).toBe(tags.length);
  expect(overlaps(layout)).toEqual([]);
  for (const { x, y } of layout.instruments) {
    expect(x).toBeGreaterThan(0);
    expect(x).toBeLessThan(layout.width);
    expect(y).toBeGreaterThan(0);
    expect(y).toBeLessThan(layout.height);
  }
  for (const tag of ['PT-101', 'PT-110', 'PDT-111', 'ZT-112', 'PT-122', 'PT-301', 'FT-301', 'FT-311', 'QT-401'])
    expect(tags).toContain(tag);
});

test('the station’s own flow is not one more meter, and the odorant pump is not on the gas line', () => {
  const layout = layOutMimic(gate);
  expect(layout?.symbols.filter((symbol) => symbol.kind === 'meter')).toHaveLength(2);
  expect(layout?.symbols.filter((symbol) => symbol.kind === 'pump')).toEqual([]);
  expect(layout?.symbols.filter((symbol) => symbol.kind === 'regulator')).toHaveLength(2);
});

test('tanks and pumps stand below, with their own instruments; a station without process has no drawing', () => {
  const tanks = [1, 2, 3, 4, 5, 6].flatMap((n) => [point(`PT-2${n}1`, 'tankPressure', `T${n}`), point(`LT-2${n}1`, 'tankLevel', `T${n}`)]);
  const layout = layOutMimic([...tanks, point('XS-701', 'pumpState', 'P1'), point('PT-301', 'outletPressure')]);
  if (layout === null) throw new Error('no drawing');
  expect(layout.symbols.filter((symbol) => symbol.kind === 'tank')).toHaveLength(6);
  expect(layout.symbols.filter((symbol) => symbol.kind === 'pump')).toHaveLength(1);
  expect(overlaps(layout)).toEqual([]);
  expect(layOutMimic([point('ZS-901', 'door')])).toBeNull();
});

const runPoints = (names: readonly string[]): PointView[] =>
  names.flatMap((run, index) => [
    point(`XS-1${index + 1}1`, 'slamShut', run),
    point(`ZT-1${index + 1}1`, 'regulatorTravel', run),
    point(`PT-1${index + 1}2`, 'pressure', run),
  ]);

test.each([
  ['one run', runPoints(['A'])],
  ['one run without a name', runPoints(['A']).map((one) => ({ ...one, unitOf: null }))],
  ['three runs', runPoints(['A', 'B', 'C'])],
  ['a run whose instruments are missing but for one', [point('ZT-111', 'regulatorTravel', 'A')]],
  ['no run at all', [point('FT-301', 'flow')]],
])('%s: a regulator for each run, nothing over another', (_, members) => {
  const points = [point('PT-101', 'inletPressure'), ...members, point('PT-301', 'outletPressure')];
  const layout = layOutMimic(points);
  if (layout === null) throw new Error('no drawing');
  expect(layout.symbols.filter((symbol) => symbol.kind === 'regulator')).toHaveLength(
    new Set(members.filter((member) => member.role === 'regulatorTravel').map((member) => member.unitOf)).size,
  );
  expect(overlaps(layout)).toEqual([]);
  // Whatever has a role of the process is in the drawing, as an instrument or as the state of a symbol.
  const drawn = new Set([
    ...layout.instruments.map(({ point: { tag } }) => tag),
    ...layout.symbols.flatMap((symbol) => symbol.points.map(({ tag }) => tag)),
  ]);
  expect(points.filter(({ tag }) => !drawn.has(tag))).toEqual([]);
});

test.each([
  [
    'LNG: tanks, pump, vaporisers',
    [
      ...[1, 2].flatMap((n) => [
        point(`LT-2${n}1`, 'tankLevel', `T${n}`),
        point(`PT-2${n}1`, 'tankPressure', `T${n}`),
        point(`ZS-2${n}1`, 'shutoffValve', `T${n}`),
      ]),
      point('XS-701', 'pumpState', 'P1'),
      ...[1, 2, 3].flatMap((n) => [point(`XS-60${n}`, 'vaporiserState', `V${n}`), point(`TT-60${n}`, 'vaporiserTemperature', `V${n}`)]),
    ],
    { tank: 2, pump: 1, vaporiser: 3 },
  ],
  [
    'CNG: compressors and dispensers',
    [
      ...[1, 2, 3].flatMap((n) => [
        point(`XS-75${n}`, 'compressorState', `C${n}`),
        point(`PT-71${n}`, 'compressorSuction', `C${n}`),
        point(`PT-72${n}`, 'compressorDischarge', `C${n}`),
        point(`VT-71${n}`, 'vibration', `C${n}`),
      ]),
      ...[1, 2, 3, 4].flatMap((n) => [point(`PT-75${n}`, 'dispenserPressure', `D${n}`), point(`FT-75${n}`, 'dispenserFlow', `D${n}`)]),
    ],
    { compressor: 3, dispenser: 4 },
  ],
])('%s: each machine once with its instruments, none over another', (_, members, wanted) => {
  const layout = layOutMimic([...members, point('PT-301', 'outletPressure')]);
  if (layout === null) throw new Error('no drawing');
  for (const [kind, count] of Object.entries(wanted))
    expect(
      layout.symbols.filter((symbol) => symbol.kind === kind),
      kind,
    ).toHaveLength(count);
  expect(overlaps(layout)).toEqual([]);
  const drawn = new Set([
    ...layout.instruments.map(({ point: { tag } }) => tag),
    ...layout.symbols.flatMap((symbol) => symbol.points.map(({ tag }) => tag)),
  ]);
  expect(members.filter(({ tag }) => !drawn.has(tag))).toEqual([]);
});
