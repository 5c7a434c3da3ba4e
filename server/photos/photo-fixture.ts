// Three tiny real pictures (6 × 4, half red, half blue), as a browser's canvas wrote them; for tests.
export const jpegPhoto = Buffer.from(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/4gHYSUNDX1BST0ZJTEUAAQEAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADb/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAEAAYDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAYEAEAAwEAAAAAAAAAAAAAAAAAAQQzcf/EABUBAQEAAAAAAAAAAAAAAAAAAAQF/8QAGhEAAgIDAAAAAAAAAAAAAAAAAAIEBTM0cf/aAAwDAQACEQMRAD8AkVc56AsxcKhrLafp/9k=',
  'base64',
);
export const pngPhoto = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAYAAAAECAYAAACtBE5DAAAAKElEQVR4AZTJMQ0AAAgDQVIFCAFnuGRCVZk6MvDJTY/2oGQNBXb0HwsAAP//byqHVwAAAAZJREFUAwBxkw0m/RdRjgAAAABJRU5ErkJggg==',
  'base64',
);
export const webpPhoto = Buffer.from(
  'UklGRiYCAABXRUJQVlA4WAoAAAAgAAAABQAAAwAASUNDUMgBAAAAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADZWUDggOAAAAPABAJ0BKgYABAACgEIlqAJ0cgAClHy8xAD+7P03DJ+SWGP7yvUCmG4UvzRF8d/2N95oi+O86AAA',
  'base64',
);

/** An Exif TIFF block, big-endian: turned by 90° and taken at 30°40'12" N, 104°3'36" E within 8 m. */
export function exifBlock(orientation = 6): Buffer {
  const bytes = Buffer.alloc(26 + 4 + 12 * 5 + 6 + 8 * 7 + 64);
  bytes.write('MM\0*', 0, 'latin1');
  bytes.writeUInt32BE(8, 4);
  bytes.writeUInt16BE(2, 8);
  const entry = (at: number, tag: number, type: number, count: number) => {
    bytes.writeUInt16BE(tag, at);
    bytes.writeUInt16BE(type, at + 2);
    bytes.writeUInt32BE(count, at + 4);
  };
  entry(10, 0x0112, 3, 1);
  bytes.writeUInt16BE(orientation, 18);
  entry(22, 0x8825, 4, 1);
  bytes.writeUInt32BE(38, 30);
  bytes.writeUInt16BE(5, 38);
  entry(40, 1, 2, 2);
  bytes.write('N', 48, 'latin1');
  entry(52, 2, 5, 3);
  bytes.writeUInt32BE(104, 60);
  entry(64, 3, 2, 2);
  bytes.write('E', 72, 'latin1');
  entry(76, 4, 5, 3);
  bytes.writeUInt32BE(128, 84);
  entry(88, 0x1f, 5, 1);
  bytes.writeUInt32BE(152, 96);
  const rationals = [30, 1, 40, 1, 12, 1, 104, 1, 3, 1, 36, 1, 8, 1];
  rationals.forEach((number, index) => void bytes.writeUInt32BE(number, 104 + index * 4));
  return bytes;
}

/** The JPEG as a telephone writes it: with an Exif block behind the start, and a comment. */
export function jpegFromPhone(orientation = 6): Buffer {
  const segment = (marker: number, body: Buffer) => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(body.length + 2, 2);
    return Buffer.concat([head, body]);
  };
  return Buffer.concat([
    jpegPhoto.subarray(0, 2),
    segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exifBlock(orientation)])),
    segment(0xfe, Buffer.from('made by somebody')),
    jpegPhoto.subarray(2),
  ]);
}
