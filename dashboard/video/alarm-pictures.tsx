// On an alarm's page: pictures that were taken when it came, and the place as it is now. Each is shown by one press, which is a look entered with the alarm as
// its reason: in an alarm nobody should have to write first.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { AlarmPicture, OpenLook } from '../../domain/api/video-api.ts';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { useIsPast } from '../replay/replay-context.tsx';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { LookPicture } from './look-picture.tsx';
import { useLook } from './use-look.ts';
import { alarmPictureUrl, fetchAlarmPictures, fetchCameras, postLook } from './video-requests.ts';
import './video.css';

const camerasMost = 4;

export function AlarmPictures({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t, text } = useWords();
  const mayLook = usePermission('video.look');
  const mayRead = usePermission('cameras.read');
  const isPast = useIsPast();
  const then = useLook();
  const now = useLook();
  const [problem, setProblem] = useState<string | null>(null);
  const pictures = useQuery({
    queryKey: ['cameras', 'alarm', alarm.alarmId],
    queryFn: ({ signal }) => fetchAlarmPictures(alarm.alarmId, signal),
    enabled: mayRead,
  });
  const all = useQuery({ queryKey: ['cameras', 'all'], queryFn: ({ signal }) => fetchCameras(signal), enabled: mayRead });
  const cameras = (all.data ?? []).filter(({ stationId }) => stationId === alarm.stationId).slice(0, camerasMost);
  const taken = (pictures.data ?? []).filter(({ occurrenceId }) => occurrenceId === alarm.id);
  // Most stations of most companies have no cameras here: then there is nothing to say.
  if (!mayRead || (taken.length === 0 && cameras.length === 0)) return null;
  const kept = taken.filter(({ isRemoved }) => !isRemoved).length;
  const reason = t('video.alarm.reason', { alarm: text(alarm.message) }).slice(0, 400);
  const common = { alarmId: alarm.alarmId, purpose: 'alarm', reason } as const;
  async function show(body: OpenLook, look: typeof then): Promise<void> {
    const answer = await postLook(body);
    setProblem(answer.kind === 'ok' ? null : reasonOf(answer));
    if (answer.kind === 'ok') look.begin(answer.value);
  }
  const canShowTaken = mayLook && then.opened === null && kept > 0;
  const canShowNow = mayLook && !isPast && now.opened === null && cameras.length > 0;
  return (
    <section className="panel" aria-label={t('video.alarm.title')} data-testid="alarm-pictures">
      <div className="panel-head">
        <h2>{t('video.alarm.title')}</h2>
        {canShowTaken && (
          <button
            type="button"
            className="button button-small"
            onClick={() => void show({ kind: 'alarmPictures', ...common }, then)}
            data-testid="show-alarm-pictures"
          >
            {t('video.alarm.show', { count: kept })}
          </button>
        )}
        {canShowNow && (
          <button
            type="button"
            className="button button-small"
            onClick={() => void show({ kind: 'live', cameraIds: cameras.map(({ id }) => id), ...common }, now)}
            data-testid="show-place"
          >
            {t('video.alarm.live')}
          </button>
        )}
        {now.opened !== null && (
          <button type="button" className="button button-small" onClick={now.end} data-testid="end-place">
            {t('video.alarm.endLive')}
          </button>
        )}
      </div>
      {problem !== null && <ProblemNotice text={t('video.alarm.refused', { reason: problem })} />}
      {(canShowTaken || canShowNow) && <p className="muted small alarm-pictures-hint">{t('video.alarm.showHint', { reason })}</p>}
      {now.opened !== null && (
        <>
          <h3 className="alarm-pictures-title">{t('video.alarm.now')}</h3>
          <ul className="alarm-pictures">
            {cameras.map((camera) => (
              <li key={camera.id}>
                <LookPicture lookId={now.opened?.look.id ?? ''} cameraId={camera.id} name={text(camera.name)} recordedAtMs={null} />
                <span className="small">
                  {text(camera.name)} <span className="number muted">{camera.id}</span>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {taken.length > 0 && (
        <>
          <h3 className="alarm-pictures-title">{t('video.alarm.taken')}</h3>
          <Taken alarm={alarm} taken={taken} lookId={then.opened?.look.id ?? null} />
        </>
      )}
    </section>
  );
}

function Taken(props: { readonly alarm: AlarmView; readonly taken: readonly AlarmPicture[]; readonly lookId: string | null }): ReactNode {
  const { alarm, taken, lookId } = props;
  const { t } = useWords();
  const zone = useZone();
  return (
    <ul className="alarm-pictures">
      {taken.map(({ cameraId, takenAtMs, hash, isRemoved }) => {
        const caption = t('video.alarm.picture', { camera: cameraId, time: formatDateTime(takenAtMs, zone) });
        return (
          <li key={cameraId}>
            {lookId !== null && !isRemoved && (
              <img
                className="camera-picture"
                src={alarmPictureUrl(alarm.alarmId, hash, lookId)}
                alt={caption}
                data-testid="alarm-picture"
              />
            )}
            <span className="small number">{caption}</span>
            {isRemoved && <span className="small muted">{t('video.alarm.removed', { hash: hash.slice(0, 16) })}</span>}
          </li>
        );
      })}
    </ul>
  );
}
