import { expect, test } from 'vitest';
import type { PointView } from '../../../domain/api/plant-api.ts';
import type { PointRole } from '../../../domain/plant/plant-kinds.ts';
import { layOutMimic, type MimicLayout } from './mimic-layout.ts';

function point(tag: string, role: PointRole, unitOf: string | null = null): PointView {
  return {
    id: `GS-01.${tag}`,
    tag,
    stationId: 'GS-01',
    deviceId: 'D',
    name: { zh: tag, en: tag },
    kind: 'analog',
    role,
    unitOf,
    unit: '',
    digits: 1,
    range: null,
    normal: null,
    setpoint: null,
    scanMs: 1_000,
    states: null,
    limits: [],
    latest: { pointId: `GS-01.${tag}`, value: null, timeMs: null, quality: { severity: 'bad', reason: 'notYetRead' } },
  };
}

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
