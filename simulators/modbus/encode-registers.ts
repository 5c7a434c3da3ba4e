// From a raw number to register words, for every data type and word order: the device's side of what a collector decodes.
import { type ModbusRegister, registersOf, type WordOrder } from '../../domain/plant/modbus-schema.ts';

export function encodeNumber(register: ModbusRegister & { readonly wordOrder: WordOrder }, raw: number, registers: Uint16Array): void {
  const count = registersOf(register);
  const bytes = Buffer.alloc(8);
  const whole = Number.isFinite(raw) ? Math.round(raw) : 0;
  switch (register.type) {
    case 'bit': {
      const mask = 1 << (register.bit ?? 0);
      const before = registers[register.address] ?? 0;
      registers[register.address] = whole !== 0 ? before | mask : before & ~mask;
      return;
    }
    case 'bitField': {
      const { from, count: width } = register.bits ?? { from: 0, count: 16 };
      const mask = (2 ** width - 1) << from;
      registers[register.address] = ((registers[register.address] ?? 0) & ~mask) | ((whole << from) & mask);
      return;
    }
    case 'uint16':
      bytes.writeUInt16BE(clampInteger(whole, 0, 0xffff));
      break;
    case 'int16':
      bytes.writeInt16BE(clampInteger(whole, -0x8000, 0x7fff));
      break;
    case 'uint32':
      bytes.writeUInt32BE(clampInteger(whole, 0, 0xffff_ffff));
      break;
    case 'int32':
      bytes.writeInt32BE(clampInteger(whole, -0x8000_0000, 0x7fff_ffff));
      break;
    case 'uint64':
      bytes.writeBigUInt64BE(BigInt(Math.max(0, whole)));
      break;
    case 'int64':
      bytes.writeBigInt64BE(BigInt(whole));
      break;
    case 'float32':
      bytes.writeFloatBE(raw);
      break;
    case 'float64':
      bytes.writeDoubleBE(raw);
      break;
    case 'bcd16':
    case 'bcd32':
    case 'bcd48':
    case 'bcd64': {
      const digits = String(Math.max(0, whole))
        .padStart(count * 4, '0')
        .slice(-count * 4);
      bytes.write(digits, 'hex');
      break;
    }
    case 'string':
      return;
  }
  const isWordsSwapped = register.wordOrder === 'CDAB' || register.wordOrder === 'DCBA';
  const isBytesSwapped = register.wordOrder === 'BADC' || register.wordOrder === 'DCBA';
  for (let word = 0; word < count; word += 1) {
    const value = bytes.readUInt16BE(2 * (isWordsSwapped ? count - 1 - word : word));
    registers[register.address + word] = isBytesSwapped ? ((value & 0xff) << 8) | (value >> 8) : value;
  }
}

function clampInteger(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
