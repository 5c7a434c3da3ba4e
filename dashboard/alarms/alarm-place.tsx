// Where an alarm belongs: its station, or the monitor itself, whose place is the health page.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useCallback } from 'react';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';

/** The station's name; an alarm of the monitor itself has no station. */
export function usePlaceName(): (stationId: string) => string {
  const { t, text } = useWords();
  const { stations } = usePlant();
  return useCallback(
    (stationId) => {
      if (stationId === '') return t('alarmKind.monitor');
      const station = stations.find(({ id }) => id === stationId);
      return station === undefined ? stationId : text(station.name);
    },
    [t, text, stations],
  );
}

export interface AlarmPlaceLinkProps {
  readonly stationId: string;
  /** -1 where the row itself is what the keyboard goes to. */
  readonly tabIndex?: number;
  readonly isStrong?: boolean;
}

export function AlarmPlaceLink({ stationId, tabIndex, isStrong = false }: AlarmPlaceLinkProps): ReactNode {
  const nameOf = usePlaceName();
  const name = isStrong ? <b>{nameOf(stationId)}</b> : nameOf(stationId);
  if (stationId === '') {
    return (
      <Link to="/health" tabIndex={tabIndex}>
        {name}
      </Link>
    );
  }
  return (
    <Link to="/stations/$stationId" params={{ stationId }} tabIndex={tabIndex}>
      {name}
    </Link>
  );
}
