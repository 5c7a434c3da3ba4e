// Who has been called, is on the way, on site, has left, with the position if the person gave it. The desk tells movements for those who call in by radio.
import type { ReactNode } from 'react';
import type { IncidentView } from '../../domain/api/incident-api.ts';
import type { Member } from '../../domain/incidents/incident.ts';
import { memberStateWords } from '../../domain/incidents/incident-words.ts';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant, useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { useNow } from '../values/use-now.ts';
import { distanceM, useDistanceText } from './distance.ts';
import type { IncidentActing } from './use-incident-action.ts';

const movements = ['onTheWay', 'arrive', 'leave'] as const;
const reachedBy = { onTheWay: 'onTheWay', arrive: 'onSite', leave: 'left' } as const;

export function IncidentTeam({ incident, acting }: { readonly incident: IncidentView; readonly acting: IncidentActing }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const nowMs = useNow(30_000);
  const { session, stations } = usePlant();
  const distanceText = useDistanceText();
  const mayAct = usePermission('incidents.act') && incident.closed === null;
  const station = stations.find((candidate) => candidate.id === incident.stationIds[0]);
  const where = (member: Member): string | null => {
    if (member.position === null) return null;
    const { latitude, longitude, accuracyM } = member.position;
    const parts = [`${latitude.toFixed(5)}, ${longitude.toFixed(5)}`];
    if (accuracyM !== null) parts.push(t('incidents.team.accuracy', { metres: Math.round(accuracyM) }));
    if (station?.position != null)
      parts.push(t('incidents.team.distance', { distance: distanceText(distanceM(station.position, member.position)) }));
    if (member.positionAtMs !== null) parts.push(formatRecent(member.positionAtMs, nowMs, zone));
    return parts.join(' · ');
  };
  return (
    <section className="panel" aria-label={t('incidents.team.title')}>
      <div className="panel-head">
        <h2>{t('incidents.team.title')}</h2>
      </div>
      {incident.team.length === 0 && <p className="empty">{t('incidents.team.none')}</p>}
      <ul className="team" data-testid="team">
        {incident.team.map((member) => (
          <li key={member.username ?? member.displayName} data-state={member.state}>
            <span>
              <b>{member.displayName}</b> <span className="tag">{text(memberStateWords[member.state])}</span>{' '}
              <span className="muted small number">{formatRecent(member.atMs, nowMs, zone)}</span>
              {where(member) !== null && <span className="muted small number team-where">{where(member)}</span>}
            </span>
            {mayAct && member.username !== session.username && (
              <span className="team-tell">
                {movements
                  .filter((kind) => reachedBy[kind] !== member.state)
                  .map((kind) => (
                    <button
                      key={kind}
                      type="button"
                      className="button button-small button-quiet"
                      disabled={acting.isSending}
                      aria-label={`${t('incidents.team.report')} ${member.displayName}: ${t(`incidents.team.${kind}`)}`}
                      onClick={() => void acting.send({ kind, person: member.username ?? member.displayName })}
                    >
                      {t(`incidents.team.${kind}`)}
                    </button>
                  ))}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
