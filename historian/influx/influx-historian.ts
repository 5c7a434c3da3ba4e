// Readings into InfluxDB 1.x or 2.x and out of it again. Everything goes through a spool on disk: the database may be away for days and the process may be
// killed at any moment; what was accepted a second ago is sent when both are back, once in effect, in order.
import path from 'node:path';
import type { HistorianStatus } from '../../domain/messages/collector-status.ts';
import type { ReadingBatch } from '../../domain/readings/reading-batch.ts';
import type { TimerHandle } from '../../domain/time/clock.ts';
import type { BucketColumns, Historian, HistorianOptions, RawColumns, ReadRange } from '../historian.ts';
import { PointSlots } from '../point-slots.ts';
import { type ReadingChunk, ReadingIntake } from '../reading-intake.ts';
import { DiskSpool, type SpoolFrame } from './disk-spool.ts';
import { InfluxConnection } from './influx-connection.ts';
import { readBuckets, readRaw } from './influx-reads.ts';
import type { InfluxTarget } from './influx-target.ts';
import { LineWriter } from './line-protocol.ts';
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
/** Lines a request: four chunks of 2,048, in the range that InfluxDB's own documentation advises. */
const chunksEachFrame = 4;
const retryDelayMsMin = 1_000;
const retryDelayMsMax = 30_000;
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
    await this.#drained(readWaitMs);
    return readRaw(this.#connection, { pointId, fromMs, toMs, limit }, this.#signalOf(range));
  }

  async readBuckets(range: ReadRange & { readonly buckets: number }): Promise<BucketColumns> {
    const { pointId, fromMs, toMs, buckets } = range;
    await this.#drained(readWaitMs);
    return readBuckets(this.#connection, { pointId, fromMs, toMs, buckets }, this.#signalOf(range));
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

  #signalOf(range: ReadRange): AbortSignal {
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
    while (!this.#closing.signal.aborted) {
      const frame = await this.#spool.peek();
      if (frame === null) {
        for (const waiter of this.#drainWaiters) waiter();
        if (this.#reason === 'not tried yet') this.#reason = null;
        await this.#sleep(null);
        continue;
      }
      const outcome = await this.#sendFrame(frame);
      if (this.#closing.signal.aborted && outcome.kind === 'held') return;
      if (outcome.kind === 'done') {
        if (this.#hasWarned) this.#options.log.info({ spooled: this.#spool.pendingLines }, 'the database takes readings again');
        this.#hasWarned = false;
        this.#reason = null;
        retryDelayMs = retryDelayMsMin;
        continue;
      }
      this.#reason = `${outcome.reason}: ${outcome.message}`;
      for (const waiter of this.#drainWaiters) waiter();
      if (!this.#hasWarned)
        this.#options.log.warn(
          { reason: outcome.reason, error: outcome.message, target: this.#options.target.description },
          'the database does not take readings; they wait on disk and are sent when it does',
        );
      this.#hasWarned = true;
      const { random = Math.random } = this.#options;
      await this.#sleep(outcome.retryAfterMs ?? retryDelayMs * (0.5 + random() / 2));
      retryDelayMs = Math.min(retryDelayMsMax, retryDelayMs * 2);
    }
  }

  async #sendFrame(
    frame: SpoolFrame,
  ): Promise<{ kind: 'done' } | { kind: 'held'; reason: string; message: string; retryAfterMs: number | null }> {
    const text = frame.text ?? '';
    const refused: { line: string; reason: string }[] = [];
    // Halves of what was refused, until single lines are: the rest must be stored.
    const pieces: string[][] = [];
    let outcome = await this.#connection.write(text, this.#closing.signal);
    if (outcome.kind === 'refused') pieces.push(text.split('\n').filter((line) => line !== ''));
    while (outcome.kind !== 'held' && pieces.length > 0) {
      const lines = pieces.pop() as string[];
      outcome = await this.#connection.write(`${lines.join('\n')}\n`, this.#closing.signal);
      if (outcome.kind !== 'refused') continue;
      const [only] = lines;
      if (lines.length === 1 && only !== undefined) refused.push({ line: only, reason: `${outcome.status} ${outcome.message}` });
      else pieces.push(lines.slice(Math.ceil(lines.length / 2)), lines.slice(0, Math.ceil(lines.length / 2)));
    }
    if (outcome.kind === 'held') return outcome;
    if (refused.length > 0) {
      await this.#setAside.add(refused);
      this.#options.log.error(
        { lines: refused.length, first: refused[0]?.line, reason: refused[0]?.reason },
        'the database refused readings for good; they are set aside in the spool folder (set-aside.lp), everything else was stored',
      );
    }
    this.#written += frame.lineCount - refused.length;
    await this.#spool.acknowledge(frame);
    return { kind: 'done' };
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

  /** What was accepted so far is in the database, or the database is away, or the time is over: best effort, so that a trend ends at now. */
  async #drained(limitMs: number): Promise<void> {
    await this.flush().catch(() => undefined);
    if (this.#spool.pendingLines === 0 || this.#hasWarned) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        timer.cancel();
        this.#drainWaiters.delete(done);
        resolve();
      };
      const timer = this.#options.clock.after(limitMs, done);
      this.#drainWaiters.add(done);
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
