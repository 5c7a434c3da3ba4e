// One incident: how far it is, what to do next, what has happened, the plan, the reporting clock, the people, the place and the station as it is now.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { IncidentView } from '../../domain/api/incident-api.ts';
import { drillCriteria } from '../../domain/incidents/incident.ts';
import { incidentKindWords, incidentOutcomeWords } from '../../domain/incidents/incident-words.ts';
import { ReviewHazards } from '../hazards/review-hazards.tsx';
import { RequestFailed } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { NotificationAttempts } from '../notifications/notification-attempts.tsx';
import { ReplayLink } from '../replay/replay-button.tsx';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';
import { IncidentActions } from './incident-actions.tsx';
import { DrillBand, StationNames, useCasualtyText } from './incident-facts.tsx';
import { IncidentPlace } from './incident-place.tsx';
import { fetchIncident } from './incident-requests.ts';
import { IncidentSteps } from './incident-steps.tsx';
import { IncidentTeam } from './incident-team.tsx';
import { IncidentTimeline } from './incident-timeline.tsx';
import { Photos } from './photos.tsx';
import { PlanChecklist } from './plan-checklist.tsx';
import { ReportingClock } from './reporting-clock.tsx';
import { StationNow } from './station-now.tsx';
import { useIncidentAction } from './use-incident-action.ts';
import './incidents.css';

const route = getRouteApi('/incidents/$incidentId');

export function IncidentScreen(): ReactNode {
  const { incidentId } = route.useParams();
  const { t } = useWords();
  const incident = useQuery({
    queryKey: ['incidents', incidentId],
    queryFn: ({ signal }) => fetchIncident(incidentId, signal),
    // New alarms of the station come into the time line without an event of the incident.
    refetchInterval: 10_000,
  });
  if (incident.data === undefined) {
    const isUnknown = incident.error instanceof RequestFailed && incident.error.status === 404;
    return (
      <div className="empty" role={incident.isError ? 'alert' : 'status'}>
        <strong>
          {incident.isPending
            ? t('common.loading')
            : isUnknown
              ? t('incidents.notFound')
              : t('common.failed', { reason: incident.error?.message ?? '' })}
        </strong>
        <Link to="/incidents" className="button">
          {t('incidents.back')}
        </Link>
      </div>
    );
  }
  return <Incident incident={incident.data} />;
}

function Incident({ incident }: { readonly incident: IncidentView }): ReactNode {
  const acting = useIncidentAction(incident.id);
  return (
    <div className="incident" data-testid="incident" data-state={incident.state} data-drill={incident.isDrill || undefined}>
      {incident.isDrill && <DrillBand />}
      <Head incident={incident} />
      <IncidentActions incident={incident} acting={acting} />
      <div className="incident-grid">
        <div className="incident-main">
          <IncidentTimeline incident={incident} acting={acting} />
          <Photos incident={incident} />
        </div>
        <div>
          {incident.review !== null && <ReviewPanel incident={incident} />}
          <PlanChecklist incident={incident} acting={acting} />
          <IncidentTeam incident={incident} acting={acting} />
          <NotificationAttempts incidentId={incident.id} />
        </div>
        <div>
          <ReportingClock incident={incident} acting={acting} />
          <StationNow incident={incident} />
          <IncidentPlace incident={incident} />
        </div>
      </div>
    </div>
  );
}

function Head({ incident }: { readonly incident: IncidentView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { plant } = usePlant();
  const durationText = useDurationText();
  const casualties = useCasualtyText()(incident.casualties);
  const nowMs = useNow(1_000);
  const endMs = incident.closed?.atMs ?? nowMs;
  return (
    <section className="panel incident-head" data-hue={incident.isDrill || incident.closed !== null ? undefined : 'critical'}>
      <div className="incident-title">
        <h1>
          {text(incidentKindWords[incident.kind])} <StationNames ids={incident.stationIds} isLinked />
        </h1>
        <p className="no-margin">
          <b className="number">{incident.number}</b> · {text(plant.company.name)} · {t('incidents.detected')}{' '}
          <span className="number">{formatDateTime(incident.detectedAtMs, zone)}</span> · {t('incidents.opened')}{' '}
          <span className="number">{formatDateTime(incident.openedAtMs, zone)}</span> ·{' '}
          {incident.openedBy === null
            ? t('incidents.bySystem', { rule: incident.rule ?? '' })
            : t('incidents.byPerson', { name: incident.openedBy.displayName })}
        </p>
        <ReplayLink beforeMs={incident.detectedAtMs} stationId={incident.stationIds[0]}>
          {t('replay.fromIncident')}
        </ReplayLink>
        {incident.scenario !== null && <p className="no-margin">{incident.scenario}</p>}
        {incident.description !== null && <p className="no-margin">{incident.description}</p>}
        <p className="no-margin">
          {casualties === null ? (
            <span className="muted">{t('incidents.casualties.none')}</span>
          ) : (
            <b className="card-casualties">{casualties}</b>
          )}
          {incident.directLoss !== null && (
            <span className="number">
              {' · '}
              {t('incidents.directLoss')} {incident.directLoss}
            </span>
          )}
        </p>
        {incident.closed !== null && (
          <p className="no-margin" data-testid="incident-outcome">
            <b>
              {t('incidents.outcomeLine', {
                outcome: text(incidentOutcomeWords[incident.closed.outcome]),
                name: incident.closed.by.displayName,
                time: formatDateTime(incident.closed.atMs, zone),
              })}
            </b>
            {incident.closed.reason !== null && ` · ${incident.closed.reason}`}
          </p>
        )}
      </div>
      <p className="incident-elapsed number">
        <span className="muted small">{incident.closed === null ? t('incidents.elapsed') : t('incidents.took')}</span>
        <b>{durationText(endMs - incident.detectedAtMs)}</b>
      </p>
      <IncidentSteps incident={incident} />
    </section>
  );
}

function ReviewPanel({ incident }: { readonly incident: IncidentView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { review } = incident;
  if (review === null) return null;
  const scores = review.scores;
  const points = scores === null ? 0 : drillCriteria.reduce((sum, name) => sum + (scores[name] ?? 0), 0);
  return (
    <section className="panel" aria-label={t('incidents.review.title')} data-testid="review">
      <div className="panel-head">
        <h2>{t('incidents.review.title')}</h2>
        <span className="muted small">
          {review.by.displayName} {formatDateTime(review.atMs, zone)}
        </span>
      </div>
      <dl className="facts review-facts">
        {(['cause', 'wentWell', 'improvements'] as const).map((name) => (
          <div key={name}>
            <dt>{t(`incidents.reviewDialog.${name}`)}</dt>
            <dd className="pre-line">{review[name] === '' ? <span className="muted">—</span> : review[name]}</dd>
          </div>
        ))}
        <div>
          <dt>{t('incidents.review.hazards')}</dt>
          <dd>
            {review.hazards.length === 0 ? (
              <span className="muted">{t('common.none')}</span>
            ) : (
              <ReviewHazards incident={incident} hazards={review.hazards} />
            )}
          </dd>
        </div>
        {scores !== null && (
          <div>
            <dt>{t('incidents.review.score')}</dt>
            <dd className="number">
              <b>{t('incidents.reviewDialog.total', { points, max: drillCriteria.length * 10 })}</b>
              {' · '}
              {drillCriteria.map((name) => `${t(`incidents.reviewDialog.criterion.${name}`)} ${scores[name] ?? '—'}`).join(' · ')}
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
