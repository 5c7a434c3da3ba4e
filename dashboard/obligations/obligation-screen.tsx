// One obligation of one station, or of the company: verdict, the clause it serves, every interval with its cause, instruments, changes of state.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import type { ObligationDetail } from '../../domain/api/obligations-api.ts';
import { findingStates } from '../../domain/obligations/obligation.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { usePointById } from '../values/all-points.ts';
import { useDurationText } from '../values/duration-text.ts';
import { ContactsPanel } from './contacts-panel.tsx';
import { FindingTable } from './finding-table.tsx';
import { shareText } from './finding-text.ts';
import { fetchObligation, type ObligationPeriod, periodSearch } from './obligations-requests.ts';
import { PeriodChoice } from './period-choice.tsx';
import { DayBars, StateMark } from './state-mark.tsx';
import './obligations.css';

const route = getRouteApi('/obligations/$obligationId');
const refreshMs = 60_000;
const instrumentsShown = 20;

export function ObligationScreen(): ReactNode {
  const { t, text } = useWords();
  const { obligationId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { stations } = usePlant();
  const { serverNowMs } = useLiveClient();
  const stationId = search.station ?? null;
  const period = useMemo((): ObligationPeriod => ({ month: search.month ?? null, days: search.days ?? null }), [search.month, search.days]);
  const detail = useQuery({
    queryKey: ['obligations', 'detail', obligationId, stationId, period],
    queryFn: ({ signal }) => fetchObligation(obligationId, stationId, periodSearch(period, serverNowMs()), signal),
    refetchInterval: refreshMs,
    placeholderData: (before) => before,
  });
  const station = stations.find((candidate) => candidate.id === stationId);
  const place = stationId === null ? t('obligations.company') : station === undefined ? stationId : text(station.name);
  const { station: _, ...back } = search;
  return (
    <div className="obligations" data-testid="obligation">
      <div className="obligations-head">
        <h1>
          {place} · {detail.data === undefined ? obligationId : text(detail.data.obligation.name)}
        </h1>
        <Link to="/obligations" search={back} className="button button-small no-print">
          {t('obligations.detail.back')}
        </Link>
        {stationId !== null && (
          <Link to="/obligations/inspection/$stationId" params={{ stationId }} className="button button-small no-print">
            {t('obligations.inspection.open')}
          </Link>
        )}
      </div>
      <PeriodChoice
        period={period}
        onChange={({ month, days }) =>
          void navigate({
            search: ({ month: _month, days: _days, ...rest }) => ({
              ...rest,
              ...(month === null ? {} : { month }),
              ...(days === 1 || days === 7 ? { days } : {}),
            }),
            replace: true,
          })
        }
      />
      <FailureNotice error={detail.error} />
      {detail.data === undefined ? detail.isPending && <p className="empty">{t('common.loading')}</p> : <Detail detail={detail.data} />}
    </div>
  );
}

function Detail({ detail }: { readonly detail: ObligationDetail }): ReactNode {
  const { t } = useWords();
  const [shown, setShown] = useState<'all' | (typeof findingStates)[number]>('all');
  const findings = detail.findings.filter((finding) => shown === 'all' || finding.state === shown);
  return (
    <>
      <Figures detail={detail} />
      <section className="panel" aria-label={t('obligations.detail.findings')}>
        <div className="panel-head">
          <h2>{t('obligations.detail.findings')}</h2>
          <fieldset className="choices no-print" aria-label={t('obligations.detail.column.state')}>
            {(['all', ...findingStates] as const).map((name) => (
              <button key={name} type="button" aria-pressed={shown === name} onClick={() => setShown(name)}>
                {t(`obligations.detail.filter.${name}`)}
              </button>
            ))}
          </fieldset>
          <span className="muted small">
            {detail.findingsInAll > detail.findings.length
              ? t('obligations.detail.findingsCut', { all: detail.findingsInAll, shown: detail.findings.length })
              : t('obligations.detail.findingsHint')}
          </span>
        </div>
        {findings.length === 0 ? <p className="empty">{t('obligations.detail.noFindings')}</p> : <FindingTable findings={findings} />}
      </section>
      {detail.obligation.evaluator === 'emergencyReadiness' && detail.stationId !== null && <ContactsPanel stationId={detail.stationId} />}
      {detail.instruments.length > 0 && <Instruments detail={detail} />}
      <History detail={detail} />
    </>
  );
}

function Figures({ detail }: { readonly detail: ObligationDetail }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const durationText = useDurationText();
  const { cell, obligation, period } = detail;
  const time = (atMs: number): string => formatDateTime(atMs, zone).slice(0, 16);
  const length = (ms: number): string => (ms === 0 ? '0' : durationText(ms));
  return (
    <section className="panel obligation-figures" aria-label={t('obligations.detail.figures')}>
      <p className="no-margin">
        <b className="number">{t('obligations.range', { from: time(period.fromMs), to: time(period.plannedToMs) })}</b>
        {period.plannedToMs > period.toMs && <span className="muted"> · {t('obligations.soFar', { to: time(period.toMs) })}</span>}
      </p>
      <dl className="obligation-figure-list">
        <div>
          <dt>{t('obligations.detail.state')}</dt>
          <dd data-testid="obligation-verdict">
            <StateMark state={cell.state} />
          </dd>
        </div>
        <div>
          <dt>{t('obligations.detail.now')}</dt>
          <dd>
            <StateMark state={cell.stateAtEnd} />
          </dd>
        </div>
        {cell.coverage !== null && (
          <div>
            <dt>{t('obligations.detail.coverage')}</dt>
            <dd className="number">{shareText(cell.coverage, 3)}</dd>
          </div>
        )}
        <div>
          <dt>{t('obligations.detail.breaches')}</dt>
          <dd className="number">{cell.breaches}</dd>
        </div>
        <div>
          <dt>{t('obligations.detail.breached')}</dt>
          <dd className="number">{length(cell.breachedMs)}</dd>
        </div>
        <div>
          <dt>{t('obligations.detail.atRisk')}</dt>
          <dd className="number">{length(cell.atRiskMs)}</dd>
        </div>
        <div>
          <dt>{t('obligations.detail.notMeasured')}</dt>
          <dd className="number">
            {length(cell.notMeasuredMs)}
            <span className="muted small"> {t('obligations.detail.allowed', { share: shareText(obligation.unmeasuredAllowed, 1) })}</span>
          </dd>
        </div>
        <div>
          <dt>{t('obligations.days')}</dt>
          <dd>
            <DayBars days={cell.days} startsMs={period.dayStartsMs} />
          </dd>
        </div>
      </dl>
      <h2 className="small-head">{t('obligations.detail.clauses')}</h2>
      <ul className="clauses" lang="zh">
        {obligation.clauses.map(({ reference, text }) => (
          <li key={reference + text}>
            <b>{reference}</b> {text}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Instruments({ detail }: { readonly detail: ObligationDetail }): ReactNode {
  const { t, text } = useWords();
  const durationText = useDurationText();
  const pointById = usePointById();
  const [isAll, setIsAll] = useState(false);
  const sorted = detail.instruments.toSorted((one, other) => one.measuredMs / one.expectedMs - other.measuredMs / other.expectedMs);
  const rows = isAll ? sorted : sorted.filter(({ measuredMs, expectedMs }) => measuredMs < expectedMs).slice(0, instrumentsShown);
  return (
    <section className="panel" aria-label={t('obligations.detail.instruments')}>
      <div className="panel-head">
        <h2>{t('obligations.detail.instruments')}</h2>
        <span className="muted small">{t('obligations.detail.instrumentsHint')}</span>
        {rows.length < sorted.length && (
          <button type="button" className="button button-small no-print" onClick={() => setIsAll(true)}>
            {t('obligations.detail.allInstruments', { count: sorted.length })}
          </button>
        )}
      </div>
      {rows.length === 0 ? (
        <p className="empty">{t('obligations.detail.allMeasured', { count: sorted.length })}</p>
      ) : (
        <div className="matrix-scroll">
          <table className="table number">
            <thead>
              <tr>
                <th scope="col">{t('obligations.detail.instrument')}</th>
                <th scope="col">{t('obligations.detail.coverage')}</th>
                <th scope="col">{t('obligations.detail.gaps')}</th>
                <th scope="col">{t('obligations.detail.longestGap')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => {
                const point = pointById.get(row.pointId);
                return (
                  <tr key={row.pointId}>
                    <th scope="row">
                      {row.pointId} <span className="muted">{point === undefined ? '' : text(point.name)}</span>
                    </th>
                    <td>{shareText(row.measuredMs / row.expectedMs, 3)}</td>
                    <td>{row.gaps}</td>
                    <td>{row.longestGapMs === 0 ? '' : durationText(row.longestGapMs)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function History({ detail }: { readonly detail: ObligationDetail }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const durationText = useDurationText();
  return (
    <section className="panel" aria-label={t('obligations.detail.history')}>
      <div className="panel-head">
        <h2>{t('obligations.detail.history')}</h2>
        <span className="muted small">{t('obligations.detail.historyHint')}</span>
      </div>
      {detail.history.length === 0 ? (
        <p className="empty">{t('obligations.detail.noHistory')}</p>
      ) : (
        <ul className="state-history">
          {detail.history.map((row) => (
            <li key={row.fromMs} className="number">
              <StateMark state={row.state} /> {formatDateTime(row.fromMs, zone)}
              {' → '}
              {row.toMs === null
                ? t('obligations.detail.lasting')
                : `${formatDateTime(row.toMs, zone)} (${durationText(row.toMs - row.fromMs)})`}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
