// Definitions of all points that the person may see, by id; asked for once and shared by every screen.
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { PointView } from '../../domain/api/plant-api.ts';
import { fetchPoints } from '../http/gatewatch-api.ts';

export function useAllPoints() {
  return useQuery({ queryKey: ['points', null], queryFn: ({ signal }) => fetchPoints(null, signal), staleTime: 300_000 });
}

export function usePointById(): ReadonlyMap<string, PointView> {
  const { data } = useAllPoints();
  return useMemo(() => new Map((data ?? []).map((point) => [point.id, point])), [data]);
}
