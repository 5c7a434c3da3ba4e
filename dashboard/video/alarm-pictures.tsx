// On an alarm's page: pictures that were taken when it came. Shown by one press, which is a look entered with the alarm as its reason.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { useLook } from './use-look.ts';
import { alarmPictureUrl, fetchAlarmPictures, postLook } from './video-requests.ts';
import './video.css';

export function AlarmPictures({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const mayLook = usePermission('video.look');
  const mayRead = usePermission('cameras.read');
  const { opened, begin } = useLook();
  const [problem, setProblem] = useState<string | null>(null);
  const pictures = useQuery({
    queryKey: ['cameras', 'alarm', alarm.alarmId],
    queryFn: ({ signal }) => fetchAlarmPictures(alarm.alarmId, signal),
    enabled: mayRead,
  });
  const taken = (pictures.data ?? []).filter(({ occurrenceId }) => occurrenceId === alarm.id);
  // Most alarms of most stations have none: then there is nothing to say.
  if (!mayRead || taken.length === 0) return null;
  const kept = taken.filter(({ isRemoved }) => !isRemoved);
  const reason = t('video.alarm.reason', { alarm: text(alarm.message) });
  async function show(): Promise<void> {
    const answer = await postLook({ kind: 'alarmPictures', alarmId: alarm.alarmId, purpose: 'alarm', reason: reason.slice(0, 400) });
    if (answer.kind === 'ok') {
      setProblem(null);
      begin(answer.value);
    } else setProblem(reasonOf(answer));
  }
  return (
    <section className="panel" aria-label={t('video.alarm.title')} data-testid="alarm-pictures">
      <div className="panel-head">
        <h2>{t('video.alarm.title')}</h2>
        {mayLook && opened === null && kept.length > 0 && (
          <button type="button" className="button button-small panel-link" onClick={() => void show()} data-testid="show-alarm-pictures">
            {t('video.alarm.show', { count: kept.length })}
          </button>
        )}
      </div>
      {problem !== null && (
        <p className="notice notice-problem" role="alert">
          {t('video.alarm.refused', { reason: problem })}
        </p>
      )}
      {opened === null && mayLook && kept.length > 0 && (
        <p className="muted small alarm-pictures-hint">{t('video.alarm.showHint', { reason })}</p>
      )}
      <ul className="alarm-pictures">
        {taken.map(({ cameraId, takenAtMs, hash, isRemoved }) => {
          const caption = t('video.alarm.picture', { camera: cameraId, time: formatDateTime(takenAtMs, zone) });
          return (
            <li key={cameraId}>
              {opened !== null && !isRemoved && (
                <img
                  className="camera-picture"
                  src={alarmPictureUrl(alarm.alarmId, hash, opened.look.id)}
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
    </section>
  );
}
