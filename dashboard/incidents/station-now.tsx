// The station of the incident as it is at this moment: its worst alarms and the values that tell how bad it is.
import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { IncidentView } from '../../domain/api/incident-api.ts';
import type { PointRole } from '../../domain/plant/plant-kinds.ts';
import { AlarmLine } from '../alarms/alarm-line.tsx';
import { compareAlarms, isSetAside, noAlarms, summarizeBy } from '../alarms/alarm-order.ts';
import { fetchPoints } from '../http/gatewatch-api.ts';
import { useWords } from '../language/language.ts';
import { useAlarms, useSubscription } from '../live/live-context.tsx';
import { usePlant } from '../session/plant-context.tsx';
import { InstrumentChip } from '../station/instrument-chip.tsx';
import '../alarms/alarms.css';
import '../station/station.css';
import './incidents.css';

const shownAlarms = 6;
/** In the order in which they are shown. */
const tellingRoles: readonly PointRole[] = [
  'gasDetector',
  'flameDetector',
  'inletPressure',
  'outletPressure',
  'shutoffValve',
  'slamShut',
  'relief',
  'tankPressure',
  'tankLevel',
  'emergencyStop',
  'flow',
];
const mostPoints = 24;

export function StationNow({ incident }: { readonly incident: IncidentView }): ReactNode {
  const { t } = useWords();
  const { stations } = usePlant();
  const alarms = useAlarms();
  const seen = incident.stationIds.filter((id) => stations.some((station) => station.id === id));
  useSubscription(seen, []);
  const points = useQueries({
    queries: seen.map((id) => ({
      queryKey: ['points', id],
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchPoints(id, signal),
      staleTime: 300_000,
    })),
  }).flatMap((query) => query.data ?? []);
  const own = useMemo(() => alarms.filter((alarm) => incident.stationIds.includes(alarm.stationId)), [alarms, incident.stationIds]);
  const worst = own.filter((alarm) => !isSetAside(alarm)).toSorted(compareAlarms);
  const byPoint = useMemo(() => summarizeBy(own, (alarm) => alarm.pointId), [own]);
  const telling = points
    .filter((point) => tellingRoles.includes(point.role) && (point.unitOf === null || point.role !== 'inletPressure'))
    .toSorted((one, other) => tellingRoles.indexOf(one.role) - tellingRoles.indexOf(other.role))
    .slice(0, mostPoints);
  return (
    <section className="panel" aria-label={t('incidents.now.title')} data-testid="station-now">
      <div className="panel-head">
        <h2>{t('incidents.now.title')}</h2>
        {seen.map((id) => (
          <Link key={id} to="/stations/$stationId" params={{ stationId: id }} className="small">
            {id}
          </Link>
        ))}
      </div>
      {incident.isDrill && <p className="notice">{t('incidents.now.drillHint')}</p>}
      {worst.length === 0 ? (
        <p className="now-none muted">{t('incidents.now.noAlarms')}</p>
      ) : (
        <ul className="now-alarms">
          {worst.slice(0, shownAlarms).map((alarm) => (
            <li key={alarm.alarmId}>
              <Link to="/alarms/$alarmId" params={{ alarmId: alarm.alarmId }}>
                <AlarmLine alarm={alarm} flashes />
              </Link>
            </li>
          ))}
          {worst.length > shownAlarms && <li className="muted small">{t('incidents.now.more', { count: worst.length - shownAlarms })}</li>}
        </ul>
      )}
      <ul className="now-chips">
        {telling.map((point) => (
          <InstrumentChip key={point.id} point={point} summary={byPoint.get(point.id) ?? noAlarms} />
        ))}
      </ul>
    </section>
  );
}
