// A bundle's bytes, wherever they lie: a file on disk for the command line, a file that somebody chose in a browser. Reads ranges, streams and unpacks files.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { BundleFile } from './bundle.ts';

export interface ByteSource {
  readonly size: number;
  /** Exactly these bytes. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

const chunkBytes = 1 << 20;

export async function* chunksOf(source: ByteSource, offset: number, length: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let done = 0; done < length; done += chunkBytes) yield await source.read(offset + done, Math.min(chunkBytes, length - done));
}

export interface PlacedFile {
  readonly file: BundleFile;
  /** Of its packed bytes. */
  readonly at: number;
}

/** Unpacked bytes. Throws where they cannot be unpacked. */
export async function* contentOf(source: ByteSource, { file, at }: PlacedFile): AsyncGenerator<Uint8Array> {
  const packed = chunksOf(source, at, file.packed.bytes);
  if (file.packed.method === 'stored') {
    yield* packed;
    return;
  }
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const next = await packed.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
  }).pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Text lines without their ends. What follows the last line end is a line where it is not empty. */
export async function* linesOf(source: ByteSource, placed: PlacedFile): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let rest = '';
  for await (const bytes of contentOf(source, placed)) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

export async function wholeOf(source: ByteSource, placed: PlacedFile): Promise<string> {
  const lines: string[] = [];
  for await (const line of linesOf(source, placed)) lines.push(line);
  return lines.join('\n');
}

export async function hashOfChunks(chunks: AsyncIterable<Uint8Array>): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = sha256.create();
  let bytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: bytesToHex(hash.digest()), bytes };
}
