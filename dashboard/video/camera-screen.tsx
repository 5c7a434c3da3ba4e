// One camera: how it stands, its last looks, what is recorded hour by hour, and a look at a recording.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CameraDetail } from '../../domain/api/video-api.ts';
import { useWords } from '../language/language.ts';
import { usePermission, useStation, useZone } from '../session/plant-context.tsx';
import { formatDateTime, formatRecent } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';
import { CameraFacts } from './camera-facts.tsx';
import { CameraStateMark, shownState, useOutcomeText } from './camera-state.tsx';
import { RecordingCalendar } from './recording-calendar.tsx';
import { RecordingLook } from './recording-look.tsx';
import { fetchCamera } from './video-requests.ts';
import './video.css';

const route = getRouteApi('/video/$cameraId');
const refreshMs = 30_000;

export function CameraScreen(): ReactNode {
  const { cameraId } = route.useParams();
  const { t } = useWords();
  const detail = useQuery({
    queryKey: ['cameras', cameraId],
    queryFn: ({ signal }) => fetchCamera(cameraId, signal),
    refetchInterval: refreshMs,
  });
  if (detail.data === undefined)
    return (
      <div className="empty">
        <strong>{detail.isError ? t('common.failed', { reason: detail.error.message }) : t('common.loading')}</strong>
        <Link to="/video" className="button">
          {t('video.camera.back')}
        </Link>
      </div>
    );
  return <Camera detail={detail.data} />;
}

function Camera({ detail }: { readonly detail: CameraDetail }): ReactNode {
  const { t, text } = useWords();
  const { camera } = detail;
  const station = useStation(camera.stationId);
  const mayLook = usePermission('video.look');
  return (
    <div className="video" data-testid="camera">
      <div className="video-head">
        <h1>{text(camera.name)}</h1>
        <span className="muted">
          {station === undefined ? camera.stationId : text(station.name)}
          {camera.zone === null ? '' : ` · ${text(camera.zone)}`} · <span className="number">{camera.id}</span>
        </span>
        <Link to="/video" className="small">
          {t('video.camera.back')}
        </Link>
      </div>
      <div className="camera-columns">
        <section className="panel" aria-label={t('video.camera.facts')}>
          <div className="panel-head">
            <h2>{t('video.camera.facts')}</h2>
            <CameraStateMark state={shownState(camera)} />
          </div>
          <CameraFacts camera={camera} />
          {detail.device !== null && (
            <p className="muted small camera-device">
              {t('video.camera.device')}: {detail.device.manufacturer} {detail.device.model} {detail.device.firmware} (
              {detail.device.serialNumber})
              {detail.device.profiles !== null && ` · ${t('video.camera.profiles', { count: detail.device.profiles })}`}
            </p>
          )}
        </section>
        {mayLook && <RecordingLook camera={camera} />}
      </div>
      <RecordingCalendar days={detail.days} hasRecorder={camera.hasRecorder} />
      <div className="camera-columns">
        <Runs runs={detail.runs} />
        <Probes detail={detail} />
      </div>
    </div>
  );
}

function Runs({ runs }: Pick<CameraDetail, 'runs'>): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nowMs = useNow(10_000);
  const outcomeText = useOutcomeText();
  const durationText = useDurationText();
  const pictures = runs.filter(({ aspect }) => aspect === 'picture').slice(0, 30);
  return (
    <section className="panel video-scroll" aria-label={t('video.camera.runs')}>
      <div className="panel-head">
        <h2>{t('video.camera.runs')}</h2>
      </div>
      {pictures.length === 0 ? (
        <p className="empty">{t('video.camera.runsNone')}</p>
      ) : (
        <table className="table">
          <thead>
            <tr>
              {(['from', 'outcome', 'to', 'looks'] as const).map((column) => (
                <th key={column} scope="col">
                  {t(`video.camera.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {pictures.map((run) => (
              <tr key={run.fromMs}>
                <td className="number">{formatDateTime(run.fromMs, zone)}</td>
                <td>{outcomeText(run.state)}</td>
                <td className="number">
                  {formatRecent(run.toMs, nowMs, zone)} <span className="muted small">{durationText(run.toMs - run.fromMs)}</span>
                </td>
                <td className="number">{run.looks}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Probes({ detail: { probes, failure } }: { readonly detail: CameraDetail }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nowMs = useNow(10_000);
  const outcomeText = useOutcomeText();
  const figure = (value: number | undefined): string => (value === undefined ? '—' : String(Math.round(value * 10) / 10));
  return (
    <section className="panel video-scroll" aria-label={t('video.camera.probes')}>
      <div className="panel-head">
        <h2>{t('video.camera.probes')}</h2>
      </div>
      {probes.length === 0 ? (
        <p className="empty">{t('video.camera.probesNone', { reason: failure === 'noCollector' ? t('video.reason.noCollector') : '—' })}</p>
      ) : (
        <table className="table" data-testid="probes">
          <thead>
            <tr>
              {(['time', 'outcome', 'took', 'brightness', 'contrast', 'detail'] as const).map((column) => (
                <th key={column} scope="col">
                  {t(`video.camera.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {probes.slice(0, 15).map((probe) => (
              <tr key={probe.atMs}>
                <td className="number">{formatRecent(probe.atMs, nowMs, zone)}</td>
                <td>{outcomeText(probe.outcome)}</td>
                <td className="number">{t('video.camera.milliseconds', { value: probe.tookMs })}</td>
                <td className="number">{figure(probe.figures?.mean)}</td>
                <td className="number">{figure(probe.figures?.contrast)}</td>
                <td className="number">{figure(probe.figures?.detail)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
