// What recorders say they hold, hour by hour: the last two days are asked for every hour, all of the retention once a day, one camera after the other.
import type { Logger } from 'pino';
import type { RecordedDayView } from '../../domain/api/video-api.ts';
import { clip, type Span, totalMs, unionOf } from '../../domain/obligations/spans.ts';
import { isCamera } from '../../domain/plant/device-kinds.ts';
import type { CameraDevice, Plant } from '../../domain/plant/plant.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { repeat } from '../../domain/time/repeat.ts';
import { dateAt, momentOf } from '../../domain/time/zoned-time.ts';
import type { ServerLink } from '../../link/link.ts';
import type { Ledger } from '../journal/ledger.ts';

const firstMs = 15_000;
const everyMs = 3_600_000;
/** Until every camera has been asked once. */
const retryMs = 120_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** The newest minutes may not be written yet. */
const lagMs = 5 * 60_000;
const shortLookDays = 2;

export interface CalendarOptions {
  readonly plant: Plant;
  readonly link: Pick<ServerLink, 'command'>;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onChange: (stationId: string) => void;
}

export class RecordingCalendar {
  readonly #options: CalendarOptions;
  readonly #cameras: readonly CameraDevice[];
  readonly #wholeAskedOn = new Map<string, string>();
  readonly #askedAtMs = new Map<string, number>();
  readonly #stop: () => Promise<void>;
  #isStopped = false;

  constructor(options: CalendarOptions) {
    this.#options = options;
    this.#cameras = options.plant.devices.filter(isCamera).filter(({ recorder }) => recorder !== null);
    this.#stop =
      this.#cameras.length === 0
        ? async () => undefined
        : repeat(
            options.clock,
            { firstMs, everyMs: retryMs },
            () => this.tick(),
            (error) => options.log.error({ err: error }, 'what recorders hold could not be written down; trying again'),
          );
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#stop();
  }

  /** Asks every camera that is due. */
  async tick(): Promise<void> {
    for (const camera of this.#cameras) {
      if (this.#isStopped) return;
      if (this.#options.clock.nowMs() - (this.#askedAtMs.get(camera.id) ?? Number.NEGATIVE_INFINITY) >= everyMs) await this.#ask(camera);
    }
  }

  async days(cameraId: string, span: Span): Promise<RecordedDayView[]> {
    const zone = this.#options.plant.company.timeZone;
    const rows = await this.#options.ledger.database
      .selectFrom('camera_recorded_day')
      .selectAll()
      .where('camera_id', '=', cameraId)
      .where('day', '>=', dateAt(span.fromMs, zone))
      .where('day', '<=', dateAt(Math.max(span.fromMs, span.toMs - 1), zone))
      .orderBy('day')
      .execute();
    return rows.map((row) => ({ day: row.day, hours: JSON.parse(row.hours) as (number | null)[], askedAtMs: row.asked_at_ms }));
  }

  async #ask(camera: CameraDevice): Promise<void> {
    const { plant, link, clock, log, onChange } = this.#options;
    const zone = plant.company.timeZone;
    const nowMs = clock.nowMs();
    const today = dateAt(nowMs, zone);
    const isWhole = this.#wholeAskedOn.get(camera.id) !== today;
    const daysBack = isWhole ? Math.ceil(camera.retentionMs / dayMs) : shortLookDays;
    const window = {
      fromMs: Math.max(momentOf(addDays(today, -daysBack), '00:00', zone), nowMs - camera.retentionMs),
      toMs: nowMs - lagMs,
    };
    const station = plant.stations[camera.stationIndex];
    const answer = await link.command(station?.collectorId ?? 'default', { kind: 'cameraRecordings', deviceId: camera.id, ...window });
    if (answer.kind !== 'cameraRecordings') {
      if (answer.kind === 'failed') log.warn({ camera: camera.id, reason: answer.reason }, 'the recorder did not say what it holds');
      return;
    }
    this.#askedAtMs.set(camera.id, nowMs);
    if (isWhole) this.#wholeAskedOn.set(camera.id, today);
    await this.#write(camera.id, hoursByDay(answer.spans, window, zone), nowMs);
    onChange(station?.id ?? '');
  }

  async #write(cameraId: string, days: ReadonlyMap<string, readonly (number | null)[]>, askedAtMs: number): Promise<void> {
    const { ledger } = this.#options;
    await ledger.commit([], async (transaction) => {
      for (const [day, hours] of days) {
        const known = await transaction
          .selectFrom('camera_recorded_day')
          .select('hours')
          .where('camera_id', '=', cameraId)
          .where('day', '=', day)
          .executeTakeFirst();
        // The first day of a look reaches back to the retention only: what was known of its earlier hours stays.
        const before = known === undefined ? [] : (JSON.parse(known.hours) as (number | null)[]);
        const row = { hours: JSON.stringify(hours.map((minutes, index) => minutes ?? before[index] ?? null)), asked_at_ms: askedAtMs };
        await transaction
          .insertInto('camera_recorded_day')
          .values({ camera_id: cameraId, day, ...row })
          .onConflict((conflict) => conflict.columns(['camera_id', 'day']).doUpdateSet(row))
          .execute();
      }
    });
  }
}

/** Minutes recorded in each hour of each day; null for hours that do not lie in the window as a whole. */
export function hoursByDay(spans: readonly Span[], window: Span, zone: string): Map<string, (number | null)[]> {
  const recorded = unionOf(spans);
  const days = new Map<string, (number | null)[]>();
  for (let day = dateAt(window.fromMs, zone); ; day = addDays(day, 1)) {
    const startMs = momentOf(day, '00:00', zone);
    if (startMs >= window.toMs) return days;
    const endMs = momentOf(addDays(day, 1), '00:00', zone);
    const hours = Array.from({ length: Math.round((endMs - startMs) / hourMs) }, (_, index) => {
      const hour = { fromMs: startMs + index * hourMs, toMs: startMs + (index + 1) * hourMs };
      if (hour.fromMs < window.fromMs || hour.toMs > window.toMs) return null;
      return Math.round(totalMs(recorded.flatMap((span) => clip(span, hour) ?? [])) / 6_000) / 10;
    });
    days.set(day, hours);
  }
}
