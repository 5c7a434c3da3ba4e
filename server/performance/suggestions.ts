// Gathers what a suggestion is worked out from: the alarm's settings, its raises from the journal, its readings from the historian. One at a time.
import { setImmediate } from 'node:timers/promises';
import { type LimitAlarm, limitKinds } from '../../domain/alarms/alarm-definition.ts';
import type { PastReadings } from '../../domain/alarms/evaluate-limit.ts';
import type { Suggestion } from '../../domain/api/performance-api.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import type { PerformanceStore } from './performance-store.ts';
import { suggestChange } from './suggest-change.ts';

const hourMs = 3_600_000;
const pieceMs = 6 * hourMs;
const longestMs = 14 * 24 * hourMs;
const mostReadings = 400_000;
const mostReadingsOfPiece = 250_000;
const keptAnswers = 50;

export class Suggestions {
  readonly #plant: Plant;
  readonly #historian: HistorianReader | null;
  readonly #store: PerformanceStore;
  readonly #kept = new Map<string, { readonly definition: unknown; readonly answer: Promise<Suggestion> }>();
  #tail: Promise<unknown> = Promise.resolve();

  constructor(options: { readonly plant: Plant; readonly historian: HistorianReader | null; readonly store: PerformanceStore }) {
    this.#plant = options.plant;
    this.#historian = options.historian;
    this.#store = options.store;
  }

  /** `toMs` is not in the future. The same question about the same settings is worked out once. */
  of(alarmId: string, fromMs: number, toMs: number): Promise<Suggestion> {
    const definition = this.#plant.alarms[this.#plant.alarmIndexById.get(alarmId) ?? -1];
    const key = `${alarmId} ${fromMs} ${toMs}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.definition === definition) return kept.answer;
    const answer = this.#tail.then(() => this.#workOut(alarmId, Math.max(fromMs, toMs - longestMs), toMs));
    this.#tail = answer.catch(() => undefined);
    this.#kept.set(key, { definition, answer });
    answer.catch(() => this.#kept.delete(key));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > keptAnswers && oldest !== undefined) this.#kept.delete(oldest);
    return answer;
  }

  async #workOut(alarmId: string, fromMs: number, toMs: number): Promise<Suggestion> {
    const definition = this.#plant.alarms[this.#plant.alarmIndexById.get(alarmId) ?? -1];
    const point = definition?.pointIndex == null ? undefined : this.#plant.points[definition.pointIndex];
    const limit = limitKinds.some((kind) => kind === definition?.kind) ? (definition as LimitAlarm) : null;
    const common = {
      alarmId,
      present: limit === null ? null : { deadband: limit.deadband, onDelayMs: limit.onDelayMs, offDelayMs: limit.offDelayMs },
      setpoint: limit?.setpoint ?? null,
      unit: point?.unit ?? '',
      digits: point?.digits ?? 2,
      analysedFromMs: toMs,
      analysedToMs: toMs,
      readings: 0,
      raisesJournaled: 0,
      raisesFound: 0,
    };
    if (limit === null || point === undefined) return { ...common, kind: 'none', reason: 'notALimit' };
    if (this.#historian === null) return { ...common, kind: 'none', reason: 'noHistorian' };
    await this.#store.flush();
    const { readings, analysedFromMs } = await this.#readings(this.#historian, point.id, fromMs, toMs);
    const raises: { raisedAtMs: number; hasComment: boolean }[] = [];
    for await (const page of this.#store.announcements({ fromMs: analysedFromMs, toMs, alarmId }))
      for (const record of page)
        if (record.isRaise && !record.isTest && record.raisedAtMs >= analysedFromMs)
          raises.push({ raisedAtMs: record.raisedAtMs, hasComment: record.hasComment });
    const result = await suggestChange(
      {
        settings: limit,
        class: limit.class,
        priority: limit.priority,
        responseTimeMs: limit.responseTimeMs,
        span: point.range === null ? null : point.range.max - point.range.min,
        normal: point.normal,
        furtherSetpoint: this.#furtherSetpoint(limit),
        scanMs: point.scanMs,
        readings,
        untilMs: toMs,
        raises,
      },
      async () => void (await setImmediate()),
    );
    const { raisesFound } = result;
    return {
      ...common,
      analysedFromMs,
      readings: readings.timeMs.length,
      raisesJournaled: raises.length,
      ...result,
      raisesFound,
    } as Suggestion;
  }

  #furtherSetpoint(limit: LimitAlarm): number | null {
    const isHigh = limit.kind === 'high' || limit.kind === 'highHigh';
    const further = (this.#plant.points[limit.pointIndex]?.alarmIndexes ?? []).flatMap((index) => {
      const other = this.#plant.alarms[index];
      if (other === undefined || !('setpoint' in other) || !limitKinds.some((kind) => kind === other.kind)) return [];
      const isSameSide = (other.kind === 'high' || other.kind === 'highHigh') === isHigh;
      const isFurther = isHigh ? other.setpoint > limit.setpoint : other.setpoint < limit.setpoint;
      return isSameSide && isFurther ? [other.setpoint] : [];
    });
    if (further.length === 0) return null;
    return isHigh ? Math.min(...further) : Math.max(...further);
  }

  /** The newest readings of the range, as many as there may be, in time order. */
  async #readings(
    historian: HistorianReader,
    pointId: string,
    fromMs: number,
    toMs: number,
  ): Promise<{ readonly readings: PastReadings; readonly analysedFromMs: number }> {
    const pieces: { readonly timeMs: Float64Array; readonly value: Float64Array; readonly quality: Uint8Array }[] = [];
    let count = 0;
    let analysedFromMs = toMs;
    while (analysedFromMs > fromMs && count < mostReadings) {
      const pieceFromMs = Math.max(fromMs, analysedFromMs - pieceMs);
      const piece = await historian.readRaw({ pointId, fromMs: pieceFromMs, toMs: analysedFromMs, limit: mostReadingsOfPiece });
      if (piece.isTruncated) break;
      pieces.push(piece);
      count += piece.timeMs.length;
      analysedFromMs = pieceFromMs;
      await setImmediate();
    }
    const readings = { timeMs: new Float64Array(count), value: new Float64Array(count), quality: new Uint8Array(count) };
    let row = 0;
    for (const piece of pieces.toReversed()) {
      readings.timeMs.set(piece.timeMs, row);
      readings.value.set(piece.value, row);
      readings.quality.set(piece.quality, row);
      row += piece.timeMs.length;
    }
    return { readings, analysedFromMs };
  }
}
