import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEventId, encodeEventId } from './event-id.ts';

test('an event id says which occurrence in which version it told of; the serial makes it unique', () => {
  fc.assert(
    fc.property(
      fc.option(fc.uuid().filter((id) => !/^0[0-]*$/.test(id))),
      fc.nat({ max: 2 ** 32 - 1 }),
      fc.nat({ max: 1_000 }),
      (occurrenceId, version, serial) => {
        const bytes = encodeEventId({ occurrenceId, version }, serial);
        expect(decodeEventId(bytes)).toEqual({ occurrenceId, version });
        expect(bytes.equals(encodeEventId({ occurrenceId, version }, serial + 1))).toBe(false);
      },
    ),
  );
});

test('bytes of another length are not ours', () => {
  expect(decodeEventId(new Uint8Array())).toBeNull();
  expect(decodeEventId(new Uint8Array(16))).toBeNull();
});
