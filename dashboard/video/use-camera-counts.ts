// Cameras of each station with a good picture, of all: for the tiles of the wall. Empty where the person may not know, or there are none.
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { usePermission } from '../session/plant-context.tsx';
import { fetchCameras } from './video-requests.ts';

export interface CameraCount {
  readonly good: number;
  readonly total: number;
}

const refreshMs = 60_000;

export function useCameraCounts(): ReadonlyMap<string, CameraCount> {
  const mayRead = usePermission('cameras.read');
  const cameras = useQuery({
    queryKey: ['cameras', 'all'],
    queryFn: ({ signal }) => fetchCameras(signal),
    enabled: mayRead,
    refetchInterval: refreshMs,
  });
  return useMemo(
    () =>
      new Map(
        [...Map.groupBy(cameras.data ?? [], ({ stationId }) => stationId)].map(([stationId, own]) => [
          stationId,
          { good: own.filter(({ state }) => state === 'good').length, total: own.length },
        ]),
      ),
    [cameras.data],
  );
}
