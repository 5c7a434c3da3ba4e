// Modbus frames as a device makes them, and as a broken or hostile one does. Knows the protocol from its specification, not from the product's code.
import { crc16 } from '../../simulators/modbus/crc16.ts';
import type { Random } from '../../simulators/process/random.ts';

export interface ModbusRequest {
  readonly transactionId: number;
  readonly unitId: number;
  readonly functionCode: number;
  readonly address: number;
  readonly count: number;
}

export const exceptionCodes = [1, 2, 3, 4, 5, 6, 8, 10, 11] as const;

/** What register or bit `address` held when the request with this serial number was answered: another value for every answer, so that a stale one is seen. */
export function valueAt(serial: number, table: number, address: number): number {
  let mixed = Math.imul(serial + 0x9e37, 0x85ebca6b) ^ Math.imul(address * 4 + table, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed ^= mixed >>> 12;
  return functionIsOfBits(table) ? mixed & 1 : mixed & 0xffff;
}

export function functionIsOfBits(functionCode: number): boolean {
  return functionCode <= 2;
}

export function byteCountOf({ functionCode, count }: Pick<ModbusRequest, 'functionCode' | 'count'>): number {
  return functionIsOfBits(functionCode) ? Math.ceil(count / 8) : count * 2;
}

/** The MBAP header, unit and function: 8 bytes. */
function begin(request: ModbusRequest, length: number, functionCode = request.functionCode): Buffer {
  const bytes = Buffer.alloc(6 + length);
  bytes.writeUInt16BE(request.transactionId, 0);
  bytes.writeUInt16BE(length, 4);
  bytes[6] = request.unitId;
  bytes[7] = functionCode;
  return bytes;
}

export function rightReply(request: ModbusRequest, serial: number): Buffer {
  const byteCount = byteCountOf(request);
  const bytes = begin(request, 3 + byteCount);
  bytes[8] = byteCount;
  for (let index = 0; index < request.count; index += 1) {
    const value = valueAt(serial, request.functionCode, request.address + index);
    if (functionIsOfBits(request.functionCode)) bytes[9 + (index >> 3)] = (bytes[9 + (index >> 3)] ?? 0) | (value << (index & 7));
    else bytes.writeUInt16BE(value, 9 + index * 2);
  }
  return bytes;
}

export function exceptionReply(request: ModbusRequest, code: number): Buffer {
  const bytes = begin(request, 3, request.functionCode | 0x80);
  bytes[8] = code;
  return bytes;
}

/** The same answer on a serial line. */
export function asRtu(reply: Buffer): Buffer {
  const bytes = Buffer.alloc(reply.length - 4);
  reply.copy(bytes, 0, 6);
  bytes.writeUInt16LE(crc16(bytes, bytes.length - 2), bytes.length - 2);
  return bytes;
}

export const corruptions = [
  'transactionId',
  'protocolId',
  'length',
  'unit',
  'function',
  'byteCount',
  'truncated',
  'longer',
  'twice',
  'staleFirst',
  'garbage',
  'headerBit',
  'exceptionOfOther',
  'lessThanAsked',
  'shifted',
] as const;
export type Corruption = (typeof corruptions)[number];

/** What comes instead of `right`. By chance it may still be right; who judges compares the bytes. */
export function corrupt(kind: Corruption, right: Buffer, request: ModbusRequest, random: Random): Buffer {
  const bytes = Buffer.from(right);
  const below = (end: number) => Math.floor(random() * end);
  const interesting = (usual: number) =>
    [0, 1, usual - 1, usual + 1, usual ^ 0x100, 0x7f, 0xff, 0x100, 0xffff, below(65_536)][below(10)] ?? 0;
  switch (kind) {
    case 'transactionId':
      bytes.writeUInt16BE((request.transactionId + ([1, 65_535, 256, 65_280, below(65_536)][below(5)] ?? 1)) & 0xffff, 0);
      return bytes;
    case 'protocolId':
      bytes.writeUInt16BE([1, 256, 0x4854, below(65_536)][below(4)] ?? 1, 2);
      return bytes;
    case 'length':
      bytes.writeUInt16BE(interesting(right.length - 6) & 0xffff, 4);
      return bytes;
    case 'unit':
      bytes[6] = [0, 255, request.unitId + 1, below(256)][below(4)] ?? 0;
      return bytes;
    case 'function':
      bytes[7] = [request.functionCode | 0x80, request.functionCode ^ 1, 0, 16, 0x83, below(256)][below(6)] ?? 0;
      return bytes;
    case 'byteCount':
      bytes[8] = interesting(right[8] ?? 0) & 0xff;
      return bytes;
    case 'truncated':
      return bytes.subarray(0, below(right.length));
    case 'longer':
      return Buffer.concat([bytes, Buffer.alloc(1 + below(20), below(256))]);
    case 'twice':
      return Buffer.concat([bytes, bytes]);
    case 'staleFirst': {
      const stale = rightReply({ ...request, transactionId: (request.transactionId + 65_535) & 0xffff }, below(1 << 30));
      return Buffer.concat([stale, bytes]);
    }
    case 'garbage': {
      const garbage = Buffer.alloc(1 + below(300));
      for (let index = 0; index < garbage.length; index += 1) garbage[index] = below(256);
      return garbage;
    }
    case 'headerBit': {
      const bit = below(9 * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return bytes;
    }
    case 'exceptionOfOther':
      return exceptionReply({ ...request, unitId: request.unitId ^ 1 }, exceptionCodes[below(exceptionCodes.length)] ?? 1);
    case 'lessThanAsked': {
      const less = below(right[8] ?? 1);
      bytes.writeUInt16BE(3 + less, 4);
      bytes[8] = less;
      return bytes.subarray(0, 9 + less);
    }
    case 'shifted':
      return Buffer.concat([Buffer.from([below(256)]), bytes]);
  }
}

/** Judged by the specification: is this whole stream the one answer (or a refusal) that the request allows, and nothing more? */
export function isAnAnswer(bytes: Buffer, request: ModbusRequest): boolean {
  const byteCount = byteCountOf(request);
  const data = begin(request, 3 + byteCount);
  data[8] = byteCount;
  const refusal = begin(request, 3, request.functionCode | 0x80);
  return (
    (bytes.length === data.length && bytes.compare(data, 0, 9, 0, 9) === 0) ||
    (bytes.length === refusal.length && bytes.compare(refusal, 0, 8, 0, 8) === 0)
  );
}
