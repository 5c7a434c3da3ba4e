// Readings into InfluxDB 1.x or 2.x and out of it again. Everything goes through a spool on disk: the database may be away for days and the process may be
// killed at any moment; what was accepted a second ago is sent when both are back, oldest first, and is there once.
import path from 'node:path';
import type { HistorianStatus } from '../../domain/messages/collector-status.ts';
import type { ReadingBatch } from '../../domain/readings/reading-batch.ts';
import type { TimerHandle } from '../../domain/time/clock.ts';
import type { BucketColumns, Historian, HistorianOptions, QualityRuns, RawColumns, RawColumnsOfMany, ReadRange } from '../historian.ts';
import { PointSlots } from '../point-slots.ts';
import { type ReadingChunk, ReadingIntake } from '../reading-intake.ts';
import { DiskSpool, type SpoolFrame } from './disk-spool.ts';
import { InfluxConnection, InfluxRefusal } from './influx-connection.ts';
import { readBuckets, readRaw, readRawOfMany } from './influx-reads.ts';
import type { InfluxTarget } from './influx-target.ts';
import { LineWriter } from './line-protocol.ts';
import { readQualityRuns, readQualityRunsByRows } from './read-quality-runs.ts';
import { type FrameOutcome, type HeldFrame, type RefusedLine, sendFrame } from './send-frame.ts';
import { SetAside } from './set-aside.ts';

export interface InfluxHistorianOptions extends Omit<HistorianOptions, 'url'> {
  readonly target: InfluxTarget;
  /** Folder of the lines that the database has not confirmed. */
  readonly spoolFolder: string;
  /** Readings that may wait for the disk; more are dropped and counted. */
  readonly queueRowsMax?: number;
  /** Space for the spool; beyond it the oldest lines go and are counted. */
  readonly spoolBytesMax?: number;
  readonly requestTimeoutMs?: number;
  readonly random?: () => number;
}

const spoolDelayMs = 500;
const spoolAtOnceRows = 65_536;
const spoolRowsMax = 262_144;
/** Lines a request: two chunks of 2,048. InfluxDB's own documentation advises about 5,000 at most. */
const chunksEachFrame = 2;
/**
 * Requests under way together, so that neither side waits for the other. Where the same point gives two readings for the same moment in frames beside each
 * other, either may be the one that stays.
 */
const framesAtOnce = 2;
const retryDelayMsMin = 1_000;
const retryDelayMsMax = 30_000;
/** A database that asks for more is asked again after this: the header may come from a clock that is wrong. */
const retryAfterMsMax = 3_600_000;
/** Answered 500 this often in a row, a frame is searched for a line at fault. */
const suspectAfterTries = 3;
/** How long a read waits for readings that were accepted before it to reach the database. */
const readWaitMs = 2_000;
const closeWaitMs = 2_000;

export async function openInfluxHistorian(options: InfluxHistorianOptions): Promise<Historian> {
  const spool = await DiskSpool.open({ folder: options.spoolFolder, bytesMax: options.spoolBytesMax ?? 8 * 1024 ** 3, log: options.log });
  const setAside = await SetAside.open(path.join(options.spoolFolder, 'set-aside.lp'));
  return new InfluxHistorian(options, spool, setAside);
}

class InfluxHistorian implements Historian {
  readonly #options: InfluxHistorianOptions;
  readonly #spool: DiskSpool;
  readonly #setAside: SetAside;
  readonly #connection: InfluxConnection;
  readonly #slots = new PointSlots();
  readonly #intake: ReadingIntake;
  readonly #lines = new LineWriter(this.#slots.ids);
  readonly #closing = new AbortController();
  #spoolTimer: TimerHandle | null = null;
  #spooling: Promise<void> | null = null;
  /** Taken from the intake and not yet on disk. */
  #inFlight: ReadingChunk[] = [];
  #spooledRows = 0;
  #spoolFailure: string | null = null;
  #written = 0;
  #reason: string | null = 'not tried yet';
  #hasWarned = false;
  #readsRunsByRows = false;
  #wake: (() => void) | null = null;
  #sending: Promise<void>;
  readonly #drainWaiters = new Set<() => void>();

  constructor(options: InfluxHistorianOptions, spool: DiskSpool, setAside: SetAside) {
    this.#options = options;
    this.#spool = spool;
    this.#setAside = setAside;
    const { target, clock, plant, log } = options;
    this.#connection = new InfluxConnection({ target, clock, timeoutMs: options.requestTimeoutMs ?? 10_000 });
    this.#intake = new ReadingIntake({ plant, slots: this.#slots, clock, log, rowsMax: options.queueRowsMax ?? 2_000_000 });
    this.#sending = this.#sendAll();
  }

  write(batch: ReadingBatch): void {
    if (this.#closing.signal.aborted) return;
    this.#intake.write(batch);
    if (this.#intake.waitingRows === 0) return;
    if (this.#intake.waitingRows >= spoolAtOnceRows) void this.#runSpooling();
    else this.#spoolLater(spoolDelayMs);
  }

  async flush(): Promise<void> {
    const target = this.#intake.pushed;
    while (this.#spooledRows + this.#intake.discarded < target) {
      await this.#runSpooling();
      if (this.#spoolFailure !== null) throw new Error(`readings are not stored: ${this.#spoolFailure}; they wait in memory`);
    }
  }

  async readRaw(range: ReadRange & { readonly limit: number }): Promise<RawColumns> {
    const { pointId, fromMs, toMs, limit } = range;
    const signal = this.#signalOf(range);
    await this.#drained(readWaitMs, signal);
    return readRaw(this.#connection, { pointId, fromMs, toMs, limit }, signal);
  }

  async readRawOfMany(
    range: Omit<ReadRange, 'pointId'> & { readonly pointIds: readonly string[]; readonly limit: number },
  ): Promise<RawColumnsOfMany> {
    const { pointIds, fromMs, toMs, limit } = range;
    const signal = this.#signalOf(range);
    await this.#drained(readWaitMs, signal);
    return readRawOfMany(this.#connection, { pointIds, fromMs, toMs, limit }, signal);
  }

  async readQualityRuns(
    range: Omit<ReadRange, 'pointId'> & { readonly pointIds: readonly string[]; readonly silenceMs: number },
  ): Promise<QualityRuns> {
    const signal = this.#signalOf(range);
    await this.#drained(readWaitMs, signal);
    if (!this.#readsRunsByRows) {
      try {
        return await readQualityRuns(this.#connection, range, signal);
      } catch (error) {
        if (!(error instanceof InfluxRefusal)) throw error;
        const runs = await readQualityRunsByRows(this.#connection, range, signal);
        this.#readsRunsByRows = true;
        this.#options.log.info({ error: error.message }, 'the database cannot find gaps in readings by itself: they are read row by row');
        return runs;
      }
    }
    return readQualityRunsByRows(this.#connection, range, signal);
  }

  async readBuckets(range: ReadRange & { readonly buckets: number }): Promise<BucketColumns> {
    const { pointId, fromMs, toMs, buckets } = range;
    const signal = this.#signalOf(range);
    await this.#drained(readWaitMs, signal);
    return readBuckets(this.#connection, { pointId, fromMs, toMs, buckets }, signal);
  }

  status(): HistorianStatus {
    const reason = this.#spoolFailure ?? this.#reason;
    return {
      engine: 'influx',
      isAvailable: reason === null,
      reason,
      accepted: this.#intake.accepted,
      written: this.#written,
      filtered: this.#intake.filtered,
      spooled: this.#intake.heldRows + this.#spool.pendingLines,
      setAside: this.#setAside.count,
      dropped: this.#intake.dropped + this.#spool.droppedLines,
    };
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#spoolTimer?.cancel();
    try {
      await this.flush();
    } catch (error) {
      this.#options.log.error(
        { lost: this.#intake.heldRows, error: messageOf(error) },
        'the historian closes without having stored everything',
      );
    }
    await this.#drained(closeWaitMs);
    this.#closing.abort();
    this.#wake?.();
    await this.#sending;
    await this.#spool.close();
    this.#reason = 'closed';
  }

  #signalOf(range: Pick<ReadRange, 'signal'>): AbortSignal {
    return range.signal === undefined ? this.#closing.signal : AbortSignal.any([range.signal, this.#closing.signal]);
  }

  #spoolLater(delayMs: number): void {
    this.#spoolTimer ??= this.#options.clock.after(delayMs, () => {
      this.#spoolTimer = null;
      void this.#runSpooling();
    });
  }

  /** One at a time; never rejects. */
  #runSpooling(): Promise<void> {
    this.#spooling ??= this.#spoolWaiting().finally(() => {
      this.#spooling = null;
      if (this.#inFlight.length + this.#intake.waitingRows > 0 && !this.#closing.signal.aborted)
        this.#spoolLater(this.#spoolFailure === null ? spoolDelayMs : retryDelayMsMin);
    });
    return this.#spooling;
  }

  async #spoolWaiting(): Promise<void> {
    while (this.#inFlight.length > 0 || this.#intake.waitingRows > 0) {
      if (this.#options.mayStore?.() === false) {
        this.#spoolFailure = 'the disk is full';
        return;
      }
      if (this.#inFlight.length === 0) this.#inFlight = this.#intake.take(spoolRowsMax);
      const chunks = this.#inFlight;
      const batches: { text: string; lineCount: number }[] = [];
      for (let first = 0; first < chunks.length; first += chunksEachFrame) {
        const some = chunks.slice(first, first + chunksEachFrame);
        batches.push({
          text: some.map((chunk) => this.#lines.lines(chunk)).join(''),
          lineCount: some.reduce((sum, chunk) => sum + chunk.length, 0),
        });
        // The thread that polls is this one.
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      try {
        await this.#spool.append(batches);
      } catch (error) {
        if (this.#spoolFailure === null)
          this.#options.log.error(
            { error: messageOf(error), waiting: this.#intake.heldRows },
            'the spool cannot be written; readings wait in memory and are dropped, counted, when that is full; alarms and live values go on; check the disk',
          );
        this.#spoolFailure = messageOf(error);
        return;
      }
      this.#spoolFailure = null;
      for (const chunk of chunks) this.#spooledRows += chunk.length;
      this.#inFlight = [];
      this.#intake.release(chunks);
      this.#wake?.();
    }
  }

  /** Sends frame after frame until closed. */
  async #sendAll(): Promise<void> {
    let retryDelayMs = retryDelayMsMin;
    let suspectTries = 0;
    while (!this.#closing.signal.aborted) {
      // A database that has just failed is asked with one frame.
      const frames = await this.#spool.peek(this.#hasWarned ? 1 : framesAtOnce);
      if (frames.length === 0) {
        for (const waiter of this.#drainWaiters) waiter();
        if (this.#reason === 'not tried yet') this.#reason = null;
        await this.#sleep(null);
        continue;
      }
      const isSuspect = suspectTries >= suspectAfterTries;
      const outcomes = await Promise.all(
        frames.map((frame) => sendFrame(this.#connection, frame.text ?? '', isSuspect, this.#closing.signal)),
      );
      const held = await this.#settleUntilHeld(frames, outcomes);
      if (held === null) {
        suspectTries = 0;
        retryDelayMs = retryDelayMsMin;
        continue;
      }
      if (this.#closing.signal.aborted) return;
      suspectTries = held.isLineSuspect ? suspectTries + 1 : 0;
      this.#reason = `${held.reason}: ${held.message}`;
      for (const waiter of this.#drainWaiters) waiter();
      if (!this.#hasWarned)
        this.#options.log.warn(
          { reason: held.reason, error: held.message, target: this.#options.target.description },
          'the database does not take readings; they wait on disk and are sent when it does',
        );
      this.#hasWarned = true;
      const { random = Math.random } = this.#options;
      const backOffMs = retryDelayMs * (0.5 + random() / 2);
      await this.#sleep(held.retryAfterMs === null ? backOffMs : Math.min(retryAfterMsMax, held.retryAfterMs));
      retryDelayMs = Math.min(retryDelayMsMax, retryDelayMs * 2);
    }
  }

  /** Oldest first. What comes after a frame that is held is sent again with it, which stores no line twice. */
  async #settleUntilHeld(frames: readonly SpoolFrame[], outcomes: readonly FrameOutcome[]): Promise<HeldFrame | null> {
    for (const [index, frame] of frames.entries()) {
      const outcome = outcomes[index] as FrameOutcome;
      if (outcome.kind === 'held') return outcome;
      await this.#settle(frame, outcome.refused);
      if (this.#hasWarned) this.#options.log.info({ spooled: this.#spool.pendingLines }, 'the database takes readings again');
      this.#hasWarned = false;
      this.#reason = null;
    }
    return null;
  }

  async #settle(frame: SpoolFrame, refused: readonly RefusedLine[]): Promise<void> {
    if (refused.length > 0) {
      await this.#setAside.add(refused);
      this.#options.log.error(
        { lines: refused.length, first: refused[0]?.line, reason: refused[0]?.reason },
        'the database refused readings for good; they are set aside in the spool folder (set-aside.lp), everything else was stored',
      );
    }
    this.#written += frame.lineCount - refused.length;
    await this.#spool.acknowledge(frame);
  }

  /** Until woken, or after `delayMs`. Between tries a wake-up does not shorten the wait. */
  #sleep(delayMs: number | null): Promise<void> {
    // Something may have come between finding the spool empty and lying down.
    if (this.#closing.signal.aborted || (delayMs === null && this.#spool.pendingLines > 0)) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        timer?.cancel();
        this.#wake = null;
        resolve();
      };
      const timer = delayMs === null ? null : this.#options.clock.after(delayMs, done);
      this.#wake = delayMs === null ? done : () => (this.#closing.signal.aborted ? done() : undefined);
    });
  }

  /**
   * What was accepted so far is in the database, or the database is away, or the time is over: best effort, so that a trend ends at now.
   * Rejects only where `signal` is aborted.
   */
  async #drained(limitMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.flush().catch(() => undefined);
    if (this.#spool.pendingLines > 0 && !this.#hasWarned) {
      await new Promise<void>((resolve) => {
        const done = () => {
          timer.cancel();
          this.#drainWaiters.delete(done);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = this.#options.clock.after(limitMs, done);
        this.#drainWaiters.add(done);
        signal?.addEventListener('abort', done, { once: true });
      });
    }
    signal?.throwIfAborted();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
