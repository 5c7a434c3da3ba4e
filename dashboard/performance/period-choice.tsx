// Which period and which stations are looked at, kept in the address so that a report can be linked to; and the ways out: CSV and print.
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { StationOptions } from '../station/station-options.tsx';
import { lastMonths } from '../time/last-months.ts';
import type { PerformanceAsk } from './performance-api.ts';

const route = getRouteApi('/performance');
const spans = [
  { days: 1, name: 'performance.period.last24h' },
  { days: 7, name: 'performance.period.last7d' },
  { days: 30, name: 'performance.period.last30d' },
] as const;
export function PeriodChoice({ ask, search }: { readonly ask: PerformanceAsk; readonly search: string }): ReactNode {
  const { t, text } = useWords();
  const { plant, stations } = usePlant();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const held = route.useSearch();
  const navigate = route.useNavigate();
  const go = (change: { readonly month?: string; readonly days?: number }): void => {
    const { month: _, days: __, ...rest } = held;
    void navigate({ search: { ...rest, ...change }, replace: true });
  };
  const place = (name: 'station' | 'area', value: string): void => {
    const { station: _, area: __, ...rest } = held;
    void navigate({ search: value === '' ? rest : { ...rest, [name]: value }, replace: true });
  };
  return (
    <div className="period-choice no-print">
      <fieldset className="choices" aria-label={t('journal.range')}>
        {spans.map(({ days, name }) => (
          <button
            key={days}
            type="button"
            aria-pressed={ask.month === null && ask.days === days}
            onClick={() => go(days === 1 ? {} : { days })}
            data-testid={`period-${days}`}
          >
            {t(name)}
          </button>
        ))}
      </fieldset>
      <select
        className="input period-month"
        aria-label={t('performance.period.month')}
        value={ask.month ?? ''}
        onChange={(event) => go(event.target.value === '' ? {} : { month: event.target.value })}
        data-testid="period-month"
      >
        <option value="">{t('performance.period.month')}</option>
        {lastMonths(serverNowMs(), zone).map((month) => (
          <option key={month} value={month}>
            {month}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label={t('performance.area')}
        value={ask.areaId ?? ''}
        onChange={(event) => place('area', event.target.value)}
      >
        <option value="">{t('performance.allAreas')}</option>
        {plant.areas.map((area) => (
          <option key={area.id} value={area.id}>
            {text(area.name)}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label={t('common.station')}
        value={ask.stationId ?? ''}
        onChange={(event) => place('station', event.target.value)}
      >
        <option value="">{t('alarms.allStations')}</option>
        <StationOptions stations={stations} />
      </select>
      <span className="period-out">
        <span className="muted small">{t('performance.csv')}</span>
        <a className="button button-small" href={`/api/performance?${search}&format=csv`}>
          {t('performance.csvFigures')}
        </a>
        <a className="button button-small" href={`/api/performance/bad-actors?${search}&format=csv`}>
          {t('performance.csvActors')}
        </a>
        <a className="button button-small" href={`/api/performance/nuisance?${search}&format=csv`}>
          {t('performance.csvNuisance')}
        </a>
        <button type="button" className="button button-small" onClick={() => print()}>
          {t('performance.print')}
        </button>
      </span>
    </div>
  );
}
