// The ledger as a table, in the server's order (overdue first, major before ordinary, earliest deadline first), with filters over it.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { HazardSummary } from '../../domain/api/hazard-api.ts';
import { type HazardState, hazardGrades, hazardStates, isOpenState } from '../../domain/hazards/hazard.ts';
import { deadlineStandings } from '../../domain/hazards/hazard-deadline.ts';
import { hazardGradeWords, hazardSourceWords, hazardStateWords } from '../../domain/hazards/hazard-words.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { Deadline, GradeTag, SuspendedTag } from './hazard-marks.tsx';

interface Filter {
  readonly station: string;
  readonly grade: string;
  readonly state: string;
  readonly standing: string;
  readonly text: string;
}
const everything: Filter = { station: '', grade: '', state: '', standing: '', text: '' };

function isMatch(hazard: HazardSummary, filter: Filter): boolean {
  const words = filter.text.trim().toLowerCase();
  return (
    (filter.station === '' || hazard.stationId === filter.station) &&
    (filter.grade === '' || (hazard.grade ?? 'ungraded') === filter.grade) &&
    (filter.state === '' || hazard.state === filter.state) &&
    (filter.standing === '' || hazard.standing === filter.standing) &&
    (words === '' ||
      [hazard.number, hazard.place, hazard.description, hazard.responsible ?? '', hazard.foundBy].some((text) =>
        text.toLowerCase().includes(words),
      ))
  );
}

export function HazardTable({
  hazards,
  isSettled,
}: {
  readonly hazards: readonly HazardSummary[];
  readonly isSettled: boolean;
}): ReactNode {
  const { t } = useWords();
  const [filter, setFilter] = useState(everything);
  const shown = hazards.filter((hazard) => isMatch(hazard, filter));
  return (
    <section className="panel" aria-label={t(isSettled ? 'hazards.tab.settled' : 'hazards.tab.ledger')}>
      <div className="panel-head">
        <Filters filter={filter} isSettled={isSettled} onChange={setFilter} />
        <span className="muted small number panel-link" role="status">
          {t('hazards.count', { count: shown.length })}
        </span>
      </div>
      {shown.length === 0 ? (
        <p className="empty">{t(hazards.length > 0 ? 'hazards.noneMatch' : isSettled ? 'hazards.noneSettled' : 'hazards.none')}</p>
      ) : (
        <div className="hazard-scroll">
          <table className="table hazard-table" data-testid="hazard-table">
            <thead>
              <tr>
                {columnsOf(isSettled).map((name) => (
                  <th key={name} scope="col">
                    {t(`hazards.column.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((hazard) => (
                <Row key={hazard.id} hazard={hazard} isSettled={isSettled} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function columnsOf(isSettled: boolean) {
  return isSettled
    ? (['number', 'grade', 'station', 'description', 'state', 'source', 'foundOn', 'closed', 'age'] as const)
    : (['number', 'grade', 'station', 'description', 'state', 'settled', 'responsible', 'deadline', 'age'] as const);
}

function Row({ hazard, isSettled }: { readonly hazard: HazardSummary; readonly isSettled: boolean }): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const station = stations.find(({ id }) => id === hazard.stationId);
  return (
    <tr data-standing={hazard.standing} data-testid={`hazard-${hazard.number}`}>
      <td className="number hazard-number">
        <Link to="/hazards/$hazardId" params={{ hazardId: hazard.id }}>
          {hazard.number}
        </Link>
      </td>
      <td>
        <GradeTag grade={hazard.grade} proposed={hazard.proposedGrade} />
      </td>
      <td>
        {hazard.stationId} <span className="muted">{station === undefined ? '' : text(station.name)}</span>
      </td>
      <td className="hazard-words">
        {hazard.place !== '' && <span className="muted">{hazard.place} · </span>}
        {hazard.description}
      </td>
      <td>
        {text(hazardStateWords[hazard.state])}
        {hazard.state === 'submitted' && hazard.acceptancesNeeded > 1 && (
          <span className="muted small number">
            {' '}
            {hazard.acceptanceCount}/{hazard.acceptancesNeeded}
          </span>
        )}{' '}
        {hazard.isSupplySuspended && <SuspendedTag />}
        {hazard.isProposedSettled && <span className="tag">{t('hazards.proposedSettled')}</span>}
      </td>
      {isSettled ? (
        <>
          <td>{text(hazardSourceWords[hazard.source])}</td>
          <td className="number">{hazard.foundOn}</td>
          <td className="number">
            {hazard.closedNumber ?? '—'} <span className="muted">{hazard.closedOn}</span>
          </td>
        </>
      ) : (
        <>
          <td className="number">{t('hazards.settledCount', { count: hazard.settledCount })}</td>
          <td>{hazard.responsible ?? <span className="muted">—</span>}</td>
          <td>
            <Deadline hazard={hazard} />
            {hazard.extensions > 0 && <span className="muted small"> {t('hazards.extensions', { count: hazard.extensions })}</span>}
          </td>
        </>
      )}
      <td className="number">{t('hazards.days', { count: hazard.ageDays })}</td>
    </tr>
  );
}

function Filters({
  filter,
  isSettled,
  onChange,
}: {
  readonly filter: Filter;
  readonly isSettled: boolean;
  readonly onChange: (filter: Filter) => void;
}): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const states: readonly HazardState[] = hazardStates.filter((state) => isOpenState(state) !== isSettled);
  const select = (name: Exclude<keyof Filter, 'text'>, all: string, choices: readonly (readonly [string, string])[]) => (
    <select
      className="input hazard-filter"
      aria-label={t(`hazards.filter.${name}`)}
      value={filter[name]}
      onChange={(event) => onChange({ ...filter, [name]: event.target.value })}
      data-testid={`filter-${name}`}
    >
      <option value="">{all}</option>
      {choices.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
  return (
    <div className="hazard-filters">
      <input
        className="input hazard-find"
        type="search"
        placeholder={t('hazards.filter.text')}
        aria-label={t('hazards.filter.text')}
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
        data-testid="filter-text"
      />
      {select(
        'station',
        t('hazards.filter.allStations'),
        stations.map(({ id, name }) => [id, `${id} ${text(name)}`]),
      )}
      {select('grade', t('hazards.filter.allGrades'), [
        ...hazardGrades.map((grade) => [grade, text(hazardGradeWords[grade])] as const),
        ['ungraded', t('hazards.filter.ungraded')],
      ])}
      {select(
        'state',
        t('hazards.filter.allStates'),
        states.map((state) => [state, text(hazardStateWords[state])]),
      )}
      {!isSettled &&
        select(
          'standing',
          t('hazards.filter.allStandings'),
          deadlineStandings.map((standing) => [standing, t(`hazards.standing.${standing}`)]),
        )}
    </div>
  );
}
