// How much of a period was measured, and what each stretch of it was: the figure "share of time with good quality" of a point, from its readings in order of
// time. Time without a reading is never good: it is a stretch of its own, `notRecorded`. Pure; the maker of a bundle and its verifier both count with it.
import { qualityReason, qualitySeverity } from '../readings/quality.ts';
import { silenceMsOf } from '../trends/quality-spans.ts';

export const coverageKinds = ['good', 'uncertain', 'bad', 'notRecorded'] as const;
export type CoverageKind = (typeof coverageKinds)[number];

export interface CoverageInterval {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: CoverageKind;
  /** The reason of the quality; `none` for good, `noReading` where nothing was recorded. */
  readonly reason: string;
}

export type CoverageMs = Readonly<Record<CoverageKind, number>>;

/** One point over one period. Readings are added in order of time; those shortly before the period tell what held when it began and are not counted. */
export class PointCoverage {
  readonly #fromMs: number;
  readonly #toMs: number;
  readonly #silenceMs: number;
  readonly #intervals: { fromMs: number; toMs: number; kind: CoverageKind; reason: string }[] = [];
  #lastMs = Number.NEGATIVE_INFINITY;
  #code = -1;
  #readings = 0;

  constructor(period: { readonly fromMs: number; readonly toMs: number }, scanMs: number) {
    this.#fromMs = period.fromMs;
    this.#toMs = period.toMs;
    this.#silenceMs = silenceMsOf(scanMs);
  }

  get readings(): number {
    return this.#readings;
  }

  /** A reading holds until the next one, and never longer than the silence that a point may keep. */
  add(timeMs: number, code: number): void {
    if (timeMs >= this.#fromMs) this.#readings += 1;
    if (this.#code === -1) this.#append(this.#fromMs, timeMs, 'notRecorded', 'noReading');
    else this.#hold(timeMs);
    this.#lastMs = timeMs;
    this.#code = code;
  }

  /** As many readings of one quality as a stretch holds, none of them further from the next than the silence that a point may keep. */
  addMany(firstMs: number, lastMs: number, code: number, count: number): void {
    this.add(firstMs, code);
    if (count === 1) return;
    this.add(lastMs, code);
    if (firstMs >= this.#fromMs) this.#readings += count - 2;
  }

  /** Call once, after the last reading. */
  end(): { readonly intervals: readonly CoverageInterval[]; readonly ms: CoverageMs } {
    if (this.#code === -1) this.#append(this.#fromMs, this.#toMs, 'notRecorded', 'noReading');
    else this.#hold(this.#toMs);
    const ms = { good: 0, uncertain: 0, bad: 0, notRecorded: 0 };
    for (const { kind, fromMs, toMs } of this.#intervals) ms[kind] += toMs - fromMs;
    return { intervals: this.#intervals, ms };
  }

  #hold(untilMs: number): void {
    const heldMs = Math.min(untilMs, this.#lastMs + this.#silenceMs);
    const severity = qualitySeverity(this.#code);
    this.#append(this.#lastMs, heldMs, severity, qualityReason(this.#code));
    this.#append(heldMs, untilMs, 'notRecorded', 'noReading');
  }

  #append(startMs: number, endMs: number, kind: CoverageKind, reason: string): void {
    const fromMs = Math.max(startMs, this.#fromMs);
    const toMs = Math.min(endMs, this.#toMs);
    if (toMs <= fromMs) return;
    const last = this.#intervals.at(-1);
    if (last !== undefined && last.kind === kind && last.reason === reason && last.toMs === fromMs) last.toMs = toMs;
    else this.#intervals.push({ fromMs, toMs, kind, reason });
  }
}

export const intervalColumns = 'point,from,to,seconds,kind,reason';

export function intervalLine(pointId: string, { fromMs, toMs, kind, reason }: CoverageInterval): string {
  return `${pointId},${new Date(fromMs).toISOString()},${new Date(toMs).toISOString()},${(toMs - fromMs) / 1_000},${kind},${reason}`;
}

export const readingColumns = 'time,point,value,quality,reason';

export function readingLine(pointId: string, timeMs: number, value: number, code: number): string {
  return `${new Date(timeMs).toISOString()},${pointId},${Number.isNaN(value) ? '' : value},${qualitySeverity(code)},${qualityReason(code)}`;
}

export const minuteColumns = 'minute,point,min,max,last,readings,good';

/** What one point read in one minute: what a bundle of very many readings gives as CSV beside the readings themselves. */
export interface MinuteFigures {
  readonly minuteMs: number;
  /** Over good and uncertain readings that have a value; NaN where there is none. */
  readonly min: number;
  readonly max: number;
  readonly last: number;
  readonly readings: number;
  readonly good: number;
}

export function minuteLine(pointId: string, { minuteMs, min, max, last, readings, good }: MinuteFigures): string {
  const text = (value: number) => (Number.isNaN(value) ? '' : String(value));
  return `${new Date(minuteMs).toISOString()},${pointId},${text(min)},${text(max)},${text(last)},${readings},${good}`;
}
