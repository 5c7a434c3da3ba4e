// The embedded historian. Newest readings in one DuckDB table; each closed UTC day becomes a zstd Parquet file sorted by point and time, with a file of
// one-minute roll-ups beside it. Reads take both. A day is archived by making its files whole first and deleting the rows after; a crash in between leaves
// both, and the read prefers the file, so nothing is lost or doubled.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { HistorianStatus } from '../../domain/messages/collector-status.ts';
import type { ReadingBatch } from '../../domain/readings/reading-batch.ts';
import type { TimerHandle } from '../../domain/time/clock.ts';
import { ExceptionFilter } from '../exception-filter.ts';
import type { BucketColumns, Historian, HistorianOptions, RawColumns, ReadRange } from '../historian.ts';

const flushMs = 1_000;
const dayMs = 86_400_000;
const minuteMs = 60_000;
/** Late readings for a day still find it open for this long after midnight. */
const archiveDelayMs = 10 * minuteMs;
/** Readings waiting for the disk; beyond it the newest are dropped and counted. */
const mostQueued = 4_000_000;

interface Columns {
  length: number;
  point: Uint32Array;
  timeMs: Float64Array;
  value: Float64Array;
  quality: Uint8Array;
  text: Map<number, string>;
}

export async function openDuckdbHistorian(options: HistorianOptions & { readonly folder: string }): Promise<Historian> {
  const historian = new DuckdbHistorian(options);
  await historian.open();
  return historian;
}

class DuckdbHistorian implements Historian {
  readonly #options: HistorianOptions & { readonly folder: string };
  readonly #filter: ExceptionFilter;
  readonly #days: string;
  #instance: DuckDBInstance | null = null;
  #writer: DuckDBConnection | null = null;
  #reader: DuckDBConnection | null = null;
  /** Historian key of each point of the present plant; keys outlive plant versions. */
  #keys = new Int32Array(0);
  #keyById = new Map<string, number>();
  #queue: Columns = createColumns(16_384);
  #timer: TimerHandle | null = null;
  #flushing: Promise<void> | null = null;
  #work: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  #accepted = 0;
  #written = 0;
  #dropped = 0;
  #reason: string | null = null;
  #openDay = 0;
  #archived = new Set<number>();

  constructor(options: HistorianOptions & { readonly folder: string }) {
    this.#options = options;
    this.#filter = new ExceptionFilter(options.plant);
    this.#days = path.join(options.folder, 'days');
  }

  async open(): Promise<void> {
    mkdirSync(this.#days, { recursive: true });
    for (const name of readdirSync(this.#days)) if (name.endsWith('.part')) rmSync(path.join(this.#days, name));
    const file = path.join(this.#options.folder, 'hot.duckdb');
    try {
      await this.#connect(file);
    } catch (error) {
      // A historian that cannot be opened must never keep the alarms from starting: it is put aside, whole, and a new one begun.
      const aside = `${file}.damaged-${this.#options.clock.nowMs()}`;
      this.#options.log.error({ err: error, aside }, 'the historian file could not be opened; it was put aside and a new one begun');
      for (const suffix of ['', '.wal']) if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
      await this.#connect(file);
    }
    for (const name of readdirSync(this.#days)) {
      const match = /^readings-(\d{4}-\d{2}-\d{2})\.parquet$/.exec(name);
      if (match?.[1] !== undefined) this.#archived.add(Date.parse(`${match[1]}T00:00:00Z`));
    }
    await this.#assignKeys();
    this.#openDay = Math.floor(this.#options.clock.nowMs() / dayMs) * dayMs;
    await this.#archiveClosedDays();
    this.#flushLater();
  }

  write(batch: ReadingBatch): void {
    if (this.#isClosed) return;
    this.#filter.apply(batch, (point, timeMs, value, quality, text) => {
      if (this.#queue.length >= mostQueued) {
        this.#dropped += 1;
        return;
      }
      this.#accepted += 1;
      this.#push(this.#keys[point] ?? -1, timeMs, value, quality, text);
    });
  }

  async flush(): Promise<void> {
    while (this.#queue.length > 0 && this.#reason === null) await this.#flushOnce();
    if (this.#flushing !== null) await this.#flushing;
  }

  async readRaw(range: ReadRange & { readonly limit: number }): Promise<RawColumns> {
    const key = this.#keyById.get(range.pointId);
    if (key === undefined || this.#reader === null) return emptyRaw;
    await this.flush();
    const source = this.#source(range.fromMs, range.toMs);
    const result = await this.#reader.runAndReadAll(
      `SELECT t::DOUBLE AS t, v, q FROM (${source}) WHERE point = ${key} AND t >= ${range.fromMs} AND t < ${range.toMs} ORDER BY t LIMIT ${range.limit + 1}`,
    );
    const [t = [], v = [], q = []] = result.getColumns();
    const length = Math.min(t.length, range.limit);
    return {
      timeMs: Float64Array.from({ length }, (_, row) => Number(t[row])),
      value: Float64Array.from({ length }, (_, row) => (v[row] === null ? Number.NaN : Number(v[row]))),
      quality: Uint8Array.from({ length }, (_, row) => Number(q[row])),
      isTruncated: t.length > range.limit,
    };
  }

  async readBuckets(range: ReadRange & { readonly buckets: number }): Promise<BucketColumns> {
    const bucketMs = Math.max(1, Math.ceil((range.toMs - range.fromMs) / range.buckets));
    const key = this.#keyById.get(range.pointId);
    if (key === undefined || this.#reader === null) return { bucketMs, ...emptyBuckets };
    await this.flush();
    const where = `point = ${key} AND t >= ${range.fromMs} AND t < ${range.toMs}`;
    const bucket = `floor((t - ${range.fromMs}) / ${bucketMs})`;
    const usable = 'q < 32 AND v IS NOT NULL AND NOT isnan(v)';
    const perBucket = `SELECT ${bucket} AS b, min(v) FILTER (${usable}) AS lo, max(v) FILTER (${usable}) AS hi, sum(v) FILTER (${usable}) AS total,
      count(*) FILTER (${usable}) AS usable, last(v ORDER BY t) FILTER (${usable}) AS latest, max(t) AS at, count(*) FILTER (q < 16) AS good, count(*) AS n`;
    const parts: string[] = [];
    // Whole minutes of closed days come from the roll-ups: a year is half a million rows instead of thirty million.
    const rolledDays = bucketMs >= minuteMs ? [...this.#archived].filter((day) => day + dayMs > range.fromMs && day < range.toMs) : [];
    parts.push(`${perBucket} FROM (${this.#source(range.fromMs, range.toMs, rolledDays.length > 0)}) WHERE ${where} GROUP BY b`);
    if (rolledDays.length > 0) {
      const files = rolledDays.map((day) => `'${this.#file('minutes', day)}'`).join(', ');
      parts.push(`SELECT ${bucket} AS b, min(lo) AS lo, max(hi) AS hi, sum(total) AS total, sum(usable) AS usable, last(latest ORDER BY t) FILTER (usable > 0) AS latest, max(t) AS at,
        sum(good) AS good, sum(n) AS n FROM read_parquet([${files}]) WHERE ${where} GROUP BY b`);
    }
    const result = await this.#reader.runAndReadAll(
      `SELECT b::DOUBLE, min(lo), max(hi), (sum(total) / nullif(sum(usable), 0))::DOUBLE, last(latest ORDER BY at) FILTER (latest IS NOT NULL), (sum(good) / sum(n))::DOUBLE
       FROM (${parts.join(' UNION ALL ')}) GROUP BY b ORDER BY b`,
    );
    const [b = [], lo = [], hi = [], mean = [], last = [], good = []] = result.getColumns();
    const numbers = (column: readonly unknown[]) => Float64Array.from(column, (cell) => (cell === null ? Number.NaN : Number(cell)));
    return {
      bucketMs,
      timeMs: Float64Array.from(b, (index) => range.fromMs + Number(index) * bucketMs),
      min: numbers(lo),
      max: numbers(hi),
      mean: numbers(mean),
      last: numbers(last),
      goodShare: numbers(good),
    };
  }

  status(): HistorianStatus {
    return {
      engine: 'duckdb',
      isAvailable: this.#reason === null,
      reason: this.#reason,
      accepted: this.#accepted,
      written: this.#written,
      filtered: this.#filter.filtered,
      spooled: this.#queue.length,
      setAside: 0,
      dropped: this.#dropped,
    };
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.flush().catch(() => undefined);
    this.#isClosed = true;
    await this.#work.catch(() => undefined);
    this.#reader?.closeSync();
    this.#writer?.closeSync();
    this.#instance?.closeSync();
  }

  async #connect(file: string): Promise<void> {
    this.#instance = await DuckDBInstance.create(file, { threads: '2', memory_limit: '512MB', preserve_insertion_order: 'true' });
    this.#writer = await this.#instance.connect();
    this.#reader = await this.#instance.connect();
    await this.#writer.run('CREATE TABLE IF NOT EXISTS point_key (id VARCHAR PRIMARY KEY, key INTEGER NOT NULL)');
    await this.#writer.run(
      'CREATE TABLE IF NOT EXISTS reading (point INTEGER NOT NULL, t DOUBLE NOT NULL, v DOUBLE, q UTINYINT NOT NULL, s VARCHAR)',
    );
  }

  async #assignKeys(): Promise<void> {
    const writer = this.#requireWriter();
    const rows = (await writer.runAndReadAll('SELECT id, key FROM point_key')).getRows();
    for (const [id, key] of rows) this.#keyById.set(String(id), Number(key));
    let next = Math.max(-1, ...this.#keyById.values()) + 1;
    const fresh = this.#options.plant.pointTable.ids.filter((id) => !this.#keyById.has(id));
    if (fresh.length > 0) {
      await writer.run('BEGIN');
      const appender = await writer.createAppender('point_key');
      for (const id of fresh) {
        appender.appendVarchar(id);
        appender.appendInteger(next);
        appender.endRow();
        this.#keyById.set(id, next);
        next += 1;
      }
      appender.closeSync();
      await writer.run('COMMIT');
    }
    this.#keys = Int32Array.from(this.#options.plant.pointTable.ids, (id) => this.#keyById.get(id) ?? -1);
  }

  #push(key: number, timeMs: number, value: number, quality: number, text: string | null): void {
    const queue = this.#queue;
    if (queue.length === queue.point.length) this.#queue = growColumns(queue);
    const columns = this.#queue;
    const row = columns.length;
    columns.point[row] = key;
    columns.timeMs[row] = timeMs;
    columns.value[row] = value;
    columns.quality[row] = quality;
    if (text !== null) columns.text.set(row, text);
    columns.length = row + 1;
  }

  #flushLater(): void {
    if (this.#isClosed) return;
    this.#timer = this.#options.clock.after(flushMs, () => {
      void this.#flushOnce().finally(() => this.#flushLater());
    });
  }

  #flushOnce(): Promise<void> {
    this.#flushing ??= this.#exclusively(() => this.#writeQueue()).finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  async #writeQueue(): Promise<void> {
    const taken = this.#queue;
    const writer = this.#writer;
    if (writer === null) return;
    const today = Math.floor(this.#options.clock.nowMs() / dayMs) * dayMs;
    if (taken.length > 0) {
      this.#queue = createColumns(Math.max(16_384, taken.point.length));
      try {
        await writer.run('BEGIN');
        const appender = await writer.createAppender('reading');
        for (let row = 0; row < taken.length; row += 1) {
          appender.appendInteger(taken.point[row] ?? 0);
          appender.appendDouble(taken.timeMs[row] ?? 0);
          const value = taken.value[row] ?? Number.NaN;
          if (Number.isNaN(value)) appender.appendNull();
          else appender.appendDouble(value);
          appender.appendUTinyInt(taken.quality[row] ?? 0);
          const text = taken.text.size === 0 ? undefined : taken.text.get(row);
          if (text === undefined) appender.appendNull();
          else appender.appendVarchar(text);
          appender.endRow();
        }
        appender.closeSync();
        await writer.run('COMMIT');
        this.#written += taken.length;
        if (this.#reason !== null) this.#options.log.info({}, 'the historian writes again');
        this.#reason = null;
      } catch (error) {
        await writer.run('ROLLBACK').catch(() => undefined);
        if (this.#reason === null)
          this.#options.log.error({ err: error, waiting: taken.length }, 'the historian could not write; readings wait in memory');
        this.#reason = 'writeFailed';
        this.#queue = joinColumns(taken, this.#queue);
      }
    }
    if (today > this.#openDay && this.#options.clock.nowMs() - today > archiveDelayMs) {
      this.#openDay = today;
      await this.#archiveClosedDays();
    }
  }

  /** Days before the open one: files first, rows deleted after. */
  async #archiveClosedDays(): Promise<void> {
    const writer = this.#requireWriter();
    try {
      const days =
        (
          await writer.runAndReadAll(
            `SELECT DISTINCT (floor(t / ${dayMs}) * ${dayMs})::DOUBLE AS d FROM reading WHERE t < ${this.#openDay} ORDER BY d`,
          )
        ).getColumns()[0] ?? [];
      for (const day of days.map(Number)) await this.#archiveDay(day);
      await this.#deleteOldDays();
    } catch (error) {
      this.#options.log.error({ err: error }, 'a closed day could not be archived; its readings stay in the open table');
    }
  }

  async #archiveDay(day: number): Promise<void> {
    const writer = this.#requireWriter();
    const hot = `SELECT point, t::BIGINT AS t, v, q, s FROM reading WHERE t >= ${day} AND t < ${day + dayMs}`;
    const readings = this.#file('readings', day);
    // Late readings of an archived day join its file.
    const all = this.#archived.has(day)
      ? `SELECT DISTINCT * FROM (${hot} UNION ALL SELECT point, t, v, q, s FROM read_parquet('${readings}'))`
      : hot;
    await writer.run(
      `COPY (SELECT * FROM (${all}) ORDER BY point, t) TO '${readings}.part' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`,
    );
    const minutes = this.#file('minutes', day);
    const usable = 'q < 32 AND v IS NOT NULL AND NOT isnan(v)';
    await writer.run(`COPY (SELECT point, (t // ${minuteMs}) * ${minuteMs} AS t, min(v) FILTER (${usable}) AS lo, max(v) FILTER (${usable}) AS hi, sum(v) FILTER (${usable}) AS total,
      count(*) FILTER (${usable}) AS usable, last(v ORDER BY t) FILTER (${usable}) AS latest, count(*) FILTER (q < 16) AS good, count(*) AS n
      FROM read_parquet('${readings}.part') GROUP BY point, (t // ${minuteMs}) * ${minuteMs} ORDER BY 1, 2) TO '${minutes}.part' (FORMAT parquet, COMPRESSION zstd)`);
    renameSync(`${minutes}.part`, minutes);
    renameSync(`${readings}.part`, readings);
    this.#archived.add(day);
    await writer.run(`DELETE FROM reading WHERE t >= ${day} AND t < ${day + dayMs}`);
    await writer.run('CHECKPOINT');
  }

  async #deleteOldDays(): Promise<void> {
    const keepDays = this.#options.retentionDays;
    if (keepDays === undefined) return;
    for (const day of this.#archived) {
      if (day >= this.#openDay - keepDays * dayMs) continue;
      rmSync(this.#file('readings', day), { force: true });
      this.#archived.delete(day);
    }
  }

  /** Rows of a range from file and table. A day that has a file is read from the file only, but for late rows still in the table. */
  #source(fromMs: number, toMs: number, isHotOnly = false): string {
    const files = isHotOnly
      ? []
      : [...this.#archived].filter((day) => day + dayMs > fromMs && day < toMs).map((day) => `'${this.#file('readings', day)}'`);
    const hot = 'SELECT point, t, v, q FROM reading';
    return files.length === 0 ? hot : `${hot} UNION ALL SELECT point, t::DOUBLE AS t, v, q FROM read_parquet([${files.join(', ')}])`;
  }

  #file(kind: 'readings' | 'minutes', day: number): string {
    return path.join(this.#days, `${kind}-${new Date(day).toISOString().slice(0, 10)}.parquet`).replaceAll("'", "''");
  }

  #requireWriter(): DuckDBConnection {
    if (this.#writer === null) throw new Error('the historian is not open');
    return this.#writer;
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#work.then(work);
    this.#work = result.catch(() => undefined);
    return result;
  }
}

const emptyRaw: RawColumns = { timeMs: new Float64Array(0), value: new Float64Array(0), quality: new Uint8Array(0), isTruncated: false };
const emptyBuckets = {
  timeMs: new Float64Array(0),
  min: new Float64Array(0),
  max: new Float64Array(0),
  mean: new Float64Array(0),
  last: new Float64Array(0),
  goodShare: new Float64Array(0),
} as const;

function createColumns(capacity: number): Columns {
  return {
    length: 0,
    point: new Uint32Array(capacity),
    timeMs: new Float64Array(capacity),
    value: new Float64Array(capacity),
    quality: new Uint8Array(capacity),
    text: new Map(),
  };
}

function growColumns(columns: Columns): Columns {
  const bigger = createColumns(columns.point.length * 2);
  bigger.point.set(columns.point);
  bigger.timeMs.set(columns.timeMs);
  bigger.value.set(columns.value);
  bigger.quality.set(columns.quality);
  return { ...bigger, length: columns.length, text: columns.text };
}

function joinColumns(first: Columns, second: Columns): Columns {
  const joined = createColumns(Math.max(16_384, first.length + second.length));
  for (const [source, offset] of [
    [first, 0],
    [second, first.length],
  ] as const) {
    joined.point.set(source.point.subarray(0, source.length), offset);
    joined.timeMs.set(source.timeMs.subarray(0, source.length), offset);
    joined.value.set(source.value.subarray(0, source.length), offset);
    joined.quality.set(source.quality.subarray(0, source.length), offset);
    for (const [row, text] of source.text) joined.text.set(row + offset, text);
  }
  joined.length = first.length + second.length;
  return joined;
}
