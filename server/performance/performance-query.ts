// Reads what a performance request is about (period, stations) and counts it once, however many answers are made from the same count.
import { z } from 'zod';
import type { AlarmName } from '../../domain/api/performance-api.ts';
import type { UserView } from '../../domain/api/users-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { dateAt, momentOf } from '../../domain/time/zoned-time.ts';
import { type Identity, maySee } from '../access/identity.ts';
import { staleMs } from '../alarms/alarm-marks.ts';
import { consolesOf } from '../alarms/flood-watch.ts';
import { momentSchema } from '../http/moment.ts';
import { ProblemError } from '../http/problem-error.ts';
import type { AnnouncementRecord, SetAsideRecord } from './announcement-record.ts';
import type { PerformanceStore } from './performance-store.ts';
import type { ReportPeriod } from './report.ts';
import { staleByDay, Tally } from './tally.ts';

const dayMs = 24 * 3_600_000;
const longestMs = 400 * dayMs;
/** A flood that began before the period is told from this long before it. */
const warmUpMs = 3_600_000;
/** `to` left out is now, to the next full step: what several questions at once ask is then the same. */
const nowStepMs = 5_000;
const keptCounts = 8;

export const performanceQuerySchema = z.object({
  from: momentSchema.optional(),
  to: momentSchema.optional(),
  /** The last days up to now, by the server's clock, instead of `from` and `to`. */
  days: z.coerce.number().int().min(1).max(400).optional(),
  /** A month of the plant's calendar, `2026-07`, instead of `from` and `to`. */
  month: z
    .string()
    .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'expected a month such as 2026-07')
    .optional(),
  station: z.string().optional(),
  area: z.string().optional(),
  format: z.enum(['json', 'csv']).default('json'),
});
export type PerformanceQuery = z.output<typeof performanceQuerySchema>;

export interface PerformanceCount {
  readonly period: ReportPeriod;
  readonly tally: Tally;
  readonly staleByDay: ReadonlyMap<string, number>;
  /** Announcements that were stale at some time of the period. */
  readonly stale: readonly AnnouncementRecord[];
  readonly setAsides: readonly SetAsideRecord[];
  readonly users: readonly UserView[];
  readonly areaOf: ReadonlyMap<string, string>;
}

export class PerformanceCounts {
  readonly #plant: Plant;
  readonly #store: PerformanceStore;
  readonly #users: () => Promise<readonly UserView[]>;
  readonly #clock: Clock;
  readonly #kept = new Map<string, { readonly takenUp: number; readonly count: Promise<PerformanceCount> }>();

  constructor(options: {
    readonly plant: Plant;
    readonly store: PerformanceStore;
    readonly users: () => Promise<readonly UserView[]>;
    readonly clock: Clock;
  }) {
    this.#plant = options.plant;
    this.#store = options.store;
    this.#users = options.users;
    this.#clock = options.clock;
  }

  /** Throws a problem where the period or the place makes no sense or may not be seen. */
  count(query: PerformanceQuery, identity: Identity): Promise<PerformanceCount> {
    const { fromMs, toMs } = this.periodOf(query);
    const stationIds = this.#scopeOf(query, identity);
    const isPart = query.station !== undefined || query.area !== undefined;
    const key = JSON.stringify([fromMs, toMs, isPart, stationIds === null ? null : [...stationIds]]);
    const takenUp = this.#store.takenUpSequence;
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.takenUp === takenUp) return kept.count;
    const count = this.#count(fromMs, toMs, stationIds, isPart);
    this.#kept.delete(key);
    this.#kept.set(key, { takenUp, count });
    count.catch(() => this.#kept.delete(key));
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptCounts) break;
      this.#kept.delete(oldest);
    }
    return count;
  }

  periodOf(query: Pick<PerformanceQuery, 'from' | 'to' | 'days' | 'month'>): { readonly fromMs: number; readonly toMs: number } {
    if (query.month !== undefined) {
      const zone = this.#plant.company.timeZone;
      return { fromMs: momentOf(`${query.month}-01`, '00:00', zone), toMs: momentOf(`${monthAfter(query.month)}-01`, '00:00', zone) };
    }
    const toMs = query.to ?? Math.ceil(this.#clock.nowMs() / nowStepMs) * nowStepMs;
    const fromMs = query.from ?? toMs - (query.days ?? 1) * dayMs;
    if (toMs <= fromMs) throw badInput('to', 'must lie after from');
    if (toMs - fromMs > longestMs) throw badInput('from', 'a period is at most 400 days long');
    return { fromMs, toMs };
  }

  nameOf(alarmId: string, stationId: string, priority: AlarmName['priority']): AlarmName {
    const definition = this.#plant.alarms[this.#plant.alarmIndexById.get(alarmId) ?? -1];
    return {
      alarmId,
      stationId,
      kind: definition?.kind ?? null,
      priority: definition?.priority ?? priority,
      class: definition?.class ?? null,
      message: definition?.message ?? { zh: alarmId, en: alarmId },
    };
  }

  /** Null: every station of the plant. */
  #scopeOf(query: PerformanceQuery, identity: Identity): ReadonlySet<string> | null {
    const { station, area } = query;
    const visible = this.#plant.stations.filter((candidate) => maySee(identity, candidate.id));
    const wanted = visible.filter(
      (candidate) => (station === undefined || candidate.id === station) && (area === undefined || candidate.areaId === area),
    );
    if (wanted.length === 0 && (station !== undefined || area !== undefined))
      throw new ProblemError(404, 'Not found', { detail: `There is no such station or area: ${station ?? area}` });
    if (station === undefined && area === undefined && identity.stationIds === null) return null;
    return new Set(wanted.map((candidate) => candidate.id));
  }

  async #count(fromMs: number, toMs: number, stationIds: ReadonlySet<string> | null, isPart: boolean): Promise<PerformanceCount> {
    await this.#store.flush();
    const nowMs = this.#clock.nowMs();
    const firstLineMs = (await this.#store.firstLineMs()) ?? nowMs;
    const observedToMs = Math.max(fromMs, Math.min(toMs, nowMs));
    const observedFromMs = Math.min(observedToMs, Math.max(fromMs, firstLineMs));
    const users = await this.#users();
    const isInScope = (record: { readonly stationId: string }) => stationIds === null || stationIds.has(record.stationId);
    const consoles = isPart
      ? []
      : [...consolesOf(users).values()].filter(
          (ids) => stationIds === null || (ids !== null && [...ids].every((id) => stationIds.has(id))),
        );
    const tally = new Tally({ fromMs, toMs, nowMs }, [stationIds, ...consoles]);
    for await (const page of this.#store.announcements({ fromMs: fromMs - warmUpMs, toMs }))
      for (const record of page) if (isInScope(record)) tally.add(record);
    const range = { fromMs: observedFromMs, toMs: observedToMs };
    const stale = (await this.#store.lasting({ ...range, longerThanMs: staleMs })).filter(isInScope);
    return {
      period: { fromMs, toMs, observedFromMs, observedToMs, nowMs },
      tally,
      stale,
      staleByDay: staleByDay(stale, { ...range, staleMs }, (atMs) => this.#dayOf(atMs)),
      setAsides: (await this.#store.setAsides(range)).filter(isInScope),
      users,
      areaOf: new Map(this.#plant.stations.map((station) => [station.id, station.areaId])),
    };
  }

  #dayOf(atMs: number): { readonly date: string; readonly endMs: number } {
    const zone = this.#plant.company.timeZone;
    const date = dateAt(atMs, zone);
    return { date, endMs: momentOf(addDays(date, 1), '00:00', zone) };
  }
}

function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}

function badInput(path: string, message: string): ProblemError {
  return new ProblemError(400, 'Bad input', { detail: `${path} ${message}`, extra: { errors: [{ path, message }] } });
}
