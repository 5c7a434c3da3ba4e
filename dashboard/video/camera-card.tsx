// One camera on the wall: its picture while a look is open, else how it stands in words; and what is measured of it.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { StationSummary } from '../../domain/api/plant-api.ts';
import type { CameraView, OpenedLook } from '../../domain/api/video-api.ts';
import { useWords } from '../language/language.ts';
import { CameraFacts } from './camera-facts.tsx';
import { CameraStateMark, shownState } from './camera-state.tsx';
import { LookPicture } from './look-picture.tsx';

export interface CameraCardProps {
  readonly camera: CameraView;
  readonly station: StationSummary | undefined;
  /** An open look that has this camera in it. */
  readonly lookId: string | null;
  readonly live: OpenedLook['live'][number] | null;
  readonly isChosen: boolean;
  readonly onChoose: ((isChosen: boolean) => void) | null;
  readonly onLook: (() => void) | null;
}

export function CameraCard({ camera, station, lookId, live, isChosen, onChoose, onLook }: CameraCardProps): ReactNode {
  const { t, text } = useWords();
  const name = text(camera.name);
  return (
    <li className="panel camera-card" data-testid={`camera-${camera.id}`} data-state={shownState(camera)}>
      <div className="camera-card-head">
        {onChoose !== null && (
          <input
            type="checkbox"
            checked={isChosen}
            onChange={(event) => onChoose(event.target.checked)}
            aria-label={t('video.look.camera', { name: `${camera.id} ${name}` })}
          />
        )}
        <div>
          <Link to="/video/$cameraId" params={{ cameraId: camera.id }}>
            <b>{name}</b>
          </Link>
          <div className="muted small">
            {station === undefined ? camera.stationId : text(station.name)} · <span className="number">{camera.id}</span>
          </div>
        </div>
        <CameraStateMark state={shownState(camera)} />
      </div>
      {lookId !== null && (
        <div className="camera-frame">
          <LookPicture lookId={lookId} cameraId={camera.id} name={name} recordedAtMs={null} />
          {live !== null && (
            <a className="button button-small" href={live.url} target="_blank" rel="noreferrer">
              {t('video.look.live', { kind: live.kind })}
            </a>
          )}
        </div>
      )}
      <CameraFacts camera={camera} />
      {onLook !== null && lookId === null && (
        <button type="button" className="button button-small camera-look" onClick={onLook} data-testid={`look-${camera.id}`}>
          {t('video.look.open')}
        </button>
      )}
    </li>
  );
}
