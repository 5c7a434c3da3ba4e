// Where both engines take readings in: exception filter, then a bounded queue of column chunks. Cheap on the caller's thread; writes nothing itself.
import type { Plant } from '../domain/plant/plant.ts';
import type { ReadingBatch } from '../domain/readings/reading-batch.ts';
import type { Clock } from '../domain/time/clock.ts';
import { Exception, ExceptionFilter } from './exception-filter.ts';
import type { HistorianLog } from './historian.ts';
import type { PointSlots } from './point-slots.ts';

/** Readings as columns; the arrays are longer than `length`. */
export interface ReadingChunk {
  length: number;
  readonly slot: Uint32Array;
  readonly timeMs: Float64Array;
  /** NaN where there is none; never infinite. */
  readonly value: Float64Array;
  readonly quality: Uint8Array;
  text: Map<number, string> | null;
}

/** DuckDB's vector size, so that a chunk is appended as one vector. */
export const chunkRows = 2_048;
const pooledChunksMax = 64;
/** The widest time that is a date at all. */
const timeMsMax = 8.64e15;
const dropLogIntervalMs = 10_000;

export class ReadingIntake {
  readonly #slots: PointSlots;
  readonly #clock: Clock;
  readonly #log: HistorianLog;
  readonly #rowsMax: number;
  readonly #filter = new ExceptionFilter();
  readonly #lastText = new Map<number, string>();
  readonly #pool: ReadingChunk[] = [];
  #full: ReadingChunk[] = [];
  #open: ReadingChunk | null = null;
  #heldRows = 0;
  #waitingRows = 0;
  #lastDropLogMs = Number.NEGATIVE_INFINITY;

  /** Readings offered to `write`. */
  accepted = 0;
  /** Of these, left out by the exception filter. */
  filtered = 0;
  /** Of these, lost: the queue was full, the time was no time, or the store refused them for good. */
  dropped = 0;
  /** Rows put into the queue so far, and of these the ones lost after that. */
  pushed = 0;
  discarded = 0;

  constructor(options: { plant: Plant; slots: PointSlots; clock: Clock; log: HistorianLog; rowsMax: number }) {
    this.#slots = options.slots;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#rowsMax = options.rowsMax;
    for (const point of options.plant.points) this.#filter.setDeviation(options.slots.slotOf(point.id), point.exceptionDeviation);
  }

  /** Rows not yet taken. */
  get waitingRows(): number {
    return this.#waitingRows;
  }

  /** Rows not yet released: waiting and taken together. */
  get heldRows(): number {
    return this.#heldRows;
  }

  write(batch: ReadingBatch): void {
    const slots = this.#slots.slotsOf(batch.table);
    const droppedBefore = this.dropped;
    for (let row = 0; row < batch.length; row++) {
      this.accepted++;
      const slot = slots[batch.point[row] as number];
      const timeMs = Math.round(batch.timeMs[row] as number);
      // One row is kept in reserve: a kept reading may bring the one before it along.
      if (slot === undefined || !(Math.abs(timeMs) <= timeMsMax) || this.#heldRows + 1 >= this.#rowsMax) {
        this.dropped++;
        continue;
      }
      const given = batch.value[row] as number;
      const value = given - given === 0 ? given : Number.NaN;
      const quality = batch.quality[row] as number;
      const text = batch.text === null ? undefined : batch.text.get(row);
      let hasNewText = false;
      if (text !== undefined && this.#lastText.get(slot) !== text) {
        this.#lastText.set(slot, text);
        hasNewText = true;
      }
      const previousQuality = this.#filter.keptQuality(slot);
      const outcome = this.#filter.offer(slot, timeMs, value, quality, hasNewText);
      if (outcome === Exception.skip) {
        this.filtered++;
        continue;
      }
      if (outcome === Exception.keepWithPrevious) {
        this.filtered--;
        this.#push(slot, this.#filter.previousTimeMs(slot), this.#filter.previousValue(slot), previousQuality, undefined);
      }
      this.#push(slot, timeMs, value, quality, text);
    }
    if (this.dropped !== droppedBefore) this.#reportDrops();
  }

  /** Moves up to about `rowsMax` waiting rows, oldest first, to the caller, who gives every chunk back to `release`. */
  take(rowsMax: number): ReadingChunk[] {
    if (this.#open !== null && this.#waitingRows <= rowsMax) {
      this.#full.push(this.#open);
      this.#open = null;
    }
    const count = Math.max(1, Math.floor(rowsMax / chunkRows));
    const taken = this.#full.length <= count ? this.#full : this.#full.slice(0, count);
    this.#full = this.#full.length <= count ? [] : this.#full.slice(count);
    for (const chunk of taken) this.#waitingRows -= chunk.length;
    return taken;
  }

  release(chunks: readonly ReadingChunk[]): void {
    for (const chunk of chunks) {
      this.#heldRows -= chunk.length;
      chunk.length = 0;
      chunk.text = null;
      if (this.#pool.length < pooledChunksMax) this.#pool.push(chunk);
    }
  }

  /** Counts readings as lost and lets go of them: the store will never take them. */
  discard(chunks: readonly ReadingChunk[]): void {
    for (const chunk of chunks) {
      this.dropped += chunk.length;
      this.discarded += chunk.length;
    }
    this.release(chunks);
  }

  #push(slot: number, timeMs: number, value: number, quality: number, text: string | undefined): void {
    let chunk = this.#open;
    if (chunk === null) {
      chunk = this.#pool.pop() ?? createChunk();
      this.#open = chunk;
    }
    const row = chunk.length;
    chunk.slot[row] = slot;
    chunk.timeMs[row] = timeMs;
    chunk.value[row] = value;
    chunk.quality[row] = quality;
    if (text !== undefined) {
      chunk.text ??= new Map();
      chunk.text.set(row, text);
    }
    chunk.length = row + 1;
    this.#waitingRows++;
    this.pushed++;
    this.#heldRows++;
    if (chunk.length === chunkRows) {
      this.#full.push(chunk);
      this.#open = null;
    }
  }

  #reportDrops(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lastDropLogMs < dropLogIntervalMs) return;
    this.#lastDropLogMs = nowMs;
    this.#log.error(
      { dropped: this.dropped, waiting: this.#heldRows },
      'readings are being dropped: the store does not take them and the queue is full; alarms and live values go on; check the disk or the database',
    );
  }
}

function createChunk(): ReadingChunk {
  return {
    length: 0,
    slot: new Uint32Array(chunkRows),
    timeMs: new Float64Array(chunkRows),
    value: new Float64Array(chunkRows),
    quality: new Uint8Array(chunkRows),
    text: null,
  };
}
