// The data of one pane: history from the server for a past window; for a live one, history once and then the live channel.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { isBad } from '../../domain/readings/quality.ts';
import { fetchBuckets } from '../http/gatewatch-api.ts';
import { areValuesBelievable } from '../live/live-client.ts';
import { useLiveClient, useLiveness } from '../live/live-context.tsx';
import { columnsOf, gapMsOf, type LiveSample, type TrendColumns, withLiveSamples } from './trend-data.ts';

export type TrendWindow =
  | { readonly kind: 'live'; readonly minutes: number }
  | { readonly kind: 'past'; readonly fromMs: number; readonly toMs: number };

export interface Trend {
  readonly columns: TrendColumns;
  readonly bucketMs: number | null;
  readonly error: Error | null;
  readonly isLoading: boolean;
}

const buckets = 600;
/** Of live samples a pane keeps at most so many; the oldest go, and the next reload brings them back as history. */
const samplesMaximum = 4_000;
/** A live window is read again from history now and then, so that late data and repaired gaps appear. */
const liveReloadMs = 120_000;

export function useTrend(point: { readonly id: string; readonly scanMs: number }, window: TrendWindow, nowMs: number): Trend {
  const { id: pointId, scanMs } = point;
  const { values, serverNowMs } = useLiveClient();
  const liveness = useLiveness();
  const isLive = window.kind === 'live';
  const key = window.kind === 'live' ? ['live', window.minutes] : ['past', Math.round(window.fromMs), Math.round(window.toMs)];
  const history = useQuery({
    queryKey: ['readings', pointId, ...key],
    queryFn: ({ signal }) => {
      const toMs = window.kind === 'live' ? serverNowMs() : window.toMs;
      const fromMs = window.kind === 'live' ? toMs - window.minutes * 60_000 : window.fromMs;
      return fetchBuckets({ pointId, fromMs, toMs, buckets }, signal);
    },
    placeholderData: keepPreviousData,
    staleTime: isLive ? 0 : 60_000,
    gcTime: 60_000,
    ...(isLive ? { refetchInterval: liveReloadMs } : {}),
  });
  const [samples, setSamples] = useState<readonly LiveSample[]>([]);
  useEffect(() => {
    if (!isLive) return;
    const held = values.get(pointId);
    setSamples(held === undefined ? [] : [sampleOf(held)]);
    return values.onReading((id, reading) => {
      if (id !== pointId) return;
      setSamples((before) => [...before.slice(-samplesMaximum), sampleOf(reading)]);
    });
  }, [values, pointId, isLive]);
  const base = useMemo(
    () => (history.data === undefined ? noColumns : columnsOf(history.data.rows, gapMsOf(history.data.bucketMs, scanMs))),
    [history.data, scanMs],
  );
  const isBelievable = areValuesBelievable(liveness);
  const columns = useMemo(
    () => (isLive ? withLiveSamples(base, samples, isBelievable ? nowMs : null) : base),
    [base, samples, isLive, isBelievable, nowMs],
  );
  return { columns, bucketMs: history.data?.bucketMs ?? null, error: history.error, isLoading: history.isPending };
}

function sampleOf(reading: { readonly timeMs: number; readonly value: number | string | null; readonly quality: number }): LiveSample {
  return { timeMs: reading.timeMs, value: typeof reading.value === 'number' && !isBad(reading.quality) ? reading.value : null };
}

const noColumns: TrendColumns = { times: [], minima: [], maxima: [], means: [] };
