// The open incidents of the person's stations, newest first.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { IncidentSummary } from '../../../domain/api/incident-api.ts';
import { drillWord, incidentKindWords, incidentStateWords } from '../../../domain/incidents/incident-words.ts';
import { useWords } from '../../language/language.ts';
import { useLiveClient } from '../../live/live-context.tsx';
import { usePlant, useZone } from '../../session/plant-context.tsx';
import { formatRecent } from '../../time/plant-time.ts';
import { AsOf } from '../as-of.tsx';
import { useWaitingIn } from './incident-steps.tsx';
import { usePhoneIncidents } from './use-phone-incidents.ts';

export function PhoneIncidentsScreen(): ReactNode {
  const { t } = useWords();
  const { items, asOfMs, isUnknown } = usePhoneIncidents();
  return (
    <section aria-labelledby="incidents-title">
      <h1 className="phone-title" id="incidents-title">
        {t('phone.incidents.title')}
      </h1>
      {asOfMs !== null && <AsOf timeMs={asOfMs} />}
      {items.length === 0 && (
        <p className="phone-empty" data-testid="no-incidents">
          {t(isUnknown ? 'phone.incidents.unknown' : 'phone.incidents.none')}
        </p>
      )}
      <ul className="phone-list">
        {items.map((incident) => (
          <li key={incident.id}>
            <IncidentRow incident={incident} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function useStationNames(): (stationIds: readonly string[]) => string {
  const { text } = useWords();
  const { stations } = usePlant();
  return (stationIds) =>
    stationIds
      .map((id) => {
        const station = stations.find((candidate) => candidate.id === id);
        return station === undefined ? id : text(station.name);
      })
      .join(' · ');
}

function IncidentRow({ incident }: { readonly incident: IncidentSummary }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const stationNames = useStationNames();
  const waiting = useWaitingIn(incident.id);
  return (
    <Link to={`/incidents/${encodeURIComponent(incident.id)}`} className="phone-row" data-testid="incident-row">
      <span className="phone-row-text">
        <b>
          {incident.isDrill && <span className="drill">{text(drillWord)}</span>} {stationNames(incident.stationIds)}
        </b>
        <span>
          {text(incidentKindWords[incident.kind])} · <b>{text(incidentStateWords[incident.state])}</b>
          {waiting.length > 0 && ` · ${t('phone.header.unsent', { count: waiting.length })}`}
        </span>
        <span className="phone-row-small number">
          {incident.number} · {formatRecent(incident.detectedAtMs, serverNowMs(), zone)}
          {incident.peopleOnSite > 0 && ` · ${t('phone.incidents.onSite', { count: incident.peopleOnSite })}`}
        </span>
      </span>
    </Link>
  );
}
