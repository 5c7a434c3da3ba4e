// Which map tiles this installation has. Without any there is no map, and nobody is offered one.
import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { type MapView, mapViewSchema } from '../../domain/api/maps-api.ts';
import { request, valueOrThrow } from '../http/request.ts';

const none: readonly MapView[] = [];

export function useMaps(): readonly MapView[] {
  const { data } = useQuery({
    queryKey: ['maps'],
    queryFn: async ({ signal }) => valueOrThrow(await request('/api/maps', { schema: z.array(mapViewSchema), signal })),
    staleTime: 300_000,
  });
  return data ?? none;
}
