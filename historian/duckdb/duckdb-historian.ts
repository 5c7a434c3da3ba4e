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
import { adoptFiles, tidyFolder } from './adopt-files.ts';
import { appendReadings } from './append-readings.ts';
import { closeDatabase, type Database, messageOf, openDatabase } from './database.ts';
import { exportReadings } from './export-readings.ts';
import { HotDays } from './hot-days.ts';
import { dayMs } from './parts.ts';
import { ReadGate } from './read-gate.ts';
import { readRawOfMany } from './read-many.ts';
import { readQualityRuns } from './read-quality-runs.ts';
import { readBuckets, readRaw } from './read-readings.ts';
import { dropOld, mergeable, mergeParts, type SealOptions, type SealStep, sealDay } from './seal-readings.ts';

export interface DuckdbHistorianOptions extends Omit<HistorianOptions, 'url'> {
  /** Folder of the database and its files. */
  readonly folder: string;
  readonly threads?: number;
  readonly memoryLimitMB?: number;
  /** Readings that may wait for the disk; more are dropped and counted. */
  readonly queueRowsMax?: number;
  /** Rows in the hot table above which today's are sealed before the day is over, so that reads stay quick. */
  readonly hotRowsMax?: number;
  readonly onSealStep?: (step: SealStep) => void;
}

const commitDelayMs = 500;
/** Below DuckDB's row group of 122,880: a transaction that fills one compresses it on the calling thread, which is the one that polls. */
const commitRowsMax = 98_304;
const commitAtOnceRows = 65_536;
const maintenanceIntervalMs = 60_000;
/** Readings of a day may come this late without making a file of their own. */
const dayCloseDelayMs = 300_000;
/** Late readings of days already sealed wait for the next midnight, unless they are many. */
const lateRowsMax = 2_000_000;
const retryDelayMsMin = 1_000;
const retryDelayMsMax = 30_000;
/** Why nothing is written while the database stays open for those who read. */
const diskFull = 'the disk is full';
/** What a file system becomes when its disk fails. The library ends the whole process where a commit that began before meets this. */
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
  readonly #gate: ReadGate;
  readonly #hotDays = new HotDays();
  #intake: ReadingIntake | null = null;
  #database: Database | null = null;
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
    this.#gate = new ReadGate(this.#folder);
  }

  /** Throws only where another process has the database open: two writers would be a mistake of the person who started them. */
  async open(): Promise<void> {
    await this.#openDatabase(true);
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
      if (this.#database === null || this.#refusal !== null)
        throw new HistorianAwayError(`readings are not stored: ${this.#reason ?? 'the database is away'}; they wait in memory`);
    }
  }

  async readRaw(range: ReadRange & { readonly limit: number }): Promise<RawColumns> {
    const slot = this.#slots.find(range.pointId);
    if (slot === null) return { timeMs: new Float64Array(0), value: new Float64Array(0), quality: new Uint8Array(0), isTruncated: false };
    await this.#flushToRead();
    const { fromMs, toMs, limit } = range;
    return this.#gate.read(this.#connect, range.signal, (connection) => readRaw(connection, this.#folder, { slot, fromMs, toMs, limit }));
  }

  async readRawOfMany(
    range: Omit<ReadRange, 'pointId'> & { readonly pointIds: readonly string[]; readonly limit: number },
  ): Promise<RawColumnsOfMany> {
    const { pointIds, fromMs, toMs, limit } = range;
    const indexBySlot = this.#indexBySlot(pointIds);
    await this.#flushToRead();
    return this.#gate.read(this.#connect, range.signal, (connection) =>
      readRawOfMany(connection, this.#folder, { indexBySlot, fromMs, toMs, limit }),
    );
  }

  async readQualityRuns(
    range: Omit<ReadRange, 'pointId'> & { readonly pointIds: readonly string[]; readonly silenceMs: number },
  ): Promise<QualityRuns> {
    const { pointIds, fromMs, toMs, silenceMs } = range;
    const indexBySlot = this.#indexBySlot(pointIds);
    await this.#flushToRead();
    return this.#gate.read(this.#connect, range.signal, (connection) =>
      readQualityRuns(connection, this.#folder, { indexBySlot, fromMs, toMs, silenceMs }),
    );
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
    await this.#flushToRead();
    const { fromMs, toMs, buckets } = range;
    return this.#gate.read(this.#connect, range.signal, (connection) =>
      readBuckets(connection, this.#folder, { slot, fromMs, toMs, buckets }),
    );
  }

  async exportReadings(
    range: Omit<ReadRange, 'pointId'> & { readonly pointIds: readonly string[]; readonly file: string },
  ): Promise<number> {
    const points = range.pointIds.flatMap((id) => {
      const slot = this.#slots.find(id);
      return slot === null ? [] : [{ slot, id }];
    });
    await this.#flushToRead();
    return this.#gate.read(this.#connect, range.signal, (connection) => exportReadings(connection, this.#folder, { ...range, points }));
  }

  status(): HistorianStatus {
    const intake = this.#openIntake;
    return {
      engine: 'duckdb',
      isAvailable: this.#database !== null && !heldBackFor.includes(this.#reason),
      reason: this.#database === null || heldBackFor.includes(this.#reason) ? this.#reason : null,
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
    this.#database?.maintenance.interrupt();
    await this.#maintaining?.catch(() => undefined);
    try {
      await this.flush();
      await this.#database?.writing.run('CHECKPOINT');
    } catch (error) {
      const lost = this.#openIntake.heldRows;
      this.#options.log.error({ lost, error: messageOf(error) }, 'the historian closes without having stored everything');
    }
    this.#retryTimer?.cancel();
    if (this.#database !== null) closeDatabase(this.#database);
    this.#database = null;
    this.#reason = 'closed';
  }

  get #openIntake(): ReadingIntake {
    if (this.#intake === null) throw new Error('the historian has not been opened');
    return this.#intake;
  }

  readonly #connect = async () => {
    if (this.#database === null) throw new HistorianAwayError(`history is not available: ${this.#reason ?? 'the database is away'}`);
    return this.#database.instance.connect();
  };

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
    while (this.#inFlight !== null || this.#openIntake.waitingRows > 0) {
      if (this.#database === null && !(await this.#openDatabase(false))) return;
      const refusal = this.#refusal;
      if (refusal !== null) return this.#holdBack(refusal);
      // What was held back may have been the only reason.
      if (heldBackFor.includes(this.#reason)) this.#reason = null;
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
  get #refusal(): string | null {
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
    if (this.#database !== null) this.#reason = refusal;
    if (this.#retryTimer !== null || this.#isClosed) return;
    this.#retryTimer = this.#options.clock.after(retryDelayMsMin, () => {
      this.#retryTimer = null;
      this.#startCommit();
    });
  }

  /** Those who read are shown what is stored where the rest cannot be. */
  async #flushToRead(): Promise<void> {
    if (this.#refusal === null) await this.flush();
  }

  async #commit(chunks: ReadingChunk[]): Promise<void> {
    const database = this.#database;
    if (database === null) return;
    const ids = this.#slots.ids;
    const newPoints = { firstSlot: this.#storedPoints, ids: ids.slice(this.#storedPoints) };
    await appendReadings(database.writing, { chunks, commitNumber: this.#commitNumber + 1, newPoints });
    this.#committed(chunks, newPoints.firstSlot + newPoints.ids.length);
  }

  #committed(chunks: ReadingChunk[], storedPoints: number): void {
    this.#commitNumber++;
    this.#storedPoints = storedPoints;
    this.#inFlight = null;
    this.#retryDelayMs = retryDelayMsMin;
    this.#hotDays.add(chunks);
    for (const chunk of chunks) this.#written += chunk.length;
    this.#openIntake.release(chunks);
    if (this.#hotDays.rows > (this.#options.hotRowsMax ?? 16_000_000) && this.#maintaining === null && !this.#isClosed) {
      this.maintain().catch((error: unknown) => this.#maintenanceFailed(error));
    }
  }

  /** The database is closed and opened again before anything else is tried: after a failed commit only what is on disk is believed. */
  #fail(message: string): void {
    const { log, clock } = this.#options;
    if (this.#reason === null) {
      log.error(
        { error: message, waiting: this.#openIntake.heldRows },
        'readings cannot be stored; they wait in memory and are dropped, counted, when that is full; alarms and live values go on; check the disk',
      );
    }
    this.#reason = message;
    const database = this.#database;
    this.#database = null;
    if (database !== null) {
      try {
        closeDatabase(database);
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'the failed readings database did not close cleanly');
      }
    }
    if (this.#retryTimer !== null || this.#isClosed) return;
    this.#retryTimer = clock.after(this.#retryDelayMs, () => {
      this.#retryTimer = null;
      this.#startCommit();
    });
    this.#retryDelayMs = Math.min(retryDelayMsMax, this.#retryDelayMs * 2);
  }

  async #openDatabase(isFirst: boolean): Promise<boolean> {
    const { log, clock } = this.#options;
    // A seal that is still running holds the old database open.
    if (!isFirst) await this.#maintaining?.catch(() => undefined);
    const opened = await openDatabase({
      folder: this.#folder,
      threads: this.#options.threads ?? 2,
      memoryLimitMB: this.#options.memoryLimitMB ?? 512,
      log,
      nowMs: () => clock.nowMs(),
    });
    if (opened.kind === 'failed') {
      if (isFirst && opened.reason === 'locked') {
        throw new Error(
          `the readings in ${this.#folder} are in use by another process; stop it, or give this one another data folder (${opened.message})`,
        );
      }
      this.#database = null;
      if (isFirst) this.#reason = null;
      this.#failOpening(opened.message);
      return false;
    }
    const { database } = opened;
    try {
      if (opened.isNew) await adoptFiles(database.writing, this.#folder, log);
      await tidyFolder(database.writing, this.#folder, log);
      await this.#loadPoints(database);
      await this.#hotDays.load(database.writing);
      const commit = await database.writing.runAndReadAll('SELECT number::DOUBLE FROM last_commit');
      const number = Number(commit.getRows()[0]?.[0] ?? 0);
      if (this.#inFlight !== null && number === this.#commitNumber + 1) this.#settleCommitted(this.#inFlight);
      this.#commitNumber = number;
    } catch (error) {
      closeDatabase(database);
      this.#failOpening(messageOf(error));
      return false;
    }
    if (this.#reason !== null && !isFirst) log.info({ folder: this.#folder }, 'readings are stored again');
    this.#database = database;
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

  /** The commit whose answer was an error had reached the disk after all: its readings must not be written again. */
  #settleCommitted(chunks: ReadingChunk[]): void {
    this.#inFlight = null;
    for (const chunk of chunks) this.#written += chunk.length;
    this.#openIntake.release(chunks);
  }

  async #loadPoints(database: Database): Promise<void> {
    const result = await database.writing.runAndReadAll('SELECT slot, id FROM point ORDER BY slot');
    const rows = result.getRows();
    if (this.#intake === null) for (const row of rows) this.#slots.slotOf(String(row[1]));
    // Opened again in this process: the same dictionary must be there, or (moved aside) all of it must be written again.
    const isSame = rows.every((row) => this.#slots.ids[Number(row[0])] === String(row[1]));
    if (!isSame) throw new Error('the point dictionary on disk does not match the one in memory; start the program again');
    this.#storedPoints = rows.length;
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
    const { clock, hotRowsMax = 16_000_000, retention } = this.#options;
    const database = this.#database;
    if (database === null || this.#refusal !== null) return;
    const seal: SealOptions = {
      connection: database.maintenance,
      folder: this.#folder,
      pointIds: () => this.#slots.ids.slice(0, this.#storedPoints),
      discardFiles: (files) => this.#gate.discardFiles(files),
      ...(this.#options.onSealStep === undefined ? {} : { onStep: this.#options.onSealStep }),
    };
    const nowMs = clock.nowMs();
    const closedBeforeDay = Math.floor((nowMs - dayCloseDelayMs) / dayMs);
    const isOverfull = this.#hotDays.rows > hotRowsMax;
    const closed = this.#hotDays.days().filter((day) => day < closedBeforeDay);
    const closedRows = closed.reduce((sum, day) => sum + this.#hotDays.rowsOf(day), 0);
    const isNewDay = closedBeforeDay !== this.#lastCloseDay;
    const days = isOverfull ? this.#hotDays.days() : isNewDay || closedRows > lateRowsMax ? closed : [];
    for (const day of days) {
      if (this.#isClosed) return;
      this.#hotDays.remove(day, await sealDay(seal, day));
    }
    if (!isNewDay) return;
    for (const group of await mergeable(database.maintenance, closedBeforeDay * dayMs)) {
      if (this.#isClosed) return;
      await mergeParts(seal, group);
    }
    if (retention !== undefined) await dropOld(seal, retention, { nowMs, hotDays: this.#hotDays.days() });
    this.#lastCloseDay = closedBeforeDay;
  }
}
