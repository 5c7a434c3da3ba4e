// Room on the disk for what must never be refused: alarms, acknowledgements, the journal. While the disk has room a file keeps some of it occupied; when the
// disk is full the file goes, readings are no longer stored, and alarms go on. Looks once a second; deletes nothing but that file.
import { randomFillSync } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../domain/time/clock.ts';
import { repeat } from '../domain/time/repeat.ts';
import { type DiskSpace, spaceAt } from './disk-space.ts';
import type { HistorianLog } from './historian.ts';

/** Backups leave a file of this name out. */
const reserveName = 'reserved-space';
const lookMs = 1_000;
const mebibyte = 1_048_576;
const leastReserve = 8 * mebibyte;
const mostReserve = 64 * mebibyte;
/** Of the disk. */
const reserveShare = 0.01;

export class DiskReserve {
  readonly #folder: string;
  readonly #log: HistorianLog;
  readonly #space: () => Promise<DiskSpace>;
  readonly #listeners = new Set<(isFull: boolean) => void>();
  #reserveBytes = leastReserve;
  #hasReserve = false;
  #isFull = false;
  #stopLooking: () => Promise<void> = async () => undefined;

  private constructor(options: { dataDir: string; log: HistorianLog; space?: () => Promise<DiskSpace> }) {
    this.#folder = options.dataDir;
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
    await reserve.#begin(options.clock);
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

  stop(): Promise<void> {
    return this.#stopLooking();
  }

  get #file(): string {
    return path.join(this.#folder, reserveName);
  }

  get #fullBelow(): number {
    return this.#reserveBytes / 2;
  }

  async #begin(clock: Clock): Promise<void> {
    await rm(`${this.#file}.new`, { force: true });
    // A disk that cannot be asked has other faults to tell of.
    const onError = (error: unknown) =>
      this.#log.warn({ error: (error as Error).message, folder: this.#folder }, 'the room on the disk cannot be looked at; trying again');
    await this.#look().catch(onError);
    this.#stopLooking = repeat(clock, { firstMs: lookMs, everyMs: lookMs }, () => this.#look(), onError);
  }

  async #look(): Promise<void> {
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
