// Major hazards (重大隐患) that are open, overdue first: what an authority asks for beside the obligations. One line each, leading to the ledger.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { fetchHazards } from '../hazards/hazard-requests.ts';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant } from '../session/plant-context.tsx';

export function MajorHazards(): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const mayRead = usePermission('hazards.read');
  const hazards = useQuery({
    queryKey: ['hazards', 'list', 'open'],
    queryFn: ({ signal }) => fetchHazards('open', signal),
    enabled: mayRead,
  });
  if (!mayRead || hazards.data === undefined) return null;
  const major = hazards.data.filter((hazard) => hazard.grade === 'major');
  const name = (id: string): string => {
    const station = stations.find((candidate) => candidate.id === id);
    return station === undefined ? id : text(station.name);
  };
  return (
    <section className="panel" aria-label={t('obligations.majorHazards')} data-testid="major-hazards">
      <div className="panel-head">
        <h2>{t('obligations.majorHazards')}</h2>
        <span className="muted">{major.length === 0 ? t('obligations.noMajorHazards') : major.length}</span>
      </div>
      {major.length > 0 && (
        <ul className="state-history">
          {major.map((hazard) => (
            <li key={hazard.id}>
              <Link to="/hazards/$hazardId" params={{ hazardId: hazard.id }} className="number">
                {hazard.number}
              </Link>{' '}
              {name(hazard.stationId)} · {hazard.description}
              {hazard.deadline !== null && ` · ${t('obligations.say.due', { date: hazard.deadline })}`}
              {hazard.standing === 'overdue' && <b> · {t('obligations.overdue')}</b>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
