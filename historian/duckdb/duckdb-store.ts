// One database file with its sealed files: opens, appends, answers, keeps house. Knows of no queue, no retry and no other process.

import { adoptFiles, tidyFolder } from './adopt-files.ts';
import { type AppendBatch, appendReadings } from './append-readings.ts';
import { closeDatabase, type Database, messageOf, openDatabase } from './database.ts';
import { exportReadings } from './export-readings.ts';
import { HotDays } from './hot-days.ts';
import { dayMs } from './parts.ts';
import { ReadGate } from './read-gate.ts';
import { readRawOfMany } from './read-many.ts';
import { readQualityRuns } from './read-quality-runs.ts';
import { readBuckets, readRaw } from './read-readings.ts';
import type { ExportOrder, HouseRequest, OpenedStore, ReadingStore, SlotRange, SlotsRange, StoreOptions } from './reading-store.ts';
import { findOld, mergeable, mergeParts, removeOld, type SealOptions, sealDay } from './seal-readings.ts';

/** Late readings of days already sealed wait for the next midnight, unless they are many. */
const lateRowsMax = 2_000_000;

export class DuckdbStore implements ReadingStore {
  readonly #options: StoreOptions;
  readonly #gate: ReadGate;
  readonly #hotDays = new HotDays();
  #database: Database | null = null;
  /** Ids by slot, of what is committed. */
  #pointIds: string[] = [];
  #keepingHouse: Promise<unknown> = Promise.resolve();
  #mayKeepHouse = true;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#gate = new ReadGate(options.folder);
  }

  async open({ nowMs }: { readonly nowMs: number }): Promise<OpenedStore> {
    const { folder, threads, memoryLimitMB, log } = this.#options;
    // A seal that is still running holds the old database open.
    await this.#keepingHouse;
    const opened = await openDatabase({ folder, threads, memoryLimitMB, log, nowMs: () => nowMs });
    if (opened.kind === 'failed') return opened;
    const { database } = opened;
    try {
      if (opened.isNew) await adoptFiles(database.writing, folder, log);
      await tidyFolder(database.writing, folder, log);
      const points = await database.writing.runAndReadAll('SELECT id FROM point ORDER BY slot');
      this.#pointIds = points.getRows().map((row) => String(row[0]));
      await this.#hotDays.load(database.writing);
      const commit = await database.writing.runAndReadAll('SELECT number::DOUBLE FROM last_commit');
      this.#database = database;
      return { kind: 'open', pointIds: [...this.#pointIds], commitNumber: Number(commit.getRows()[0]?.[0] ?? 0) };
    } catch (error) {
      closeDatabase(database);
      return { kind: 'failed', reason: 'unavailable', message: messageOf(error) };
    }
  }

  async append(batch: AppendBatch): Promise<{ readonly hotRows: number }> {
    await appendReadings(this.#open.writing, batch);
    this.#pointIds.push(...batch.newPoints.ids);
    this.#hotDays.add(batch.chunks);
    return { hotRows: this.#hotDays.rows };
  }

  readRaw(range: SlotRange & { readonly limit: number }, signal?: AbortSignal) {
    return this.#gate.read(this.#connect, signal, (connection) => readRaw(connection, this.#options.folder, range));
  }

  readRawOfMany(range: SlotsRange & { readonly limit: number }, signal?: AbortSignal) {
    return this.#gate.read(this.#connect, signal, (connection) => readRawOfMany(connection, this.#options.folder, range));
  }

  readQualityRuns(range: SlotsRange & { readonly silenceMs: number }, signal?: AbortSignal) {
    return this.#gate.read(this.#connect, signal, (connection) => readQualityRuns(connection, this.#options.folder, range));
  }

  readBuckets(range: SlotRange & { readonly buckets: number }, signal?: AbortSignal) {
    return this.#gate.read(this.#connect, signal, (connection) => readBuckets(connection, this.#options.folder, range));
  }

  exportReadings(order: ExportOrder, signal?: AbortSignal) {
    const whole = { ...order, ...(signal === undefined ? {} : { signal }) };
    return this.#gate.read(this.#connect, signal, (connection) => exportReadings(connection, this.#options.folder, whole));
  }

  keepHouse(request: HouseRequest): Promise<void> {
    return this.#keep(() => this.#sealAndMerge(request));
  }

  findOld({ days, nowMs }: { readonly days: number; readonly nowMs: number }) {
    return findOld(this.#sealOptions, { days, nowMs, hotDays: this.#hotDays.days() });
  }

  removeOld({ beforeMs }: { readonly beforeMs: number }): Promise<void> {
    return this.#keep(() => removeOld(this.#sealOptions, beforeMs));
  }

  async stopKeepingHouse(): Promise<void> {
    this.#mayKeepHouse = false;
    this.#database?.maintenance.interrupt();
    await this.#keepingHouse;
  }

  async abandon(): Promise<void> {
    const database = this.#database;
    this.#database = null;
    if (database === null) return;
    try {
      closeDatabase(database);
    } catch (error) {
      this.#options.log.warn({ error: messageOf(error) }, 'the failed readings database did not close cleanly');
    }
  }

  async close(): Promise<void> {
    const database = this.#database;
    this.#database = null;
    if (database === null) return;
    try {
      await database.writing.run('CHECKPOINT');
    } catch (error) {
      this.#options.log.warn(
        { error: messageOf(error) },
        'the readings database is closed with its log beside it; the next start settles it',
      );
    }
    closeDatabase(database);
  }

  get #open(): Database {
    if (this.#database === null) throw new Error('the readings database is not open');
    return this.#database;
  }

  readonly #connect = async () => this.#open.instance.connect();

  /** Whoever opens or closes waits for it, and does not hear how it ended. */
  async #keep(work: () => Promise<void>): Promise<void> {
    const done = work();
    this.#keepingHouse = done.catch(() => undefined);
    await done;
  }

  get #sealOptions(): SealOptions {
    const { folder, onSealStep } = this.#options;
    return {
      connection: this.#open.maintenance,
      folder,
      pointIds: () => this.#pointIds,
      discardFiles: (files) => this.#gate.discardFiles(files),
      ...(onSealStep === undefined ? {} : { onStep: onSealStep }),
    };
  }

  async #sealAndMerge({ closedBeforeDay, isNewDay, hotRowsMax }: HouseRequest): Promise<void> {
    const seal = this.#sealOptions;
    const isOverfull = this.#hotDays.rows > hotRowsMax;
    const closed = this.#hotDays.days().filter((day) => day < closedBeforeDay);
    const closedRows = closed.reduce((sum, day) => sum + this.#hotDays.rowsOf(day), 0);
    const days = isOverfull ? this.#hotDays.days() : isNewDay || closedRows > lateRowsMax ? closed : [];
    for (const day of days) {
      if (!this.#mayKeepHouse) return;
      this.#hotDays.remove(day, await sealDay(seal, day));
    }
    if (!isNewDay) return;
    for (const group of await mergeable(seal.connection, closedBeforeDay * dayMs)) {
      if (!this.#mayKeepHouse) return;
      await mergeParts(seal, group);
    }
  }
}
