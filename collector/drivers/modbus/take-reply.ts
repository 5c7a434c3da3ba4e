// Whether the bytes received so far answer the one request in flight. Pure: no socket and no time, so that millions of hostile frames can be tried in a process.
// Sources: MODBUS Messaging on TCP/IP V1.0b (MBAP header), MODBUS over Serial Line V1.02 (CRC).

/** What the answer to the request in flight must be. */
export interface ExpectedReply {
  /** Of TCP framing only. */
  readonly transactionId: number;
  readonly unitId: number;
  readonly functionCode: number;
  readonly byteCount: number;
}

export type TakenReply =
  /** Nothing wrong so far, not all there yet. */
  | { readonly kind: 'wait' }
  /** Unit, PDU and CRC, as on a serial line. */
  | { readonly kind: 'reply'; readonly frame: Buffer }
  /** Not the answer: the connection is to be ended, or what comes later could be taken for the answer to something else. */
  | { readonly kind: 'violation' };

const wait: TakenReply = { kind: 'wait' };
const violation: TakenReply = { kind: 'violation' };
const mbapLength = 6;

/** `expected` is null while nothing was asked: then any byte is a violation. */
export function takeTcpReply(bytes: Buffer, expected: ExpectedReply | null): TakenReply {
  if (expected === null) return violation;
  if (bytes.length < mbapLength + 2) return wait;
  const length = bytes.readUInt16BE(4);
  const functionCode = bytes[7] ?? 0;
  const isException = functionCode === (expected.functionCode | 0x80);
  const wantedLength = isException ? 3 : 3 + expected.byteCount;
  if (
    bytes.readUInt16BE(0) !== expected.transactionId ||
    bytes.readUInt16BE(2) !== 0 ||
    bytes[6] !== expected.unitId ||
    (!isException && functionCode !== expected.functionCode) ||
    length !== wantedLength
  )
    return violation;
  if (bytes.length < mbapLength + length) return wait;
  if (bytes.length > mbapLength + length || (!isException && bytes[8] !== expected.byteCount)) return violation;
  const frame = Buffer.allocUnsafe(length + 2);
  bytes.copy(frame, 0, mbapLength);
  frame.writeUInt16LE(crc16(frame, length), length);
  return { kind: 'reply', frame };
}

export function takeRtuReply(bytes: Buffer, expected: ExpectedReply | null): TakenReply {
  if (expected === null) return violation;
  if (bytes.length < 2) return wait;
  const functionCode = bytes[1] ?? 0;
  const isException = functionCode === (expected.functionCode | 0x80);
  if (bytes[0] !== expected.unitId || (!isException && functionCode !== expected.functionCode)) return violation;
  const wantedLength = isException ? 5 : 5 + expected.byteCount;
  if (bytes.length < wantedLength) return wait;
  if (bytes.length > wantedLength || (!isException && bytes[2] !== expected.byteCount)) return violation;
  if (bytes.readUInt16LE(wantedLength - 2) !== crc16(bytes, wantedLength - 2)) return violation;
  return { kind: 'reply', frame: bytes };
}

const crcTable = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  return crc;
});

/** CRC-16/MODBUS over the first `length` bytes (MODBUS over Serial Line V1.02, clause 6.2.2). */
export function crc16(bytes: Uint8Array, length: number): number {
  let crc = 0xffff;
  for (let index = 0; index < length; index += 1) crc = (crc >> 8) ^ (crcTable[(crc ^ (bytes[index] ?? 0)) & 0xff] ?? 0);
  return crc;
}
