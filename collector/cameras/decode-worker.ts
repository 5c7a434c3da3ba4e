// The worker that decodes one picture at a time: FFmpeg compiled to WebAssembly, so that what a camera sends can neither crash nor reach the collector.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import type { FfmpegCore } from '@ffmpeg/core';
import { z } from 'zod';
import { decodedHeight, decodedWidth } from './decoded-size.ts';

const requestSchema = z.object({ id: z.number(), codec: z.enum(['h264', 'hevc']), bytes: z.instanceof(Uint8Array), withJpeg: z.boolean() });

const require = createRequire(import.meta.url);
// The library is made for a browser's worker and asks for its names.
Object.assign(globalThis, { self: globalThis, location: { href: import.meta.url }, importScripts: () => undefined });

const core = await open();
parentPort?.postMessage({ kind: 'ready' });
parentPort?.on('message', (message: unknown) => {
  const { id, codec, bytes, withJpeg } = requestSchema.parse(message);
  const found = decode(codec, bytes, withJpeg);
  parentPort?.postMessage({ kind: 'decoded', id, ...found });
});

async function open(): Promise<FfmpegCore> {
  const { default: create } = await import('@ffmpeg/core');
  const opened = await create({ wasmBinary: readFileSync(require.resolve('@ffmpeg/core/wasm')) });
  opened.setLogger(() => undefined);
  return opened;
}

// Huffman tables made for each picture overrun the memory of this build; the standard ones do not.
function decode(codec: string, bytes: Uint8Array, withJpeg: boolean): { levels: Uint8Array | null; jpeg: Uint8Array | null } {
  core.FS.writeFile('in', bytes);
  const jpeg = withJpeg
    ? ['-map', '0:v', '-frames:v', '1', '-vf', "scale='min(1280,iw)':-2", '-q:v', '5', '-huffman', 'default', '-f', 'mjpeg', 'out.jpg']
    : [];
  try {
    core.exec(
      '-f',
      codec,
      '-i',
      'in',
      '-map',
      '0:v',
      '-frames:v',
      '1',
      '-s',
      `${decodedWidth}x${decodedHeight}`,
      '-f',
      'rawvideo',
      '-pix_fmt',
      'gray',
      'out.gray',
      ...jpeg,
    );
    const isDone = core.ret === 0;
    return { levels: isDone ? take('out.gray') : null, jpeg: isDone && withJpeg ? take('out.jpg') : null };
  } finally {
    core.reset();
    for (const file of ['in', 'out.gray', 'out.jpg']) remove(file);
  }
}

function take(file: string): Uint8Array | null {
  try {
    return new Uint8Array(core.FS.readFile(file));
  } catch {
    return null;
  }
}

function remove(file: string): void {
  try {
    core.FS.unlink(file);
  } catch {
    // It was never written.
  }
}
