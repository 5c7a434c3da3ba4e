import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { registersOf, type WordOrder, wordOrders } from '../../../domain/plant/modbus-schema.ts';
import { type DecodableRegister, decodeNumber, decodeText } from './decode-registers.ts';

/** From most-significant-first bytes to the wire, by the letters of the order: what stands where, for two registers; longer values alike. */
function onTheWire(bytes: Buffer, order: WordOrder): Buffer {
  const words = Array.from({ length: bytes.length / 2 }, (_, index) => [bytes[index * 2] as number, bytes[index * 2 + 1] as number]);
  const ordered = order === 'ABCD' || order === 'BADC' ? words : words.reverse();
  return Buffer.from(ordered.flatMap(([high = 0, low = 0]) => (order === 'ABCD' || order === 'CDAB' ? [high, low] : [low, high])));
}

const register = (type: DecodableRegister['type'], wordOrder: WordOrder, more: Partial<DecodableRegister> = {}): DecodableRegister => ({
  table: 'holding',
  address: 0,
  type,
  wordOrder,
  ...more,
});

const writers = {
  int16: (b: Buffer, v: number) => b.writeInt16BE(v),
  uint16: (b: Buffer, v: number) => b.writeUInt16BE(v),
  int32: (b: Buffer, v: number) => b.writeInt32BE(v),
  uint32: (b: Buffer, v: number) => b.writeUInt32BE(v),
  int64: (b: Buffer, v: number) => b.writeBigInt64BE(BigInt(v)),
  uint64: (b: Buffer, v: number) => b.writeBigUInt64BE(BigInt(v)),
  float32: (b: Buffer, v: number) => b.writeFloatBE(v),
  float64: (b: Buffer, v: number) => b.writeDoubleBE(v),
} as const;
const valuesOf = {
  int16: fc.integer({ min: -32_768, max: 32_767 }),
  uint16: fc.integer({ min: 0, max: 65_535 }),
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  int64: fc.maxSafeInteger(),
  uint64: fc.maxSafeNat(),
  float32: fc.float({ noNaN: true }),
  float64: fc.double({ noNaN: true }),
} as const;

describe.each(wordOrders)('%s', (order) => {
  test.each(Object.keys(writers) as (keyof typeof writers)[])('%s comes back as it was, anywhere in a reply', (type) => {
    fc.assert(
      fc.property(valuesOf[type] as fc.Arbitrary<number>, fc.integer({ min: 0, max: 10 }), (value, before) => {
        const bytes = Buffer.alloc(registersOf(register(type, order)) * 2);
        writers[type](bytes, value);
        const reply = Buffer.concat([Buffer.alloc(before * 2, 0xee), onTheWire(bytes, order), Buffer.alloc(2, 0xee)]);
        expect(decodeNumber(register(type, order), reply, before * 2)).toBe(value);
      }),
    );
  });

  test.each(['bcd16', 'bcd32', 'bcd48', 'bcd64'] as const)('%s: packed decimals; a nibble above 9 is no number', (type) => {
    const digits = registersOf(register(type, order)) * 4;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Math.min(10 ** digits - 1, Number.MAX_SAFE_INTEGER) }), (value) => {
        const bytes = Buffer.from(String(value).padStart(digits, '0'), 'hex');
        expect(decodeNumber(register(type, order), onTheWire(bytes, order), 0)).toBe(value);
      }),
    );
    const bad = Buffer.from('a'.padStart(digits, '0'), 'hex');
    expect(decodeNumber(register(type, order), onTheWire(bad, order), 0)).toBeNaN();
  });

  test('bits and bit fields', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 65_535 }),
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 1, max: 16 }),
        (word, from, wide) => {
          const bytes = Buffer.alloc(2);
          bytes.writeUInt16BE(word);
          const wire = onTheWire(bytes, order);
          expect(decodeNumber(register('bit', order, { bit: from }), wire, 0)).toBe(Math.floor(word / 2 ** from) % 2);
          const count = Math.min(wide, 16 - from);
          expect(decodeNumber(register('bitField', order, { bits: { from, count } }), wire, 0)).toBe(
            Math.floor(word / 2 ** from) % 2 ** count,
          );
        },
      ),
    );
  });

  test('not-a-number and infinity come through as they are: judging them is the pipeline’s work', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatBE(value);
      expect(decodeNumber(register('float32', order), onTheWire(bytes, order), 0)).toBe(value);
    }
  });
});

test('text ends at the first zero and loses trailing blanks; bytes may be swapped', () => {
  expect(decodeText(register('string', 'ABCD', { length: 4 }), Buffer.from('GATE-7\0x'), 0)).toBe('GATE-7');
  expect(decodeText(register('string', 'BADC', { length: 3 }), Buffer.from('AGET7-'), 0)).toBe(`${'GATE-7'.slice(0, 4)}-7`);
  expect(decodeText(register('string', 'ABCD', { length: 3 }), Buffer.from('AB    '), 0)).toBe('AB');
});
