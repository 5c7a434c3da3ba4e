// How far the spool has been sent and how much it had to drop, in a small file of fixed size written in place: no new space is ever needed,
// so the count goes on when the disk is full. Two slots in turn, each with a checksum: a torn write leaves the other.
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

const slotBytes = 64;

export class SpoolState {
  readonly #handle: FileHandle;
  #sequence = 0;
  #writing: Promise<void> = Promise.resolve();
  #isWriteWaiting = false;
  segment = 0;
  offset = 0;
  droppedLines = 0;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  static async open(file: string): Promise<SpoolState> {
    const handle = await open(file, 'r+').catch(() => open(file, 'w+'));
    const state = new SpoolState(handle);
    const buffer = Buffer.alloc(slotBytes * 2);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    if (bytesRead < buffer.length) {
      await handle.write(Buffer.alloc(slotBytes * 2), 0, slotBytes * 2, 0);
      await handle.sync();
    }
    for (const slot of [0, 1]) {
      const bytes = buffer.subarray(slot * slotBytes, (slot + 1) * slotBytes);
      if (crc32(bytes.subarray(0, 32)) !== bytes.readUInt32LE(32)) continue;
      const sequence = bytes.readDoubleLE(0);
      if (sequence <= state.#sequence) continue;
      state.#sequence = sequence;
      state.segment = bytes.readDoubleLE(8);
      state.offset = bytes.readDoubleLE(16);
      state.droppedLines = bytes.readDoubleLE(24);
    }
    return state;
  }

  /** Written soon, not fsynced: an old position only sends again what is stored already. */
  setPosition(segment: number, offset: number): void {
    this.segment = segment;
    this.offset = offset;
    if (this.#isWriteWaiting) return;
    this.#isWriteWaiting = true;
    this.#writing = this.#writing.then(() => {
      this.#isWriteWaiting = false;
      return this.#write(false);
    });
  }

  /** Durable when it resolves. */
  async addDropped(lines: number): Promise<void> {
    this.droppedLines += lines;
    this.#writing = this.#writing.then(() => this.#write(true));
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#handle.close();
  }

  async #write(isSynced: boolean): Promise<void> {
    this.#sequence++;
    const slot = Buffer.alloc(slotBytes);
    slot.writeDoubleLE(this.#sequence, 0);
    slot.writeDoubleLE(this.segment, 8);
    slot.writeDoubleLE(this.offset, 16);
    slot.writeDoubleLE(this.droppedLines, 24);
    slot.writeUInt32LE(crc32(slot.subarray(0, 32)), 32);
    try {
      await this.#handle.write(slot, 0, slotBytes, (this.#sequence % 2) * slotBytes);
      if (isSynced) await this.#handle.datasync();
    } catch {
      // The count in memory stays right; the next write tries again.
    }
  }
}
