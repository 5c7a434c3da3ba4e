// Level 2: one station with its process drawing, its detectors, every point with bar and trend, its alarms and its devices.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useMemo } from 'react';
import type { PointView } from '../../domain/api/plant-api.ts';
import type { PointRole } from '../../domain/plant/plant-kinds.ts';
import { noAlarms, summarizeAlarms, summarizeBy } from '../alarms/alarm-order.ts';
import { PriorityMark } from '../alarms/priority-mark.tsx';
import { fetchPoints, fetchStation } from '../http/gatewatch-api.ts';
import { RequestFailed } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { useAlarms, useSubscription } from '../live/live-context.tsx';
import { MaintenanceBanner, StartMaintenanceButton } from '../maintenance/maintenance-banner.tsx';
import { usePlant } from '../session/plant-context.tsx';
import { InstrumentChip } from './instrument-chip.tsx';
import { type AlarmsByPoint, Mimic } from './mimic/mimic.tsx';
import { PlanView } from './plan/plan-view.tsx';
import { PointTable } from './point-table.tsx';
import { StationAlarms } from './station-alarms.tsx';
import { StationDevices } from './station-devices.tsx';
import './station.css';

const route = getRouteApi('/stations/$stationId');

/** What stands neither in the pipe nor in the plan. */
const chipGroups: readonly { readonly key: 'power'; readonly roles: readonly PointRole[] }[] = [
  { key: 'power', roles: ['mainsState', 'mainsVoltage', 'upsCharge', 'upsRuntime'] },
];

const FaceplateDialog = lazy(() => import('../point/faceplate.tsx').then((module) => ({ default: module.FaceplateDialog })));

const noPoints: readonly PointView[] = [];

export function StationScreen(): ReactNode {
  const { stationId } = route.useParams();
  const { point: facePointId } = route.useSearch();
  const navigate = useNavigate();
  const { t, text } = useWords();
  const { plant } = usePlant();
  const station = useQuery({
    queryKey: ['station', stationId],
    queryFn: ({ signal }) => fetchStation(stationId, signal),
    refetchInterval: 5_000,
  });
  const pointsQuery = useQuery({
    queryKey: ['points', stationId],
    queryFn: ({ signal }) => fetchPoints(stationId, signal),
    staleTime: 300_000,
  });
  const points = pointsQuery.data ?? noPoints;
  useSubscription([stationId], []);
  const alarms = useAlarms();
  const own = useMemo(() => alarms.filter((alarm) => alarm.stationId === stationId), [alarms, stationId]);
  const alarmsByPoint: AlarmsByPoint = useMemo(() => summarizeBy(own, (alarm) => alarm.pointId), [own]);
  const summary = useMemo(() => summarizeAlarms(own), [own]);

  const failed = station.error ?? pointsQuery.error;
  if (failed !== null && (station.data === undefined || pointsQuery.data === undefined)) {
    const isUnknown = failed instanceof RequestFailed && failed.status === 404;
    return (
      <div className="empty" role="alert">
        <strong>{isUnknown ? t('station.notFound', { id: stationId }) : t('common.failed', { reason: failed.message })}</strong>
        {!isUnknown && (
          <button type="button" className="button" onClick={() => void Promise.all([station.refetch(), pointsQuery.refetch()])}>
            {t('common.retry')}
          </button>
        )}
      </div>
    );
  }
  if (station.data === undefined) return <p className="empty">{t('common.loading')}</p>;
  const view = station.data;
  const area = plant.areas.find((candidate) => candidate.id === view.areaId);
  return (
    <div className="station">
      <header className="station-head">
        <h1>{text(view.name)}</h1>
        <span className="muted">
          {view.id} · {t(`stationType.${view.type}`)}
          {area !== undefined && ` · ${text(area.name)}`}
          {view.address !== null && ` · ${text(view.address)}`}
        </span>
        <span className="station-summary">
          {summary.worstPriority === null ? (
            <span className="muted">{t('overview.normal')}</span>
          ) : (
            <>
              <PriorityMark priority={summary.worstPriority} flash={summary.isWorstUnacknowledged ? 'fast' : 'none'} size={24} showsWord />
              <span className="number">{t('overview.open', { count: summary.open })}</span>
              {summary.unacknowledged > 0 && <b className="number">{t('overview.unacknowledged', { count: summary.unacknowledged })}</b>}
            </>
          )}
          <span className="muted number">
            {t('overview.coverage')} {Number.isNaN(view.goodShare) ? '—' : Math.floor(view.goodShare * 100)} %
          </span>
          <StartMaintenanceButton stationId={stationId} stationName={text(view.name)} />
        </span>
      </header>
      <MaintenanceBanner stationId={stationId} stationName={text(view.name)} alarms={own} />
      <section className="panel station-mimic" aria-label={t('station.mimic')}>
        <Mimic points={points} alarmsByPoint={alarmsByPoint} />
        <PlanView points={points} alarmsByPoint={alarmsByPoint} />
        <div className="chip-groups">
          {chipGroups.map(({ key, roles }) => {
            const members = points.filter((point) => roles.includes(point.role));
            return (
              members.length > 0 && (
                <section key={key} className="chip-group" aria-label={t(`station.${key}`)}>
                  <h2>{t(`station.${key}`)}</h2>
                  <ul>
                    {members.map((point) => (
                      <InstrumentChip key={point.id} point={point} summary={alarmsByPoint.get(point.id) ?? noAlarms} />
                    ))}
                  </ul>
                </section>
              )
            );
          })}
        </div>
      </section>
      <div className="station-columns">
        <PointTable points={points} alarmsByPoint={alarmsByPoint} />
        <aside className="station-side">
          <StationAlarms alarms={own} stationId={stationId} />
          <StationDevices devices={view.devices} />
        </aside>
      </div>
      <Suspense>
        {facePointId !== undefined && (
          <FaceplateDialog
            key={facePointId}
            pointId={facePointId}
            onClose={() => void navigate({ to: '/stations/$stationId', params: { stationId }, resetScroll: false })}
          />
        )}
      </Suspense>
    </div>
  );
}
