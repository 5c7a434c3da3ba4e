// What is the person's to settle, the earliest deadline first.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { HazardView } from '../../../domain/api/hazard-api.ts';
import { hazardGradeWords, hazardStateWords } from '../../../domain/hazards/hazard-words.ts';
import { useWords } from '../../language/language.ts';
import { useStation } from '../../session/plant-context.tsx';
import { AsOf } from '../as-of.tsx';
import { useMyHazards, useWaitingOf } from './use-my-hazards.ts';

export function PhoneHazardsScreen(): ReactNode {
  const { t } = useWords();
  const { items, asOfMs, isUnknown } = useMyHazards();
  return (
    <section aria-labelledby="hazards-title">
      <h1 className="phone-title" id="hazards-title">
        {t('phone.hazard.title')}
      </h1>
      {asOfMs !== null && <AsOf timeMs={asOfMs} />}
      {items.length === 0 && (
        <p className="phone-empty" data-testid="no-hazards">
          {t(isUnknown ? 'phone.hazard.unknown' : 'phone.hazard.none')}
        </p>
      )}
      <ul className="phone-list">
        {items.map((hazard) => (
          <li key={hazard.id}>
            <HazardRow hazard={hazard} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function HazardRow({ hazard }: { readonly hazard: HazardView }): ReactNode {
  const { t, text } = useWords();
  const station = useStation(hazard.finding.stationId);
  const deadlineText = useDeadlineText();
  const waiting = useWaitingOf(hazard.id);
  return (
    <Link to={`/hazards/${encodeURIComponent(hazard.id)}`} className="phone-row" data-testid={`hazard-${hazard.number}`}>
      <span className="phone-row-text">
        <b>{hazard.finding.description}</b>
        <span>
          {station === undefined ? hazard.finding.stationId : text(station.name)} · <b>{text(hazardStateWords[hazard.state])}</b>
          {hazard.grade === 'major' && ` · ${text(hazardGradeWords.major)}`}
          {waiting.length > 0 && ` · ${t('phone.header.unsent', { count: waiting.length })}`}
        </span>
        <span className="phone-row-small number" data-standing={hazard.standing === 'overdue' ? 'late' : undefined}>
          {hazard.number} · {deadlineText(hazard)}
        </span>
      </span>
    </Link>
  );
}

export function useDeadlineText(): (hazard: Pick<HazardView, 'settled' | 'standing'>) => string {
  const { t } = useWords();
  return ({ settled: { deadline }, standing }) => {
    if (deadline === null) return t('phone.hazard.noDeadline');
    return t(standing === 'overdue' ? 'phone.hazard.overdue' : 'phone.hazard.deadline', { date: deadline });
  };
}
