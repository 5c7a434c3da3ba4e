// Alarm performance: the figures of a period against their targets, live or by month, and where the alarms come from. For reading and for print.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useMemo } from 'react';
import type { PerformanceView } from '../../domain/api/performance-api.ts';
import { useWords } from '../language/language.ts';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { AcknowledgementTable } from './acknowledgement-table.tsx';
import { BadActorsPanel } from './bad-actors-panel.tsx';
import { BreakdownPanel } from './breakdown-panel.tsx';
import { FigureTable } from './figure-table.tsx';
import { FloodTable } from './flood-table.tsx';
import { NuisancePanel } from './nuisance-panel.tsx';
import { fetchBadActors, fetchNuisance, fetchPerformance, type PerformanceAsk, performanceSearch } from './performance-api.ts';
import { PeriodChoice } from './period-choice.tsx';
import './performance.css';

const route = getRouteApi('/performance');
const RateChart = lazy(() => import('./rate-chart.tsx').then((module) => ({ default: module.RateChart })));
const refreshMs = 15_000;

export function PerformanceScreen(): ReactNode {
  const { t } = useWords();
  const search = route.useSearch();
  const ask = useMemo(
    (): PerformanceAsk => ({
      month: search.month ?? null,
      days: search.days ?? 1,
      stationId: search.station ?? null,
      areaId: search.area ?? null,
    }),
    [search],
  );
  const live = ask.month === null ? { refetchInterval: refreshMs } : {};
  const query = <T,>(name: string, fetch: (search: string, signal: AbortSignal) => Promise<T>) => ({
    queryKey: ['performance', name, ask] as const,
    queryFn: ({ signal }: { signal: AbortSignal }) => fetch(performanceSearch(ask), signal),
    placeholderData: (before: T | undefined) => before,
    ...live,
  });
  const view = useQuery(query('figures', fetchPerformance));
  const actors = useQuery(query('actors', fetchBadActors));
  const nuisance = useQuery(query('nuisance', fetchNuisance));
  const failed = view.error ?? actors.error ?? nuisance.error;
  return (
    <div className="performance" data-testid="performance">
      <div className="performance-head">
        <h1>{t('performance.title')}</h1>
        <PeriodChoice ask={ask} search={performanceSearch(ask)} />
      </div>
      <FailureNotice error={failed} />
      {view.data === undefined ? (
        view.isPending && <p className="empty">{t('common.loading')}</p>
      ) : (
        <>
          <PeriodText view={view.data} />
          <FigureTable view={view.data} />
          <section className="panel" aria-label={t('performance.chart')}>
            <div className="panel-head">
              <h2>{t('performance.chart')}</h2>
              <span className="muted small">
                {view.data.buckets.bucketMs === 600_000 ? t('performance.chartTen') : t('performance.chartHour')}
              </span>
            </div>
            <Suspense fallback={<p className="empty">{t('common.loading')}</p>}>
              <RateChart buckets={view.data.buckets} floods={view.data.floods} toMs={view.data.observedToMs} />
            </Suspense>
          </section>
          <div className="performance-columns">
            <AcknowledgementTable view={view.data} />
            <FloodTable floods={view.data.floods} observedToMs={view.data.observedToMs} />
          </div>
        </>
      )}
      {actors.data !== undefined && <BadActorsPanel actors={actors.data} />}
      {view.data !== undefined && <BreakdownPanel view={view.data} />}
      {nuisance.data !== undefined && <NuisancePanel nuisance={nuisance.data} />}
    </div>
  );
}

function PeriodText({ view }: { readonly view: PerformanceView }): ReactNode {
  const { t, text } = useWords();
  const { plant } = usePlant();
  const zone = useZone();
  const time = (atMs: number): string => formatDateTime(atMs, zone).slice(0, 16);
  const isPart = view.observedFromMs > view.fromMs || (view.observedToMs < view.toMs && view.toMs - view.observedToMs > 60_000);
  return (
    <div className="performance-period">
      <p>
        <b className="print-only">{text(plant.company.name)} </b>
        <b className="number">{t('performance.range', { from: time(view.fromMs), to: time(Math.min(view.toMs, view.observedToMs)) })}</b>
        {isPart && view.observedFromMs > view.fromMs && (
          <span className="muted number">
            {' · '}
            {t('performance.observed', { from: time(view.observedFromMs), to: time(view.observedToMs) })}
          </span>
        )}
      </p>
      <p className="muted" data-testid="performance-counts">
        {t('performance.counted', { count: view.counts.announced, again: view.counts.again, tests: view.counts.tests })}
      </p>
      {!view.isComplete && (
        <p className="notice" role="status">
          {t('performance.incomplete')}
        </p>
      )}
    </div>
  );
}
