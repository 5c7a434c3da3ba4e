// One incident on the phone: where and what, the four buttons, then what helps at the place. Everything works without network.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { IncidentView } from '../../../domain/api/incident-api.ts';
import { drillWord, incidentKindWords, incidentStateWords, memberStateWords } from '../../../domain/incidents/incident-words.ts';
import { useWords } from '../../language/language.ts';
import { useLiveClient } from '../../live/live-context.tsx';
import { usePlant, useZone } from '../../session/plant-context.tsx';
import { formatRecent } from '../../time/plant-time.ts';
import { AsOf } from '../as-of.tsx';
import { fetchIncident } from '../phone-requests.ts';
import { positionNow, useFollowPosition } from '../position/share-position.ts';
import { useDo } from '../queue/queue-context.tsx';
import type { Deed, IncidentStep } from '../queue/queued-action.ts';
import { StationAlarms, StationPlace, StationValues } from '../station/phone-station-screen.tsx';
import { IncidentSteps, useWaitingIn } from './incident-steps.tsx';
import { IncidentTimeline } from './incident-timeline.tsx';
import { NotePanel } from './note-panel.tsx';
import { OtherSteps } from './other-steps.tsx';
import { useStationNames } from './phone-incidents-screen.tsx';
import { AccessPanel, ChecklistPanel, ContactsPanel, PlacesPanel } from './plan-panels.tsx';
import { usePhoneIncidents } from './use-phone-incidents.ts';

export function PhoneIncidentScreen({ id }: { readonly id: string }): ReactNode {
  const { t } = useWords();
  const { items, isLive, asOfMs } = usePhoneIncidents();
  const incident = useQuery({ queryKey: ['incidents', id], queryFn: () => fetchIncident(id) });
  const heard = items.find((candidate) => candidate.id === id)?.length ?? 0;
  const { refetch } = incident;
  const held = incident.data?.length ?? 0;
  const isBehind = heard > held;
  // The live channel tells that something was added: then it is read again.
  useEffect(() => {
    if (isLive && isBehind) void refetch();
  }, [isLive, isBehind, refetch]);
  if (incident.data === undefined) {
    return (
      <div className="phone-empty" role="status">
        <p>{incident.isError ? t('phone.incident.notKept') : t('common.loading')}</p>
        <Link to="/" className="phone-button">
          {t('phone.incidents.title')}
        </Link>
      </div>
    );
  }
  // What nothing was added to is as young as the last word of the live channel, not as the last reading.
  const isCurrent = isLive && !isBehind;
  const heardAtMs = isBehind ? incident.dataUpdatedAt : Math.max(incident.dataUpdatedAt, asOfMs ?? 0);
  return <Incident incident={incident.data} asOfMs={isCurrent ? null : heardAtMs} />;
}

function Incident({ incident, asOfMs }: { readonly incident: IncidentView; readonly asOfMs: number | null }): ReactNode {
  const { t } = useWords();
  const act = useDo();
  useFollowPosition();
  const waiting = useWaitingIn(incident.id);
  const [hasFailed, setHasFailed] = useState(false);
  const stationId = incident.stationIds[0] ?? '';
  const { id: incidentId, number, plan } = incident;

  const keep = (deed: Deed): Promise<void> => act(stationId, deed);
  const stepDeed = (step: IncidentStep): Deed => ({ kind: 'incident', incidentId, number, step, position: positionNow() });
  const onStep = (step: IncidentStep): void => {
    keep(stepDeed(step)).then(
      () => setHasFailed(false),
      () => setHasFailed(true),
    );
  };

  return (
    <article>
      {asOfMs !== null && <AsOf timeMs={asOfMs} />}
      <IncidentHead incident={incident} />
      {hasFailed && (
        <p className="phone-notice phone-notice-problem" role="alert">
          {t('phone.queue.keepFailed')}
        </p>
      )}
      {incident.closed === null && <IncidentSteps incident={incident} onStep={onStep} />}
      <NotePanel
        onNote={(text) => keep(stepDeed({ kind: 'note', text }))}
        onPhoto={(picture, caption) => keep({ kind: 'photo', incidentId, number, caption, picture, position: positionNow() })}
      />
      <StationPlace stationId={stationId} />
      <AccessPanel plan={plan} />
      <ContactsPanel plan={plan} />
      <PlacesPanel plan={plan} />
      <ChecklistPanel incident={incident} waiting={waiting} onStep={onStep} />
      <Team incident={incident} />
      <StationValues stationId={stationId} />
      <StationAlarms stationId={stationId} />
      <IncidentTimeline incident={incident} />
      {incident.closed === null && <OtherSteps incident={incident} onStep={onStep} />}
    </article>
  );
}

function IncidentHead({ incident }: { readonly incident: IncidentView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const stationNames = useStationNames();
  return (
    <header className="incident-head">
      {incident.isDrill && <p className="drill no-margin">{text(drillWord)}</p>}
      <h1>{stationNames(incident.stationIds)}</h1>
      <p className="no-margin">
        <b>{text(incidentKindWords[incident.kind])}</b> ·{' '}
        <b data-testid="incident-state" data-state={incident.state}>
          {text(incidentStateWords[incident.state])}
        </b>
      </p>
      <p className="phone-hint number">
        {incident.number} · {t('phone.incident.since', { time: formatRecent(incident.detectedAtMs, serverNowMs(), zone) })}
      </p>
      {incident.description !== null && <p className="no-margin">{incident.description}</p>}
      {incident.scenario !== null && <p className="no-margin">{incident.scenario}</p>}
    </header>
  );
}

function Team({ incident }: { readonly incident: IncidentView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { session } = usePlant();
  const { serverNowMs } = useLiveClient();
  if (incident.team.length === 0) return null;
  return (
    <section className="phone-panel" aria-labelledby="team-title">
      <h2 id="team-title">{t('phone.incident.team')}</h2>
      <dl className="phone-facts">
        {incident.team.map((member) => (
          <div className="phone-fact" key={`${member.username} ${member.displayName}`}>
            <dt>
              {member.displayName}
              {member.username === session.username && ` (${t('phone.incident.me')})`}
            </dt>
            <dd className="number">
              {text(memberStateWords[member.state])} {formatRecent(member.atMs, serverNowMs(), zone)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
