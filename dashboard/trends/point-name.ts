// The name of a station by its id, for things that name it beside a point.
import { useCallback } from 'react';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';

export function useStationName(): (stationId: string) => string {
  const { text } = useWords();
  const { stations } = usePlant();
  return useCallback(
    (stationId) => {
      const station = stations.find(({ id }) => id === stationId);
      return station === undefined ? stationId : text(station.name);
    },
    [stations, text],
  );
}
