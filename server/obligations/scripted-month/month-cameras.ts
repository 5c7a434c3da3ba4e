// The scripted month: what every look at a camera of GS-07 found, and what its recorder says that it holds.
import { type CameraSignal, cameraTag, type PictureState, pictureStates } from '../../../domain/cameras/camera.ts';
import { without } from '../../../domain/obligations/spans.ts';
import { Quality } from '../../../domain/readings/quality.ts';
import { createReadingBatch, pushReading, type ReadingBatch } from '../../../domain/readings/reading-batch.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { ServerLink } from '../../../link/link.ts';
import { at, day, minute, plantOfFile, t0 } from './month-plant.ts';

const lookEveryMs = 2 * minute;
const signals: readonly CameraSignal[] = ['picture', 'clockOffset', 'retention'];
const points = ['CAM-1', 'CAM-2', 'CAM-3'].flatMap((camera) =>
  signals.flatMap((signal) => {
    const point = plantOfFile.pointIndexById.get(`GS-07.${cameraTag(signal, camera)}`);
    return point === undefined ? [] : [{ camera, signal, point }];
  }),
);

interface Oddity {
  readonly camera: string;
  readonly signal: CameraSignal;
  readonly fromMs: number;
  readonly toMs: number;
  readonly value: number;
  readonly quality?: number;
}
const picture = (state: PictureState) => ({ signal: 'picture' as const, value: pictureStates.indexOf(state) });

const oddities: readonly Oddity[] = [
  // Planted: three quarters of an hour without a picture, first black and then not to be reached.
  { camera: 'CAM-1', ...picture('black'), fromMs: at(10, 3), toMs: at(10, 3, 20) },
  { camera: 'CAM-1', signal: 'picture', value: Number.NaN, quality: Quality.badCommFail, fromMs: at(10, 3, 20), toMs: at(10, 3, 45) },
  // Planted: for six hours the recorder kept sixty days only.
  { camera: 'CAM-1', signal: 'retention', value: 60, fromMs: at(11, 6), toMs: at(11, 12) },
  // No breach: twenty minutes, a clock that is off, a picture that nothing could decode.
  { camera: 'CAM-2', ...picture('covered'), fromMs: at(7, 6), toMs: at(7, 6, 20) },
  { camera: 'CAM-3', signal: 'clockOffset', value: 30, fromMs: at(18, 6), toMs: at(18, 8) },
  { camera: 'CAM-2', signal: 'picture', value: 0, quality: Quality.uncertainInaccurate, fromMs: at(19, 6), toMs: at(19, 7) },
  // Over midnight of the month's end: twenty minutes of it are no breach of this month.
  { camera: 'CAM-2', ...picture('black'), fromMs: at(31, 23, 40), toMs: at(32, 1) },
];
const usual: Readonly<Record<CameraSignal, number>> = { picture: 0, clockOffset: 0.4, recordedShare: 100, retention: 90.5 };

/** The looks of [from, to). */
export function looksOf(fromMs: number, toMs: number): ReadingBatch {
  const firstMs = Math.ceil(fromMs / lookEveryMs) * lookEveryMs;
  const looks = Math.max(0, Math.ceil((toMs - firstMs) / lookEveryMs));
  const batch = createReadingBatch(plantOfFile.pointTable, Math.max(1, looks * points.length));
  for (let timeMs = firstMs; timeMs < toMs; timeMs += lookEveryMs)
    for (const { camera, signal, point } of points) {
      const odd = oddities.find((each) => each.camera === camera && each.signal === signal && each.fromMs <= timeMs && timeMs < each.toMs);
      pushReading(batch, point, timeMs, odd?.value ?? usual[signal], odd?.quality ?? Quality.good);
    }
  return batch;
}

/** Planted: three hours of the 13th that were not recorded. No breach: a minute of the 14th. */
const unrecorded = [
  { fromMs: at(13, 6), toMs: at(13, 9) },
  { fromMs: at(14, 6), toMs: at(14, 6, 1) },
];
/** From then on it does not say any more what it holds of CAM-3: not known, and no breach. */
const silentFromMs = at(29, 12);

export const recorderAt = (clock: Clock): Pick<ServerLink, 'command'> => ({
  command: async (_, command) => {
    if (command.kind !== 'cameraRecordings') throw new Error(`a recorder is not asked for ${command.kind}`);
    if (command.deviceId === 'GS-07.CAM-3' && clock.nowMs() >= silentFromMs) return { kind: 'failed', reason: 'timeout', detail: null };
    const held = { fromMs: t0 - 120 * day, toMs: clock.nowMs() };
    return {
      kind: 'cameraRecordings',
      earliestMs: held.fromMs,
      spans: without([held], command.deviceId === 'GS-07.CAM-1' ? unrecorded : []),
    };
  },
});
