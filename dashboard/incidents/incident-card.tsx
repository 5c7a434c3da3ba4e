// One incident on the board: what and where, since when, who is there, how far the plan is, when the next report is due.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { IncidentSummary } from '../../domain/api/incident-api.ts';
import { incidentKindWords } from '../../domain/incidents/incident-words.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';
import { StationNames, useCasualtyText } from './incident-facts.tsx';

export function IncidentCard({ incident }: { readonly incident: IncidentSummary }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const nowMs = useNow(1_000);
  const durationText = useDurationText();
  const casualties = useCasualtyText()(incident.casualties);
  const isOverdue = incident.nextReportDueMs !== null && incident.nextReportDueMs < nowMs;
  return (
    <li>
      <Link
        to="/incidents/$incidentId"
        params={{ incidentId: incident.id }}
        className="incident-card"
        data-testid="incident-card"
        data-incident-id={incident.id}
        data-state={incident.state}
        data-drill={incident.isDrill || undefined}
        data-waiting={(!incident.isDrill && incident.state === 'opened') || undefined}
      >
        <span className="card-top">
          <b className="card-kind">{text(incidentKindWords[incident.kind])}</b>
          <span className="muted number">{incident.number}</span>
        </span>
        <span className="card-place">
          <StationNames ids={incident.stationIds} />
        </span>
        <span className="number">
          {formatRecent(incident.detectedAtMs, nowMs, zone)} · {t('incidents.elapsed')} <b>{durationText(nowMs - incident.detectedAtMs)}</b>
        </span>
        <span className="muted number">{t('incidents.inState', { duration: durationText(nowMs - incident.stateSinceMs) })}</span>
        {incident.isDrill && incident.scenario !== null && <span className="card-text">{incident.scenario}</span>}
        {incident.description !== null && <span className="card-text">{incident.description}</span>}
        {casualties !== null && <b className="card-casualties">{casualties}</b>}
        <span className="card-counts number">
          {incident.peopleOnTheWay > 0 && <span>{t('incidents.card.onTheWay', { count: incident.peopleOnTheWay })}</span>}
          {incident.peopleOnSite > 0 && <span>{t('incidents.card.onSite', { count: incident.peopleOnSite })}</span>}
          {incident.itemsTotal > 0 && <span>{t('incidents.card.items', { done: incident.itemsDone, total: incident.itemsTotal })}</span>}
          {incident.alarmCount > 0 && <span>{t('incidents.card.alarms', { count: incident.alarmCount })}</span>}
        </span>
        {incident.nextReportDueMs !== null && (
          <span className={isOverdue ? 'card-due overdue number' : 'card-due number'}>
            {isOverdue
              ? t('incidents.card.overdue', { count: Math.max(1, incident.overdueReports) })
              : t('incidents.card.due', { duration: durationText(incident.nextReportDueMs - nowMs) })}
          </span>
        )}
      </Link>
    </li>
  );
}
