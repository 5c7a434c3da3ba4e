// How a camera stands, as shape and word: grey while all is well, a colour only for what is not.
import type { ReactNode } from 'react';
import type { CameraView } from '../../domain/api/video-api.ts';
import { type CameraState, cameraStates, probeFailures } from '../../domain/cameras/camera.ts';
import { useWords } from '../language/language.ts';

export type ShownState = CameraState | 'unknown';

const shapes: Readonly<Record<ShownState, string>> = {
  good: '●',
  noPicture: '✕',
  black: '■',
  frozen: '‖',
  covered: '▩',
  blurred: '≈',
  unreachable: '✕',
  signInRejected: '✕',
  unchecked: '?',
  unknown: '?',
};

export function shownState(camera: Pick<CameraView, 'state'>): ShownState {
  return camera.state ?? 'unknown';
}

/** 0 worst: for the order of the wall. */
export function rankOf(state: ShownState): number {
  if (state === 'good') return 2;
  return state === 'unknown' || state === 'unchecked' ? 1 : 0;
}

export function CameraStateMark({ state }: { readonly state: ShownState }): ReactNode {
  const { t } = useWords();
  return (
    <span className="camera-state" data-state={state} data-rank={rankOf(state)}>
      <span className="camera-shape" aria-hidden="true">
        {shapes[state]}
      </span>
      {t(`video.state.${state}`)}
    </span>
  );
}

/** An outcome of the log: a state, or why there was none. */
export function useOutcomeText(): (outcome: string) => string {
  const { t } = useWords();
  return (outcome) => {
    const state = cameraStates.find((name) => name === outcome);
    if (state !== undefined) return t(`video.state.${state}`);
    const failure = probeFailures.find((name) => name === outcome);
    return failure === undefined ? t('video.reason.other', { reason: outcome }) : t(`video.reason.${failure}`);
  };
}
