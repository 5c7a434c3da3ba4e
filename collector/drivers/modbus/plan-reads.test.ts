import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ModbusLimits, type ModbusRegister, modbusLimitsSchema, registersOf } from '../../../domain/plant/modbus-schema.ts';
import { type PlannedPoint, planReads, type ReadRequest, splitRequest } from './plan-reads.ts';

const limits = (more: Partial<ModbusLimits> = {}): ModbusLimits => ({ ...modbusLimitsSchema.parse({}), ...more });
const at = (
  address: number,
  type: ModbusRegister['type'] = 'uint16',
  table: ModbusRegister['table'] = 'holding',
  pointIndex = address,
): PlannedPoint => ({
  pointIndex,
  register: { table, address, type },
});
const spans = (requests: readonly ReadRequest[]) => requests.map(({ table, address, count }) => `${table} ${address}+${count}`);

describe('joins what may be joined', () => {
  test('registers side by side are one request, whatever their order in the plant file', () => {
    expect(spans(planReads([at(12, 'float32'), at(10, 'float32'), at(14)], limits()))).toEqual(['holding 10+5']);
  });
  test('a small gap is read along, a larger one is not', () => {
    expect(spans(planReads([at(0), at(9)], limits({ maxGap: 8 })))).toEqual(['holding 0+10']);
    expect(spans(planReads([at(0), at(10)], limits({ maxGap: 8 })))).toEqual(['holding 0+1', 'holding 10+1']);
  });
  test('125 registers at most, or what the device allows; a value is never cut', () => {
    const points = Array.from({ length: 100 }, (_, index) => at(index * 2, 'float32'));
    expect(spans(planReads(points, limits()))).toEqual(['holding 0+124', 'holding 124+76']);
    expect(spans(planReads(points.slice(0, 6), limits({ maxRegisters: 5 })))).toEqual(['holding 0+4', 'holding 4+4', 'holding 8+4']);
  });
  test('bits have a limit and a gap of their own', () => {
    const ends = (last: number) => planReads([at(0, 'bit', 'coil'), at(last, 'bit', 'coil')], limits({ maxGap: 124 }));
    expect(spans(ends(1_985))).toEqual(['coil 0+1986']);
    expect(ends(1_986)).toHaveLength(2);
    const many = Array.from({ length: 2_001 }, (_, index) => at(index, 'bit', 'coil'));
    expect(spans(planReads(many, limits()))).toEqual(['coil 0+2000', 'coil 2000+1']);
  });
  test('tables are never mixed', () => {
    expect(spans(planReads([at(0), at(1, 'uint16', 'input'), at(0, 'bit', 'coil')], limits()))).toEqual([
      'holding 0+1',
      'input 1+1',
      'coil 0+1',
    ]);
  });
  test('a forbidden range is not read along, not even its ends', () => {
    const forbidden = (from: number, to: number) => limits({ forbidden: [{ table: 'holding', from, to }] });
    expect(planReads([at(0), at(3)], forbidden(1, 1))).toHaveLength(2);
    expect(planReads([at(0), at(3)], forbidden(2, 2))).toHaveLength(2);
    expect(planReads([at(0), at(3)], forbidden(3, 5))).toHaveLength(1);
    expect(planReads([at(0), at(3)], limits({ forbidden: [{ table: 'input', from: 1, to: 2 }] }))).toHaveLength(1);
  });
});

const anyPoints = fc
  .array(
    fc.record({
      address: fc.integer({ min: 0, max: 60 }),
      type: fc.constantFrom('uint16' as const, 'float32' as const, 'float64' as const),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((list) => list.map(({ address, type }, index) => at(address, type, 'holding', index)));
const anyLimits = fc
  .record({
    maxRegisters: fc.integer({ min: 4, max: 20 }),
    maxGap: fc.integer({ min: 0, max: 12 }),
    forbidden: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 3 }),
  })
  .map(({ maxRegisters, maxGap, forbidden }) =>
    limits({ maxRegisters, maxGap, forbidden: forbidden.map((address) => ({ table: 'holding' as const, from: address, to: address })) }),
  );

/** May these points be one request? Written again, from the rules alone. */
function isAllowed(group: readonly PlannedPoint[], rules: ModbusLimits): boolean {
  const used = new Set(
    group.flatMap(({ register }) => Array.from({ length: registersOf(register) }, (_, index) => register.address + index)),
  );
  const first = Math.min(...used);
  const last = Math.max(...used);
  if (last - first + 1 > rules.maxRegisters) return false;
  let gap = 0;
  for (let address = first; address <= last; address += 1) {
    gap = used.has(address) ? 0 : gap + 1;
    if (gap > rules.maxGap) return false;
    if (gap > 0 && rules.forbidden.some((range) => address >= range.from && address <= range.to)) return false;
  }
  return true;
}

/** Fewest groups of neighbours (in order of address) that are each allowed, by trying all cuts. */
function fewest(points: readonly PlannedPoint[], rules: ModbusLimits): number {
  const sorted = points.toSorted((a, b) => a.register.address - b.register.address || registersOf(a.register) - registersOf(b.register));
  const best: number[] = [0];
  for (let end = 1; end <= sorted.length; end += 1) {
    best[end] = Number.POSITIVE_INFINITY;
    for (let start = 0; start < end; start += 1) {
      if (isAllowed(sorted.slice(start, end), rules)) best[end] = Math.min(best[end] as number, (best[start] as number) + 1);
    }
  }
  return best[sorted.length] as number;
}

test('every point is read exactly once, whole, within the rules; and no plan of neighbours has fewer requests', () => {
  fc.assert(
    fc.property(anyPoints, anyLimits, (points, rules) => {
      const requests = planReads(points, rules);
      expect(requests.flatMap((request) => request.points.map((point) => point.pointIndex)).sort((a, b) => a - b)).toEqual(
        points.map((_, index) => index),
      );
      for (const request of requests) {
        expect(isAllowed(request.points, rules)).toBe(true);
        for (const { register } of request.points) {
          expect(register.address).toBeGreaterThanOrEqual(request.address);
          expect(register.address + registersOf(register)).toBeLessThanOrEqual(request.address + request.count);
        }
      }
      expect(requests.length).toBe(fewest(points, rules));
    }),
    { numRuns: 3_000 },
  );
});

test('halving a refused request keeps its points and ends with single ones', () => {
  const [request] = planReads(
    Array.from({ length: 7 }, (_, index) => at(index * 2, 'float32')),
    limits(),
  );
  const worklist = [request as ReadRequest];
  const singles: number[] = [];
  while (worklist.length > 0) {
    const next = worklist.shift() as ReadRequest;
    const halves = splitRequest(next);
    if (halves === null) singles.push(next.address);
    else worklist.push(...halves);
  }
  expect(singles.sort((a, b) => a - b)).toEqual([0, 2, 4, 6, 8, 10, 12]);
});
