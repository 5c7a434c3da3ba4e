// A camera as the program speaks of it: what is measured of it, the states of its picture, and its points in the plant.
import type { LocalizedText } from '../text/localized-text.ts';

/** What is measured of a camera; each is a point of the plant. */
export const cameraSignals = ['picture', 'clockOffset', 'recordedShare', 'retention'] as const;
export type CameraSignal = (typeof cameraSignals)[number];

/** Letters of the points' tags: `CAMXS-1` of `CAM-1`. */
export const cameraTagLetters: Readonly<Record<CameraSignal, string>> = {
  picture: 'CAMXS',
  clockOffset: 'CAMKD',
  recordedShare: 'CAMRS',
  retention: 'CAMRT',
};

export function cameraTag(signal: CameraSignal, cameraName: string): string {
  return `${cameraTagLetters[signal]}-${cameraName.slice('CAM-'.length)}`;
}

/** In order of their numbers in readings: never renumber. A camera that cannot be reached at all is a reading of bad quality, not a state. */
export const pictureStates = ['good', 'noPicture', 'black', 'frozen', 'covered', 'blurred'] as const;
export type PictureState = (typeof pictureStates)[number];

export const pictureStateNames: Readonly<Record<PictureState, LocalizedText>> = {
  good: { zh: '图像正常', en: 'picture good' },
  noPicture: { zh: '无图像', en: 'no picture' },
  black: { zh: '黑屏', en: 'black' },
  frozen: { zh: '画面冻结', en: 'frozen' },
  covered: { zh: '镜头遮挡', en: 'covered' },
  blurred: { zh: '画面模糊', en: 'blurred' },
};

/** Why a camera gave no reading. */
export const probeFailures = [
  'refused',
  'timeout',
  'reset',
  'closed',
  'protocolViolation',
  'signInRejected',
  'unreachable',
  'configuration',
] as const;
export type ProbeFailure = (typeof probeFailures)[number];

/** How a camera stands as the server keeps it: a state of the picture, or why there is no reading. `unchecked`: it streams, but nothing can decode it. */
export const cameraStates = [...pictureStates, 'unreachable', 'signInRejected', 'unchecked'] as const;
export type CameraState = (typeof cameraStates)[number];
