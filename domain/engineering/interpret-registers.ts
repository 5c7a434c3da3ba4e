// The same registers read as every data type and word order, side by side, so that an engineer sees which one is right. Pure; knows no plant.
import { type ModbusDataType, modbusDataTypes, registersOf, type WordOrder, wordOrders } from '../plant/modbus-schema.ts';

export interface Reading {
  readonly order: WordOrder;
  /** Null where these registers are no such value (a packed decimal with a digit above 9, not a number). */
  readonly value: number | null;
  readonly text: string;
}

export interface Interpretation {
  readonly type: ModbusDataType;
  /** Registers that a value takes. */
  readonly registers: number;
  /** One for each order that makes a difference. */
  readonly readings: readonly Reading[];
}

/** Types that a register peek can tell: a bit field and a text need more than the registers. */
const types = modbusDataTypes.filter((type) => !['bit', 'bitField', 'string'].includes(type));

/** Of the value that begins at the first of `words`; types that need more registers than there are, are left out. */
export function interpretRegisters(words: readonly number[]): readonly Interpretation[] {
  return types.flatMap((type): Interpretation[] => {
    const registers = registersOf({ table: 'holding', address: 0, type });
    if (words.length < registers) return [];
    // In one register only the bytes can be swapped.
    const orders = registers === 1 ? (['ABCD', 'BADC'] as const) : wordOrders;
    return [{ type, registers, readings: orders.map((order) => readingOf(words.slice(0, registers), type, order)) }];
  });
}

function readingOf(words: readonly number[], type: ModbusDataType, order: WordOrder): Reading {
  const view = viewOf(words, order);
  const value = decode(view, type);
  if (typeof value === 'bigint') return { order, value: Number(value), text: longText(Number(value), String(value)) };
  if (!Number.isFinite(value)) return { order, value: null, text: Number.isNaN(value) ? '—' : value > 0 ? '+∞' : '−∞' };
  return {
    order,
    value,
    text: type === 'float32' ? shortText(value, 7) : type === 'float64' ? shortText(value, 12) : longText(value, String(value)),
  };
}

/** Nobody compares fifteen digits with a display; the size says that it is the wrong type. */
function longText(value: number, text: string): string {
  return Math.abs(value) >= 1e12 ? value.toExponential(3) : text;
}

/** As many digits as the type really holds. */
function shortText(value: number, digits: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(3);
  return String(Number(value.toPrecision(digits)));
}

/** Most significant byte first. */
function viewOf(words: readonly number[], order: WordOrder): DataView {
  const isWordsSwapped = order === 'CDAB' || order === 'DCBA';
  const isBytesSwapped = order === 'BADC' || order === 'DCBA';
  const view = new DataView(new ArrayBuffer(words.length * 2));
  const ordered = isWordsSwapped ? words.toReversed() : words;
  for (const [index, word] of ordered.entries()) view.setUint16(index * 2, word, isBytesSwapped);
  return view;
}

function decode(view: DataView, type: ModbusDataType): number | bigint {
  switch (type) {
    case 'int16':
      return view.getInt16(0);
    case 'uint16':
      return view.getUint16(0);
    case 'int32':
      return view.getInt32(0);
    case 'uint32':
      return view.getUint32(0);
    case 'int64':
      return view.getBigInt64(0);
    case 'uint64':
      return view.getBigUint64(0);
    case 'float32':
      return view.getFloat32(0);
    case 'float64':
      return view.getFloat64(0);
    case 'bcd16':
    case 'bcd32':
    case 'bcd48':
    case 'bcd64':
      return packedDecimal(view);
    case 'bit':
    case 'bitField':
    case 'string':
      return Number.NaN;
  }
}

function packedDecimal(view: DataView): number {
  let value = 0;
  for (let index = 0; index < view.byteLength; index += 1) {
    const byte = view.getUint8(index);
    if (byte >> 4 > 9 || (byte & 0x0f) > 9) return Number.NaN;
    value = value * 100 + (byte >> 4) * 10 + (byte & 0x0f);
  }
  return value;
}

export interface Match {
  readonly type: ModbusDataType;
  readonly order: WordOrder;
  /** How far from what the instrument shows. */
  readonly off: number;
}

/** Readings that agree with what the instrument shows, within one part in a hundred: the likely ones, the closest first. */
export function likelyReadings(interpretations: readonly Interpretation[], expected: number): readonly Match[] {
  const tolerance = Math.max(Math.abs(expected) * 0.01, 1e-9);
  return interpretations
    .flatMap(({ type, readings }) =>
      readings.map(({ order, value }) => ({ type, order, off: value === null ? Infinity : Math.abs(value - expected) })),
    )
    .filter(({ off }) => off <= tolerance)
    .sort((a, b) => a.off - b.off);
}

/** Bytes of registers as text, where they are printable; null where they are not. */
export function registersAsText(words: readonly number[]): string | null {
  const bytes = words.flatMap((word) => [word >> 8, word & 0xff]);
  const end = bytes.indexOf(0);
  const text = (end === -1 ? bytes : bytes.slice(0, end)).map((byte) => String.fromCharCode(byte)).join('');
  return text.length > 1 && /^[\x20-\x7e]+$/.test(text) ? text.trimEnd() : null;
}
