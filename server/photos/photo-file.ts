// What may be kept as a photo: a whole JPEG, PNG or WebP by its content, whatever it is called. Walks the file's structure, and drops what is not the picture:
// Exif (place, device, owner), comments, previews, anything after the end. Does not decode pixels.
import { crc32 } from 'node:zlib';
import type { Position } from '../../domain/incidents/incident.ts';
import { exifOrientation, exifPosition, orientationOnly } from './exif.ts';

export const photoTypes = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type PhotoType = (typeof photoTypes)[number];

export type InspectedPhoto =
  | {
      readonly kind: 'photo';
      readonly mediaType: PhotoType;
      readonly width: number;
      readonly height: number;
      /** The picture without its metadata: what is stored. */
      readonly bytes: Buffer;
      /** Where it was taken; read only when asked. */
      readonly position: Position | null;
    }
  | { readonly kind: 'refused'; readonly reason: 'notAPhoto' | 'damaged' | 'tooLarge' };

const mostPixels = 100_000_000;

export function inspectPhoto(bytes: Buffer, options: { readonly readsPosition: boolean }): InspectedPhoto {
  const type = typeOf(bytes);
  if (type === null) return { kind: 'refused', reason: 'notAPhoto' };
  try {
    const picture = type === 'image/jpeg' ? walkJpeg(bytes) : type === 'image/png' ? walkPng(bytes) : walkWebp(bytes);
    if (picture.width < 1 || picture.height < 1) return { kind: 'refused', reason: 'damaged' };
    if (picture.width * picture.height > mostPixels) return { kind: 'refused', reason: 'tooLarge' };
    return {
      kind: 'photo',
      mediaType: type,
      width: picture.width,
      height: picture.height,
      bytes: Buffer.concat(picture.kept),
      position: options.readsPosition && picture.exif !== null ? exifPosition(picture.exif) : null,
    };
  } catch (error) {
    // Reads outside the buffer, and structures that do not hold.
    if (error instanceof RangeError) return { kind: 'refused', reason: 'damaged' };
    throw error;
  }
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly kept: readonly Uint8Array[];
  readonly exif: Uint8Array | null;
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function typeOf(bytes: Buffer): PhotoType | null {
  if (bytes.length > 3 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg';
  if (bytes.subarray(0, 8).equals(pngSignature)) return 'image/png';
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  return null;
}

function damaged(what: string): never {
  throw new RangeError(what);
}

const exifHeader = Buffer.from('Exif\0\0', 'latin1');
/** JFIF, ICC profile, Adobe colour transform: needed to show the picture as it is. */
const keptSegments: ReadonlyMap<number, string> = new Map([
  [0xe0, 'JFIF\0'],
  [0xe2, 'ICC_PROFILE\0'],
  [0xee, 'Adobe'],
]);

/** ITU-T T.81, annex B. */
function walkJpeg(bytes: Buffer): Picture {
  const kept: Uint8Array[] = [];
  let size: { width: number; height: number } | null = null;
  let exif: Uint8Array | null = null;
  let hasScan = false;
  let offset = 2;
  for (;;) {
    if (bytes.readUInt8(offset) !== 0xff) damaged('no marker where one must be');
    while (bytes.readUInt8(offset + 1) === 0xff) offset += 1;
    const marker = bytes.readUInt8(offset + 1);
    if (marker === 0xd9) break;
    if (marker === 0x00 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) damaged('a marker out of place');
    const length = bytes.readUInt16BE(offset + 2);
    const end = offset + 2 + length;
    if (length < 2 || end > bytes.length) damaged('a segment that goes beyond the file');
    const body = bytes.subarray(offset + 4, end);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) size = { height: body.readUInt16BE(1), width: body.readUInt16BE(3) };
    if (marker === 0xe1 && exif === null && body.subarray(0, 6).equals(exifHeader)) exif = body.subarray(6);
    if (isKeptSegment(marker, body)) kept.push(bytes.subarray(offset, end));
    offset = end;
    if (marker !== 0xda) continue;
    if (size === null) damaged('a scan before its frame');
    hasScan = true;
    const scanStart = offset;
    offset = endOfScan(bytes, offset);
    kept.push(bytes.subarray(scanStart, offset));
  }
  if (size === null || !hasScan) damaged('a picture without a scan');
  const orientation = exif === null ? 1 : exifOrientation(exif);
  const turned = orientation === 1 ? [] : [exifSegment(orientation)];
  // The JFIF segment, where there is one, must come first.
  const first = kept[0]?.[1] === 0xe0 ? kept.splice(0, 1) : [];
  return { ...size, exif, kept: [bytes.subarray(0, 2), ...first, ...turned, ...kept, Buffer.from([0xff, 0xd9])] };
}

function isKeptSegment(marker: number, body: Buffer): boolean {
  if (marker === 0xfe) return false;
  if (marker < 0xe0 || marker > 0xef) return true;
  const header = keptSegments.get(marker);
  return header !== undefined && body.toString('latin1', 0, header.length) === header;
}

/** Entropy-coded data ends at the next marker that is neither stuffed (FF 00) nor a restart. */
function endOfScan(bytes: Buffer, from: number): number {
  let offset = from;
  for (;;) {
    offset = bytes.indexOf(0xff, offset);
    if (offset === -1 || offset + 1 >= bytes.length) damaged('a scan without an end');
    const next = bytes.readUInt8(offset + 1);
    if (next !== 0x00 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return offset;
    offset += next === 0xff ? 1 : 2;
  }
}

function exifSegment(orientation: number): Buffer {
  const body = Buffer.concat([exifHeader, orientationOnly(orientation)]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

const droppedChunks: ReadonlySet<string> = new Set(['tEXt', 'zTXt', 'iTXt', 'eXIf', 'tIME']);

/** PNG third edition, clauses 5 and 11. */
function walkPng(bytes: Buffer): Picture {
  const kept: Uint8Array[] = [bytes.subarray(0, 8)];
  let size: { width: number; height: number } | null = null;
  let exif: Uint8Array | null = null;
  let hasData = false;
  let offset = 8;
  for (;;) {
    const length = bytes.readUInt32BE(offset);
    const type = bytes.toString('latin1', offset + 4, offset + 8);
    const end = offset + 12 + length;
    if (end > bytes.length || !/^[A-Za-z]{4}$/.test(type)) damaged('a chunk that goes beyond the file');
    if (crc32(bytes.subarray(offset + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) damaged('a chunk whose check sum is wrong');
    const body = bytes.subarray(offset + 8, end - 4);
    if (size === null) {
      if (type !== 'IHDR') damaged('a picture without a header');
      size = { width: body.readUInt32BE(0), height: body.readUInt32BE(4) };
    }
    if (type === 'IDAT') hasData = true;
    if (type === 'eXIf') exif = body;
    if (!droppedChunks.has(type)) kept.push(bytes.subarray(offset, end));
    offset = end;
    if (type === 'IEND') break;
  }
  if (!hasData) damaged('a picture without data');
  return { ...size, exif, kept };
}

/** WebP container specification: RIFF chunks, padded to even length. */
function walkWebp(bytes: Buffer): Picture {
  const riffEnd = 8 + bytes.readUInt32LE(4);
  if (riffEnd > bytes.length) damaged('a container that goes beyond the file');
  const chunks: Buffer[] = [];
  let size: { width: number; height: number } | null = null;
  let exif: Uint8Array | null = null;
  let hasData = false;
  let offset = 12;
  while (offset < riffEnd) {
    const type = bytes.toString('latin1', offset, offset + 4);
    const length = bytes.readUInt32LE(offset + 4);
    const end = offset + 8 + length + (length % 2);
    if (end > riffEnd) damaged('a chunk that goes beyond the container');
    const chunk = Buffer.from(bytes.subarray(offset, end));
    const body = chunk.subarray(8, 8 + length);
    if (type === 'VP8X') {
      size = { width: 1 + body.readUIntLE(4, 3), height: 1 + body.readUIntLE(7, 3) };
      // Exif and XMP are announced in the flags: they are not there any more.
      chunk.writeUInt8(body.readUInt8(0) & ~0x0c, 8);
    }
    if (type === 'VP8 ' || type === 'VP8L') {
      hasData = true;
      size ??= type === 'VP8 ' ? lossySize(body) : losslessSize(body);
    }
    if (type === 'ANMF') hasData = true;
    if (type === 'EXIF') exif = body.subarray(0, 6).equals(exifHeader) ? body.subarray(6) : body;
    if (type !== 'EXIF' && type !== 'XMP ') chunks.push(chunk);
    offset = end;
  }
  if (size === null || !hasData) damaged('a picture without data');
  const head = Buffer.from(bytes.subarray(0, 12));
  head.writeUInt32LE(4 + chunks.reduce((sum, chunk) => sum + chunk.length, 0), 4);
  return { ...size, exif, kept: [head, ...chunks] };
}

function lossySize(body: Buffer): { width: number; height: number } {
  if (body.readUIntBE(3, 3) !== 0x9d012a) damaged('a frame without its start code');
  return { width: body.readUInt16LE(6) & 0x3fff, height: body.readUInt16LE(8) & 0x3fff };
}

function losslessSize(body: Buffer): { width: number; height: number } {
  if (body.readUInt8(0) !== 0x2f) damaged('a frame without its signature');
  const bits = body.readUInt32LE(1);
  return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
}
