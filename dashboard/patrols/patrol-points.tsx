// The points of a patrol in their order: who was there, when and by what proof, each item with its result, what was found and the hazard that came of it.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { PatrolView } from '../../domain/api/patrol-api.ts';
import type { PatrolPoint, PatrolVisit } from '../../domain/patrols/patrol.ts';
import { codeFaultWords, patrolProofWords } from '../../domain/patrols/patrol-words.ts';
import { distanceM, useDistanceText } from '../incidents/distance.ts';
import { useWords } from '../language/language.ts';
import { useStation, useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';

/** Phones send what they have within moments; what came so much later was made without network, or was not made then. */
const arrivedLateMs = 10 * 60_000;
/** Beyond the fence of any station. */
const farM = 500;

export function PatrolPoints({ patrol }: { readonly patrol: PatrolView }): ReactNode {
  const { t, text } = useWords();
  return (
    <section className="panel" aria-label={t('patrols.point.title')}>
      <div className="panel-head">
        <h2>{t('patrols.point.title')}</h2>
      </div>
      <ol className="patrol-points" data-testid="patrol-points">
        {patrol.points.map((point) => {
          const visits = patrol.visits.filter(({ placeId }) => placeId === point.placeId).toSorted((one, other) => one.atMs - other.atMs);
          return (
            <li key={point.placeId} data-confirmed={visits.length > 0} data-testid={`point-${point.placeId}`}>
              <h3>{text(point.name)}</h3>
              {visits.length === 0 && <p className="muted no-margin">{t('patrols.point.open')}</p>}
              {visits.map((visit, index) => (
                <Visit key={visit.actionId} patrol={patrol} point={point} visit={visit} isAgain={index > 0} />
              ))}
              {visits.length > 0 && point.needsPhoto && !patrol.photos.some(({ placeId }) => placeId === point.placeId) && (
                <span className="tag patrol-hand">{t('patrols.point.photoMissing')}</span>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Visit({
  patrol,
  point,
  visit,
  isAgain,
}: {
  readonly patrol: PatrolView;
  readonly point: PatrolPoint;
  readonly visit: PatrolVisit;
  readonly isAgain: boolean;
}): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const findings = patrol.findings.filter(({ findingId }) => findingId.startsWith(`${visit.actionId}/`));
  return (
    <div className="patrol-visit">
      <p className="no-margin">
        {isAgain && <span className="muted">{t('patrols.point.again')} </span>}
        <span className="number">{t('patrols.point.at', { time: formatDateTime(visit.atMs, zone), who: visit.by.displayName })}</span>{' '}
        <span className={visit.proof === 'hand' || visit.codeFault !== null ? 'tag patrol-hand' : 'tag'}>
          {text(patrolProofWords[visit.proof])}
          {visit.codeFault !== null && `: ${text(codeFaultWords[visit.codeFault])}`}
        </span>
        {visit.receivedAtMs - visit.atMs > arrivedLateMs && (
          <span className="muted small number"> {t('patrols.point.received', { time: formatDateTime(visit.receivedAtMs, zone) })}</span>
        )}
        <Away patrol={patrol} visit={visit} />
      </p>
      {visit.handReason !== null && <p className="no-margin muted">{t('patrols.point.reason', { reason: visit.handReason })}</p>}
      {point.items.length > 0 && (
        <ul className="patrol-items">
          {point.items.map((item) => {
            const result = visit.results.find(({ itemId }) => itemId === item.id);
            const hazard = findings.find(({ findingId }) => findingId === `${visit.actionId}/${item.id}`);
            return (
              <li key={item.id} data-result={result?.result}>
                <span>{text(item.text)}</span>{' '}
                <b>
                  {result === undefined ? '—' : t(`patrols.result.${result.result}`)}
                  {result?.value != null && ` ${result.value} ${item.reading?.unit ?? ''}`}
                </b>{' '}
                {result !== undefined && result.note !== '' && <span>{result.note}</span>}{' '}
                {hazard !== undefined && <HazardLink hazard={hazard} />}
              </li>
            );
          })}
        </ul>
      )}
      {visit.finding !== null && (
        <p className="no-margin">
          {t('patrols.point.finding', { text: visit.finding })}{' '}
          {findings
            .filter(({ findingId }) => findingId === `${visit.actionId}/`)
            .map((hazard) => (
              <HazardLink key={hazard.findingId} hazard={hazard} />
            ))}
        </p>
      )}
    </div>
  );
}

function HazardLink({ hazard }: { readonly hazard: PatrolView['findings'][number] }): ReactNode {
  const { t } = useWords();
  if (hazard.hazardId === null) return <span className="tag">{t('patrols.point.hazardWaiting')}</span>;
  return (
    <Link to="/hazards/$hazardId" params={{ hazardId: hazard.hazardId }} className="number" data-testid="patrol-hazard">
      {t('patrols.point.hazard', { number: hazard.number ?? '' })}
    </Link>
  );
}

/** Only where the person gave his position, and it is far from the station. */
function Away({ patrol, visit }: { readonly patrol: PatrolView; readonly visit: PatrolVisit }): ReactNode {
  const { t } = useWords();
  const station = useStation(patrol.stationId);
  const distanceText = useDistanceText();
  if (visit.position === null || station?.position == null) return null;
  const metres = distanceM(station.position, visit.position);
  if (metres - (visit.position.accuracyM ?? 0) < farM) return null;
  return <span className="tag patrol-hand"> {t('patrols.point.away', { distance: distanceText(metres) })}</span>;
}
