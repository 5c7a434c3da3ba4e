import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectPhoto, type PhotoType } from './photo-file.ts';
import { exifBlock, jpegFromPhone, jpegPhoto, pngPhoto, webpPhoto } from './photo-fixture.ts';

const inspect = (bytes: Buffer, readsPosition = false) => inspectPhoto(bytes, { readsPosition });
const kept = (bytes: Buffer, readsPosition = false) => {
  const photo = inspect(bytes, readsPosition);
  if (photo.kind === 'refused') throw new Error(photo.reason);
  return photo;
};

describe('what is a photo', () => {
  const photos: readonly (readonly [PhotoType, Buffer])[] = [
    ['image/jpeg', jpegPhoto],
    ['image/png', pngPhoto],
    ['image/webp', webpPhoto],
  ];
  test.each(photos)('%s by its content, with its size', (mediaType, bytes) => {
    expect(inspect(bytes)).toMatchObject({ kind: 'photo', mediaType, width: 6, height: 4, position: null });
  });

  test.each(photos)('%s that is cut off anywhere is refused', (_, bytes) => {
    const cuts = Array.from({ length: bytes.length - 1 }, (_unused, length) => inspect(bytes.subarray(0, length)).kind);
    expect(new Set(cuts)).toEqual(new Set(['refused']));
  });

  test.each(photos)('%s with anything behind its end is kept without it', (_, bytes) => {
    const tail = Buffer.from('<script>alert(1)</script>');
    expect(kept(Buffer.concat([bytes, tail])).bytes).toEqual(kept(bytes).bytes);
  });

  test('what only says that it is one is none', () => {
    for (const text of ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'GIF89a', '%PDF-1.7', '', '\xff\xd8\xff', 'RIFF\0\0\0\0WEBP'])
      expect(inspect(Buffer.from(text, 'latin1')).kind).toBe('refused');
  });

  test('a picture of more pixels than a screen could hold is refused before anybody decodes it', () => {
    const huge = Buffer.from(pngPhoto);
    huge.writeUInt32BE(60_000, 16);
    huge.writeUInt32BE(60_000, 20);
    huge.writeUInt32BE(crc32(huge.subarray(12, 29)), 29);
    expect(inspect(huge)).toEqual({ kind: 'refused', reason: 'tooLarge' });
  });

  test('bytes changed at random never throw, and never give a photo without a size', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(jpegFromPhone(), pngPhoto, webpPhoto),
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 8 }),
        (original, changes) => {
          const bytes = Buffer.from(original);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          const photo = inspect(bytes, true);
          if (photo.kind === 'photo') expect(photo.width * photo.height).toBeGreaterThan(0);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('what else is in it', () => {
  test('place, device and comments are dropped unread; how it is turned stays', () => {
    const photo = kept(jpegFromPhone(6));
    expect(photo.position).toBeNull();
    expect(photo.bytes.includes('made by somebody')).toBe(false);
    expect(photo.bytes.includes(exifBlock())).toBe(false);
    expect(photo.bytes.subarray(0, 2).toString('hex')).toBe('ffd8');
    // Read again, it is a photo of the same size, turned the same way, that tells no place even when asked.
    const again = kept(photo.bytes, true);
    expect(again).toMatchObject({ width: 6, height: 4, position: null });
    expect(again.bytes).toEqual(photo.bytes);
    expect(photo.bytes.includes(Buffer.from('Exif\0\0MM', 'latin1'))).toBe(true);
    expect(kept(jpegFromPhone(1)).bytes.includes(Buffer.from('Exif', 'latin1'))).toBe(false);
  });

  test('the place is read when the person gives it, and still not stored in the file', () => {
    const photo = kept(jpegFromPhone(), true);
    expect(photo.position?.latitude).toBeCloseTo(30.67, 9);
    expect(photo.position?.longitude).toBeCloseTo(104.06, 9);
    expect(photo.position?.accuracyM).toBe(8);
    expect(kept(photo.bytes, true).position).toBeNull();
  });

  test('PNG and WebP lose their metadata too', () => {
    const chunk = (type: string, body: Buffer) => {
      const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(body.length);
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(crc32(named));
      return Buffer.concat([length, named, sum]);
    };
    const png = Buffer.concat([
      pngPhoto.subarray(0, 33),
      chunk('tEXt', Buffer.from('Author\0somebody')),
      chunk('eXIf', exifBlock()),
      pngPhoto.subarray(33),
    ]);
    expect(kept(png).bytes).toEqual(pngPhoto);
    expect(kept(png, true).position?.latitude).toBeCloseTo(30.67, 9);

    const head = Buffer.alloc(8);
    head.write('EXIF', 0, 'latin1');
    head.writeUInt32LE(exifBlock().length, 4);
    const webp = Buffer.concat([webpPhoto, head, exifBlock()]);
    webp.writeUInt32LE(webp.length - 8, 4);
    webp.writeUInt8(webp.readUInt8(20) | 0x08, 20);
    expect(kept(webp).bytes).toEqual(webpPhoto);
    expect(kept(webp, true).position?.longitude).toBeCloseTo(104.06, 9);
  });

  test('nonsense in the Exif block is no place', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 159 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 12 }), (changes) => {
        const bytes = jpegFromPhone();
        for (const [at, value] of changes) bytes[12 + at] = value;
        const { position } = kept(bytes, true);
        if (position !== null) {
          expect(Math.abs(position.latitude)).toBeLessThanOrEqual(90);
          expect(Math.abs(position.longitude)).toBeLessThanOrEqual(180);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
