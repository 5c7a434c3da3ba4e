// What the embedded historian asks of its database, here or in a process of its own: one argument and one answer that can be sent, and a signal beside them.
import type { BucketColumns, HistorianLog, QualityRuns, RawColumns, RawColumnsOfMany, ReadingRemoval } from '../historian.ts';
import type { AppendBatch } from './append-readings.ts';
import type { SealStep } from './seal-readings.ts';

export interface StoreSettings {
  readonly folder: string;
  readonly threads: number;
  readonly memoryLimitMB: number;
}

export interface StoreOptions extends StoreSettings {
  readonly log: HistorianLog;
  readonly onSealStep?: (step: SealStep) => void;
}

export type OpenedStore =
  | {
      readonly kind: 'open';
      /** The dictionary: ids by slot. */
      readonly pointIds: readonly string[];
      /** Of the last batch that was committed. */
      readonly commitNumber: number;
    }
  | { readonly kind: 'failed'; readonly reason: 'locked' | 'newerVersion' | 'unavailable'; readonly message: string };

/** Times in milliseconds; `fromMs` inclusive, `toMs` exclusive. A point without a slot has -1. */
export interface SlotRange {
  readonly slot: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface SlotsRange {
  /** By slot, its index among the points that were asked for. */
  readonly indexBySlot: ReadonlyMap<number, number>;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ExportOrder {
  readonly points: readonly { readonly slot: number; readonly id: string }[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly file: string;
}

export interface ReadingStore {
  /** Opens what is on the disk, or makes it; also again after `abandon`. `nowMs` names what is moved aside. Never rejects. */
  open(request: { readonly nowMs: number }): Promise<OpenedStore>;
  /** One transaction. `hotRows`: rows that are in no sealed file yet. */
  append(batch: AppendBatch): Promise<{ readonly hotRows: number }>;
  readRaw(range: SlotRange & { readonly limit: number }, signal?: AbortSignal): Promise<RawColumns>;
  readRawOfMany(range: SlotsRange & { readonly limit: number }, signal?: AbortSignal): Promise<RawColumnsOfMany>;
  readQualityRuns(range: SlotsRange & { readonly silenceMs: number }, signal?: AbortSignal): Promise<QualityRuns>;
  readBuckets(range: SlotRange & { readonly buckets: number }, signal?: AbortSignal): Promise<BucketColumns>;
  /** Gives the number of rows. */
  exportReadings(order: ExportOrder, signal?: AbortSignal): Promise<number>;
  /** Seals the days before `closedBeforeDay` (all of them above `hotRowsMax`) and, on a new day, merges files. Not while itself or `removeOld` runs. */
  keepHouse(request: HouseRequest): Promise<void>;
  /** Readings that retention would remove; null where there are none. */
  findOld(request: { readonly days: number; readonly nowMs: number }): Promise<ReadingRemoval | null>;
  removeOld(request: { readonly beforeMs: number }): Promise<void>;
  /** Resolves when no house is kept any more. What was being sealed stays where it is. */
  stopKeepingHouse(): Promise<void>;
  /** Lets go of a database that failed, without writing. Only `open` may follow. Takes effect before it returns. */
  abandon(): Promise<void>;
  /** Settles the log into the main file where that works, and lets go. */
  close(): Promise<void>;
}

export interface HouseRequest {
  /** Days since 1970. */
  readonly closedBeforeDay: number;
  readonly isNewDay: boolean;
  readonly hotRowsMax: number;
}
