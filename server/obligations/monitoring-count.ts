// Looks at readings once, minute by minute, and keeps of them only when an instrument gave no good one: everything that is asked of a month is then
// reckoned from a few gaps. Judges nothing.
import type { Logger } from 'pino';
import { type FoundGap, gapsOf, holdMsOf, type PointReadings, shortestHoldMs } from '../../domain/obligations/reading-gaps.ts';
import type { Span } from '../../domain/obligations/spans.ts';
import type { Plant, Point } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { HistorianReader, QualityRuns } from '../../historian/historian.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { MonitoringGapTable } from './obligation-tables.ts';

const progressName = 'monitoring';
/** Of a first start over readings that were kept before: as far back as this. */
const lookBackMs = 31 * 86_400_000;
const sliceMs = 15 * 60_000;
/** Which the historian looks at in one question; what crosses over are runs of them. */
const readingsMost = 4_000_000;
/** Each look reads a while before and after its window too: one a minute would read everything seven times. */
const leastSliceMs = 5 * 60_000;
/** A collector that could not reach its store keeps readings on its disk and brings them later: silence of the last day is looked at again, now and then. */
const lookAgainEveryMs = 3_600_000;
const lookAgainForMs = 24 * 3_600_000;
const lookedAtAgainMost = 2_000;
/** Devices take their time to be connected when they are new: an instrument is counted from a minute after it came. */
const settleInMs = 60_000;
/** Readings take about a second to the store. */
const settleMs = 5_000;

/** Not about the process, or no measurement; cameras have an obligation of their own. */
export function isInstrument(point: Point): boolean {
  return point.kind !== 'text' && point.role !== 'heartbeat' && point.role !== 'communication' && point.role !== 'camera';
}

interface OpenGap {
  readonly row: MonitoringGapTable;
}

export class MonitoringCount {
  readonly #points: readonly Point[];
  readonly #plant: Plant;
  readonly #historian: HistorianReader | null;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #lagMs: number;
  readonly #open = new Map<string, OpenGap>();
  /** Since when each instrument is counted. */
  readonly #sinceMs = new Map<string, number>();
  #countedToMs = 0;
  #isStopped = false;
  #lookedAgainAtMs: number;

  private constructor(options: MonitoringCountOptions) {
    this.#plant = options.plant;
    this.#historian = options.historian;
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#points = options.plant.points.filter(isInstrument);
    this.#lagMs = Math.max(0, ...this.#points.map(holdMsOf)) + settleMs;
    this.#lookedAgainAtMs = options.clock.nowMs();
  }

  static async open(options: MonitoringCountOptions): Promise<MonitoringCount> {
    const count = new MonitoringCount(options);
    await count.#prepare();
    return count;
  }

  /** Everything before this moment has been looked at. */
  get countedToMs(): number {
    return this.#countedToMs;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Catches up with the present; between two slices everybody else has a turn. Stops where the historian cannot answer, and goes on from there next time. */
  async advance(): Promise<void> {
    if (this.#historian === null) return;
    for (;;) {
      const toMs = Math.min(this.#clock.nowMs() - this.#lagMs, this.#countedToMs + sliceMs);
      if (this.#isStopped || toMs - this.#countedToMs < leastSliceMs) break;
      const window = { fromMs: this.#countedToMs, toMs };
      try {
        await this.#commit(window, await this.#gapsIn(window));
      } catch (error) {
        this.#log.warn({ err: error }, 'readings could not be counted for the obligations; trying again in a minute');
        return;
      }
    }
    if (this.#clock.nowMs() - this.#lookedAgainAtMs < lookAgainEveryMs || this.#isStopped) return;
    this.#lookedAgainAtMs = this.#clock.nowMs();
    await this.#lookAgain().catch((error: unknown) =>
      this.#log.warn({ err: error }, 'late readings could not be looked for; trying again in an hour'),
    );
  }

  /** Silence that has been filled meanwhile is taken back. */
  async #lookAgain(): Promise<void> {
    const { database } = this.#ledger;
    const rows = await database
      .selectFrom('monitoring_gap')
      .selectAll()
      .where('to_ms', '>', this.#clock.nowMs() - lookAgainForMs)
      .where('reason', '=', 'noReading')
      .orderBy('from_ms')
      .limit(lookedAtAgainMost)
      .execute();
    for (const row of rows) {
      const point = this.#points.find((candidate) => candidate.id === row.point_id);
      if (this.#isStopped) return;
      if (point === undefined || row.to_ms === null) continue;
      const found = new Map<Point, FoundGap[]>();
      await this.#readInto(found, [point], { fromMs: row.from_ms, toMs: row.to_ms });
      const gaps = found.get(point) ?? [];
      const isSame = gaps.length === 1 && gaps[0]?.fromMs === row.from_ms && gaps[0].toMs === row.to_ms && gaps[0].reason === row.reason;
      if (!isSame) await this.#replace(row, gaps);
    }
  }

  async #replace(row: MonitoringGapTable, gaps: readonly FoundGap[]): Promise<void> {
    await this.#ledger.commit([], async (transaction) => {
      await transaction.deleteFrom('monitoring_gap').where('point_id', '=', row.point_id).where('from_ms', '=', row.from_ms).execute();
      if (gaps.length > 0)
        await transaction
          .insertInto('monitoring_gap')
          .values(gaps.map((gap) => ({ ...row, from_ms: gap.fromMs, to_ms: gap.toMs, reason: gap.reason })))
          .execute();
    });
  }

  async #prepare(): Promise<void> {
    const { database } = this.#ledger;
    const progress = await database.selectFrom('obligation_progress').select('at_ms').where('name', '=', progressName).executeTakeFirst();
    const nowMs = this.#clock.nowMs();
    if (progress === undefined) {
      const first = await database.selectFrom('journal').select('recorded_at_ms').orderBy('sequence').limit(1).executeTakeFirst();
      const firstMs = first?.recorded_at_ms ?? nowMs;
      // A journal of some age: there are readings of before this count began.
      this.#countedToMs = nowMs - firstMs > lookAgainEveryMs ? Math.max(nowMs - lookBackMs, firstMs) : nowMs + settleInMs;
    } else this.#countedToMs = progress.at_ms;
    for (const row of await database.selectFrom('monitoring_gap').selectAll().where('to_ms', 'is', null).orderBy('from_ms').execute())
      this.#open.set(row.point_id, { row });
    await this.#followPlant();
  }

  /** Instruments that came are counted from now on; of those that left the count ends. */
  async #followPlant(): Promise<void> {
    const { database } = this.#ledger;
    const running = await database.selectFrom('monitoring_watch').selectAll().where('to_ms', 'is', null).orderBy('from_ms').execute();
    const known = new Set(running.map((row) => row.point_id));
    const wanted = new Set(this.#points.map((point) => point.id));
    const isFirst = running.length === 0;
    const atMs = this.#countedToMs;
    const sinceMs = isFirst ? atMs : this.#clock.nowMs() + settleInMs;
    for (const row of running) this.#sinceMs.set(row.point_id, row.from_ms);
    const added = this.#points.filter((point) => !known.has(point.id));
    const gone = running.filter((row) => !wanted.has(row.point_id)).map((row) => row.point_id);
    for (const point of added) this.#sinceMs.set(point.id, sinceMs);
    if (added.length === 0 && gone.length === 0) return;
    await this.#ledger.commit([], async (transaction) => {
      for (let start = 0; start < added.length; start += 1_000) {
        const rows = added
          .slice(start, start + 1_000)
          .map((point) => ({ point_id: point.id, station_id: this.#stationOf(point), from_ms: sinceMs, to_ms: null }));
        await transaction
          .insertInto('monitoring_watch')
          .values(rows)
          .onConflict((conflict) => conflict.columns(['point_id', 'from_ms']).doUpdateSet({ to_ms: null }))
          .execute();
      }
      for (let start = 0; start < gone.length; start += 500) {
        const ids = gone.slice(start, start + 500);
        await transaction
          .updateTable('monitoring_watch')
          .set({ to_ms: atMs })
          .where('point_id', 'in', ids)
          .where('to_ms', 'is', null)
          .execute();
        await transaction
          .updateTable('monitoring_gap')
          .set({ to_ms: atMs })
          .where('point_id', 'in', ids)
          .where('to_ms', 'is', null)
          .execute();
      }
      await transaction
        .insertInto('obligation_progress')
        .values({ name: progressName, at_ms: atMs })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ at_ms: atMs }))
        .execute();
    });
    for (const id of gone) this.#open.delete(id);
  }

  #stationOf(point: Point): string {
    return this.#plant.stations[point.stationIndex]?.id ?? '';
  }

  async #gapsIn(window: Span): Promise<Map<Point, FoundGap[]>> {
    const gaps = new Map<Point, FoundGap[]>();
    const secondsRead = (window.toMs - window.fromMs + 2 * this.#lagMs) / 1_000;
    const atOnce = Math.max(20, Math.min(5_000, Math.floor(readingsMost / secondsRead)));
    for (let start = 0; start < this.#points.length; start += atOnce)
      await this.#readInto(gaps, this.#points.slice(start, start + atOnce), window);
    return gaps;
  }

  async #readInto(gaps: Map<Point, FoundGap[]>, points: readonly Point[], window: Span): Promise<void> {
    if (this.#historian === null || this.#isStopped) throw new Error('stopped');
    const range = {
      pointIds: points.map((point) => point.id),
      fromMs: window.fromMs - this.#lagMs,
      toMs: window.toMs + this.#lagMs,
    };
    const runs = await this.#historian.readQualityRuns({ ...range, silenceMs: shortestHoldMs });
    this.#putGaps(gaps, points, window, readingsOfRuns(points.length, runs));
  }

  #putGaps(gaps: Map<Point, FoundGap[]>, points: readonly Point[], window: Span, readings: readonly PointReadings[]): void {
    points.forEach((point, index) => {
      const own = { fromMs: Math.max(window.fromMs, this.#sinceMs.get(point.id) ?? window.fromMs), toMs: window.toMs };
      gaps.set(point, own.fromMs >= own.toMs ? [] : gapsOf(readings[index] ?? { timeMs: [], quality: [] }, own, holdMsOf(point)));
    });
  }

  async #commit(window: Span, gaps: ReadonlyMap<Point, readonly FoundGap[]>): Promise<void> {
    const closed: MonitoringGapTable[] = [];
    const inserted: MonitoringGapTable[] = [];
    const open = new Map<string, OpenGap>();
    for (const [point, found] of gaps) {
      const before = this.#open.get(point.id)?.row ?? null;
      let rest = found;
      const first = found[0];
      if (before !== null) {
        const isContinued = first !== undefined && first.fromMs === window.fromMs && first.reason === before.reason;
        if (isContinued) rest = found.slice(1);
        if (isContinued && first.toMs === window.toMs) open.set(point.id, { row: before });
        else closed.push({ ...before, to_ms: isContinued ? first.toMs : window.fromMs });
      }
      for (const gap of rest) {
        const isOpen = gap.toMs === window.toMs;
        const row = {
          point_id: point.id,
          station_id: this.#stationOf(point),
          from_ms: gap.fromMs,
          to_ms: isOpen ? null : gap.toMs,
          reason: gap.reason,
        };
        inserted.push(row);
        if (isOpen) open.set(point.id, { row });
      }
    }
    await this.#ledger.commit([], async (transaction) => {
      for (const row of closed)
        await transaction
          .updateTable('monitoring_gap')
          .set({ to_ms: row.to_ms })
          .where('point_id', '=', row.point_id)
          .where('from_ms', '=', row.from_ms)
          .execute();
      for (let start = 0; start < inserted.length; start += 1_000)
        await transaction
          .insertInto('monitoring_gap')
          .values(inserted.slice(start, start + 1_000))
          .execute();
      await transaction
        .insertInto('obligation_progress')
        .values({ name: progressName, at_ms: window.toMs })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ at_ms: window.toMs }))
        .execute();
    });
    this.#open.clear();
    for (const [id, gap] of open) this.#open.set(id, gap);
    this.#countedToMs = window.toMs;
  }
}

/** As many readings as say the same as the runs: none follows the one before later than an instrument may be silent. */
function readingsOfRuns(points: number, runs: QualityRuns): PointReadings[] {
  const readings = Array.from({ length: points }, () => ({ timeMs: [] as number[], quality: [] as number[] }));
  for (let run = 0; run < runs.point.length; run += 1) {
    const own = readings[runs.point[run] ?? 0];
    const toMs = runs.toMs[run] ?? 0;
    const quality = runs.quality[run] ?? 0;
    for (let timeMs = runs.fromMs[run] ?? 0; timeMs < toMs; timeMs += shortestHoldMs) {
      own?.timeMs.push(timeMs);
      own?.quality.push(quality);
    }
    own?.timeMs.push(toMs);
    own?.quality.push(quality);
  }
  return readings;
}

export interface MonitoringCountOptions {
  readonly plant: Plant;
  readonly historian: HistorianReader | null;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
}
