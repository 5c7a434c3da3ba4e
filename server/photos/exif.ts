// The two things of a photo's Exif block that matter here: how it is turned, and, only when asked, where it was taken. Everything else in it is left unread.
import type { Position } from '../../domain/incidents/incident.ts';

const orientationTag = 0x0112;
const gpsDirectoryTag = 0x8825;

/** A TIFF structure with its byte order. Every read outside it throws a RangeError, which the callers turn into "nothing known". */
class Tiff {
  readonly #view: DataView;
  readonly #isLittleEndian: boolean;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const order = this.#view.getUint16(0);
    if (order !== 0x4949 && order !== 0x4d4d) throw new RangeError('not a TIFF structure');
    this.#isLittleEndian = order === 0x4949;
  }

  u16(offset: number): number {
    return this.#view.getUint16(offset, this.#isLittleEndian);
  }
  u32(offset: number): number {
    return this.#view.getUint32(offset, this.#isLittleEndian);
  }

  /** Offset of the 12-byte entry with this tag, or null. */
  entry(directory: number, tag: number): number | null {
    const count = this.u16(directory);
    for (let index = 0; index < count; index += 1) {
      const offset = directory + 2 + index * 12;
      if (this.u16(offset) === tag) return offset;
    }
    return null;
  }

  rationals(directory: number, tag: number, count: number): number[] | null {
    const entry = this.entry(directory, tag);
    if (entry === null || this.u16(entry + 2) !== 5 || this.u32(entry + 4) < count) return null;
    const start = this.u32(entry + 8);
    return Array.from({ length: count }, (_, index) => this.u32(start + index * 8) / this.u32(start + index * 8 + 4));
  }

  letter(directory: number, tag: number): string | null {
    const entry = this.entry(directory, tag);
    return entry === null ? null : String.fromCharCode(this.#view.getUint8(entry + 8));
  }
}

/** 1 to 8; 1 where nothing, or nonsense, is said. */
export function exifOrientation(tiffBytes: Uint8Array): number {
  try {
    const tiff = new Tiff(tiffBytes);
    const entry = tiff.entry(tiff.u32(4), orientationTag);
    const orientation = entry === null ? 1 : tiff.u16(entry + 8);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  } catch {
    return 1;
  }
}

/** WGS 84, or null. */
export function exifPosition(tiffBytes: Uint8Array): Position | null {
  try {
    const tiff = new Tiff(tiffBytes);
    const pointer = tiff.entry(tiff.u32(4), gpsDirectoryTag);
    if (pointer === null) return null;
    const gps = tiff.u32(pointer + 8);
    const latitude = degrees(tiff.rationals(gps, 2, 3), tiff.letter(gps, 1), 'S');
    const longitude = degrees(tiff.rationals(gps, 4, 3), tiff.letter(gps, 3), 'W');
    if (latitude === null || longitude === null || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
    const [accuracyM] = tiff.rationals(gps, 0x1f, 1) ?? [];
    return { latitude, longitude, accuracyM: accuracyM !== undefined && accuracyM >= 0 && accuracyM <= 100_000 ? accuracyM : null };
  } catch {
    return null;
  }
}

function degrees(parts: readonly number[] | null, side: string | null, negative: 'S' | 'W'): number | null {
  if (parts === null || side === null) return null;
  const [whole = Number.NaN, minutes = Number.NaN, seconds = Number.NaN] = parts;
  const value = whole + minutes / 60 + seconds / 3_600;
  return Number.isFinite(value) ? (side === negative ? -value : value) : null;
}

/** A big-endian TIFF structure that says the orientation and nothing else. */
export function orientationOnly(orientation: number): Uint8Array {
  const bytes = new Uint8Array(26);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x4d4d);
  view.setUint16(2, 42);
  view.setUint32(4, 8);
  view.setUint16(8, 1);
  view.setUint16(10, orientationTag);
  view.setUint16(12, 3);
  view.setUint32(14, 1);
  view.setUint16(18, orientation);
  return bytes;
}
