import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFrame } from './decode-frame.ts';

const told = (...input: Parameters<typeof decodeFrame>) =>
  decodeFrame(...input).map(({ name, hex, value }) => `${name} ${hex} ${value ?? ''}`.trim());

// Request and reply of the MODBUS Application Protocol Specification V1.1b3, 6.3: registers 108 to 110.
test('a request and its reply over TCP', () => {
  expect(told('000100000006110300 6b0003'.replaceAll(' ', ''), 'tcp', 'sent')).toEqual([
    'transaction 0001 1',
    'protocol 0000 0',
    'length 0006 6',
    'unit 11 17',
    'function 03 03 read holding registers',
    'address 006b 107',
    'count 0003 3',
  ]);
  expect(told('00010000000911030602 2b00000064'.replaceAll(' ', ''), 'tcp', 'received').slice(4)).toEqual([
    'function 03 03 read holding registers',
    'byteCount 06 6',
    'data 022b00000064',
  ]);
});

test('a serial frame has its check at the end; an exception its code', () => {
  expect(told('1103006b00037687', 'rtu', 'sent').at(-1)).toBe('crc 7687');
  expect(told('118302c134', 'rtu', 'received')).toEqual([
    'unit 11 17',
    'function 83 03 read holding registers + 80',
    'exception 02 02',
    'crc c134',
  ]);
});

test('whatever bytes: nothing is lost and nothing is added', () => {
  const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => [...array].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
  fc.assert(
    fc.property(
      bytes,
      fc.constantFrom('tcp' as const, 'rtu' as const),
      fc.constantFrom('sent' as const, 'received' as const, 'refused' as const),
      (hex, framing, direction) => {
        expect(
          decodeFrame(hex, framing, direction)
            .map((part) => part.hex)
            .join(''),
        ).toBe(hex);
      },
    ),
  );
});
