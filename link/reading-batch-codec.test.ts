import fc from 'fast-check';
import { expect, test } from 'vitest';
import { qualityCodes } from '../domain/readings/quality.ts';
import { createReadingBatch, type PointTable, pushReading } from '../domain/readings/reading-batch.ts';
import { decodeReadingBatch, encodeReadingBatch } from './reading-batch-codec.ts';

const table: PointTable = { version: 'v1', ids: Array.from({ length: 100 }, (_, index) => `RS-01.PT-${100 + index}`) };

const rows = fc.array(
  fc.record({
    point: fc.integer({ min: 0, max: 99 }),
    timeMs: fc.integer({ min: 0, max: 4e12 }),
    value: fc.double(),
    quality: fc.constantFrom(...qualityCodes),
    text: fc.option(fc.string()),
  }),
  { maxLength: 50 },
);

test('any batch comes out as it went in', () => {
  fc.assert(
    fc.property(rows, (list) => {
      const batch = createReadingBatch(table, list.length + 3);
      for (const [row, { point, timeMs, value, quality, text }] of list.entries()) {
        pushReading(batch, point, timeMs, value, quality);
        if (text !== null) {
          batch.text ??= new Map();
          batch.text.set(row, text);
        }
      }
      const decoded = decodeReadingBatch(encodeReadingBatch(batch), table);
      if (decoded === null) throw new Error('not decoded');
      expect(decoded.length).toBe(list.length);
      for (const [row, { point, timeMs, value, quality, text }] of list.entries()) {
        expect([decoded.point[row], decoded.timeMs[row], decoded.value[row], decoded.quality[row], decoded.text?.get(row) ?? null]).toEqual(
          [point, timeMs, value, quality, text],
        );
      }
    }),
  );
});

test('bytes that are no batch, or are of another plant version, or point beyond the table, are no batch', () => {
  const batch = createReadingBatch(table, 2);
  pushReading(batch, 99, 1, 2, 0);
  const bytes = encodeReadingBatch(batch);
  expect(decodeReadingBatch(bytes, { ...table, version: 'v2' })).toBeNull();
  expect(decodeReadingBatch(bytes, { ...table, ids: table.ids.slice(0, 99) })).toBeNull();
  for (let length = 0; length < bytes.length; length += 1) expect(decodeReadingBatch(bytes.slice(0, length), table)).toBeNull();
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => decodeReadingBatch(noise, table) === null));
});
