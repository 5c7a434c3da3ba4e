// Marks of alarms and people in the shown time, and limits of the shown points over time.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { PointView } from '../../domain/api/plant-api.ts';
import type { TrendLimit, TrendMark } from '../../domain/api/trends-api.ts';
import type { TrendWindow } from '../../domain/trends/trend-view.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { fetchLimits, fetchMarks } from './trend-requests.ts';

const liveReloadMs = 3_000;
const noMarks: readonly TrendMark[] = [];
const noLimits: readonly TrendLimit[] = [];

export function useMarks(pointIds: readonly string[], window: TrendWindow, nowMs: number) {
  const { serverNowMs } = useLiveClient();
  const isLive = window.kind === 'live' || window.toMs > nowMs - 60_000;
  const { data } = useQuery({
    queryKey: ['trend-marks', pointIds.join(','), window.kind === 'live' ? window.minutes : [window.fromMs, window.toMs]],
    queryFn: ({ signal }) => {
      const toMs = window.kind === 'live' ? serverNowMs() + 60_000 : window.toMs;
      return fetchMarks(
        pointIds,
        { fromMs: window.kind === 'live' ? toMs - window.minutes * 60_000 - 60_000 : window.fromMs, toMs },
        signal,
      );
    },
    enabled: pointIds.length > 0,
    placeholderData: keepPreviousData,
    gcTime: 60_000,
    ...(isLive ? { refetchInterval: liveReloadMs } : {}),
  });
  const all = pointIds.length === 0 ? noMarks : (data?.marks ?? noMarks);
  return useMemo(
    () => ({
      isCut: pointIds.length > 0 && data?.isCut === true,
      /** Of these points' alarms, and of their stations. */
      of: (points: readonly PointView[]): readonly TrendMark[] =>
        all.filter(({ pointId, stationId }) =>
          points.some((point) => (pointId === null ? point.stationId === stationId : point.id === pointId)),
        ),
    }),
    [all, data?.isCut, pointIds.length],
  );
}

/** Asked again when alarm settings change: the key begins with that topic. */
export function useLimits(pointIds: readonly string[]): readonly TrendLimit[] {
  const { data } = useQuery({
    queryKey: ['alarmSettings', 'trend-limits', pointIds.join(',')],
    queryFn: ({ signal }) => fetchLimits(pointIds, signal),
    enabled: pointIds.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 300_000,
  });
  return pointIds.length === 0 ? noLimits : (data ?? noLimits);
}
