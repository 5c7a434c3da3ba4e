// One answer at every length of arrival, and every single field wrong.
import { describe, expect, test } from 'vitest';
import { crc16, type ExpectedReply, takeRtuReply, takeTcpReply } from './take-reply.ts';

const expected: ExpectedReply = { transactionId: 0x1234, unitId: 7, functionCode: 3, byteCount: 4 };
const tcp = Buffer.from([0x12, 0x34, 0, 0, 0, 7, 7, 3, 4, 0, 1, 0, 2]);
const tcpException = Buffer.from([0x12, 0x34, 0, 0, 0, 3, 7, 0x83, 2]);
const withCrc = (...bytes: number[]) => {
  const crc = crc16(Uint8Array.from(bytes), bytes.length);
  return Buffer.from([...bytes, crc & 0xff, crc >> 8]);
};
const rtu = withCrc(7, 3, 4, 0, 1, 0, 2);
const rtuException = withCrc(7, 0x83, 2);

test('the CRC of the specification’s own example', () => {
  expect(crc16(Uint8Array.from([0x02, 0x07]), 2)).toBe(0x1241);
});

describe.each([
  ['TCP', takeTcpReply, tcp, tcpException],
  ['RTU', takeRtuReply, rtu, rtuException],
])('%s', (_name, take, whole, exception) => {
  test('every part of an answer is waited for, the whole of it is the answer, a byte more is not', () => {
    for (const answer of [whole, exception]) {
      for (let length = 0; length < answer.length; length += 1)
        expect(take(answer.subarray(0, length), expected)).toEqual({ kind: 'wait' });
      expect(take(answer, expected)).toEqual({ kind: 'reply', frame: answer === whole ? rtu : rtuException });
      expect(take(Buffer.concat([answer, Buffer.from([0])]), expected)).toEqual({ kind: 'violation' });
      expect(take(Buffer.concat([answer, answer]), expected)).toEqual({ kind: 'violation' });
    }
  });

  test('what was not asked for is a violation from its first byte', () => {
    expect(take(whole.subarray(0, 1), null)).toEqual({ kind: 'violation' });
    expect(take(whole, null)).toEqual({ kind: 'violation' });
  });

  test('any other bit in the header is not the answer', () => {
    const headerLength = take === takeTcpReply ? 9 : 3;
    for (let bit = 0; bit < headerLength * 8; bit += 1) {
      const changed = Buffer.from(whole);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(take(changed, expected).kind).not.toBe('reply');
    }
  });
});

test('RTU: any other bit anywhere is found by the CRC', () => {
  for (let bit = 0; bit < rtu.length * 8; bit += 1) {
    const changed = Buffer.from(rtu);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(takeRtuReply(changed, expected).kind).not.toBe('reply');
  }
});
