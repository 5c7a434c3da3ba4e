// When readings of a point were not good, and why: to the reading where the time holds few readings, otherwise to the bucket, with reasons looked up in
// the longest spans only, so that a bad year costs no more than a bad hour.
import type { QualitySpan, QualitySpans } from '../../domain/api/trends-api.ts';
import { isBad, isGood } from '../../domain/readings/quality.ts';
import { silenceMsOf, spansOfReadings } from '../../domain/trends/quality-spans.ts';
import type { HistorianReader, RawColumns } from '../../historian/historian.ts';

const exactRowsMax = 20_000;
const spansLookedUp = 24;
const rowsLookedUp = 200;

export async function readQualitySpans(
  historian: HistorianReader,
  ask: { readonly pointId: string; readonly scanMs: number; readonly fromMs: number; readonly toMs: number; readonly buckets: number },
  signal?: AbortSignal,
): Promise<QualitySpans> {
  const { pointId, fromMs, toMs } = ask;
  const range = { pointId, fromMs, toMs, ...(signal === undefined ? {} : { signal }) };
  if ((toMs - fromMs) / Math.min(Math.max(ask.scanMs, 1), 60_000) <= exactRowsMax) {
    const raw = await historian.readRaw({ ...range, limit: exactRowsMax * 2 });
    if (!raw.isTruncated) return { point: pointId, isExact: true, spans: spansOfReadings(raw, { toMs, gapMs: silenceMsOf(ask.scanMs) }) };
  }
  const columns = await historian.readBuckets({ ...range, buckets: ask.buckets });
  const spans: { fromMs: number; toMs: number; isBad: boolean }[] = [];
  for (const [index, startMs] of columns.timeMs.entries()) {
    if ((columns.goodShare[index] ?? 1) >= 1) continue;
    const endMs = Math.min(startMs + columns.bucketMs, toMs);
    const last = spans.at(-1);
    const isWithout = Number.isNaN(columns.mean[index] ?? Number.NaN);
    if (last !== undefined && startMs <= last.toMs) {
      last.toMs = endMs;
      last.isBad ||= isWithout;
    } else spans.push({ fromMs: Math.max(startMs, fromMs), toMs: endMs, isBad: isWithout });
  }
  const longest = new Set(spans.toSorted((one, other) => other.toMs - other.fromMs - (one.toMs - one.fromMs)).slice(0, spansLookedUp));
  const found: QualitySpan[] = [];
  for (const span of spans) {
    const codes = longest.has(span)
      ? codesOf(await historian.readRaw({ ...range, fromMs: span.fromMs, toMs: span.toMs, limit: rowsLookedUp }))
      : [];
    const isAnyBad = span.isBad || codes.some(isBad);
    found.push({ fromMs: span.fromMs, toMs: span.toMs, severity: isAnyBad ? 'bad' : 'uncertain', codes });
  }
  return { point: pointId, isExact: false, spans: found };
}

/** Not good ones, the most frequent first. */
function codesOf(raw: RawColumns): number[] {
  const counts = new Map<number, number>();
  for (const code of raw.quality) if (!isGood(code)) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).map(([code]) => code);
}
