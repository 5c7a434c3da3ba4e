// From raw numbers to engineering values with the quality they deserve.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBad, Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import { plantOfPoints } from '../../test/harness/plant-of.ts';
import { createSignalConditioner } from './condition-signal.ts';

function createRig(points: readonly string[]) {
  const plant = plantOfPoints(
    points.map((point, index) => `{ ${point}, name: p, register: { table: holding, address: ${index * 2}, type: float32 } }`),
  );
  const conditioner = createSignalConditioner(plant);
  /** One batch of raw readings; value and quality by tag. */
  return (
    raw: Readonly<Record<string, number>>,
    options: { quality?: number; second?: number } = {},
  ): Record<string, readonly [number, number]> => {
    const batch = createReadingBatch(plant.pointTable, 10);
    for (const [tag, value] of Object.entries(raw))
      pushReading(
        batch,
        plant.pointIndexById.get(`RS-01.${tag}`) ?? -1,
        (options.second ?? 0) * 1_000,
        value,
        options.quality ?? Quality.good,
      );
    conditioner.apply(batch);
    return Object.fromEntries(
      Object.keys(raw).map((tag, row) => [tag, [batch.value[row] as number, batch.quality[row] as number] as const]),
    );
  };
}

const loop = 'tag: PT-101, range: { min: 0, max: 10 }, signal: { low: 4, high: 20, currentLoop: true }';

describe('scaling', () => {
  test('4 to 20 mA to the physical range, whatever the raw unit', () => {
    const milliamp = createRig([loop]);
    expect(milliamp({ 'PT-101': 4 })['PT-101']).toEqual([0, Quality.good]);
    expect(milliamp({ 'PT-101': 12 })['PT-101']?.[0]).toBeCloseTo(5, 9);
    const counts = createRig(['tag: PT-101, range: { min: -10, max: 10 }, signal: { low: 5530, high: 27648, currentLoop: true }']);
    expect(counts({ 'PT-101': 5530 })['PT-101']?.[0]).toBeCloseTo(-10, 9);
    expect(counts({ 'PT-101': 27648 })['PT-101']?.[0]).toBeCloseTo(10, 9);
  });
  test('factor and offset', () => {
    const rig = createRig(['tag: GD-501, range: { min: 0, max: 100 }, scale: { factor: 0.1, offset: -10 }']);
    expect(rig({ 'GD-501': 350 })['GD-501']?.[0]).toBeCloseTo(25, 9);
  });
});

describe('NAMUR NE 43', () => {
  test.each([
    [3.6, Quality.badInstrumentFault],
    [3.61, Quality.good],
    [3.8, Quality.good],
    [20.5, Quality.good],
    [20.99, Quality.good],
    [21, Quality.badInstrumentFault],
    [0, Quality.badInstrumentFault],
    [24, Quality.badInstrumentFault],
  ])('%d mA → quality %i; the value is kept', (milliamp, quality) => {
    const [value, found] = createRig([loop])({ 'PT-101': milliamp })['PT-101'] ?? [];
    expect(found).toBe(quality);
    expect(value).toBeCloseTo(((milliamp - 4) / 16) * 10, 9);
  });
});

describe('what cannot be', () => {
  test('no number and infinity are a fault', () => {
    const rig = createRig(['tag: PT-101, range: { min: 0, max: 10 }']);
    for (const raw of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(rig({ 'PT-101': raw })['PT-101']).toEqual([Number.NaN, Quality.badInstrumentFault]);
  });
  test('beyond the physical range by more than a tenth of span, it is not believed, and kept', () => {
    const rig = createRig(['tag: PT-101, range: { min: 0, max: 10 }']);
    expect(rig({ 'PT-101': 11 })['PT-101']).toEqual([11, Quality.good]);
    expect(rig({ 'PT-101': 11.01 })['PT-101']).toEqual([11.01, Quality.badOutOfRange]);
    expect(rig({ 'PT-101': -1.01 })['PT-101']).toEqual([-1.01, Quality.badOutOfRange]);
  });
  test('a gas detector beyond its range is uncertain, never bad: it says so because there is gas', () => {
    const rig = createRig(['tag: GD-501, role: gasDetector, range: { min: 0, max: 100 }']);
    expect(rig({ 'GD-501': 400 })['GD-501']).toEqual([400, Quality.uncertainEngineeringUnitsExceeded]);
    expect(rig({ 'GD-501': -50 })['GD-501']).toEqual([-50, Quality.badOutOfRange]);
  });
  test('a raw value that means no measurement', () => {
    const rig = createRig(['tag: GD-501, range: { min: 0, max: 100 }, scale: { factor: 0.1, offset: -10 }, invalidRaw: [65535]']);
    expect(rig({ 'GD-501': 65_535 })['GD-501']?.[1]).toBe(Quality.badInstrumentFault);
  });
});

describe('when another register says that it is not to be believed', () => {
  const detector = (validity: string) =>
    createRig([`tag: GD-501, range: { min: 0, max: 100 }, validity: [${validity}]`, 'tag: GI-501, kind: discrete']);
  test('by its value: an inhibited detector is in maintenance, not free of gas', () => {
    const rig = detector('{ tag: GI-501, equals: 3, reason: maintenance }');
    expect(rig({ 'GD-501': 0, 'GI-501': 3 })['GD-501']).toEqual([0, Quality.badMaintenance]);
    expect(rig({ 'GD-501': 0 })['GD-501']?.[1]).toBe(Quality.badMaintenance);
    expect(rig({ 'GD-501': 0, 'GI-501': 1 })['GD-501']?.[1]).toBe(Quality.good);
  });
  test('by a bit, also where it stands after the value in the batch', () => {
    const rig = detector('{ tag: GI-501, bit: 3, reason: instrumentFault }');
    expect(rig({ 'GD-501': 5, 'GI-501': 0b1000 })['GD-501']?.[1]).toBe(Quality.badInstrumentFault);
    expect(rig({ 'GD-501': 5, 'GI-501': 0b0111 })['GD-501']?.[1]).toBe(Quality.good);
  });
  test('a heartbeat that stands still makes it stale although the bus answers', () => {
    const rig = createRig([
      'tag: GD-501, range: { min: 0, max: 100 }, heartbeat: { tag: GK-501, after: 10s }',
      'tag: GK-501, kind: counter',
    ]);
    expect(rig({ 'GD-501': 1, 'GK-501': 7 }, { second: 0 })['GD-501']?.[1]).toBe(Quality.good);
    expect(rig({ 'GD-501': 1, 'GK-501': 7 }, { second: 10 })['GD-501']?.[1]).toBe(Quality.good);
    expect(rig({ 'GD-501': 1, 'GK-501': 7 }, { second: 11 })['GD-501']?.[1]).toBe(Quality.badStale);
    expect(rig({ 'GD-501': 1, 'GK-501': 8 }, { second: 12 })['GD-501']?.[1]).toBe(Quality.good);
  });
});

test('a reading that came bad stays as bad as it came', () => {
  const rig = createRig([loop]);
  expect(rig({ 'PT-101': Number.NaN }, { quality: Quality.badCommFail })['PT-101']).toEqual([Number.NaN, Quality.badCommFail]);
});

test('whatever a device sends: a finite value or bad quality, never a good reading that is no number, and no row is lost', () => {
  const rig = createRig([loop, 'tag: GD-501, role: gasDetector, range: { min: 0, max: 100 }, invalidRaw: [65535]']);
  fc.assert(
    fc.property(fc.double(), fc.double(), (one, two) => {
      const out = rig({ 'PT-101': one, 'GD-501': two });
      for (const [value, quality] of Object.values(out)) expect(isBad(quality) || Number.isFinite(value)).toBe(true);
      expect(Object.keys(out)).toHaveLength(2);
    }),
  );
});
