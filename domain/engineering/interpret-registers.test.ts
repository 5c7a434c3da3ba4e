import fc from 'fast-check';
import { expect, test } from 'vitest';
import { interpretRegisters, likelyReadings, registersAsText } from './interpret-registers.ts';

const readAs = (words: readonly number[], type: string, order: string) =>
  interpretRegisters(words)
    .find((each) => each.type === type)
    ?.readings.find((reading) => reading.order === order)?.value;

test('4.2 as the specification’s example of a float, in all four orders', () => {
  // 4.2 is 40 86 66 66.
  expect(readAs([0x4086, 0x6666], 'float32', 'ABCD')).toBeCloseTo(4.2, 6);
  expect(readAs([0x6666, 0x4086], 'float32', 'CDAB')).toBeCloseTo(4.2, 6);
  expect(readAs([0x8640, 0x6666], 'float32', 'BADC')).toBeCloseTo(4.2, 6);
  expect(readAs([0x6666, 0x8640], 'float32', 'DCBA')).toBeCloseTo(4.2, 6);
});

test('what the instrument shows names the type and order', () => {
  expect(likelyReadings(interpretRegisters([0x6666, 0x4086]), 4.2)[0]).toMatchObject({ type: 'float32', order: 'CDAB' });
  expect(likelyReadings(interpretRegisters([0x1234, 0x5678]), 12345678)[0]).toMatchObject({ type: 'bcd32', order: 'ABCD' });
  expect(likelyReadings(interpretRegisters([0xfff6]), -10)).toEqual([{ type: 'int16', order: 'ABCD', off: 0 }]);
  expect(likelyReadings(interpretRegisters([1, 2]), 77_777)).toEqual([]);
});

test('a type is told only where there are registers enough; packed decimals that are none have no value', () => {
  expect(interpretRegisters([1]).map(({ type }) => type)).toEqual(['int16', 'uint16', 'bcd16']);
  expect(interpretRegisters([1, 2, 3, 4]).map(({ type }) => type)).toContain('bcd64');
  expect(readAs([0x00fa], 'bcd16', 'ABCD')).toBeNull();
  expect(registersAsText([0x4741, 0x5445, 0x2d37, 0])).toBe('GATE-7');
  expect(registersAsText([0x0102])).toBeNull();
});

test('any words give a number or none, never an exception', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }), (words) => {
      for (const { readings } of interpretRegisters(words))
        for (const { value } of readings) expect(value === null || Number.isFinite(value)).toBe(true);
    }),
  );
});
