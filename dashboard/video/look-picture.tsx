// A picture within a look: of now, asked for again and again, or of a recorded moment.
import { type ReactNode, useEffect, useState } from 'react';
import { useWords } from '../language/language.ts';
import { pictureUrl } from './video-requests.ts';

const againMs = 2_000;
const againAfterFailureMs = 10_000;

export interface LookPictureProps {
  readonly lookId: string;
  readonly cameraId: string;
  readonly name: string;
  /** Null: now, and again. */
  readonly recordedAtMs: number | null;
}

export function LookPicture({ lookId, cameraId, name, recordedAtMs }: LookPictureProps): ReactNode {
  const { t } = useWords();
  const [turn, setTurn] = useState(0);
  const [outcome, setOutcome] = useState<'loading' | 'shown' | 'failed'>('loading');
  const isLive = recordedAtMs === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each turn that has ended starts the wait for the next
  useEffect(() => {
    if (!isLive || outcome === 'loading') return;
    const timer = setTimeout(
      () => {
        setOutcome('loading');
        setTurn((before) => before + 1);
      },
      outcome === 'failed' ? againAfterFailureMs : againMs,
    );
    return () => clearTimeout(timer);
  }, [turn, outcome, isLive]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another moment is another picture
  useEffect(() => setOutcome('loading'), [recordedAtMs]);
  return (
    <>
      <img
        className="camera-picture"
        src={pictureUrl(lookId, cameraId, turn, recordedAtMs)}
        alt={t('video.look.picture', { name })}
        data-outcome={outcome}
        data-testid={`picture-${cameraId}`}
        onLoad={() => setOutcome('shown')}
        onError={() => setOutcome('failed')}
      />
      {outcome === 'failed' && (
        <p className="camera-no-picture" role="status">
          {t(isLive ? 'video.look.noPicture' : 'video.recording.notRecorded')}
        </p>
      )}
    </>
  );
}
