// Obligations: one matrix of station and obligation over a period, each cell with state and days, leading to its intervals; and the certificates.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useMemo } from 'react';
import type { ObligationMatrix } from '../../domain/api/obligations-api.ts';
import { type ObligationState, obligationStates } from '../../domain/obligations/obligation.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { MajorHazards } from './major-hazards.tsx';
import { MatrixTable } from './matrix-table.tsx';
import { fetchMatrix, type ObligationPeriod, periodSearch } from './obligations-requests.ts';
import { PeriodChoice } from './period-choice.tsx';
import { StateMark } from './state-mark.tsx';
import './obligations.css';

const route = getRouteApi('/obligations');
const CertificatesPanel = lazy(() => import('./certificates-panel.tsx').then((module) => ({ default: module.CertificatesPanel })));
const refreshMs = 60_000;

export function ObligationsScreen(): ReactNode {
  const { t } = useWords();
  const search = route.useSearch();
  const { tab, ...period } = search;
  const isCertificates = tab === 'certificates';
  return (
    <div className="obligations" data-testid="obligations">
      <div className="obligations-head">
        <h1>{t('obligations.title')}</h1>
        <nav className="tabs no-print" aria-label={t('obligations.title')}>
          <Link to="/obligations" search={period} aria-current={isCertificates ? undefined : 'page'}>
            {t('obligations.tab.matrix')}
          </Link>
          <Link
            to="/obligations"
            search={{ ...period, tab: 'certificates' }}
            aria-current={isCertificates ? 'page' : undefined}
            data-testid="tab-certificates"
          >
            {t('obligations.tab.certificates')}
          </Link>
        </nav>
      </div>
      {isCertificates ? (
        <Suspense fallback={<p className="empty">{t('common.loading')}</p>}>
          <CertificatesPanel />
        </Suspense>
      ) : (
        <Matrix />
      )}
    </div>
  );
}

function Matrix(): ReactNode {
  const { t } = useWords();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { serverNowMs } = useLiveClient();
  const period = useMemo((): ObligationPeriod => ({ month: search.month ?? null, days: search.days ?? null }), [search.month, search.days]);
  const matrix = useQuery({
    queryKey: ['obligations', 'matrix', period],
    queryFn: ({ signal }) => fetchMatrix(periodSearch(period, serverNowMs()), signal),
    refetchInterval: refreshMs,
    placeholderData: (before) => before,
  });
  return (
    <>
      <PeriodChoice
        period={period}
        onChange={({ month, days }) =>
          void navigate({
            search: ({ month: _, days: __, ...rest }) => ({
              ...rest,
              ...(month === null ? {} : { month }),
              ...(days === 1 || days === 7 ? { days } : {}),
            }),
            replace: true,
          })
        }
      />
      <FailureNotice error={matrix.error} />
      {matrix.data === undefined ? (
        matrix.isPending && <p className="empty">{t('common.loading')}</p>
      ) : (
        <>
          <Heading matrix={matrix.data} />
          <MatrixTable matrix={matrix.data} period={search} />
          <MajorHazards />
        </>
      )}
    </>
  );
}

function Heading({ matrix }: { readonly matrix: ObligationMatrix }): ReactNode {
  const { t, text } = useWords();
  const { plant } = usePlant();
  const zone = useZone();
  const { fromMs, toMs, plannedToMs } = matrix.period;
  const time = (atMs: number): string => formatDateTime(atMs, zone).slice(0, 16);
  const count = (state: ObligationState) => matrix.rows.flatMap((row) => row.cells).filter((cell) => cell.state === state).length;
  return (
    <div className="obligation-heading">
      <p>
        <b className="print-only">{text(plant.company.name)} </b>
        <b className="number">{t('obligations.range', { from: time(fromMs), to: time(plannedToMs) })}</b>
        {plannedToMs > toMs && <span className="muted"> · {t('obligations.soFar', { to: time(toMs) })}</span>}
        <span className="muted"> · {t('obligations.pack', { name: text(matrix.pack.name), version: matrix.pack.version })}</span>
      </p>
      <p data-testid="obligation-counts">
        {t('obligations.counts', {
          breached: count('breached'),
          notMeasured: count('notMeasured'),
          atRisk: count('atRisk'),
          met: count('met'),
        })}
      </p>
      <ul className="obligation-legend" aria-label={t('obligations.legend')}>
        {obligationStates.map((state) => (
          <li key={state}>
            <StateMark state={state} />
          </li>
        ))}
      </ul>
    </div>
  );
}
