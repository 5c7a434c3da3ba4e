// The zip of an evidence bundle, in one form only: the same files give the same bytes, so that a verifier can lay the container out anew and compare every
// byte of it. An ordinary unzip program opens it. Files stand in the order given, stored or deflated, with a fixed date; ZIP64 fields only where needed.

export interface ZipEntry {
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
  /** As it stands in the zip. */
  readonly packedBytes: number;
  /** Unpacked. */
  readonly bytes: number;
}

export interface ZipLayout {
  readonly entries: readonly {
    readonly entry: ZipEntry;
    readonly header: Uint8Array;
    readonly headerAt: number;
    readonly dataAt: number;
  }[];
  /** Central directory and end records. */
  readonly tail: Uint8Array;
  readonly tailAt: number;
  readonly totalBytes: number;
}

const max32 = 0xffffffff;
const max16 = 0xffff;
/** 1 January 1980: the files carry no date of their own. */
const dosDate = 0x0021;
const utf8Names = 0x0800;

export function layOutZip(entries: readonly ZipEntry[]): ZipLayout {
  let at = 0;
  const laid = entries.map((entry) => {
    const header = localHeader(entry);
    const headerAt = at;
    at += header.length + entry.packedBytes;
    return { entry, header, headerAt, dataAt: headerAt + header.length };
  });
  const tail = joined([...laid.map(({ entry, headerAt }) => directoryRecord(entry, headerAt)), endRecords(laid, at)]);
  return { entries: laid, tail, tailAt: at, totalBytes: at + tail.length };
}

function localHeader(entry: ZipEntry): Uint8Array {
  const name = new TextEncoder().encode(entry.name);
  const isLarge = entry.bytes >= max32 || entry.packedBytes >= max32;
  const extra = isLarge ? zip64Extra([entry.bytes, entry.packedBytes]) : new Uint8Array(0);
  const head = new Fields();
  head.u32(0x04034b50);
  head.u16(isLarge ? 45 : 20);
  commonFields(head, entry, isLarge);
  head.u16(name.length);
  head.u16(extra.length);
  return joined([head.bytes(), name, extra]);
}

function directoryRecord(entry: ZipEntry, headerAt: number): Uint8Array {
  const name = new TextEncoder().encode(entry.name);
  const isLarge = entry.bytes >= max32 || entry.packedBytes >= max32;
  const isFar = headerAt >= max32;
  const large = [...(isLarge ? [entry.bytes, entry.packedBytes] : []), ...(isFar ? [headerAt] : [])];
  const extra = large.length > 0 ? zip64Extra(large) : new Uint8Array(0);
  const head = new Fields();
  head.u32(0x02014b50);
  head.u16(large.length > 0 ? 45 : 20);
  head.u16(large.length > 0 ? 45 : 20);
  commonFields(head, entry, isLarge);
  head.u16(name.length);
  head.u16(extra.length);
  head.u16(0); // comment
  head.u16(0); // disk
  head.u16(0); // internal attributes
  head.u32(0); // external attributes
  head.u32(isFar ? max32 : headerAt);
  return joined([head.bytes(), name, extra]);
}

function commonFields(head: Fields, entry: ZipEntry, isLarge: boolean): void {
  head.u16(utf8Names);
  head.u16(entry.method === 'stored' ? 0 : 8);
  head.u16(0); // time
  head.u16(dosDate);
  head.u32(entry.crc32);
  head.u32(isLarge ? max32 : entry.packedBytes);
  head.u32(isLarge ? max32 : entry.bytes);
}

function zip64Extra(values: readonly number[]): Uint8Array {
  const extra = new Fields();
  extra.u16(1);
  extra.u16(values.length * 8);
  for (const value of values) extra.u64(value);
  return extra.bytes();
}

function endRecords(laid: readonly { readonly entry: ZipEntry; readonly headerAt: number }[], directoryAt: number): Uint8Array {
  const count = laid.length;
  const size = laid.reduce((sum, { entry, headerAt }) => sum + directoryRecord(entry, headerAt).length, 0);
  const isLarge = count >= max16 || size >= max32 || directoryAt >= max32;
  const end = new Fields();
  if (isLarge) {
    end.u32(0x06064b50);
    end.u64(44);
    end.u16(45);
    end.u16(45);
    end.u32(0);
    end.u32(0);
    end.u64(count);
    end.u64(count);
    end.u64(size);
    end.u64(directoryAt);
    end.u32(0x07064b50);
    end.u32(0);
    end.u64(directoryAt + size);
    end.u32(1);
  }
  end.u32(0x06054b50);
  end.u16(0);
  end.u16(0);
  end.u16(isLarge ? max16 : count);
  end.u16(isLarge ? max16 : count);
  end.u32(isLarge ? max32 : size);
  end.u32(isLarge ? max32 : directoryAt);
  end.u16(0);
  return end.bytes();
}

/** Bytes of the end record of a zip without ZIP64 end: the least that a file must have to be one. */
export const endRecordBytes = 22;

/** Where the directory lies, as the end of the file says; null where it does not end as a bundle must. */
export function readEnd(end: Uint8Array): { readonly directoryAt: number; readonly count: number } | null {
  const view = new DataView(end.buffer, end.byteOffset, end.length);
  const at = end.length - endRecordBytes;
  if (at < 0 || view.getUint32(at, true) !== 0x06054b50) return null;
  const count = view.getUint16(at + 10, true);
  const directoryAt = view.getUint32(at + 16, true);
  if (count !== max16 && directoryAt !== max32) return { count, directoryAt };
  const large = at - 76;
  if (large < 0 || view.getUint32(large, true) !== 0x06064b50) return null;
  return { count: Number(view.getBigUint64(large + 32, true)), directoryAt: Number(view.getBigUint64(large + 48, true)) };
}

/** The entries of the directory with the place of each header; null where it makes no sense. */
export function readDirectory(directory: Uint8Array, count: number): readonly (ZipEntry & { readonly headerAt: number })[] | null {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.length);
  const entries: (ZipEntry & { readonly headerAt: number })[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > directory.length || view.getUint32(at, true) !== 0x02014b50) return null;
    const method = view.getUint16(at + 10, true);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const end = at + 46 + nameLength + extraLength;
    if (end > directory.length || (method !== 0 && method !== 8)) return null;
    let large = at + 46 + nameLength + 4;
    const sizeOf = (place: number): number | null => {
      const value = view.getUint32(place, true);
      if (value !== max32) return value;
      if (large + 8 > end) return null;
      large += 8;
      return Number(view.getBigUint64(large - 8, true));
    };
    const bytes = sizeOf(at + 24);
    const packedBytes = sizeOf(at + 20);
    const headerAt = sizeOf(at + 42);
    if (bytes === null || packedBytes === null || headerAt === null) return null;
    entries.push({
      name: new TextDecoder().decode(directory.subarray(at + 46, at + 46 + nameLength)),
      method: method === 0 ? 'stored' : 'deflated',
      crc32: view.getUint32(at + 16, true),
      packedBytes,
      bytes,
      headerAt,
    });
    at = end;
  }
  return entries;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** For the small files that the manifest cannot describe: itself and its signature. */
export function crc32Of(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Numbers one after another, little-endian. */
class Fields {
  readonly #bytes: number[] = [];

  u16(value: number): void {
    this.#bytes.push(value & 0xff, (value >>> 8) & 0xff);
  }

  u32(value: number): void {
    this.u16(value % 0x10000);
    this.u16(Math.floor(value / 0x10000) % 0x10000);
  }

  u64(value: number): void {
    this.u32(value % 0x100000000);
    this.u32(Math.floor(value / 0x100000000));
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
