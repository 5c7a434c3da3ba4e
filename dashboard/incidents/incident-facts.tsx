// Small pieces that board and page share: the station's name, the casualties in words, the drill band.
import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import type { Casualties } from '../../domain/incidents/incident.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';

export function StationNames({ ids, isLinked = false }: { readonly ids: readonly string[]; readonly isLinked?: boolean }): ReactNode {
  const { text } = useWords();
  const { stations } = usePlant();
  return ids.map((id, index) => {
    const station = stations.find((candidate) => candidate.id === id);
    const name = station === undefined ? id : text(station.name);
    return (
      <Fragment key={id}>
        {index > 0 && ' · '}
        {isLinked ? (
          <Link to="/stations/$stationId" params={{ stationId: id }}>
            {name}
          </Link>
        ) : (
          name
        )}
      </Fragment>
    );
  });
}

export function useCasualtyText(): (casualties: Casualties) => string | null {
  const { t } = useWords();
  return (casualties) => {
    const parts = (['dead', 'injured', 'missing', 'evacuated'] as const).flatMap((name) =>
      casualties[name] === 0 ? [] : [`${t(`incidents.casualties.${name}`)} ${casualties[name]}`],
    );
    return parts.length === 0 ? null : parts.join(' · ');
  };
}

export function DrillBand(): ReactNode {
  const { t } = useWords();
  return (
    <p className="drill-band" data-testid="drill-band">
      {t('incidents.drillBand')}
    </p>
  );
}
