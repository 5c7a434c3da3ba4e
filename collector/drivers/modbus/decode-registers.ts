// From the big-endian register bytes of a Modbus reply to a raw number (or text). Knows data types and word orders, nothing of scaling.
import type { ModbusRegister, WordOrder } from '../../../domain/plant/modbus-schema.ts';

export type DecodableRegister = ModbusRegister & { readonly wordOrder: WordOrder };

/** Eight bytes are the longest number; reused because decoding is synchronous. */
const scratch = Buffer.alloc(8);

/** Copies `words` registers into `scratch` so that the most significant byte comes first. */
function toBigEndian(bytes: Buffer, offset: number, words: number, order: WordOrder): void {
  const isWordsSwapped = order === 'CDAB' || order === 'DCBA';
  const isBytesSwapped = order === 'BADC' || order === 'DCBA';
  for (let word = 0; word < words; word += 1) {
    const source = offset + 2 * (isWordsSwapped ? words - 1 - word : word);
    scratch[2 * word] = bytes[source + (isBytesSwapped ? 1 : 0)] ?? 0;
    scratch[2 * word + 1] = bytes[source + (isBytesSwapped ? 0 : 1)] ?? 0;
  }
}

/** Packed decimal; NaN where a nibble is no digit. */
function decodeBcd(byteCount: number): number {
  let value = 0;
  for (let index = 0; index < byteCount; index += 1) {
    const byte = scratch[index] ?? 0;
    const high = byte >> 4;
    const low = byte & 0x0f;
    if (high > 9 || low > 9) return Number.NaN;
    value = value * 100 + high * 10 + low;
  }
  return value;
}

/**
 * Raw number of a register value; NaN for `string` (use `decodeText`) and for packed decimals that are none.
 * `offset` is the byte offset of the value's first register in `bytes`. 64-bit integers beyond 2^53 lose their last digits.
 */
export function decodeNumber(register: DecodableRegister, bytes: Buffer, offset: number): number {
  switch (register.type) {
    case 'uint16':
      toBigEndian(bytes, offset, 1, register.wordOrder);
      return scratch.readUInt16BE(0);
    case 'int16':
      toBigEndian(bytes, offset, 1, register.wordOrder);
      return scratch.readInt16BE(0);
    case 'bit':
      toBigEndian(bytes, offset, 1, register.wordOrder);
      return (scratch.readUInt16BE(0) >> (register.bit ?? 0)) & 1;
    case 'bitField': {
      toBigEndian(bytes, offset, 1, register.wordOrder);
      const { from, count } = register.bits ?? { from: 0, count: 16 };
      return (scratch.readUInt16BE(0) >> from) & (2 ** count - 1);
    }
    case 'float32':
      if (register.wordOrder === 'ABCD') return bytes.readFloatBE(offset);
      toBigEndian(bytes, offset, 2, register.wordOrder);
      return scratch.readFloatBE(0);
    case 'uint32':
      toBigEndian(bytes, offset, 2, register.wordOrder);
      return scratch.readUInt32BE(0);
    case 'int32':
      toBigEndian(bytes, offset, 2, register.wordOrder);
      return scratch.readInt32BE(0);
    case 'float64':
      toBigEndian(bytes, offset, 4, register.wordOrder);
      return scratch.readDoubleBE(0);
    case 'int64':
      toBigEndian(bytes, offset, 4, register.wordOrder);
      return Number(scratch.readBigInt64BE(0));
    case 'uint64':
      toBigEndian(bytes, offset, 4, register.wordOrder);
      return Number(scratch.readBigUInt64BE(0));
    case 'bcd16':
      toBigEndian(bytes, offset, 1, register.wordOrder);
      return decodeBcd(2);
    case 'bcd32':
      toBigEndian(bytes, offset, 2, register.wordOrder);
      return decodeBcd(4);
    case 'bcd48':
      toBigEndian(bytes, offset, 3, register.wordOrder);
      return decodeBcd(6);
    case 'bcd64':
      toBigEndian(bytes, offset, 4, register.wordOrder);
      return decodeBcd(8);
    case 'string':
      return Number.NaN;
  }
}

/** Text of a `string` register: two characters a register, trailing zeros and blanks cut. */
export function decodeText(register: DecodableRegister, bytes: Buffer, offset: number): string {
  const words = register.length ?? 1;
  const isBytesSwapped = register.wordOrder === 'BADC' || register.wordOrder === 'DCBA';
  const copy = Buffer.from(bytes.subarray(offset, offset + 2 * words));
  if (isBytesSwapped) copy.swap16();
  const end = copy.indexOf(0);
  return copy
    .subarray(0, end === -1 ? copy.length : end)
    .toString('utf8')
    .trimEnd();
}
