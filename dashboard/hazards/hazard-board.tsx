// Open hazards in the column of their state; within one, what is overdue stands first.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { HazardSummary } from '../../domain/api/hazard-api.ts';
import type { HazardState } from '../../domain/hazards/hazard.ts';
import { hazardStateWords } from '../../domain/hazards/hazard-words.ts';
import { useWords } from '../language/language.ts';
import { Deadline, GradeTag, SuspendedTag } from './hazard-marks.tsx';

/** Reopened ones wait for the same thing as confirmed ones. */
const columns: readonly { readonly name: HazardState; readonly states: readonly HazardState[] }[] = [
  { name: 'reported', states: ['reported'] },
  { name: 'confirmed', states: ['confirmed', 'reopened'] },
  { name: 'planned', states: ['planned'] },
  { name: 'rectifying', states: ['rectifying'] },
  { name: 'submitted', states: ['submitted'] },
  { name: 'accepted', states: ['accepted'] },
];

export function HazardBoard({ hazards }: { readonly hazards: readonly HazardSummary[] }): ReactNode {
  const { t, text } = useWords();
  return (
    <ol className="hazard-columns" aria-label={t('hazards.tab.board')} data-testid="hazard-board">
      {columns.map(({ name, states }) => {
        const here = hazards.filter(({ state }) => states.includes(state));
        return (
          <li key={name} className="hazard-column" data-testid={`column-${name}`}>
            <h2>
              {text(hazardStateWords[name])} <span className="number muted">{here.length}</span>
            </h2>
            <ul>
              {here.map((hazard) => (
                <li key={hazard.id}>
                  <Card hazard={hazard} />
                </li>
              ))}
            </ul>
          </li>
        );
      })}
    </ol>
  );
}

function Card({ hazard }: { readonly hazard: HazardSummary }): ReactNode {
  const { t, text } = useWords();
  return (
    <Link to="/hazards/$hazardId" params={{ hazardId: hazard.id }} className="hazard-card" data-standing={hazard.standing}>
      <span className="hazard-card-top">
        <b className="number">{hazard.number}</b>
        <GradeTag grade={hazard.grade} />
      </span>
      <span className="muted small">
        {hazard.stationId} {hazard.place}
      </span>
      <span className="hazard-card-words">{hazard.description}</span>
      <span className="hazard-card-foot small">
        {hazard.state === 'reopened' && <span className="tag">{text(hazardStateWords.reopened)}</span>}
        {hazard.isSupplySuspended && <SuspendedTag />}
        {hazard.responsible !== null && <span>{hazard.responsible}</span>}
        {hazard.deadline !== null && <Deadline hazard={hazard} />}
        {hazard.deadline === null && <span className="muted number">{t('hazards.days', { count: hazard.ageDays })}</span>}
      </span>
    </Link>
  );
}
