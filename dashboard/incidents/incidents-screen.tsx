// The board: every open incident in the column of its state, drills apart below; and the list of those that are closed.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { IncidentSummary } from '../../domain/api/incident-api.ts';
import { type IncidentState, incidentStates } from '../../domain/incidents/incident.ts';
import { incidentKindWords, incidentOutcomeWords, incidentStateWords } from '../../domain/incidents/incident-words.ts';
import { useWords } from '../language/language.ts';
import { useIncidents } from '../live/live-context.tsx';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { IncidentCard } from './incident-card.tsx';
import { DrillBand, StationNames, useCasualtyText } from './incident-facts.tsx';
import { fetchClosedIncidents } from './incident-requests.ts';
import { OpenIncidentDialog } from './open-incident-dialog.tsx';
import './incidents.css';

const route = getRouteApi('/incidents');
const columns: readonly IncidentState[] = incidentStates.filter((state) => state !== 'closed');

export function IncidentsScreen(): ReactNode {
  const { t } = useWords();
  const search = route.useSearch();
  const mayOpen = usePermission('incidents.open');
  const [asking, setAsking] = useState<'incident' | 'drill' | null>(null);
  return (
    <div className="incidents" data-testid="incidents">
      <div className="incidents-head">
        <h1>{t('incidents.title')}</h1>
        <nav className="tabs" aria-label={t('incidents.title')}>
          <Link to="/incidents" search={{}} aria-current={search.tab === 'closed' ? undefined : 'page'} activeProps={{}}>
            {t('incidents.tabs.open')}
          </Link>
          <Link
            to="/incidents"
            search={{ tab: 'closed' }}
            aria-current={search.tab === 'closed' ? 'page' : undefined}
            activeProps={{}}
            data-testid="closed-tab"
          >
            {t('incidents.tabs.closed')}
          </Link>
        </nav>
        {mayOpen && (
          <span className="incidents-open">
            <button type="button" className="button" onClick={() => setAsking('drill')} data-testid="start-drill">
              {t('incidents.startDrill')}
            </button>
            <button type="button" className="button button-primary" onClick={() => setAsking('incident')} data-testid="open-incident">
              {t('incidents.open')}
            </button>
          </span>
        )}
      </div>
      {search.tab === 'closed' ? <ClosedIncidents /> : <Board />}
      {asking !== null && <OpenIncidentDialog isDrill={asking === 'drill'} onClose={() => setAsking(null)} />}
    </div>
  );
}

function Board(): ReactNode {
  const { t } = useWords();
  const incidents = useIncidents();
  const real = incidents.filter((incident) => !incident.isDrill);
  const drills = incidents.filter((incident) => incident.isDrill);
  return (
    <>
      {real.length === 0 ? (
        <div className="empty panel">
          <strong>{t('incidents.none')}</strong>
          {t('incidents.noneHint')}
        </div>
      ) : (
        <Columns incidents={real} label={t('incidents.title')} />
      )}
      {drills.length > 0 && (
        <section className="drill-board" aria-label={t('incidents.drills')} data-testid="drill-board">
          <DrillBand />
          <Columns incidents={drills} label={t('incidents.drills')} />
        </section>
      )}
    </>
  );
}

function Columns({ incidents, label }: { readonly incidents: readonly IncidentSummary[]; readonly label: string }): ReactNode {
  const { text } = useWords();
  return (
    <ol className="incident-columns" aria-label={label}>
      {columns.map((state) => {
        const here = incidents.filter((incident) => incident.state === state);
        return (
          <li key={state} className="incident-column" data-empty={here.length === 0 || undefined} data-testid={`column-${state}`}>
            <h2>
              {text(incidentStateWords[state])} <span className="number muted">{here.length}</span>
            </h2>
            <ul>
              {here.map((incident) => (
                <IncidentCard key={incident.id} incident={incident} />
              ))}
            </ul>
          </li>
        );
      })}
    </ol>
  );
}

const drillFilters = ['with', 'without', 'only'] as const;

function ClosedIncidents(): ReactNode {
  const { t, text } = useWords();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const zone = useZone();
  const durationText = useDurationText();
  const casualtyText = useCasualtyText();
  const drills = search.drills ?? 'with';
  const closed = useQuery({ queryKey: ['incidents', 'closed', drills], queryFn: ({ signal }) => fetchClosedIncidents(drills, signal) });
  return (
    <section className="panel" aria-label={t('incidents.tabs.closed')}>
      <div className="panel-head">
        <fieldset className="choices" aria-label={t('incidents.drills')}>
          {drillFilters.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={drills === name}
              onClick={() => void navigate({ search: { tab: 'closed', ...(name === 'with' ? {} : { drills: name }) }, replace: true })}
            >
              {t(`incidents.filter.${name}`)}
            </button>
          ))}
        </fieldset>
      </div>
      {closed.isError && <p className="empty">{t('common.failed', { reason: closed.error.message })}</p>}
      {closed.isPending && <p className="empty">{t('common.loading')}</p>}
      {closed.data?.length === 0 && <p className="empty">{t('incidents.noClosed')}</p>}
      {closed.data !== undefined && closed.data.length > 0 && (
        <div className="table-scroll">
          <table className="incident-table number" data-testid="closed-incidents">
            <thead>
              <tr>
                {(['number', 'kind', 'station', 'detected', 'duration', 'casualties', 'outcome'] as const).map((name) => (
                  <th key={name} scope="col">
                    {t(`incidents.column.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {closed.data.map((incident) => (
                <tr key={incident.id} data-drill={incident.isDrill || undefined}>
                  <td>
                    <Link to="/incidents/$incidentId" params={{ incidentId: incident.id }}>
                      {incident.number}
                    </Link>{' '}
                    {incident.isDrill && <span className="tag drill-tag">{t('incidents.drills')}</span>}
                  </td>
                  <td>{text(incidentKindWords[incident.kind])}</td>
                  <td>
                    <StationNames ids={incident.stationIds} isLinked />
                  </td>
                  <td>{formatDateTime(incident.detectedAtMs, zone)}</td>
                  <td>{incident.closedAtMs === null ? '' : durationText(incident.closedAtMs - incident.detectedAtMs)}</td>
                  <td>{casualtyText(incident.casualties) ?? <span className="muted">—</span>}</td>
                  <td>{incident.outcome === null ? '' : text(incidentOutcomeWords[incident.outcome])}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
