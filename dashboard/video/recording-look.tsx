// A look at a recording: a stretch of the past with purpose and reason, then its moments one by one.
import { type ReactNode, useState } from 'react';
import type { CameraView } from '../../domain/api/video-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatDateTime, parseDateTime } from '../time/plant-time.ts';
import { LookDialog } from './look-dialog.tsx';
import { LookPicture } from './look-picture.tsx';
import { useLook } from './use-look.ts';

const steps = [
  ['earlier', 'minute', -60_000],
  ['earlier', 'tenSeconds', -10_000],
  ['later', 'tenSeconds', 10_000],
  ['later', 'minute', 60_000],
] as const;
const halfHourMs = 1_800_000;

export function RecordingLook({ camera }: { readonly camera: CameraView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const [from, setFrom] = useState(() => formatDateTime(serverNowMs() - 2 * halfHourMs, zone));
  const [to, setTo] = useState(() => formatDateTime(serverNowMs() - halfHourMs, zone));
  const [isAsking, setIsAsking] = useState(false);
  const [atMs, setAtMs] = useState(0);
  const { opened, begin, end } = useLook();
  const fromMs = parseDateTime(from, zone);
  const toMs = parseDateTime(to, zone);
  const isTime = fromMs !== null && toMs !== null && fromMs <= toMs && toMs <= serverNowMs();
  const look = opened?.look ?? null;
  const move = (byMs: number): void =>
    setAtMs((before) => Math.max(look?.recordedFromMs ?? 0, Math.min(look?.recordedToMs ?? before, before + byMs)));
  return (
    <section className="panel" aria-label={t('video.recording.title')} data-testid="recording-look">
      <div className="panel-head">
        <h2>{t('video.recording.title')}</h2>
        {look !== null && (
          <button type="button" className="button button-small panel-link" onClick={end} data-testid="recording-end">
            {t('video.look.end')}
          </button>
        )}
      </div>
      {!camera.hasRecorder ? (
        <p className="empty">{t('video.recording.none')}</p>
      ) : look === null ? (
        <div className="recording-form">
          <label className="field">
            <span>{t('video.recording.from')}</span>
            <input value={from} onChange={(event) => setFrom(event.target.value)} data-testid="recording-from" />
          </label>
          <label className="field">
            <span>{t('video.recording.to')}</span>
            <input value={to} onChange={(event) => setTo(event.target.value)} data-testid="recording-to" />
          </label>
          <button type="button" className="button" disabled={!isTime} onClick={() => setIsAsking(true)} data-testid="recording-open">
            {t('video.recording.open')}
          </button>
          {!isTime && (
            <p className="small no-margin" role="alert">
              {t('video.recording.badTime')}
            </p>
          )}
        </div>
      ) : (
        <div className="recording-form">
          <div className="camera-frame">
            <LookPicture lookId={look.id} cameraId={camera.id} name={text(camera.name)} recordedAtMs={atMs} />
          </div>
          <p className="no-margin number" data-testid="recording-at">
            {t('video.recording.at')} {formatDateTime(atMs, zone)}
          </p>
          <div className="recording-steps">
            {steps.map(([direction, step, byMs]) => (
              <button key={byMs} type="button" className="button button-small" onClick={() => move(byMs)}>
                {t(`video.recording.${direction}`, { step: t(`video.recording.${step}`) })}
              </button>
            ))}
          </div>
        </div>
      )}
      {isAsking && isTime && (
        <LookDialog
          cameraIds={[camera.id]}
          recording={{ fromMs, toMs }}
          onOpened={(next) => {
            setAtMs(fromMs);
            begin(next);
            setIsAsking(false);
          }}
          onClose={() => setIsAsking(false)}
        />
      )}
    </section>
  );
}
