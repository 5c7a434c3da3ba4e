// Room on the disk for what must never be refused: alarms, acknowledgements, the journal. While the disk has room a file keeps some of it occupied; when the
// disk is full the file goes, readings are no longer stored, and alarms go on. Looks once a second; deletes nothing but that file.
import { randomFillSync } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, TimerHandle } from '../domain/time/clock.ts';
import type { HistorianLog } from './historian.ts';

export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Backups leave a file of this name out. */
const reserveName = 'reserved-space';
const lookMs = 1_000;
const mebibyte = 1_048_576;
const leastReserve = 8 * mebibyte;
const mostReserve = 64 * mebibyte;
/** Of the disk. */
const reserveShare = 0.01;

export async function spaceAt(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

export class DiskReserve {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #log: HistorianLog;
  readonly #space: () => Promise<DiskSpace>;
  readonly #listeners = new Set<(isFull: boolean) => void>();
  #reserveBytes = leastReserve;
  #hasReserve = false;
  #isFull = false;
  #isStopped = false;
  #timer: TimerHandle | null = null;
  #looking: Promise<void> = Promise.resolve();

  private constructor(options: { dataDir: string; clock: Clock; log: HistorianLog; space?: () => Promise<DiskSpace> }) {
    this.#folder = options.dataDir;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#space = options.space ?? (() => spaceAt(this.#folder));
  }

  /** Resolves when it has looked once, and has made its file where there is room for it. */
  static async open(options: {
    readonly dataDir: string;
    readonly clock: Clock;
    readonly log: HistorianLog;
    readonly space?: () => Promise<DiskSpace>;
  }): Promise<DiskReserve> {
    const reserve = new DiskReserve(options);
    await reserve.#begin();
    return reserve;
  }

  /** Nothing but alarms and their journal may be written. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Told at every change, after the file has gone. */
  onChange(listener: (isFull: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#looking;
  }

  get #file(): string {
    return path.join(this.#folder, reserveName);
  }

  get #fullBelow(): number {
    return this.#reserveBytes / 2;
  }

  async #begin(): Promise<void> {
    await rm(`${this.#file}.new`, { force: true });
    this.#looking = this.#look();
    await this.#looking;
    this.#again();
  }

  #again(): void {
    if (this.#isStopped) return;
    this.#timer = this.#clock.after(lookMs, () => {
      this.#looking = this.#look().finally(() => this.#again());
    });
  }

  /** Never rejects: a disk that cannot be asked has other faults to tell of. */
  async #look(): Promise<void> {
    try {
      const { freeBytes, totalBytes } = await this.#space();
      this.#reserveBytes = Math.round(Math.min(mostReserve, Math.max(leastReserve, totalBytes * reserveShare)));
      if (!this.#hasReserve) this.#hasReserve = (await stat(this.#file).catch(() => null))?.size === this.#reserveBytes;
      if (!this.#isFull && freeBytes < this.#fullBelow) {
        await rm(this.#file, { force: true });
        this.#hasReserve = false;
        this.#log.error({ freeBytes, folder: this.#folder }, 'the disk is full: readings are no longer stored, alarms go on; make room');
        this.#tell(true);
        return;
      }
      // Room for the file again and as much beside it, so that it does not come and go.
      const hasRoom = freeBytes >= this.#reserveBytes + 2 * this.#fullBelow;
      if (!this.#hasReserve && hasRoom) await this.#occupy();
      if (this.#isFull && this.#hasReserve) {
        this.#log.info({ freeBytes, folder: this.#folder }, 'the disk has room again: readings are stored');
        this.#tell(false);
      }
    } catch (error) {
      this.#log.warn({ error: (error as Error).message, folder: this.#folder }, 'the room on the disk cannot be looked at; trying again');
    }
  }

  #tell(isFull: boolean): void {
    this.#isFull = isFull;
    for (const listener of this.#listeners) listener(isFull);
  }

  /** Random bytes: a file system that compresses, or leaves holes, would keep nothing free with zeros. */
  async #occupy(): Promise<void> {
    const next = `${this.#file}.new`;
    let handle: FileHandle | null = null;
    try {
      handle = await open(next, 'w');
      const block = randomFillSync(Buffer.allocUnsafe(mebibyte));
      for (let left = this.#reserveBytes; left > 0; left -= block.length) await handle.write(block, 0, Math.min(left, block.length));
      await handle.sync();
      await handle.close();
      handle = null;
      await rename(next, this.#file);
      this.#hasReserve = true;
    } catch (error) {
      await handle?.close();
      await rm(next, { force: true });
      throw error;
    }
  }
}
