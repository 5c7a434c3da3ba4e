// The data of the shown points: history from the server for a past window; for a live one, history once and then the live channel. Where readings were
// not good the reasons are asked for too, and for a comparison the same time earlier.
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { PointView } from '../../domain/api/plant-api.ts';
import type { BucketReadings } from '../../domain/api/readings-api.ts';
import type { QualitySpan } from '../../domain/api/trends-api.ts';
import { silenceMsOf, spansOfReadings } from '../../domain/trends/quality-spans.ts';
import type { TrendComparison, TrendWindow } from '../../domain/trends/trend-view.ts';
import { fetchBuckets } from '../http/gatewatch-api.ts';
import { areValuesBelievable } from '../live/live-client.ts';
import { useLiveClient, useLiveness } from '../live/live-context.tsx';
import { daysLater } from './time-axis.ts';
import {
  columnsOf,
  emptyColumns,
  gapMsOf,
  gapsOf,
  type LiveSample,
  type Span,
  sampleOf,
  type TrendColumns,
  withLiveSamples,
} from './trend-data.ts';
import { fetchQuality } from './trend-requests.ts';

export interface Trend {
  readonly columns: TrendColumns;
  readonly earlier: TrendColumns | null;
  readonly gaps: readonly Span[];
  readonly quality: readonly QualitySpan[];
  readonly bucketMs: number | null;
  readonly holdMs: number;
  readonly error: Error | null;
  readonly isLoading: boolean;
}

type TrendPoint = Pick<PointView, 'id' | 'scanMs'>;

export interface TrendAsk {
  readonly window: TrendWindow;
  readonly nowMs: number;
  readonly zone: string;
  readonly comparison: TrendComparison;
}

const buckets = 1_200;
/** Of live samples a point keeps at most so many; the oldest go, and the next reload brings them back as history. */
const samplesMaximum = 4_000;
/** A live window is read again from history now and then, so that late data and repaired gaps appear. */
const liveReloadMs = 120_000;
/** A comparison of a live window needs no more than this of precision in where it begins. */
const comparedStepMs = 60_000;
const comparedDays: Readonly<Record<TrendComparison, number>> = { none: 0, day: 1, week: 7 };

interface Asked extends Span {
  readonly isLive: boolean;
}

export function useTrends(points: readonly TrendPoint[], ask: TrendAsk): readonly Trend[] {
  const { window, nowMs, zone } = ask;
  const { serverNowMs } = useLiveClient();
  const liveness = useLiveness();
  const isLive = window.kind === 'live';
  const key = window.kind === 'live' ? ['live', window.minutes] : ['past', Math.round(window.fromMs), Math.round(window.toMs)];
  const askedNow = (): Asked => {
    const toMs = window.kind === 'live' ? serverNowMs() : window.toMs;
    return { isLive, toMs, fromMs: window.kind === 'live' ? toMs - window.minutes * 60_000 : window.fromMs };
  };
  const common = {
    placeholderData: keepPreviousData,
    staleTime: isLive ? 0 : 60_000,
    gcTime: 60_000,
    ...(isLive ? { refetchInterval: liveReloadMs } : {}),
  };
  const histories = useQueries({
    queries: points.map(({ id }) => ({
      ...common,
      queryKey: ['readings', id, buckets, ...key],
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchBuckets({ pointId: id, ...askedNow(), buckets }, signal),
    })),
  });
  const qualities = useQueries({
    queries: points.map(({ id }, index) => ({
      ...common,
      queryKey: ['readings', 'quality', id, ...key],
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchQuality(id, askedNow(), buckets, signal),
      enabled: histories[index]?.data?.rows.some(([, , , , , goodShare]) => goodShare < 1) === true,
    })),
  });
  const days = comparedDays[ask.comparison];
  const comparedEndMs = window.kind === 'live' ? Math.ceil(nowMs / comparedStepMs) * comparedStepMs : window.toMs;
  const comparedFromMs = window.kind === 'live' ? comparedEndMs - window.minutes * 60_000 - comparedStepMs : window.fromMs;
  const earlierSpan = { fromMs: daysLater(comparedFromMs, -days, zone), toMs: daysLater(comparedEndMs, -days, zone) };
  const earlierData = useQueries({
    queries: points.map(({ id }) => ({
      queryKey: ['readings', id, buckets, 'past', Math.round(earlierSpan.fromMs), Math.round(earlierSpan.toMs)],
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchBuckets({ pointId: id, ...earlierSpan, buckets }, signal),
      placeholderData: keepPreviousData,
      staleTime: 60_000,
      gcTime: 60_000,
      enabled: days > 0,
    })),
  });
  const samples = useSamples(points, isLive);
  const isBelievable = areValuesBelievable(liveness);
  const cache = useMemo(() => new Map<string, { readonly made: readonly unknown[]; readonly trend: Trend }>(), []);
  return points.map((point, index): Trend => {
    const history = histories[index];
    const quality = qualities[index];
    const earlier = earlierData[index];
    const held = samples.get(point.id) ?? noSamples;
    const spanFromMs = window.kind === 'live' ? nowMs - window.minutes * 60_000 : window.fromMs;
    const spanToMs = window.kind === 'live' ? nowMs : Math.min(window.toMs, nowMs);
    // A pane is drawn again only when something of it changed.
    const made = [
      history?.data,
      history?.error,
      quality?.data,
      days > 0 ? earlier?.data : null,
      held,
      isBelievable,
      Math.round(spanFromMs / 1_000),
      Math.round(spanToMs / 1_000),
      days,
    ];
    const before = cache.get(point.id);
    if (before !== undefined && before.made.length === made.length && before.made.every((part, at) => Object.is(part, made[at])))
      return before.trend;
    const bucketMs = history?.data?.bucketMs ?? null;
    const gapMs = gapMsOf(bucketMs ?? 0, point.scanMs);
    const base = history?.data === undefined ? emptyColumns() : columnsOf(history.data.rows, gapMs, bucketMs ?? 1);
    const columns = isLive ? withLiveSamples(base, held, isBelievable ? nowMs : null, gapMs) : base;
    const trend: Trend = {
      columns,
      earlier: days === 0 ? null : earlierColumns(earlier?.data, { days, zone, scanMs: point.scanMs }),
      gaps: history?.data === undefined ? [] : gapsOf(columns, spanFromMs, spanToMs, gapMs),
      quality: [...(quality?.data?.spans ?? []), ...liveSpans(held, nowMs, point.scanMs, base)],
      bucketMs,
      holdMs: gapMs,
      error: history?.error ?? null,
      isLoading: history?.isPending ?? true,
    };
    cache.set(point.id, { made, trend });
    return trend;
  });
}

const noSamples: readonly LiveSample[] = [];

/** Readings of the live channel by point, while live. */
function useSamples(points: readonly TrendPoint[], isLive: boolean): ReadonlyMap<string, readonly LiveSample[]> {
  const { values } = useLiveClient();
  const [samples, setSamples] = useState<ReadonlyMap<string, readonly LiveSample[]>>(new Map());
  const ids = points.map(({ id }) => id).join(',');
  useEffect(() => {
    const wanted = new Set(isLive ? ids.split(',') : []);
    const first = new Map<string, readonly LiveSample[]>();
    for (const id of wanted) {
      const held = values.get(id);
      if (held !== undefined) first.set(id, [sampleOf(held)]);
    }
    setSamples(first);
    if (wanted.size === 0) return;
    return values.onReading((id, reading) => {
      if (!wanted.has(id)) return;
      setSamples((before) => new Map(before).set(id, [...(before.get(id) ?? []).slice(-samplesMaximum), sampleOf(reading)]));
    });
  }, [values, ids, isLive]);
  return samples;
}

/** What came in live after the history, where it was not good. */
function liveSpans(samples: readonly LiveSample[], nowMs: number, scanMs: number, base: TrendColumns): QualitySpan[] {
  const historyEndMs = (base.times.at(-1) ?? 0) * 1_000;
  const newer = samples.filter(({ timeMs }) => timeMs > historyEndMs);
  return spansOfReadings(
    { timeMs: newer.map(({ timeMs }) => timeMs), quality: newer.map(({ quality }) => quality) },
    // Live, a quality stands until another comes: silence is told by the page itself.
    { toMs: nowMs, gapMs: Math.max(silenceMsOf(scanMs), nowMs - historyEndMs) },
  );
}

/** Moved to the same local time of the shown days; hours that summer time takes or gives do not shift the rest. */
function earlierColumns(
  data: BucketReadings | undefined,
  { days, zone, scanMs }: { readonly days: number; readonly zone: string; readonly scanMs: number },
): TrendColumns {
  if (data === undefined) return emptyColumns();
  const moved = data.rows.map(([timeMs, ...rest]): BucketReadings['rows'][number] => [daysLater(timeMs, days, zone), ...rest]);
  return columnsOf(moved, gapMsOf(data.bucketMs, scanMs), data.bucketMs);
}
