// The open incidents that the phone may show, and, while there is a network, everything about the newest of them laid in for when there is none.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { IncidentSummary } from '../../../domain/api/incident-api.ts';
import { useIncidents } from '../../live/live-context.tsx';
import { type KeptLive, useKeptLive } from '../kept-live.ts';
import { fetchIncident, fetchPoints, fetchStation } from '../phone-requests.ts';

export function usePhoneIncidents(): KeptLive<IncidentSummary> {
  return useKeptLive('incidentList', useIncidents());
}

const laidIn = 5;
const freshForMs = 10 * 60_000;

/** Once in the app. */
export function useLayInIncidents(): void {
  const { items, isLive } = usePhoneIncidents();
  const queries = useQueryClient();
  // Every event of an incident makes it longer: then it is read again.
  const wanted = isLive
    ? items
        .slice(0, laidIn)
        .map(({ id, length, stationIds }) => `${id} ${length} ${stationIds.join(' ')}`)
        .join('\n')
    : '';
  useEffect(() => {
    if (wanted === '') return;
    void (async () => {
      for (const line of wanted.split('\n')) {
        const [id = '', length = '', ...stationIds] = line.split(' ');
        const known = queries.getQueryData<{ readonly length: number }>(['incidents', id]);
        if (known === undefined || known.length < Number(length))
          await queries.prefetchQuery({ queryKey: ['incidents', id], queryFn: () => fetchIncident(id), staleTime: 0 });
        for (const stationId of stationIds) {
          await queries.prefetchQuery({ queryKey: ['station', stationId], queryFn: () => fetchStation(stationId), staleTime: freshForMs });
          await queries.prefetchQuery({ queryKey: ['points', stationId], queryFn: () => fetchPoints(stationId), staleTime: freshForMs });
        }
      }
    })();
  }, [wanted, queries]);
}
