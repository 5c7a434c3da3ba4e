// The embedded historian: takes readings in, commits them within a second, answers from hot and sealed readings together, and keeps house.
// The database may fail at any time (disk full, file damaged): readings then wait in a bounded queue, drops are counted, and nothing here throws at the field.
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { HistorianStatus } from '../../domain/messages/collector-status.ts';
import type { ReadingBatch } from '../../domain/readings/reading-batch.ts';
import type { TimerHandle } from '../../domain/time/clock.ts';
import type { BucketColumns, Historian, HistorianOptions, QualityRuns, RawColumns, RawColumnsOfMany, ReadRange } from '../historian.ts';
import { HistorianAwayError } from '../historian.ts';
import { PointSlots } from '../point-slots.ts';
import { type ReadingChunk, ReadingIntake } from '../reading-intake.ts';
import { messageOf } from './database.ts';
import { DuckdbStore } from './duckdb-store.ts';
import { dayMs } from './parts.ts';
import type { ReadingStore } from './reading-store.ts';
import type { SealStep } from './seal-readings.ts';
import { StoreInOwnProcess } from './store-in-own-process.ts';

export interface DuckdbHistorianOptions extends Omit<HistorianOptions, 'url'> {
  /** Folder of the database and its files. */
  readonly folder: string;
  readonly threads?: number;
  readonly memoryLimitMB?: number;
  /** Readings that may wait for the disk; more are dropped and counted. */
  readonly queueRowsMax?: number;
  /** Rows in the hot table above which today's are sealed before the day is over, so that reads stay quick. */
  readonly hotRowsMax?: number;
  /** Only of a store in this process. */
  readonly onSealStep?: (step: SealStep) => void;
}

const commitDelayMs = 500;
/** Below DuckDB's row group of 122,880: a transaction that fills one compresses it on the calling thread. */
const commitRowsMax = 98_304;
const commitAtOnceRows = 65_536;
const maintenanceIntervalMs = 60_000;
/** Readings of a day may come this late without making a file of their own. */
const dayCloseDelayMs = 300_000;
const retryDelayMsMin = 1_000;
const retryDelayMsMax = 30_000;
/** Why nothing is written while the database stays open for those who read. */
const diskFull = 'the disk is full';
/** What a file system becomes when its disk fails. The library ends its whole process where a commit meets this. */
const diskReadOnly = 'the disk can only be read';
const heldBackFor: readonly (string | null)[] = [diskFull, diskReadOnly];

export async function openDuckdbHistorian(options: DuckdbHistorianOptions): Promise<DuckdbHistorian> {
  const historian = new DuckdbHistorian(options);
  await historian.open();
  return historian;
}

export class DuckdbHistorian implements Historian {
  readonly #options: DuckdbHistorianOptions;
  readonly #folder: string;
  readonly #slots = new PointSlots();
  readonly #store: ReadingStore;
  #intake: ReadingIntake | null = null;
  #isOpen = false;
  #reason: string | null = 'not opened yet';
  #storedPoints = 0;
  #commitNumber = 0;
  #inFlight: ReadingChunk[] | null = null;
  #written = 0;
  #committing: Promise<void> | null = null;
  #commitTimer: TimerHandle | null = null;
  #retryTimer: TimerHandle | null = null;
  #retryDelayMs = retryDelayMsMin;
  #maintenanceTimer: TimerHandle | null = null;
  #maintaining: Promise<void> | null = null;
  #lastCloseDay = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: DuckdbHistorianOptions) {
    this.#options = options;
    this.#folder = path.resolve(options.folder);
    const { log, threads = 2, memoryLimitMB = 512, onSealStep } = options;
    const store = { folder: this.#folder, threads, memoryLimitMB, log };
    this.#store =
      options.isInOwnProcess === true
        ? new StoreInOwnProcess(store, (reason) => this.#ended(reason))
        : new DuckdbStore({ ...store, ...(onSealStep === undefined ? {} : { onSealStep }) });
  }

  /** Throws only where another process has the database open: two writers would be a mistake of the person who started them. */
  async open(): Promise<void> {
    await this.#openStore(true);
    const { plant, clock, log, queueRowsMax } = this.#options;
    this.#intake = new ReadingIntake({ plant, slots: this.#slots, clock, log, rowsMax: queueRowsMax ?? 2_000_000 });
    this.#scheduleMaintenance();
  }

  write(batch: ReadingBatch): void {
    if (this.#isClosed) return;
    const intake = this.#openIntake;
    intake.write(batch);
    if (intake.waitingRows === 0) return;
    if (intake.waitingRows >= commitAtOnceRows) this.#startCommit();
    else this.#commitTimer ??= this.#options.clock.after(commitDelayMs, () => this.#startCommit());
  }

  async flush(): Promise<void> {
    const intake = this.#openIntake;
    const target = intake.pushed;
    while (this.#written + intake.discarded < target) {
      await this.#runCommit();
      if (!this.#isOpen || this.#isHeldBack)
        throw new HistorianAwayError(`readings are not stored: ${this.#reason ?? 'the database is away'}; they wait in memory`);
    }
  }

  async readRaw(range: ReadRange & { readonly limit: number }): Promise<RawColumns> {
    const slot = this.#slots.find(range.pointId);
    if (slot === null) return { timeMs: new Float64Array(0), value: new Float64Array(0), quality: new Uint8Array(0), isTruncated: false };
    const { fromMs, toMs, limit, signal } = range;
    const store = await this.#storeToRead();
    return store.readRaw({ slot, fromMs, toMs, limit }, signal);
  }

  async readRawOfMany(
    range: Omit<ReadRange, 'pointId'> & { readonly pointIds: readonly string[]; readonly limit: number },
  ): Promise<RawColumnsOfMany> {
    const { pointIds, fromMs, toMs, limit, signal } = range;
    const indexBySlot = this.#indexBySlot(pointIds);
    const store = await this.#storeToRead();
    return store.readRawOfMany({ indexBySlot, fromMs, toMs, limit }, signal);
  }

  async readQualityRuns(
    range: Omit<ReadRange, 'pointId'> & { readonly pointIds: readonly string[]; readonly silenceMs: number },
  ): Promise<QualityRuns> {
    const { pointIds, fromMs, toMs, silenceMs, signal } = range;
    const indexBySlot = this.#indexBySlot(pointIds);
    const store = await this.#storeToRead();
    return store.readQualityRuns({ indexBySlot, fromMs, toMs, silenceMs }, signal);
  }

  #indexBySlot(pointIds: readonly string[]): Map<number, number> {
    const indexBySlot = new Map<number, number>();
    for (const [index, id] of pointIds.entries()) {
      const slot = this.#slots.find(id);
      if (slot !== null) indexBySlot.set(slot, index);
    }
    return indexBySlot;
  }

  async readBuckets(range: ReadRange & { readonly buckets: number }): Promise<BucketColumns> {
    // An unknown point has slot -1: the same empty answer, with the same bucket length.
    const slot = this.#slots.find(range.pointId) ?? -1;
    const { fromMs, toMs, buckets, signal } = range;
    const store = await this.#storeToRead();
    return store.readBuckets({ slot, fromMs, toMs, buckets }, signal);
  }

  async exportReadings(
    range: Omit<ReadRange, 'pointId'> & { readonly pointIds: readonly string[]; readonly file: string },
  ): Promise<number> {
    const points = range.pointIds.flatMap((id) => {
      const slot = this.#slots.find(id);
      return slot === null ? [] : [{ slot, id }];
    });
    const { fromMs, toMs, file, signal } = range;
    const store = await this.#storeToRead();
    return store.exportReadings({ points, fromMs, toMs, file: path.resolve(file) }, signal);
  }

  status(): HistorianStatus {
    const intake = this.#openIntake;
    const isAvailable = this.#isOpen && !this.#isHeldBack;
    return {
      engine: 'duckdb',
      isAvailable,
      reason: isAvailable ? null : this.#reason,
      accepted: intake.accepted,
      written: this.#written,
      filtered: intake.filtered,
      spooled: intake.heldRows,
      setAside: 0,
      dropped: intake.dropped,
    };
  }

  /** Seals closed days, merges, deletes what is past its retention. Runs by itself every minute. */
  async maintain(): Promise<void> {
    this.#maintaining ??= this.#maintainOnce().finally(() => {
      this.#maintaining = null;
    });
    await this.#maintaining;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#maintenanceTimer?.cancel();
    this.#commitTimer?.cancel();
    await this.#store.stopKeepingHouse().catch(() => undefined);
    await this.#maintaining?.catch(() => undefined);
    try {
      await this.flush();
    } catch (error) {
      const lost = this.#openIntake.heldRows;
      this.#options.log.error({ lost, error: messageOf(error) }, 'the historian closes without having stored everything');
    }
    this.#retryTimer?.cancel();
    await this.#store.close();
    this.#isOpen = false;
    this.#reason = 'closed';
  }

  get #openIntake(): ReadingIntake {
    if (this.#intake === null) throw new Error('the historian has not been opened');
    return this.#intake;
  }

  get #isHeldBack(): boolean {
    return heldBackFor.includes(this.#reason);
  }

  /** With all that was accepted in it; those who read are shown what is stored where the rest cannot be. */
  async #storeToRead(): Promise<ReadingStore> {
    await this.flush().catch((error: unknown) => {
      if (!this.#isHeldBack) throw error;
    });
    if (!this.#isOpen) throw new HistorianAwayError(`history is not available: ${this.#reason ?? 'the database is away'}`);
    return this.#store;
  }

  #startCommit(): void {
    this.#commitTimer?.cancel();
    this.#commitTimer = null;
    void this.#runCommit();
  }

  /** One commit loop at a time; never rejects. */
  #runCommit(): Promise<void> {
    // Cleared in a later microtask than it is set, also where there was nothing to do.
    this.#committing ??= this.#commitWaiting().finally(() => {
      this.#committing = null;
      const { waitingRows } = this.#openIntake;
      if (waitingRows > 0 && this.#retryTimer === null && !this.#isClosed)
        this.#commitTimer ??= this.#options.clock.after(commitDelayMs, () => this.#startCommit());
    });
    return this.#committing;
  }

  /** Never rejects: a failure becomes the status, and a retry. */
  async #commitWaiting(): Promise<void> {
    // Also with nothing to store: somebody may want to read.
    if (!this.#isOpen && !(await this.#openStore(false))) return;
    while (this.#inFlight !== null || this.#openIntake.waitingRows > 0) {
      const refusal = this.#refusal();
      if (refusal !== null) return this.#holdBack(refusal);
      // What was held back may have been the only reason.
      if (this.#isHeldBack) this.#reason = null;
      this.#inFlight ??= this.#openIntake.take(commitRowsMax);
      try {
        await this.#commit(this.#inFlight);
      } catch (error) {
        this.#fail(messageOf(error));
        return;
      }
    }
  }

  /** Why nothing may be written now, or null. */
  #refusal(): string | null {
    if (this.#options.mayStore?.() === false) return diskFull;
    try {
      accessSync(this.#folder, constants.W_OK);
      return null;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EROFS' ? diskReadOnly : null;
    }
  }

  /** The database stays open, for who reads; nothing more is written until the disk takes it. */
  #holdBack(refusal: string): void {
    this.#reason = refusal;
    if (this.#retryTimer !== null || this.#isClosed) return;
    this.#retryTimer = this.#options.clock.after(retryDelayMsMin, () => {
      this.#retryTimer = null;
      this.#startCommit();
    });
  }

  async #commit(chunks: ReadingChunk[]): Promise<void> {
    const newPoints = { firstSlot: this.#storedPoints, ids: this.#slots.ids.slice(this.#storedPoints) };
    const { hotRows } = await this.#store.append({ chunks, commitNumber: this.#commitNumber + 1, newPoints });
    this.#commitNumber++;
    this.#storedPoints = newPoints.firstSlot + newPoints.ids.length;
    this.#retryDelayMs = retryDelayMsMin;
    this.#settleCommitted(chunks);
    if (hotRows > this.#hotRowsMax && this.#maintaining === null && !this.#isClosed) {
      this.maintain().catch((error: unknown) => this.#maintenanceFailed(error));
    }
  }

  #settleCommitted(chunks: ReadingChunk[]): void {
    this.#inFlight = null;
    for (const chunk of chunks) this.#written += chunk.length;
    this.#openIntake.release(chunks);
  }

  get #hotRowsMax(): number {
    return this.#options.hotRowsMax ?? 16_000_000;
  }

  /** The process of the database ended by itself. A commit that was under way hears of it too: whoever comes first. */
  #ended(reason: string): void {
    if (this.#isOpen && !this.#isClosed) this.#fail(reason);
  }

  /** The database is let go of and opened again before anything else is tried: after a failed commit only what is on disk is believed. */
  #fail(message: string): void {
    const { log, clock } = this.#options;
    if (this.#reason === null) {
      log.error(
        { error: message, waiting: this.#openIntake.heldRows },
        'readings cannot be stored; they wait in memory and are dropped, counted, when that is full; alarms and live values go on; check the disk',
      );
    }
    this.#reason = message;
    this.#isOpen = false;
    void this.#store.abandon();
    if (this.#retryTimer !== null || this.#isClosed) return;
    this.#retryTimer = clock.after(this.#retryDelayMs, () => {
      this.#retryTimer = null;
      this.#startCommit();
    });
    this.#retryDelayMs = Math.min(retryDelayMsMax, this.#retryDelayMs * 2);
  }

  async #openStore(isFirst: boolean): Promise<boolean> {
    const { log, clock } = this.#options;
    const opened = await this.#store.open({ nowMs: clock.nowMs() });
    if (opened.kind === 'failed') {
      if (isFirst && opened.reason === 'locked') {
        await this.#store.close();
        throw new Error(
          `the readings in ${this.#folder} are in use by another process; stop it, or give this one another data folder (${opened.message})`,
        );
      }
      if (isFirst) this.#reason = null;
      this.#failOpening(opened.message);
      return false;
    }
    const { pointIds, commitNumber } = opened;
    if (this.#intake === null) for (const id of pointIds) this.#slots.slotOf(id);
    // Opened again in this process: the same dictionary must be there, or (moved aside) all of it must be written again.
    if (pointIds.some((id, slot) => this.#slots.ids[slot] !== id)) {
      this.#failOpening('the point dictionary on disk does not match the one in memory; start the program again');
      return false;
    }
    this.#storedPoints = pointIds.length;
    // The commit whose answer was an error had reached the disk after all: its readings must not be written again.
    if (this.#inFlight !== null && commitNumber === this.#commitNumber + 1) this.#settleCommitted(this.#inFlight);
    this.#commitNumber = commitNumber;
    if (this.#reason !== null && !isFirst) log.info({ folder: this.#folder }, 'readings are stored again');
    this.#isOpen = true;
    this.#reason = null;
    return true;
  }

  #failOpening(message: string): void {
    if (this.#intake === null) {
      this.#options.log.error(
        { error: message, folder: this.#folder },
        'the readings database cannot be opened; alarms and live values work, history does not',
      );
      this.#reason = message;
      return;
    }
    this.#fail(message);
  }

  #scheduleMaintenance(): void {
    if (this.#isClosed) return;
    this.#maintenanceTimer = this.#options.clock.after(maintenanceIntervalMs, () => {
      this.maintain()
        .catch((error: unknown) => this.#maintenanceFailed(error))
        .finally(() => this.#scheduleMaintenance());
    });
  }

  #maintenanceFailed(error: unknown): void {
    if (this.#isClosed) return;
    this.#options.log.error(
      { error: messageOf(error) },
      'sealing readings failed; they stay readable where they are; tried again in a minute',
    );
  }

  async #maintainOnce(): Promise<void> {
    const { clock, retention } = this.#options;
    if (!this.#isOpen || this.#refusal() !== null) return;
    const nowMs = clock.nowMs();
    const closedBeforeDay = Math.floor((nowMs - dayCloseDelayMs) / dayMs);
    const isNewDay = closedBeforeDay !== this.#lastCloseDay;
    await this.#store.keepHouse({ closedBeforeDay, isNewDay, hotRowsMax: this.#hotRowsMax });
    if (!isNewDay || this.#isClosed) return;
    if (retention !== undefined) {
      const old = await this.#store.findOld({ days: retention.days, nowMs });
      if (old !== null) {
        await retention.announce(old);
        await this.#store.removeOld(old);
      }
    }
    this.#lastCloseDay = closedBeforeDay;
  }
}
