// Lines on their way to a database, on disk until it has confirmed them: append-only segments of framed batches, fsynced, in order, bounded.
// Survives `kill -9` and a torn last frame. A frame confirmed just before a crash may be sent again, which stores it once (see line-protocol.ts).
import { mkdirSync } from 'node:fs';
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { HistorianLog } from '../historian.ts';
import { SpoolState } from './spool-state.ts';

/** A batch of lines in the spool. */
export interface SpoolFrame {
  readonly segment: number;
  readonly offset: number;
  readonly byteLength: number;
  readonly lineCount: number;
  /** Kept in memory while the spool is short; else read again from disk. */
  text: string | null;
}

export interface DiskSpoolOptions {
  readonly folder: string;
  /** All segments together; beyond this the oldest segment is dropped and its lines counted. */
  readonly bytesMax: number;
  readonly segmentBytes?: number;
  readonly log: HistorianLog;
}

const headerBytes = 16;
const frameMagic = 0x4757_5331; // "GWS1"
const frameBytesMax = 64 * 1024 * 1024;
const memoryBytesMax = 16 * 1024 * 1024;

export class DiskSpool {
  readonly #folder: string;
  readonly #bytesMax: number;
  readonly #segmentBytes: number;
  readonly #log: HistorianLog;
  readonly #state: SpoolState;
  readonly #bytesBySegment = new Map<number, number>();
  #frames: SpoolFrame[] = [];
  #first = 0;
  #handle: FileHandle | null = null;
  #segment = 0;
  #offset = 0;
  #memoryBytes = 0;
  readonly #pinned = new Set<SpoolFrame>();
  #pendingLines = 0;

  private constructor(options: DiskSpoolOptions, state: SpoolState) {
    this.#folder = options.folder;
    this.#bytesMax = options.bytesMax;
    this.#segmentBytes = options.segmentBytes ?? Math.min(16 * 1024 * 1024, Math.max(4_096, Math.floor(options.bytesMax / 8)));
    this.#log = options.log;
    this.#state = state;
  }

  /** Throws where the folder cannot be used. */
  static async open(options: DiskSpoolOptions): Promise<DiskSpool> {
    mkdirSync(options.folder, { recursive: true });
    const spool = new DiskSpool(options, await SpoolState.open(path.join(options.folder, 'state')));
    try {
      await spool.#recover();
    } catch (error) {
      await spool.#state.close();
      throw error;
    }
    return spool;
  }

  /** Lines not yet acknowledged. */
  get pendingLines(): number {
    return this.#pendingLines;
  }

  /** Lines given up for want of space since the spool was made; kept across restarts. */
  get droppedLines(): number {
    return this.#state.droppedLines;
  }

  /** Puts batches at the end, durable when it resolves. Throws (disk full, I/O error) with none of them in. */
  async append(batches: readonly { readonly text: string; readonly lineCount: number }[]): Promise<void> {
    if (batches.length === 0) return;
    const added: SpoolFrame[] = [];
    const buffers: Buffer[] = [];
    let byteCount = 0;
    for (const batch of batches) {
      const payload = Buffer.from(batch.text, 'utf8');
      buffers.push(frameHeader(payload, batch.lineCount), payload);
      byteCount += headerBytes + payload.length;
    }
    await this.#makeRoom(byteCount);
    const handle = this.#handle !== null && this.#offset < this.#segmentBytes ? this.#handle : await this.#startSegment();
    let offset = this.#offset;
    for (const [index, batch] of batches.entries()) {
      const byteLength = buffers[index * 2 + 1]?.length ?? 0;
      added.push({ segment: this.#segment, offset, byteLength, lineCount: batch.lineCount, text: batch.text });
      offset += headerBytes + byteLength;
    }
    try {
      await writeAll(handle, buffers, this.#offset);
      await handle.datasync();
    } catch (error) {
      // What reached the disk is unknown now, and a second fsync of the same pages may lie: go on in another file.
      await handle.truncate(this.#offset).catch(() => undefined);
      await this.#closeSegment();
      throw error;
    }
    this.#offset = offset;
    this.#bytesBySegment.set(this.#segment, offset);
    for (const frame of added) {
      this.#pendingLines += frame.lineCount;
      if (this.#memoryBytes + frame.byteLength > memoryBytesMax) frame.text = null;
      else this.#memoryBytes += frame.byteLength;
      this.#frames.push(frame);
    }
  }

  /** The oldest frames with their texts, at most `max`. They stay first, and safe from being dropped, until acknowledged or until the next peek. */
  async peek(max: number): Promise<readonly SpoolFrame[]> {
    this.#pinned.clear();
    while (this.#pinned.size < max) {
      const index = this.#pinned.size;
      const frame = this.#frames[this.#first + index];
      if (frame === undefined) break;
      const text = frame.text ?? (await this.#readFrame(frame));
      // Dropped for want of space while it was being read.
      if (this.#frames[this.#first + index] !== frame) continue;
      if (text === null) {
        if (index > 0) break; // told and left out when it is the oldest
        this.#log.error(
          { segment: frame.segment, lines: frame.lineCount },
          'a batch in the spool is damaged and is left out; its readings are counted as dropped',
        );
        this.#remove(frame);
        await this.#state.addDropped(frame.lineCount);
        continue;
      }
      if (frame.text === null) {
        frame.text = text;
        this.#memoryBytes += frame.byteLength;
      }
      this.#pinned.add(frame);
    }
    return [...this.#pinned];
  }

  /** The database has the frame. */
  async acknowledge(frame: SpoolFrame): Promise<void> {
    if (this.#frames[this.#first] !== frame) throw new Error('only the first frame of a spool can be acknowledged');
    this.#pinned.delete(frame);
    this.#remove(frame);
    this.#state.setPosition(frame.segment, frame.offset + headerBytes + frame.byteLength);
    await this.#deleteFinished();
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
    await this.#state.close();
  }

  #remove(frame: SpoolFrame): void {
    if (frame.text !== null) this.#memoryBytes -= frame.byteLength;
    frame.text = null;
    this.#pendingLines -= frame.lineCount;
    this.#first++;
    if (this.#first > 1_024 && this.#first * 2 > this.#frames.length) {
      this.#frames = this.#frames.slice(this.#first);
      this.#first = 0;
    }
  }

  async #deleteFinished(): Promise<void> {
    const oldest = this.#frames[this.#first]?.segment ?? this.#segment;
    for (const segment of [...this.#bytesBySegment.keys()]) {
      if (segment >= oldest || segment === this.#segment) continue;
      this.#bytesBySegment.delete(segment);
      await this.#deleteSegment(segment);
    }
  }

  /** One that cannot be deleted now is found at the next start: deleted where it lies before the position, else sent again. */
  async #deleteSegment(segment: number): Promise<void> {
    try {
      await rm(this.#segmentFile(segment), { force: true });
    } catch (error) {
      this.#log.warn({ segment, error: String(error) }, 'a finished spool segment cannot be deleted; it takes space until the next start');
    }
  }

  /** Drops whole oldest segments until `byteCount` fits. */
  async #makeRoom(byteCount: number): Promise<void> {
    for (;;) {
      let total = byteCount;
      for (const bytes of this.#bytesBySegment.values()) total += bytes;
      if (total <= this.#bytesMax) return;
      const oldest = Math.min(...this.#bytesBySegment.keys());
      if (!Number.isFinite(oldest)) return;
      if (oldest === this.#segment) await this.#closeSegment();
      let lines = 0;
      const kept: SpoolFrame[] = [];
      for (let index = this.#first; index < this.#frames.length; index++) {
        const frame = this.#frames[index] as SpoolFrame;
        // The frames being sent live on in memory: they may be stored at this very moment.
        if (frame.segment !== oldest || this.#pinned.has(frame)) kept.push(frame);
        else {
          lines += frame.lineCount;
          if (frame.text !== null) this.#memoryBytes -= frame.byteLength;
        }
      }
      this.#frames = kept;
      this.#first = 0;
      this.#pendingLines -= lines;
      // Counted before the file goes: a crash in between counts what is then still sent, never the other way round.
      await this.#state.addDropped(lines);
      this.#bytesBySegment.delete(oldest);
      await this.#deleteSegment(oldest);
      if (lines > 0) {
        this.#log.error(
          { dropped: lines, droppedInAll: this.droppedLines, bytesMax: this.#bytesMax },
          'the spool is full: the oldest readings in it were dropped; the database has been away too long for the space given; alarms and live values go on',
        );
      }
    }
  }

  async #startSegment(): Promise<FileHandle> {
    await this.#closeSegment();
    const segment = Math.max(this.#segment, ...this.#bytesBySegment.keys(), this.#state.segment) + 1;
    const handle = await open(this.#segmentFile(segment), 'wx');
    this.#handle = handle;
    this.#segment = segment;
    this.#offset = 0;
    this.#bytesBySegment.set(segment, 0);
    const folder = await open(this.#folder, 'r');
    try {
      await folder.sync(); // the file's name must survive a power cut too
    } finally {
      await folder.close();
    }
    return handle;
  }

  async #closeSegment(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close().catch(() => undefined);
  }

  async #recover(): Promise<void> {
    const segments = (await readdir(this.#folder))
      .map((name) => /^(\d{8})\.segment$/.exec(name)?.[1])
      .filter((number) => number !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
    for (const segment of segments) {
      if (segment < this.#state.segment) {
        await rm(this.#segmentFile(segment), { force: true });
        continue;
      }
      const bytes = await this.#walkSegment(segment, segment === this.#state.segment ? this.#state.offset : 0);
      this.#bytesBySegment.set(segment, bytes);
    }
    this.#segment = Math.max(0, this.#state.segment, ...segments);
    if (this.#pendingLines > 0) this.#log.info({ lines: this.#pendingLines }, 'readings found in the spool will be sent first');
  }

  /** Lists the frames of a segment from `start`; stops at the first that is not whole. Returns where. */
  async #walkSegment(segment: number, start: number): Promise<number> {
    const handle = await open(this.#segmentFile(segment), 'r');
    try {
      const { size } = await handle.stat();
      const header = Buffer.alloc(headerBytes);
      let offset = start;
      while (offset + headerBytes <= size) {
        await handle.read(header, 0, headerBytes, offset);
        const byteLength = header.readUInt32LE(4);
        if (header.readUInt32LE(0) !== frameMagic || byteLength > frameBytesMax || offset + headerBytes + byteLength > size) break;
        const frame: SpoolFrame = { segment, offset, byteLength, lineCount: header.readUInt32LE(12), text: null };
        // A torn write may leave a frame of the right length at the very end: only there the content is checked now.
        if (offset + headerBytes + byteLength === size && (await this.#readFrame(frame)) === null) break;
        this.#frames.push(frame);
        this.#pendingLines += frame.lineCount;
        offset += headerBytes + byteLength;
      }
      if (offset < size)
        this.#log.warn(
          { segment, bytes: size - offset },
          'the end of a spool segment is torn and is left out: it was never confirmed as durable',
        );
      return size;
    } finally {
      await handle.close();
    }
  }

  async #readFrame(frame: SpoolFrame): Promise<string | null> {
    try {
      const handle = await open(this.#segmentFile(frame.segment), 'r');
      try {
        const buffer = Buffer.alloc(headerBytes + frame.byteLength);
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, frame.offset);
        const payload = buffer.subarray(headerBytes);
        if (bytesRead !== buffer.length || crc32(payload) !== buffer.readUInt32LE(8)) return null;
        return payload.toString('utf8');
      } finally {
        await handle.close();
      }
    } catch {
      return null;
    }
  }

  #segmentFile(segment: number): string {
    return path.join(this.#folder, `${String(segment).padStart(8, '0')}.segment`);
  }
}

function frameHeader(payload: Buffer, lineCount: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(frameMagic, 0);
  header.writeUInt32LE(payload.length, 4);
  header.writeUInt32LE(crc32(payload), 8);
  header.writeUInt32LE(lineCount, 12);
  return header;
}

async function writeAll(handle: FileHandle, buffers: readonly Buffer[], start: number): Promise<void> {
  let position = start;
  for (const buffer of buffers) {
    let done = 0;
    while (done < buffer.length) {
      const { bytesWritten } = await handle.write(buffer, done, buffer.length - done, position);
      done += bytesWritten;
      position += bytesWritten;
    }
  }
}
