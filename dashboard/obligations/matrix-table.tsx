// The matrix itself: company first, then a row a station; a cell leads to the intervals behind it, a station to its inspection page.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import type { ObligationCell, ObligationMatrix, ObligationView } from '../../domain/api/obligations-api.ts';
import { stateWords } from '../../domain/obligations/obligation-words.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import type { ObligationsSearch } from '../shell/router.tsx';
import { useDurationText } from '../values/duration-text.ts';
import { shareText } from './finding-text.ts';
import { DayBars, StateMark } from './state-mark.tsx';

export function MatrixTable({ matrix, period }: { readonly matrix: ObligationMatrix; readonly period: ObligationsSearch }): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const [isOnlyOpen, setIsOnlyOpen] = useState(false);
  const nameOf = useMemo(() => new Map(stations.map((station) => [station.id, station.name])), [stations]);
  const columns = matrix.pack.obligations.filter(({ scope }) => scope === 'station');
  const ofCompany = matrix.pack.obligations.filter(({ scope }) => scope === 'company');
  const company = matrix.rows.find((row) => row.stationId === null);
  const rows = matrix.rows.filter(
    (row) => row.stationId !== null && (!isOnlyOpen || row.cells.some((cell) => cell.state !== 'met' || cell.stateAtEnd !== 'met')),
  );
  const cell = (found: ObligationCell | undefined, obligation: ObligationView, stationId: string | null, place: string) =>
    found === undefined ? (
      <span className="muted matrix-none" title={t('obligations.notApplicable')}>
        <span aria-hidden="true">—</span>
        <span className="visually-hidden">{t('obligations.notApplicable')}</span>
      </span>
    ) : (
      <CellLink
        cell={found}
        obligation={obligation}
        stationId={stationId}
        place={place}
        period={period}
        dayStartsMs={matrix.period.dayStartsMs}
      />
    );
  return (
    <>
      {company !== undefined && company.cells.length > 0 && (
        <section className="panel" aria-label={t('obligations.company')}>
          <div className="company-cells">
            <b>{t('obligations.company')}</b>
            {ofCompany.map((obligation) => (
              <div key={obligation.id} className="company-cell">
                <span>{text(obligation.name)}</span>
                {cell(
                  company.cells.find((candidate) => candidate.obligationId === obligation.id),
                  obligation,
                  null,
                  t('obligations.company'),
                )}
              </div>
            ))}
          </div>
        </section>
      )}
      <label className="check no-print">
        <input type="checkbox" checked={isOnlyOpen} onChange={(event) => setIsOnlyOpen(event.target.checked)} />
        {t('obligations.onlyOpen')}
      </label>
      <div className="panel matrix-scroll">
        <table className="table matrix" data-testid="obligation-matrix">
          <thead>
            <tr>
              <th scope="col">{t('obligations.place')}</th>
              {columns.map((obligation) => (
                <th
                  key={obligation.id}
                  scope="col"
                  title={`${text(obligation.name)}\n${obligation.clauses.map(({ reference }) => reference).join('\n')}`}
                >
                  {text(obligation.shortName)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const stationId = row.stationId ?? '';
              const name = nameOf.get(stationId);
              const place = name === undefined ? stationId : text(name);
              return (
                <tr key={stationId}>
                  <th scope="row">
                    <Link to="/obligations/inspection/$stationId" params={{ stationId }} title={t('obligations.inspection.open')}>
                      <span className="matrix-station">{place}</span> <span className="muted small number">{stationId}</span>
                    </Link>
                  </th>
                  {columns.map((obligation) => (
                    <td key={obligation.id}>
                      {cell(
                        row.cells.find((candidate) => candidate.obligationId === obligation.id),
                        obligation,
                        stationId,
                        place,
                      )}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
        {rows.length === 0 && <p className="empty">{t('obligations.allClear')}</p>}
      </div>
    </>
  );
}

function CellLink({
  cell,
  obligation,
  stationId,
  place,
  period,
  dayStartsMs,
}: {
  readonly cell: ObligationCell;
  readonly obligation: ObligationView;
  readonly stationId: string | null;
  readonly place: string;
  readonly period: ObligationsSearch;
  readonly dayStartsMs: readonly number[];
}): ReactNode {
  const { t, text } = useWords();
  const durationText = useDurationText();
  const { month, days } = period;
  const figure =
    cell.coverage !== null
      ? shareText(cell.coverage)
      : cell.breaches > 0
        ? t('obligations.breaches', { count: cell.breaches })
        : cell.notMeasuredMs > 0 && cell.state !== 'notMeasured'
          ? t('obligations.unmeasured', { duration: durationText(cell.notMeasuredMs) })
          : '';
  const isDifferentNow = cell.stateAtEnd !== cell.state;
  const label = [
    t('obligations.cell', { place, obligation: text(obligation.name), state: text(stateWords[cell.state]) }),
    ...(figure === '' ? [] : [figure]),
    ...(isDifferentNow ? [t('obligations.cellNow', { state: text(stateWords[cell.stateAtEnd]) })] : []),
  ].join(', ');
  return (
    <Link
      to="/obligations/$obligationId"
      params={{ obligationId: obligation.id }}
      search={{
        ...(stationId === null ? {} : { station: stationId }),
        ...(month === undefined ? {} : { month }),
        ...(days === undefined ? {} : { days }),
      }}
      className="matrix-cell"
      data-state={cell.state}
      aria-label={label}
      title={label}
      data-testid={`cell-${stationId ?? 'company'}-${obligation.id}`}
    >
      <span className="matrix-line">
        <StateMark state={cell.state} isShort />
        <span className="number small">{figure}</span>
        {isDifferentNow && (
          <span className="matrix-now">
            <span aria-hidden="true">→</span>
            <StateMark state={cell.stateAtEnd} isShort />
          </span>
        )}
      </span>
      <DayBars days={cell.days} startsMs={dayStartsMs} />
    </Link>
  );
}
