// Readings as CSV while they are read: times in the plant's zone with their offset, and in UTC; every row with quality and reason.
import { stringify } from 'csv-stringify/sync';
import type { Point } from '../../../domain/plant/plant.ts';
import { qualityReason, qualitySeverity } from '../../../domain/readings/quality.ts';
import type { Language } from '../../../domain/text/localized-text.ts';
import { offsetMsOf } from '../../../domain/time/zoned-time.ts';
import type { HistorianReader } from '../../../historian/historian.ts';
import { breathe, readingPages } from './reading-pages.ts';

export interface TrendExport {
  readonly points: readonly Point[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly zone: string;
  readonly language: Language;
  /** Absent: every reading. */
  readonly buckets?: number;
  readonly signal: AbortSignal;
}

const rowsAtOnce = 2_000;
const lineEnd = '\r\n';

export async function* csvExport(historian: HistorianReader, ask: TrendExport): AsyncGenerator<string> {
  const { points, zone, language, signal } = ask;
  const figures = ask.buckets === undefined ? ['value', 'unit', 'quality', 'reason'] : ['min', 'mean', 'max', 'last', 'unit', 'goodShare'];
  // The mark lets spreadsheets read the Chinese.
  yield `\u{FEFF}${line([`time ${zone}`, 'time UTC', 'point', 'name', ...figures])}`;
  const clock = zonedClock(zone);
  for (const point of points) {
    const start = line([point.id, point.name[language]]).slice(0, -lineEnd.length);
    const unit = line([point.unit]).slice(0, -lineEnd.length);
    if (ask.buckets === undefined) {
      for await (const page of readingPages(historian, { ...ask, pointId: point.id, signal })) {
        for (let from = 0; from < page.timeMs.length; from += rowsAtOnce) {
          let text = '';
          for (let row = from; row < Math.min(page.timeMs.length, from + rowsAtOnce); row += 1) {
            const quality = page.quality[row] ?? 0;
            text += `${clock(page.timeMs[row] ?? 0)},${start},${numberText(page.value[row])},${unit},${qualitySeverity(quality)},${qualityReason(quality)}${lineEnd}`;
          }
          yield text;
          await breathe();
        }
      }
      continue;
    }
    const { fromMs, toMs, buckets } = ask;
    const found = await historian.readBuckets({ pointId: point.id, fromMs, toMs, buckets, signal });
    let text = '';
    for (let row = 0; row < found.timeMs.length; row += 1) {
      const values = [found.min[row], found.mean[row], found.max[row], found.last[row]].map(numberText).join(',');
      text += `${clock(found.timeMs[row] ?? 0)},${start},${values},${unit},${numberText(found.goodShare[row])}${lineEnd}`;
    }
    yield text;
    await breathe();
  }
}

/** No text is taken for a formula. */
function line(cells: readonly string[]): string {
  return stringify([cells as string[]], { record_delimiter: 'windows', escape_formulas: true });
}

function numberText(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '' : String(value);
}

const quarterMs = 900_000;

/** Two cells: `2026-07-03T08:00:00.000+08:00,2026-07-03T00:00:00.000Z`. The offset is looked up once a quarter of an hour. */
export function zonedClock(zone: string): (timeMs: number) => string {
  let quarter = Number.NaN;
  let offsetMs = 0;
  let offset = '';
  return (timeMs) => {
    const at = Math.floor(timeMs / quarterMs);
    if (at !== quarter) {
      quarter = at;
      offsetMs = offsetMsOf(timeMs, zone);
      const minutes = Math.abs(Math.round(offsetMs / 60_000));
      const two = (value: number) => String(value).padStart(2, '0');
      offset = `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
    }
    return `${new Date(timeMs + offsetMs).toISOString().slice(0, -1)}${offset},${new Date(timeMs).toISOString()}`;
  };
}
