// A Modbus frame on the wire, told in parts: for an engineer who looks at what was really sent. Pure; a frame that makes no sense is told as far as it does.

export interface FramePart {
  readonly name:
    | 'transaction'
    | 'protocol'
    | 'length'
    | 'unit'
    | 'function'
    | 'address'
    | 'count'
    | 'byteCount'
    | 'data'
    | 'exception'
    | 'crc'
    | 'rest';
  readonly hex: string;
  /** In decimals, or as the function's name; null where the bytes say all. */
  readonly value: string | null;
}

const functionNames: Readonly<Record<number, string>> = {
  1: '01 read coils',
  2: '02 read discrete inputs',
  3: '03 read holding registers',
  4: '04 read input registers',
};

export function decodeFrame(hex: string, framing: 'tcp' | 'rtu', direction: 'sent' | 'received' | 'refused'): readonly FramePart[] {
  const parts: FramePart[] = [];
  let offset = 0;
  const left = (): number => hex.length / 2 - offset;
  const take = (name: FramePart['name'], bytes: number, tell: (value: number) => string | null = String): number => {
    if (bytes <= 0 || left() < bytes) return Number.NaN;
    const text = hex.slice(offset * 2, (offset + bytes) * 2);
    offset += bytes;
    const value = bytes <= 4 ? Number.parseInt(text, 16) : Number.NaN;
    parts.push({ name, hex: text, value: Number.isNaN(value) ? null : tell(value) });
    return value;
  };
  if (framing === 'tcp') {
    take('transaction', 2);
    take('protocol', 2);
    take('length', 2);
  }
  const trailer = framing === 'rtu' ? 2 : 0;
  take('unit', 1);
  const code = take('function', 1, (value) =>
    value >= 0x80 ? `${functionNames[value & 0x7f] ?? value & 0x7f} + 80` : (functionNames[value] ?? String(value)),
  );
  if (direction === 'sent') {
    take('address', 2);
    take('count', 2);
  } else if (code >= 0x80) take('exception', 1, (value) => value.toString(16).padStart(2, '0'));
  else {
    const byteCount = take('byteCount', 1);
    take('data', Math.min(Number.isNaN(byteCount) ? 0 : byteCount, left() - trailer), () => null);
  }
  if (trailer > 0 && left() >= trailer) take('crc', trailer, () => null);
  if (left() > 0) take('rest', left(), () => null);
  return parts;
}
