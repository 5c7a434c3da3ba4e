// What is measured of a camera, in a few lines: last look, clock, recording. Colour only where something is not as it must be.
import type { ReactNode } from 'react';
import type { CameraView } from '../../domain/api/video-api.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { useNow } from '../values/use-now.ts';
import { useOutcomeText } from './camera-state.tsx';

const recordedWanted = 99;

export function CameraFacts({ camera }: { readonly camera: CameraView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nowMs = useNow(10_000);
  const outcomeText = useOutcomeText();
  const time = (atMs: number): string => formatRecent(atMs, nowMs, zone);
  const isAway = camera.state === 'unreachable' || camera.state === 'signInRejected';
  const share = camera.recordedShare;
  const days = camera.retentionDays;
  return (
    <dl className="camera-facts small">
      <div>
        <dt className="visually-hidden">{t('video.camera.outcome')}</dt>
        <dd className="muted">
          {camera.lookedAtMs === null ? t('video.never') : t('video.lookedAt', { time: time(camera.lookedAtMs) })}
          {camera.sinceMs !== null && camera.state !== 'good' && ` · ${t('video.since', { time: time(camera.sinceMs) })}`}
          {isAway && camera.reason !== null && ` · ${outcomeText(camera.reason)}`}
        </dd>
      </div>
      {camera.clockOffsetMs !== null && (
        <div>
          <dt>{t('video.clock')}</dt>
          <dd data-wrong={camera.isClockOff}>
            {camera.isClockOff ? t('video.clockOff', { seconds: Math.round(camera.clockOffsetMs / 1_000) }) : t('video.clockRight')}
          </dd>
        </div>
      )}
      {camera.hasRecorder ? (
        <>
          <div>
            <dt>{t('video.recorded')}</dt>
            <dd className="number" data-wrong={share !== null && share < recordedWanted}>
              {share === null ? '—' : t('video.percent', { percent: Math.floor(share * 10) / 10 })}
            </dd>
          </div>
          <div>
            <dt>{t('video.retention')}</dt>
            <dd className="number" data-wrong={days !== null && days + 1 / 24 < camera.retentionWantedDays}>
              {days === null ? '—' : t('video.retentionDays', { days: Math.floor(days + 1 / 24), wanted: camera.retentionWantedDays })}
            </dd>
          </div>
        </>
      ) : (
        <div>
          <dt>{t('video.recorded')}</dt>
          <dd className="muted">{t('video.noRecorder')}</dd>
        </div>
      )}
    </dl>
  );
}
