// One hazard: what it is, what is next, the five settled, photos and all that was done with it.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { HazardView } from '../../domain/api/hazard-api.ts';
import { hazardSentence, hazardSourceWords, hazardStateWords } from '../../domain/hazards/hazard-words.ts';
import { RequestFailed } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { formatDate, formatDateTime } from '../time/plant-time.ts';
import { FiveSettledPanel } from './five-settled-panel.tsx';
import { HazardActions } from './hazard-actions.tsx';
import { Deadline, GradeTag, SuspendedTag } from './hazard-marks.tsx';
import { HazardPhotos } from './hazard-photos.tsx';
import { fetchHazard } from './hazard-requests.ts';
import { useHazardAction } from './use-hazard-action.ts';
import './hazards.css';

const route = getRouteApi('/hazards/$hazardId');

export function HazardScreen(): ReactNode {
  const { hazardId } = route.useParams();
  const { t } = useWords();
  const hazard = useQuery({ queryKey: ['hazards', hazardId], queryFn: ({ signal }) => fetchHazard(hazardId, signal) });
  if (hazard.data === undefined) {
    const isUnknown = hazard.error instanceof RequestFailed && hazard.error.status === 404;
    return (
      <div className="empty" role={hazard.isError ? 'alert' : 'status'}>
        <strong>
          {hazard.isPending
            ? t('common.loading')
            : isUnknown
              ? t('hazards.notFound')
              : t('common.failed', { reason: hazard.error?.message ?? '' })}
        </strong>
        <Link to="/hazards" className="button">
          {t('hazards.back')}
        </Link>
      </div>
    );
  }
  return <Hazard hazard={hazard.data} />;
}

function Hazard({ hazard }: { readonly hazard: HazardView }): ReactNode {
  const acting = useHazardAction(hazard.id);
  return (
    <div className="hazard" data-testid="hazard" data-state={hazard.state}>
      <Head hazard={hazard} />
      <HazardActions hazard={hazard} acting={acting} />
      <div className="hazard-grid">
        <div>
          <Facts hazard={hazard} />
          <FiveSettledPanel hazard={hazard} acting={acting} />
        </div>
        <div>
          <HazardPhotos hazard={hazard} />
          <History hazard={hazard} />
        </div>
      </div>
    </div>
  );
}

function Head({ hazard }: { readonly hazard: HazardView }): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const station = stations.find(({ id }) => id === hazard.finding.stationId);
  return (
    <section className="panel hazard-head">
      <p className="no-margin small">
        <Link to="/hazards">{t('hazards.back')}</Link>
      </p>
      <h1>{hazard.finding.description}</h1>
      <p className="no-margin hazard-line">
        <b className="number">{hazard.number}</b>
        <GradeTag grade={hazard.grade} proposed={hazard.finding.proposedGrade} />
        <b data-testid="hazard-state">{text(hazardStateWords[hazard.state])}</b>
        <Link to="/stations/$stationId" params={{ stationId: hazard.finding.stationId }}>
          {hazard.finding.stationId} {station === undefined ? '' : text(station.name)}
        </Link>
        {hazard.finding.place !== '' && <span>{hazard.finding.place}</span>}
        <span className="muted number">{t('hazards.days', { count: hazard.ageDays })}</span>
        {hazard.settled.deadline !== null && <Deadline hazard={{ deadline: hazard.settled.deadline, standing: hazard.standing }} />}
        {hazard.extensions > 0 && <span className="muted">{t('hazards.extensions', { count: hazard.extensions })}</span>}
        {hazard.supplySuspendedAtMs !== null && <SuspendedTag />}
      </p>
      {hazard.supplySuspendedAtMs !== null && (
        <p className="notice notice-problem" role="status" data-testid="supply-suspended">
          {t('hazards.suspendedLong')}
        </p>
      )}
      {hazard.proposal !== null && (
        <p className="notice" role="status" data-testid="proposed-settled">
          {t('hazards.proposedSettled')}: {hazard.proposal.reason}
        </p>
      )}
    </section>
  );
}

function Facts({ hazard }: { readonly hazard: HazardView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { finding, supervision, acceptances, closed, rejected, gradeBasis } = hazard;
  const { link } = finding;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('hazards.fact.found'), `${finding.foundBy} · ${finding.foundOn}`],
    [t('hazards.fact.source'), text(hazardSourceWords[finding.source])],
    ...(finding.pointId === null ? [] : [[t('hazards.fact.point'), finding.pointId] as const]),
    ...(link?.kind === 'alarm'
      ? [
          [
            t('hazards.fact.alarm'),
            <Link key="alarm" to="/alarms/$alarmId" params={{ alarmId: link.alarmId }}>
              {link.alarmId}
            </Link>,
          ] as const,
        ]
      : []),
    ...(link?.kind === 'audit' ? [[t('hazards.fact.clause'), link.clause] as const] : []),
    ...(gradeBasis === null ? [] : [[t('hazards.fact.basis'), gradeBasis] as const]),
    ...(supervision === null
      ? []
      : [[t('hazards.fact.supervision'), `${supervision.by} · ${formatDate(supervision.listedAtMs, zone)}`] as const]),
    ...acceptances.map(
      ({ name, atMs, text: said }) => [t('hazards.fact.acceptances'), `${name} · ${formatDateTime(atMs, zone)} ${said}`] as const,
    ),
    ...(closed === null
      ? []
      : [[t('hazards.fact.closed'), `${closed.number} · ${closed.name} · ${formatDate(closed.atMs, zone)}`] as const]),
    ...(rejected === null ? [] : [[t('hazards.fact.rejected'), rejected.reason] as const]),
  ];
  return (
    <section className="panel" aria-label={t('hazards.fact.found')}>
      <dl className="hazard-facts">
        {facts.map(([name, value], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same name may stand twice, and the list is only ever made anew
          <div key={index}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function History({ hazard }: { readonly hazard: HazardView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  return (
    <section className="panel" aria-label={t('hazards.history.title')}>
      <div className="panel-head">
        <h2>{t('hazards.history.title')}</h2>
      </div>
      <ol className="hazard-history" data-testid="hazard-history">
        {hazard.history.toReversed().map(({ position, event }) => (
          <li key={position}>
            <time className="number small">{formatDateTime(event.atMs, zone)}</time>
            <span>
              <b>{event.by?.displayName ?? t('hazards.history.system')}</b> {text(hazardSentence(event))}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
