// The names of people behind their user names. Where a name is not known yet, the user name stands: who did something is never left out.
import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { z } from 'zod';
import { request, valueOrThrow } from '../http/request.ts';

const namesSchema = z.array(z.object({ username: z.string(), displayName: z.string() }));

export function usePersonName(): (username: string) => string {
  const { data } = useQuery({
    queryKey: ['users', 'names'],
    queryFn: async ({ signal }) => {
      const people = valueOrThrow(await request('/api/people', { schema: namesSchema, signal }));
      return new Map(people.map(({ username, displayName }) => [username, displayName]));
    },
    staleTime: 300_000,
  });
  return useCallback((username) => data?.get(username) ?? username, [data]);
}
