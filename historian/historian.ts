// Readings at rest. One interface; `duckdb/` (embedded) and `influx/` behind it, chosen by URL, both under one contract-test suite.
import type { HistorianStatus } from '../domain/messages/collector-status.ts';
import type { Plant } from '../domain/plant/plant.ts';
import type { ReadingBatch } from '../domain/readings/reading-batch.ts';

/** Raw readings of one point in time order. Arrays have equal length. */
export interface RawColumns {
  readonly timeMs: Float64Array;
  /** NaN where the reading has no value. */
  readonly value: Float64Array;
  readonly quality: Uint8Array;
  /** True where `limit` cut the answer; ask again from the last time. */
  readonly isTruncated: boolean;
}

/** Raw readings of several points together, in time order. Arrays have equal length. */
export interface RawColumnsOfMany extends RawColumns {
  /** Index into the point ids that were asked for. */
  readonly point: Uint16Array;
}

/**
 * Stretches of readings of one quality that follow each other closely: what tells when an instrument spoke, without what it said. By point, then in time
 * order. Arrays have equal length.
 */
export interface QualityRuns {
  /** Index into the point ids that were asked for. */
  readonly point: Uint32Array;
  /** First and last reading of the run. */
  readonly fromMs: Float64Array;
  readonly toMs: Float64Array;
  readonly quality: Uint8Array;
}

/** One row a bucket that holds at least one reading; empty buckets are absent (a gap stays a gap). */
export interface BucketColumns {
  readonly bucketMs: number;
  /** Start of the bucket. */
  readonly timeMs: Float64Array;
  /** Over good and uncertain readings; NaN where the bucket has only bad ones. */
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly mean: Float64Array;
  readonly last: Float64Array;
  /** Share (0..1) of readings in the bucket of good quality. */
  readonly goodShare: Float64Array;
}

export interface ReadRange {
  readonly pointId: string;
  /** Inclusive. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly signal?: AbortSignal;
}

export interface HistorianWriter {
  /**
   * Takes a batch; never blocks, never throws. Applies the exception filter (`point.exceptionDeviation`, always keeping quality changes and one
   * reading a minute), then makes it durable within about a second: in the store, or in the disk spool while the store is away.
   * The batch may be reused by the caller after the call returns.
   */
  write(batch: ReadingBatch): void;
  /** Resolves when everything accepted so far is durable (store or spool). */
  flush(): Promise<void>;
}

export interface HistorianReader {
  /** Unknown points give empty columns. Includes readings accepted but not yet flushed where the engine can. */
  readRaw(range: ReadRange & { readonly limit: number }): Promise<RawColumns>;
  /** The same for several points in one read: what a screen shows of one stretch of time. At most 5,000 points. Moments that `limit` cuts through are left out. */
  readRawOfMany(
    range: Omit<ReadRange, 'pointId'> & { readonly pointIds: readonly string[]; readonly limit: number },
  ): Promise<RawColumnsOfMany>;
  /**
   * Runs of readings of equal quality, each no later than `silenceMs` after the one before; each point's in the order of time. Reckoned where the readings lie,
   * if the store can: a month of them is a few rows.
   */
  readQualityRuns(
    range: Omit<ReadRange, 'pointId'> & { readonly pointIds: readonly string[]; readonly silenceMs: number },
  ): Promise<QualityRuns>;
  /** About `buckets` equal buckets over the range; the engine may answer from 1-minute roll-ups when a bucket is a minute or longer. */
  readBuckets(range: ReadRange & { readonly buckets: number }): Promise<BucketColumns>;
  /**
   * Writes the readings of several points as one Parquet file (point, time, value, quality): each point's together and in the order of time. Gives the
   * number of rows. Absent where the engine has no such way of its own; what is read with `readRaw` is then written by whoever needs the file.
   */
  exportReadings?(range: Omit<ReadRange, 'pointId'> & { readonly pointIds: readonly string[]; readonly file: string }): Promise<number>;
}

export interface Historian extends HistorianWriter, HistorianReader {
  status(): HistorianStatus;
  /** Durable, then closed. */
  close(): Promise<void>;
}

export interface HistorianOptions {
  /** `duckdb:` + path, or `influx://…` / `influxs://…` (see historian/open-historian.ts). */
  readonly url: string;
  readonly plant: Plant;
  readonly dataDir: string;
  readonly clock: import('../domain/time/clock.ts').Clock;
  readonly log: HistorianLog;
  /** Everything is kept where absent. */
  readonly retention?: ReadingRetention;
  /** False: the disk is full. What comes waits in memory, and is dropped, counted, when that is full too. */
  readonly mayStore?: () => boolean;
  /** The embedded database runs in a process of its own: where its library ends that, this one goes on. */
  readonly isInOwnProcess?: boolean;
}

export interface ReadingRetention {
  /**
   * Raw readings older than this many days go, and only where as many days with readings are newer: a clock that runs ahead removes nothing. Roll-ups of a
   * minute stay.
   */
  readonly days: number;
  /** Said before anything is removed. Where it cannot be said, nothing is. */
  readonly announce: (removal: ReadingRemoval) => Promise<void>;
}

export interface ReadingRemoval {
  readonly fromMs: number;
  /** Exclusive. */
  readonly beforeMs: number;
  readonly readings: number;
}

/** The store cannot be read at this moment; it is tried again by itself. */
export class HistorianAwayError extends Error {
  override readonly name = 'HistorianAwayError';
}

/** The part of a pino logger that the historian uses. */
export interface HistorianLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
