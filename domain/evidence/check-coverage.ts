// The readings of a bundle, every one of them: in order, within the period, and making the intervals, minute figures and shares that the bundle states.

import { isBad, isGood } from '../readings/quality.ts';
import { silenceMsOf } from '../trends/quality-spans.ts';
import { intervalsName, intervalsParquetName, type Manifest, manifestName, readingsFolder, type Summary } from './bundle.ts';
import {
  type CoverageInterval,
  intervalColumns,
  intervalLine,
  type MinuteFigures,
  minuteColumns,
  minuteLine,
  PointCoverage,
  readingColumns,
  readingLine,
} from './coverage.ts';
import { DoesNotHold } from './does-not-hold.ts';
import { ExpectedLines } from './expected-lines.ts';
import type { OpenBundle } from './open-bundle.ts';
import { parquetGroups } from './parquet-rows.ts';
import { type PointResult, pointFigures, stationFigures } from './summarize.ts';

const minuteMs = 60_000;

/** How long before the period readings are taken along: what held when it began. */
export function leadMsOf(points: readonly { readonly scanMs: number }[]): number {
  return Math.max(0, ...points.map(({ scanMs }) => silenceMsOf(scanMs)));
}

export async function checkCoverage(
  bundle: OpenBundle,
  onProgress: (share: number) => void,
): Promise<Pick<Summary, 'stations' | 'points'>> {
  const { source, manifest, place } = bundle;
  const { points, fromMs, toMs, stations } = manifest;
  const coverages = points.map(({ scanMs }) => new PointCoverage(manifest, scanMs));
  const days = manifest.files.filter(({ name }) => name.startsWith(readingsFolder) && name.endsWith('.parquet')).map(({ name }) => name);
  const lastMs = new Float64Array(points.length).fill(fromMs - leadMsOf(points));
  for (const [index, name] of days.entries()) {
    await checkDay(bundle, name, coverages, lastMs);
    onProgress((index + 1) / days.length);
  }
  const results = points.map((point, index): PointResult => {
    const coverage = coverages[index];
    if (coverage === undefined) throw new Error('a point without coverage');
    return { point, readings: coverage.readings, ...coverage.end() };
  });
  const table = new ExpectedLines(source, place(intervalsName), intervalColumns);
  for (const { point, intervals } of results) for (const interval of intervals) await table.expect(intervalLine(point.id, interval));
  await table.end();
  await checkIntervalRows(bundle, results);
  return {
    stations: stationFigures(
      stations.map(({ id }) => id),
      results,
      toMs - fromMs,
    ),
    points: pointFigures(results),
  };
}

async function checkDay(bundle: OpenBundle, name: string, coverages: readonly PointCoverage[], lastMs: Float64Array): Promise<void> {
  const { source, manifest, place } = bundle;
  const { points, fromMs, toMs } = manifest;
  const indexById = new Map(points.map(({ id }, index) => [id, index]));
  const csvName = name.replace(/\.parquet$/, manifest.readingsCsv === 'readings' ? '.csv' : '.minutes.csv');
  const table = new ExpectedLines(source, place(csvName), manifest.readingsCsv === 'readings' ? readingColumns : minuteColumns);
  const minutes = new Minutes(manifest);
  let pointIndex = -1;
  const seen = new Set<number>();
  let row = 0;
  for await (const { rows, column } of groupsOf(bundle, name)) {
    const [ids, times, values, qualities] = [column('point'), column('time'), column('value'), column('quality')];
    const lines: string[] = [];
    for (let at = 0; at < rows; at += 1, row += 1) {
      const index = indexById.get(String(ids[at])) ?? -1;
      const timeMs = Number(times[at]);
      const value = values[at] === null || values[at] === undefined ? Number.NaN : Number(values[at]);
      const code = Number(qualities[at]);
      if (index === -1 || (index !== pointIndex && seen.has(index)))
        throw new DoesNotHold(name, `row ${row + 1} is of ${String(ids[at])}, which does not belong there`);
      if (!(timeMs >= (lastMs[index] ?? 0)) || timeMs >= toMs)
        throw new DoesNotHold(name, `row ${row + 1} (${String(ids[at])}) is out of its order or outside the period`);
      if (index !== pointIndex) seen.add(index);
      pointIndex = index;
      lastMs[index] = timeMs;
      coverages[index]?.add(timeMs, code);
      if (timeMs < fromMs) continue;
      if (manifest.readingsCsv === 'readings') lines.push(readingLine(String(ids[at]), timeMs, value, code));
      else lines.push(...minutes.add(index, timeMs, value, code));
    }
    for (const line of lines) await table.expect(line);
  }
  for (const line of minutes.end()) await table.expect(line);
  await table.end();
}

function groupsOf({ source, place }: OpenBundle, name: string) {
  const placed = place(name);
  if (placed.file.packed.method !== 'stored') throw new DoesNotHold(manifestName, `${name} is packed`);
  return parquetGroups(source, placed, ['point', 'time', 'value', 'quality']);
}

/** Figures of each minute while readings come by in the order of points and time. */
class Minutes {
  readonly #points: Manifest['points'];
  #index = -1;
  #figures: MinuteFigures | null = null;

  constructor({ points }: Manifest) {
    this.#points = points;
  }

  /** The line of the minute that the reading has ended, if it has. */
  add(index: number, timeMs: number, value: number, code: number): string[] {
    const startMs = Math.floor(timeMs / minuteMs) * minuteMs;
    const isNew = this.#figures === null || this.#index !== index || this.#figures.minuteMs !== startMs;
    const ended = isNew ? this.end() : [];
    const figures =
      isNew || this.#figures === null
        ? { minuteMs: startMs, min: Number.NaN, max: Number.NaN, last: Number.NaN, readings: 0, good: 0 }
        : this.#figures;
    const hasValue = !isBad(code) && !Number.isNaN(value);
    this.#index = index;
    this.#figures = {
      minuteMs: startMs,
      min: hasValue ? (value < figures.min || Number.isNaN(figures.min) ? value : figures.min) : figures.min,
      max: hasValue ? (value > figures.max || Number.isNaN(figures.max) ? value : figures.max) : figures.max,
      last: hasValue ? value : figures.last,
      readings: figures.readings + 1,
      good: figures.good + (isGood(code) ? 1 : 0),
    };
    return ended;
  }

  end(): string[] {
    const figures = this.#figures;
    this.#figures = null;
    return figures === null ? [] : [minuteLine(this.#points[this.#index]?.id ?? '', figures)];
  }
}

async function checkIntervalRows({ source, place }: OpenBundle, results: readonly PointResult[]): Promise<void> {
  const placed = place(intervalsParquetName);
  const expected = intervalsInOrder(results);
  let row = 0;
  for await (const { rows, column } of parquetGroups(source, placed, ['point', 'from', 'to', 'kind', 'reason'])) {
    for (let at = 0; at < rows; at += 1, row += 1) {
      const next = expected.next();
      const interval: CoverageInterval = {
        fromMs: Number(column('from')[at]),
        toMs: Number(column('to')[at]),
        kind: String(column('kind')[at]) as CoverageInterval['kind'],
        reason: String(column('reason')[at]),
      };
      const said = intervalLine(String(column('point')[at]), interval);
      if (next.done === true || next.value !== said)
        throw new DoesNotHold(
          intervalsParquetName,
          `row ${row + 1} says ${said} where the readings make ${next.done === true ? 'no more' : next.value}`,
        );
    }
  }
  const more = expected.next();
  if (more.done !== true) throw new DoesNotHold(intervalsParquetName, `row ${row + 1} is missing: ${more.value}`);
}

function* intervalsInOrder(results: readonly PointResult[]): Generator<string, undefined> {
  for (const { point, intervals } of results) for (const interval of intervals) yield intervalLine(point.id, interval);
  return undefined;
}
