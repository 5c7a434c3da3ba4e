// The first key frame out of RTP packets: whole, in fragments, aggregated; H.264 and H.265; lost packets; and the answer to a sign-in challenge.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { authorizationFor } from './digest.ts';
import { KeyFrameCollector } from './key-frame.ts';

const start = Buffer.from([0, 0, 0, 1]);
const annexB = (...units: readonly Buffer[]) => Buffer.concat(units.flatMap((unit) => [start, unit]));

function packet(number: number, timestamp: number, payload: Buffer, isLast = false): Buffer {
  const head = Buffer.alloc(12);
  head[0] = 0x80;
  head[1] = 96 | (isLast ? 0x80 : 0);
  head.writeUInt16BE(number & 0xffff, 2);
  head.writeUInt32BE(timestamp, 4);
  return Buffer.concat([head, payload]);
}
const sps = Buffer.from([0x67, 1, 2]);
const pps = Buffer.from([0x68, 3]);
const idr = Buffer.from([0x65, 10, 11, 12, 13, 14]);
const slice = Buffer.from([0x41, 9, 9]);
const fragment = (header: number, part: readonly number[], mark: number) =>
  Buffer.from([(header & 0xe0) | 28, mark | (header & 0x1f), ...part]);
const stapA = (...units: readonly Buffer[]) =>
  Buffer.concat([Buffer.from([24]), ...units.flatMap((unit) => [Buffer.from([unit.length >> 8, unit.length & 255]), unit])]);

test('H.264: what is no key frame is passed over; parameter sets come from the description or the stream, the newest win', () => {
  const frames = new KeyFrameCollector('h264', [Buffer.from([0x67, 0]), pps]);
  expect(frames.take(packet(1, 100, slice, true))).toBeNull();
  expect(frames.take(packet(2, 200, stapA(sps, pps)))).toBeNull();
  expect(frames.take(packet(3, 200, idr, true))).toEqual({ codec: 'h264', bytes: annexB(sps, pps, idr) });
});

test('H.264: fragments are put together, also across the turn of the numbers, and padding is taken off', () => {
  const frames = new KeyFrameCollector('h264', [sps, pps]);
  expect(frames.take(packet(65_535, 7, fragment(0x65, [10, 11], 0x80)))).toBeNull();
  expect(frames.take(packet(0, 7, fragment(0x65, [12], 0)))).toBeNull();
  const last = packet(1, 7, Buffer.concat([fragment(0x65, [13, 14], 0x40), Buffer.from([0, 0, 3])]), true);
  last[0] = 0xa0;
  expect(frames.take(last)).toEqual({ codec: 'h264', bytes: annexB(sps, pps, idr) });
});

test('H.264: a fragment that was lost gives up its frame; the next whole one counts', () => {
  const frames = new KeyFrameCollector('h264', [sps, pps]);
  frames.take(packet(1, 7, fragment(0x65, [10, 11], 0x80)));
  expect(frames.take(packet(3, 7, fragment(0x65, [13, 14], 0x40), true))).toBeNull();
  expect(frames.take(packet(4, 8, idr, true))?.bytes).toEqual(annexB(sps, pps, idr));
});

test('a stream that does not mark its last packet: the next frame ends the one before', () => {
  const frames = new KeyFrameCollector('h264', [sps, pps]);
  expect(frames.take(packet(1, 7, idr))).toBeNull();
  expect(frames.take(packet(2, 8, slice))?.bytes).toEqual(annexB(sps, pps, idr));
});

test('H.265: parameter sets aggregated, the key frame in fragments', () => {
  const unit = (type: number, ...rest: number[]) => Buffer.from([type << 1, 1, ...rest]);
  const [vps, sps265, pps265] = [unit(32, 1), unit(33, 2), unit(34, 3)];
  const frames = new KeyFrameCollector('hevc', []);
  const aggregated = Buffer.concat([
    Buffer.from([48 << 1, 1]),
    ...[vps, sps265, pps265].flatMap((set) => [Buffer.from([0, set.length]), set]),
  ]);
  expect(frames.take(packet(1, 7, aggregated))).toBeNull();
  expect(frames.take(packet(2, 7, Buffer.from([49 << 1, 1, 0x80 | 19, 5, 6])))).toBeNull();
  expect(frames.take(packet(3, 7, Buffer.from([49 << 1, 1, 0x40 | 19, 7]), true))?.bytes).toEqual(
    annexB(vps, sps265, pps265, unit(19, 5, 6, 7)),
  );
});

test('bytes that are no RTP are passed over', () => {
  const frames = new KeyFrameCollector('h264', [sps, pps]);
  for (const bytes of [Buffer.alloc(0), Buffer.from([0x80]), Buffer.alloc(13), Buffer.from(`${'x'.repeat(40)}`)])
    expect(frames.take(bytes)).toBeNull();
});

test('sign-in: the strongest digest that is offered, with its quality of protection; Basic only where there is nothing better', () => {
  const who = { name: 'admin', password: 'geheim' };
  const md5 = 'Digest realm="r", nonce="n"';
  const sha = 'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth"';
  const hash = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex');
  expect(authorizationFor([md5], who, 'PLAY', 'rtsp://x/a')).toContain(
    `response="${hash('md5', `${hash('md5', 'admin:r:geheim')}:n:${hash('md5', 'PLAY:rtsp://x/a')}`)}"`,
  );
  const strong = authorizationFor(['Basic realm="r"', md5, sha], who, 'PLAY', 'rtsp://x/a') ?? '';
  const own = /cnonce="([^"]+)"/.exec(strong)?.[1];
  expect(strong).toContain(
    `response="${hash('sha256', `${hash('sha256', 'admin:r:geheim')}:n:00000001:${own}:auth:${hash('sha256', 'PLAY:rtsp://x/a')}`)}"`,
  );
  expect(authorizationFor(['Basic realm="r"'], who, 'PLAY', 'rtsp://x/a')).toBe(`Basic ${Buffer.from('admin:geheim').toString('base64')}`);
  expect(authorizationFor(['Negotiate'], who, 'PLAY', 'rtsp://x/a')).toBeNull();
});
